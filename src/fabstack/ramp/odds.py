"""The chance of every dated or counted claim, and the three inputs on which it hangs most.

A claim has a margin in each future: months, units or people to spare; it holds where that is not
below 0. An input matters as much as it explains of whether the claim holds: the share of the
variance of holds-or-not that lies between ten equal slices of the input (the correlation ratio, an
estimate of its first-order Sobol index). Where a claim nearly always or never holds it is the share
of the margin's variance.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from fabstack.check.course import likely_course
from fabstack.check.time_claims import volume_activity
from fabstack.model import Programme, by_key
from fabstack.model.evidence import Claim, Measure
from fabstack.ramp.inputs import Input
from fabstack.ramp.people import Staff
from fabstack.ramp.plants import Opening, capacity_per_month
from fabstack.ramp.roadmap import gaps
from fabstack.ramp.schedule import Schedule
from fabstack.ramp.timeline import SAME_MONTHS, Timeline
from fabstack.uncertainty.chance import Floats
from fabstack.uncertainty.percentiles import Interval, share_interval
from fabstack.uncertainty.sensitivity import ranks

MOST_INPUTS = 3
SLICES = 10
SAME_SHARE = 1e-9
COUNTED = ("month", "place", "market")  # units that have a plural
RARE = 0.01  # below this share too few futures hold a claim to tell what it hangs on


class Cause(NamedTuple):
    """One input of a claim's chance."""

    input: str
    title: str
    share: float  # of the variance of holds-or-not (or of the margin) that it explains
    odds_low: float  # chance of the claim in the fifth of the futures where the input is lowest
    odds_high: float  # and in that where it is highest


class Odds(NamedTuple):
    """The chance of a claim."""

    claim: str
    chance: float
    interval: Interval  # of 95 %
    margin_median: float  # in the unit of the claim
    unit: str
    causes: tuple[Cause, ...]  # the strongest first
    why: str  # there is no cause; blank where there is one
    futures: int  # that were judged


class Sampled(NamedTuple):
    """What claims are held against."""

    programme: Programme
    timeline: Timeline
    dated: Schedule
    openings: Mapping[str, Opening]
    volumes: Mapping[str, Floats]
    people: tuple[Staff, ...]


class Margin(NamedTuple):
    """What a claim has to spare in each future, and what moves it."""

    values: Floats  # [sample]
    unit: str
    activities: frozenset[int]
    tables: frozenset[str] = frozenset()  # whose cells matter, too


def claim_odds(sampled: Sampled, inputs: Iterable[Input]) -> tuple[Odds, ...]:
    """Every claim that sampled futures can judge, in the order of the claims."""
    every = list(inputs)
    found = []
    for claim in sampled.programme.claims:
        margin = _margin(sampled, claim)
        if margin is not None:
            found.append(_odds(claim, margin, every))
    return tuple(found)


def _odds(claim: Claim, margin: Margin, inputs: list[Input]) -> Odds:
    holds = (margin.values >= -SAME_MONTHS).astype(float)
    among = [
        one
        for one in inputs
        if one.activity in margin.activities or one.name.partition("/")[0] in margin.tables
    ]
    return odds_of(claim, holds, margin.values, margin.unit, among)


def odds_of(
    claim: Claim,
    holds: Floats,
    margin: Floats,
    unit: str,
    inputs: Sequence[Input],
    fact: Callable[[], str] = lambda: "",
) -> Odds:
    """The chance of a claim by futures [sample], what it hangs on, or why it hangs on nothing."""
    found = tuple(causes(holds, margin, inputs, beyond_chance(len(holds))))
    return Odds(
        claim.name,
        float(holds.mean()),
        share_interval(int(holds.sum()), len(holds)),
        float(np.median(margin)),
        unit,
        found,
        "" if found else _why(margin, unit, fact),
        len(holds),
    )


def _why(margin: Floats, unit: str, fact: Callable[[], str]) -> str:
    if not _alike(margin):
        return "no input explains more of it than chance does"
    known = fact()
    spare = float(margin[0])
    often = f"{unit}s" if unit in COUNTED and abs(spare) != 1 else unit
    much = f", {abs(spare):.4g} {often} {'to spare' if spare > 0 else 'short'}" if spare else ""
    told = f"nothing that varies moves it{much}"
    return f"{told}; {known}" if known else told


def _alike(values: Floats) -> bool:
    """Whether values are the same but for rounding."""
    return math.isclose(values.min(), values.max(), rel_tol=SAME_SHARE)


# --- What matters ---------------------------------------------------------------------------------


def causes(
    holds: Floats, margin: Floats, inputs: Sequence[Input], least: float = 0.0
) -> Iterator[Cause]:
    """The inputs that explain most, each more than `least`."""
    outcome = holds if RARE < holds.mean() < 1 - RARE else margin
    by_name = {one.name: one for one in inputs}  # several activities may share an input
    shares = {name: explained(one.values, outcome) for name, one in by_name.items()}
    strongest = sorted(shares, key=lambda name: (-shares[name], name))[:MOST_INPUTS]
    for name in strongest:
        if shares[name] > least:
            low, high = _at_the_ends(by_name[name].values, holds)
            yield Cause(name, by_name[name].title, shares[name], low, high)


def beyond_chance(samples: int, slices: int = SLICES) -> float:
    """A share that slices of a hundred idle inputs hardly reach: five deviations of chance."""
    return 5 * math.sqrt(2 * (slices - 1)) / samples


