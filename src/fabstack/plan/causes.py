"""What stands in the way of one more unit at a place, in a month."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.sparse import csc_matrix

from fabstack.plan.build import Model
from fabstack.plan.highs import Solution
from fabstack.plan.maturity import immaturity
from fabstack.plan.result import Code
from fabstack.plan.types import Flags, Ints
from fabstack.plan.ways import NO_WAY, Supply, Ways
from fabstack.plan.words import Cause, Words

TIGHT = 1e-6  # slack over limit below which a limit is exhausted


class _Limit(NamedTuple):
    """A limit on the way to a unit."""

    rent_usd: float  # for a unit at the end of the way
    row: int  # of the program, or NO_WAY where it is the bound of the column
    column: int  # of the way that it limits
    immaturity: float
    is_hard: bool = True  # a limit, not a setup that is thought not worth its price


_NOTHING = _Limit(-1.0, NO_WAY, NO_WAY, 1.0, is_hard=False)


class Causes:
    """Finds causes; everything that is found once is kept."""

    def __init__(self, model: Model, solution: Solution) -> None:
        self.model, self.solution = model, solution
        self.supply = Supply(model)
        self.words = Words(model, solution)
        everything = np.ones(model.arrays.cost.size, dtype=bool)
        self.open_ways = self.supply.cheapest(~self.supply.is_blocked)
        self.all_ways = self.supply.cheapest(everything)
        self.into = self.supply.brings.tocsc()
        self.limits: csc_matrix = model.arrays.matrix
        self.is_tight = tight(model, solution)
        self.setups = frozenset(model.rows["campaign"].ravel().tolist())
        changes = model.rows.get("changes", np.empty(0, dtype=np.int64)).ravel()
        self.idle = frozenset(changes[solution.duals[changes] >= 0].tolist())  # hold nothing back
        self.immaturity = immaturity(model)
        self.known: dict[int, _Limit] = {}

    def of(self, rows: Ints, worth_usd: float) -> Cause:
        """Why no more units come to any of some balance rows, where one is worth so much."""
        if rows.size == 0:
            return Cause(Code.MATERIAL, "", 0, 0.0, "nobody makes or sells it")
        row = _cheapest(self.open_ways, rows)
        if self.open_ways.cost_usd[row] < worth_usd:
            return self._exhausted(row, worth_usd)
        row = _cheapest(self.all_ways, rows)
        if self.all_ways.cost_usd[row] < worth_usd:
            return self._closed(row)
        if np.isfinite(self.all_ways.cost_usd[row]):
            return self.words.not_worth(row, self.all_ways.cost_usd[row], worth_usd)
        return self._lacking(row)

    # --- A way that is open, and something on it is used up -------------------------------------

    def _exhausted(self, row: int, worth_usd: float) -> Cause:
        limit = self._tightest(row)
        if limit is _NOTHING:
            return self.words.not_worth(row, self.open_ways.cost_usd[row], worth_usd)
        if limit.row == NO_WAY:
            worth = max(-self.solution.reduced_costs[limit.column], 0.0)
            return self.words.bound(limit.column, worth)
        worth = max(-self.solution.duals[limit.row], 0.0)
        found = self.words.limit(limit.row, worth)
        row = limit.row if found.row == NO_WAY else found.row
        return found._replace(immaturity=limit.immaturity, row=row)

    def _tightest(self, target: int) -> _Limit:
        """The exhausted limit with the largest rent on the way to a row."""
        waiting = [target]
        while waiting:
            row = waiting[-1]
            needed = [r for r in self._inputs(row).tolist() if r not in self.known]
            if needed and row not in self.known:
                waiting += needed
            else:
                self.known[row] = self._best(row)
                waiting.pop()
        return self.known[target]

    def _inputs(self, row: int) -> Ints:
        column = self.open_ways.way[row]
        if column == NO_WAY:
            return np.empty(0, dtype=np.int64)
        taken = self.supply.takes
        span = slice(taken.indptr[column], taken.indptr[column + 1])
        return taken.indices[span].astype(np.int64)

    def _best(self, row: int) -> _Limit:
        column = int(self.open_ways.way[row])
        if column == NO_WAY:
            return _NOTHING
        taken, brought = self.supply.takes, self.supply.brought(column, row)
        span = slice(taken.indptr[column], taken.indptr[column + 1])
        above = [
            self._passed_on(self.known[child], column, amount / brought)
            for child, amount in zip(
                taken.indices[span].tolist(), taken.data[span].tolist(), strict=True
            )
        ]
        every = [*self._own(column, brought), *above, _NOTHING]
        return max(every, key=lambda limit: (limit.is_hard, limit.rent_usd))

    def _passed_on(self, limit: _Limit, column: int, amount: float) -> _Limit:
        if limit is _NOTHING:
            return _NOTHING
        ratio = limit.immaturity * self.immaturity[column]
        return limit._replace(rent_usd=limit.rent_usd * amount, immaturity=ratio)

    def _own(self, column: int, brought: float) -> list[_Limit]:
        """Exhausted limits of the way itself."""
        matrix = self.limits
        span = slice(matrix.indptr[column], matrix.indptr[column + 1])
        ratio = float(self.immaturity[column])
        found = [
            _Limit(
                rent_usd=max(-self.solution.duals[row], 0.0) * amount / brought,
                row=row,
                column=column,
                immaturity=ratio,
                is_hard=row not in self.setups,
            )
            for row, amount in zip(
                matrix.indices[span].tolist(), matrix.data[span].tolist(), strict=True
            )
            if row >= self.supply.count
            and amount > 0
            and self.is_tight[row]
            and row not in self.idle
        ]
        if self._is_full(column):
            rent = max(-self.solution.reduced_costs[column], 0.0) / brought
            found.append(_Limit(rent, NO_WAY, column, ratio))
        return found

    def _is_full(self, column: int) -> bool:
        most = self.model.arrays.upper[column]
        return bool(np.isfinite(most)) and bool(
            self.solution.values[column] >= most - TIGHT * max(1.0, most)
        )

    # --- A way that is closed -------------------------------------------------------------------

    def _closed(self, row: int) -> Cause:
        """The closed way that is nearest to the missing unit."""
        waiting, seen = [row], set[int]()
        while waiting:
            column = int(self.all_ways.way[waiting.pop(0)])
            if column == NO_WAY or column in seen:
                continue
            seen.add(column)
            if self.supply.is_blocked[column]:
                return self.words.bound(column, max(-self.solution.reduced_costs[column], 0.0))
            taken = self.supply.takes
            waiting += taken.indices[taken.indptr[column] : taken.indptr[column + 1]].tolist()
        raise AssertionError("a way that is dearer when open has no closed part")

    # --- No way at all --------------------------------------------------------------------------

    def _lacking(self, row: int) -> Cause:
        """What is missing first where nothing can bring a unit in time."""
        seen = set[int]()
        while row not in seen:
            seen.add(row)
            lacking = self._lacking_inputs(row)
            if not lacking:
                break
            row = lacking[0]
        return self.words.lacking(row, self.all_ways.cost_usd)

    def _lacking_inputs(self, row: int) -> list[int]:
        """What the first way into a row takes and cannot have."""
        columns = self.into.indices[self.into.indptr[row] : self.into.indptr[row + 1]]
        makers = [c for c in columns.tolist() if not self.words.is_stock(c)]
        if not makers:
            return []
        taken = self.supply.takes
        inputs = taken.indices[taken.indptr[makers[0]] : taken.indptr[makers[0] + 1]]
        return [int(i) for i in inputs if not np.isfinite(self.all_ways.cost_usd[i])]


def _cheapest(ways: Ways, rows: Ints) -> int:
    return int(rows[np.argmin(ways.cost_usd[rows])])


def tight(model: Model, solution: Solution) -> Flags:
    """True where a row has no room above [row]."""
    room = model.arrays.high - model.arrays.matrix @ solution.values
    finite = np.isfinite(model.arrays.high)
    scale = np.maximum(1.0, np.where(finite, np.abs(model.arrays.high), 1.0))
    is_tight: Flags = finite & (room <= TIGHT * scale)
    return is_tight
