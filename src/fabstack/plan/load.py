"""What a carrier started on a route asks of each tool group, period after period."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from fabstack.model import by_key
from fabstack.plan.facts import Facts
from fabstack.plan.types import Floats, Ints


class Use(NamedTuple):
    """Hours of one tool group for a carrier started on one route."""

    route: int
    group: int
    total_h: float
    starts: Ints  # [part] period in which the carrier starts
    asks: Ints  # [part] period in which it needs the hours
    hours: Floats  # [part]


def uses(facts: Facts) -> list[Use]:
    """What each route asks of each tool group."""
    group_index = {name: i for i, name in enumerate(by_key(facts.programme.tool_groups))}
    return [
        Use(place, group_index[group], *_hours_by_period(facts, lags, hours))
        for place, route in enumerate(facts.programme.routes)
        for group, (lags, hours) in facts.timings[route.name].hours_by_group().items()
    ]


def _hours_by_period(
    facts: Facts, lag_months: Floats, hours: Floats
) -> tuple[float, Ints, Ints, Floats]:
    """All hours of a carrier, and by periods of its start and of its steps, added up."""
    on = facts.periods.arrivals(lag_months)
    width = int(on.arrives.max(initial=0)) + 1
    weights = on.share * hours[on.flow]
    total: Floats = np.bincount(on.leaves * width + on.arrives, weights).astype(np.float64)
    asked = np.flatnonzero(total).astype(np.int64)
    of_first = np.trim_zeros(total[:width], "b")  # all hours of a start in the first period
    return float(of_first.sum()), asked // width, asked % width, total[asked]


def running_usd(facts: Facts) -> Floats:
    """Running cost of the tools for a started carrier, in today's prices [route]."""
    found = np.zeros(len(facts.programme.routes))
    for use in uses(facts):
        group = facts.programme.tool_groups[use.group]
        found[use.route] += use.total_h * group.running_cost_usd_per_h
    return found
