"""Tool hours: what the routes ask of each tool group, when, and what there is.

    sum over routes r, periods s of started(r, s) x hours(r, g, t - s)  <=  hours there are(g, t)
    hours there are = tools(t) x hours of a tool that is up while its plant works x most load

`hours(r, g, k)` adds up the steps of the route on the tool group that come k periods after the
start; a step that falls between two periods is split between them. What lots inside on the first
day still need is taken off first. Of a tool group with a clearing function the stages of routes
take the hours that are assigned to them, all that they work among them (`queues`).
"""

from __future__ import annotations

import numpy as np

from fabstack.economics.capacity import hours_per_tool_month
from fabstack.model import grouped
from fabstack.model.deliveries import claimed_deliveries
from fabstack.model.tools import ToolGroup
from fabstack.plan.facts import Facts
from fabstack.plan.inside import hours_of_lots_inside
from fabstack.plan.load import later_uses, uses
from fabstack.plan.make import Making
from fabstack.plan.program import OUTSIDE, LinearProgram
from fabstack.plan.queues import groups_of_corners
from fabstack.plan.types import Floats, Ints


def add_tool_hours(lp: LinearProgram, facts: Facts, making: Making) -> Ints:
    """Rows of tool hours [group, period]."""
    available_h = np.maximum(usable_hours(facts) - hours_of_lots_inside(facts), 0.0)
    rows = lp.add_rows("tool_hours", available_h.shape, high=available_h)
    for use in (*uses(facts), *later_uses(facts)):
        inside = use.asks < facts.periods.count
        target = np.where(inside, rows[use.group, np.where(inside, use.asks, 0)], OUTSIDE)
        lp.add_entries(target, making.legs[use.leg, use.starts], use.hours)
    lp.add_entries(rows[groups_of_corners(facts)], lp.columns["assigned"], 1.0)
    return rows


def tools(facts: Facts) -> Floats:
    """Tools released for production, averaged over each period [group, period]."""
    rows = []
    for group in facts.programme.tool_groups:
        count = np.full(facts.periods.count, float(group.tools))
        for delivery in claimed_deliveries(facts.programme, group.name):
            there = facts.periods.share(facts.periods.position(delivery.date), np.inf)
            count += delivery.tools * there
        rows.append(count)
    return np.array(rows).reshape(len(rows), facts.periods.count)


def available_hours(facts: Facts) -> Floats:
    """Hours in which tools are up while their plants work [group, period]."""
    groups = facts.programme.tool_groups
    each = np.array([hours_per_tool_month(facts.programme, group.name) for group in groups])
    hours: Floats = tools(facts) * each.reshape(-1, 1) * facts.periods.months
    return _as_given(facts, hours)


def _as_given(facts: Facts, usual: Floats) -> Floats:
    """Hours with those of the table `capacities` in the place of the usual ones [group, period]."""
    found = usual.copy()
    for place, group in enumerate(facts.programme.tool_groups):
        rows = grouped(facts.programme.capacities, "tool_group")[group.name]
        rows = sorted(rows, key=lambda row: row.from_date)
        edges = [*(facts.periods.position(row.from_date) for row in rows), np.inf]
        for row, begins, ends in zip(rows, edges, edges[1:], strict=False):
            share = facts.periods.share(begins, ends)
            given = row.hours_per_month * facts.periods.months
            found[place] = found[place] * (1 - share) + given * share
    return found


def ungiven_share(facts: Facts, group: str) -> Floats:
    """Share of each period for which the table `capacities` says no hours [period]."""
    rows = grouped(facts.programme.capacities, "tool_group")[group]
    begins = min((facts.periods.position(row.from_date) for row in rows), default=np.inf)
    return 1.0 - facts.periods.share(begins, np.inf)


def load_share(facts: Facts, group: ToolGroup) -> float:
    """Share of the available hours of a tool group that a plan may use."""
    percent = group.max_load_percent or facts.programme.planning.max_load_percent
    return percent / 100 * facts.options.efficiencies.get(group.name, 1.0)


def usable_hours(facts: Facts) -> Floats:
    """Of the available hours, what a plan may use [group, period]."""
    most = [load_share(facts, group) for group in facts.programme.tool_groups]
    return _as_given(facts, available_hours(facts) * np.array(most).reshape(-1, 1))
