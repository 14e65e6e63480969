"""The programmes of a folder: read, check, save; of two who save at once, the second is told."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from fabstack.formats.folder import SETTINGS
from fabstack.model import columns_of, sections
from fabstack.results.folders import write_whole
from fabstack.serve.problems import Problem, unfit
from fabstack.serve.programmes.settings import edited_settings
from fabstack.serve.programmes.tables import (
    TableText,
    all_rows,
    changes_in,
    columns_info,
    counts,
    digest_of,
    key_text,
    row_class,
    settings_text,
    text_of,
    title_of,
)
from fabstack.serve.programmes.text import TableEdits, edited
from fabstack.serve.programmes.trial import Judged, judged, new_errors
from fabstack.serve.shelf import NAME, Shelf, refuse_links

MOST_CELLS = 10_000  # of one save
Text = Annotated[str, Field(max_length=30_000)]
Word = Annotated[str, Field(max_length=120)]


class ProgrammeInfo(BaseModel):
    """A programme at a glance."""

    name: str
    title: str
    description: str
    scenarios: list[str]


class ProgrammeDetail(ProgrammeInfo):
    """A programme with its tables."""

    etag: str = Field(description="give it back in If-Match to save")
    sections: list[str]
    tables: dict[str, int] = Field(description="rows of each table")


class CellEdit(BaseModel):
    """A new text in one cell."""

    model_config = ConfigDict(extra="forbid")

    row: Annotated[int, Field(ge=0, le=10_000_000)]
    column: Word
    value: Text


class Edits(BaseModel):
    """What is to change in a table; with a scenario, the changes are saved as that scenario's."""

    model_config = ConfigDict(extra="forbid")

    cells: list[CellEdit] = Field([], max_length=MOST_CELLS)
    add: list[dict[Word, Text]] = Field([], max_length=1_000)
    remove: list[Annotated[int, Field(ge=0)]] = Field([], max_length=MOST_CELLS)
    scenario: Word | None = None


class Programmes:
    """The programme folders that lie in one folder."""

    def __init__(self, root: Path) -> None:
        self.shelf = Shelf(root, SETTINGS, "programme")
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    def all(self) -> list[ProgrammeInfo]:
        """Every programme, by name."""
        return [self._info(folder) for folder in sorted(self.shelf.folders())]

    def detail(self, name: str) -> ProgrammeDetail:
        """One programme with its tables.

        Raises:
            Problem: there is none.
        """
        folder = self.folder(name)
        return ProgrammeDetail(
            **self._info(folder).model_dump(),
            etag=digest_of(folder),
            sections=list(sections()),
            tables=counts(folder),
        )

    def folder(self, name: str) -> Path:
        """Where a programme lies.

        Raises:
            Problem: there is none, or it holds links.
        """
        folder = self.shelf.folder(name)
        refuse_links(folder)
        return folder

    def _info(self, folder: Path) -> ProgrammeInfo:
        title, description = title_of(folder)
        return ProgrammeInfo(
            name=folder.name, title=title, description=description, scenarios=_scenarios(folder)
        )

    # --- Tables -------------------------------------------------------------------------------

    def table(
        self, name: str, table: str, scenario: str | None = None, *, first: int = 0, most: int
    ) -> TableText:
        """Rows of a table, with a scenario's values in place of the usual ones.

        Raises:
            Problem: there is no such programme, table or scenario.
        """
        folder = self.folder(name)
        rows = all_rows(folder, table)
        changed = _overlay(folder, table, rows, scenario) if scenario else []
        return TableText(
            table=table,
            is_settings=table in sections(),
            columns=columns_info(table),
            rows=rows[first : first + most],
            total=len(rows),
            first=first,
            changed=[cell for cell in changed if first <= cell[0] < first + most],
        )

    # --- Saving -------------------------------------------------------------------------------

    def check(self, name: str, scenario: str | None = None) -> Judged:
        """The findings about a programme.

        Raises:
            Problem: there is none.
        """
        return judged(self.folder(name), scenario)

    def trial(self, name: str, table: str, edits: Edits) -> tuple[Judged, dict[str, str]]:
        """What the check would say after some edits, and the files that they would change.

        Raises:
            Problem: the edits make no sense.
        """
        folder = self.folder(name)
        new = _texts(folder, table, edits)
        return judged(folder, edits.scenario, new), new

    def save(self, name: str, table: str, edits: Edits, etag: str) -> tuple[Judged, str]:
        """Save some edits; the findings after them, and the new tag.

        Raises:
            Problem: somebody else has saved since `etag`, or the edits would add an error; then
                nothing is changed.
        """
        folder = self.folder(name)
        with self._locks[name]:
            _refuse_old(folder, etag)
            new = _texts(folder, table, edits)
            known = edits.scenario if edits.scenario in _scenarios(folder) else None
            after = judged(folder, edits.scenario, new)
            errors = new_errors(judged(folder, known), after) if after.errors else []
            if errors:
                words = "an error" if len(errors) == 1 else f"{len(errors)} errors"
                raise unfit(f"this would put {words} into the programme; nothing is saved", errors)
            _refuse_old(folder, etag)
            for file, text in new.items():
                write_whole(folder / file, _as_before(folder / file, text))
            return after, digest_of(folder)


