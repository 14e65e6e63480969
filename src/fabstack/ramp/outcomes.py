"""A ramp as a function: shares of the inputs in, outcomes out.

An outcome is `milestone:NAME` (month of the end of an activity), `claim:NAME` (what a claim has to
spare, in its own unit) or `cadence` (mean months between chips).
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from fabstack.errors import Finding, InputError, did_you_mean
from fabstack.model import Programme, by_key
from fabstack.model.evidence import Claim, Measure
from fabstack.ramp.futures import Futures
from fabstack.ramp.inputs import date_inputs
from fabstack.ramp.network import Network, network
from fabstack.ramp.odds import MARGINS, Sampled
from fabstack.ramp.people import staff
from fabstack.ramp.plants import Moved, openings
from fabstack.ramp.roadmap import gaps, volumes
from fabstack.ramp.schedule import Schedule
from fabstack.ramp.staffing import with_staff
from fabstack.ramp.stretches import stretches
from fabstack.ramp.timeline import Timeline, month_grid
from fabstack.ramp.work import work
from fabstack.uncertainty.chance import Floats

MILESTONE, CLAIM, CADENCE = "milestone", "claim", "cadence"
PEOPLE = frozenset({Measure.STAFF})  # measures that follow from hiring, which takes its time


@dataclass(frozen=True, slots=True)
class Asked:
    """One outcome."""

    name: str
    title: str
    unit: str
    more_is_worse: bool


def asked(programme: Programme, names: Sequence[str]) -> tuple[Asked, ...]:
    """The outcomes of some names; without names, every activity that a claim dates.

    Raises:
        InputError: there is no such activity or claim, or sampled futures cannot judge it.
    """
    wanted = names or [f"{MILESTONE}:{name}" for name in dict.fromkeys(_dated(programme))]
    if not wanted:
        raise InputError([_unknown("", "no claim dates an activity", "name one with --of")])
    found = [_asked(programme, name) for name in wanted]
    faults = [one for one in found if isinstance(one, Finding)]
    if faults:
        raise InputError(faults)
    return tuple(one for one in found if isinstance(one, Asked))


class RampModel:
    """The outcomes of a programme's ramp for any shares of its inputs."""

    def __init__(self, programme: Programme, names: Sequence[str]) -> None:
        self.programme = programme
        self.asked = asked(programme, names)
        self._risks = {risk.cell: risk.distribution for risk in programme.risks}

    def outcomes(self, shares: Mapping[str, Floats], seed: int, *, still: bool = False) -> Floats:
        """What follows from shares [sample] of the inputs by name, [outcome, sample]."""
        samples = len(next(iter(shares.values())))
        futures = Futures(samples, seed, shares, self._risks, still=still)
        sampled = self._sampled(futures)
        every = [self._outcome(one, sampled) for one in self.asked]
        return np.array([np.broadcast_to(values, samples) for values in every], dtype=float)

    def titles(self, shares: Mapping[str, Floats], seed: int) -> dict[str, str]:
        """Words for people, of inputs that move dates."""
        futures = Futures(len(next(iter(shares.values()))), seed, shares, self._risks)
        taken = work(self.programme, self._network, futures)
        dated = self._dated(futures, taken.months)
        return {one.name: one.title for one in date_inputs(self.programme, futures, dated, taken)}

    @functools.cached_property
    def _network(self) -> Network:
        return network(self.programme)

    @functools.cached_property
    def _timeline(self) -> Timeline:
        return Timeline(self.programme.programme.start)

    def _dated(self, futures: Futures, months: Floats) -> Schedule:
        held = stretches(self.programme, self._network, futures, self._timeline)
        return with_staff(self.programme, self._network, futures, self._timeline, months, held)

    def _sampled(self, futures: Futures) -> Sampled:
        """What outcomes are read from; people only where one asks for them."""
        dated = self._dated(futures, work(self.programme, self._network, futures).months)
        opened = openings(self.programme, futures, Moved(self.programme, self._timeline, dated))
        claims = (self._claim(one) for one in self.asked if one.name.startswith(CLAIM))
        people = any(claim.measure in PEOPLE for claim in claims)
        grid = np.array([self._timeline.months(day) for day in month_grid(self.programme)])
        return Sampled(
            self.programme,
            self._timeline,
            dated,
            opened,
            volumes(self.programme, dated, self._timeline),
            staff(self.programme, futures, dated, opened, grid) if people else (),
        )

    def _claim(self, one: Asked) -> Claim:
        return by_key(self.programme.claims)[one.name.partition(":")[2]]

    def _outcome(self, one: Asked, sampled: Sampled) -> Floats:
        kind, _, name = one.name.partition(":")
        if kind == MILESTONE:
            ends: Floats = sampled.dated.ends[sampled.dated.network.index(name)]
            return ends
        if kind == CADENCE:
            return np.asarray(gaps(sampled.volumes).mean(axis=0))
        claim = self._claim(one)
        margin = MARGINS[claim.measure](sampled, claim)
        if margin is None:
            raise InputError([_unknown(one.name, "sampled futures cannot judge it", "")])
        return margin.values


def _dated(programme: Programme) -> Iterator[str]:
    known = by_key(programme.activities)
    for claim in programme.claims:
        if claim.measure is Measure.DONE_BY and claim.subject in known:
            yield claim.subject
    if not any(claim.measure is Measure.DONE_BY for claim in programme.claims):
        yield from (row.name for row in programme.activities if row.claimed is not None)


def _asked(programme: Programme, text: str) -> Asked | Finding:
    kind, _, name = text.partition(":")
    activities, claims = by_key(programme.activities), by_key(programme.claims)
    if kind == MILESTONE and name in activities:
        return Asked(text, activities[name].title or name, "month", more_is_worse=True)
    if kind == CADENCE and not name and len(programme.generations) > 1:
        return Asked(text, "Months from chip to chip", "month", more_is_worse=True)
    if kind == CLAIM and name in claims and claims[name].measure in MARGINS:
        return Asked(text, claims[name].statement, "margin", more_is_worse=False)
    known = [f"{MILESTONE}:{row}" for row in activities]
    known += [f"{CLAIM}:{n}" for n, claim in claims.items() if claim.measure in MARGINS]
    return _unknown(text, "no outcome of this programme's ramp", did_you_mean(text, known))


def _unknown(name: str, why: str, cure: str) -> Finding:
    expected = "milestone:ACTIVITY, claim:NAME of a claim about dates or people, or cadence"
    return Finding("--of", 0, 0, "unknown-outcome", f"'{name}': {why}", expected, cure)
