"""Plants that are followed less closely: a programme in, a simpler one out, before any arrays.

- bottlenecks: a tool group whose planned load stays below a share becomes a pure delay, with a
  place for every lot; the other groups keep their tools, queues and downtime.
- cycle-time: the whole route becomes one delay, drawn from the cycle times of an earlier run, or
  X-factor times raw process time.

Sampling, rework, yield and scrap keep what they do to the expected output. The kernel knows nothing
of all this: a delay is a tool group with more tools than it can ever need.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np

from fabstack.economics.capacity import (
    job_min,
    lot_visits,
    open_share,
    raw_process_min,
    steps_of,
)
from fabstack.errors import Finding, InputError
from fabstack.model import Distribution, Kind, Programme, by_key, grouped
from fabstack.model.plants import Fidelity, Plant
from fabstack.model.randomness import FAMILIES, constant
from fabstack.model.routes import Basis, Route, Step
from fabstack.model.tools import ToolChoice, ToolGroup
from fabstack.simulate.planned_load import PlannedLoad

# A delay has a place for each lot of the run, or where that is very many, for this many and for
# four times the lots that are in it on average. Were they ever short, the run would say so.
MOST_PLACES = 10_000
MARGIN = 4.0


@dataclass(frozen=True, slots=True)
class Measured:
    """What an earlier run says of cycle times and queues."""

    cycle_min: Mapping[str, Sequence[float]] = field(default_factory=dict)  # route -> quantiles
    wait_min: Mapping[str, float] = field(default_factory=dict)  # tool group -> mean of a visit


NOTHING_MEASURED = Measured()
Visits = dict[str, tuple[float, float]]  # route -> visits of a lot, and its minutes in all


@dataclass(frozen=True, slots=True)
class Simplified:
    """A programme as it is simulated."""

    programme: Programme
    delays: frozenset[str] = frozenset()  # tool groups that are none: places without closing hours
    told: tuple[str, ...] = ()  # what was simplified, in words


def simplified(
    programme: Programme, start: date, until_min: float, measured: Measured = NOTHING_MEASURED
) -> Simplified:
    """The programme with every plant at its fidelity; itself where all are full.

    Raises:
        InputError: a plant shall be a cycle time, and nobody says which.
    """
    plants = [plant for plant in programme.plants if plant.fidelity is not Fidelity.FULL]
    if not plants:
        return Simplified(programme)
    _refuse_unknown_cycle_times(programme, plants, measured)
    load = PlannedLoad(programme, start, until_min)
    found = Simplified(programme)
    for plant in plants:
        if plant.fidelity is Fidelity.BOTTLENECKS:
            found = _by_bottlenecks(found, plant, load, measured)
        else:
            found = _by_cycle_time(found, plant, load, measured)
    return found


# --- Bottlenecks only ---------------------------------------------------------------------------


def _by_bottlenecks(
    found: Simplified, plant: Plant, load: PlannedLoad, measured: Measured
) -> Simplified:
    groups = grouped(load.programme.tool_groups, "plant")[plant.name]
    shares, least = load.shares(), plant.bottleneck_load_percent / 100
    stretch = 1 / open_share(load.programme, plant.name)
    delays = {
        group.name: _idle(group, load, stretch, measured.wait_min.get(group.name, 0.0))
        for group in groups
        if shares[group.name] < least
    }
    steps = [
        _queueless(step, stretch) if step.tool_group in delays else step
        for step in found.programme.steps
    ]
    told = (
        f"plant '{plant.name}' is followed by its bottlenecks: {len(delays)} of {len(groups)} tool "
        f"groups, with a planned load below {plant.bottleneck_load_percent:g} %, are delays "
        f"without queue, setup, batch or downtime ({', '.join(delays) or 'none'})"
        + _told_times(stretch, len(delays.keys() & measured.wait_min.keys()))
    )
    return _with_delays(found, delays, steps, told)


def _idle(group: ToolGroup, load: PlannedLoad, stretch: float, wait_min: float) -> ToolGroup:
    """A tool group as a delay: handling is longer by the hours closed and by the wait."""
    return replace(
        _delay(group, _places(load, _visits(load.programme, group, stretch))),
        load_min=group.load_min * stretch + wait_min,
        unload_min=group.unload_min * stretch,
    )


def _told_times(stretch: float, waits: int) -> str:
    found = f"; {waits} of them with their measured mean wait" if waits else ""
    return found + (f"; times stretched by {stretch:.3f} for hours closed" if stretch > 1 else "")


def _queueless(step: Step, stretch: float) -> Step:
    """A step at a tool that is always free: its own time alone, longer by the hours closed."""
    return replace(
        step,
        process=_times(step.process, stretch),
        basis=Basis.LOT if step.basis is Basis.BATCH else step.basis,
        interval_min=None if step.interval_min is None else step.interval_min * stretch,
        batch_minimum=0.0,
        batch_maximum=None,
        batch_family="",
        setup="",
        setup_min=None,
        same_tool_as=None,
    )


def _visits(programme: Programme, group: ToolGroup, stretch: float) -> Visits:
    """What lots of each route do at a tool group."""
    found: Visits = {}
    for route in programme.routes:
        steps = steps_of(programme, route.name)
        for step, count in zip(steps, lot_visits(steps), strict=True):
            if step.tool_group == group.name:
                busy_min = (job_min(route, step) + group.load_min + group.unload_min) * stretch
                visits, minutes = found.get(route.name, (0.0, 0.0))
                found[route.name] = (visits + count, minutes + count * busy_min)
    return found


# --- Cycle time alone ---------------------------------------------------------------------------


def _by_cycle_time(
    found: Simplified, plant: Plant, load: PlannedLoad, measured: Measured
) -> Simplified:
    """One step for each route, at the tool group of its first; the other groups are empty."""
    minutes = {
        route.name: _cycle_min(load.programme, plant, route, measured)
        for route in _routes(load.programme, plant)
    }
    visits: dict[str, Visits] = {}
    for route, cycle_min in minutes.items():
        first = steps_of(load.programme, route)[0].tool_group
        visits.setdefault(first, {})[route] = (1.0, cycle_min.mean)
    delays = {
        group.name: replace(
            _delay(group, _places(load, visits.get(group.name, {}))), load_min=0.0, unload_min=0.0
        )
        for group in grouped(load.programme.tool_groups, "plant")[plant.name]
    }
    steps = [step for step in found.programme.steps if step.route not in minutes]
    for route, cycle_min in minutes.items():
        steps += _whole(load.programme, route, cycle_min)
    sources = " and ".join(_told_sources(plant, minutes, measured)) or "none"
    told = f"plant '{plant.name}' is followed by its cycle time, each route as one delay: {sources}"
    return _with_delays(found, delays, steps, told)


def _routes(programme: Programme, plant: Plant) -> list[Route]:
    """The routes of a plant that are simulated."""
    routes = grouped(programme.routes, "plant")[plant.name]
    return [route for route in routes if steps_of(programme, route.name)]


def _told_sources(plant: Plant, routes: Iterable[str], measured: Measured) -> Iterator[str]:
    known = [name in measured.cycle_min for name in routes]
    if any(known):
        yield f"{sum(known)} as measured in an earlier run"
    if not all(known):
        yield f"{known.count(False)} of {plant.x_factor:g} x raw process time"


def _cycle_min(
    programme: Programme, plant: Plant, route: Route, measured: Measured
) -> Distribution:
    if route.name in measured.cycle_min:
        return Distribution(Kind.EMPIRICAL, tuple(measured.cycle_min[route.name]))
    return constant((plant.x_factor or 0.0) * raw_process_min(programme, route.name))


def _whole(programme: Programme, route_name: str, minutes: Distribution) -> list[Step]:
    """The route as one step, and for lots that are inside already what is left of it.

    Nobody but those lots comes to the later steps: they are never sampled.
    """
    steps = steps_of(programme, route_name)
    inside = {lot.step for lot in programme.wip if lot.route == route_name}
    alive, kept = survivors(steps), survivors([replace(s, yield_percent=100.0) for s in steps])
    left = _work_left_share(by_key(programme.routes)[route_name], steps)
    return [
        Step(
            route=route_name,
            step=step.step,
            name="rest of the route" if place else "whole route",
            tool_group=steps[0].tool_group,
            process=_times(minutes, left[place]),
            sampling_percent=0.0 if place else 100.0,
            yield_percent=100 * min(alive[place] / kept[place], 1.0),
            lot_scrap_percent=max(100 * (1 - kept[place]), 0.0),
            batch_family="",
        )
        for place, step in enumerate(steps)
        if place == 0 or step.step in inside
    ]


def _work_left_share(route: Route, steps: Sequence[Step]) -> list[float]:
    """Share of the expected process time of a route that is before a lot at each step."""
    work = [n * job_min(route, s) for n, s in zip(lot_visits(steps), steps, strict=True)]
    total = sum(work)
    return [sum(work[place:]) / total if total else 1.0 for place in range(len(steps))]


def survivors(steps: Sequence[Step]) -> list[float]:
    """Expected share of carriers that come out of a route's end, from their coming to each step.

    A carrier at step i is processed with the share p of sampling, survives with y, and goes back
    to step j with r: V_i = p y (r V_j + (1 - r) V_i+1) + (1 - p) V_i+1, and V behind the last is 1.
    """
    places = {step.step: place for place, step in enumerate(steps)}
    count = len(steps)
    matrix, right = np.eye(count), np.zeros(count)
    for place, step in enumerate(steps):
        sampled = step.sampling_percent / 100
        alive = sampled * step.yield_percent / 100 * (1 - step.lot_scrap_percent / 100)
        again = step.rework_percent / 100
        on = alive * (1 - again) + 1 - sampled
        matrix[place, place if step.rework_to is None else places[step.rework_to]] -= alive * again
        if place + 1 < count:
            matrix[place, place + 1] -= on
        else:
            right[place] = on
    return [float(share) for share in np.linalg.solve(matrix, right)]


def _refuse_unknown_cycle_times(
    programme: Programme, plants: Iterable[Plant], measured: Measured
) -> None:
    findings = [
        Finding(
            "plants",
            0,
            0,
            "unknown-cycle-time",
            f"plant '{plant.name}' is a cycle time, and none is known of route '{route.name}'",
            "an earlier run that made it, or an X-factor",
            f"give --measured RUN, or x_factor as in --fidelity {plant.name}=cycle-time:2.5",
        )
        for plant in plants
        if plant.fidelity is Fidelity.CYCLE_TIME and plant.x_factor is None
        for route in _routes(programme, plant)
        if route.name not in measured.cycle_min
    ]
    if findings:
        raise InputError(findings)


# --- Delays -------------------------------------------------------------------------------------


def _delay(group: ToolGroup, places: int) -> ToolGroup:
    """A tool group with places for all, that looks at nothing but the order of coming."""
    return replace(
        group,
        tools=places,
        dispatch="fifo",
        tool_choice=ToolChoice.LONGEST_FREE,
        least_setup_tool=False,
        batch_wait_h=None,
    )


def _places(load: PlannedLoad, visits: Visits) -> int:
    """Places enough for all visits of all lots, or for many times those that are there at once."""
    lots, routes = load.lots(), by_key(load.programme.routes)
    all_visits = sum(lots.get(route, 0) * math.ceil(count) for route, (count, _) in visits.items())
    at_once = sum(
        load.peak_carriers_per_min(route) / routes[route].carriers_per_lot * minutes
        for route, (_, minutes) in visits.items()
    )
    return min(all_visits, max(MOST_PLACES, math.ceil(MARGIN * at_once)))


def _with_delays(
    found: Simplified, delays: Mapping[str, ToolGroup], steps: Sequence[Step], told: str
) -> Simplified:
    """The programme with tool groups that are delays: nothing stops or changes them."""
    programme = found.programme
    kept = {
        table: tuple(row for row in programme.table(table) if row.tool_group not in delays)
        for table in ("deliveries", "breakdowns", "maintenances", "setups")
    }
    groups = tuple(delays.get(group.name, group) for group in programme.tool_groups)
    changes = {**kept, "tool_groups": groups, "steps": tuple(steps)}
    return Simplified(
        programme.model_copy(update=changes), found.delays | set(delays), (*found.told, told)
    )


def _times(minutes: Distribution, factor: float) -> Distribution:
    """A duration, so many times as long."""
    scaled = FAMILIES[minutes.kind].scaled
    return Distribution(
        minutes.kind,
        tuple(
            value * factor if scaled[min(place, len(scaled) - 1)] else value
            for place, value in enumerate(minutes.parameters)
        ),
    )
