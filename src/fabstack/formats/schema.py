"""The model for other programs and for readers: JSON Schema, and a page of tables in Markdown."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from fabstack.formats.values import bounds_in_words, text_in
from fabstack.model import Column, Programme, columns_of, key_columns, sections, tables

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_JSON_BOUNDS = {
    "ge": "minimum",
    "gt": "exclusiveMinimum",
    "le": "maximum",
    "lt": "exclusiveMaximum",
}
_JSON_TYPES = {
    "number": ["number", "string"],  # a string carries a unit: "510 mm"
    "integer": ["integer", "string"],
    "distribution": ["number", "string"],
    "boolean": ["boolean"],
}


def schema() -> dict[str, Any]:
    """JSON Schema of a whole programme, with the unit and meaning of every column."""
    return {
        "$schema": DIALECT,
        "title": "fabstack programme",
        "description": _words(Programme),
        **_object({**sections(), **tables()}),
        "required": ["programme"],
    }


def table_schema(name: str) -> dict[str, Any]:
    """JSON Schema of one table or section.

    Raises:
        KeyError: there is no such table.
    """
    if name in sections():
        return _row_schema(sections()[name])
    row = _row_schema(tables()[name])
    return {
        "type": "array",
        "description": row.pop("description"),
        "key": list(key_columns(name)),
        "items": row,
    }


def _object(classes: Mapping[str, type]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {name: table_schema(name) for name in classes},
        "additionalProperties": False,
    }


def _row_schema(row_class: type) -> dict[str, Any]:
    columns = columns_of(row_class)
    return {
        "description": _words(row_class),
        "type": "object",
        "properties": {column.name: _column_schema(column) for column in columns},
        "required": [column.name for column in columns if column.required],
        "additionalProperties": False,
    }


def _column_schema(column: Column) -> dict[str, Any]:
    types = _JSON_TYPES.get(column.kind, ["string"]) + (["null"] if column.optional else [])
    described: dict[str, Any] = {
        "description": column.doc,
        "type": types[0] if len(types) == 1 else types,
    }
    if column.choices:
        described["enum"] = [*map(str, column.choices), *([None] if column.optional else [])]
    if column.kind in ("date", "distribution"):
        described["format"] = column.kind
    if column.unit:
        described["unit"] = column.unit
    if not column.required:
        described["default"] = _plain(column.default)
    if column.refers_to:
        described["refers_to"] = list(column.refers_to)
    return described | {_JSON_BOUNDS[limit]: value for limit, value in column.bounds.items()}


def _plain(default: Any) -> Any:
    return default if default is None or isinstance(default, bool | int | float) else str(default)


def _words(described: type) -> str:
    return " ".join(inspect.cleandoc(described.__doc__ or "").split())


_HEAD = """# Tables of a programme

Written from the model by `python -m fabstack.formats.schema`; a test keeps it true.
A programme is a folder with `programme.toml` and one CSV file for each table that has rows, or one
workbook with a sheet for each. A blank cell means the default, a line that begins with `#` is a
comment. A cell may carry a unit (`510 mm`, `2000/month`, `12 h`); a plain number is in the unit
given here. Distributions are spelt `pert(8, 15, 22)`, `exponential(10 h)` or just `15`.
"""


def describe() -> str:
    """The page docs/reference/tables.md: every section and table, column by column."""
    settings = "".join(map(described_table, sections()))
    return (
        f"{_HEAD}"
        f"\n## Settings in programme.toml\n{settings}"
        f"\n## Tables\n{''.join(map(described_table, tables()))}"
    )


def overview() -> str:
    """The names of all sections and tables with what each is, as plain text."""
    classes = {**sections(), **tables()}
    width = max(map(len, classes))
    lines = (f"{name:<{width}}  {_first_line(row_class)}" for name, row_class in classes.items())
    return "\n".join((*lines, "\nfabstack schema TABLE describes one; --json gives JSON Schema.\n"))


def _first_line(described: type) -> str:
    return (described.__doc__ or "").strip().split("\n")[0]


def described_table(name: str) -> str:
    """One section or table in Markdown."""
    row_class = {**sections(), **tables()}[name]
    title = f"[{name}]" if name in sections() else f"{name}.csv"
    key = " and ".join(f"`{column}`" for column in key_columns(name))
    identity = f" A row is named by {key}." if key else ""
    rows = "".join(map(_described_column, columns_of(row_class)))
    head = "| column | kind | unit | default | meaning |\n|---|---|---|---|---|\n"
    return f"\n### {title}\n\n{_words(row_class)}{identity}\n\n{head}{rows}"


def _described_column(column: Column) -> str:
    default = "required" if column.required else "" if column.default in (None, "") else None
    if default is None:
        default = f"`{text_in(column.default)}`"
    cells = (f"`{column.name}`", column.kind, column.unit, default, _meaning(column))
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |\n"


def _meaning(column: Column) -> str:
    parts = (
        column.doc,
        bounds_in_words(column),
        f"one of {', '.join(f'`{choice}`' for choice in column.choices)}" if column.choices else "",
        f"a row of {' or '.join(column.refers_to)}" if column.refers_to else "",
    )
    return "; ".join(part for part in parts if part)


if __name__ == "__main__":
    import sys

    sys.stdout.write(describe())
