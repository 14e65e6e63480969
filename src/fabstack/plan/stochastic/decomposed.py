"""The same problem without ever putting all futures into one program: the L-shaped method.

A master program chooses the first columns; each future, solved for them, answers with its cost and
the slopes of that cost, which is a lower bound everywhere (a cut), for each future its own. Where a
future cannot keep what was chosen, the cut is one on what it lacks. R. M. Van Slyke and R. Wets,
SIAM J. Appl. Math. 17(4), 1969; one cut for each future: J. R. Birge and F. V. Louveaux, EJOR 34,
1988. The costs of the futures when each is known beforehand bound the master from the start.

    minimise   sum p(s) theta(s) + weight x (eta + sum p(s) excess(s) / (1 - tail))
    where      theta(s) >= cost(s) at some first columns + slopes x (first - those)
               0 >= lack(s) at some first columns + slopes x (first - those)
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import numpy as np
from scipy.sparse import csc_matrix, csr_matrix, eye, hstack, vstack

from fabstack.errors import LimitError
from fabstack.plan.highs import Solution, Status, minimum
from fabstack.plan.program import Arrays
from fabstack.plan.stochastic.measure import Risk
from fabstack.plan.stochastic.problem import SLACKS, Answer, TwoStage
from fabstack.plan.types import Floats
from fabstack.plan.warm import Warm

ROUNDS = 500
LACK = 1e-7  # relative; what lacks less is the solver's rounding


def decomposed(
    problem: TwoStage,
    risk: Risk,
    *,
    least: Floats,
    begin: list[Floats],
    gap: float = 1e-7,
    time_limit_s: float = np.inf,
) -> Answer:
    """The first columns that are best for all futures, found by cuts.

    `least` [future] are costs below which no future can come; `begin` are first columns to try
    before the master is asked. The time limit ends it with the best found and its gap.

    Raises:
        LimitError: it ends before anything was found.

    """
    started = time.perf_counter()
    master, futures = _Master(problem, risk, least), _Futures(problem, risk)
    for first in begin:
        master.learn(futures.answer(first))
    rounds, bound = 0, -np.inf
    while futures.gap(bound) > gap and rounds < ROUNDS:
        if time.perf_counter() - started > time_limit_s:
            break
        first, bound = master.choose()
        if futures.gap(bound) > gap:
            master.learn(futures.answer(first))
        rounds += 1
    best = futures.best
    if not np.isfinite(futures.reached):
        raise LimitError("no first decisions were found that every future can keep")
    return Answer(
        first=best.first,
        values=best.values,
        costs=best.costs,
        chances=problem.chances,
        risk=risk,
        gap=max(futures.gap(bound), 0.0),
        rounds=rounds,
        solve_s=time.perf_counter() - started,
    )


@dataclass(slots=True)
class _Tried:
    """First columns, and what each future makes of them."""

    first: Floats
    values: Floats  # [future, column]
    costs: Floats  # [future] infinite where a future cannot keep them
    at: Floats  # [future] cost, or what is lacking
    slopes: Floats  # [future, first column]


class _Futures:
    """The program of each future, kept with its last basis, and the best answer so far."""

    def __init__(self, problem: TwoStage, risk: Risk) -> None:
        self.problem, self.risk = problem, risk
        self.kept: list[Warm | None] = [None] * len(problem.programs)
        self.best = _Tried(*(np.full(0, np.nan) for _ in range(5)))
        self.reached = np.inf

    def answer(self, first: Floats) -> _Tried:
        """What each future makes of the first columns."""
        problem = self.problem
        count, columns = len(problem.programs), problem.programs[0].cost.size
        found = _Tried(
            first,
            np.full((count, columns), np.nan),
            np.full(count, np.inf),
            np.zeros(count),
            np.zeros((count, first.size)),
        )
        for place in range(count):
            self._ask(place, found)
        self._remember(found)
        return found

    def _ask(self, place: int, found: _Tried) -> None:
        problem = self.problem
        for slack in SLACKS:
            solution = self._solved(place, found.first, slack)
            if solution.status is Status.OPTIMAL:
                found.values[place] = solution.values
                found.costs[place] = solution.objective + problem.constants[place]
                found.at[place] = found.costs[place]
                found.slopes[place] = solution.reduced_costs[problem.first]
                return
        found.at[place], found.slopes[place] = lacking(problem, place, found.first)

    def _solved(self, place: int, first: Floats, slack: float) -> Solution:
        held = _relaxed(self.problem.held(self.problem.programs[place], first, slack))
        warm = self.kept[place]
        if warm is None:
            warm = self.kept[place] = Warm(held)
            return warm.solution
        return warm.solve(held)

    def _remember(self, found: _Tried) -> None:
        answer = Answer(found.first, found.values, found.costs, self.problem.chances, self.risk, 0)
        if answer.weighed < self.reached or not self.best.first.size:
            self.best, self.reached = found, answer.weighed

    def gap(self, bound: float) -> float:
        """Relative distance of the best answer to a bound."""
        if not np.isfinite(self.reached):
            return np.inf
        return (self.reached - bound) / max(abs(self.reached), 1.0)


def _relaxed(arrays: Arrays) -> Arrays:
    """Whole first columns are held, so nothing is left to be whole."""
    return arrays._replace(whole=np.zeros_like(arrays.whole))


def lacking(problem: TwoStage, place: int, first: Floats) -> tuple[float, Floats]:
    """By how much first columns must move before a future can keep them, and its slopes.

    The least sum of moves is a convex function of the first columns, 0 where they can be kept.
    """
    program = problem.programs[place]
    rows, columns = program.matrix.shape
    count, unit = first.size, 1 / np.maximum(np.abs(first), 1.0)
    link = csr_matrix((np.ones(count), (np.arange(count), problem.first)), shape=(count, columns))
    moves = hstack([eye(count), -eye(count)])
    free = program._replace(
        cost=np.concatenate([np.zeros(columns), unit, unit]),
        lower=np.append(program.lower, np.zeros(2 * count)),
        upper=np.append(program.upper, np.full(2 * count, np.inf)),
        whole=np.zeros(columns + 2 * count, dtype=bool),
        low=np.append(program.low, first),
        high=np.append(program.high, first),
        matrix=csc_matrix(
            vstack([hstack([program.matrix, csc_matrix((rows, 2 * count))]), hstack([link, moves])])
        ),
    )
    found = minimum(free, time_limit_s=np.inf, gap=0.0)
    return found.objective, found.duals[rows:]


@dataclass(slots=True)
class _Master:
    """The first columns with a cost for each future, and the cuts so far."""

    problem: TwoStage
    risk: Risk
    least: Floats
    _cuts: list[csr_matrix] = field(default_factory=list)
    _at_least: list[Floats] = field(default_factory=list)

    def learn(self, tried: _Tried) -> None:
        """A cut for each future."""
        futures, count = tried.slopes.shape
        is_kept = np.isfinite(tried.costs)
        is_cut = is_kept | (tried.at > LACK)
        thetas = csr_matrix(np.diag(is_kept.astype(float)))
        beyond = csr_matrix((futures, self._width - count - futures))
        rows = csr_matrix(hstack([csr_matrix(-tried.slopes), thetas, beyond]))
        self._cuts.append(rows[is_cut])
        self._at_least.append((tried.at - tried.slopes @ tried.first)[is_cut])

    def choose(self) -> tuple[Floats, float]:
        """(first columns, bound): what looks best by all cuts."""
        arrays = self._arrays()
        found = minimum(arrays, time_limit_s=np.inf, gap=0.0)
        assert found.status is Status.OPTIMAL, "the master is bounded and has an answer"
        return found.values[: self.problem.first.size], found.objective

    @property
    def _width(self) -> int:
        futures = len(self.problem.programs)
        return self.problem.first.size + futures + (1 + futures if self.risk.weight > 0 else 0)

    def _arrays(self) -> Arrays:
        problem = self.problem
        lower, upper = problem.bounds
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
