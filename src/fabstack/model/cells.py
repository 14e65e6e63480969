"""Reading and setting one cell of a programme by its address, `table/key/column`."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from fabstack.model.lookup import by_key
from fabstack.model.programme import Programme, sections, tables

SECTION_KEY = "-"  # settings have one row
ANY = "*"  # in the key of a source's address: any text


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
    return getattr(row_at(programme, cell), cell.column)


def cells_at(programme: Programme, cell: Cell) -> tuple[Cell, ...]:
    """The cells that an address speaks of: its own, or those of all rows whose key fits.

    `*` in the key stands for any text, so `steps/fab-*/process` is that of all steps of all routes
    whose names begin with `fab-`. A row with this very key comes first.

    Raises:
        KeyError: no such table.
    """
    if cell.table in sections() or ANY not in cell.key:
        return (cell,)
    keys = by_key(programme.table(cell.table))
    if cell.key in keys:
        return (cell,)
    fits = re.compile(".*".join(map(re.escape, cell.key.split(ANY)))).fullmatch
    return tuple(cell._replace(key=key) for key in keys if fits(key))


def with_value(programme: Programme, cell: Cell, value: Any) -> Programme:
    """The programme with another value in one cell; the value is validated as when loaded.

    Raises:
        KeyError: no such cell.
        pydantic.ValidationError: the value does not fit the column.

    """
    return with_values(programme, {cell: value})


def with_values(programme: Programme, values: Mapping[Cell, Any]) -> Programme:
    """The programme with other values in some cells, each table copied at most once.

    Raises:
        KeyError: no such cell.
        pydantic.ValidationError: a value does not fit its column.

    """
    new: dict[str, dict[str, Any]] = {}
    for cell, value in values.items():
        rows = new.setdefault(cell.table, {})
        rows[cell.key] = changed(rows.get(cell.key) or row_at(programme, cell), cell.column, value)
    tables = {table: _replaced(programme, table, rows) for table, rows in new.items()}
    return programme.model_copy(update=tables)


def _replaced(programme: Programme, table: str, rows: Mapping[str, Any]) -> Any:
    if table in sections():
        return rows[SECTION_KEY]
    index = by_key(programme.table(table))
    new = {id(index[key]): row for key, row in rows.items()}
    return tuple(new.get(id(row), row) for row in programme.table(table))


def changed(row: Any, column: str, value: Any) -> Any:
    """The row with another value in one column.

    Raises:
        pydantic.ValidationError: the value does not fit the column.

    """
    fields = {field.name: getattr(row, field.name) for field in dataclasses.fields(row)}
    return type(row)(**{**fields, column: value})


def row_at(programme: Programme, cell: Cell) -> Any:
    """The row or section that holds a cell.

    Raises:
        KeyError: no such table, row or column; the argument says which.

    """
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
