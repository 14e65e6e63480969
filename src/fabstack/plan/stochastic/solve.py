"""The best first decisions for all futures together, by the method that suits the size."""

from __future__ import annotations

from enum import StrEnum

import numpy as np

from fabstack.errors import LimitError
from fabstack.plan.highs import Solution, Status, minimum
from fabstack.plan.stochastic.decomposed import Tell, decomposed, tell_nobody
from fabstack.plan.stochastic.extensive import extensive, values_of
from fabstack.plan.stochastic.measure import Risk
from fabstack.plan.stochastic.problem import Answer, TwoStage
from fabstack.plan.types import Floats

MANY_COLUMNS = 100_000  # of all futures together; from here on they are solved apart


class Method(StrEnum):
    """How a two-stage problem is solved."""

    AUTO = "auto"  # extensive while that is small, or where something whole is decided later
    EXTENSIVE = "extensive"  # one program with all futures
    DECOMPOSED = "decomposed"  # cuts (L-shaped method); nothing whole may be decided later


def recourse(
    problem: TwoStage,
    risk: Risk,
    *,
    least: Floats,
    begin: list[Floats],
    spread: Floats,
    method: Method = Method.AUTO,
    gap: float = 1e-6,
    time_limit_s: float = 600.0,
    tell: Tell = tell_nobody,
) -> Answer:
    """The recourse problem: first columns that cost least over all futures.

    `least` [future] is what each future costs at least; first columns of `begin` are tried first,
    and `spread` is how far each is worth moving. All three serve the decomposition, and so does
    `tell`, which hears of every round.

    Raises:
        LimitError: the time limit came before anything was found.
        ValueError: a decomposition is asked for where something whole is decided later.

    """
    if method is Method.DECOMPOSED and not problem.can_be_decomposed:
        raise ValueError("what is decided later has whole numbers: there are no cuts for that")
    if method is Method.DECOMPOSED or (method is Method.AUTO and _is_large(problem)):
        return decomposed(
            problem,
            risk,
            least=least,
            begin=begin,
            spread=spread,
            gap=gap,
            time_limit_s=time_limit_s,
            tell=tell,
        )
    found = minimum(extensive(problem, risk), time_limit_s=time_limit_s, gap=gap)
    return _answer(problem, risk, accepted(found, time_limit_s))


def accepted(found: Solution, time_limit_s: float) -> Solution:
    """A solution, if it is one.

    Raises:
        LimitError: it is none.

    """
    if found.status not in (Status.OPTIMAL, Status.LIMIT):
        raise LimitError(f"no plan was found within {time_limit_s:g} s; allow more time")
    return found


def _is_large(problem: TwoStage) -> bool:
    columns = problem.programs[0].cost.size * len(problem.programs)
    return problem.can_be_decomposed and columns > MANY_COLUMNS


def _answer(problem: TwoStage, risk: Risk, found: Solution) -> Answer:
    values = values_of(problem, found.values)
    costs = [one.cost @ own for one, own in zip(problem.programs, values, strict=True)]
    return Answer(
        first=found.values[: problem.first.size],
        values=values,
        costs=np.array(costs) + problem.constants,
        chances=problem.chances,
        risk=risk,
        gap=found.gap,
        solve_s=found.solve_s,
    )
