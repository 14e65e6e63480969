"""Lots that are in the plants on the first day: what will come of them, what they still need."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from fabstack.model import by_key
from fabstack.model.routes import Route, Wip
from fabstack.plan.facts import Facts
from fabstack.plan.make import units_out
from fabstack.plan.network import Node
from fabstack.plan.types import Floats


class Inside(NamedTuple):
    """A lot that is in a plant on the first day."""

    route: Route
    row: Wip
    passed: int  # steps that lie behind it
    lag_months: float  # until it leaves
    as_started: float  # carriers that would have had to start for those that are left


def lots_inside(facts: Facts) -> Iterator[Inside]:
    """Lots of the table of work in progress, with the time that they still need."""
    routes = by_key(facts.programme.routes)
    for row in facts.programme.wip:
        timing = facts.timings[row.route]
        passed = int(np.searchsorted(timing.positions, row.step))
        begun = timing.lag_months[passed - 1] if passed else 0.0
        alive = timing.alive[passed] if passed < timing.alive.size else timing.line_yield
        remaining = timing.lead_months - begun
        yield Inside(routes[row.route], row, passed, remaining, row.carriers / alive)


def output_of_lots_inside(facts: Facts) -> Floats:
    """Good units that come of the lots inside [node, period]."""
    arriving = np.zeros((len(facts.network.nodes), facts.periods.count))
    units = dict(zip(by_key(facts.programme.routes), units_out(facts), strict=True))
    for lot in lots_inside(facts):
        period = facts.periods.at(lot.lag_months)
        if period < facts.periods.count:
            node = facts.network.index[Node(lot.route.item, lot.route.plant)]
            arriving[node, period] += lot.as_started * units[lot.route.name][period]
    return arriving


def hours_of_lots_inside(facts: Facts) -> Floats:
    """Hours that the lots inside on the first day still need [group, period]."""
    index = {name: i for i, name in enumerate(by_key(facts.programme.tool_groups))}
    needed = np.zeros((len(index), facts.periods.count))
    for lot in lots_inside(facts):
        timing = facts.timings[lot.route.name]
        ahead = slice(lot.passed, None)
        begun = timing.lead_months - lot.lag_months
        when = np.array([facts.periods.at(lag) for lag in timing.lag_months[ahead] - begun])
        hours = timing.hours[ahead] * lot.as_started
        rows = np.array([index[name] for name in timing.groups[ahead]], dtype=np.int64)
        inside = when < facts.periods.count
        np.add.at(needed, (rows[inside], when[inside]), hours[inside])
    return needed
