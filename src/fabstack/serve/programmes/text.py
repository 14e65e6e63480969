"""Edits in the text of a CSV file: what is not edited stays as it is, comments and all."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from fabstack.formats.csv_text import quoted
from fabstack.serve.problems import unfit

_CELL = re.compile(r' *(?:"[^"]*(?:""[^"]*)*"|[^,\n]*)')
HEADER = -1


class Record(NamedTuple):
    """Where a record stands in a text, and the raw texts of its cells."""

    start: int
    end: int  # before the line feed
    line: int  # from 1
    cells: list[str]


class TableEdits(NamedTuple):
    """What is to change in one table; rows count from 0 in the order of the file."""

    cells: Mapping[tuple[int, str], str] = {}  # (row, column) -> text
    added: Sequence[Mapping[str, str]] = ()
    removed: frozenset[int] = frozenset()


def records(text: str) -> list[Record]:
    """The records of a CSV text with content, the header first, as `formats` reads them."""
    return [record for record in _all_records(text) if any(map(value, record.cells))]


def _all_records(text: str) -> Iterator[Record]:
    at, line = 0, 1
    while at < len(text):
        if text[at] == "#":
            at, line = _next_line(text, at), line + 1
            continue
        end, cells = _record(text, at)
        yield Record(at, end, line, cells)
        line += text.count("\n", at, end) + 1
        at = end + 1


def _next_line(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end + 1


def _record(text: str, at: int) -> tuple[int, list[str]]:
    """The end of the record that begins here, and its cells."""
    cells = []
    while True:
        match = _CELL.match(text, at)
        end = match.end() if match else at
        cells.append(text[at:end])
        if text[end : end + 1] != ",":
            break
        at = end + 1
    if end < len(text) and text[end] != "\n":
        raise unfit("the quotes of this table are not balanced; repair the file with an editor")
    return end, cells


def value(raw: str) -> str:
    """What a raw cell says."""
    raw = raw.lstrip(" ")
    if not raw.startswith('"'):
        return raw
    return raw[1:-1].replace('""', '"')


def edited(text: str, edits: TableEdits) -> str:
    """The text with the edits in it.

    Raises:
        Problem: an edit speaks of a row that is not there, or of no cell that can be written.
    """
    found = records(text)
    header = [value(cell).strip() for cell in found[0].cells] if found else []
    columns = _columns(header, edits)
    _refuse_missing_rows(len(found) - 1, edits)
    pieces, at = [], 0
    for number, record in enumerate(found, HEADER):
        pieces.append(text[at : record.start])
        at = record.end
        if number in edits.removed:
            at = min(at + 1, len(text))
        else:
            pieces.append(_line(number, record, columns, len(header), edits))
    whole = "".join([*pieces, text[at:]])
    if not found:
        whole += ",".join(columns) + "\n"
    return _with_rows(whole, columns, edits.added)


def _columns(header: list[str], edits: TableEdits) -> list[str]:
    """The header, and behind it the columns that the edits need beside."""
    named = [column for _, column in edits.cells] + [name for row in edits.added for name in row]
    return [*header, *(name for name in dict.fromkeys(named) if name not in header)]


def _refuse_missing_rows(count: int, edits: TableEdits) -> None:
    rows = {row for row, _ in edits.cells} | edits.removed
    missing = sorted(row for row in rows if not 0 <= row < max(count, 0))
    if missing:
        raise unfit(f"there is no row {missing[0]}; the table has {max(count, 0)}, counted from 0")


def _line(number: int, record: Record, columns: list[str], width: int, edits: TableEdits) -> str:
    """One record with its edits, and a cell for every column that is new."""
    is_wider = len(columns) > width
    new = {
        columns.index(column): cell_text(text)
        for (row, column), text in edits.cells.items()
        if row == number
    }
    if not new and not is_wider:
        return ",".join(record.cells)
    cells = [*record.cells, *[""] * (len(columns) - len(record.cells))]
    if number == HEADER:
        cells[width:] = columns[width:]
    return ",".join(new.get(place, cell) for place, cell in enumerate(cells))


def _with_rows(text: str, columns: list[str], added: Sequence[Mapping[str, str]]) -> str:
    if not added:
        return text
    lines = [",".join(cell_text(row.get(column, "")) for column in columns) for row in added]
    if not all(line.replace(",", "") for line in lines):
        raise unfit("a new row is blank; fill at least its key")
    gap = "" if not text or text.endswith("\n") else "\n"
    return text + gap + "\n".join(lines) + "\n"


_UNWRITABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def cell_text(text: str) -> str:
    """A text as a cell has it.

    Raises:
        Problem: it holds what no file can.
    """
    if _UNWRITABLE.search(text):
        raise unfit("a cell holds a control character; expected plain text")
    return quoted(text)
