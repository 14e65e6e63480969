"""All limits that together keep a unit from being there: the conflict behind a shortfall.

The duals of an optimum prove that no plan delivers more for less; those among them that lie on a
way to the missing unit are the proof of its shortfall. From the places where it could be served we
follow every column that the plan would use more of (its reduced cost is nothing, or it is at its
bound) into the places that it takes from, and collect the limits with a dual on the way.
"""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import breadth_first_order

from fabstack.plan.build import Model
from fabstack.plan.highs import Solution
from fabstack.plan.types import Flags, Ints
from fabstack.plan.ways import Supply
from fabstack.plan.words import Words

NOTHING = 1e-7  # of the largest cost: a reduced cost or a dual that is none


class _Limit(NamedTuple):
    """Where a limit stands: a row of the program, or the bound of a column."""

    is_row: bool
    place: int


class Conflicts:
    """Says which limits are in conflict with a unit more of something."""

    def __init__(self, model: Model, solution: Solution, tight: Flags) -> None:
        self.words = Words(model, solution)
        supply = Supply(model)
        self.count = supply.count
        tiny = NOTHING * max(float(np.abs(model.arrays.cost).max(initial=0.0)), 1.0)
        full = (solution.values >= model.arrays.upper) & (solution.reduced_costs < -tiny)
        used = np.flatnonzero((np.abs(solution.reduced_costs) <= tiny) | full)
        used = used[(supply.total[used] > 0) & ~supply.is_blocked[used]]
        self.bounds: Flags = full
        brings = _flags(supply.brings[used]).T.tocsr()  # [row, used column]
        self.inputs: csr_matrix = (brings @ _flags(supply.takes[used])).tocsr()
        binds = self._binding(model, solution, tight, tiny)
        self.limits: csr_matrix = (
            brings @ _flags(model.arrays.matrix[binds].T.tocsr()[used])
        ).tocsr()
        self.binds = np.flatnonzero(binds)
        self.brings, self.used = brings, used

    def _binding(self, model: Model, solution: Solution, tight: Flags, tiny: float) -> Flags:
        """Rows other than balances and setups that have no room and a price."""
        binds: Flags = tight & (solution.duals < -tiny)
        binds[: self.count] = False
        binds[model.rows["campaign"].ravel()] = False
        return binds

    def of(self, rows: Ints) -> str:
        """The limits on the ways to any of some balance rows, in words."""
        reached = self._reached(rows)
        at_rows = np.unique(self.limits[reached].indices)
        found = [_Limit(True, int(self.binds[i])) for i in at_rows]
        columns = self.used[np.unique(self.brings[reached].indices)]
        found += [_Limit(False, int(column)) for column in columns[self.bounds[columns]]]
        return "; ".join(self._told(found))

    def _reached(self, rows: Ints) -> Ints:
        """Balance rows from which units come, directly or not."""
        parts = [breadth_first_order(self.inputs, row, return_predecessors=False) for row in rows]
        reached: Ints = np.unique(np.concatenate(parts)) if parts else np.empty(0, dtype=np.int64)
        return reached

    def _told(self, found: list[_Limit]) -> list[str]:
        """What there is of each limiting thing, over the periods in which it limits."""
        amounts: defaultdict[tuple[str, str], dict[int, float]] = defaultdict(dict)
        for limit in found:
            told = self.words.room(limit.place, is_row=limit.is_row)
            amounts[told.name, told.unit][told.period] = told.amount
        return [
            f"{name} has {sum(by_period.values()):,.6g} {unit} in {self._months(sorted(by_period))}"
            for (name, unit), by_period in amounts.items()
        ]

    def _months(self, periods: list[int]) -> str:
        first, last = (self.words.facts.periods.name(p) for p in (periods[0], periods[-1]))
        if first == last:
            return first
        whole = periods[-1] - periods[0] + 1 == len(periods)
        return f"{first} to {last}" if whole else f"{len(periods)} periods of {first} to {last}"


def _flags(matrix: csr_matrix) -> csr_matrix:
    """1 where a matrix has anything."""
    found = matrix.tocsr(copy=True)
    found.data = np.ones_like(found.data)
    return found
