"""One table of a model: tab-separated text in UTF-8 or UTF-16, a header, rows of any width.

A cell that begins with `~` begins a comment, which lasts to the end of its line. Lines without
content are skipped. Columns called IGNORE are comments too.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from fabstack.formats.faults import Fault, Unreadable
from fabstack.formats.places import Place

COMMENT = "~"
IGNORED = "IGNORE"


@dataclass(slots=True)
class Text:
    """The lines of one file."""

    file: str
    lines: list[str]

    def cells(self, line: int) -> list[str]:
        """The cells of a line (counted from 1) without its comment."""
        cells = [cell.strip() for cell in self.lines[line - 1].split("\t")]
        if COMMENT in self.lines[line - 1]:
            end = next((at for at, cell in enumerate(cells) if cell.startswith(COMMENT)), None)
            return cells[:end]
        return cells

    def numbered(self) -> Iterator[tuple[int, list[str]]]:
        """Number and cells of every line with content."""
        for line in range(1, len(self.lines) + 1):
            cells = self.cells(line)
            if any(cells):
                yield line, cells

    def place(self, line: int, cell: int = -1) -> Place:
        """The place of a cell; -1 means its line as a whole."""
        if line < 1 or cell < 0:
            return Place(self.file, max(line, 0))
        before = self.lines[line - 1].split("\t")[:cell]
        return Place(self.file, line, sum(len(text) + 1 for text in before) + 1)


@dataclass(slots=True)
class Row:
    """One row of a table; cells that it leaves out are blank."""

    table: AsdTable
    line: int
    cells: list[str]

    def __getitem__(self, column: str) -> str:
        at = self.table.columns.get(column)
        return self.cells[at] if at is not None and at < len(self.cells) else ""

    def place(self, column: str = "") -> Place:
        """The place of a cell, or of the row where the table has no such column."""
        return self.table.text.place(self.line, self.table.columns.get(column, -1))


@dataclass(slots=True)
class AsdTable:
    """A table with its header; `Row` knows where its cells stand."""

    text: Text
    columns: dict[str, int] = field(default_factory=dict)
    header_line: int = 0
    rows: list[Row] = field(default_factory=list)

    @property
    def file(self) -> str:
        """The path of its file."""
        return self.text.file


def read_text(file: Path) -> Text:
    """The lines of a file in UTF-8 or UTF-16, with or without a byte order mark.

    Raises:
        Unreadable: no such file, no right to read it, or no text in one of these encodings.
    """
    try:
        content = file.read_bytes()
    except OSError as error:
        code = "missing-file" if isinstance(error, FileNotFoundError) else "unreadable-file"
        fault = Fault(code, f"cannot read '{file.name}': {error.strerror}")
        raise Unreadable(fault.at(Place(str(file)))) from None
    try:
        text = content.decode(_encoding(content))
    except UnicodeDecodeError as error:
        message = f"byte {error.start + 1} of '{file.name}' is no {error.encoding}"
        fault = Fault("bad-encoding", message, "text in UTF-16 or UTF-8", "save the file as UTF-8")
        raise Unreadable(fault.at(Place(str(file)))) from None
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return Text(str(file), lines)


def _encoding(content: bytes) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if content.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    start = content[:200]
    if start[1::2].count(0) > len(start) // 4:  # tabs and letters of plain ASCII, two bytes each
        return "utf-16-le"
    return "utf-16-be" if start[::2].count(0) > len(start) // 4 else "utf-8"


def table_in(text: Text) -> AsdTable:
    """The table in a text; its first line with content is the header."""
    table = AsdTable(text)
    for line, cells in text.numbered():
        if not table.header_line:
            table.header_line = line
            for at, name in enumerate(cells):
                if name and name != IGNORED:
                    table.columns.setdefault(name, at)
        else:
            table.rows.append(Row(table, line, cells))
    return table
