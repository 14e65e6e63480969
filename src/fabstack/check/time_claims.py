"""Claims of time: a date or a number of months against the durations on the way there.

Durations are those of the programme's activities at their means, without slips, repeats or
unlikely delays; what they rest on is in the sources. Claims of less fail before any sampling.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fabstack.check.course import Course, likely_course, shortest_course
from fabstack.check.measures import claimed
from fabstack.check.verdict import Verdict, open_verdict
from fabstack.check.words import listing, plain, times
from fabstack.model import Programme, by_key, grouped
from fabstack.model.days import DAYS_PER_MONTH, months_between
from fabstack.model.evidence import Claim, Grade, Measure, Source

ROUNDING_MONTHS = 0.5  # claims are made in months
_OUTSIDE = (Grade.PUBLISHED, Grade.PRESS)


def done_by_claim(programme: Programme, claim: Claim) -> Verdict:
    """False where mean durations end after the claimed date; else only sampled dates can tell."""
    likely, shortest = likely_course(programme), shortest_course(programme)
    if likely is None or shortest is None or claim.date is None:
        return open_verdict(claim, "the activities wait in a circle, or the claim has no date")
    if claim.subject not in likely.end:
        return open_verdict(claim, f"there is no activity '{claim.subject}'")
    promised = months_between(programme.programme.start, claim.date)
    path = likely.path_to(claim.subject)
    left = promised - likely.start[path[0]]
    needed = likely.months_to(claim.subject)
    evidence = _evidence(programme, path, likely, shortest) | {"claimed_months": plain(left)}
    if needed <= left + ROUNDING_MONTHS:
        return open_verdict(claim, "its odds are told by sampled dates", **evidence)
    return Verdict(
        claim=claim.name,
        holds=False,
        finding=f"{claim.statement}: that leaves {left:.1f} months from the start of '{path[0]}', "
        f"but {_durations_in_words(programme, path, likely, shortest)}.",
        factor=plain(needed / left) if left > 0 else None,
        evidence=evidence,
    )


def build_months_claim(programme: Programme, claim: Claim) -> Verdict:
    """Claimed months from decision to volume against the durations on the way."""
    ends = claimed(claim)
    likely, shortest = likely_course(programme), shortest_course(programme)
    finish = volume_activity(programme, claim)
    if ends is None or likely is None or shortest is None or finish is None:
        return open_verdict(claim, f"no dated activity brings '{claim.subject}' into volume")
    path = likely.path_to(finish)
    needed = likely.months_to(finish)
    own = _own_months(programme, likely, finish)
    holds = ends[1] + ROUNDING_MONTHS >= needed
    mine = f"; the programme's own date leaves {own:.1f} months" if own is not None else ""
    return Verdict(
        claim=claim.name,
        holds=holds,
        finding=f"{claim.statement}: from the start of '{path[0]}' "
        f"{_durations_in_words(programme, path, likely, shortest)}, "
        + (
            "so the claim is long enough if nothing slips"
            if holds
            else f"{times(needed / ends[1])} as much as claimed"
        )
        + f"{mine}.",
        factor=plain(needed / ends[1]) if ends[1] else None,
        evidence=_evidence(programme, path, likely, shortest)
        | {"claimed_months": [plain(end) for end in ends], "own_months": own and plain(own)},
    )


def _durations_in_words(
    programme: Programme, path: Sequence[str], likely: Course, shortest: Course
) -> str:
    return (
        f"the mean durations up to '{path[-1]}' add up to {likely.months_to(path[-1]):.1f} months "
        f"without any slip or repeat, {shortest.months_to(path[-1]):.1f} with each at its shortest "
        f"({_backing(programme, path)})"
    )


def volume_activity(programme: Programme, claim: Claim) -> str | None:
    """The activity that brings a plant into volume.

    It is the one that the same part of the mission dates, else that of the plant's first phase,
    else its opening.
    """
    plant = claim.subject
    rows = by_key(programme.activities)
    dated = [
        other.subject
        for other in grouped(programme.claims, "part")[claim.part]
        if other.measure is Measure.DONE_BY and rows[other.subject].plant == plant
    ]
    if dated:
        return dated[0]
    phases = [p for p in grouped(programme.phases, "plant")[plant] if p.ready and p.ready_with]
    first = min(phases, key=lambda phase: str(phase.ready), default=None)
    return first.ready_with if first else by_key(programme.plants)[plant].opens_with


def _own_months(programme: Programme, likely: Course, finish: str) -> float | None:
    """Months from the start of the path to the date that the programme itself claims."""
    day = by_key(programme.activities)[finish].claimed
    if day is None:
        return None
    start = likely.start[likely.path_to(finish)[0]]
    return months_between(programme.programme.start, day) - start


def _evidence(
    programme: Programme, path: Sequence[str], likely: Course, shortest: Course
) -> dict[str, Any]:
    rows = by_key(programme.activities)
    begins = likely.start[path[0]] * DAYS_PER_MONTH
    return {
        "path": {name: str(rows[name].duration) for name in path},
        "starts_after_days": plain(begins),
        "mean_months": plain(likely.months_to(path[-1])),
        "shortest_months": plain(shortest.months_to(path[-1])),
        "sources": [f"{s.source} ({s.grade})" for s in _sources(programme, path)],
    }


def _backing(programme: Programme, path: Sequence[str]) -> str:
    """How far the durations of a path rest on what others have published."""
    lasting = [name for name in path if by_key(programme.activities)[name].duration.mean > 0]
    outside = [source for source in _sources(programme, lasting) if source.grade in _OUTSIDE]
    names = list(dict.fromkeys(source.source for source in outside))
    if not names:
        return "estimates, none of them published"
    return f"published or in the press: {len(outside)} of {len(lasting)}; {listing(names)}"


def _sources(programme: Programme, path: Sequence[str]) -> list[Source]:
    backed = by_key(programme.sources)
    cells = (f"activities/{name}/duration" for name in path)
    return [backed[cell] for cell in cells if cell in backed]
