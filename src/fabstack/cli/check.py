"""`fabstack check`: what is wrong or doubtful with a programme, and which of its claims hold."""

from __future__ import annotations

import json
import shutil
import sys
import textwrap
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fabstack.errors import Finding, InputError

if TYPE_CHECKING:
    from fabstack.check import Verdict

SEVERITIES = ("error", "warning", "note")
FAULTY = 2  # exit code
WIDEST = 110  # columns that can still be read


def check(
    programme: Annotated[Path, typer.Argument(help="Programme folder or workbook.")],
    scenario: Annotated[str | None, typer.Option(help="Named scenario of the programme.")] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Findings, verdicts and counts as JSON on stdout.")
    ] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Fail on warnings too.")] = False,
) -> None:
    """Find what is wrong with a programme before any run, and which of its claims cannot hold.

    Exit code 2 with errors, 0 with warnings only. Example: fabstack check programmes/texas
    """
    findings, verdicts = _judged(programme, scenario)
    counts = _counts(findings, verdicts)
    if as_json:
        document: dict[str, Any] = {
            "findings": [finding.as_dict() for finding in findings],
            "verdicts": [verdict.as_dict() for verdict in verdicts],
            "counts": counts,
        }
        sys.stdout.write(json.dumps(document, indent=2, allow_nan=False) + "\n")
    else:
        sys.stdout.write("\n".join(_readable(findings, verdicts, counts)) + "\n")
    if counts["errors"] or (strict and counts["warnings"]):
        raise typer.Exit(FAULTY)


def _judged(path: Path, scenario: str | None) -> tuple[Sequence[Finding], Sequence[Verdict]]:
    """All findings, and a verdict on every claim unless the programme has errors."""
    from fabstack import check as checks
    from fabstack import formats

    try:
        loaded = formats.read(path, scenario)
    except InputError as error:
        return error.findings, ()
    findings = checks.check(loaded)
    if any(finding.severity == "error" for finding in findings):
        return findings, ()
    return findings, checks.verdicts(loaded.programme)


def _counts(findings: Sequence[Finding], verdicts: Sequence[Verdict]) -> dict[str, int]:
    found = [finding.severity for finding in findings]
    held = [verdict.holds for verdict in verdicts]
    return {
        **{f"{severity}s": found.count(severity) for severity in SEVERITIES},
        "claims_that_hold": held.count(True),
        "claims_that_fail": held.count(False),
        "claims_left_open": held.count(None),
    }


# --- For people -------------------------------------------------------------------------------


def _readable(
    findings: Sequence[Finding], verdicts: Sequence[Verdict], counts: dict[str, int]
) -> Iterator[str]:
    for severity in SEVERITIES:
        yield from _of_severity([f for f in findings if f.severity == severity], f"{severity}s")
    if verdicts:
        yield from _claims(verdicts)
    yield _tally(counts)


def _of_severity(findings: Sequence[Finding], title: str) -> Iterator[str]:
    if findings:
        yield f"{title.upper()} ({len(findings)})"
    for file, group in groupby(findings, key=lambda finding: finding.file):
        yield f"  {file}"
        for finding in group:
            yield from _entry(finding)
    if findings:
        yield ""


def _entry(finding: Finding) -> Iterator[str]:
    place = ":".join(str(number) for number in (finding.line, finding.column) if number)
    yield from _wrapped(f"{place:<8}", f"{finding.message} [{finding.code}]")
    if finding.severity == "note":
        return
    if finding.expected:
        yield from _wrapped(" " * 8, f"expected {finding.expected}")
    if finding.cure:
        yield from _wrapped(" " * 8, f"cure: {finding.cure}")


def _claims(verdicts: Sequence[Verdict]) -> Iterator[str]:
    yield f"CLAIMS ({len(verdicts)})"
    for verdict in verdicts:
        yield from _wrapped(f"{_MARKS[verdict.holds]:<8}", f"{verdict.claim}: {_told(verdict)}")
    yield ""


_MARKS = {True: "holds", False: "FAILS", None: "open"}


def _told(verdict: Verdict) -> str:
    """What is said of a claim here; why one fails stands among the warnings."""
    from fabstack.check.words import count

    if verdict.holds is not False:
        return verdict.finding
    by = f" by a factor of {count(verdict.factor)}" if verdict.factor else ""
    return f"misses{by}, see the warnings"


def _tally(counts: dict[str, int]) -> str:
    numbers = [f"{number} {name.replace('_', ' ')}" for name, number in counts.items()]
    return ", ".join(numbers)


def _wrapped(head: str, text: str) -> list[str]:
    width = min(shutil.get_terminal_size((WIDEST, 24)).columns, WIDEST)
    return textwrap.wrap(
        text,
        max(width, 40),
        initial_indent=f"    {head} ",
        subsequent_indent=" " * (len(head) + 5),
        break_long_words=False,
        break_on_hyphens=False,
    )
