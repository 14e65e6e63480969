"""A plan in whole numbers made better piece by piece, after the search has run out of time.

All whole columns but those of a piece, some periods or some campaigns, are held at what they are,
and the rest is solved anew; what is better is kept, and so on until nothing improves. This is "fix
and optimise" (S. Helber and F. Sahling, A fix-and-optimize approach for the multi-level capacitated
lot sizing problem, International Journal of Production Economics 123(2), 2010).
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np

from fabstack.plan.program import Arrays
from fabstack.plan.solver import begin_at, gets_through, keeps, solver_of
from fabstack.plan.types import Flags, Floats, Ints

SHARE = 0.2  # of the time, for one piece
BETTER = 1e-7  # of the objective: less is no improvement

Pieces = Sequence[Flags]  # [column] free in each piece


def polished(arrays: Arrays, values: Floats, pieces: Pieces, seconds: float) -> Floats:
    """Values that cost no more; at the latest after so many seconds, or when Ctrl-C comes."""
    until = time.perf_counter() + seconds
    best, waiting = values, list(range(len(pieces)))
    held = np.flatnonzero(arrays.whole)
    try:
        solver = solver_of(arrays, {"mip_rel_gap": BETTER, "mip_lp_solver": "simplex"})
        while waiting and time.perf_counter() < until:
            piece = waiting.pop(0)
            limit = min(SHARE * seconds, until - time.perf_counter())
            found = _better(solver, arrays, held, best, pieces[piece], limit)
            if found is not None:
                best = found
                waiting += [other for other in range(len(pieces)) if other not in (piece, *waiting)]
    except KeyboardInterrupt:
        pass
    return best


def _better(
    solver: Any, arrays: Arrays, held: Ints, best: Floats, free: Flags, limit_s: float
) -> Floats | None:
    """Better values with the columns of a piece free; None where there are none."""
    at, is_free = np.round(best[held]), free[held]
    low, high = (np.where(is_free, bound[held], at) for bound in (arrays.lower, arrays.upper))
    solver.changeColsBounds(held.size, held.astype(np.int32), low, high)
    begin_at(solver, best)
    solver.setOptionValue("time_limit", solver.getRunTime() + max(limit_s, 0.0))
    if not gets_through(solver):
        return None
    found = np.asarray(solver.getSolution().col_value, dtype=float)
    if not keeps(arrays, found):
        return None
    cost, before = float(arrays.cost @ found), float(arrays.cost @ best)
    return found if cost < before - BETTER * abs(before) else None
