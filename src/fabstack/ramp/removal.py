"""Risks ranked by the finish without them: the same futures, with one input at its usual value.

Criticality tells how stable a path is, and correlation what moves together; neither says how much
sooner the end would be. Here an input is taken away and everything is dated anew with the same luck
in all others: a duration falls to its median, a slip to the stated duration, an event or a repeat
does not happen, reviews stop nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import partial
from typing import NamedTuple

import numpy as np

from fabstack.model import Programme, by_key
from fabstack.ramp.futures import Futures
from fabstack.ramp.inputs import Input
from fabstack.ramp.network import Network
from fabstack.ramp.pieces import Keep, MakeAll
from fabstack.ramp.schedule import Schedule
from fabstack.ramp.staffing import with_staff
from fabstack.ramp.stretches import stretches
from fabstack.ramp.timeline import SAME_MONTHS, Timeline
from fabstack.ramp.work import changed_work, work
from fabstack.uncertainty.chance import Floats
from fabstack.uncertainty.percentiles import percentile
from fabstack.uncertainty.tail import sample_tail

MOST_SAMPLES = 1000  # dated anew for each input
LATE = 80  # percent


class Driver(NamedTuple):
    """What an end gains where one input has its usual value in all futures."""

    outcome: str
    input: str
    title: str
    mean_months: float  # sooner; negative where luck is taken away
    median_months: float
    late_months: float  # at percentile 80
    worst_months: float  # of the mean of the worst fifth, which rare events cannot hide from
    odds_gain: float | None  # of the claimed date; None without a claim


class Removal:
    """A programme whose inputs are taken away one by one."""

    def __init__(
        self,
        programme: Programme,
        network: Network,
        futures: Futures,
        timeline: Timeline,
        inputs: Iterable[Input],
        outcomes: Sequence[str],
    ) -> None:
        self._programme, self._network, self._timeline = programme, network, timeline
        self._futures = futures.first(MOST_SAMPLES)
        self._work = work(programme, network, self._futures)
        self._usual = self._dated(self._futures, self._work.months)
        self._outcomes = list(outcomes)
        leading = {name: self._usual.drivers(network.index(name)) for name in outcomes}
        self._rows: dict[str, list[Input]] = {}
        for one in inputs:
            self._rows.setdefault(one.name, []).append(one)
        self.moved = {  # input -> outcomes that it may move
            name: moved
            for name, rows in self._rows.items()
            if (moved := [o for o in outcomes if any(r.activity in leading[o] for r in rows)])
        }

    def drivers(self, keep: Keep | None = None) -> tuple[Driver, ...]:
        """Every outcome's inputs, the one that delays its worst fifth most first."""
        keep = keep or MakeAll()
        found: list[Driver] = []
        for name, outcomes in self.moved.items():
            (gains,) = keep.piece(f"without/{name}", partial(self._gains, name))
            title = self._rows[name][0].title
            for outcome, row in zip(outcomes, gains.tolist(), strict=True):
                found.append(_driver(outcome, name, title, row))
        place = {outcome: rank for rank, outcome in enumerate(self._outcomes)}
        return tuple(
            sorted(
                found, key=lambda d: (place[d.outcome], -d.worst_months, -d.mean_months, d.input)
            )
        )

    def _gains(self, name: str) -> Sequence[Floats]:
        """What each outcome gains without an input, [outcome, number of a `Driver`]."""
        futures = self._futures.without(name)
        changed = {row.activity for row in self._rows[name]}
        months = changed_work(self._work, changed, self._programme, self._network, futures)
        without = self._dated(futures, months)
        return (np.array([self._gain(outcome, without) for outcome in self.moved[name]]),)

    def _gain(self, outcome: str, without: Schedule) -> list[float]:
        """The numbers of a `Driver`; the last one is NaN without a claim."""
        i = self._network.index(outcome)
        usual, better = self._usual.ends[i], without.ends[i]
        claim = _moment(self._timeline, by_key(self._programme.activities)[outcome].claimed)
        return [
            float((usual - better).mean()),
            percentile(usual, 50) - percentile(better, 50),
            percentile(usual, LATE) - percentile(better, LATE),
            _worst(usual) - _worst(better),
            np.nan if claim is None else float((better <= claim).mean() - (usual <= claim).mean()),
        ]

    def _dated(self, futures: Futures, months: Floats) -> Schedule:
        held = stretches(self._programme, self._network, futures, self._timeline)
        return with_staff(self._programme, self._network, futures, self._timeline, months, held)


def _driver(outcome: str, name: str, title: str, numbers: list[float]) -> Driver:
    mean, median, late, worst, gain = numbers
    return Driver(outcome, name, title, mean, median, late, worst, None if np.isnan(gain) else gain)


def _moment(timeline: Timeline, claim: date | None) -> float | None:
    return None if claim is None else timeline.months(claim) + SAME_MONTHS


def _worst(ends: Floats) -> float:
    return sample_tail(ends, LATE).mean_beyond
