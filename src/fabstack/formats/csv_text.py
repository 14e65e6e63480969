"""CSV text: its records, and where each cell stands.

Lines that begin with `#` are comments and lines without content are skipped. Places are found by
scanning the text again, and only when somebody asks for one.
"""

from __future__ import annotations

import csv
import io
import re
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from itertools import accumulate

from fabstack.formats.faults import Fault, Unreadable
from fabstack.formats.places import Place

_LONGEST_CELL = 10_000_000
_CELL = re.compile(r' *(?:"[^"]*(?:""[^"]*)*"|[^,\n]*)')
_NEEDS_QUOTES = re.compile(r'[,"\n]|^#')


class CsvText:
    """The text of one CSV file."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.text = text

    def records(self) -> list[list[str]]:
        """Every record with content; the first one is the header.

        Raises:
            Unreadable: quotes are not balanced.
        """
        if self.text.startswith("#") or "\n#" in self.text:
            return [cells for _, cells in self._numbered_records()]
        try:
            with _long_cells():
                lines = io.StringIO(self.text, newline="\n")
                return [cells for cells in _reader(lines) if any(cells)]
        except csv.Error:
            return [cells for _, cells in self._numbered_records()]  # raises, and says where

    def place(self, row: int, cell: int) -> Place:
        """The place of a cell; row -1 is the header, cell -1 the row as a whole."""
        if not 0 <= row + 1 < len(self._first_lines):
            return Place(self.file)
        start = self._offsets[self._first_lines[row + 1] - 1]
        for _ in range(cell):
            start = min(self._end_of_cell(start) + 1, len(self.text))
        return self._place_at(start)

    def _numbered_records(self) -> Iterator[tuple[int, list[str]]]:
        """Each record after the line on which it begins."""
        lines = _Lines(self.text)
        try:
            with _long_cells():
                for cells in _reader(lines):
                    if any(cells):
                        yield lines.first, cells
                    lines.first = 0
        except csv.Error as error:
            raise Unreadable(self._quote_fault(error).at(self._open_quote(lines.first))) from None

    def _quote_fault(self, error: csv.Error) -> Fault:
        return Fault(
            "broken-quotes",
            f"the quotes of this cell are not balanced ({error})",
            'a cell in quotes with each quote inside it doubled ("")',
        )

    def _open_quote(self, line: int) -> Place:
        start = self._offsets[max(line, 1) - 1]
        end = self._end_of_cell(start)
        while self.text[end : end + 1] == ",":
            start, end = end + 1, self._end_of_cell(end + 1)
        return self._place_at(start)

    @cached_property
    def _first_lines(self) -> list[int]:
        """[record] the line on which each record begins."""
        return [line for line, _ in self._numbered_records()]

    @cached_property
    def _offsets(self) -> list[int]:
        """[line] the position in the text at which each line begins."""
        lengths = (len(line) + 1 for line in self.text.split("\n"))
        return list(accumulate(lengths, initial=0))

    def _end_of_cell(self, start: int) -> int:
        match = _CELL.match(self.text, start)
        return match.end() if match else start

    def _place_at(self, offset: int) -> Place:
        line = bisect_right(self._offsets, offset)
        return Place(self.file, line, offset - self._offsets[line - 1] + 1)


class _Lines(Iterator[str]):
    """The lines of a text without comments; `first` is the line on which a record began.

    Whoever reads sets `first` to 0 after each record, so that a `#` inside quotes is no comment.
    """

    def __init__(self, text: str) -> None:
        self._lines = enumerate(text.split("\n"), 1)
        self.first = 0

    def __next__(self) -> str:
        for number, line in self._lines:
            if self.first or not line.startswith("#"):
                self.first = self.first or number
                return line + "\n"
        raise StopIteration


def quoted(cell: str) -> str:
    """A cell as it stands in CSV."""
    return '"' + cell.replace('"', '""') + '"' if _NEEDS_QUOTES.search(cell) else cell


def _reader(lines: Iterator[str]) -> Iterator[list[str]]:
    return csv.reader(lines, strict=True, skipinitialspace=True)


@contextmanager
def _long_cells() -> Iterator[None]:
    """Let cells be longer than the standard library's 131,072 characters."""
    usual = csv.field_size_limit(_LONGEST_CELL)
    try:
        yield
    finally:
        csv.field_size_limit(usual)
