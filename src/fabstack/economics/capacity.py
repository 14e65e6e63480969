"""Static capacity: what a carrier asks of each tool group, and what a tool can give.

    required tools = sum over steps (visits x time) / (hours x availability x target load)

(the usual formula, e.g. Hopp and Spearman, Factory Physics, ch. 18). The simulator runs the same
steps, so that a plan and a run differ by waiting alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from fabstack.model import Programme, by_key, follows_from, grouped
from fabstack.model.days import DAYS_PER_MONTH
from fabstack.model.routes import Basis, Route, Step
from fabstack.model.tools import Clock, ToolGroup

HOURS_PER_MONTH = 24 * DAYS_PER_MONTH


@follows_from("steps", "routes", "tool_groups", "breakdowns", "maintenances")
def hours_per_carrier(programme: Programme, route_name: str) -> Mapping[str, float]:
    """Tool hours that a started carrier takes of each tool group.

    Sampling, rework with all the steps that it does again, and scrap are in it, and the downtime
    that processing itself brings about (breakdowns on busy time, maintenance by carriers).
    """
    route: Route = by_key(programme.routes)[route_name]
    hours: defaultdict[str, float] = defaultdict(float)
    alive = 1.0
    steps = steps_of(programme, route_name)
    for step, visits in zip(steps, lot_visits(steps), strict=True):
        busy_h = step_min_per_carrier(programme, route, step) / 60
        hours[step.tool_group] += alive * visits * with_wear(programme, step.tool_group, busy_h)
        alive *= survival(step)
    return dict(hours)


@follows_from("steps")
def line_yield(programme: Programme, route_name: str) -> float:
    """Share of started carriers that leave a route's last step."""
    share = 1.0
    for step in steps_of(programme, route_name):
        share *= survival(step)
    return share


@follows_from("steps", "routes", "tool_groups", "moves")
def raw_process_min(programme: Programme, route_name: str) -> float:
    """Expected time of a lot on a route without any waiting.

    Process, load and unload, as often as a lot is expected at each step: sampling, and rework with
    all the steps that it does again. And each way to the next step that it is not spared, as far as
    it counts (dwell does not). There is no way to the first step before it is done again.
    """
    route: Route = by_key(programme.routes)[route_name]
    groups = by_key(programme.tool_groups)
    steps = steps_of(programme, route_name)
    total = 0.0
    for place, visits in enumerate(lot_visits(steps)):
        step = steps[place]
        group = groups[step.tool_group]
        handling_min = group.load_min + group.unload_min
        ways_min = sum(
            share * raw_move_min(programme, group, groups[steps[to].tool_group])
            for to, share in _ways_from(steps, place)
        )
        total += visits * (job_min(route, step) + handling_min + ways_min)
    return total


def _ways_from(steps: Sequence[Step], place: int) -> Iterator[tuple[int, float]]:
    """Where lots go from a step, and which share of them: on, or back to do it again."""
    step = steps[place]
    again = step.rework_percent / 100
    yield from _performed_next(steps, place + 1, 1 - again)
    if again:
        first = place if step.rework_to is None else _places(steps)[step.rework_to]
        yield from _performed_next(steps, first, again)


def _performed_next(steps: Sequence[Step], place: int, share: float) -> Iterator[tuple[int, float]]:
    """The steps from a place on that lots are not spared, and which share each of them gets."""
    while share > 0 and place < len(steps):
        here = share * steps[place].sampling_percent / 100
        if here:
            yield place, here
        share -= here
        place += 1


def _places(steps: Sequence[Visited]) -> Mapping[int, int]:
    return {step.step: place for place, step in enumerate(steps)}


class Visited(Protocol):
    """A step as far as it matters for how often lots come to it."""

    @property
    def step(self) -> int:
        """Position."""

    @property
    def sampling_percent(self) -> float:
        """Of lots that visit the step."""

    @property
    def rework_percent(self) -> float:
        """Of visits that go back."""

    @property
    def rework_to(self) -> int | None:
        """Step that a reworked lot returns to."""


def lot_visits(steps: Sequence[Visited]) -> list[float]:
    """How often a lot is expected to be processed at each step of a route.

    A lot passes a step once, and once more for each rework, at this step or a later one, that goes
    back to it or to an earlier one.
    """
    places = _places(steps)
    passes = [1.0] * len(steps)
    for place in range(len(steps) - 1, -1, -1):
        step = steps[place]
        again = step.sampling_percent / 100 * step.rework_percent / 100
        passes[place] /= 1 - again
        if again:
            first = place if step.rework_to is None else places[step.rework_to]
            for redone in range(first, place):
                passes[redone] += passes[place] * again
    return [count * step.sampling_percent / 100 for count, step in zip(passes, steps, strict=True)]


