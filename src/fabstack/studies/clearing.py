"""Clearing functions of all tool groups, from simulations at several loads.

At each load a tool group shows one point of its function: what waits, and how much of its hours it
works. Hours are those that a plan counts for what was done, so that setups and batches that are not
full lower the load that so much waiting work brings. What waits is all that lots spend at the group
beyond their raw process time there, by Little's law.

Straight lines join the points as high as they allow (the concave hull). Above the last load that
was simulated the queue of a group with n tools grows as

    wait ~ u^(sqrt(2 (n + 1)) - 1) / (n (1 - u))

(H. Sakasegawa, Ann. Inst. Statist. Math. 29(A), 1977; Hopp and Spearman, Factory Physics, ch. 8)
from what it was there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from fabstack.economics.capacity import (
    hours_per_tool_month,
    job_min,
    lot_visits,
    step_min_per_carrier,
    steps_of,
    survival,
    with_wear,
)
from fabstack.errors import LimitError
from fabstack.model import Programme, by_key
from fabstack.model.days import MINUTES_PER_MONTH
from fabstack.results.schema import table_of
from fabstack.results.simulate_lots import measured
from fabstack.simulate import SimulationResult, simulate
from fabstack.simulate.readings import Reading
from fabstack.studies.changes import with_load
from fabstack.studies.design_queue import shape

TAIL = (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.93, 0.95, 0.97, 0.98, 0.99)  # loads beyond the simulated

SURE_PERCENT = 90.0  # a pilot below this load is far enough from saturation to scale from
LESS = 0.8  # of the starts, for the next pilot
PILOTS = 20

Tell = Callable[[str, int, int], None]


class Point(NamedTuple):
    """Hours of work of one tool that wait for each tool, and the percent of hours worked then."""

    waiting_h: float
    load_percent: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FitOptions:
    """What to run; None leaves it to the programme.

    A load is that of the fullest tool group, in hours that a plan counts.
    """

    loads_percent: Sequence[float]
    until_min: float | None = None
    warm_up_min: float | None = None
    replications: int | None = None
    seed: int = 1
    workers: int = 1


@dataclass(slots=True)
class ClearingFit:
    """What was seen at the loads that were finished, and the functions drawn through it."""

    tools: Mapping[str, float] = field(default_factory=dict)
    seen: dict[str, list[Point]] = field(default_factory=lambda: defaultdict(list))
    overloaded: list[float] = field(default_factory=list)  # loads at which lots piled up
    was_stopped: bool = False

    def functions(self) -> dict[str, list[Point]]:
        """Points of the clearing function of each tool group that had work."""
        return {name: function(self.seen[name], self.tools[name]) for name in sorted(self.seen)}

    def tables(self) -> dict[str, pl.DataFrame]:
        """The functions as a table of the catalogue."""
        rows = [
            {"tool_group": name, **point._asdict(), "simulated": point in self.seen[name]}
            for name, points in self.functions().items()
            for point in points
        ]
        return {"clearing_points": table_of("clearing_points", rows)}


def clearing_study(
    programme: Programme, options: FitOptions, tell: Tell = lambda _what, _done, _of: None
) -> ClearingFit:
    """Simulate every load; Ctrl-C ends it early with what was finished.

    Raises:
        LimitError: the programme's fab is saturated even by a few starts.

    """
    fit = ClearingFit()
    try:
        tell("pilot", 0, 1)
        per_start = _load_of_own_starts(programme, options)
        for done, load in enumerate(sorted(options.loads_percent)):
            tell("loads", done, len(options.loads_percent))
            _add_load(fit, programme, options, load / per_start, load)
    except KeyboardInterrupt:
        fit.was_stopped = True
    return fit


def _load_of_own_starts(programme: Programme, options: FitOptions) -> float:
    """Percent of load for each whole of the programme's own starts, from a pilot run."""
    factor = 1.0
    for _ in range(PILOTS):
        try:
            seen = points_seen(programme, _run(programme, replace(options, replications=1), factor))
        except LimitError:
            seen = {}
        load = max([point.load_percent for point in seen.values()], default=100.0)
        if load < SURE_PERCENT:
            return load / factor
        factor *= LESS
    raise LimitError(f"{factor:.2g} of the programme's starts saturate a tool group still")


def _run(programme: Programme, options: FitOptions, factor: float) -> SimulationResult:
    return simulate(
        with_load(programme, factor),
        until_min=options.until_min,
        warm_up_min=options.warm_up_min,
        seed=options.seed,
        replications=options.replications,
        workers=options.workers,
    )


def _add_load(
    fit: ClearingFit, programme: Programme, options: FitOptions, factor: float, load: float
) -> None:
    try:
        result = _run(programme, options, factor)
    except LimitError:
        fit.overloaded.append(load)
        return
    names = result.names.groups
    fit.tools = dict(zip(names, result.fab.groups.tools.astype(float).tolist(), strict=True))
    for name, point in points_seen(programme, result).items():
        fit.seen[name].append(point)


# --- What a simulation shows ----------------------------------------------------------------------


