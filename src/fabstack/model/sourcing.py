"""Which numbers of a programme say where they come from, and how many do not."""

from __future__ import annotations

from collections import Counter
from operator import attrgetter
from typing import Any, NamedTuple

from fabstack.model.cells import Cell, cells_at, value_at
from fabstack.model.evidence import Grade
from fabstack.model.fields import Column, columns_of, keys_of
from fabstack.model.programme import Programme, column, key_columns, tables

_ABOUT_THE_PROGRAMME = {
    "mission",
    "claims",
    "sources",
    "risks",
    "correlations",
    "scenarios",
    "changes",
}
_NUMERIC = {"number", "integer", "distribution"}


class Sourced(NamedTuple):
    """A number with its origin; `low` and `high` are in `unit`.

    Where a source speaks of many cells, `value` says of how many, such as `12 cells`.
    """

    cell: str
    value: Any
    low: float | None
    high: float | None
    unit: str
    year: int
    source: str
    grade: Grade
    note: str


def sourced(programme: Programme) -> list[Sourced]:
    """Every cell that has a source, sorted by address."""
    found = []
    for source in sorted(programme.sources, key=attrgetter("cell")):
        cell = Cell.parse(source.cell)
        found.append(
            Sourced(
                source.cell,
                value_of(programme, source.cell),
                source.low,
                source.high,
                source.unit or _column(cell).unit,
                source.year,
                source.source,
                source.grade,
                source.note,
            )
        )
    return found


def value_of(programme: Programme, address: str) -> Any:
    """The value that a source speaks of; where it speaks of many, how many they are."""
    cell = Cell.parse(address)
    cells = cells_at(programme, cell)
    return value_at(programme, cell) if cells == (cell,) else f"{len(cells):,} cells"


def backed_cells(programme: Programme) -> frozenset[str]:
    """The address of every cell that a source speaks of, alone or with others."""
    return frozenset(
        str(cell)
        for source in programme.sources
        for cell in cells_at(programme, Cell.parse(source.cell))
    )


def numbers_without_source(programme: Programme) -> Counter[str]:
    """How many numbers of each table are given (not left at the default) without a source."""
    counts: Counter[str] = Counter()
    backed = backed_cells(programme)
    for table, row_class in tables().items():
        rows = programme.table(table)
        for described in columns_of(row_class) if table not in _ABOUT_THE_PROGRAMME else ():
            if described.kind in _NUMERIC and described.name not in key_columns(table):
                given = map(attrgetter(described.name), rows)
                counts[table] += sum(
                    value != described.default and f"{table}/{key}/{described.name}" not in backed
                    for key, value in zip(keys_of(rows), given, strict=True)
                )
    return +counts


def _column(cell: Cell) -> Column:
    found = column(cell.table, cell.column)
    assert found is not None, "addresses are checked when a programme is loaded"
    return found
