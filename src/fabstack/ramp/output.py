"""What comes out week by week: starts as phases, tools, people and learning allow, a cycle earlier.

Starts of a month are the least of what its phases and its released tools allow, times the speed
that has been learned by then, the share of wanted experts that is there, and the share of the month
in which no chance event stops the plant; and no more than a limit of work in process lets in
(Little's law: starts x cycle time <= WIP). Good units follow a cycle time later with the yield of
the month of their start.

Speed grows with what has been started: 1 - (1 - first) exp(-carriers / scale), a convention for the
learning of operators and engineers; its numbers are the programme's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import repeat

import numpy as np

from fabstack.check.capacity import Mix, units_of_a_carrier
from fabstack.check.output_claims import usual_mix
from fabstack.economics.capacity import line_yield, raw_process_min
from fabstack.economics.flow import technology_of, units_per_carrier, yield_share
from fabstack.economics.growth import good_output
from fabstack.model import Programme, by_key, grouped
from fabstack.model.days import DAYS_PER_MONTH, MINUTES_PER_MONTH
from fabstack.model.items import Item
from fabstack.model.plants import Plant
from fabstack.model.routes import Route
from fabstack.ramp.equipment import Arrival, ToolCapacity
from fabstack.ramp.events import up_share
from fabstack.ramp.futures import Futures
from fabstack.ramp.learning import item_yield
from fabstack.ramp.people import Staff
from fabstack.ramp.pieces import Keep, MakeAll
from fabstack.ramp.plants import Opening, capacity_per_month
from fabstack.ramp.schedule import Bools
from fabstack.uncertainty.chance import Floats
from fabstack.uncertainty.percentiles import fan

WEEKS_PER_MONTH = DAYS_PER_MONTH / 7
MATURE_MONTHS = 1200.0
X_FACTOR = 2.5  # cycle time over raw process time where neither route nor programme says (estimate)


@dataclass(frozen=True, slots=True, eq=False)
class OutputFan:
    """Good units of an item a week, in each month."""

    item: str
    plant: str
    percentiles: Floats  # [percentile 10 50 90, month]


@dataclass(frozen=True, slots=True, eq=False)
class Bottleneck:
    """How often a tool group, and no phase, allows the fewest starts while its plant is open."""

    plant: str
    group: str  # blank: the phases
    share: float  # of open months in all futures


@dataclass(frozen=True, slots=True, eq=False)
class Output:
    """Units and what holds them back."""

    fans: tuple[OutputFan, ...]
    bottlenecks: tuple[Bottleneck, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """What output follows from."""

    programme: Programme
    futures: Futures
    openings: Mapping[str, Opening]
    people: Sequence[Staff]
    arrivals: tuple[Arrival, ...]
    months: tuple[date, ...]
    grid_months: Floats  # [month] moments of the first days


def output(course: Course, keep: Keep | None = None) -> Output:
    """Units of every plant that has dated capacity, its phases or its tools."""
    keep = keep or MakeAll()
    fans: list[OutputFan] = []
    found: list[Bottleneck] = []
    routes = by_key(course.programme.routes)
    for plant in course.programme.plants:
        mixes = _mixes(course, plant)
        if all(mixes) and (course.openings[plant.name].phases or _has_tools(course, plant)):
            made = sorted({name for mix in mixes for name in mix})
            groups = _limits(course, plant)
            make = partial(_plant_output, course, plant, mixes, made, groups)
            *spreads, counts = keep.piece(f"output/{plant.name}", make)
            items = (routes[name].item for name in made)
            fans += map(OutputFan, items, repeat(plant.name), spreads)
            found += _bottlenecks(plant, groups, counts)
    return Output(tuple(fans), tuple(found))


def _plant_output(
    course: Course, plant: Plant, mixes: list[Mix], made: list[str], groups: list[str]
) -> Sequence[Floats]:
    """Percentiles of each route's units, and how often each limit was the scarcest."""
    starts, counts = _starts(course, plant, mixes)
    fans = [_fan(course, plant, starts, mixes, name) for name in made]
    return *fans, np.array([float(counts.get(group, 0)) for group in groups])


def _limits(course: Course, plant: Plant) -> list[str]:
    """What may be scarcest: the phases (blank), or a tool group."""
    return ["", *sorted(g.name for g in course.programme.tool_groups if g.plant == plant.name)]


def _bottlenecks(plant: Plant, groups: list[str], counts: Floats) -> Iterator[Bottleneck]:
    for group, count in zip(groups, counts.tolist(), strict=True):
        if count:
            yield Bottleneck(plant.name, group, count / float(counts.sum()))


def _mixes(course: Course, plant: Plant) -> list[Mix]:
    """The mix of each month: as the markets need it at the end of its year."""
    by_year = {
        year: usual_mix(course.programme, plant.name, date(year, 12, 31))
        for year in sorted({month.year for month in course.months})
    }
    return [by_year[month.year] for month in course.months]


def _has_tools(course: Course, plant: Plant) -> bool:
    return bool(grouped(course.programme.tool_groups, "plant")[plant.name])


# --- Starts ---------------------------------------------------------------------------------------