def points_seen(programme: Programme, result: SimulationResult) -> dict[str, Point]:
    """One point for each tool group that had work and was followed."""
    visits, readings = _visits(programme, result), measured(result)
    found = {}
    for number, name in enumerate(result.names.groups):
        if name in visits and number not in result.scene.delays:
            tools = float(result.fab.groups.tools[number])
            up_h = tools * hours_per_tool_month(programme, name)
            points = [_point(reading, number, visits[name], up_h) for reading in readings]
            waiting_h, load = np.mean(points, axis=0)
            if load > 0:
                found[name] = Point(float(f"{waiting_h / tools:.4g}"), round(100 * float(load), 3))
    return found


class Visit(NamedTuple):
    """A visit to a tool group, on average over those that are made."""

    hours: float  # of a tool, for a carrier
    raw_min: float  # of a lot in the tool


def _visits(programme: Programme, result: SimulationResult) -> Mapping[str, Visit]:
    """Visits of the mix of routes that was started."""
    total: defaultdict[str, Any] = defaultdict(lambda: np.zeros(3))
    groups = by_key(programme.tool_groups)
    for name, carriers in _started(result).items():
        route, alive, steps = by_key(programme.routes)[name], carriers, steps_of(programme, name)
        for step, times in zip(steps, lot_visits(steps), strict=True):
            group = groups[step.tool_group]
            busy_h = step_min_per_carrier(programme, route, step) / 60
            raw_min = job_min(route, step) + group.load_min + group.unload_min
            each = np.array([1.0, with_wear(programme, group.name, busy_h), raw_min])
            total[group.name] += alive * times * each
            alive *= survival(step)
    return {
        name: Visit(float(hours / count), float(raw_min / count))
        for name, (count, hours, raw_min) in total.items()
        if count > 0
    }


def _started(result: SimulationResult) -> Mapping[str, float]:
    """Carriers started on each route after the warm-up, mean of the replications."""
    started = np.mean([reading.carriers_entered for reading in measured(result)], axis=0)
    found: defaultdict[str, float] = defaultdict(float)
    for product, carriers in zip(result.names.products, started.tolist(), strict=True):
        found[product.route] += carriers
    return found


def _point(reading: Reading, group: int, visit: Visit, up_h: float) -> tuple[float, float]:
    """(hours of work that wait, share of the hours in which tools are up that they work)."""
    lots, carriers = float(reading.lots_ended[group]), float(reading.carriers_ended[group])
    if not lots:
        return 0.0, 0.0
    wait_min = max(float(reading.inside_area[group]) - lots * visit.raw_min, 0.0)
    waiting_lots = wait_min / reading.at_min
    worked_h = carriers * visit.hours
    return waiting_lots * worked_h / lots, worked_h / (up_h * reading.at_min / MINUTES_PER_MONTH)


# --- The function ---------------------------------------------------------------------------------


def function(seen: Sequence[Point], tools: float) -> list[Point]:
    """Points of a concave function as high as what was seen, and on from the last of it."""
    last = max(seen, key=lambda point: point.load_percent)
    return _hull([*seen, *_tail(last, tools)])


def _tail(last: Point, tools: float) -> Iterator[Point]:
    """Points at higher loads, by the queue formula scaled to the last one seen."""
    begin = last.load_percent / 100
    if not 0 < begin < 1:
        return
    level = last.waiting_h / (begin * shape(begin, max(round(tools), 1)))
    for load in TAIL:
        if load > begin + 0.01:
            waiting_h = level * load * shape(load, max(round(tools), 1))
            yield Point(float(f"{waiting_h:.4g}"), 100 * load)


def _hull(points: Sequence[Point]) -> list[Point]:
    """The corners of the concave function that no point lies above, from (0, 0) on."""
    corners = [Point(0.0, 0.0)]
    best: dict[float, float] = {}
    for point in points:
        best[point.waiting_h] = max(best.get(point.waiting_h, 0.0), min(point.load_percent, 100.0))
    for waiting_h in sorted(best):
        point = Point(waiting_h, best[waiting_h])
        if point.load_percent <= corners[-1].load_percent:
            continue
        while corners and _is_below(corners, point):
            corners.pop()
        corners.append(point)
    return corners


def _is_below(corners: Sequence[Point], point: Point) -> bool:
    """True where the last corner is no corner any more."""
    last = corners[-1]
    if last.waiting_h == point.waiting_h:
        return True
    if len(corners) == 1:
        return False
    before = corners[-2]
    rise = (last.load_percent - before.load_percent) * (point.waiting_h - before.waiting_h)
    return rise <= (point.load_percent - before.load_percent) * (last.waiting_h - before.waiting_h)


def waiting_h(points: Sequence[Point], load_percent: float) -> float:
    """Work that waits at a load; infinite where a tool group never works so much."""
    if load_percent > points[-1].load_percent:
        return float("inf")
    waits, loads = np.array(points).T
    return float(np.interp(load_percent, loads, waits))


def written(functions: Mapping[str, Sequence[Point]]) -> str:
    """The functions as the table `clearing_points` of a programme."""
    rows = [
        f"{name},{point.waiting_h:g},{point.load_percent:g}"
        for name, points in functions.items()
        for point in points
        if point != (0.0, 0.0)
    ]
    return "\n".join(("tool_group,waiting_h,load_percent", *rows, ""))
