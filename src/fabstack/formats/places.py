"""Where something stands in a file, found only when somebody asks."""

from __future__ import annotations

from typing import NamedTuple, Protocol


class Place(NamedTuple):
    """A spot in a file; lines and columns count from 1, and 0 means that there is none."""

    file: str
    line: int = 0
    column: int = 0


class Grid(Protocol):
    """Something that knows where the cells of one table stand."""

    def place(self, row: int, cell: int) -> Place:
        """The place of a cell; row -1 is the header, cell -1 the row as a whole."""
        ...


class Nowhere:
    """The grid of a table that has no file of its own."""

    def __init__(self, file: str) -> None:
        self.file = file

    def place(self, row: int, cell: int) -> Place:
        """The file, without a line."""
        del row, cell
        return Place(self.file)
