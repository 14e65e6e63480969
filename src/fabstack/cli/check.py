"""`fabstack check`: what is wrong or doubtful with a programme, and which of its claims hold."""

from __future__ import annotations

import json
import shutil
import sys
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fabstack.errors import Finding, InputError

if TYPE_CHECKING:
    from fabstack.check import Verdict

SEVERITIES = ("error", "warning", "note")
FAULTY = 2  # exit code
NARROWEST, WIDEST = 40, 110  # columns that can still be read
UNBROKEN = 10_000_000
INDENT = "    "


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
        found = [finding for finding in findings if finding.severity == severity]
        for finding in found:
            yield from _entry(finding)
        if found:
            yield ""
    if verdicts:
        yield from _claims(verdicts)
    yield _tally(counts)


def _entry(finding: Finding) -> Iterator[str]:
    """A finding behind its place, as compilers write it; editors and terminals can jump to it."""
    numbers = [str(number) for number in (finding.line, finding.column) if number]
    place = ":".join([finding.file, *numbers])
    yield from _wrapped(f"{place}: {finding.severity}: {finding.message} [{finding.code}]")
    if finding.severity != "note":
        yield from _wrapped(f"expected {finding.expected}", INDENT) if finding.expected else ()
        yield from _wrapped(f"cure: {finding.cure}", INDENT) if finding.cure else ()


def _claims(verdicts: Sequence[Verdict]) -> Iterator[str]:
    for verdict in verdicts:
        yield from _wrapped(f"{_MARKS[verdict.holds]:<6} {verdict.claim}: {_told(verdict)}")
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


def _width() -> int:
    """Columns of the terminal; without one nothing is broken, so that lines can be searched."""
    if not sys.stdout.isatty():
        return UNBROKEN
    return max(min(shutil.get_terminal_size().columns, WIDEST), NARROWEST)


def _wrapped(text: str, indent: str = "") -> list[str]:
    return textwrap.wrap(
        text,
        _width(),
        initial_indent=indent,
        subsequent_indent=INDENT,
        break_long_words=False,
        break_on_hyphens=False,
    )
