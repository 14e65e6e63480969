"""How many tools of each group a volume takes.

    needed = sum over steps  starts x survivors x visits x hours per visit / hours of a month

with nameplate x CEE for the hours of a visit (CSM workbook 2001; tools.md 6.2), visits with
sampling and rework in them, and more or fewer tools where another load is planned for.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fabstack.designer.expansion import Flow
from fabstack.designer.library import Library
from fabstack.designer.rates import sizing_hours, up_share
from fabstack.designer.rows import Tool

ROUNDING = 1e-9  # a need of 3.0000000001 tools is 3


@dataclass(frozen=True, slots=True)
class ToolGroup:
    """Interchangeable tools: what a volume needs, and what is there."""

    name: str
    tool: Tool
    linked: Tool | None  # what stands with each tool, such as a track
    needed: float  # tools at the planned load
    tools: int
    planned_load_percent: float  # of available time
    hours_per_carrier: float  # of available tools, as simulated
    visits_per_carrier: float
    carriers_per_month: float

    @property
    def load_percent(self) -> float:
        """Of the tools' available time."""
        return self.planned_load_percent * self.needed / self.tools

    @property
    def limit_per_month(self) -> float:
        """Carriers a month at which the group is at its planned load."""
        return self.carriers_per_month * self.tools / self.needed if self.needed else math.inf

    @property
    def price_musd(self) -> float:
        """Million USD of one tool with what stands with it."""
        return self.tool.price_musd + (self.linked.price_musd if self.linked else 0.0)

    @property
    def footprint_m2(self) -> float:
        """Of one tool with what stands with it."""
        return self.tool.footprint_m2 + (self.linked.footprint_m2 if self.linked else 0.0)

    @property
    def power_kw(self) -> float:
        """Connected, of one tool with what stands with it."""
        return self.tool.power_kw + (self.linked.power_kw if self.linked else 0.0)

    def people(self, kind: str) -> float:
        """`operators`, `technicians` or `engineers` of one tool with what stands with it."""
        linked = getattr(self.linked, kind) if self.linked else 0.0
        return float(getattr(self.tool, kind) + linked)


def sized_groups(
    library: Library, flow: Flow, carriers_per_month: float, loads: Mapping[str, float]
) -> tuple[ToolGroup, ...]:
    """The groups of a plant; `loads` are percent of available time by kind, "" for all others."""
    return shared_groups(library, ((flow, carriers_per_month),), loads)


def shared_groups(
    library: Library, flows: Sequence[tuple[Flow, float]], loads: Mapping[str, float]
) -> tuple[ToolGroup, ...]:
    """The groups of a plant for several flows, each with its carriers a month.

    Work of all flows adds up where they ask for the same group; what a group counts for a carrier
    is for the mean one.
    """
    carriers = sum(volume for _, volume in flows)
    work: dict[str, _Work] = {}
    for flow, volume in flows:
        for step, alive, count in zip(flow.steps, flow.alive, flow.visits, strict=True):
            found = work.setdefault(step.group, _Work(library.tools[step.tool]))
            share = volume / carriers
            found.hours += share * (alive * count * sizing_hours(flow, step, found.tool))
            found.visits += share * (alive * count)
    parameters = flows[0][0].parameters
    return tuple(
        _group(library, parameters, name, one, carriers, loads) for name, one in work.items()
    )


@dataclass(slots=True)
class _Work:
    """What a mean carrier asks of a group."""

    tool: Tool
    hours: float = 0.0  # of nameplate x CEE
    visits: float = 0.0


def _group(
    library: Library,
    parameters: Mapping[str, float],
    name: str,
    work: _Work,
    carriers_per_month: float,
    loads: Mapping[str, float],
) -> ToolGroup:
    tool = work.tool
    at_cee = parameters["cee_load_percent"]
    planned = loads.get(tool.kind, loads.get("", tool.max_load_percent))
    busy = carriers_per_month * work.hours / parameters["hours_per_month"]
    needed = busy * at_cee / planned
    return ToolGroup(
        name=name,
        tool=tool,
        linked=library.tools[tool.linked_kind] if tool.linked_kind else None,
        needed=needed,
        tools=max(math.ceil(needed - ROUNDING), tool.minimum),
        planned_load_percent=planned,
        hours_per_carrier=work.hours * up_share(tool) * at_cee / 100,
        visits_per_carrier=work.visits,
        carriers_per_month=carriers_per_month,
    )
