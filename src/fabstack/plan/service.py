"""Classes of demand in strict order: a higher one gives way to nothing.

From the highest class down, the penalties of the class are made as small as can be, and are then
held there; last of all the money is maximised. This is lexicographic (preemptive) goal programming,
e.g. Ignizio, Goal Programming and Extensions (1976).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.sparse import csc_matrix, csr_matrix, vstack

from fabstack.plan.build import Model
from fabstack.plan.deliver import penalties_usd
from fabstack.plan.highs import Solution, Status
from fabstack.plan.program import Arrays
from fabstack.plan.types import Floats

SLACK = 1e-7  # of a class's penalties, by which a lower class may not be helped but rounding may

Solve = Callable[[Arrays], Solution]


def by_class(model: Model, solve: Solve) -> Solution:
    """The best plan among those that serve each class, from the highest down, as well as can be."""
    arrays = model.arrays
    for cost in _penalties(model):
        found = solve(arrays._replace(cost=cost))
        if found.status not in (Status.OPTIMAL, Status.LIMIT):
            return found
        arrays = _held(arrays, cost, float(cost @ found.values))
    found = solve(arrays)
    rows = model.arrays.low.size
    return found.of(model.arrays, found.duals[:rows])


def _penalties(model: Model) -> list[Floats]:
    """Cost vectors: penalties of one class each, the highest class first."""
    wishes = model.delivering.wishes
    late_usd, lost_usd = penalties_usd(model.facts, wishes)
    found = []
    for rank in sorted({wish.rank for wish in wishes}, reverse=True):
        cost = np.zeros(model.arrays.cost.size)
        is_own = np.array([wish.rank == rank for wish in wishes])
        cost[model.columns["short"][is_own]] = (lost_usd * model.facts.money)[is_own]
        cost[model.columns["backlog"][is_own]] = (late_usd * model.facts.money)[is_own]
        found.append(cost)
    return found


def _held(arrays: Arrays, cost: Floats, reached: float) -> Arrays:
    """A program in which the penalties of a class stay at what was reached."""
    most = reached + SLACK * max(abs(reached), float(cost.max(initial=0.0)))
    return arrays._replace(
        low=np.append(arrays.low, -np.inf),
        high=np.append(arrays.high, most),
        matrix=csc_matrix(vstack([arrays.matrix, csr_matrix(cost)])),
    )
