"""What uncertain costs count for: their mean, and the mean of the worst of them.

    weighed(costs) = mean(costs) + weight x CVaR(costs)

CVaR is the mean of the worst 1 - tail of all cases, an atom at the boundary in part. It is the
smallest value over eta of eta + mean(max(cost - eta, 0)) / (1 - tail) (R. T. Rockafellar and
S. Uryasev, J. Risk 2(3), 2000; for atoms J. Banking & Finance 26, 2002), which is linear in costs
that are linear: so a linear program can carry it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from fabstack.plan.types import Floats


class Risk(NamedTuple):
    """How much the worst cases count beside the mean."""

    weight: float = 0.0  # of the CVaR
    tail: float = 0.95  # share of the cases that are not among the worst, 0 to below 1


def cvar(costs: Floats, chances: Floats, tail: float) -> float:
    """Mean of the worst 1 - `tail` of all cases; chances add up to 1.

    >>> cvar(np.array([1.0, 2.0, 3.0, 4.0]), np.full(4, 0.25), 0.5)
    3.5

    """
    order = np.argsort(-costs, kind="stable")
    worst = 1 - tail
    before = np.cumsum(chances[order]) - chances[order]
    taken = np.clip(worst - before, 0.0, chances[order])
    if not np.isfinite(costs[order][taken > 0]).all():
        return np.inf
    return float(costs[order] @ taken / taken.sum())


def mean(costs: Floats, chances: Floats) -> float:
    """Expected cost."""
    return float(chances @ costs) if np.isfinite(costs).all() else np.inf


def weighed(costs: Floats, chances: Floats, risk: Risk) -> float:
    """Mean plus the weighed CVaR."""
    if risk.weight == 0:
        return mean(costs, chances)
    return mean(costs, chances) + risk.weight * cvar(costs, chances, risk.tail)
