"""The checker's look at routes on which carriers wait: where, how many come, and who does the work.

A plan says of each queue what waits and what is worked. What its tool group would have to be given
for that is worked out here from the points of the clearing function; the shares that the program
assigned are not asked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from fabstack.economics.capacity import hours_per_tool_month, lot_visits, steps_of
from fabstack.model import by_key, grouped
from fabstack.model.routes import Route, Wip
from fabstack.plan.checker_terms import Terms
from fabstack.plan.result import PlanResult

Error = tuple[float, str]
ROUNDING = 1e-7  # of the hours of a tool group, that a solver works while nothing waits
Hours = defaultdict[tuple[object, int], float]  # of a tool group in a period


class Stop(NamedTuple):
    """A queue on a route."""

    group: str
    at: float  # months after the start without waiting
    place: float  # steps behind it, on average
    hours: float
    visits: float


class Flow(NamedTuple):
    """Carriers that go on from a place on a route, period by period."""

    at: float
    carriers: list[float]


def stops(terms: Terms, route: Route) -> list[Stop]:
    """The queues of a route in their order."""
    rows = terms.hours_of_start(route)
    if terms.cleared.isdisjoint(row[0] for row in rows):
        return []
    members: defaultdict[tuple[str, int], list[tuple[float, int, float, float]]] = defaultdict(list)
    longest = min(terms.months(period) for period in range(terms.periods)) / 4
    begins = terms.step_lags(route, middle=0.0)
    times = lot_visits(steps_of(terms.programme, route.name))
    for place, (group, _, hours, step) in enumerate(rows):
        if group in terms.cleared and hours > 0:
            block = int((begins[step] + 1e-9) / longest)
            visits = terms.alive_at(route, step) * times[place]
            members[group, block].append((begins[step], place, hours, visits))
    found = [_stop(group, own) for (group, _), own in members.items()]
    return sorted(found, key=lambda stop: (stop.at, stop.place))


def _stop(group: str, rows: list[tuple[float, int, float, float]]) -> Stop:
    visits = sum(row[3] for row in rows)
    return Stop(
        group,
        at=sum(row[0] * row[3] for row in rows) / visits,
        place=sum(row[1] for row in rows) / len(rows),
        hours=sum(row[2] for row in rows),
        visits=visits,
    )


def flows(terms: Terms, result: PlanResult, route: Route) -> list[Flow]:
    """What starts, and what goes on after each queue."""
    started = result.starts[result.names.routes.index(route.name)]
    found = [Flow(0.0, [float(x) for x in started])]
    for number, stop in enumerate(stops(terms, route), start=1):
        worked = result.worked[_place(result, route, number)]
        found.append(Flow(stop.at, [float(x) for x in worked]))
    return found


def _place(result: PlanResult, route: Route, number: int) -> int:
    for place, queue in enumerate(result.names.queues):
        if (queue.route, queue.number) == (route.name, number):
            return place
    raise AssertionError(f"the plan has no queue {number} on {route.name}")


def next_stop(terms: Terms, lot: Wip) -> tuple[int, float] | None:
    """(queue that a lot inside comes to first, months until then); None: it leaves."""
    route = by_key(terms.programme.routes)[lot.route]
    lags = terms.step_lags(route)
    behind = [lag for step, lag in lags.items() if step < lot.step]
    for place, stop in enumerate(stops(terms, route)):
        if stop.place >= len(behind):
            return place, max(stop.at - max(behind, default=0.0), 0.0)
    return None


# --- Balance --------------------------------------------------------------------------------------


def queue_errors(terms: Terms, result: PlanResult) -> Iterator[Error]:
    """What comes to a queue is worked or still waits."""
    inside: defaultdict[tuple[str, int, int], float] = defaultdict(float)
    for lot in terms.programme.wip:
        stop = next_stop(terms, lot)
        if stop is not None:
            route = by_key(terms.programme.routes)[lot.route]
            left = lot.carriers / terms.alive_at(route, lot.step)
            inside[lot.route, stop[0], terms.holding(stop[1])] += left
    for route in terms.programme.routes:
        passing = flows(terms, result, route)
        for number in range(1, len(passing)):
            come = [inside[route.name, number - 1, period] for period in range(terms.periods)]
            for period, carriers in enumerate(passing[number - 1].carriers):
                lag = passing[number].at - passing[number - 1].at
                for when, share in terms.arrivals(period, lag):
                    come[when] += carriers * share
            waiting = result.waiting[_place(result, route, number)]
            yield from _one_queue(come, passing[number].carriers, waiting.tolist(), route.name)


def _one_queue(
    come: list[float], worked: list[float], waiting: list[float], route: str
) -> Iterator[Error]:
    before, largest = 0.0, max([1.0, *come, *worked])
    for period, (more, less, after) in enumerate(zip(come, worked, waiting, strict=True)):
        what = f"queue of {route} in period {period}"
        yield abs(before + more - less - after) / largest, what
        before = after


# --- The work of tool groups ----------------------------------------------------------------------


def worked_hours(terms: Terms, result: PlanResult) -> Iterator[tuple[str, int, float, float]]:
    """(tool group, period, hours worked for a queue, hours that must be given to it)."""
    for route in terms.programme.routes:
        for number, stop in enumerate(stops(terms, route), start=1):
            place = _place(result, route, number)
            for period in range(terms.periods):
                hours = stop.hours * float(result.worked[place, period])
                work_h = float(result.waiting[place, period]) * stop.hours / stop.visits
                yield stop.group, period, hours, _given(terms, stop.group, period, hours, work_h)


def _given(terms: Terms, group: str, period: int, hours: float, work_h: float) -> float:
    """The fewest usable hours with which so many are worked while so much work waits."""
    hours -= ROUNDING * max(terms.usable_hours(group, period), 1.0)
    if hours <= 0:
        return 0.0
    open_h = hours_per_tool_month(terms.programme, group) * terms.months(period)
    open_h *= terms.options.efficiencies.get(group, 1.0)
    load, most = _load(terms, group, work_h / hours * open_h), _most_load(terms, group)
    return hours * max(most / load, 1.0) if load > 0 else float("inf")


def _most_load(terms: Terms, group_name: str) -> float:
    """Of the hours in which tools are up, the share that a plan may use; of given ones, all."""
    if any(row.tool_group == group_name for row in terms.programme.capacities):
        return 1.0
    group = by_key(terms.programme.tool_groups)[group_name]
    return (group.max_load_percent or terms.programme.planning.max_load_percent) / 100


def _load(terms: Terms, group: str, wait_h: float) -> float:
    """Load at which work waits for so long: where waiting = wait x load meets the function."""
    below, load = 0.0, 0.0
    points = grouped(terms.programme.clearing_points, "tool_group")[group]
    for point in sorted(points, key=lambda point: point.waiting_h):
        share = point.load_percent / 100
        if point.waiting_h > wait_h * share:
            steps = (point.waiting_h - below) - wait_h * (share - load)
            return load + (share - load) * (wait_h * load - below) / steps
        below, load = point.waiting_h, share
    return load


def used_hours(terms: Terms, result: PlanResult) -> Hours:
    """Hours of tool groups at which carriers wait for a fixed time or not at all."""
    used: Hours = defaultdict(float)
    for route in terms.programme.routes:
        passing = flows(terms, result, route)
        for group, lag, hours, _ in terms.hours_of_start(route):
            flow = [flow for flow in passing if flow.at <= lag][-1]
            for period, carriers in enumerate(flow.carriers if group not in terms.cleared else ()):
                for when, share in terms.arrivals(period, lag - flow.at):
                    used[group, when] += carriers * share * hours
    return used


def hours_inside(terms: Terms) -> Hours:
    """Hours that lots inside on the first day need until they leave, or come to a queue."""
    inside: Hours = defaultdict(float)
    for lot in terms.programme.wip:
        route = by_key(terms.programme.routes)[lot.route]
        stop = next_stop(terms, lot)
        ends = float("inf") if stop is None else stops(terms, route)[stop[0]].at
        begun = max([lag for s, lag in terms.step_lags(route).items() if s < lot.step], default=0.0)
        left = lot.carriers / terms.alive_at(route, lot.step)
        for group, lag, hours, step in terms.hours_of_start(route):
            if step >= lot.step and group not in terms.cleared and lag < ends:
                inside[group, terms.holding(lag - begun)] += left * hours
    return inside
