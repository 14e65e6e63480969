"""What is said about the files of a model, with places, and not too much of one kind."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from fabstack.errors import Finding
from fabstack.formats.autosched.table import Row
from fabstack.formats.faults import SHOWN_PER_COLUMN
from fabstack.formats.places import Place


@dataclass(slots=True)
class Notes:
    """Findings about a model, the first few of each kind in each column."""

    findings: list[Finding] = field(default_factory=list)
    _said: set[Finding] = field(default_factory=set)
    _seen: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    _last: dict[tuple[str, str, str], Finding] = field(default_factory=dict)

    def error(
        self, row: Row, column: str, code: str, message: str, expected: str = "", cure: str = ""
    ) -> None:
        """Say what keeps a cell from being read; a blank column means its whole row."""
        self.at(row.place(column), code, message, expected, cure, column=column)

    def warn(
        self, row: Row, column: str, code: str, message: str, expected: str = "", cure: str = ""
    ) -> None:
        """Say what a run will leave out or do otherwise."""
        place = row.place(column)
        self.at(place, code, message, expected, cure, column=column, severity="warning")

    def at(
        self,
        place: Place,
        code: str,
        message: str,
        expected: str = "",
        cure: str = "",
        *,
        column: str = "",
        severity: str = "error",
    ) -> None:
        """Say something about any place."""
        found = Finding(*place, code, message, expected, cure, severity)
        if found in self._said:  # a calendar is read for each tool group that it is attached to
            return
        self._said.add(found)
        kind = (place.file, column, code)
        self._seen[kind] += 1
        if self._seen[kind] <= SHOWN_PER_COLUMN:
            self.findings.append(found)
        else:
            self._last.setdefault(kind, found)

    def all(self) -> list[Finding]:
        """The findings, and how many more of a kind there are."""
        more = [
            Finding(
                found.file,
                found.line,
                found.column,
                found.code,
                f"{self._seen[kind] - SHOWN_PER_COLUMN} more rows have the same fault from here on",
                severity=found.severity,
            )
            for kind, found in self._last.items()
        ]
        return self.findings + more
