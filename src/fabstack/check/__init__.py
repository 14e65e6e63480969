"""The checks before any run: structure, and the arithmetic of claims.

`check` finds everything that is wrong or doubtful with a programme, at once and with its place.
`verdicts` says of every claim whether arithmetic alone confirms it, refutes it, or cannot tell.
"""

from __future__ import annotations

from collections.abc import Iterator

from fabstack.check.arithmetic import RULES as ARITHMETIC
from fabstack.check.arithmetic import contradictions, verdicts
from fabstack.check.faults import Fault, Severity
from fabstack.check.findings import by_table, findings, in_files
from fabstack.check.structure import faults
from fabstack.check.verdict import Verdict
from fabstack.errors import Finding
from fabstack.formats import Loaded
from fabstack.model import Programme

__all__ = ["Verdict", "check", "verdicts"]


def check(subject: Loaded | Programme) -> tuple[Finding, ...]:
    """Every finding about a programme, sorted by place; without errors its claims are judged too.

    A `Loaded` gives files and lines; a bare programme the names of the files it would be saved in.
    What a scenario sets on purpose is not held against the evidence for the usual value.
    """
    if isinstance(subject, Programme):
        return findings(_faults(subject), by_table)
    found = (fault for fault in _faults(subject.programme) if fault.judges not in subject.moved)
    return tuple(sorted((*subject.findings, *findings(found, in_files(subject)))))


def _faults(programme: Programme) -> Iterator[Fault]:
    found = list(faults(programme))
    yield from found
    if all(fault.severity is not Severity.ERROR for fault in found):
        for rule in ARITHMETIC:
            yield from rule(programme)
        yield from contradictions(programme, verdicts(programme))
