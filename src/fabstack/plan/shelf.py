"""Shelf lives: what lies in a store came in lately, for the oldest goes first.

    stock(n, t)  <=  sum over periods s from which a unit still keeps of what came in to n in s

A unit that comes in a period keeps for whoever begins a period at most its shelf life after the
beginning of that one. What is older must be used or thrown away. The clock of an item starts again
at every place it comes to; what lies there on the first day is new.
"""

from __future__ import annotations

import numpy as np

from fabstack.model import by_key
from fabstack.plan.facts import Facts
from fabstack.plan.periods import ROUNDING
from fabstack.plan.program import LinearProgram
from fabstack.plan.types import Flags, Floats, Ints


def shelf_months(facts: Facts) -> Floats:
    """How long a unit keeps, infinite where nothing says [store]."""
    items = by_key(facts.programme.items)
    nodes = [facts.network.nodes[node] for node in facts.network.stores]
    return np.array([items[node.item].shelf_life_months or np.inf for node in nodes])


def still_good(facts: Facts, months: float) -> Flags:
    """True where what comes in s may still be used when t ends [t, s]."""
    begins, ends = facts.periods.edges[:-1], facts.periods.edges[1:]
    age = ends[:, None] - begins
    good: Flags = (age <= months + ROUNDING) & (begins < ends[:, None])
    return good


def add_shelf_lives(lp: LinearProgram, facts: Facts, stock: Ints, arriving: Floats) -> None:
    """Rows of what may still lie in a store [store that spoils, period]."""
    months = shelf_months(facts)
    spoils = np.flatnonzero(np.isfinite(months))
    nodes = np.array(facts.network.stores, dtype=np.int64)[spoils]
    balance, shape = lp.rows["balance"], (spoils.size, facts.periods.count)
    good = [still_good(facts, months[store]) for store in spoils]
    high = [fresh @ arriving[node] for fresh, node in zip(good, nodes, strict=True)]
    rows = lp.add_rows("shelf", shape, high=np.array(high).reshape(shape))
    for row, fresh, store, node in zip(rows, good, spoils, nodes, strict=True):
        lp.add_entries(row, stock[store], 1.0)
        comes, columns, amounts = lp.entries_of(balance[node])
        is_new = (amounts > 0) & ~np.isin(columns, stock[store])
        ends, at = np.nonzero(fresh[:, comes[is_new]])
        lp.add_entries(row[ends], columns[is_new][at], -amounts[is_new][at])
