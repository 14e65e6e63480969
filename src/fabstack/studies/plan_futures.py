"""One plan for many futures: what to decide now, and what it is worth to know more.

Futures are sampled (the ramp's dates and every cell of the table of risks, in a Latin hypercube),
or they are scenarios of the programme, each with a weight. What begins before a named day is
decided for all of them alike; the rest is planned in each. Formulas: docs/background/planning.md.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, NamedTuple

import numpy as np
import polars as pl

from fabstack.formats import with_scenario
from fabstack.model import Programme, by_key
from fabstack.model.days import month_start
from fabstack.plan import PlanOptions
from fabstack.plan.build import Model, build
from fabstack.plan.checker import audit
from fabstack.plan.extract import result_of
from fabstack.plan.facts import Facts
from fabstack.plan.highs import Solution, Status
from fabstack.plan.options import EXACT, GOOD, MANY_COLUMNS
from fabstack.plan.result import PlanResult
from fabstack.plan.stochastic import (
    Decision,
    Method,
    Risk,
    TwoStage,
    Worth,
    two_stage,
    worth,
)
from fabstack.plan.stochastic.first import FIRST
from fabstack.ramp import in_future, ramp
from fabstack.results.schema import table_of
from fabstack.studies.plan_futures_decided import decided

BASE = "base"  # the programme as it stands, among scenarios
CLOSE = 1e-4  # relative gap of large programs without whole numbers
FIRST_MONTHS = 12  # decided for all futures, unless a day is named

NEUTRAL = Risk()

Tell = Callable[[str, int, int], None]
Row = dict[str, Any]


class Future(NamedTuple):
    """A programme as it may turn out."""

    name: str
    chance: float
    programme: Programme


@dataclass(frozen=True, slots=True, kw_only=True)
class FuturesOptions:
    """What a study of a plan under uncertainty may be asked."""

    futures: int = 20  # sampled
    seed: int = 1
    scenarios: Mapping[str, float] = field(default_factory=dict)  # weights; then none is sampled
    until: date | None = None  # first day on which the future is known
    decisions: tuple[Decision, ...] = FIRST
    risk: Risk = NEUTRAL
    weights: tuple[float, ...] = ()  # of the worst cases, for a curve
    method: Method = Method.AUTO
    planning: PlanOptions = field(default_factory=PlanOptions)


@dataclass(frozen=True, slots=True)
class FuturesPlan:
    """The plan for all futures, and those that it is compared with."""

    options: FuturesOptions
    until: date
    futures: tuple[Future, ...]
    models: tuple[Model, ...]
    problem: TwoStage
    worth: Worth

    def plans(self) -> Iterator[PlanResult]:
        """The plan of each future, the first decisions being the same in all, and its audit."""
        for future, model, values in zip(
            self.futures, self.models, self.worth.best.values, strict=True
        ):
            found = result_of(model, _as_solution(model, values), build_s=0.0)
            yield _with_audit(future.programme, found)

    def tables(self) -> dict[str, pl.DataFrame]:
        """What is told, as tables of the catalogue."""
        return {
            "futures": table_of("futures", self._futures()),
            "futures_decisions": table_of("futures_decisions", self._decisions()),
            "futures_risk": table_of("futures_risk", self._curve()),
        }

    def _futures(self) -> Iterator[Row]:
        found = self.worth
        for place, (future, plan) in enumerate(zip(self.futures, self.plans(), strict=True)):
            wanted = float(plan.wanted.sum())
            yield {
                "future": future.name,
                "chance_percent": 100 * float(self.problem.chances[place]),
                "known_usd": -float(found.alone[place]),
                "planned_usd": -float(found.best.costs[place]),
                "of_mean_usd": gain(float(found.of_mean.costs[place])),
                "short_percent": 100 * float(plan.short.sum()) / wanted if wanted else 0.0,
                "checked": plan.audit is not None and plan.audit.holds,
            }

    def _decisions(self) -> Iterator[Row]:
        best, mean = self.worth.best.first, self.worth.of_mean.first
        yield from decided(self.models[0], self.problem, best, mean)

    def _curve(self) -> Iterator[Row]:
        for answer in sorted((*self.worth.others, self.worth.best), key=lambda a: a.risk.weight):
            yield {
                "weight": answer.risk.weight,
                "expected_usd": -answer.mean,
                "worst_usd": -answer.cvar,
                "gap_percent": 100 * answer.gap,
            }


def gain(cost: float) -> float | None:
    """A cost as a gain; None where there is none."""
    return -cost if math.isfinite(cost) else None


def plan_futures(
    programme: Programme, options: FuturesOptions, tell: Tell = lambda _what, _done, _of: None
) -> FuturesPlan:
    """The first decisions that are best over all futures, and what it is worth to know more.

    Raises:
        InputError: a scenario is not known, or the futures are not of one shape.
        LimitError: the time limit of a solve came before anything was found.

    """
    tell("futures", 0, 3)
    futures = tuple(futures_of(programme, options))
    until = options.until or month_start(programme.programme.start, FIRST_MONTHS)
    tell("programs", 1, 3)
    models = tuple(build(Facts.of(one.programme, options.planning)) for one in futures)
    problem = two_stage(
        models,
        np.array([one.chance for one in futures]),
        names=[one.name for one in futures],
        until=models[0].facts.periods.position(until),
        decisions=options.decisions,
    )
    tell("plans", 2, 3)

    def tell_of_cuts(rounds: int, cost_usd: float, gap: float) -> None:
        best = f"best USD {-cost_usd:,.0f}, " if math.isfinite(gap) else ""
        tell(f"round {rounds}, {best}gap {100 * gap:.4f} %; Ctrl-C takes the best", 2, 3)

    found = worth(
        problem,
        options.risk,
        weights=options.weights,
        method=options.method,
        gap=_gap(options.planning, problem),
        time_limit_s=options.planning.time_limit_s,
        tell=tell_of_cuts,
    )
    tell("done", 3, 3)
    return FuturesPlan(options, until, futures, models, problem, found)


def futures_of(programme: Programme, options: FuturesOptions) -> Iterator[Future]:
    """The programme as it may turn out: sampled, or scenario by scenario.

    Raises:
        InputError: a scenario is not known, or the activities cannot be dated.

    """
    if not options.scenarios:
        sampled = ramp(programme, samples=options.futures, seed=options.seed)
        for number in range(options.futures):
            future = in_future(programme, sampled, number)
            yield Future(str(number + 1), 1 / options.futures, future)
        return
    for name, weight in options.scenarios.items():
        is_base = name == BASE and name not in by_key(programme.scenarios)
        read = programme if is_base else with_scenario(programme, name)
        yield Future(name, weight, read)


def _gap(planning: PlanOptions, problem: TwoStage) -> float:
    if planning.gap is not None:
        return planning.gap
    is_large = problem.programs[0].cost.size * len(problem.programs) > MANY_COLUMNS
    if not is_large:
        return EXACT
    return GOOD if problem.programs[0].whole.any() else CLOSE


def _as_solution(model: Model, values: Any) -> Solution:
    """Decisions without duals."""
    arrays = model.arrays
    return Solution(
        status=Status.OPTIMAL,
        values=values,
        reduced_costs=np.zeros(arrays.cost.size),
        duals=np.zeros(arrays.low.size),
        objective=float(arrays.cost @ values),
        gap=0.0,
        solve_s=0.0,
    )


def _with_audit(programme: Programme, found: PlanResult) -> PlanResult:
    return replace(found, audit=audit(programme, found))
