"""The only file that speaks to HiGHS."""

from __future__ import annotations

import time
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import highspy
import numpy as np

from fabstack.errors import FabstackError
from fabstack.plan.program import Arrays
from fabstack.plan.types import Floats

MANY_COLUMNS = 20_000  # from here on the interior point method is faster on a first solve


class Status(StrEnum):
    """How a solve ended."""

    OPTIMAL = "optimal"  # within the gap asked for
    LIMIT = "limit"  # time ran out with a plan at hand
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


def minimum(arrays: Arrays, *, time_limit_s: float, gap: float) -> Solution:
    """The columns that cost least.

    Where some must be whole, the duals are those of the program with the whole ones held at what
    was found.

    Raises:
        SolverError: HiGHS refuses what it is given.

    """
    started = time.perf_counter()
    solver = _solver(arrays, time_limit_s=time_limit_s, gap=gap)
    _run(solver)
    status = _status(solver)
    has_plan = status in (Status.OPTIMAL, Status.LIMIT)
    distance = _gap(solver, whole=bool(arrays.whole.any())) if has_plan else np.inf
    if has_plan and arrays.whole.any():
        _hold_whole_columns(solver, arrays)
        _run(solver)
    return _solution(arrays, solver, status, gap=distance, started=started)


class _QuietHighs(highspy.Highs):
    """HiGHS that says nothing on stdout, where results belong.

    The constructor enables callbacks, and that prints a banner before any option can be set.
    """

    def enableCallbacks(self) -> None:
        self.setOptionValue("output_flag", False)
        super().enableCallbacks()  # type: ignore[no-untyped-call]


def _solver(arrays: Arrays, *, time_limit_s: float, gap: float) -> Any:
    solver: Any = _QuietHighs()  # type: ignore[no-untyped-call]
    is_large = arrays.cost.size > MANY_COLUMNS
    options: dict[str, Any] = {
        "threads": 1,
        "random_seed": 0,
        "time_limit": float(time_limit_s),
        "mip_rel_gap": float(gap),
        "solver": "ipm" if is_large and not arrays.whole.any() else "choose",
    }
    for name, value in options.items():
        _check(solver.setOptionValue(name, value), f"option {name}")
    _check(solver.passModel(_model(arrays)), "the model")
    return solver


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


def _hold_whole_columns(solver: Any, arrays: Arrays) -> None:
    held = np.flatnonzero(arrays.whole).astype(np.int32)
    values = np.round(np.asarray(solver.getSolution().col_value)[held])
    _check(solver.changeColsBounds(held.size, held, values, values), "bounds")
    continuous = np.zeros(held.size, dtype=np.uint8)
    _check(solver.changeColsIntegrality(held.size, held, continuous), "integrality")
    _check(solver.setOptionValue("time_limit", np.inf), "time limit")  # one small linear program


def _run(solver: Any) -> None:
    _check(solver.run(), "to run")


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
        feasible = highspy.SolutionStatus.kSolutionStatusFeasible
        has_plan = solver.getInfo().primal_solution_status == feasible
        return Status.LIMIT if has_plan else Status.NOTHING
    raise SolverError(f"HiGHS ended with '{solver.modelStatusToString(found)}'")


def _gap(solver: Any, *, whole: bool) -> float:
    return float(solver.getInfo().mip_gap) if whole else 0.0


def _solution(
    arrays: Arrays, solver: Any, status: Status, *, gap: float, started: float
) -> Solution:
    found = solver.getSolution()
    values = np.asarray(found.col_value, dtype=float)
    return Solution(
        status=status,
        # HiGHS may leave a column outside its bounds by its tolerance
        values=np.clip(values, arrays.lower, arrays.upper) if values.size else values,
        reduced_costs=np.asarray(found.col_dual, dtype=float),
        duals=np.asarray(found.row_dual, dtype=float),
        objective=float(solver.getInfo().objective_function_value),
        gap=gap,
        solve_s=time.perf_counter() - started,
    )
