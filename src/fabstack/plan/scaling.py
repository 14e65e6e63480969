"""Units in which a program's numbers lie near 1.

Prices run from a tenth of a cent to billions and volumes from one rack to hundreds of millions of
dies, while a solver's tolerances are absolute. Rows and columns are multiplied by powers of two so
that the smallest and the largest number of each, right-hand sides and costs among them, lie evenly
around 1 (geometric scaling, e.g. Tomlin 1975); powers of two leave every mantissa as it is.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.sparse import diags

from fabstack.plan.program import Arrays
from fabstack.plan.types import Flags, Floats, Ints

ROUNDS = 4  # more change little


class Scaling(NamedTuple):
    """A program in other units, and the way back."""

    arrays: Arrays
    column: Floats  # [column] own units in a unit of the scaled column
    row: Floats  # [row] own units in a unit of the scaled row
    cost: float  # USD in a unit of the scaled objective


class _Logs(NamedTuple):
    """Logarithms (base 2) of all numbers: one row more for costs, one column for bounds."""

    rows: int
    row: Ints
    column: Ints
    value: Floats
    held: Flags  # [column] whole columns and the bounds share one unit, which is not changed


def scaled(arrays: Arrays) -> Scaling:
    """The program in units of its own size; whole columns keep theirs."""
    logs = _logs(arrays)
    rows, columns = _units(logs)
    row = np.exp2(rows[:-1] + columns[-1])
    cost = float(np.exp2(rows[-1] + columns[-1]))
    column = np.exp2(columns[:-1] - columns[-1])
    within = Arrays(
        cost=arrays.cost * column * cost,
        lower=arrays.lower / column,
        upper=arrays.upper / column,
        whole=arrays.whole,
        low=arrays.low * row,
        high=arrays.high * row,
        matrix=(diags(row) @ arrays.matrix @ diags(column)).tocsc(),
    )
    return Scaling(within, column, 1 / row, 1 / cost)


def _logs(arrays: Arrays) -> _Logs:
    rows, columns = arrays.matrix.shape
    entries = arrays.matrix.tocoo()
    bounds = np.maximum(_finite_size(arrays.low), _finite_size(arrays.high))
    bounded, priced = np.flatnonzero(bounds), np.flatnonzero(arrays.cost)
    values = np.concatenate([entries.data, bounds[bounded], arrays.cost[priced]])
    return _Logs(
        rows=rows + 1,
        row=np.concatenate([entries.row, bounded, np.full(priced.size, rows)]),
        column=np.concatenate([entries.col, np.full(bounded.size, columns), priced]),
        value=np.log2(np.abs(values)),
        held=np.append(arrays.whole, False),
    )


def _finite_size(bounds: Floats) -> Floats:
    sizes: Floats = np.where(np.isfinite(bounds), np.abs(bounds), 0.0)
    return sizes


def _units(logs: _Logs) -> tuple[Floats, Floats]:
    """Exponents for rows and columns, alternately brought to the middle."""
    rows = np.zeros(logs.rows)
    columns = np.zeros(logs.held.size)
    for _ in range(ROUNDS):
        rows = -_middle(logs.row, logs.value + columns[logs.column], rows.size)
        columns = -_middle(logs.column, logs.value + rows[logs.row], columns.size)
        columns[logs.held] = columns[-1]
    return np.round(rows), np.round(columns)


def _middle(groups: Ints, values: Floats, size: int) -> Floats:
    """Halfway between the smallest and the largest value of each group; 0 where it has none."""
    largest, smallest = np.full(size, -np.inf), np.full(size, np.inf)
    np.maximum.at(largest, groups, values)
    np.minimum.at(smallest, groups, values)
    empty = np.isinf(largest)
    largest[empty] = smallest[empty] = 0.0
    middles: Floats = (largest + smallest) / 2
    return middles
