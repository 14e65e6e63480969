"""Edits that are not saved yet: what they are, and how they come back onto a newer state.

A browser keeps them as a draft, so that no reload, crash or refused save loses them. A draft names
rows by their keys: where somebody else has saved meanwhile, row 7 may be another one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated

from pydantic import BaseModel, Field, ValidationError

from fabstack.serve.language import say
from fabstack.serve.programmes.store import MOST_CELLS, CellEdit, Edits, Text, Word
from fabstack.serve.programmes.tables import key_text

Row = dict[str, str]
Place = Annotated[int, Field(ge=0, le=10_000_000)]


class DraftCell(BaseModel):
    """A new text in a cell, and what stood there."""

    key: Text
    row: Place
    column: Word
    value: Text
    was: Text


class DraftRow(BaseModel):
    """A row that is to go."""

    key: Text
    row: Place


class Draft(BaseModel):
    """What a browser keeps."""

    etag: Word
    cells: list[DraftCell] = Field(max_length=MOST_CELLS)
    added: list[dict[Word, Text]] = Field(max_length=1_000)
    removed: list[DraftRow] = Field(max_length=MOST_CELLS)


def draft_key(programme: str, table: str, scenario: str) -> str:
    """The name under which a browser keeps the draft of a table."""
    return f"fabstack draft {programme}/{table}/{scenario}"


def draft_in(text: object) -> Draft | None:
    """The draft in what a browser gives back; None where it holds none."""
    try:
        return Draft.model_validate_json(text) if isinstance(text, str) else None
    except ValidationError:
        return None


@dataclass(slots=True)
class Pending:
    """The edits of one table that are not saved."""

    cells: dict[tuple[int, str], str] = field(default_factory=dict)
    added: list[Row] = field(default_factory=list)
    removed: set[int] = field(default_factory=set)

    def count(self) -> int:
        """How many there are."""
        return len(self.cells) + len(self.new_rows()) + len(self.removed)

    def new_rows(self) -> list[Row]:
        """The added rows in which anything stands."""
        return [row for row in self.added if any(row.values())]

    def edits(self, scenario: str | None) -> Edits:
        """The same as they are checked and saved."""
        cells = [
            CellEdit(row=row, column=column, value=text)
            for (row, column), text in self.cells.items()
            if row not in self.removed
        ]
        removed = sorted(self.removed)
        return Edits(cells=cells, add=self.new_rows(), remove=removed, scenario=scenario)

    def draft(self, table: str, rows: Sequence[Row], etag: str) -> Draft:
        """The same as a browser keeps them."""
        keys = {row: key_text(table, rows[row]) for row in self._rows()}
        cells = [
            DraftCell(key=keys[r], row=r, column=c, value=text, was=rows[r].get(c, ""))
            for (r, c), text in self.cells.items()
        ]
        removed = [DraftRow(key=keys[row], row=row) for row in sorted(self.removed)]
        return Draft(etag=etag, cells=cells, added=self.new_rows(), removed=removed)

    def _rows(self) -> set[int]:
        return {row for row, _ in self.cells} | self.removed


def restored(draft: Draft, table: str, rows: Sequence[Row], etag: str) -> tuple[Pending, list[str]]:
    """The edits of a draft on the rows as they are now, and what somebody else did to them."""
    found, met = Pending(added=[dict(row) for row in draft.added]), []
    places = _Places(table, rows)
    for row in draft.removed:
        place = places.of(row.key, row.row)
        if place is not None:
            found.removed.add(place)
    for cell in draft.cells:
        place = places.of(cell.key, cell.row)
        if place is None:
            met.append(_gone(cell))
            continue
        now = rows[place].get(cell.column, "")
        if now != cell.value or draft.etag == etag:
            found.cells[place, cell.column] = cell.value
        if now not in (cell.was, cell.value):
            met.append(_changed(cell, now))
    return found, met


class _Places:
    """Where the rows of a table stand now, by their keys."""

    def __init__(self, table: str, rows: Sequence[Row]) -> None:
        self._keys = [key_text(table, row) for row in rows]
        self._first = {key: place for place, key in reversed(list(enumerate(self._keys)))}

    def of(self, key: str, before: int) -> int | None:
        """The row of that key, and of several the one where it stood before."""
        if before < len(self._keys) and self._keys[before] == key:
            return before
        return self._first.get(key)


def _gone(cell: DraftCell) -> str:
    words = "{row} is gone; your {column} = {mine} has no place any more"
    return say(words, row=cell.key, column=cell.column, mine=cell.value or "''")


def _changed(cell: DraftCell, now: str) -> str:
    words = "{row}, {column}: it was {was} when you wrote {mine}, and is {now} now"
    texts = {"was": cell.was, "mine": cell.value, "now": now}
    shown = {name: text or "''" for name, text in texts.items()}
    return say(words, row=cell.key, column=cell.column, **shown)
