"""What the summary of a run says, whatever it lacks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fabstack.results.run import Run

Entry = Mapping[str, Any]


def about(run: Run) -> Entry:
    """Who and when."""
    return _entry(run.summary.get("programme"))


def headline(run: Run) -> Entry:
    """The verdict in a sentence, and what breaks first."""
    return _entry(run.summary.get("headline"))


def parts(run: Run) -> list[Entry]:
    """The parts of the mission with their verdicts."""
    found = run.summary.get("mission")  # by number of the part
    return _entries(list(found.values()) if isinstance(found, dict) else found)


def findings(run: Run) -> list[Entry]:
    """What the check found beside errors."""
    return _entries(run.summary.get("findings"))


def claims(part: Entry) -> list[tuple[str, Entry]]:
    """The claims of a part by name, what fails first, then what is open, then what holds."""
    found = [(str(name), _entry(claim)) for name, claim in _entry(part.get("evidence")).items()]
    told = [(name, claim) for name, claim in found if claim.get("finding")]
    return sorted(told, key=lambda pair: _ORDER.index(verdict(pair[1].get("holds"))))


def verdict(holds: object) -> str:
    """What is said of a claim that holds, fails or is open."""
    return "holds" if holds is True else "fails" if holds is False else "open"


_ORDER = ("fails", "open", "holds")


def _entry(found: object) -> Entry:
    return found if isinstance(found, Mapping) else {}


def _entries(found: object) -> list[Entry]:
    return (
        [entry for entry in found if isinstance(entry, Mapping)] if isinstance(found, list) else []
    )
