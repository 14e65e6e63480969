"""Textbook models solved by SciPy, as independent peers of plans."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import lil_matrix

Term = tuple[int, float]  # a variable and its factor


class Textbook:
    """A small program in whole numbers, written term by term."""

    def __init__(self) -> None:
        self.cost: list[float] = []
        self.most: list[float] = []
        self.least: list[float] = []
        self.whole: list[bool] = []
        self.rows: list[tuple[list[Term], float, float]] = []

    def amount(self, cost: float = 0.0, most: float = np.inf, least: float = 0.0) -> int:
        """A variable that is a number."""
        return self._variable(cost, most, least, whole=False)

    def choice(self, cost: float = 0.0, most: float = 1.0) -> int:
        """A variable that is 0 or 1."""
        return self._variable(cost, most, 0.0, whole=True)

    def _variable(self, cost: float, most: float, least: float, *, whole: bool) -> int:
        self.cost.append(cost)
        self.most.append(most)
        self.least.append(least)
        self.whole.append(whole)
        return len(self.cost) - 1

    def row(self, terms: Iterable[Term], low: float = -np.inf, high: float = np.inf) -> None:
        """A sum that lies between two numbers."""
        self.rows.append((list(terms), low, high))

    def equal(self, terms: Iterable[Term], value: float) -> None:
        """A sum that is a number."""
        self.row(terms, value, value)

    def least_cost(self) -> float:
        """The optimum."""
        matrix = lil_matrix((len(self.rows), len(self.cost)))
        for place, (terms, _, _) in enumerate(self.rows):
            for variable, factor in terms:
                matrix[place, variable] += factor
        low, high = [row[1] for row in self.rows], [row[2] for row in self.rows]
        found = milp(
            self.cost,
            constraints=LinearConstraint(matrix.tocsr(), low, high),
            bounds=Bounds(self.least, self.most),
            integrality=np.array(self.whole, dtype=int),
            options={"mip_rel_gap": 0.0},
        )
        assert found.x is not None, "a test should have an optimum"
        return float(found.fun)


def carried(stock: list[int], period: int) -> list[Term]:
    """What stock adds to the balance of a period: what was there, less what stays."""
    before = [(stock[period - 1], 1.0)] if period else []
    return [*before, (stock[period], -1.0)]
