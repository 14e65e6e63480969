"""A linear program as arrays and named blocks; it knows no solver.

    minimise cost . x   where   low <= A x <= high,   lower <= x <= upper,   some x whole

Blocks ask for columns and rows by name and shape and get arrays of indices back, so that a
solution, a dual or a cause finds its way back to the thing it belongs to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import csc_matrix

from fabstack.plan.types import Flags, Floats, Ints, Numbers

OUTSIDE = -1  # index of a row that lies beyond the horizon: what goes there is left out


class Arrays(NamedTuple):
    """What a solver is given."""

    cost: Floats  # [column]
    lower: Floats  # [column]
    upper: Floats  # [column]
    whole: Flags  # [column]
    low: Floats  # [row]
    high: Floats  # [row]
    matrix: csc_matrix  # [row, column]


@dataclass(slots=True)
class LinearProgram:
    """Columns, rows and entries, collected block by block."""

    columns: dict[str, Ints] = field(default_factory=dict)
    rows: dict[str, Ints] = field(default_factory=dict)
    _columns: int = 0
    _rows: int = 0
    _column_parts: list[tuple[Floats, Floats, Floats, Flags]] = field(default_factory=list)
    _row_parts: list[tuple[Floats, Floats]] = field(default_factory=list)
    _entries: list[tuple[Ints, Ints, Floats]] = field(default_factory=list)

    def add_columns(
        self,
        name: str,
        shape: tuple[int, ...],
        *,
        cost: ArrayLike = 0.0,
        upper: ArrayLike = np.inf,
        whole: ArrayLike = False,
    ) -> Ints:
        """Columns from 0 to `upper`; their indices in `shape`."""
        size = int(np.prod(shape))
        found = np.arange(self._columns, self._columns + size).reshape(shape)
        self._column_parts.append(
            (
                _flat(cost, shape),
                np.zeros(size),
                _flat(upper, shape),
                _flat(whole, shape).astype(bool),
            )
        )
        self._columns += size
        self.columns[name] = found
        return found

    def add_rows(
        self,
        name: str,
        shape: tuple[int, ...],
        *,
        low: ArrayLike = -np.inf,
        high: ArrayLike = np.inf,
    ) -> Ints:
        """Rows between `low` and `high`; their indices in `shape`."""
        size = int(np.prod(shape))
        found = np.arange(self._rows, self._rows + size).reshape(shape)
        self._row_parts.append((_flat(low, shape), _flat(high, shape)))
        self._rows += size
        self.rows[name] = found
        return found

    def add_entries(self, rows: Numbers, columns: Numbers, values: ArrayLike) -> None:
        """Coefficients, broadcast against each other; same places add up, OUTSIDE is left out."""
        row, column, value = np.broadcast_arrays(rows, columns, np.asarray(values, dtype=float))
        inside = (row != OUTSIDE) & (value != 0.0)
        self._entries.append((row[inside], column[inside], value[inside]))

    def entries_of(self, rows: Ints) -> tuple[Ints, Ints, Floats]:
        """(place among the rows, column, value) of all entries so far of a run of rows."""
        row, column, value = _joined(self._entries, 3)
        first, last = rows[0], rows[-1]
        inside = (row >= first) & (row <= last)
        return row[inside].astype(np.int64) - first, column[inside].astype(np.int64), value[inside]

    @property
    def count(self) -> int:
        """Columns so far."""
        return self._columns

    def arrays(self) -> Arrays:
        """Everything collected so far, for a solver."""
        cost, lower, upper, whole = _joined(self._column_parts, 4)
        low, high = _joined(self._row_parts, 2)
        row, column, value = _joined(self._entries, 3)
        matrix = csc_matrix(
            (value, (row.astype(np.int32), column.astype(np.int32))),
            shape=(self._rows, self._columns),
        )
        matrix.sum_duplicates()
        return Arrays(cost, lower, upper, whole.astype(bool), low, high, matrix)


def _flat(values: ArrayLike, shape: tuple[int, ...]) -> Floats:
    return np.broadcast_to(np.asarray(values, dtype=float), shape).ravel()


def _joined(parts: Sequence[tuple[Numbers, ...]], width: int) -> list[Numbers]:
    if not parts:
        return [np.empty(0) for _ in range(width)]
    return [np.concatenate([part[i] for part in parts]) for i in range(width)]
