"""What a carrier started on a route asks of each tool group, period after period."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from fabstack.model import by_key
from fabstack.plan.facts import Facts
from fabstack.plan.types import Floats, Ints


class Use(NamedTuple):
    """Hours of one tool group for a carrier that begins a leg; the first one begins its route."""

    leg: int
    route: int
    group: int
    total_h: float
    starts: Ints  # [part] period in which the carrier begins the leg
    asks: Ints  # [part] period in which it needs the hours
    hours: Floats  # [part]


def uses(facts: Facts) -> list[Use]:
    """What a carrier that starts on each route asks of each tool group, until it waits."""
    return _uses(facts, range(len(facts.programme.routes)))


def later_uses(facts: Facts) -> list[Use]:
    """What it asks for after each stage at which it waits, of tool groups that are not cleared."""
    return _uses(facts, range(len(facts.programme.routes), len(facts.paths.legs)))


def _uses(facts: Facts, legs: range) -> list[Use]:
    group_index = {name: i for i, name in enumerate(by_key(facts.programme.tool_groups))}
    return [
        Use(place, leg.route, group_index[group], *_hours_by_period(facts, lags, hours))
        for place, leg in zip(legs, facts.paths.legs[legs.start : legs.stop], strict=True)
        for group, (lags, hours) in leg.hours.items()
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
    groups = facts.programme.tool_groups
    for use in (*uses(facts), *later_uses(facts)):
        found[use.route] += use.total_h * groups[use.group].running_cost_usd_per_h
    for stage in facts.paths.stages:
        found[stage.route] += stage.hours * groups[stage.group].running_cost_usd_per_h
    return found
