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

# From a basis of the interior point method HiGHS 1.16 breaks down with the dual method at times.
DUAL: dict[str, Any] = {
    "solver": "simplex",
    "presolve": "off",
    "simplex_strategy": 1,
    "simplex_scale_strategy": 0,  # the program is scaled already
    "simplex_dual_edge_weight_strategy": 1,  # Devex: weights at a basis need no solve for each row
}
FROM_BASIS = (DUAL, {**DUAL, "simplex_strategy": 4})


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
        solver = self._from_basis(scaling) or self._cold(scaling)
        self.steps = int(solver.getInfo().simplex_iteration_count)
        if keep:
            self.basis = solver.getBasis()
        return in_own_units(arrays, scaling, read(solver, scaling.arrays), started)

    def _from_basis(self, scaling: Scaling) -> Any:
        """HiGHS after a run from the basis; None where that breaks down."""
        for method in FROM_BASIS if self.basis.valid else ():
            solver = solver_of(scaling.arrays, {**method, **self.limits})
            check(solver.setBasis(self.basis), "the basis")
            if gets_through(solver):
                return solver
        return None

    def _cold(self, scaling: Scaling) -> Any:
        return first_that_gets_through(scaling.arrays, methods_for(scaling.arrays), self.limits)
