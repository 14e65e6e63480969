"""A plant that grows in phases: each closes the loop over the tools that are there already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from fabstack.designer import Library, programme_of
from fabstack.designer.evidence import sources_of
from fabstack.designer.rows import Tool
from fabstack.designer.sizing import ToolGroup
from fabstack.model import Programme
from fabstack.model.days import DAYS_PER_MONTH
from fabstack.model.plants import Phase
from fabstack.model.routes import Start
from fabstack.model.tools import Delivery
from fabstack.studies.design import ClosedDesign, DesignOptions, Tell, close_design

DAYS_PER_WEEK = 7


@dataclass(frozen=True, slots=True)
class Step:
    """A volume that a plant reaches on a day."""

    ready: date
    carriers_per_month: float


@dataclass(frozen=True, slots=True)
class Purchase:
    """Tools of one group that a phase adds, and when they have to be ordered."""

    step: Step
    group: ToolGroup
    tools: int

    @property
    def released(self) -> date:
        """When they work."""
        return self.step.ready

    @property
    def docked(self) -> date:
        """When they arrive, to be installed in time."""
        weeks = max(tool.install_weeks for tool in self._tools())
        return self.released - timedelta(days=round(weeks * DAYS_PER_WEEK))

    @property
    def ordered(self) -> date:
        """When they are ordered, to arrive in time."""
        months = max(tool.lead_months for tool in self._tools())
        return self.docked - timedelta(days=round(months * DAYS_PER_MONTH))

    @property
    def price_musd(self) -> float:
        """Of all of them."""
        return self.tools * self.group.price_musd

    def _tools(self) -> list[Tool]:
        return [tool for tool in (self.group.tool, self.group.linked) if tool is not None]


@dataclass(frozen=True)
class GrownDesign:
    """A plant at the end of one phase, and what the phase bought."""

    step: Step
    closed: ClosedDesign
    purchases: tuple[Purchase, ...]

    @property
    def price_musd(self) -> float:
        """Tools of the phase."""
        return sum(purchase.price_musd for purchase in self.purchases)


def close_phases(
    library: Library,
    technology: str,
    steps: Sequence[Step],
    options: DesignOptions,
    tell: Tell = lambda _what, _done, _of: None,
) -> tuple[GrownDesign, ...]:
    """A design for each step of a ramp, none with fewer tools of a group than the one before.

    Ctrl-C keeps the phases so far.

    Raises:
        InputError: something is unknown, or outside its bounds.
        PlanError: no number of tools reaches the target.
        KeyboardInterrupt: stopped before anything was known.
    """
    grown: list[GrownDesign] = []
    floor = dict(options.floor)
    for step in sorted(steps, key=lambda step: step.ready):
        closed = close_design(
            library, technology, step.carriers_per_month, replace(options, floor=floor), tell
        )
        bought = (
            Purchase(step, group, group.tools - floor.get(group.name, 0))
            for group in closed.design.groups
        )
        grown.append(GrownDesign(step, closed, tuple(row for row in bought if row.tools > 0)))
        floor = {group.name: group.tools for group in closed.design.groups}
        if closed.was_stopped:
            break
    return tuple(grown)


def grown_programme(grown: Sequence[GrownDesign]) -> Programme:
    """The plant as a programme: what the first phase has, deliveries of the others, and starts.

    Ways between steps are those of the last phase.
    """
    if len(grown) == 1:
        return programme_of(grown[0].closed.design, start=grown[0].step.ready)
    last = grown[-1].closed.design
    programme = programme_of(last, start=grown[0].step.ready)
    bare = programme.model_copy(update=_growth(programme, grown))
    groups = {group.name: group for group in last.groups}
    return bare.model_copy(update={"sources": sources_of(last, bare, groups)})


def _growth(programme: Programme, grown: Sequence[GrownDesign]) -> dict[str, Any]:
    """The tables that say how a plant grows."""
    header, route, plant = programme.programme, programme.routes[0].name, programme.plants[0].name
    counts = {group.name: group.tools for group in grown[0].closed.design.groups}
    return {
        "programme": replace(header, end=grown[-1].step.ready + (header.end - header.start)),
        "tool_groups": tuple(replace(g, tools=counts[g.name]) for g in programme.tool_groups),
        "deliveries": tuple(
            Delivery(tool_group=row.group.name, date=row.released, tools=row.tools)
            for phase in grown[1:]
            for row in phase.purchases
        ),
        "starts": tuple(
            Start(
                route=route,
                date=phase.step.ready,
                carriers_per_month=phase.step.carriers_per_month,
            )
            for phase in grown
        ),
        "phases": tuple(_phases(plant, grown)),
        "sources": (),
    }


def _phases(plant: str, grown: Sequence[GrownDesign]) -> list[Phase]:
    rows, volume, capital = [], 0.0, 0.0
    for number, phase in enumerate(grown, 1):
        money = phase.closed.design.money.capital_musd
        rows.append(
            Phase(
                plant=plant,
                phase=f"phase {number}",
                capacity_per_month=phase.step.carriers_per_month - volume,
                ready=phase.step.ready,
                capex_usd=round((money - capital) * 1e6),
            )
        )
        volume, capital = phase.step.carriers_per_month, money
    return rows
