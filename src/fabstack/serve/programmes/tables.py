"""The tables of a programme folder as the texts of their cells."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field

from fabstack.formats.folder import SETTINGS
from fabstack.model import Column, columns_of, key_columns, sections, tables
from fabstack.serve.problems import not_found, unfit
from fabstack.serve.programmes.text import Record, records, value

LARGEST_FILE = 256 * 2**20  # bytes


class ColumnInfo(BaseModel):
    """One column: what belongs into it."""

    name: str
    kind: str
    unit: str
    meaning: str
    required: bool
    is_key: bool
    choices: list[str] = []
    refers_to: list[str] = []
    default: str = ""


class TableText(BaseModel):
    """Rows of a table as they stand in its file."""

    table: str
    is_settings: bool = Field(description="one row, from programme.toml")
    columns: list[ColumnInfo]
    rows: list[dict[str, str]]
    total: int
    first: int = Field(description="row number of the first of these")
    changed: list[tuple[int, str]] = Field([], description="cells whose value the scenario gives")


def settings_text(folder: Path) -> str:
    """The text of `programme.toml`."""
    return text_of(folder / SETTINGS)


def text_of(file: Path) -> str:
    """The text of a file with line feeds; blank where there is no such file.

    Raises:
        Problem: it is no text, or too large to be edited.
    """
    if not file.exists():
        return ""
    if file.stat().st_size > LARGEST_FILE:
        raise unfit(f"{file.name} is larger than {LARGEST_FILE >> 20} MB; edit it with other means")
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise unfit(f"{file.name} is not UTF-8; save it as UTF-8 first") from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def row_class(table: str) -> type:
    """The class of a table's or section's rows.

    Raises:
        Problem: a programme has no such table.
    """
    found = {**sections(), **tables()}.get(table)
    if found is None:
        raise not_found("table", table)
    return found


def columns_info(table: str) -> list[ColumnInfo]:
    """What belongs into each column of a table."""
    keys = key_columns(table) if table in tables() else ()
    return [_column(column, column.name in keys) for column in columns_of(row_class(table))]


def _column(column: Column, is_key: bool) -> ColumnInfo:
    return ColumnInfo(
        name=column.name,
        kind=column.kind,
        unit=column.unit,
        meaning=column.doc,
        required=column.required,
        is_key=is_key,
        choices=list(column.choices),
        refers_to=list(column.refers_to),
        default="" if column.default is None else str(column.default),
    )


def all_rows(folder: Path, table: str) -> list[dict[str, str]]:
    """Every row of a table; columns that the file leaves out are left out here too."""
    row_class(table)
    if table in sections():
        return [{key: _word(found) for key, found in _section(folder, table).items()}]
    header, *rows = records(text_of(folder / f"{table}.csv")) or [Record(0, 0, 0, [])]
    names = [value(cell).strip() for cell in header.cells]
    return [dict(zip(names, map(value, row.cells), strict=False)) for row in rows]


def _section(folder: Path, section: str) -> Mapping[str, Any]:
    try:
        found = tomllib.loads(settings_text(folder)).get(section, {})
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _word(found: Any) -> str:
    if isinstance(found, bool):
        return "yes" if found else "no"
    return str(found)


def title_of(folder: Path) -> tuple[str, str]:
    """Title and description of a programme."""
    head = _section(folder, "programme")
    return _word(head.get("title") or folder.name), _word(head.get("description") or "")


def counts(folder: Path) -> dict[str, int]:
    """Rows of each table that has a file."""
    found = {}
    for table in tables():
        if (folder / f"{table}.csv").exists():
            found[table] = max(len(records(text_of(folder / f"{table}.csv"))) - 1, 0)
    return found


def changes_in(folder: Path, scenario: str) -> dict[str, str]:
    """What a scenario sets: address of a cell -> text."""
    rows = all_rows(folder, "changes")
    return {row.get("cell", ""): row.get("value", "") for row in rows if _of(row, scenario)}


def _of(row: Mapping[str, str], scenario: str) -> bool:
    return row.get("scenario") == scenario


def key_text(table: str, row: Mapping[str, str]) -> str:
    """The identity of a row from its texts, as in the address of a cell."""
    return "-" if table in sections() else ":".join(row.get(key, "") for key in key_columns(table))


def digest_of(folder: Path) -> str:
    """SHA-256 over the files of a programme: another one whenever anybody has saved."""
    content = hashlib.sha256()
    for file in programme_files(folder):
        content.update(file.name.encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return content.hexdigest()


def programme_files(folder: Path) -> list[Path]:
    """The files that make a programme, by name."""
    names = [SETTINGS, *(f"{table}.csv" for table in tables())]
    return sorted(folder / name for name in names if (folder / name).is_file())
