"""Why no more tools are bought of a group whose hours are used up, where money is not the reason.

A tool that would give hours in time is kept out by a limit that it exceeds: the floor of its plant,
or a budget. Where one option is kept out by neither, its price is the reason, and nothing is said.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from fabstack.plan.build import Model
from fabstack.plan.highs import Solution
from fabstack.plan.purchases import floors
from fabstack.plan.types import Floats, Ints

TIGHT = 1e-6  # of what a tool takes: room that is enough


class Unbought(NamedTuple):
    """The limit that keeps a tool out."""

    block: str  # floor or budget
    name: str  # of the plant or the budget
    period: int
    needs: float  # of a tool: m2 or USD
    free: float
    row: int


class ToolLimits:
    """Looks at the limits of all options to buy tools."""

    def __init__(self, model: Model, solution: Solution) -> None:
        self.model = model
        self.known: dict[tuple[int, int], Unbought | None] = {}
        room = model.arrays.high - model.arrays.matrix @ solution.values
        self.room: Floats = np.where(np.isfinite(room), room, np.inf)

    def of(self, group: int, period: int) -> Unbought | None:
        """What keeps more hours of a group in a period from being bought."""
        at = group, period
        if at not in self.known:
            self.known[at] = self._of(group, period)
        return self.known[at]

    def _of(self, group: int, period: int) -> Unbought | None:
        columns = self._in_time(group, period)
        kept_out = [self._kept_out(column) for column in columns.tolist()]
        if not kept_out or any(limit is None for limit in kept_out):
            return None
        return kept_out[-1]  # of the latest order that would still help

    def _in_time(self, group: int, period: int) -> Ints:
        """Columns of tools that would give hours in a period, the earliest order first."""
        bought = self.model.columns["bought_tools"]
        row = int(self.model.rows["tool_hours"][group, period])
        gives = self.model.arrays.matrix[row, bought.ravel()].toarray().ravel() < 0
        may = self.model.arrays.upper[bought.ravel()] > 0
        found: Ints = bought.ravel()[gives & may]
        return found[np.argsort(found % bought.shape[1], kind="stable")]

    def _kept_out(self, column: int) -> Unbought | None:
        """The first limit for which a tool is too much."""
        matrix = self.model.arrays.matrix
        span = slice(matrix.indptr[column], matrix.indptr[column + 1])
        needs = dict(zip(matrix.indices[span].tolist(), matrix.data[span].tolist(), strict=True))
        for block in ("floor", "budget"):
            for place, row in np.ndenumerate(self.model.rows[block]):
                need = needs.get(int(row), 0.0)
                if need > 0 and self.room[row] < need * (1 - TIGHT):
                    period = place[1] if len(place) > 1 else 0
                    name = self._name(block, place[0])
                    free = max(float(self.room[row]), 0.0)
                    return Unbought(block, name, period, need, free, int(row))
        return None

    def _name(self, block: str, place: int) -> str:
        facts = self.model.facts
        if block == "floor":
            return floors(facts)[place]
        return facts.programme.budgets[place].name