def explained(values: Floats, outcome: Floats, slices: int = SLICES) -> float:
    """Share of an outcome's variance between equal slices of an input (Pearson's eta squared).

    What slices of pure chance would explain on average is taken off; never below 0.
    """
    n, whole = len(values), float(outcome.var())
    if _alike(outcome) or n < 2 * slices:
        return 0.0
    place = np.minimum((ranks(values) + 0.5) * slices / n, slices - 1).astype(np.int64)
    counts = np.bincount(place, minlength=slices)
    used = counts > 0
    means = np.bincount(place, weights=outcome, minlength=slices)[used] / counts[used]
    between = float((counts[used] * (means - outcome.mean()) ** 2).sum() / n / whole)
    free = int(used.sum()) - 1
    chance = free / (n - 1)
    return max((between - chance) / (1 - chance), 0.0)


def _at_the_ends(values: Floats, holds: Floats) -> tuple[float, float]:
    place = ranks(values) / max(len(values) - 1, 1)
    low, high = place <= max(0.2, place.min()), place >= min(0.8, place.max())
    return float(holds[low].mean()), float(holds[high].mean())


# --- Margins --------------------------------------------------------------------------------------


def _margin(sampled: Sampled, claim: Claim) -> Margin | None:
    known = MARGINS.get(claim.measure)
    return None if known is None else known(sampled, claim)


def _done_by(sampled: Sampled, claim: Claim) -> Margin | None:
    if claim.date is None or claim.subject not in sampled.dated.network.names:
        return None
    i = sampled.dated.network.index(claim.subject)
    spare = sampled.timeline.months(claim.date) - sampled.dated.ends[i]
    return Margin(spare, "month", sampled.dated.drivers(i))


def _all_done(sampled: Sampled, claim: Claim) -> Margin | None:
    rows = by_key(sampled.programme.activities)
    names = [part.strip() for part in claim.subject.split(";") if part.strip()]
    spare, moved = [], set[int]()
    for name in names:
        claimed = rows[name].claimed if name in rows else None
        if claimed is None:
            return None
        i = sampled.dated.network.index(name)
        spare.append(sampled.timeline.months(claimed) - sampled.dated.ends[i])
        moved |= sampled.dated.drivers(i)
    return Margin(np.min(spare, axis=0), "month", frozenset(moved)) if names else None


def _built_in(sampled: Sampled, claim: Claim) -> Margin | None:
    most = max(claim.value or 0.0, claim.high or 0.0)
    taken = built_months(sampled.programme, sampled.dated, claim)
    last = volume_activity(sampled.programme, claim)
    if taken is None or last is None or most == 0:
        return None
    moved = sampled.dated.drivers(sampled.dated.network.index(last))
    return Margin(most - taken, "month", moved)


def built_months(programme: Programme, dated: Schedule, claim: Claim) -> Floats | None:
    """Months from the start of the likely path to volume of a plant, [sample]."""
    course, last = likely_course(programme), volume_activity(programme, claim)
    if course is None or last is None:
        return None
    first = dated.network.index(course.path_to(last)[0])
    taken: Floats = dated.ends[dated.network.index(last)] - dated.starts[first]
    return taken


def _capacity(sampled: Sampled, claim: Claim) -> Margin | None:
    opening = sampled.openings.get(claim.subject)
    if opening is None or not opening.phases or not claim.value:
        return None
    end = sampled.programme.programme.end
    now = sampled.timeline.months(min(claim.date or end, end))
    spare = capacity_per_month(opening, now) - claim.value * (1 - 1e-9)
    names = {p.ready_with for p in opening.phases} | {opening.plant.opens_with}
    moved = _all_drivers(sampled, [name for name in names if name is not None])
    return Margin(_each(sampled, spare), "1/month", moved, frozenset({"phases"}))


def _cadence(sampled: Sampled, claim: Claim) -> Margin | None:
    between = gaps(sampled.volumes)
    if not len(between) or claim.value is None:
        return None
    chips = [c.volume_with for c in sampled.programme.generations if c.volume_with]
    return Margin(claim.value - between.mean(axis=0), "month", _all_drivers(sampled, chips))


def _staff(sampled: Sampled, claim: Claim) -> Margin | None:
    """The target is reached by the claimed date, or within the horizon."""
    staff = next((one for one in sampled.people if one.skill.name == claim.subject), None)
    if staff is None:
        return None
    until = sampled.timeline.months(claim.date or sampled.programme.programme.end)
    late = np.where(np.isfinite(staff.reached_months), staff.reached_months, until + 12)
    busy = [row.name for row in sampled.programme.activities if row.skill == claim.subject]
    staffed = {row.plant for row in sampled.programme.staffings if row.skill == claim.subject}
    busy += [p.opens_with for p in sampled.programme.plants if p.name in staffed and p.opens_with]
    moved = _all_drivers(sampled, busy)
    return Margin(_each(sampled, until - late), "month", moved, frozenset({"skills"}))


def _all_drivers(sampled: Sampled, names: Collection[str]) -> frozenset[int]:
    of_each = (sampled.dated.drivers(sampled.dated.network.index(name)) for name in names)
    return frozenset().union(*of_each)


def _each(sampled: Sampled, values: Floats) -> Floats:
    return np.array(np.broadcast_to(values, sampled.dated.ends.shape[1]))


MARGINS: Mapping[Measure, Callable[[Sampled, Claim], Margin | None]] = {
    Measure.DONE_BY: _done_by,
    Measure.JOINT_ODDS: _all_done,
    Measure.BUILD_MONTHS: _built_in,
    Measure.CARRIERS_PER_MONTH: _capacity,
    Measure.UNITS_PER_MONTH: _capacity,
    Measure.CADENCE_MONTHS: _cadence,
    Measure.STAFF: _staff,
}
