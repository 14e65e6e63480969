"""What can go wrong, as a tree.

FabstackError
├── InputError       the user's input is wrong; carries every finding         exit code 2
├── PlanError        no acceptable plan exists                                exit code 3
├── LimitError       a limit was hit; what was done so far is kept            exit code 4
├── OutputError      the result cannot be written where it was asked for      exit code 2
└── MissingExtra     an optional package is needed and not installed          exit code 2

Anything else that reaches the user is a fault of ours (exit code 1).
"""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One thing that is wrong or doubtful, where it stands, and the cure.

    `line` and `column` count from 1; 0 means that the place has none (a missing file).
    """

    file: str
    line: int
    column: int
    code: str  # stable, lower-case-with-dashes: "unknown-reference"
    message: str  # what was found, with the value in it
    expected: str = ""
    cure: str = ""
    severity: str = "error"  # "error" stops a run; "warning" and "note" do not

    def __str__(self) -> str:
        place = ":".join([self.file, *(str(n) for n in (self.line, self.column) if n)])
        text = f"{place}: {self.severity}: {self.message}"
        if self.expected:
            text += f"; expected {self.expected}"
        if self.cure:
            text += f"; {self.cure}"
        return f"{text} [{self.code}]"

    def as_dict(self) -> dict[str, Any]:
        """The finding under the stable keys of `--json`."""
        return asdict(self)


class FabstackError(Exception):
    """Anything that fabstack tells a user in one sentence instead of a traceback."""

    exit_code = 1


class InputError(FabstackError):
    """The input is wrong; `findings` says everything that is, at once."""

    exit_code = 2

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings: tuple[Finding, ...] = tuple(sorted(findings))
        super().__init__("\n".join(str(finding) for finding in self.findings))


class PlanError(FabstackError):
    """No acceptable plan exists, and the message says why."""

    exit_code = 3


class LimitError(FabstackError):
    """A limit of time, memory or size was hit; what was done so far is kept."""

    exit_code = 4


class OutputError(FabstackError):
    """The result cannot be written where it was asked for."""

    exit_code = 2


class MissingExtra(FabstackError):
    """A package that only some users need is not installed."""

    exit_code = 2

    def __init__(self, purpose: str, extra: str) -> None:
        super().__init__(f"{purpose} needs an optional package: pip install 'fabstack[{extra}]'")


def did_you_mean(found: str, known: Sequence[str]) -> str:
    """A cure for a misspelt name: the nearest known one, or a few that exist."""
    near = difflib.get_close_matches(found, _worth_comparing(found, known), n=1, cutoff=0.6)
    if near:
        return f"did you mean '{near[0]}'?"
    if not known:
        return "none is defined"
    shown = ", ".join(f"'{name}'" for name in list(known)[:5])
    return f"known: {shown}" + (", ..." if len(known) > 5 else "")


def _worth_comparing(found: str, known: Sequence[str]) -> Sequence[str]:
    """All known names, or of very many those that begin alike and are about as long."""
    if len(known) <= _MANY_NAMES:
        return known
    alike = (name for name in known if name[:1] == found[:1] and abs(len(name) - len(found)) <= 2)
    return list(itertools.islice(alike, _MANY_NAMES))


_MANY_NAMES = 2000
