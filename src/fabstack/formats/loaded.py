"""A programme as it was read: its cells, where each of them stands, and what is doubtful."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from fabstack.errors import Finding, InputError
from fabstack.formats.garbage import spare
from fabstack.formats.marking import mark_problems
from fabstack.formats.places import Nowhere, Place
from fabstack.formats.raw import Raw
from fabstack.formats.tables import Table, read_table
from fabstack.model import Programme, by_key, sections, tables
from fabstack.model.cells import Cell


@dataclass(frozen=True)
class Loaded:
    """A programme, and where each of its cells stands."""

    programme: Programme
    tables: Mapping[str, Table] = field(repr=False)
    moved: Mapping[Cell, Cell] = field(default_factory=dict)  # cells whose value a scenario gives
    findings: tuple[Finding, ...] = ()  # warnings and notes about the files; none stops a run

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


def loaded_from(raw: Raw) -> Loaded:
    """The programme that raw cells stand for.

    Raises:
        InputError: something is wrong with it; the error carries every finding.
    """
    read_tables = {name: _table(raw, name) for name in (*sections(), *tables())}
    programme = _programme(read_tables)
    mark_problems(programme, read_tables, raw.unreadable)
    spare(sum(len(table.rows) for table in read_tables.values()))
    judged = {place for place in map(_where, raw.findings) if place[2]}  # once is enough
    more = (found for found in _findings(read_tables, raw) if _where(found) not in judged)
    findings = [*raw.findings, *more]
    if any(finding.severity == "error" for finding in findings):
        raise InputError(findings)
    return Loaded(programme, read_tables, findings=tuple(sorted(findings)))


def _where(finding: Finding) -> tuple[str, int, int]:
    return finding.file, finding.line, finding.column


def _table(raw: Raw, name: str) -> Table:
    row_class = {**sections(), **tables()}[name]
    sheet = raw.sheets.pop(name, None)  # a million rows of text are not kept beside the model
    if sheet is None:
        return Table(name, (), Nowhere(raw.place_of(name)))
    return read_table(sheet, row_class)


def _programme(read_tables: Mapping[str, Table]) -> Programme:
    settings = {name: read_tables[name].rows[0] for name in sections()}
    return Programme(**settings, **{name: read_tables[name].rows for name in tables()})


def _findings(read_tables: Mapping[str, Table], raw: Raw) -> Iterator[Finding]:
    for name, table in read_tables.items():
        if name not in raw.unreadable:
            yield from table.findings()
