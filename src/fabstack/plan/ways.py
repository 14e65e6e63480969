"""The cheapest way to have one more unit of an item at a place, were nothing scarce.

A way is a column that brings units into a balance row: a start, an order, a lane, a conversion, a
regrade, stock that is carried over, or what is worked at a stage of a route, where carriers wait. A
unit by way j costs

    m(j) = (cost(j) + sum over what it takes of quantity x m(row)) / units that it brings
    m(row) = min over ways j into the row of m(j)

All that a way takes is taken in its own period, so the periods are worked through in order;
within one the costs are improved until nothing changes (Bellman and Ford).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from fabstack.plan.build import Model
from fabstack.plan.types import Flags, Floats, Ints

WAYS = (
    "starts",
    "taken",
    "converted",
    "regraded",
    "sent",
    "stock",
    "worked",
    "waiting",
)  # the first is preferred where two are equal
NO_WAY = -1


@dataclass(frozen=True, slots=True)
class Ways:
    """Cost and way of one more unit of every balance row."""

    cost_usd: Floats  # [row] USD of the start; infinite where there is no way
    way: Ints  # [row] column, or NO_WAY


class Supply:
    """Balance rows and the columns that bring and take, seen from the columns."""

    def __init__(self, model: Model) -> None:
        arrays = model.arrays
        self.count = model.rows["balance"].size + model.rows["waiting"].size
        balance = arrays.matrix[: self.count].T.tocsr()  # [column, row]
        self.brings: csr_matrix = balance.maximum(0).tocsr()
        self.takes: csr_matrix = (-balance.minimum(0)).tocsr()
        self.total = np.asarray(self.brings.sum(axis=1)).ravel()
        self.total[model.columns["regraded"]] = 1.0  # each bin is brought by itself
        self.share = self._shares(model.columns["regraded"].ravel())
        self.cost = arrays.cost
        self.by_period = _by_period(model)
        self.is_blocked = arrays.upper <= 0.0

    def _shares(self, regraded: Ints) -> csr_matrix:
        """Units that come into a row by a column, over its total, wherever they are not all."""
        alone = np.zeros(self.total.size, dtype=bool)
        alone[regraded] = True
        share = self.brings.copy()
        share.data[~np.repeat(alone, np.diff(share.indptr))] = 1.0
        return share

    def brought(self, column: int, row: int) -> float:
        """Units that a column brings, of those that count for a row."""
        return float(self.total[column] * self.share[column, row])

    def cheapest(self, usable: Flags) -> Ways:
        """The cheapest ways among the usable columns."""
        found = Ways(np.full(self.count, np.inf), np.full(self.count, NO_WAY, dtype=np.int64))
        for columns in self.by_period:
            self._improve(found, columns[usable[columns] & (self.total[columns] > 0)])
        return found

    def _improve(self, found: Ways, columns: Ints) -> None:
        """Better ways by the columns of one period, until there is none."""
        takes, brings = self.takes[columns], self.share[columns].tocoo()
        while True:
            cost = (self.cost[columns] + takes @ found.cost_usd) / self.total[columns]
            offered = cost[brings.row] / brings.data
            is_better = offered < found.cost_usd[brings.col] - _slack(offered)
            if not is_better.any():
                return
            rows, sources, costs = brings.col[is_better], brings.row[is_better], offered[is_better]
            order = np.lexsort((sources, costs, rows))
            first = order[np.unique(rows[order], return_index=True)[1]]
            found.cost_usd[rows[first]] = costs[first]
            found.way[rows[first]] = columns[sources[first]]


def _slack(costs: Floats) -> Floats:
    """Less than this is no improvement, or free lanes would send goods in circles."""
    return 1e-9 * np.where(np.isfinite(costs), np.abs(costs), 0.0) + 1e-12


def _by_period(model: Model) -> list[Ints]:
    blocks = [model.columns[name] for name in WAYS]
    return [
        np.concatenate([block[:, period] for block in blocks])
        for period in range(model.facts.periods.count)
    ]