def move_min(programme: Programme, before: ToolGroup, after: ToolGroup) -> float:
    """Expected transport from one tool group to another of a plant, dwell in it.

    As the plant's moves say, the one that names most bays; else as its first route that says it.
    """
    return _way(programme, before, after)[0]


def raw_move_min(programme: Programme, before: ToolGroup, after: ToolGroup) -> float:
    """What of `move_min` counts as raw process time: all of it unless the row says otherwise."""
    mean_min, raw_min = _way(programme, before, after)
    return mean_min if raw_min is None else raw_min


def _way(programme: Programme, before: ToolGroup, after: ToolGroup) -> tuple[float, float | None]:
    """Expected minutes of a way, and those in raw process time if they are told apart."""
    fits = [
        move
        for move in grouped(programme.moves, "plant")[after.plant]
        if move.from_bay in ("", before.bay) and move.to_bay in ("", after.bay)
    ]
    if fits:
        found = max(fits, key=lambda move: (move.from_bay != "", move.to_bay != ""))
        return found.move.mean, found.raw_min
    for route in grouped(programme.routes, "plant")[after.plant]:
        if route.move is not None:
            return route.move.mean, route.move_raw_min
    return 0.0, None


@follows_from("steps")
def steps_of(programme: Programme, route_name: str) -> tuple[Step, ...]:
    """The steps of a route in order."""
    rows = grouped(programme.steps, "route")[route_name]
    return tuple(sorted(rows, key=lambda step: step.step))


def survival(step: Step) -> float:
    """Share of carriers that get past a step."""
    return step.yield_percent / 100 * (1 - step.lot_scrap_percent / 100)


def job_min(route: Route, step: Step) -> float:
    """Process time of one full lot alone at a step."""
    if step.basis is not Basis.CARRIER:
        return step.process.mean
    if step.interval_min is not None:  # a cascade: the first takes it all, each other one interval
        return step.process.mean + (route.carriers_per_lot - 1) * step.interval_min
    return step.process.mean * route.carriers_per_lot


def step_min_per_carrier(programme: Programme, route: Route, step: Step) -> float:
    """Minutes of one tool for one carrier at a step, in full lots and full batches."""
    group = by_key(programme.tool_groups)[step.tool_group]
    handling = (group.load_min + group.unload_min) / route.carriers_per_lot
    if step.basis is Basis.BATCH:
        full = max(step.batch_maximum or 0.0, float(route.carriers_per_lot))
        return step.process.mean / full + handling * route.carriers_per_lot / full
    if step.interval_min is not None:  # a cascade: loading runs beside it
        return step.interval_min / (1 if step.basis is Basis.CARRIER else route.carriers_per_lot)
    return job_min(route, step) / route.carriers_per_lot + handling


def with_wear(programme: Programme, group_name: str, busy_h: float) -> float:
    """Busy hours for one carrier and the downtime that they cause."""
    repairs = sum(
        b.repair.mean / b.between.mean
        for b in grouped(programme.breakdowns, "tool_group")[group_name]
        if b.clock is Clock.BUSY
    )
    stops_h = sum(
        m.duration.mean / m.every_carriers
        for m in grouped(programme.maintenances, "tool_group")[group_name]
        if m.every_carriers
    )
    return busy_h * (1 + repairs) + stops_h


@follows_from("breakdowns", "maintenances")
def availability(programme: Programme, group_name: str) -> float:
    """Share of a tool's time in which it is up, whatever it does; repairs taken as independent."""
    share = 1.0
    for breakdown in grouped(programme.breakdowns, "tool_group")[group_name]:
        if breakdown.clock is Clock.BUSY:
            continue
        between, repair = breakdown.between.mean, breakdown.repair.mean
        share *= between / (between + repair)
    stopped = sum(
        plan.duration.mean / plan.every_h
        for plan in grouped(programme.maintenances, "tool_group")[group_name]
        if plan.every_h
    )
    return max(share * (1 - stopped), 0.0)


def open_share(programme: Programme, plant_name: str) -> float:
    """Share of all hours in which a plant works, by its calendar."""
    plant = by_key(programme.plants)[plant_name]
    if plant.calendar is None:
        return 1.0
    calendar = by_key(programme.calendars)[plant.calendar]
    return (
        calendar.days_per_week
        / 7
        * calendar.hours_per_day
        / 24
        * (1 - calendar.shutdown_days_per_year / 365.25)
    )


def hours_per_tool_month(programme: Programme, group_name: str) -> float:
    """Hours a month in which one tool of a group is up while its plant works."""
    plant = by_key(programme.tool_groups)[group_name].plant
    return HOURS_PER_MONTH * open_share(programme, plant) * availability(programme, group_name)