def _refuse_old(folder: Path, etag: str) -> None:
    if digest_of(folder) != etag:
        raise Problem(
            412,
            f"'{folder.name}' was changed by somebody else since you opened it; nothing is saved. "
            "Open it again and repeat your edits.",
        )


def _as_before(file: Path, text: str) -> bytes:
    """The text with the line ends and the byte order mark that the file has."""
    start = file.read_bytes()[:4096] if file.exists() else b""
    if b"\r\n" in start:
        text = text.replace("\n", "\r\n")
    return (b"\xef\xbb\xbf" if start.startswith(b"\xef\xbb\xbf") else b"") + text.encode()


# --- Files that edits change ----------------------------------------------------------------------


def _texts(folder: Path, table: str, edits: Edits) -> dict[str, str]:
    """New texts of files by their names."""
    row_class(table)
    _refuse_unknown_columns(table, edits)
    if edits.scenario is not None:
        return _scenario_texts(folder, table, edits)
    if table in sections():
        return {SETTINGS: _settings(folder, table, edits)}
    file = f"{table}.csv"
    return {file: edited(text_of(folder / file), _table_edits(edits))}


def _refuse_unknown_columns(table: str, edits: Edits) -> None:
    known = {column.name for column in columns_of(row_class(table))}
    named = [edit.column for edit in edits.cells] + [name for row in edits.add for name in row]
    unknown = [name for name in named if name not in known]
    if unknown:
        raise unfit(f"'{unknown[0]}' is no column of {table}")


def _settings(folder: Path, section: str, edits: Edits) -> str:
    if edits.add or edits.remove or any(edit.row for edit in edits.cells):
        raise unfit("settings have one row, 0; none can be added or removed")
    values = {edit.column: edit.value for edit in edits.cells}
    columns = {column.name: column for column in columns_of(row_class(section))}
    return edited_settings(settings_text(folder), section, values, columns)


def _table_edits(edits: Edits) -> TableEdits:
    cells = {(edit.row, edit.column): edit.value for edit in edits.cells}
    return TableEdits(cells, edits.add, frozenset(edits.remove))


def _scenario_texts(folder: Path, table: str, edits: Edits) -> dict[str, str]:
    """The edits as changes of a scenario, which is made where there is none of that name."""
    scenario = edits.scenario or ""
    if not NAME.fullmatch(scenario):
        raise unfit(f"'{scenario}' cannot name a scenario; use letters, digits, '-' and '_'")
    if edits.add or edits.remove:
        raise unfit("a scenario sets cells; it can neither add nor remove rows")
    rows = all_rows(folder, table)
    missing = [edit.row for edit in edits.cells if edit.row >= len(rows)]
    if missing:
        raise unfit(f"there is no row {missing[0]}; the table has {len(rows)}, counted from 0")
    values = {
        f"{table}/{key_text(table, rows[edit.row])}/{edit.column}": edit.value
        for edit in edits.cells
    }
    texts = {"changes.csv": _changes(folder, scenario, values)}
    if scenario not in _scenarios(folder):
        row = {"name": scenario, "title": scenario}
        file = "scenarios.csv"
        texts = {file: edited(text_of(folder / file), TableEdits(added=[row])), **texts}
    return texts


def _changes(folder: Path, scenario: str, values: Mapping[str, str]) -> str:
    known = {
        row["cell"]: number
        for number, row in enumerate(all_rows(folder, "changes"))
        if row.get("scenario") == scenario and "cell" in row
    }
    cells = {(known[cell], "value"): text for cell, text in values.items() if cell in known}
    added = [
        {"scenario": scenario, "cell": cell, "value": text}
        for cell, text in values.items()
        if cell not in known
    ]
    return edited(text_of(folder / "changes.csv"), TableEdits(cells, added))


def _scenarios(folder: Path) -> list[str]:
    try:
        rows = all_rows(folder, "scenarios")
    except Problem:  # the check says what is wrong with the file
        return []
    return [row["name"] for row in rows if row.get("name")]


def _overlay(
    folder: Path, table: str, rows: list[dict[str, str]], scenario: str
) -> list[tuple[int, str]]:
    """Put the values of a scenario into the rows; which cells they are."""
    if scenario not in _scenarios(folder):
        raise Problem(404, f"there is no scenario '{scenario[:120]}'")
    changes = changes_in(folder, scenario)
    found = []
    for number, row in enumerate(rows):
        start = f"{table}/{key_text(table, row)}/"
        for cell, text in changes.items():
            if cell.startswith(start) and "/" not in cell[len(start) :]:
                row[cell[len(start) :]] = text
                found.append((number, cell[len(start) :]))
    return found
