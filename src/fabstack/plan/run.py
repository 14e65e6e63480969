"""A programme becomes a plan: build, solve, explain, check."""

from __future__ import annotations

import time
from dataclasses import replace

from fabstack.errors import LimitError, PlanError
from fabstack.model import Programme
from fabstack.plan.build import Model, build
from fabstack.plan.checker import audit
from fabstack.plan.cuts import LotCuts
from fabstack.plan.extract import result_of
from fabstack.plan.facts import Facts
from fabstack.plan.highs import Solution, Status, minimum
from fabstack.plan.options import EXACT, GOOD, MANY_COLUMNS, PlanOptions
from fabstack.plan.reasons import reasons
from fabstack.plan.result import PlanResult


def plan(programme: Programme, *, options: PlanOptions | None = None) -> PlanResult:
    """What to start, buy, move, store and deliver in each month, and why any unit is short.

    The plan maximises the net present value less the penalties for late and missing units. It
    always exists: every shortfall is priced, none is forbidden.

    Raises:
        LimitError: the time limit came before any plan was found, or the program is too large.
        PlanError: the programme's own numbers allow an unlimited gain.

    """
    started = time.perf_counter()
    options = options or PlanOptions()
    model = build(Facts.of(programme, options))
    build_s = time.perf_counter() - started
    solution = _solved(model, options)
    _accept(solution, options)
    found = result_of(model, solution, build_s=build_s)
    found = replace(found, reasons=reasons(model, solution))
    return replace(found, audit=audit(programme, found))


def _solved(model: Model, options: PlanOptions) -> Solution:
    """The best plan; good enough is optimal where nobody said how good it must be."""
    is_large = model.arrays.cost.size > MANY_COLUMNS
    gap = options.gap if options.gap is not None else GOOD if is_large else EXACT
    cuts = LotCuts(model) if model.campaigns.terms else None
    solution = minimum(model.arrays, time_limit_s=options.time_limit_s, gap=gap, cuts=cuts)
    is_good = options.gap is None and solution.gap <= GOOD
    if solution.status is Status.LIMIT and is_good:
        return replace(solution, status=Status.OPTIMAL)
    return solution


def _accept(solution: Solution, options: PlanOptions) -> None:
    match solution.status:
        case Status.OPTIMAL | Status.LIMIT:
            return
        case Status.NOTHING:
            raise LimitError(
                f"no plan was found within {options.time_limit_s:g} s; allow more time, or relax "
                "the whole numbers"
            )
        case Status.UNBOUNDED:
            raise PlanError("the plan's gain has no limit; a price or cost must be wrong")
        case Status.INFEASIBLE:  # every shortfall is priced, so this is a fault of ours
            raise AssertionError("a plan always exists, and yet the solver found none")
