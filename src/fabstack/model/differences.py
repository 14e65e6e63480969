"""How one programme differs from another: rows that came, went or changed, cell by cell."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any, NamedTuple

from fabstack.model.cells import SECTION_KEY, Cell
from fabstack.model.lookup import by_key
from fabstack.model.programme import Programme, sections, tables


class RowChange(NamedTuple):
    """A row that only one of two programmes has."""

    table: str
    key: str


class CellChange(NamedTuple):
    """A cell that has another value; cells of rows that came or went are not told."""

    cell: Cell
    before: Any
    after: Any


class Differences(NamedTuple):
    """All that differs, in the order of the tables."""

    added: tuple[RowChange, ...]
    removed: tuple[RowChange, ...]
    changed: tuple[CellChange, ...]


def differences(before: Programme, after: Programme) -> Differences:
    """What makes one programme of the other."""
    added, removed, changed = [], [], list(_of_settings(before, after))
    for table in tables():
        old, new = by_key(before.table(table)), by_key(after.table(table))
        added += [RowChange(table, str(key)) for key in new if key not in old]
        removed += [RowChange(table, str(key)) for key in old if key not in new]
        for key, row in new.items():
            if key in old and row is not old[key]:
                changed += _of_row(table, str(key), old[key], row)
    return Differences(tuple(added), tuple(removed), tuple(changed))


def _of_settings(before: Programme, after: Programme) -> Iterator[CellChange]:
    for section in sections():
        yield from _of_row(section, SECTION_KEY, getattr(before, section), getattr(after, section))


def _of_row(table: str, key: str, old: Any, new: Any) -> Iterator[CellChange]:
    for field in dataclasses.fields(new):
        was, now = getattr(old, field.name), getattr(new, field.name)
        if was != now:
            yield CellChange(Cell(table, key, field.name), was, now)
