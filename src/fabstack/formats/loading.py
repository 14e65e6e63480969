"""A folder or workbook becomes a programme, or every finding about it at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from pathlib import Path

from fabstack.errors import Finding, InputError
from fabstack.formats import folder, workbook_reading
from fabstack.formats.faults import CellFault, Fault
from fabstack.formats.garbage import collection_paused, spare
from fabstack.formats.places import Nowhere, Place
from fabstack.formats.raw import Raw
from fabstack.formats.scenarios import (
    change_faults,
    changes_of,
    value_cell,
    with_scenario,
    wrong_thing,
)
from fabstack.formats.tables import Table, read_table
from fabstack.model import Programme, by_key, column, sections, tables
from fabstack.model.cells import Cell
from fabstack.model.references import Problem, problems


@dataclass(frozen=True)
class Loaded:
    """A programme, and where each of its cells stands."""

    programme: Programme
    tables: Mapping[str, Table] = field(repr=False)
    moved: Mapping[Cell, Cell] = field(default_factory=dict)  # cells whose value a scenario gives

    def place(self, table: str, key: str, column: str = "") -> Place:
        """Where a cell stands; its row where the file leaves the column out; else the file.

        Raises:
            KeyError: there is no such table.
        """
        table, key, column = self.moved.get(Cell(table, key, column), (table, key, column))
        row = 0 if table in sections() else self._row_numbers(table).get(key)
        if row is None:
            return Place(self.tables[table].grid.place(-1, -1).file)
        return self.tables[table].place(row, column)

    def _row_numbers(self, table: str) -> Mapping[str, int]:
        if table not in self._numbers:
            keys = by_key(self.tables[table].rows)
            self._numbers[table] = {key: row for row, key in enumerate(keys)}
        return self._numbers[table]

    @cached_property
    def _numbers(self) -> dict[str, Mapping[str, int]]:
        return {}


def read(path: Path | str, scenario: str | None = None) -> Loaded:
    """The programme in a folder or workbook, with the places of its cells.

    Raises:
        InputError: something is wrong with it; the error carries every finding.
    """
    with collection_paused():
        raw = _raw(Path(path))
        read_tables = {name: _table(raw, name) for name in (*sections(), *tables())}
        programme = _programme(read_tables)
        _mark_problems(programme, read_tables, raw.unreadable)
        spare(sum(len(table.rows) for table in read_tables.values()))
    findings = [*raw.findings, *_findings(read_tables, raw)]
    if findings:
        raise InputError(findings)
    loaded = Loaded(programme, read_tables)
    return loaded if scenario is None else _in_scenario(loaded, scenario)


def _in_scenario(loaded: Loaded, name: str) -> Loaded:
    def where(cell: Cell) -> Place:
        return loaded.place(*cell)

    changed = with_scenario(loaded.programme, name, where)
    changes = changes_of(loaded.programme, name)
    moved = {cell: value_cell(change) for cell, change in changes.items()}
    return Loaded(changed, loaded.tables, moved)


def load(path: Path | str, scenario: str | None = None) -> Programme:
    """The programme in a folder or workbook.

    Raises:
        InputError: something is wrong with it; the error carries every finding.
    """
    return read(path, scenario).programme


def _raw(path: Path) -> Raw:
    if path.name == folder.SETTINGS and path.is_file():
        path = path.parent
    if not path.exists():
        fault = Fault("missing-folder", f"there is no '{path}'", "a programme folder or workbook")
        raise InputError([fault.at(Place(str(path)))])
    if path.suffix.lower() in workbook_reading.SUFFIXES and not path.is_dir():
        return workbook_reading.raw_workbook(path)
    if not path.is_dir():
        fault = Fault("no-programme", f"'{path}' is no programme", "a folder or workbook")
        raise InputError([fault.at(Place(str(path)))])
    return folder.raw_programme(path)


def _table(raw: Raw, name: str) -> Table:
    row_class = {**sections(), **tables()}[name]
    sheet = raw.sheets.pop(name, None)  # a million rows of text are not kept beside the model
    if sheet is None:
        return Table(name, (), Nowhere(str(Path(raw.origin) / f"{name}.csv")))
    return read_table(sheet, row_class)


def _programme(read_tables: Mapping[str, Table]) -> Programme:
    settings = {name: read_tables[name].rows[0] for name in sections()}
    return Programme(**settings, **{name: read_tables[name].rows for name in tables()})


def _mark_problems(
    programme: Programme, read_tables: Mapping[str, Table], unreadable: set[str]
) -> None:
    """Add broken references to the faults of their tables, unless a cell is faulty anyway."""
    in_doubt = {name for name, table in read_tables.items() if table.names_in_doubt} | unreadable
    faulty = {
        (name, found.row, found.cell)
        for name, table in read_tables.items()
        for found in table.faults
    }
    broken = chain(
        problems(programme, in_doubt),
        _broken_changes(programme),
        _wrong_things(programme, read_tables),
    )
    for problem in broken:
        table = read_tables[problem.table]
        if problem.column in table.header:
            at = table.header.index(problem.column)
            if (problem.table, problem.row, at) not in faulty:
                table.faults.append(CellFault(problem.row, at, _fault(problem)))


def _broken_changes(programme: Programme) -> Iterator[Problem]:
    for row, fault in change_faults(programme):
        yield Problem("changes", row, "value", *fault)


def _wrong_things(programme: Programme, read_tables: Mapping[str, Table]) -> Iterator[Problem]:
    for name, table in read_tables.items():
        for (row, column_name), thing in table.things.items():
            counted = column(name, column_name)
            fault = counted and wrong_thing(programme, table.rows[row], counted, thing)
            if fault:
                yield Problem(name, row, column_name, *fault)


def _fault(problem: Problem) -> Fault:
    return Fault(problem.code, problem.message, problem.expected, problem.cure)


def _findings(read_tables: Mapping[str, Table], raw: Raw) -> list[Finding]:
    return [
        finding
        for name, table in read_tables.items()
        if name not in raw.unreadable
        for finding in table.findings()
    ]