def _starts(course: Course, plant: Plant, mixes: list[Mix]) -> tuple[Floats, dict[str, int]]:
    """Carriers started in each month, [month, sample], and how often each thing is scarcest."""
    samples = course.futures.samples
    opening = course.openings[plant.name]
    tools = {id(m): ToolCapacity(course.programme, plant.name, m, course.arrivals) for m in mixes}
    starts = np.zeros((len(course.months), samples))
    begun, counts = np.zeros(samples), dict[str, int]()
    speed, covered = _speed(course, plant), _covered(course, plant)
    up = up_share(course.programme, course.futures, plant.name, course.grid_months)
    for month, mix in enumerate(mixes):
        now = course.grid_months[month]
        is_open = np.broadcast_to(opening.opens <= now, samples)
        if is_open.any():
            by_tools, scarcest = tools[id(mix)].at(now)
            by_phases = _by_phases(course, opening, now, mix)
            most = np.where(is_open, np.minimum(by_tools, by_phases), 0.0)
            starts[month] = np.minimum(
                most * speed(begun) * covered[month] * up[month], _most_started(course, plant, mix)
            )
            begun += starts[month]
            names = [group.name for group in tools[id(mix)].groups]
            _count(counts, names, scarcest, by_tools < by_phases, is_open)
    return starts, counts


def _by_phases(course: Course, opening: Opening, now: float, mix: Mix) -> Floats:
    if not opening.phases:
        return np.array([np.inf])
    units = units_of_a_carrier(course.programme, mix)
    return capacity_per_month(opening, now, 1 / units if units else 0.0)


def _speed(course: Course, plant: Plant) -> Callable[[Floats], Floats]:
    technology = by_key(course.programme.technologies).get(plant.technology or "")
    if technology is None or technology.rate_learning_carriers is None:
        return np.ones_like
    cell = f"technologies/{technology.name}"
    first = course.futures.value(f"{cell}/rate_start_percent", technology.rate_start_percent) / 100
    scale = course.futures.value(
        f"{cell}/rate_learning_carriers", technology.rate_learning_carriers
    )
    return lambda begun: 1 - (1 - first) * np.exp(-begun / scale)


def _covered(course: Course, plant: Plant) -> Floats:
    """Share of the wanted experts that is there, of the scarcest skill, [month, sample] or ones."""
    wanted = {row.skill for row in grouped(course.programme.staffings, "plant")[plant.name]}
    shares = [staff.covered for staff in course.people if staff.skill.name in wanted]
    ones = np.ones((len(course.months), 1))
    return np.min(np.broadcast_arrays(ones, *shares), axis=0) if shares else ones


def _most_started(course: Course, plant: Plant, mix: Mix) -> float:
    if plant.wip_limit is None:
        return np.inf
    routes, whole = by_key(course.programme.routes), sum(mix.values())
    cycle = sum(n / whole * cycle_months(course.programme, routes[name]) for name, n in mix.items())
    return plant.wip_limit / cycle if cycle > 0 else np.inf


def cycle_months(programme: Programme, route: Route) -> float:
    """Months from start to finish: as the route states, else raw process time times an X-factor."""
    if route.lead_time_months is not None:
        return route.lead_time_months
    factor = programme.planning.x_factor
    raw = raw_process_min(programme, route.name) / MINUTES_PER_MONTH
    return raw * (X_FACTOR if factor is None else factor)


def _count(
    counts: dict[str, int], names: list[str], scarcest: Floats, by_tools: Bools, is_open: Bools
) -> None:
    samples = is_open.shape
    tight, which = np.broadcast_to(by_tools, samples), np.broadcast_to(scarcest, samples)
    for i, name in enumerate(names):
        hits = int((tight & is_open & (which == i)).sum())
        if hits:
            counts[name] = counts.get(name, 0) + hits
    phases = int((~tight & is_open).sum())
    if phases:
        counts[""] = counts.get("", 0) + phases


# --- Units ----------------------------------------------------------------------------------------


def _fan(course: Course, plant: Plant, starts: Floats, mixes: list[Mix], name: str) -> Floats:
    """Good units of a route a week, [percentile, month]."""
    route = by_key(course.programme.routes)[name]
    shares = np.array([mix.get(name, 0.0) / sum(mix.values()) for mix in mixes])[:, None]
    good = starts * shares * _good_per_carrier(course, route, plant)
    cycle = cycle_months(course.programme, route)
    return fan(good_output(good, np.ones(1), cycle) / WEEKS_PER_MONTH)


def _good_per_carrier(course: Course, route: Route, plant: Plant) -> Floats:
    """Good items of a carrier by the month of its start, [month, sample] or [month, 1]."""
    item = by_key(course.programme.items)[route.item]
    per_carrier = units_per_carrier(course.programme, route.name) * line_yield(
        course.programme, route.name
    )
    return per_carrier * _yields(course, item, course.openings[plant.name])


def _yields(course: Course, item: Item, opening: Opening) -> Floats:
    technology = technology_of(course.programme, item)
    if technology is None:
        share = yield_share(course.programme, item, MATURE_MONTHS)
        return np.full((len(course.months), 1), share)
    curve = item_yield(item, technology, course.futures, opening)
    rows = [curve(now) for now in course.grid_months[: len(course.months)]]
    width = max(len(row) for row in rows)
    return np.array([np.broadcast_to(row, width) for row in rows])
