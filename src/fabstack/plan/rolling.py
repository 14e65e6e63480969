"""A plan window by window: near periods one by one, later ones merged; what is near is kept.

Rows of merged periods are added up. What keeps all rows keeps their sums, so the program of a
window is a relaxation of what is still open, and the optimum of the first bounds every plan
(aggregation of rows: P. H. Zipkin, Operations Research 28(6), 1980). Each window keeps what it
decides in its first periods, and so few of them that nothing kept takes anything of a merged
period. The last window has no merged periods, and its columns are a plan of the whole program:

    cost of the first window  <=  cost of the best plan  <=  cost of the plan that is found
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from typing import NamedTuple

import numpy as np
from scipy.sparse import csc_matrix, csr_matrix

from fabstack.plan.build import Model
from fabstack.plan.highs import Solution, Status
from fabstack.plan.phases import decided_at
from fabstack.plan.program import Arrays
from fabstack.plan.types import Floats, Ints

MERGED = 6  # later periods in one, at most
NO_PERIOD = -1
TOOLS = ("bought_tools", "sold_tools")  # they work until the end, but take nothing later

Solve = Callable[[Arrays], Solution]


class Merged(NamedTuple):
    """A program with rows added up."""

    arrays: Arrays
    row_of: Ints  # [row] the sum that it is in


def window_by_window(model: Model, solve: Solve, window: int) -> Solution:
    """A plan whose near `window` periods are planned one by one, with its distance to the best.

    A window is at least one period longer than the longest way from a decision to what it takes.
    Duals are those of the window in which a period was kept. Where what was kept makes a later
    window impossible, the program is solved as a whole.
    """
    arrays, of_column, of_row = model.arrays, column_periods(model), row_periods(model)
    lag = longest_lag(model, of_column, of_row)
    window = max(window, lag + 1)
    duals, bound, seconds = np.zeros(arrays.low.size), np.nan, 0.0
    for begin, fine in _windows(model.facts.periods.count, window, window - lag):
        merged = merge_rows(arrays, model, fine)
        found = _solved(merged.arrays, solve)
        seconds += found.solve_s
        if found.status is Status.INFEASIBLE and begin > 0:
            return solve(model.arrays)
        if found.status not in (Status.OPTIMAL, Status.LIMIT):
            return found
        bound = _least(found) if begin == 0 else bound
        is_open = (of_row >= begin) | ((of_row == NO_PERIOD) & (begin == 0))
        duals[is_open] = found.duals[merged.row_of][is_open]
        arrays = _kept(arrays, of_column, of_row, found.values, begin + window - lag)
    objective = float(model.arrays.cost @ found.values)
    gap = max(objective - bound, 0.0) / max(abs(objective), 1e-12)
    return replace(found, objective=objective, duals=duals, gap=gap, solve_s=seconds)


def _solved(arrays: Arrays, solve: Solve) -> Solution:
    """The optimum of what is still open; where all numbers are real, held columns are left out."""
    columns = arrays.lower < arrays.upper
    rows = np.isfinite(arrays.low) | np.isfinite(arrays.high)
    if arrays.whole.any() or columns.all():
        return solve(arrays)
    fixed = arrays.matrix[:, ~columns] @ arrays.lower[~columns]
    found = solve(
        Arrays(
            cost=arrays.cost[columns],
            lower=arrays.lower[columns],
            upper=arrays.upper[columns],
            whole=arrays.whole[columns],
            low=(arrays.low - fixed)[rows],
            high=(arrays.high - fixed)[rows],
            matrix=csc_matrix(arrays.matrix[:, columns][rows]),
        )
    )
    if found.values.size != np.count_nonzero(columns):
        return found
    values, costs, duals = arrays.lower.copy(), np.zeros(columns.size), np.zeros(rows.size)
    values[columns], costs[columns] = found.values, found.reduced_costs
    duals[rows] = found.duals
    objective = float(arrays.cost @ values)
    return replace(found, values=values, reduced_costs=costs, duals=duals, objective=objective)


def _windows(periods: int, window: int, step: int) -> Iterator[tuple[int, int]]:
    """(first period that is open, first period that is merged) of each window."""
    for begin in count(0, step):
        yield begin, min(begin + window, periods)
        if begin + window >= periods:
            return


def _least(found: Solution) -> float:
    """What no plan can cost less than."""
    return found.objective - found.gap * abs(found.objective)


# --- Periods of columns and rows ------------------------------------------------------------------


def column_periods(model: Model) -> Ints:
    """The period in which each column is decided [column]."""
    found = _periods(model.columns, model.arrays.cost.size, model.facts.periods.count)
    edges = model.facts.periods.edges
    decided = [decided_at(model.facts, choice) for choice in model.choices]
    found[model.columns["built"]] = np.searchsorted(edges, decided, side="right") - 1
    return found


def row_periods(model: Model) -> Ints:
    """The period of which each row speaks; NO_PERIOD where it speaks of all [row]."""
    return _periods(model.rows, model.arrays.low.size, model.facts.periods.count)


def _periods(blocks: dict[str, Ints], size: int, periods: int) -> Ints:
    found = np.full(size, NO_PERIOD)
    for block in blocks.values():
        if _is_dated(block, periods):
            found[block] = np.arange(periods)
    return found


def _is_dated(block: Ints, periods: int) -> bool:
    return block.ndim == 2 and block.shape[1] == periods


def longest_lag(model: Model, of_column: Ints, of_row: Ints) -> int:
    """Most periods from a decision to something that it gives or takes."""
    lasting = np.concatenate([model.columns[name].ravel() for name in (*TOOLS, "built")])
    entries = model.arrays.matrix.tocoo()
    is_dated = (of_row[entries.row] != NO_PERIOD) & ~np.isin(entries.col, lasting)
    lags = of_row[entries.row] - of_column[entries.col]
    return int(lags[is_dated].max(initial=0))


# --- Merging and keeping --------------------------------------------------------------------------


def merge_rows(arrays: Arrays, model: Model, fine: int) -> Merged:
    """The program with the rows of periods from `fine` on added up, a few periods in each sum."""
    row_of = _sums(model, fine)
    rows, size = int(row_of.max(initial=-1)) + 1, row_of.size
    adding = csr_matrix((np.ones(size), (row_of, np.arange(size))), shape=(rows, size))
    summed = arrays._replace(
        low=np.bincount(row_of, arrays.low, rows).astype(np.float64),
        high=np.bincount(row_of, arrays.high, rows).astype(np.float64),
        matrix=csc_matrix(adding @ arrays.matrix),
    )
    return Merged(summed, row_of)


def _sums(model: Model, fine: int) -> Ints:
    """The sum that each row goes into [row]."""
    periods, found, used = model.facts.periods.count, np.zeros(model.arrays.low.size, int), 0
    numbers = np.arange(periods)
    slot = np.where(numbers < fine, numbers, fine + (numbers - fine) // MERGED)
    width = int(slot.max()) + 1
    for block in model.rows.values():
        if _is_dated(block, periods):
            found[block] = used + width * np.arange(block.shape[0])[:, None] + slot
            used += width * block.shape[0]
        else:
            found[block] = used + np.arange(block.size).reshape(block.shape)
            used += block.size
    return found


def _kept(arrays: Arrays, of_column: Ints, of_row: Ints, values: Floats, until: int) -> Arrays:
    """The program with all columns before a period held at what was found.

    Rows before it have nothing open in them and are dropped. The others may be off by the solver's
    rounding, which must not make the next window impossible.
    """
    is_past, is_held = (of_row != NO_PERIOD) & (of_row < until), of_column < until
    activity = arrays.matrix @ np.where(is_held, values, 0.0)
    only_held = np.asarray(abs(arrays.matrix) @ (~is_held).astype(float)).ravel() == 0
    low = np.where(only_held, np.minimum(arrays.low, activity), arrays.low)
    high = np.where(only_held, np.maximum(arrays.high, activity), arrays.high)
    return arrays._replace(
        lower=np.where(is_held, values, arrays.lower),
        upper=np.where(is_held, values, arrays.upper),
        low=np.where(is_past, -np.inf, low),
        high=np.where(is_past, np.inf, high),
    )
