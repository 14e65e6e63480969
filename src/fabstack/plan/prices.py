"""Costs and prices of items, period by period: the item's own, or dated ones (`item_costs`)."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

from fabstack.model import by_key, grouped
from fabstack.plan.facts import Facts
from fabstack.plan.types import Floats


def dated(facts: Facts, item: str, column: str, usual: Floats) -> Floats:
    """What the table `item_costs` says of an item in a column, else what is usual [period].

    A row holds from its date to that of the next one; within a period the values are averaged.
    """
    found = usual
    rows = sorted(grouped(facts.programme.item_costs, "item")[item], key=lambda row: row.from_date)
    edges = [*(facts.periods.position(row.from_date) for row in rows), math.inf]
    for row, (begins, ends) in zip(rows, pairwise(edges), strict=True):
        value = getattr(row, column)
        if value is not None:
            share = facts.periods.share(begins, ends)
            found = found * (1 - share) + value * share
    return found


def make_usd(facts: Facts, item: str) -> Floats:
    """To make one more, beside what is in it [period]."""
    usual = np.full(facts.periods.count, by_key(facts.programme.items)[item].make_cost_usd)
    return dated(facts, item, "make_cost_usd", usual)


def price_usd(facts: Facts, item: str) -> Floats:
    """Gained by delivering one in a period [period]."""
    usual = np.full(facts.periods.count, by_key(facts.programme.items)[item].price_usd)
    return dated(facts, item, "price_usd", usual)


def holding_usd(facts: Facts, item: str) -> Floats:
    """For a unit in stock at the end of a period, beside the cost of capital [period]."""
    months, finance = facts.periods.months, facts.programme.finance
    value = by_key(facts.programme.items)[item].value_usd
    usual = value * (finance.holding_cost_percent / 100 * months / 12)
    return _by_month(facts, item, "holding_usd_per_month", usual)


def late_usd(facts: Facts, item: str, usual: Floats) -> Floats:
    """For a unit late at the end of a period [period]."""
    return _by_month(facts, item, "backlog_usd_per_month", usual)


def safety_usd(facts: Facts, item: str, usual: Floats) -> Floats:
    """For a unit that a safety stock lacks at the end of a period [period]."""
    return _by_month(facts, item, "safety_usd_per_month", usual)


def _by_month(facts: Facts, item: str, column: str, usual: Floats) -> Floats:
    months = facts.periods.months
    return dated(facts, item, column, usual / months) * months if _has(facts, item) else usual


def _has(facts: Facts, item: str) -> bool:
    return bool(grouped(facts.programme.item_costs, "item")[item])
