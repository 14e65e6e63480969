"""The columns that cost least: scaled, and solved by the first method that gets through."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from fabstack.plan.options import MANY_COLUMNS
from fabstack.plan.polish import Pieces, polished
from fabstack.plan.program import Arrays
from fabstack.plan.scaling import Scaling, scaled
from fabstack.plan.solver import (
    FEASIBILITY,
    Answer,
    SolverError,
    Status,
    check,
    gets_through,
    read,
    share_presolved,
    solver_of,
    status_of,
)
from fabstack.plan.tighten import Cuts, tightened
from fabstack.plan.types import Floats
from fabstack.plan.watch import Tell, Watch, tell_nobody

__all__ = ["Solution", "Status", "minimum", "write_mps"]

TIME_FOR_CUTS = 0.25  # of the time limit, at most
LITTLE = 0.1  # of all rows: 0.03 to 0.06 of chains, 0.41 of Texas
TIME_FOR_PIECES = 0.3  # of what the cuts leave


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
    pieces: Pieces = (),
    tell: Tell = tell_nobody,
) -> Solution:
    """The columns that cost least.

    Where some must be whole, `cuts` may tighten the search, and where it runs out of time what it
    found is made better by `pieces`; the duals are those of the program with the whole ones held at
    what was found. `tell` is called several times a second. Ctrl-C
    ends a search with the best that was found, if anything was.

    Raises:
        SolverError: HiGHS refuses what it is given.

    """
    started = time.perf_counter()
    scaling = scaled(arrays)
    methods = methods_for(scaling.arrays)
    tight, watch = scaling.arrays, Watch(scaling.cost)
    if cuts is not None and arrays.whole.any():
        until = started + TIME_FOR_CUTS * time_limit_s
        tight = tightened(scaling, cuts, _Relaxed(scaling.arrays), until)
        time_limit_s -= time.perf_counter() - started
    search_s = time_limit_s * (1 - TIME_FOR_PIECES if pieces else 1.0)
    try:
        answer = _answer(tight, methods, time_limit_s=search_s, gap=gap, watch=watch, tell=tell)
        if answer.status is Status.LIMIT and pieces:
            answer = _polished(tight, answer, pieces, time_limit_s - search_s)
    except KeyboardInterrupt:
        if watch.values is None:
            raise
        answer = _best_so_far(tight, watch)
    if arrays.whole.any():
        answer = _priced(scaling.arrays, answer)
    return in_own_units(arrays, scaling, answer, started)


def _priced(arrays: Arrays, found: Answer) -> Answer:
    """What a search has found, with duals of the program without cuts; none without a plan."""
    if found.status not in (Status.OPTIMAL, Status.LIMIT):
        columns, rows = np.zeros(arrays.cost.size), np.zeros(arrays.low.size)
        return found._replace(reduced_costs=columns, duals=rows)
    methods = (_SIMPLEX, _INTERIOR_POINT, _PLAIN_SIMPLEX)  # what is left is easy
    answer = _answer(_held(arrays, found.values), methods, time_limit_s=np.inf, gap=0.0)
    is_plan = answer.status is Status.OPTIMAL
    return answer._replace(status=found.status if is_plan else Status.NOTHING, gap=found.gap)


def _polished(arrays: Arrays, answer: Answer, pieces: Pieces, seconds: float) -> Answer:
    """What a search has found, made better, with its distance to the bound of the search."""
    before = float(arrays.cost @ answer.values)
    values = polished(arrays, answer.values, pieces, seconds)
    cost = float(arrays.cost @ values)
    bound = before - answer.gap * abs(before)
    gap = max(cost - bound, 0.0) / max(abs(cost), 1e-12)
    return answer._replace(values=values, gap=gap)


class _Relaxed:
    """The relaxed program, kept by HiGHS from one round of cuts to the next."""

    def __init__(self, arrays: Arrays) -> None:
        relaxed = arrays._replace(whole=np.zeros_like(arrays.whole))
        self.solver = solver_of(relaxed, _SIMPLEX)

    def solve(self) -> tuple[Floats, float] | None:
        """(values, objective); None where there is no optimum."""
        solver = self.solver
        if not gets_through(solver) or status_of(solver) is not Status.OPTIMAL:
            return None
        values = np.asarray(solver.getSolution().col_value, dtype=float)
        return values, float(solver.getInfo().objective_function_value)

    def add(self, rows: csr_matrix) -> None:
        """More rows, each at most 0."""
        count = rows.shape[0]
        low, high = np.full(count, -np.inf), np.zeros(count)
        starts, columns = rows.indptr[:-1].astype(np.int32), rows.indices.astype(np.int32)
        status = self.solver.addRows(count, low, high, rows.nnz, starts, columns, rows.data)
        check(status, "more rows")


def _answer(
    arrays: Arrays,
    methods: Methods,
    *,
    time_limit_s: float,
    gap: float,
    watch: Watch | None = None,
    tell: Tell = tell_nobody,
) -> Answer:
    limits = {"time_limit": time_limit_s, "mip_rel_gap": gap}
    return read(first_that_gets_through(arrays, methods, limits, watch, tell), arrays)


def first_that_gets_through(
    arrays: Arrays,
    methods: Methods,
    limits: dict[str, Any],
    watch: Watch | None = None,
    tell: Tell = tell_nobody,
) -> Any:
    """HiGHS after the first of several methods that does not break down; each starts anew.

    Raises:
        SolverError: all do.

    """
    for method in methods:
        solver = solver_of(arrays, {**method, **limits})
        if watch is not None and arrays.whole.any():
            watch.listen(solver)
        if gets_through(solver, watch, tell):
            return solver
    raise SolverError("HiGHS breaks down on this program with every method")


def _best_so_far(arrays: Arrays, watch: Watch) -> Answer:
    """What a search that was stopped had found."""
    values = np.empty(0) if watch.values is None else watch.values
    nothing = np.zeros(arrays.cost.size), np.zeros(arrays.low.size)
    return Answer(Status.LIMIT, values, *nothing, gap=watch.gap)


Methods = tuple[dict[str, Any], ...]
_SIMPLEX: dict[str, Any] = {"solver": "simplex"}
# HiGHS 1.16 loses the basis of these programs when it undoes a presolve after an interior point
# solve, and ends in an error; so there is none.
_INTERIOR_POINT: dict[str, Any] = {"solver": "ipm", "presolve": "off"}
# Slower, but it gets through where undoing a presolve or a crossover loses the basis.
_PLAIN_SIMPLEX: dict[str, Any] = {"solver": "simplex", "presolve": "off"}


def methods_for(arrays: Arrays) -> Methods:
    """Options to try in turn.

    Simplex takes half the time of the interior point method on Texas and on long chains of items.
    But where lead times of parts of a month spread what leaves a route over two months, and
    presolve takes next to nothing, it takes over ten times as long, if it gets through at all.
    """
    if arrays.whole.any():
        return {"mip_lp_solver": "simplex"}, {"mip_lp_solver": "ipm"}
    is_hard = arrays.cost.size > MANY_COLUMNS and spreads(arrays)
    if is_hard and share_presolved(arrays) < LITTLE:
        return _INTERIOR_POINT, _SIMPLEX, _PLAIN_SIMPLEX
    return _SIMPLEX, _INTERIOR_POINT, _PLAIN_SIMPLEX


def spreads(arrays: Arrays) -> bool:
    """Whether a column feeds several balances, as starts do that are ready in two months."""
    balances = arrays.matrix.tocsr()[arrays.low == arrays.high]
    return bool(((balances > 0).sum(axis=0) > 1).any())


def _held(arrays: Arrays, values: Floats) -> Arrays:
    """The program with the whole columns at their values."""
    at = np.where(arrays.whole, np.round(values), 0.0)
    return arrays._replace(
        lower=np.where(arrays.whole, at, arrays.lower),
        upper=np.where(arrays.whole, at, arrays.upper),
        whole=np.zeros_like(arrays.whole),
    )


def in_own_units(arrays: Arrays, scaling: Scaling, answer: Answer, started: float) -> Solution:
    """What HiGHS says of the scaled program, said of the program itself."""
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


def write_mps(arrays: Arrays, path: str, columns: list[str], rows: list[str]) -> None:
    """The program as it is, in MPS format with some names, for other solvers.

    Raises:
        SolverError: the file cannot be written.

    """
    solver = solver_of(arrays, {})
    for place, name in enumerate(columns):
        solver.passColName(place, name)
    for place, name in enumerate(rows):
        solver.passRowName(place, name)
    check(solver.writeModel(path), f"the file {path}")
