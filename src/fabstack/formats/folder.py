"""A programme as a folder: `programme.toml` and one CSV file for each table that has rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from operator import attrgetter
from pathlib import Path
from typing import Any

from fabstack.errors import Finding, did_you_mean
from fabstack.formats.csv_text import CsvText, quoted
from fabstack.formats.faults import Fault, Unreadable
from fabstack.formats.places import Nowhere, Place
from fabstack.formats.raw import Raw, cell_of
from fabstack.formats.tables import Sheet
from fabstack.formats.toml_text import SectionGrid, TomlText, toml_section
from fabstack.formats.values import texts_of
from fabstack.model import Column, Programme, columns_of, sections, tables

SETTINGS = "programme.toml"
_LIKE_A_TABLE = {".csv", ".toml", ".tsv"}  # other files, such as notes, may lie beside the tables


def raw_programme(folder: Path) -> Raw:
    """The cells of every file in a programme folder."""
    raw = Raw(place_of=lambda table: str(folder / f"{table}.csv"))
    raw.findings.extend(_unknown_files(folder))
    _add_settings(raw, folder / SETTINGS)
    for table in tables():
        file = folder / f"{table}.csv"
        if file.exists():
            _add_table(raw, table, file)
    return raw


def raw_overlay(folder: Path) -> Raw:
    """The cells of every file in the folder of a scenario; it need not have settings."""
    raw = Raw(place_of=lambda table: str(folder / f"{table}.csv"))
    raw.findings.extend(_unknown_files(folder))
    if (folder / SETTINGS).exists():
        _add_settings(raw, folder / SETTINGS)
    for table in tables():
        if (folder / f"{table}.csv").exists():
            _add_table(raw, table, folder / f"{table}.csv")
    return raw


def _unknown_files(folder: Path) -> Iterator[Finding]:
    known = (SETTINGS, *(f"{table}.csv" for table in tables()))
    for file in sorted(folder.iterdir()):
        hidden = file.name.startswith((".", "~"))
        if file.suffix.lower() in _LIKE_A_TABLE and file.name not in known and not hidden:
            message = f"'{file.name}' is no table of a programme"
            cure = did_you_mean(file.name, known)
            yield Fault("unknown-file", message, cure=cure).at(Place(str(file)))


def _add_settings(raw: Raw, file: Path) -> None:
    try:
        text = TomlText(str(file), _text(file))
        document = text.document()
    except Unreadable as error:
        raw.findings.append(error.finding)
        raw.unreadable.update(sections())
        document, text = {}, TomlText(str(file), "")
    raw.findings.extend(_unknown_sections(document, text))
    for section in sections():
        values = document.get(section, {})
        values = values if isinstance(values, dict) else {}
        raw.sheets[section] = Sheet(
            section,
            tuple(values),
            [[cell_of(value) for value in values.values()]],
            SectionGrid(text, section, tuple(values)),
            noun="key",
        )


def _unknown_sections(document: Mapping[str, Any], text: TomlText) -> Iterator[Finding]:
    for name, value in document.items():
        if name not in sections():
            what = "section" if isinstance(value, dict) else "key outside a section"
            message = f"'{name}' is no known {what}"
            fault = Fault("unknown-section", message, cure=did_you_mean(name, tuple(sections())))
            yield fault.at(text.place(name) if isinstance(value, dict) else text.place("", name))
        elif not isinstance(value, dict):
            fault = Fault("bad-section", f"'{name}' is a value", f"a section [{name}]")
            yield fault.at(text.place("", name))


def _add_table(raw: Raw, table: str, file: Path) -> None:
    try:
        raw.sheets[table] = csv_sheet(table, file)
    except Unreadable as error:
        raw.findings.append(error.finding)
        raw.unreadable.add(table)
        raw.sheets[table] = Sheet(table, (), (), Nowhere(str(file)))


def csv_sheet(table: str, file: Path) -> Sheet:
    """The cells of a CSV file.

    Raises:
        Unreadable: it cannot be read as CSV.
    """
    text = CsvText(str(file), _text(file))
    header, *rows = _records(text)
    return Sheet(table, tuple(map(str.strip, header)), rows, text)


def _records(text: CsvText) -> list[list[str]]:
    records = text.records()
    if not records:
        fault = Fault("empty-file", "the file is empty", "a header row", "fill or remove it")
        raise Unreadable(fault.at(Place(text.file)))
    header = records[0]
    if len(header) == 1 and (separator := _other_separator(header[0])):
        fault = Fault(
            "wrong-separator",
            f"the header is separated by {separator}",
            "columns separated by commas",
            "save the file as CSV with commas",
        )
        raise Unreadable(fault.at(text.place(-1, 0)))
    return records


def _other_separator(header: str) -> str:
    names = {";": "semicolons", "\t": "tabs", "|": "bars"}
    return next((name for mark, name in names.items() if mark in header), "")


def _text(file: Path) -> str:
    """The text of a file, every line ended by a line feed.

    Raises:
        Unreadable: no such file, no right to read it, not UTF-8, or NUL characters in it.
    """
    try:
        content = file.read_bytes()
    except OSError as error:
        code = "missing-file" if isinstance(error, FileNotFoundError) else "unreadable-file"
        fault = Fault(code, f"cannot read '{file.name}': {error.strerror}")
        raise Unreadable(fault.at(Place(str(file)))) from None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"byte {content[error.start]:#04x} is not UTF-8"
        fault = Fault("not-utf8", message, "text in UTF-8", "save the file as UTF-8")
        raise Unreadable(fault.at(_place(file, content[: error.start]))) from None
    if "\0" in text:
        fault = Fault("nul-character", "the file holds a NUL character", "plain text")
        raise Unreadable(fault.at(_place(file, content[: content.index(b"\0")])))
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _place(file: Path, before: bytes) -> Place:
    last = before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")
    return Place(str(file), before.count(b"\n") + 1, len(last) + 1)


def programme_files(programme: Programme) -> Iterator[tuple[str, str]]:
    """Name and text of each file of a programme folder; equal programmes give equal texts."""
    yield SETTINGS, _settings_text(programme)
    for table in tables():
        rows = programme.table(table)
        if rows:
            yield f"{table}.csv", table_text(rows)


def _settings_text(programme: Programme) -> str:
    texts = []
    for section, row_class in sections().items():
        row = getattr(programme, section)
        values = {
            column.name: getattr(row, column.name)
            for column in columns_of(row_class)
            if column.required or getattr(row, column.name) != column.default
        }
        if values:
            texts.append(toml_section(section, values))
    return "\n".join(texts)


def table_text(rows: tuple[Any, ...]) -> str:
    """Rows as CSV: key columns first, without the columns that hold nothing but defaults."""
    row_class: Any = type(rows[0])
    columns = sorted(
        columns_of(row_class), key=lambda column: column.name not in row_class.key_columns
    )
    texts = {column.name: _column_texts(column, rows) for column in columns}
    kept = [column.name for column in columns if column.required or any(texts[column.name])]
    records = zip(*(texts[name] for name in kept), strict=True)
    return "\n".join(map(",".join, chain([kept], records))) + "\n"


def _column_texts(column: Column, rows: tuple[Any, ...]) -> list[str]:
    """Each cell of a column as it stands in CSV."""
    values = list(map(attrgetter(column.name), rows))
    spelt = texts_of(column, values)
    if column.kind in ("text", "distribution"):
        spelt = {value: quoted(text) for value, text in spelt.items()}
    return list(map(spelt.__getitem__, values))
