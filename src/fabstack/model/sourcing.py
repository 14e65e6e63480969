"""Which numbers of a programme say where they come from, and how many do not."""

from __future__ import annotations

from collections import Counter
from operator import attrgetter
from typing import Any, NamedTuple

from fabstack.model.cells import Cell, value_at
from fabstack.model.evidence import Grade
from fabstack.model.fields import Column, columns_of
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
    """A number with its origin; `low` and `high` are in `unit`."""

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
                value_at(programme, cell),
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


def numbers_without_source(programme: Programme) -> Counter[str]:
    """How many numbers of each table are given (not left at the default) without a source."""
    counts: Counter[str] = Counter()
    for table, row_class in tables().items():
        for described in columns_of(row_class) if table not in _ABOUT_THE_PROGRAMME else ():
            if described.kind in _NUMERIC and described.name not in key_columns(table):
                given = map(attrgetter(described.name), programme.table(table))
                counts[table] += sum(value != described.default for value in given)
    for one in sourced(programme):
        cell = Cell.parse(one.cell)
        described = _column(cell)
        if described.kind in _NUMERIC and one.value != described.default:
            counts[cell.table] -= 1
    return +counts


def _column(cell: Cell) -> Column:
    found = column(cell.table, cell.column)
    assert found is not None, "addresses are checked when a programme is loaded"
    return found
