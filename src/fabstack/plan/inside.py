"""Lots that are in the plants on the first day: what will come of them, what they still need."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from fabstack.model import by_key
from fabstack.model.routes import Route, Wip
from fabstack.plan.facts import Facts, units_out
from fabstack.plan.network import Node
from fabstack.plan.types import Floats


class Inside(NamedTuple):
    """A lot that is in a plant on the first day."""

    route: Route
    row: Wip
    passed: int  # steps that lie behind it
    stage: int | None  # at which it waits next; None: it leaves after a fixed time
    begun_months: float  # how far it is, on a route without queues
    lag_months: float  # until it leaves, or waits
    as_started: float  # carriers that would have had to start for those that are left


def lots_inside(facts: Facts) -> Iterator[Inside]:
    """Lots of the table of work in progress, with the time that they still need."""
    routes = by_key(facts.programme.routes)
    places = {name: place for place, name in enumerate(routes)}
    for row in facts.programme.wip:
        timing = facts.timings[row.route]
        passed = int(np.searchsorted(timing.positions, row.step))
        begun = timing.lag_months[passed - 1] if passed else 0.0
        alive = timing.alive[passed] if passed < timing.alive.size else timing.line_yield
        stage = _next_stage(facts, places[row.route], passed)
        ends = timing.lead_months if stage is None else facts.paths.stages[stage].at_months
        lag = max(ends - begun, 0.0)
        yield Inside(routes[row.route], row, passed, stage, begun, lag, row.carriers / alive)


def _next_stage(facts: Facts, route: int, passed: int) -> int | None:
    """The first stage that has more of its steps ahead of a lot than behind it."""
    ahead = [s for s in facts.paths.of_route(route) if facts.paths.stages[s].place >= passed]
    return ahead[0] if ahead else None


def output_of_lots_inside(facts: Facts) -> Floats:
    """Good units that come of the lots inside [node, period]."""
    arriving = np.zeros((len(facts.network.nodes), facts.periods.count))
    units = dict(zip(by_key(facts.programme.routes), units_out(facts), strict=True))
    for lot in lots_inside(facts):
        period = facts.periods.at(lot.lag_months)
        if period < facts.periods.count and lot.stage is None:
            node = facts.network.index[Node(lot.route.item, lot.route.plant)]
            arriving[node, period] += lot.as_started * units[lot.route.name][period]
    return arriving


def waiting_lots_inside(facts: Facts) -> Floats:
    """Carriers that come to wait at each stage, as they were started [stage, period]."""
    arriving = np.zeros((len(facts.paths.stages), facts.periods.count))
    for lot in lots_inside(facts):
        period = facts.periods.at(lot.lag_months)
        if period < facts.periods.count and lot.stage is not None:
            arriving[lot.stage, period] += lot.as_started
    return arriving


def hours_of_lots_inside(facts: Facts) -> Floats:
    """Hours that the lots inside need until they leave or wait [group, period]."""
    index = {name: i for i, name in enumerate(by_key(facts.programme.tool_groups))}
    needed = np.zeros((len(index), facts.periods.count))
    for lot in lots_inside(facts):
        timing = facts.timings[lot.route.name]
        ahead = _steps_ahead(facts, lot)
        lags = timing.lag_months[ahead] - lot.begun_months
        when = np.array([facts.periods.at(lag) for lag in lags], dtype=np.int64)
        hours = timing.hours[ahead] * lot.as_started
        rows = np.array([index[timing.groups[step]] for step in ahead], dtype=np.int64)
        inside = when < facts.periods.count
        np.add.at(needed, (rows[inside], when[inside]), hours[inside])
    return needed


def _steps_ahead(facts: Facts, lot: Inside) -> list[int]:
    """Steps that a lot still does before it leaves or waits, on tool groups not cleared."""
    timing = facts.timings[lot.route.name]
    ends = np.inf if lot.stage is None else facts.paths.stages[lot.stage].at_months
    return [
        step
        for step in range(lot.passed, len(timing.groups))
        if timing.groups[step] not in facts.paths.cleared and timing.lag_months[step] < ends
    ]
