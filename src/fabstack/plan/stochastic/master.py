"""The master of the L-shaped method: first columns with a cost for each future, and the cuts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from scipy.sparse import csc_matrix, csr_matrix, eye, hstack, vstack

from fabstack.plan.highs import Status, minimum
from fabstack.plan.program import Arrays
from fabstack.plan.stochastic.measure import Risk
from fabstack.plan.stochastic.problem import TwoStage
from fabstack.plan.types import Floats

LACK = 1e-7  # relative; what lacks less is the solver's rounding


@dataclass(slots=True)
class Tried:
    """First columns, and what each future makes of them."""

    first: Floats
    values: Floats  # [future, column]
    costs: Floats  # [future] infinite where a future cannot keep them
    at: Floats  # [future] cost, or what is lacking
    slopes: Floats  # [future, first column]


class Box(NamedTuple):
    """First columns that lie near some of them."""

    lowest: Floats
    highest: Floats


@dataclass(slots=True)
class Master:
    """The first columns with a cost for each future, and the cuts so far."""

    problem: TwoStage
    risk: Risk
    least: Floats
    _cuts: list[csr_matrix] = field(default_factory=list)
    _at_least: list[Floats] = field(default_factory=list)

    def learn(self, tried: Tried) -> None:
        """A cut for each future."""
        futures, count = tried.slopes.shape
        is_kept = np.isfinite(tried.costs)
        is_cut = is_kept | (tried.at > LACK)
        thetas = csr_matrix(np.diag(is_kept.astype(float)))
        beyond = csr_matrix((futures, self._width - count - futures))
        rows = csr_matrix(hstack([csr_matrix(-tried.slopes), thetas, beyond]))
        self._cuts.append(rows[is_cut])
        self._at_least.append((tried.at - tried.slopes @ tried.first)[is_cut])

    def choose(self, near: Box | None = None) -> tuple[Floats, float]:
        """(first columns, cost at least): what looks best by all cuts, everywhere or in a box."""
        arrays = self._arrays(near)
        found = minimum(arrays, time_limit_s=np.inf, gap=0.0)
        assert found.status is Status.OPTIMAL, "the master is bounded and has an answer"
        return found.values[: self.problem.first.size], found.objective

    @property
    def _width(self) -> int:
        futures = len(self.problem.programs)
        return self.problem.first.size + futures + (1 + futures if self.risk.weight > 0 else 0)

    def _arrays(self, near: Box | None) -> Arrays:
        problem = self.problem
        lower, upper = problem.bounds
        if near is not None:
            lower, upper = np.maximum(lower, near.lowest), np.minimum(upper, near.highest)
        unlimited = np.full(self._width - lower.size, np.inf)
        own_low, own_high, own = self._own_rows()
        cuts, at_least = self._all_cuts()
        return Arrays(
            cost=self._cost(),
            lower=np.concatenate([lower, self.least, self._lowest_excess()]),
            upper=np.append(upper, unlimited),
            whole=np.append(
                problem.programs[0].whole[problem.first], np.zeros(unlimited.size, dtype=bool)
            ),
            low=np.concatenate([own_low, at_least]),
            high=np.concatenate([own_high, np.full(at_least.size, np.inf)]),
            matrix=csc_matrix(vstack([own, cuts])),
        )

    def _cost(self) -> Floats:
        """Of the first columns nothing: what they cost is in the cost of each future."""
        chances = self.problem.chances
        parts = [np.zeros(self.problem.first.size), chances]
        if self.risk.weight > 0:
            parts.append(self.risk.weight * np.append(1.0, chances / (1 - self.risk.tail)))
        return np.concatenate(parts)

    def _lowest_excess(self) -> Floats:
        """Eta may be anything, an excess is at least 0."""
        if self.risk.weight == 0:
            return np.zeros(0)
        return np.append(-np.inf, np.zeros(self.least.size))

    def _own_rows(self) -> tuple[Floats, Floats, csr_matrix]:
        """Rows that speak of first columns only, and excess + eta >= theta."""
        problem, count, futures = self.problem, self.problem.first.size, self.least.size
        program = problem.programs[0]
        is_own = np.diff(csr_matrix(program.matrix[:, problem.second]).indptr) == 0
        beyond = csr_matrix((int(is_own.sum()), self._width - count))
        rows = [hstack([csr_matrix(program.matrix)[is_own][:, problem.first], beyond])]
        low, high = [program.low[is_own]], [program.high[is_own]]
        if self.risk.weight > 0:
            ones = np.ones((futures, 1))
            empty = csr_matrix((futures, count))
            rows.append(hstack([empty, -eye(futures), csr_matrix(ones), eye(futures)]))
            low.append(np.zeros(futures))
            high.append(np.full(futures, np.inf))
        return np.concatenate(low), np.concatenate(high), csr_matrix(vstack(rows))

    def _all_cuts(self) -> tuple[csr_matrix, Floats]:
        if not self._cuts:
            return csr_matrix((0, self._width)), np.zeros(0)
        return csr_matrix(vstack(self._cuts)), np.concatenate(self._at_least)
