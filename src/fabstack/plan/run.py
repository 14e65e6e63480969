"""A programme becomes a plan: build, solve, explain, check."""

from __future__ import annotations

import time
from dataclasses import replace

from fabstack.errors import LimitError, PlanError
from fabstack.model import Programme
from fabstack.model.header import Service
from fabstack.plan.build import Model, build
from fabstack.plan.changes import changes
from fabstack.plan.checker import audit
from fabstack.plan.cuts import LotCuts
from fabstack.plan.expansion import expansions
from fabstack.plan.extract import result_of
from fabstack.plan.facts import Facts
from fabstack.plan.highs import Solution, Status, minimum
from fabstack.plan.options import EXACT, GOOD, MANY_COLUMNS, PlanOptions
from fabstack.plan.pieces import lot_pieces
from fabstack.plan.program import Arrays
from fabstack.plan.reasons import reasons
from fabstack.plan.replan import Replan, allowing, least_change
from fabstack.plan.result import PlanResult
from fabstack.plan.rolling import window_by_window
from fabstack.plan.service import Solve, by_class
from fabstack.plan.slopes import slopes, told
from fabstack.plan.watch import Tell, tell_nobody

SLOPES = 8  # that are told of a program that is not large


def plan(
    programme: Programme,
    *,
    options: PlanOptions | None = None,
    replan: Replan | None = None,
    tell: Tell = tell_nobody,
) -> PlanResult:
    """What to start, buy, move, store and deliver in each month, and why any unit is short.

    The plan maximises the net present value less the penalties for late and missing units. It
    always exists: every shortfall is priced, none is forbidden. With `replan` it is held to an
    earlier plan, as far as that is possible.

    Raises:
        LimitError: the time limit came before any plan was found, or the program is too large.
        PlanError: the programme's own numbers allow an unlimited gain.

    """
    started = time.perf_counter()
    options = options or PlanOptions()
    model = build(Facts.of(programme, options), replan)
    build_s = time.perf_counter() - started
    solver = Solver(model, options, tell)
    model, least = _thawed(model, solver, options)
    solution = solved(model, solver)
    accept(solution, options)
    found = result_of(model, solution, build_s=build_s)
    why = reasons(model, solution)
    steep = slopes(model, solution, why, _slopes_to_tell(model, options))
    found = replace(
        found,
        reasons=told(why, steep),
        slopes=steep,
        expansions=expansions(model, solution, solver, options.expand),
        changes=None if replan is None else changes(model, replan, solution, least),
    )
    return replace(found, audit=audit(programme, found))


def _slopes_to_tell(model: Model, options: PlanOptions) -> int:
    """How many; in strict order of classes, money alone says little of a limit."""
    is_strict = model.facts.programme.planning.service is Service.LEXICOGRAPHIC
    if is_strict or options.window is not None:
        return 0
    is_large = model.arrays.cost.size > MANY_COLUMNS
    return options.slopes if options.slopes is not None else 0 if is_large else SLOPES


def _thawed(model: Model, solver: Solver, options: PlanOptions) -> tuple[Model, Solution | None]:
    """The model in which what is frozen may differ as little as it must, and what shows that."""
    cells = model.changes
    if cells is None or not cells.frozen.any():
        return model, None
    least = solver(least_change(model.arrays, cells))
    accept(least, options)
    return model._replace(arrays=allowing(model.arrays, cells, least.values)), least


class Solver:
    """Solves a program like the one of a model; what is good enough is optimal by default."""

    def __init__(self, model: Model, options: PlanOptions, tell: Tell) -> None:
        is_large = model.arrays.cost.size > MANY_COLUMNS
        self.gap = options.gap if options.gap is not None else GOOD if is_large else EXACT
        self.is_strict = options.gap is not None
        self.cuts = LotCuts(model) if model.campaigns.terms else None
        self.pieces = lot_pieces(model) if model.campaigns.terms else ()
        self.time_limit_s, self.tell = options.time_limit_s, tell

    def __call__(self, arrays: Arrays) -> Solution:
        """The columns that cost least; near enough to the optimum counts as optimal."""
        found = minimum(
            arrays,
            time_limit_s=self.time_limit_s,
            gap=self.gap,
            cuts=self.cuts,
            pieces=self.pieces,
            tell=self.tell,
        )
        if found.status is Status.LIMIT and found.gap <= GOOD and not self.is_strict:
            return replace(found, status=Status.OPTIMAL)
        return found


def solved(model: Model, solver: Solve) -> Solution:
    """The best plan, with classes of demand weighted or in strict order, or window by window."""
    if model.facts.options.window is not None:
        return window_by_window(model, solver, model.facts.options.window)
    if model.facts.programme.planning.service is Service.LEXICOGRAPHIC:
        return by_class(model, solver)
    return solver(model.arrays)


def accept(solution: Solution, options: PlanOptions) -> None:
    """Let pass what is a plan.

    Raises:
        LimitError: the time limit came before any plan was found.
        PlanError: the programme's own numbers allow an unlimited gain.

    """
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
