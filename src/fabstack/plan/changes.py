"""How a plan differs from an earlier one, and why what was frozen could not stay."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from fabstack.plan.build import Model
from fabstack.plan.causes import Causes, tight
from fabstack.plan.highs import Solution
from fabstack.plan.replan import Cell, Cells, Replan
from fabstack.plan.result import Change
from fabstack.plan.types import Floats

SAME = 1e-6  # of an amount: less is no change
NOTHING = 1e-9  # a dual that is none
GONE = "the programme does not have it any more"
CONFLICT = "it is in conflict with the rest of what is frozen"


def changes(
    model: Model, replan: Replan, solution: Solution, least: Solution | None
) -> tuple[Change, ...]:
    """Every decision that differs from the earlier plan, by period; `least` is why, if frozen."""
    cells = model.changes
    assert cells is not None
    after = cells.after(solution.values)
    found = [*_changed(model, cells, after, least), *_gone(model, replan)]
    return tuple(sorted(found, key=lambda one: (one.period, one.kind, one.name)))


def _changed(model: Model, cells: Cells, after: Floats, least: Solution | None) -> Iterator[Change]:
    size = np.maximum(1.0, np.maximum(np.abs(after), np.abs(cells.before)))
    why = None if least is None else _Why(model, least)
    for place in np.flatnonzero(np.abs(after - cells.before) > SAME * size).tolist():
        cell, is_frozen = cells.all[place], bool(cells.frozen[place])
        grows = after[place] > cell.before
        yield Change(
            period=cell.period,
            kind=cell.kind,
            name=cell.name,
            before=cell.before,
            after=float(after[place]),
            value_usd=float(abs(after[place] - cell.before) * cell.worth_usd),
            is_frozen=is_frozen,
            reason=why.of(cell, grows=grows) if is_frozen and why is not None else "",
        )


def _gone(model: Model, replan: Replan) -> Iterator[Change]:
    """Decisions of the earlier plan about what is no longer there."""
    earlier, periods = replan.earlier, model.facts.periods
    for kind, known in (("start", earlier.starts), ("order", earlier.orders)):
        names = {cell.name for cell in model.changes.all if cell.kind == kind}  # type: ignore[union-attr]
        for name in sorted(set(known) - names):
            before = earlier.spread(known[name], periods)
            for period in np.flatnonzero(before).tolist():
                is_frozen = period < replan.frozen
                yield Change(period, kind, name, float(before[period]), 0.0, 0.0, is_frozen, GONE)


class _Why:
    """Says what is in the way of a frozen decision."""

    def __init__(self, model: Model, least: Solution) -> None:
        self.model, self.least = model, least
        self.causes = Causes(model, least)
        self.matrix = model.arrays.matrix
        self.is_tight = tight(model, least)
        self.own = frozenset(model.rows["changes"].ravel().tolist())

    def of(self, cell: Cell, *, grows: bool) -> str:
        """Why a decision cannot stay as it was."""
        if grows:
            return CONFLICT
        column = int(cell.columns[0])
        if self.model.arrays.upper[column] <= 0:
            return _without_worth(self.causes.words.bound(column, 0.0).explanation)
        return self._limit(column) or self._input(column) or CONFLICT

    def _entries(self, column: int) -> list[tuple[int, float]]:
        span = slice(self.matrix.indptr[column], self.matrix.indptr[column + 1])
        rows, amounts = self.matrix.indices[span].tolist(), self.matrix.data[span].tolist()
        return [(r, a) for r, a in zip(rows, amounts, strict=True) if r not in self.own]

    def _limit(self, column: int) -> str:
        """The limit of the decision itself that has no room and costs most."""
        count = self.causes.supply.count
        limits = [
            (-self.least.duals[row] * amount, row)
            for row, amount in self._entries(column)
            if row >= count and amount > 0 and self.is_tight[row]
        ]
        cost, row = max(limits, default=(0.0, 0))
        if cost <= NOTHING:
            return ""
        return _without_worth(self.causes.words.limit(row, 0.0).explanation)

    def _input(self, column: int) -> str:
        """What is missing for it, and why."""
        inputs = [
            (self.least.duals[row] * -amount, row)
            for row, amount in self._entries(column)
            if row < self.causes.supply.count and amount < 0
        ]
        cost, row = max(inputs, default=(0.0, 0))
        if cost <= NOTHING:
            return ""
        return _without_worth(self.causes.of(np.array([row]), np.inf).explanation)


def _without_worth(explanation: str) -> str:
    """A sentence without what one more is worth: that was no money here."""
    return explanation.split("; one more", maxsplit=1)[0]
