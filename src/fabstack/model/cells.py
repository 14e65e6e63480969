"""Reading and setting one cell of a programme by its address, `table/key/column`."""

from __future__ import annotations

import dataclasses
from typing import Any, NamedTuple

from fabstack.model.programme import Programme, by_key, sections, tables

SECTION_KEY = "-"  # settings have one row


class Cell(NamedTuple):
    """The address of one value."""

    table: str
    key: str
    column: str

    @classmethod
    def parse(cls, address: str) -> Cell:
        """The parts of `table/key/column`.

        Raises:
            ValueError: there are not three parts.

        """
        table, _, rest = address.partition("/")
        key, _, column = rest.rpartition("/")
        if not (table and key and column):
            raise ValueError(f"'{address}' is no address such as items/ai5-die/width_mm")
        return cls(table, key, column)

    def __str__(self) -> str:
        return "/".join(self)


def value_at(programme: Programme, cell: Cell) -> Any:
    """What stands in a cell.

    Raises:
        KeyError: no such table, row or column; the argument says which.

    """
    return getattr(_row(programme, cell), cell.column)


def with_value(programme: Programme, cell: Cell, value: Any) -> Programme:
    """The programme with another value in one cell; the value is validated as when loaded.

    Raises:
        KeyError: no such cell.
        pydantic.ValidationError: the value does not fit the column.

    """
    old = _row(programme, cell)
    new = type(old)(**{**_fields(old), cell.column: value})
    if cell.table in sections():
        return programme.model_copy(update={cell.table: new})
    rows = tuple(new if row is old else row for row in programme.table(cell.table))
    return programme.model_copy(update={cell.table: rows})


def _fields(row: Any) -> dict[str, Any]:
    return {field.name: getattr(row, field.name) for field in dataclasses.fields(row)}


def _row(programme: Programme, cell: Cell) -> Any:
    if cell.table in sections():
        row = getattr(programme, cell.table) if cell.key == SECTION_KEY else None
    elif cell.table in tables():
        row = by_key(programme.table(cell.table)).get(cell.key)
    else:
        raise KeyError(f"no table '{cell.table}'")
    if row is None:
        raise KeyError(f"no row '{cell.key}' in {cell.table}")
    if cell.column not in {field.name for field in dataclasses.fields(row)}:
        raise KeyError(f"no column '{cell.column}' in {cell.table}")
    return row
