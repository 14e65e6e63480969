"""The only file that speaks to HiGHS."""

from __future__ import annotations

import time
from concurrent.futures import Future, wait
from dataclasses import dataclass, replace
from enum import StrEnum
from threading import Thread
from typing import Any, NamedTuple

import highspy
import numpy as np
from scipy.sparse import csr_matrix

from fabstack.errors import FabstackError
from fabstack.plan.options import MANY_COLUMNS
from fabstack.plan.program import Arrays
from fabstack.plan.scaling import Scaling, scaled
from fabstack.plan.tighten import Cuts, tightened
from fabstack.plan.types import Floats
from fabstack.plan.watch import Tell, Watch, tell_nobody

LOOK_UP_S = 0.2
TOLERANCE = 1e-7  # of a bound, in the units of the scaled program
FEASIBILITY = 1e-9  # to which rows are kept, in the units of the scaled program
TIME_FOR_CUTS = 0.25  # of the time limit
ALWAYS: dict[str, Any] = {
    "threads": 1,
    "random_seed": 0,
    "primal_feasibility_tolerance": FEASIBILITY,
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


@dataclass(frozen=True, slots=True)
class Solution:
    """What HiGHS answers; duals are the change of the minimum for one more unit of a bound."""

    status: Status
    values: Floats  # [column]
    reduced_costs: Floats  # [column]
    duals: Floats  # [row]
    objective: float
    gap: float  # relative, between objective and bound
    solve_s: float

    def of(self, arrays: Arrays, duals: Floats) -> Solution:
        """The same values as the answer to a program with fewer rows."""
        objective = float(arrays.cost @ self.values)
        return replace(self, duals=duals, objective=objective)


def minimum(
    arrays: Arrays,
    *,
    time_limit_s: float,
    gap: float,
    cuts: Cuts | None = None,
    tell: Tell = tell_nobody,
) -> Solution:
    """The columns that cost least.

    Where some must be whole, `cuts` may tighten the search, and the duals are those of the program
    with the whole ones held at what was found. `tell` is called several times a second. Ctrl-C
    ends a search with the best that was found, if anything was.

    Raises:
        SolverError: HiGHS refuses what it is given.

    """
    started = time.perf_counter()
    scaling = scaled(arrays)
    methods = _methods(scaling.arrays)
    tight, watch = scaling.arrays, Watch(scaling.cost)
    if cuts is not None and arrays.whole.any():
        until = started + TIME_FOR_CUTS * time_limit_s
        tight = tightened(scaling, cuts, _Relaxed(scaling.arrays), until)
        time_limit_s *= 1 - TIME_FOR_CUTS
    try:
        answer = _answer(tight, methods, time_limit_s=time_limit_s, gap=gap, watch=watch, tell=tell)
    except KeyboardInterrupt:
        if watch.values is None:
            raise
        answer = _best_so_far(tight, watch)
    distance = answer.gap
    if arrays.whole.any() and answer.status in (Status.OPTIMAL, Status.LIMIT):
        held = _held(scaling.arrays, answer.values)
        methods = (_SIMPLEX, _INTERIOR_POINT, _PLAIN_SIMPLEX)  # what is left is easy
        held_answer = _answer(held, methods, time_limit_s=np.inf, gap=0.0)
        answer = held_answer._replace(status=answer.status)
    return _in_own_units(arrays, scaling, answer._replace(gap=distance), started)


class _Relaxed:
    """The relaxed program, kept by HiGHS from one round of cuts to the next."""

    def __init__(self, arrays: Arrays) -> None:
        relaxed = arrays._replace(whole=np.zeros_like(arrays.whole))
        self.solver = _solver(relaxed, _SIMPLEX)

    def solve(self) -> tuple[Floats, float] | None:
        """(values, objective); None where there is no optimum."""
        solver = self.solver
        if _run(solver) == highspy.HighsStatus.kError or _status(solver) is not Status.OPTIMAL:
            return None
        values = np.asarray(solver.getSolution().col_value, dtype=float)
        return values, float(solver.getInfo().objective_function_value)

    def add(self, rows: csr_matrix) -> None:
        """More rows, each at most 0."""
        count = rows.shape[0]
        low, high = np.full(count, -np.inf), np.zeros(count)
        starts, columns = rows.indptr[:-1].astype(np.int32), rows.indices.astype(np.int32)
        status = self.solver.addRows(count, low, high, rows.nnz, starts, columns, rows.data)
        _check(status, "more rows")


class _Answer(NamedTuple):
    """What HiGHS says, in the units it was given."""

    status: Status
    values: Floats
    reduced_costs: Floats
    duals: Floats
    gap: float


def _answer(
    arrays: Arrays,
    methods: Methods,
    *,
    time_limit_s: float,
    gap: float,
    watch: Watch | None = None,
    tell: Tell = tell_nobody,
) -> _Answer:
    """The first of several methods that does not break down; each starts anew."""
    for method in methods:
        solver = _solver(arrays, {**method, "time_limit": time_limit_s, "mip_rel_gap": gap})
        if watch is not None and arrays.whole.any():
            watch.listen(solver)
        if _run(solver, watch, tell) != highspy.HighsStatus.kError:
            return _read(solver, arrays)
    raise SolverError("HiGHS breaks down on this program with every method")


def _best_so_far(arrays: Arrays, watch: Watch) -> _Answer:
    """What a search that was stopped had found."""
    values = np.empty(0) if watch.values is None else watch.values
    nothing = np.zeros(arrays.cost.size), np.zeros(arrays.low.size)
    return _Answer(Status.LIMIT, values, *nothing, gap=watch.gap)


Methods = tuple[dict[str, Any], ...]
_SIMPLEX: dict[str, Any] = {"solver": "simplex"}
# HiGHS 1.16 loses the basis of these programs when it undoes a presolve after an interior point
# solve, and ends in an error; so there is none.
_INTERIOR_POINT: dict[str, Any] = {"solver": "ipm", "presolve": "off"}
# Slower, but it gets through where undoing a presolve or a crossover loses the basis.
_PLAIN_SIMPLEX: dict[str, Any] = {"solver": "simplex", "presolve": "off"}


def _methods(arrays: Arrays) -> Methods:
    """Options to try in turn; the interior point method is the faster one on a large program."""
    if arrays.whole.any():
        return {"mip_lp_solver": "ipm"}, {"mip_lp_solver": "simplex"}
    if arrays.cost.size > MANY_COLUMNS:
        return _INTERIOR_POINT, _SIMPLEX, _PLAIN_SIMPLEX
    return _SIMPLEX, _INTERIOR_POINT, _PLAIN_SIMPLEX


def _held(arrays: Arrays, values: Floats) -> Arrays:
    """The program with the whole columns at their values."""
    at = np.where(arrays.whole, np.round(values), 0.0)
    return arrays._replace(
        lower=np.where(arrays.whole, at, arrays.lower),
        upper=np.where(arrays.whole, at, arrays.upper),
        whole=np.zeros_like(arrays.whole),
    )


def _in_own_units(arrays: Arrays, scaling: Scaling, answer: _Answer, started: float) -> Solution:
    values = answer.values * scaling.column
    if values.size:  # HiGHS may leave a column beside its bounds by its tolerance, on either side
        values = np.clip(values, arrays.lower, arrays.upper)
        is_lowest = values - arrays.lower <= FEASIBILITY * scaling.column
        values = np.where(is_lowest, arrays.lower, values)
    return Solution(
        status=answer.status,
        values=values,
        reduced_costs=answer.reduced_costs * scaling.cost / scaling.column,
        duals=answer.duals * scaling.cost / scaling.row,
        objective=float(arrays.cost @ values),
        gap=answer.gap,
        solve_s=time.perf_counter() - started,
    )


class _QuietHighs(highspy.Highs):
    """HiGHS that says nothing on stdout, where results belong.

    The constructor enables callbacks, and that prints a banner before any option can be set.
    """

    def enableCallbacks(self) -> None:
        self.setOptionValue("output_flag", False)
        super().enableCallbacks()  # type: ignore[no-untyped-call]


def _solver(arrays: Arrays, options: dict[str, Any]) -> Any:
    solver: Any = _QuietHighs()  # type: ignore[no-untyped-call]
    for name, value in {**ALWAYS, **options}.items():
        _check(solver.setOptionValue(name, value), f"option {name} = {value}")
    _check(solver.passModel(_model(arrays)), "the model")
    return solver


def write_mps(arrays: Arrays, path: str, columns: list[str], rows: list[str]) -> None:
    """The program as it is, in MPS format with some names, for other solvers.

    Raises:
        SolverError: the file cannot be written.

    """
    solver = _solver(arrays, {})
    for place, name in enumerate(columns):
        solver.passColName(place, name)
    for place, name in enumerate(rows):
        solver.passRowName(place, name)
    _check(solver.writeModel(path), f"the file {path}")


def _run(solver: Any, watch: Watch | None = None, tell: Tell = tell_nobody) -> Any:
    """Run in a thread of its own, so that Ctrl-C is heard at once.

    HiGHS is told to stop, but looks up seldom while it factorises or undoes a presolve: nobody
    waits for that, and the thread does not keep the process alive. A system may hand the signal to
    any thread, so this one wakes up now and then to see it.
    """
    solver.HandleUserInterrupt = True
    answer = Future[Any]()
    Thread(target=_answer_to, args=(answer, solver), daemon=True).start()
    try:
        while not wait([answer], LOOK_UP_S).done:
            if watch is not None:
                tell(watch)
    except KeyboardInterrupt:
        solver.cancelSolve()
        raise
    return answer.result()


def _answer_to(answer: Future[Any], solver: Any) -> None:
    try:
        answer.set_result(solver.run())
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


def _check(status: Any, what: str) -> None:
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


def _status(solver: Any) -> Status:
    found = solver.getModelStatus()
    if found in _STATUSES:
        return _STATUSES[found]
    if found in _STOPPED:
        return Status.LIMIT
    raise SolverError(f"HiGHS ended with '{solver.modelStatusToString(found)}'")


def _read(solver: Any, arrays: Arrays) -> _Answer:
    found, is_whole = solver.getSolution(), bool(arrays.whole.any())
    values = np.asarray(found.col_value, dtype=float)
    status = _status(solver)
    if status is Status.LIMIT and not _keeps(arrays, values):
        status = Status.NOTHING
    gap = float(solver.getInfo().mip_gap) if is_whole else 0.0
    return _Answer(
        status=status,
        values=values,
        reduced_costs=np.asarray(found.col_dual, dtype=float),
        duals=np.asarray(found.row_dual, dtype=float),
        gap=np.inf if status is Status.LIMIT and not is_whole else gap,
    )


def _keeps(arrays: Arrays, values: Floats) -> bool:
    """True where values keep all bounds; what a stopped method leaves behind need not."""
    if values.size != arrays.cost.size:
        return False
    activity = arrays.matrix @ values
    within = (arrays.lower - values, values - arrays.upper)
    return all(
        excess.max(initial=0.0) <= TOLERANCE
        for excess in (arrays.low - activity, activity - arrays.high, *within)
    )
