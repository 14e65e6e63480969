"""Carriers that wait at the stages of routes, and what a tool group does of their work.

    waiting(s, t-1) + arriving(s, t) = waiting(s, t) + worked(s, t)
    hours(s) worked(s, t)  <=  sum over corners k of load(k) assigned(s, k, t)
    sum over k of wait(k) assigned(s, k, t) / hours of a tool(t)  <=  work(s) waiting(s, t)
    sum over s and k of assigned(s, k, t)  <=  hours that a plan may use

with the corners (wait, load) of the clearing function of the stage's tool group (`clearing`): a
stage that is assigned Z hours does at most Z f(waiting work / tools with Z hours), said by corners
and not by slopes, for that takes fewer rows. `work(s)` is what a waiting carrier has ahead of it in
hours of a tool. What waits at the end of a period stands for what waits in it: the load is that of
a queue which has settled. By Little's law a carrier waits for waiting / worked periods.

Waiting costs what stock costs, and a little more, so that no more waits than the load makes wait.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from fabstack.economics.capacity import hours_per_tool_month
from fabstack.model import by_key, grouped
from fabstack.model.tools import ToolGroup
from fabstack.plan import prices
from fabstack.plan.clearing import clearing
from fabstack.plan.facts import Facts, units_out
from fabstack.plan.program import OUTSIDE, LinearProgram
from fabstack.plan.stages import Stage
from fabstack.plan.types import Floats, Ints
from fabstack.plan.worth import worths_usd

WAITING_SHARE = 0.001  # of a unit's worth, for a month of waiting: the last word between two plans


def add_queues(lp: LinearProgram, facts: Facts, starts: Ints) -> Ints:
    """Columns and rows of the stages; what begins each leg of a route [leg, period]."""
    shape = (len(facts.paths.stages), facts.periods.count)
    worked = lp.add_columns("worked", shape)
    waiting = lp.add_columns("waiting", shape, cost=sum(waiting_usd(facts)) * facts.money)
    legs: Ints = np.concatenate([starts, worked])
    _add_balance(lp, facts, legs, waiting)
    _add_clearing(lp, facts)
    return legs


def _add_balance(lp: LinearProgram, facts: Facts, legs: Ints, waiting: Ints) -> None:
    rows = lp.rows["waiting"]
    lp.add_entries(rows, lp.columns["worked"], -1.0)
    lp.add_entries(rows, waiting, -1.0)
    lp.add_entries(rows[:, 1:], waiting[:, :-1], 1.0)
    before = [place for place, leg in enumerate(facts.paths.legs) if leg.to is not None]
    into = np.array([facts.paths.legs[place].to for place in before], dtype=np.int64)
    on = facts.periods.arrivals([facts.paths.legs[place].months for place in before])
    inside = on.arrives < facts.periods.count
    arrive = rows[into[on.flow], np.where(inside, on.arrives, 0)]
    begun = legs[np.array(before, dtype=np.int64)[on.flow], on.leaves]
    lp.add_entries(np.where(inside, arrive, OUTSIDE), begun, on.share)


def _add_clearing(lp: LinearProgram, facts: Facts) -> None:
    """Hours of each stage at the corners of its function: what they do, and what waits for it."""
    corners, shape = _corners(facts), (len(facts.paths.stages), facts.periods.count)
    assigned = lp.add_columns("assigned", (corners.stage.size, shape[1]))
    done = lp.add_rows("clearing", shape, high=0.0)
    needed = lp.add_rows("queue", shape, high=0.0)
    hours = np.array([stage.hours for stage in facts.paths.stages]).reshape(-1, 1)
    work = np.array([work_of_one(stage) for stage in facts.paths.stages]).reshape(-1, 1)
    lp.add_entries(done, lp.columns["worked"], hours)
    lp.add_entries(done[corners.stage], assigned, -corners.done[:, None])
    lp.add_entries(needed, lp.columns["waiting"], -work)
    lp.add_entries(needed[corners.stage], assigned, corners.waiting_h)


def groups_of_corners(facts: Facts) -> Ints:
    """Tool group of each corner of a stage, in the order of the columns `assigned`."""
    groups = np.array([stage.group for stage in facts.paths.stages], dtype=np.int64)
    return groups[_corners(facts).stage]


class _Corners(NamedTuple):
    """Corners of the clearing functions of all stages, for a usable hour that is assigned there."""

    stage: Ints  # [corner]
    done: Floats  # [corner] hours that are worked
    waiting_h: Floats  # [corner, period] hours of work that wait


def _corners(facts: Facts) -> _Corners:
    stages, open_h = facts.paths.stages, open_hours(facts)
    found: list[tuple[int, float, Floats]] = []
    for place, stage in enumerate(stages):
        group = facts.programme.tool_groups[stage.group]
        most, hours = most_load(facts, group), open_h[stage.group]
        tools = np.divide(1 / most, hours, out=np.zeros_like(hours), where=hours > 0)
        curve = clearing(facts.programme, group.name, most)
        for waiting_h, load in zip(curve.waiting_h.tolist(), curve.loads.tolist(), strict=True):
            found.append((place, load / most, waiting_h * tools))
    return _Corners(
        stage=np.array([corner[0] for corner in found], dtype=np.int64),
        done=np.array([corner[1] for corner in found]),
        waiting_h=np.array([corner[2] for corner in found]).reshape(-1, open_h.shape[1]),
    )


def most_load(facts: Facts, group: ToolGroup) -> float:
    """Of the hours in which tools are up, the share that a plan may use; of given hours, all."""
    if grouped(facts.programme.capacities, "tool_group")[group.name]:
        return 1.0
    return (group.max_load_percent or facts.programme.planning.max_load_percent) / 100


def open_hours(facts: Facts) -> Floats:
    """Hours in which one tool of each group is up [group, period]."""
    each = [
        hours_per_tool_month(facts.programme, group.name)
        * facts.options.efficiencies.get(group.name, 1.0)
        for group in facts.programme.tool_groups
    ]
    hours: Floats = np.array(each).reshape(-1, 1) * facts.periods.months
    return hours


def work_of_one(stage: Stage) -> float:
    """Hours of a tool that a waiting carrier has ahead of it, as one that was started counts."""
    return stage.hours / stage.visits


def waiting_usd(facts: Facts) -> tuple[Floats, Floats]:
    """(cost, price on waiting) of a carrier that waits for a period [stage, period].

    A carrier costs what the good units that it becomes cost in stock.
    """
    routes, items = facts.programme.routes, by_key(facts.programme.items)
    of = np.array([stage.route for stage in facts.paths.stages], dtype=np.int64)
    shape = (len(routes), facts.periods.count)
    stock = np.array([prices.holding_usd(facts, route.item) for route in routes]).reshape(shape)
    known = worths_usd(facts.programme) if of.size else {}
    rows = [items[route.item] for route in routes]
    worth = [max(row.price_usd, row.value_usd) or known.get(row.name, 1.0) for row in rows]
    units = units_out(facts)
    price = units * np.array(worth).reshape(-1, 1) * WAITING_SHARE * facts.periods.months
    return (units * stock)[of], price[of]
