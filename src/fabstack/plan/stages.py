"""Routes cut at the queues whose length follows from the load.

Visits of a route to a tool group with a clearing function are **stages**: carriers wait there for
as long as the plan makes them. From the start to the first stage, from stage to stage and from the
last one to the end run **legs**, which take fixed times. A route without stages is one leg.

Visits to one tool group that lie within a quarter of the shortest period of each other are one
stage: what waits is that of all of them, and no plan could tell them apart.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from fabstack.model import Programme, by_key
from fabstack.plan.timing import Timing
from fabstack.plan.types import Floats, Ints

OF_A_PERIOD = 0.25  # the shortest one: visits to a tool group within so much time are one stage
ROUNDING = 1e-9  # months


class Stage(NamedTuple):
    """Visits of a route to one tool group, taken as one queue."""

    route: int
    group: int
    number: int  # on its route, from 1 on
    at_months: float  # after the start, where nothing waits
    place: float  # of its steps among those of the route, on average
    hours: float  # of tools, for a started carrier
    visits: float  # of a started carrier


class Leg(NamedTuple):
    """A part of a route that takes a fixed time."""

    route: int
    months: float
    to: int | None  # stage at which it ends; None: the end of the route
    hours: Mapping[str, tuple[Floats, Floats]]  # tool group -> (lags, hours for a started carrier)


@dataclass(frozen=True, slots=True)
class Paths:
    """All routes, cut into legs: the first of each route, then one from each stage on."""

    cleared: frozenset[str]  # tool groups with a clearing function
    stages: tuple[Stage, ...]
    legs: tuple[Leg, ...]

    @property
    def last(self) -> Ints:
        """The leg that ends with the route [route]."""
        ends = {leg.route: place for place, leg in enumerate(self.legs) if leg.to is None}
        return np.array([ends[route] for route in sorted(ends)], dtype=np.int64)

    def of_route(self, route: int) -> list[int]:
        """The stages of a route, in their order."""
        return [place for place, stage in enumerate(self.stages) if stage.route == route]


def paths(
    programme: Programme,
    timings: Mapping[str, Timing],
    cleared: frozenset[str],
    shortest_months: float,
) -> Paths:
    """The legs and stages of all routes."""
    longest = OF_A_PERIOD * shortest_months
    stages: list[Stage] = []
    first: list[Leg] = []
    later: list[Leg] = []
    for place, route in enumerate(programme.routes):
        timing = timings[route.name]
        own = _stages(programme, place, timing, cleared, longest)
        begin, *rest = _legs(place, timing, own, cleared, len(stages))
        first.append(begin)
        later += rest
        stages += own
    return Paths(cleared, tuple(stages), (*first, *later))


def _stages(
    programme: Programme, route: int, timing: Timing, cleared: frozenset[str], longest: float
) -> list[Stage]:
    if cleared.isdisjoint(timing.groups):
        return []
    index = {name: place for place, name in enumerate(by_key(programme.tool_groups))}
    together: defaultdict[tuple[str, int], list[int]] = defaultdict(list)
    for step, group in enumerate(timing.groups):
        if group in cleared and timing.hours[step] > 0:
            block = int((timing.begin_months[step] + ROUNDING) // longest)
            together[group, block].append(step)
    found = [
        Stage(
            route=route,
            group=index[group],
            number=0,
            at_months=float(np.average(timing.begin_months[at], weights=timing.visits[at])),
            place=float(np.mean(at)),
            hours=float(timing.hours[at].sum()),
            visits=float(timing.visits[at].sum()),
        )
        for (group, _), at in together.items()
    ]
    found.sort(key=lambda stage: (stage.at_months, stage.place))
    return [stage._replace(number=number) for number, stage in enumerate(found, start=1)]


def _legs(
    route: int, timing: Timing, stages: list[Stage], cleared: frozenset[str], before: int
) -> list[Leg]:
    """From the start on; the stages of the route are numbered from `before` on."""
    if not stages:
        return [Leg(route, timing.lead_months, None, timing.hours_by_group())]
    edges = [0.0, *(stage.at_months for stage in stages), timing.lead_months]
    fixed = np.array([group not in cleared for group in timing.groups])
    leg_of = np.searchsorted(edges[1:-1], timing.lag_months, side="right")
    return [
        Leg(
            route=route,
            months=edges[place + 1] - edges[place],
            to=before + place if place < len(stages) else None,
            hours=timing.hours_by_group(np.flatnonzero(fixed & (leg_of == place)), edges[place]),
        )
        for place in range(len(stages) + 1)
    ]
