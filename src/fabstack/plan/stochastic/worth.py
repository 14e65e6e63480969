"""What it is worth to plan for all futures, and what it would be worth to know which one comes.

    WS   each future planned by itself, as if it were known: wait and see
    RP   one set of first decisions for all futures, the rest in each: the recourse problem
    EEV  the first decisions of the mean future's plan, the rest in each
    WS <= RP <= EEV,   VSS = EEV - RP,   EVPI = RP - WS

VSS is the value of the stochastic solution, EVPI the expected value of perfect information
(J. R. Birge, Math. Programming 24, 1982; J. R. Birge and F. Louveaux, Introduction to Stochastic
Programming, ch. 4). All are costs, weighed as the recourse problem weighs them: mean plus weight
times CVaR keeps the order of costs, so the inequalities hold for every weight. Where the mean
future has several optimal plans, EEV is that of the one which the solver found.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from fabstack.errors import LimitError
from fabstack.plan.highs import Solution, Status, minimum
from fabstack.plan.program import Arrays
from fabstack.plan.stochastic.decomposed import Tell, tell_nobody
from fabstack.plan.stochastic.measure import Risk, weighed
from fabstack.plan.stochastic.problem import SLACKS, Answer, TwoStage
from fabstack.plan.stochastic.solve import Method, accepted, recourse
from fabstack.plan.types import Floats
from fabstack.plan.warm import Warm

Solve = Callable[[Arrays], Solution]


@dataclass(frozen=True, slots=True)
class Worth:
    """The answers that the values compare; costs in USD, constants included."""

    alone: Floats  # [future] WS: cost of each future when it is known
    alone_first: Floats  # [future, first column]
    of_mean: Answer  # EEV
    best: Answer  # RP
    others: tuple[Answer, ...]  # RP for other weights of the worst cases

    @property
    def wait_and_see(self) -> float:
        """WS."""
        return weighed(self.alone, self.best.chances, self.best.risk)

    @property
    def expected_of_mean(self) -> float:
        """EEV; infinite where a future cannot keep what the mean one decides."""
        return self.of_mean.weighed

    @property
    def recourse(self) -> float:
        """RP."""
        return self.best.weighed

    @property
    def stochastic(self) -> float:
        """VSS: what planning for the mean future loses."""
        return self.expected_of_mean - self.recourse

    @property
    def perfect_information(self) -> float:
        """EVPI: what knowing the future beforehand would gain."""
        return self.recourse - self.wait_and_see


def worth(
    problem: TwoStage,
    risk: Risk,
    *,
    weights: Sequence[float] = (),
    method: Method = Method.AUTO,
    gap: float = 1e-6,
    time_limit_s: float = 600.0,
    tell: Tell = tell_nobody,
) -> Worth:
    """WS, RP and EEV of a problem, and RP again for other weights of the worst cases.

    Raises:
        LimitError: the time limit of a solve came before anything was found.
        ValueError: a decomposition is asked for where something whole is decided later.

    """
    solve = Solving(bounded(problem, problem.mean_program()), time_limit_s=time_limit_s, gap=gap)
    alone = [accepted(solve(one), time_limit_s) for one in problem.programs]
    costs = np.array([one.objective for one in alone]) + problem.constants
    firsts = np.array([one.values[problem.first] for one in alone])
    allowed = np.clip(firsts, *problem.bounds)
    middle = problem.chances @ allowed
    is_whole = problem.programs[0].whole[problem.first]
    mean = accepted(solve.solution, time_limit_s)
    of_mean = kept(problem, mean.values[problem.first], risk, solve)

    def best(other: Risk) -> Answer:
        return recourse(
            problem,
            other,
            least=costs - np.abs(costs) * _slack(alone),
            begin=[of_mean.first, np.where(is_whole, np.round(middle), middle)],
            spread=np.ptp(np.vstack([allowed, of_mean.first]), axis=0),
            method=method,
            gap=gap,
            time_limit_s=time_limit_s,
            tell=tell,
        )

    others = tuple(best(Risk(weight, risk.tail)) for weight in weights)
    return Worth(costs, firsts, of_mean, best(risk), others)


def _slack(alone: Sequence[Solution]) -> Floats:
    """Relative distance of each cost to the least that can be."""
    return np.array([one.gap for one in alone]) + 1e-9


def bounded(problem: TwoStage, program: Arrays) -> Arrays:
    """A program whose first columns keep to what every future allows."""
    lower, upper = program.lower.copy(), program.upper.copy()
    lower[problem.first], upper[problem.first] = problem.bounds
    return program._replace(lower=lower, upper=upper)


def kept(problem: TwoStage, first: Floats, risk: Risk, solve: Solve) -> Answer:
    """What given first columns come to: each future does the best it can with them.

    Raises:
        LimitError: the time limit of a solve came before anything was found.

    """
    count, columns = len(problem.programs), problem.programs[0].cost.size
    values, costs, distance = np.full((count, columns), np.nan), np.full(count, np.inf), 0.0
    for place, program in enumerate(problem.programs):
        for slack in SLACKS:
            found = solve(problem.held(program, first, slack))
            if found.status in (Status.OPTIMAL, Status.LIMIT):
                values[place] = found.values
                costs[place] = found.objective + problem.constants[place]
                distance = max(distance, found.gap)
                break
            if found.status is Status.NOTHING:
                raise LimitError("no time was left to try what was decided in every future")
    return Answer(first, values, costs, problem.chances, risk, distance)


class Solving:
    """Programs of one shape: from the basis of the first, or anew where something is whole."""

    def __init__(self, first: Arrays, *, time_limit_s: float, gap: float) -> None:
        self.time_limit_s, self.gap = time_limit_s, gap
        self.warm = None if first.whole.any() else Warm(first, time_limit_s=time_limit_s)
        self.solution = self(first) if self.warm is None else self.warm.solution

    def __call__(self, arrays: Arrays) -> Solution:
        """The columns that cost least."""
        if self.warm is not None:
            return self.warm.solve(arrays, keep=False)
        return minimum(arrays, time_limit_s=self.time_limit_s, gap=self.gap)
