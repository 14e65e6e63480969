"""What a carrier started on a route asks of each tool group, period after period."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from fabstack.model import by_key
from fabstack.plan.facts import Facts
from fabstack.plan.types import Floats


class Use(NamedTuple):
    """Hours of one tool group for a carrier started on one route."""

    route: int
    group: int
    hours: Floats  # [periods after the start]


def uses(facts: Facts) -> list[Use]:
    """What each route asks of each tool group."""
    group_index = {name: i for i, name in enumerate(by_key(facts.programme.tool_groups))}
    return [
        Use(place, group_index[group], _hours_by_offset(facts, lags, hours))
        for place, route in enumerate(facts.programme.routes)
        for group, (lags, hours) in facts.timings[route.name].hours_by_group().items()
    ]


def _hours_by_offset(facts: Facts, lag_months: Floats, hours: Floats) -> Floats:
    early, late = facts.periods.split(lag_months)
    offsets = np.concatenate([early.offset, late.offset])
    weights = np.concatenate([early.share * hours, late.share * hours])
    return np.bincount(offsets, weights).astype(np.float64)


def running_usd(facts: Facts) -> Floats:
    """Running cost of the tools for a started carrier, in today's prices [route]."""
    found = np.zeros(len(facts.programme.routes))
    for use in uses(facts):
        group = facts.programme.tool_groups[use.group]
        found[use.route] += use.hours.sum() * group.running_cost_usd_per_h
    return found
