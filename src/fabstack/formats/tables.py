"""Cells of a table become validated rows, with every fault found in one pass.

Faulty cells are filled with a stand-in, so that what is beside them is still checked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

from fabstack.errors import Finding, did_you_mean
from fabstack.formats.columns import column_values, rows_of
from fabstack.formats.faults import CellFault, Fault, shown
from fabstack.formats.places import Grid, Place
from fabstack.formats.values import expected_in
from fabstack.model.fields import Column, columns_of, key_of

HEADER = -1
WHOLE_ROW = -1


@dataclass(frozen=True, slots=True)
class Sheet:
    """The cells of one table as they stand in a file."""

    table: str
    header: tuple[str, ...]
    rows: Sequence[Sequence[str | Fault]]
    grid: Grid
    noun: str = "column"  # what a user calls one: "column" of a table, "key" of a section


@dataclass(slots=True)
class Table:
    """The rows of one table, what is wrong with it, and where its cells stand."""

    name: str
    header: tuple[str, ...]
    grid: Grid
    rows: tuple[Any, ...] = ()
    faults: list[CellFault] = field(default_factory=list)
    things: dict[str, Mapping[int, str]] = field(default_factory=dict)  # column -> row -> "panel"
    names_in_doubt: bool = False  # a name may be missing or wrong, so references cannot be judged

    def findings(self) -> Iterator[Finding]:
        """The faults with their places, not too many of one kind."""
        return (found.fault.at(self.grid.place(*found[:2])) for found in shown(self.faults))

    def place(self, row: int, column: str) -> Place:
        """The place of a cell, or of its row where the file leaves the column out."""
        cell = self.cell(column)
        return self.grid.place(row, WHOLE_ROW if cell is None else cell)

    def cell(self, column: str) -> int | None:
        """The position of a column in the file; None where the file leaves it out."""
        return self.header.index(column) if column in self.header else None


def read_table(sheet: Sheet, row_class: type) -> Table:
    """The rows that a sheet holds, as far as they can be read, and every fault in it."""
    table = Table(sheet.table, sheet.header, sheet.grid)
    columns = _known_columns(sheet, row_class, table.faults)
    _read_rows(sheet, row_class, columns, table)
    table.faults.extend(_duplicates(table, row_class))
    table.names_in_doubt = _names_in_doubt(table, row_class)
    return table


def _known_columns(sheet: Sheet, row_class: type, faults: list[CellFault]) -> dict[int, Column]:
    """The columns of the sheet by position; unknown, double and missing ones are faults."""
    known = {column.name: column for column in columns_of(row_class)}
    found: dict[int, Column] = {}
    for position, name in enumerate(sheet.header):
        if name not in known:
            faults.append(CellFault(HEADER, position, _unknown(sheet, name, tuple(known))))
        elif known[name] in found.values():
            fault = Fault("duplicate-column", f"{sheet.noun} '{name}' stands here twice")
            faults.append(CellFault(HEADER, position, fault))
        else:
            found[position] = known[name]
    faults.extend(
        CellFault(HEADER, WHOLE_ROW, _missing(sheet, column))
        for column in known.values()
        if column.required and column not in found.values()
    )
    return found


def _unknown(sheet: Sheet, name: str, known: tuple[str, ...]) -> Fault:
    message = f"'{name}' is no {sheet.noun} of {sheet.table}" if name else "this header is blank"
    return Fault(f"unknown-{sheet.noun}", message, cure=did_you_mean(name, known))


def _missing(sheet: Sheet, column: Column) -> Fault:
    message = f"{sheet.table} has no {sheet.noun} '{column.name}'"
    return Fault(f"missing-{sheet.noun}", message, expected_in(column))


def _read_rows(sheet: Sheet, row_class: type, columns: Mapping[int, Column], table: Table) -> None:
    """Fill the table with rows, in which a cell that cannot be read holds a stand-in."""
    rows = _even_rows(sheet, table.faults)
    cells = list(zip(*rows, strict=True)) or [()] * len(sheet.header)
    values: dict[str, Sequence[Any]] = {}
    for at, column in columns.items():
        read = column_values(row_class, column, cells[at])
        values[column.name] = read.values
        table.faults.extend(CellFault(row, at, fault) for row, fault in read.faults.items())
        table.things[column.name] = read.things
    table.rows = rows_of(row_class, values, len(sheet.rows))


def _even_rows(sheet: Sheet, faults: list[CellFault]) -> Sequence[Sequence[Any]]:
    """Rows of the header's width; those that are not are faults."""
    width = len(sheet.header)
    if set(map(len, sheet.rows)) <= {width}:
        return sheet.rows
    for index, cells in enumerate(sheet.rows):
        if len(cells) < width or any(cells[width:]):
            faults.append(CellFault(index, WHOLE_ROW, _uneven(len(cells), width)))
    return [[*cells[:width], *[""] * (width - len(cells))] for cells in sheet.rows]


def _uneven(found: int, width: int) -> Fault:
    few = found < width
    return Fault(
        "too-few-cells" if few else "too-many-cells",
        f"this row has {found} cells",
        f"{width} cells as in the header",
        "add the missing commas" if few else "put a text that contains a comma into quotes",
    )


def _duplicates(table: Table, row_class: type) -> Iterator[CellFault]:
    if len(table.rows) < 2:  # the one row of a section has no key
        return
    identity = attrgetter(*row_class.key_columns)  # type: ignore[attr-defined]
    keys = list(map(identity, table.rows))
    if len(set(keys)) == len(keys):
        return
    faulty = {found.row for found in table.faults}
    first: dict[Any, int] = {}
    for row, key in enumerate(keys):
        if row not in faulty and first.setdefault(key, row) != row:
            line = table.grid.place(first[key], WHOLE_ROW).line
            yield CellFault(row, WHOLE_ROW, _duplicate(table, row, line))


def _duplicate(table: Table, row: int, line: int) -> Fault:
    where = f", first in line {line}" if line else ""
    message = f"'{key_of(table.rows[row])}' stands twice in {table.name}{where}"
    return Fault("duplicate-key", message, "each key once", "rename or remove one of them")


def _names_in_doubt(table: Table, row_class: type) -> bool:
    key: tuple[str, ...] = row_class.key_columns  # type: ignore[attr-defined]
    doubtful = {table.header[found.cell] if found.cell >= 0 else "" for found in table.faults}
    return not doubtful.isdisjoint({*key, ""})
