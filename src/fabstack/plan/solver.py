"""The only file that speaks to HiGHS: give it a program, run it, read what it says."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, wait
from enum import StrEnum
from threading import Thread
from typing import Any, NamedTuple

import highspy
import numpy as np

from fabstack.errors import FabstackError
from fabstack.plan.program import Arrays
from fabstack.plan.types import Floats
from fabstack.plan.watch import Tell, Watch, tell_nobody

LOOK_UP_S = 0.2
TOLERANCE = 1e-7  # of a bound, in the units of the scaled program
FEASIBILITY = 1e-9  # to which rows are kept, in the units of the scaled program
ALWAYS: dict[str, Any] = {
    "threads": 1,
    "random_seed": 0,
    "primal_feasibility_tolerance": FEASIBILITY,
    # A search has a tolerance of its own, and its presolve takes bounds that lie closer together
    # for a contradiction: at the default of 1e-6 it found no plan that keeps given deliveries.
    "mip_feasibility_tolerance": FEASIBILITY,
    # A program comes scaled. Scaled again, its bases came out so ill that every method broke down
    # on one of 33,000 rows, and others took twice as long.
    "simplex_scale_strategy": 0,
}


class Status(StrEnum):
    """How a solve ended."""

    OPTIMAL = "optimal"  # within the gap asked for
    LIMIT = "limit"  # time ran out, or Ctrl-C came, with a plan at hand
    NOTHING = "nothing"  # time ran out before any plan was found
    INFEASIBLE = "infeasible"
    UNBOUNDED = "unbounded"


class SolverError(FabstackError):
    """HiGHS refused a model or an option that we gave it; a fault of ours."""


class Answer(NamedTuple):
    """What HiGHS says, in the units it was given."""

    status: Status
    values: Floats
    reduced_costs: Floats
    duals: Floats
    gap: float


class _QuietHighs(highspy.Highs):
    """HiGHS that says nothing on stdout, where results belong.

    The constructor enables callbacks, and that prints a banner before any option can be set.
    """

    def enableCallbacks(self) -> None:
        self.setOptionValue("output_flag", False)
        super().enableCallbacks()  # type: ignore[no-untyped-call]


def solver_of(arrays: Arrays, options: dict[str, Any]) -> Any:
    """HiGHS with a program and options.

    Raises:
        SolverError: it refuses them.

    """
    solver: Any = _QuietHighs()  # type: ignore[no-untyped-call]
    for name, value in {**ALWAYS, **options}.items():
        check(solver.setOptionValue(name, value), f"option {name} = {value}")
    check(solver.passModel(_model(arrays)), "the model")
    return solver


def begin_at(solver: Any, values: Floats) -> None:
    """Begin the next run at values of all columns.

    Raises:
        SolverError: they do not fit the program.

    """
    start = highspy.HighsSolution()
    start.col_value = values.tolist()
    check(solver.setSolution(start), "values to begin at")


def share_presolved(arrays: Arrays) -> float:
    """Rows that presolve takes away, as a share of all; 0 where there are none.

    Raises:
        SolverError: HiGHS refuses the program.

    """
    solver = solver_of(arrays, {})
    check(_in_own_thread(solver, solver.presolve), "to presolve the program")
    rows = arrays.low.size
    return 1 - int(solver.getPresolvedLp().num_row_) / rows if rows else 0.0


def gets_through(solver: Any, watch: Watch | None = None, tell: Tell = tell_nobody) -> bool:
    """Run; False where the method breaks down, or cannot tell what it has found."""
    if run(solver, watch, tell) == highspy.HighsStatus.kError:
        return False
    return bool(solver.getModelStatus() != highspy.HighsModelStatus.kUnknown)


def run(solver: Any, watch: Watch | None = None, tell: Tell = tell_nobody) -> Any:
    """Solve what the solver was given; `tell` hears several times a second of the watch."""
    return _in_own_thread(solver, solver.run, watch, tell)


def _in_own_thread(
    solver: Any,
    work: Callable[[], Any],
    watch: Watch | None = None,
    tell: Tell = tell_nobody,
) -> Any:
    """What HiGHS answers in a thread of its own, so that Ctrl-C is heard at once.

    HiGHS is told to stop, but looks up seldom while it factorises or undoes a presolve: nobody
    waits for that, and the thread does not keep the process alive. A system may hand the signal to
    any thread, so this one wakes up now and then to see it. HiGHS also keeps the number of its own
    threads by the thread that calls it, and refuses another number there: here nobody called yet.
    """
    solver.HandleUserInterrupt = True
    answer = Future[Any]()
    Thread(target=_answer_to, args=(answer, work), daemon=True).start()
    try:
        while not wait([answer], LOOK_UP_S).done:
            if watch is not None:
                tell(watch)
    except KeyboardInterrupt:
        solver.cancelSolve()
        raise
    return answer.result()


def _answer_to(answer: Future[Any], work: Callable[[], Any]) -> None:
    try:
        answer.set_result(work())
    except BaseException as error:
        answer.set_exception(error)


def _model(arrays: Arrays) -> Any:
    model = highspy.HighsLp()
    model.num_row_, model.num_col_ = arrays.matrix.shape
    model.col_cost_, model.col_lower_, model.col_upper_ = arrays.cost, arrays.lower, arrays.upper
    model.row_lower_, model.row_upper_ = arrays.low, arrays.high
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_ = arrays.matrix.indptr
    model.a_matrix_.index_ = arrays.matrix.indices
    model.a_matrix_.value_ = arrays.matrix.data
    if arrays.whole.any():
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        model.integrality_ = [kinds[is_whole] for is_whole in arrays.whole.astype(int)]
    return model


def check(status: Any, what: str) -> None:
    """Stop where HiGHS does not accept something.

    Raises:
        SolverError: it does not.

    """
    if status == highspy.HighsStatus.kError:
        raise SolverError(f"HiGHS does not accept {what}")


_STATUSES = {
    highspy.HighsModelStatus.kOptimal: Status.OPTIMAL,
    highspy.HighsModelStatus.kModelEmpty: Status.OPTIMAL,
    highspy.HighsModelStatus.kInfeasible: Status.INFEASIBLE,
    highspy.HighsModelStatus.kUnbounded: Status.UNBOUNDED,
    highspy.HighsModelStatus.kUnboundedOrInfeasible: Status.UNBOUNDED,
}
_STOPPED = {
    highspy.HighsModelStatus.kTimeLimit,
    highspy.HighsModelStatus.kIterationLimit,
    highspy.HighsModelStatus.kSolutionLimit,
    highspy.HighsModelStatus.kInterrupt,
    highspy.HighsModelStatus.kMemoryLimit,
}


def status_of(solver: Any) -> Status:
    """How a run ended.

    Raises:
        SolverError: in none of the ways that are known.

    """
    found = solver.getModelStatus()
    if found in _STATUSES:
        return _STATUSES[found]
    if found in _STOPPED:
        return Status.LIMIT
    raise SolverError(f"HiGHS ended with '{solver.modelStatusToString(found)}'")


def read(solver: Any, arrays: Arrays) -> Answer:
    """What a run has found.

    What a search in whole numbers has found by its limit is a plan, though its other columns may be
    off by more than a bound's tolerance: with the whole ones held they are solved again.
    """
    found, is_whole = solver.getSolution(), bool(arrays.whole.any())
    values = np.asarray(found.col_value, dtype=float)
    status = status_of(solver)
    gap = float(solver.getInfo().mip_gap) if is_whole else 0.0
    has_plan = (
        np.isfinite(gap) and values.size > 0 if is_whole else keeps(arrays, values, FEASIBILITY)
    )
    if status is Status.LIMIT and not has_plan:
        status = Status.NOTHING
    return Answer(
        status=status,
        values=values,
        reduced_costs=np.asarray(found.col_dual, dtype=float),
        duals=np.asarray(found.row_dual, dtype=float),
        gap=np.inf if status is Status.LIMIT and not is_whole else gap,
    )


def keeps(arrays: Arrays, values: Floats, tolerance: float = TOLERANCE) -> bool:
    """True where values keep all bounds; what a stopped method leaves behind need not."""
    if values.size != arrays.cost.size:
        return False
    activity = arrays.matrix @ values
    within = (arrays.lower - values, values - arrays.upper)
    return all(
        excess.max(initial=0.0) <= tolerance
        for excess in (arrays.low - activity, activity - arrays.high, *within)
    )
