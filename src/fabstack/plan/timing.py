"""How long a route takes and when, on the way, it asks for which tools.

    lead time = (X-factor x raw process time + transport) / share of hours that the plant works

A step asks for its tool hours when the same fraction of the lead time has passed as of the route's
raw process time (Leachman's dynamic capacity use with the lead time spread over the steps).
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
from fabstack.plan.options import PlanOptions, x_factor
from fabstack.plan.types import Floats, Ints


@dataclass(frozen=True, slots=True)
class Timing:
    """A route seen by the planner; arrays are [step]."""

    lead_months: float
    positions: Ints  # of the steps, as numbered in the route
    groups: tuple[str, ...]
    lag_months: Floats  # from the start to the middle of the step
    hours: Floats  # of a tool, for a started carrier
    alive: Floats  # share of started carriers that reach the step
    line_yield: float

    def hours_by_group(self) -> dict[str, tuple[Floats, Floats]]:
        """Tool group -> (lags in months, hours for a started carrier)."""
        places: defaultdict[str, list[int]] = defaultdict(list)
        for place, group in enumerate(self.groups):
            places[group].append(place)
        return {group: (self.lag_months[at], self.hours[at]) for group, at in places.items()}


def timing(programme: Programme, route: Route, options: PlanOptions) -> Timing:
    """Lead time and tool hours of a route."""
    steps = steps_of(programme, route.name)
    alive: Floats = np.cumprod(np.array([1.0, *(survival(step) for step in steps)]))
    visits: Floats = np.array(lot_visits(steps))
    raw_min = visits * np.array([_raw_min(programme, route, step) for step in steps])
    lead_months = _lead_months(programme, route, raw_min, options)
    return Timing(
        lead_months=lead_months,
        positions=np.array([step.step for step in steps], dtype=np.int64),
        groups=tuple(step.tool_group for step in steps),
        lag_months=lead_months * _passed(raw_min),
        hours=alive[:-1] * visits * np.array([_hours(programme, route, step) for step in steps]),
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
    plant = by_key(programme.plants)[route.plant]
    moving_min = route.move.mean * max(raw_min.size - 1, 0) if route.move else 0.0
    worked_min = x_factor(programme, options, plant.kind) * float(raw_min.sum()) + moving_min
    return worked_min / open_share(programme, plant.name) / MINUTES_PER_MONTH


def _passed(raw_min: Floats) -> Floats:
    """Share of the raw process time that has passed in the middle of each step [step]."""
    total = raw_min.sum()
    return (np.cumsum(raw_min) - raw_min / 2) / total if total > 0 else np.zeros(raw_min.size)
