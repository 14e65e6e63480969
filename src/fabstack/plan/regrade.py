"""Units that become other items at once: substitutes, and sorted items with their bins.

    balance of the item:   - regraded(k, t)          balance of what it becomes:  + share x regraded

A unit that stands in for another is from then on that item, so substitutes may follow each other.
"""

from __future__ import annotations

import numpy as np

from fabstack.plan.facts import Facts
from fabstack.plan.flow import Balance
from fabstack.plan.program import LinearProgram
from fabstack.plan.types import Floats, Ints


def add_regrades(lp: LinearProgram, facts: Facts, balance: Balance) -> Ints:
    """Units of an item that become others [regrade, period]."""
    found = facts.network.regrades
    shape = (len(found), facts.periods.count)
    regraded = lp.add_columns("regraded", shape, cost=regrade_usd(facts)[:, None] * facts.money)
    for regrade, columns in zip(found, regraded, strict=True):
        lp.add_entries(balance.rows[regrade.origin], columns, -1.0)
        for node, share in regrade.becomes:
            lp.add_entries(balance.rows[node], columns, share)
    return regraded


def regrade_usd(facts: Facts) -> Floats:
    """Cost of a unit [regrade]."""
    return np.array([one.kind.cost_usd for one in facts.network.regrades])
