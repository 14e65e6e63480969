"""Tables of text for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

MOST_ROWS = 8  # of a part of an answer, without --json


def table_lines(head: Sequence[str], rows: Sequence[Sequence[object]]) -> Iterator[str]:
    """A blank line, the head and the rows; the first column left, the others right."""
    cells = [head, *([str(cell) for cell in row] for row in rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(head))]
    yield ""
    for row in cells:
        first = row[0].ljust(widths[0])
        rest = (cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))
        yield "  ".join((first, *rest)).rstrip()
