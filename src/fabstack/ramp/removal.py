"""Risks ranked by the finish without them: the same futures, with one input at its usual value.

Criticality tells how stable a path is, and correlation what moves together; neither says how much
sooner the end would be. Here an input is taken away and everything is dated anew with the same luck
in all others: a duration falls to its median, a slip to the stated duration, an event or a repeat
does not happen, reviews stop nobody.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from fabstack.model import Programme, by_key
from fabstack.ramp.futures import Futures
from fabstack.ramp.inputs import Input
from fabstack.ramp.network import Network
from fabstack.ramp.schedule import Schedule, schedule
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


def drivers(
    programme: Programme,
    network: Network,
    futures: Futures,
    timeline: Timeline,
    inputs: Iterable[Input],
    outcomes: Iterable[str],
) -> tuple[Driver, ...]:
    """Every outcome's inputs, the one that delays its worst fifth most first."""
    some = futures.first(MOST_SAMPLES)
    usual_work = work(programme, network, some)
    usual = _dated(programme, network, some, timeline, usual_work.months)
    wanted = list(outcomes)
    leading = {name: usual.drivers(network.index(name)) for name in wanted}
    found: list[Driver] = []
    by_name: dict[str, list[Input]] = {}
    for one in inputs:
        by_name.setdefault(one.name, []).append(one)
    for name, rows in by_name.items():
        moved = [outcome for outcome in wanted if any(r.activity in leading[outcome] for r in rows)]
        if moved:
            futures_without = some.without(name)
            changed = {row.activity for row in rows}
            months = changed_work(usual_work, changed, programme, network, futures_without)
            without = _dated(programme, network, futures_without, timeline, months)
            for outcome in moved:
                i = network.index(outcome)
                claim = by_key(programme.activities)[outcome].claimed
                moment = _moment(timeline, claim)
                found.append(_driver(outcome, rows[0], usual.ends[i], without.ends[i], moment))
    place = {outcome: rank for rank, outcome in enumerate(wanted)}
    return tuple(
        sorted(found, key=lambda d: (place[d.outcome], -d.worst_months, -d.mean_months, d.input))
    )


def _moment(timeline: Timeline, claim: date | None) -> float | None:
    return None if claim is None else timeline.months(claim) + SAME_MONTHS


def _driver(outcome: str, one: Input, ends: Floats, without: Floats, claim: float | None) -> Driver:
    return Driver(
        outcome=outcome,
        input=one.name,
        title=one.title,
        mean_months=float((ends - without).mean()),
        median_months=percentile(ends, 50) - percentile(without, 50),
        late_months=percentile(ends, LATE) - percentile(without, LATE),
        worst_months=_worst(ends) - _worst(without),
        odds_gain=None
        if claim is None
        else float((without <= claim).mean() - (ends <= claim).mean()),
    )


def _worst(ends: Floats) -> float:
    return sample_tail(ends, LATE).mean_beyond


def _dated(
    programme: Programme, network: Network, futures: Futures, timeline: Timeline, months: Floats
) -> Schedule:
    return schedule(network, months, stretches(programme, network, futures, timeline))
