"""A program that changes and is solved again from where it was.

The simplex method begins at any basis. After a change of numbers the basis of the last optimum is
near the new one, so a few steps lead there where a cold start takes thousands. A basis knows no
units: every program is scaled by itself, since a limit that is large in one may be tiny in another.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np

from fabstack.plan.highs import Solution, first_that_gets_through, in_own_units, methods_for
from fabstack.plan.program import Arrays
from fabstack.plan.scaling import Scaling, scaled
from fabstack.plan.solver import check, gets_through, read, solver_of

# The least share of the largest number of its column that a pivot may have. With HiGHS's 0.1 small
# errors grow from period to period along chains of stocks: from the basis of another future of
# Texas two solves of three broke down, with 0.5 (the most that it takes) none of 30.
STRICT: dict[str, Any] = {"factor_pivot_threshold": 0.5}
ANEW: dict[str, Any] = {"solver": "simplex", **STRICT}
FROM_BASIS: dict[str, Any] = {
    **ANEW,
    "presolve": "off",
    "simplex_strategy": 1,  # dual
    "simplex_dual_edge_weight_strategy": 1,  # Devex: weights at a basis need no solve for each row
}
MOST_STEPS = 0.5  # from a basis, for each row; from nothing it seldom takes as many


class Warm:
    """A linear program without whole columns, with its optimum and the basis of that."""

    def __init__(self, arrays: Arrays, *, time_limit_s: float = np.inf) -> None:
        self.limits = {"time_limit": time_limit_s}
        self.shape = arrays.matrix.shape
        self.steps = 0  # of the simplex method, in the last solve
        self.basis: Any = self._cold(scaled(arrays)).getBasis()
        self.solution = self.solve(arrays)  # again: the basis of an interior point needs a polish

    def solve(self, arrays: Arrays, *, keep: bool = True) -> Solution:
        """The columns that cost least in a program of the same shape.

        Its basis is where the next one begins, unless `keep` is false.

        Raises:
            ValueError: the program has another shape.
            SolverError: HiGHS refuses what it is given.

        """
        started = time.perf_counter()
        if arrays.matrix.shape != self.shape:
            raise ValueError("a program of another shape has no use for this basis")
        scaling = scaled(arrays)
        solver = self._solved(scaling)
        if keep:
            self.basis = solver.getBasis()
        answer = read(solver, scaling.arrays)
        _let_go(solver)
        return in_own_units(arrays, scaling, answer, started)

    def _solved(self, scaling: Scaling) -> Any:
        """HiGHS after a run from the basis, or from nothing where that breaks down.

        Then once more from where that ends, which takes no step: what thousands of steps carried
        along is worked out anew. Without it rows were off by up to 300 times the tolerance.
        """
        found = self._from(self.basis, scaling) or self._cold(scaling)
        self.steps = int(found.getInfo().simplex_iteration_count)
        again = self._from(found.getBasis(), scaling) if self.steps else None
        if again is None:
            return found
        _let_go(found)
        return again

    def _from(self, basis: Any, scaling: Scaling) -> Any:
        """HiGHS after a run from a basis; None where that breaks down or takes too many steps."""
        if not basis.valid:
            return None
        most = int(MOST_STEPS * self.shape[0]) + 1000
        limits = {**self.limits, "simplex_iteration_limit": most}
        solver = solver_of(scaling.arrays, {**FROM_BASIS, **limits})
        check(solver.setBasis(basis), "the basis")
        is_through = gets_through(solver) and solver.getInfo().simplex_iteration_count < most
        return solver if is_through else None

    def _cold(self, scaling: Scaling) -> Any:
        methods = (ANEW, *methods_for(scaling.arrays))
        return first_that_gets_through(scaling.arrays, methods, self.limits)


def _let_go(solver: Any) -> None:
    """Free what a solver holds now: its callbacks hold it, so that else it waits for a collection.

    That is 40 MB for each solve of Texas, and came to 2 GB before there was one.
    """
    vars(solver).clear()
