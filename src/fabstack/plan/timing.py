"""How long a route takes and when, on the way, it asks for which tools.

    lead time = (X-factor x raw process time + transport) / share of hours that the plant works

A step asks for its tool hours when the same fraction of the lead time has passed as of the route's
raw process time (Leachman's dynamic capacity use with the lead time spread over the steps).

Where a route passes a tool group with a clearing function, its waiting there follows from the plan
(`stages`): steps on such groups count once, the others by the X-factor, and the lead time is that
of a carrier that finds no queue there.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from fabstack.economics.capacity import (
    job_min,
    lot_visits,
    open_share,
    step_min_per_carrier,
    steps_of,
    survival,
    with_wear,
)
from fabstack.model import Programme, by_key
from fabstack.model.days import MINUTES_PER_MONTH
from fabstack.model.routes import Route, Step
from fabstack.plan.clearing import cleared_groups
from fabstack.plan.options import PlanOptions, x_factor
from fabstack.plan.types import Flags, Floats, Ints


@dataclass(frozen=True, slots=True)
class Timing:
    """A route seen by the planner; arrays are [step]."""

    lead_months: float
    positions: Ints  # of the steps, as numbered in the route
    groups: tuple[str, ...]
    begin_months: Floats  # from the start to the beginning of the step
    lag_months: Floats  # from the start to the middle of the step
    hours: Floats  # of a tool, for a started carrier
    visits: Floats  # of a started carrier
    alive: Floats  # share of started carriers that reach the step
    line_yield: float

    def hours_by_group(
        self, steps: Ints | None = None, since_months: float = 0.0
    ) -> dict[str, tuple[Floats, Floats]]:
        """Tool group -> (lags since some time after the start, hours for a started carrier)."""
        places: defaultdict[str, list[int]] = defaultdict(list)
        for place in range(len(self.groups)) if steps is None else steps.tolist():
            places[self.groups[place]].append(place)
        return {
            group: (self.lag_months[at] - since_months, self.hours[at])
            for group, at in places.items()
        }


def timing(programme: Programme, route: Route, options: PlanOptions) -> Timing:
    """Lead time and tool hours of a route."""
    steps = steps_of(programme, route.name)
    alive: Floats = np.cumprod(np.array([1.0, *(survival(step) for step in steps)]))
    visits: Floats = np.array(lot_visits(steps))
    raw_min = visits * np.array([_raw_min(programme, route, step) for step in steps])
    cleared = cleared_groups(programme, options)
    waits = np.array([step.tool_group in cleared for step in steps], dtype=bool)
    stay_min, lead_months = raw_min, _lead_months(programme, route, raw_min, options)
    if waits.any():
        stay_min = _unqueued(programme, route, raw_min, options, waits)
        lead_months = _months(programme, route, float(stay_min.sum()), raw_min.size)
    return Timing(
        lead_months=lead_months,
        positions=np.array([step.step for step in steps], dtype=np.int64),
        groups=tuple(step.tool_group for step in steps),
        begin_months=lead_months * _passed(stay_min, 0.0),
        lag_months=lead_months * _passed(stay_min, 0.5),
        hours=alive[:-1] * visits * np.array([_hours(programme, route, step) for step in steps]),
        visits=alive[:-1] * visits,
        alive=alive[:-1],
        line_yield=float(alive[-1]),
    )


def _raw_min(programme: Programme, route: Route, step: Step) -> float:
    """Minutes that a lot spends in the tools of a step, each time."""
    group = by_key(programme.tool_groups)[step.tool_group]
    return job_min(route, step) + group.load_min + group.unload_min


def _hours(programme: Programme, route: Route, step: Step) -> float:
    """Tool hours for a carrier, each time that it is processed at the step."""
    busy_h = step_min_per_carrier(programme, route, step) / 60
    return with_wear(programme, step.tool_group, busy_h)


def _lead_months(
    programme: Programme, route: Route, raw_min: Floats, options: PlanOptions
) -> float:
    given = options.lead_times_months.get(route.name, route.lead_time_months)
    if given is not None:
        return given
    factor = x_factor(programme, options, by_key(programme.plants)[route.plant].kind)
    return _months(programme, route, factor * float(raw_min.sum()), raw_min.size)


def _unqueued(
    programme: Programme, route: Route, raw_min: Floats, options: PlanOptions, cleared: Flags
) -> Floats:
    """Minutes of a lot at each step, its queue in it unless its tool group is cleared [step]."""
    factor = x_factor(programme, options, by_key(programme.plants)[route.plant].kind)
    return np.where(cleared, raw_min, factor * raw_min)


def _months(programme: Programme, route: Route, stay_min: float, steps: int) -> float:
    """Calendar time of so many minutes at the steps, and of the ways between them."""
    moving_min = route.move.mean * max(steps - 1, 0) if route.move else 0.0
    return (stay_min + moving_min) / open_share(programme, route.plant) / MINUTES_PER_MONTH


def _passed(stay_min: Floats, share: float) -> Floats:
    """Of the time at all steps, what has passed when a share of each step has [step]."""
    total = stay_min.sum()
    passed: Floats = np.cumsum(stay_min) - (1 - share) * stay_min
    return passed / total if total > 0 else np.zeros(stay_min.size)
