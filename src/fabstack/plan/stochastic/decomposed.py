"""The same problem without ever putting all futures into one program: the L-shaped method.

A master program chooses the first columns; each future, solved for them, answers with its cost and
the slopes of that cost, which is a lower bound everywhere (a cut), for each future its own. Where a
future cannot keep what was chosen, the cut is one on what it lacks. R. M. Van Slyke and R. Wets,
SIAM J. Appl. Math. 17(4), 1969; one cut for each future: J. R. Birge and F. V. Louveaux, EJOR 34,
1988. The costs of the futures when each is known beforehand bound the master from the start.

Cuts say little far from where they were made, and so the master's choice swings from end to end of
what is allowed. So it is asked for first columns near the best so far: in a box that grows where
the cuts there foretold the cost well, and shrinks where they did not (trust region: J. Linderoth
and S. Wright, Comput. Optim. Appl. 24, 2003). Where the box holds little of what may be gained, the
master chooses freely, which keeps the old method's convergence.

    minimise   sum p(s) theta(s) + weight x (eta + sum p(s) excess(s) / (1 - tail))
    where      theta(s) >= cost(s) at some first columns + slopes x (first - those)
               0 >= lack(s) at some first columns + slopes x (first - those)
"""

from __future__ import annotations

import time
from collections.abc import Callable
from copy import copy

import numpy as np
from scipy.sparse import csc_matrix, csr_matrix, eye, hstack, vstack

from fabstack.errors import LimitError
from fabstack.plan.highs import Solution, Status, minimum
from fabstack.plan.program import Arrays
from fabstack.plan.stochastic.master import Box, Master, Tried
from fabstack.plan.stochastic.measure import Risk, weighed
from fabstack.plan.stochastic.problem import SLACKS, Answer, TwoStage
from fabstack.plan.types import Floats
from fabstack.plan.warm import Warm

ROUNDS = 500
WORTH_A_LOOK = 0.1  # of what may be gained anywhere; less in the box, and the master chooses freely
WELL_FORETOLD = 0.5  # share of a gain that came true; more, and the box doubles
SMALL_MOVE = 0.01  # of all that a column may be

Tell = Callable[[int, float, float], None]  # rounds, best cost, gap


def tell_nobody(_rounds: int, _best: float, _gap: float) -> None:
    """Say nothing."""


def decomposed(
    problem: TwoStage,
    risk: Risk,
    *,
    least: Floats,
    begin: list[Floats],
    spread: Floats,
    gap: float = 1e-7,
    time_limit_s: float = np.inf,
    tell: Tell = tell_nobody,
) -> Answer:
    """The first columns that are best for all futures, found by cuts.

    `least` [future] are costs below which no future can come; `begin` are first columns to try
    before the master is asked, `spread` how far each is worth moving at first. The time limit, and
    Ctrl-C, end it with the best found and its gap.

    Raises:
        LimitError: it ends before anything was found.

    """
    search = _Search(problem, risk, least, spread)
    try:
        for first in begin:
            search.look(first)
        while search.gap > gap and search.rounds < ROUNDS and search.seconds < time_limit_s:
            search.step(gap)
            tell(search.rounds, search.reached, search.gap)
    except KeyboardInterrupt:
        if not np.isfinite(search.reached):
            raise
    if not np.isfinite(search.reached):
        raise LimitError("no first decisions were found that every future can keep")
    return search.answer()


class _Search:
    """The best first columns so far, the bound on all others, and the box in which to look."""

    def __init__(self, problem: TwoStage, risk: Risk, least: Floats, spread: Floats) -> None:
        self.started = time.perf_counter()
        self.master, self.futures = Master(problem, risk, least), _Futures(problem, risk)
        self.bound, self.rounds = -np.inf, 0
        self.spread, self.size = np.where(spread > 0, spread, least_moves(problem)), 1.0

    @property
    def seconds(self) -> float:
        """Since it began."""
        return time.perf_counter() - self.started

    @property
    def reached(self) -> float:
        """Cost of the best so far; infinite where there is none."""
        return self.futures.reached

    @property
    def gap(self) -> float:
        """Relative distance of the best so far to the bound."""
        return self.futures.gap(self.bound)

    def look(self, first: Floats) -> float:
        """Cost of first columns; what they teach is kept."""
        tried = self.futures.answer(first)
        self.master.learn(tried)
        return self.futures.cost(tried)

    def step(self, gap: float) -> None:
        """Ask the master and look at what it chooses."""
        self.rounds += 1
        anywhere, self.bound = self.master.choose()
        if self.gap <= gap:
            return
        if not np.isfinite(self.reached):
            self.look(anywhere)
            return
        before = self.reached
        near, foretold = self.master.choose(self._box())
        if before - foretold < WORTH_A_LOOK * (before - self.bound):
            self.size *= 2
            self.look(anywhere)
            return
        self._resize((before - self.look(near)) / (before - foretold))

    def _box(self) -> Box:
        best = self.futures.best.first
        width = self.size * self.spread
        return Box(best - width, best + width)

    def _resize(self, kept: float) -> None:
        """By the share of the foretold gain that came true."""
        if kept > WELL_FORETOLD:
            self.size *= 2
        elif kept <= 0:
            self.size /= 2

    def answer(self) -> Answer:
        """The best so far."""
        best = self.futures.best
        return Answer(
            first=best.first,
            values=best.values,
            costs=best.costs,
            chances=self.master.problem.chances,
            risk=self.master.risk,
            gap=max(self.gap, 0.0),
            rounds=self.rounds,
            solve_s=self.seconds,
        )


def least_moves(problem: TwoStage) -> Floats:
    """By how much first columns move at first that no future would have otherwise."""
    lower, upper = problem.bounds
    size = np.where(np.isfinite(upper), upper - lower, np.maximum(np.abs(lower), 1.0))
    return np.where(problem.programs[0].whole[problem.first], 1.0, SMALL_MOVE * size)


class _Futures:
    """The program of each future, kept with its last basis, and the best answer so far."""

    def __init__(self, problem: TwoStage, risk: Risk) -> None:
        self.problem, self.risk = problem, risk
        self.kept: list[Warm | None] = [None] * len(problem.programs)
        self.best = Tried(*(np.full(0, np.nan) for _ in range(5)))
        self.reached = np.inf

    def answer(self, first: Floats) -> Tried:
        """What each future makes of the first columns."""
        problem = self.problem
        count, columns = len(problem.programs), problem.programs[0].cost.size
        found = Tried(
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

    def _ask(self, place: int, found: Tried) -> None:
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
        warm, first_of_all = self.kept[place], self.kept[0]
        if warm is None and first_of_all is not None:
            warm = self.kept[place] = copy(first_of_all)
        if warm is None:
            warm = self.kept[place] = Warm(held)
            return warm.solution
        return warm.solve(held)

    def _remember(self, found: Tried) -> None:
        cost = self.cost(found)
        if cost < self.reached or not self.best.first.size:
            self.best, self.reached = found, cost

    def cost(self, found: Tried) -> float:
        """What is minimised, at first columns that were tried."""
        return weighed(found.costs, self.problem.chances, self.risk)

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
