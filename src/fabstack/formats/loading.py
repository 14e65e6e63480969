"""A folder or workbook becomes a programme, or every finding about it at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from fabstack.errors import Finding, InputError
from fabstack.formats import folder, workbook_reading
from fabstack.formats.faults import Fault
from fabstack.formats.garbage import collection_paused, spare
from fabstack.formats.marking import mark_problems
from fabstack.formats.places import Nowhere, Place
from fabstack.formats.raw import Raw
from fabstack.formats.scenarios import changes_of, value_cell, with_scenario
from fabstack.formats.tables import Table, read_table
from fabstack.model import Programme, by_key, sections, tables
from fabstack.model.cells import Cell


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
        mark_problems(programme, read_tables, raw.unreadable)
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
    if path.name == folder.SETTINGS:
        path = path.parent
    try:
        if path.is_dir():
            return folder.raw_programme(path)
        if path.suffix.lower() in workbook_reading.SUFFIXES and path.exists():
            return workbook_reading.raw_workbook(path)
        found = f"'{path}' is no programme" if path.exists() else f"there is no '{path}'"
    except (OSError, ValueError) as error:  # no right to look, or no possible name of a file
        found = f"cannot read '{path}': {getattr(error, 'strerror', None) or error}"
    fault = Fault("no-programme", found, "a programme folder or workbook")
    raise InputError([fault.at(Place(str(path)))])


def _table(raw: Raw, name: str) -> Table:
    row_class = {**sections(), **tables()}[name]
    sheet = raw.sheets.pop(name, None)  # a million rows of text are not kept beside the model
    if sheet is None:
        return Table(name, (), Nowhere(raw.place_of(name)))
    return read_table(sheet, row_class)


def _programme(read_tables: Mapping[str, Table]) -> Programme:
    settings = {name: read_tables[name].rows[0] for name in sections()}
    return Programme(**settings, **{name: read_tables[name].rows for name in tables()})


def _findings(read_tables: Mapping[str, Table], raw: Raw) -> list[Finding]:
    return [
        finding
        for name, table in read_tables.items()
        if name not in raw.unreadable
        for finding in table.findings()
    ]
