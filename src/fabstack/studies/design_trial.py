"""One simulation of a designed plant, read as the designer needs it: visit by visit.

Work, waits and stays are taken for each visit of a lot and scaled to the stated starts, so that a
window of some weeks gives what years would, wherever groups are not beyond their limits.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from fabstack.designer import Design, programme_of
from fabstack.designer.rates import passage_min, simulated_min
from fabstack.designer.rows import Tool
from fabstack.model import Programme
from fabstack.model.days import MINUTES_PER_DAY, MINUTES_PER_MONTH
from fabstack.results.simulate_tools import BUSY, IDLE, utilisation_percent
from fabstack.simulate.readings import Reading
from fabstack.simulate.run import SimulationResult, prepare, replicate
from fabstack.studies.design_time import CycleTime, RawTimes
from fabstack.studies.design_wip import lots_per_min, wip_of

UPKEEP_DAYS = 730.0  # a run without lots, for the time that tools are up
UPKEEP_TOOLS = 200  # of each upkeep in that run, and no fewer than of its largest group
LONG_DAYS = 365.0  # of a window, from which on its own up time counts
SETTLE_SHARE = 0.25  # of a window, before it is read

Tell = Callable[[float], None]  # takes the share that is done


def _silent(_share: float) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Visit:
    """What one visit of a lot means at a tool group, on average."""

    busy_min: float  # of a tool
    stay_min: float  # of the lot: waiting, and in the tool
    wait_min: float  # of it before the tool


@dataclass(frozen=True, slots=True)
class Trial:
    """What a simulation says of a design."""

    design: Design
    days: float  # that were read
    visits: Mapping[str, Visit]  # tool group -> its mean visit
    utilisation_percent: Mapping[str, float]  # tool group -> of available time, in this window
    carriers_per_month: float  # that left the last step
    wip_lots: float
    lot_steps: int

    def queue_days(self, times: RawTimes) -> float:
        """Days that a lot waits for tools and for their stops."""
        counts = visits_by_group(self.design)
        stays = sum(counts[name] * visit.stay_min for name, visit in self.visits.items())
        return stays / MINUTES_PER_DAY - times.held_days

    def cycle_time(self, times: RawTimes) -> CycleTime:
        """The cycle time by its parts."""
        return CycleTime(
            process_days=times.process_days,
            queue_days=self.queue_days(times),
            transport_days=times.transport_days,
            dwell_days=times.dwell_days(self.design.flow.parameters["dwell_min"]),
        )

    @property
    def is_long(self) -> bool:
        """Whether the window shows the up time of years."""
        return self.days >= LONG_DAYS

    @property
    def output_ratio(self) -> float:
        """What left over what should have."""
        return self.carriers_per_month / (
            self.design.carriers_per_month * self.design.flow.line_yield
        )


def visits_by_group(design: Design) -> Mapping[str, float]:
    """Visits of a lot at each tool group."""
    counts: defaultdict[str, float] = defaultdict(float)
    for step, visits in zip(design.flow.steps, design.flow.visits, strict=True):
        counts[step.group] += visits
    return counts


def days_for(design: Design, visits: float, least: float, most: float) -> float:
    """Days in which lots make so many visits, between two bounds."""
    daily = lots_per_min(design) * MINUTES_PER_DAY * sum(design.flow.visits)
    return min(max(visits / daily, least), most)


def run_trial(
    design: Design,
    days: float,
    *,
    seed: int,
    visits: Mapping[str, Visit] | None = None,
    tell: Tell = _silent,
) -> Trial:
    """Simulate a design, filled with lots that stay as `visits` say: else as if nobody waited."""
    programme = programme_of(design)
    stays = _stays(design, visits or {})
    wip = wip_of(design, programme.routes[0].name, stays)
    result = _run(programme.model_copy(update={"wip": wip}), days, seed, tell)
    return _read(design, result)


def _stays(design: Design, visits: Mapping[str, Visit]) -> Mapping[str, float]:
    """Minutes of a visit and of the way there, by tool group."""
    given, lot = design.flow.parameters, design.flow.technology.carriers_per_lot
    way_min = (given["move_low_min"] + given["move_high_min"]) / 2 + given["dwell_min"]
    tools = {group.name: group.tool for group in design.groups}
    stays = {}
    for step in design.flow.steps:
        tool = tools[step.group]
        alone = simulated_min(design.flow, step, tool) * max(lot, tool.load)
        known = visits.get(step.group)
        stay_min = known.stay_min if known else alone + tool.load_min + tool.unload_min
        stays[step.group] = stay_min + way_min + passage_min(tool, step, design.flow)
    return stays


def _run(programme: Programme, days: float, seed: int, tell: Tell) -> SimulationResult:
    until_min = days * MINUTES_PER_DAY
    prepared = prepare(
        programme,
        until_min=until_min,
        warm_up_min=SETTLE_SHARE * until_min,
        seed=seed,
        replications=1,
    )
    return replicate(prepared, tell=tell)


def _read(design: Design, result: SimulationResult) -> Trial:
    first, last = result.replications[0].readings
    period = last.since(first)
    months = period.at_min / MINUTES_PER_MONTH
    used = utilisation_percent(period.state_min)
    return Trial(
        design=design,
        days=period.at_min / MINUTES_PER_DAY,
        visits={name: _visit(period, i) for i, name in enumerate(result.names.groups)},
        utilisation_percent={name: float(used[i]) for i, name in enumerate(result.names.groups)},
        carriers_per_month=float(period.carriers_left.sum()) / months,
        wip_lots=float(period.area.sum()) / period.at_min,
        lot_steps=last.steps_done,
    )


def _visit(period: Reading, group: int) -> Visit:
    ended = max(float(period.lots_ended[group]), 1.0)
    return Visit(
        busy_min=float(period.state_min[group, BUSY].sum()) / ended,
        stay_min=float(period.inside_area[group]) / ended,
        wait_min=float(period.waiting_area[group]) / ended,
    )


def up_shares(design: Design, seed: int) -> Mapping[str, float]:
    """Share of all time in which a group's tools are up, from a run in which nothing is made.

    Groups with the same breakdowns and stops share one figure, taken over many tools.
    """
    first: dict[tuple[float | None, float, str], str] = {}
    tools = {group.name: 1 for group in design.groups}
    for group in design.groups:
        sample = first.setdefault(_upkeep(group.tool), group.name)
        tools[sample] = max(tools[sample], group.tools, UPKEEP_TOOLS)
    idle = programme_of(design.with_tools(tools)).model_copy(update={"starts": ()})
    minutes = _run(idle, UPKEEP_DAYS, seed, _silent).replications[0].readings[-1].state_min
    up = minutes[:, [*BUSY, *IDLE]].sum(axis=1) / minutes.sum(axis=1)
    shares = dict(zip((group.name for group in idle.tool_groups), np.asarray(up), strict=True))
    return {group.name: float(shares[first[_upkeep(group.tool)]]) for group in design.groups}


def _upkeep(tool: Tool) -> tuple[float | None, float, str]:
    return tool.mttf_h, tool.mttr_h, tool.stops


def with_dwell(design: Design, dwell_min: float) -> Design:
    """The design with dwell to the tenth of a minute: nobody knows it better."""
    return design.with_dwell(round(dwell_min, 1))
