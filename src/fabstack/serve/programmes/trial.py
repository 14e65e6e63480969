"""What the check would say of a programme if some of its files were others; nothing is saved."""

from __future__ import annotations

import tempfile
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from fabstack import check, formats
from fabstack.errors import Finding, InputError
from fabstack.serve.problems import FindingModel, Problem
from fabstack.serve.programmes.tables import programme_files, text_of
from fabstack.serve.programmes.text import records, value


class PlacedFinding(FindingModel):
    """A finding with the row and the column of the table in which it shows."""

    table: str = ""
    row: int | None = None
    field: str = ""


class Judged:
    """The findings about a programme and, without errors, the verdicts on its claims."""

    def __init__(self, findings: Iterable[Finding], verdicts: Sequence[Any] = ()) -> None:
        self.findings = tuple(findings)
        self.verdicts = tuple(verdicts)

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that stop a run."""
        return tuple(found for found in self.findings if found.severity == "error")


def judged(folder: Path, scenario: str | None = None, new: Mapping[str, str] = {}) -> Judged:
    """The same findings as of `fabstack check`, with names of files in place of paths."""
    if not new:
        return _judged(folder, scenario)
    with tempfile.TemporaryDirectory(prefix="fabstack-") as name:
        trial = Path(name) / folder.name
        trial.mkdir()
        for file in programme_files(folder):
            if file.name not in new:
                (trial / file.name).symlink_to(file)
        for file_name, text in new.items():
            (trial / file_name).write_text(text, encoding="utf-8", newline="\n")
        return _judged(trial, scenario)


def _judged(folder: Path, scenario: str | None) -> Judged:
    try:
        loaded = formats.read(folder, scenario)
    except InputError as error:
        return Judged(map(named, error.findings))
    findings = [named(found) for found in check.check(loaded)]
    if any(found.severity == "error" for found in findings):
        return Judged(findings)
    return Judged(findings, check.verdicts(loaded.programme))


def named(finding: Finding) -> Finding:
    """The finding with the name of its file in place of the path."""
    return replace(finding, file=Path(finding.file).name)


def new_errors(before: Judged, after: Judged) -> list[Finding]:
    """Errors that were not there before; those that were must not keep others from being cured."""
    known = {(found.file, found.code, found.message) for found in before.errors}
    return [e for e in after.errors if (e.file, e.code, e.message) not in known]


def placed(
    findings: Sequence[Finding], folder: Path, new: Mapping[str, str] = {}
) -> list[PlacedFinding]:
    """The findings with row and column, so that a table can show them where they are."""
    places: dict[str, Lines] = {}
    for file in {finding.file for finding in findings}:
        if file.endswith(".csv"):
            places[file] = Lines(new.get(file) or _text(folder / file))
    return [_placed(finding, places.get(finding.file)) for finding in findings]


def _text(file: Path) -> str:
    return text_of(file) if file.is_file() else ""


class Lines:
    """Which line of a file is in which row."""

    def __init__(self, text: str) -> None:
        self.text = text.split("\n")
        try:
            header, *rows = records(text)
        except (Problem, ValueError):
            self.header, self.first = [], []
        else:
            self.header = [value(cell).strip() for cell in header.cells]
            self.first = [row.line for row in rows]

    def row(self, line: int) -> int | None:
        """The row on a line; None for the header."""
        at = bisect_right(self.first, line) - 1
        return at if at >= 0 else None

    def field(self, line: int, column: int) -> str:
        """The column of the table that stands at a column of a line."""
        if not 0 < line <= len(self.text):
            return ""
        before = self.text[line - 1][: column - 1]
        place = len(records(before + "x")[0].cells) - 1 if before.count('"') % 2 == 0 else -1
        return self.header[place] if 0 <= place < len(self.header) else ""


def _placed(finding: Finding, lines: Lines | None) -> PlacedFinding:
    entries = finding.as_dict()
    if lines is None:
        return PlacedFinding(**entries)
    table = finding.file.removesuffix(".csv")
    field = lines.field(finding.line, finding.column) if finding.column else ""
    row = lines.row(finding.line) if finding.line else None
    return PlacedFinding(**entries, table=table, row=row, field=field)
