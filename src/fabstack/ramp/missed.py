"""What reviews cost: meetings, lost days, and what a meeting costs that does not take place.

A decision waits for the next meeting. It falls due in the gap of g days before a meeting with
chance g / 7; if that meeting is missed, it waits through the gap that follows, too. So a missed
meeting adds the sum of g x g' / 7 over all meetings of a week, g' being the gap after g. The people
of the reviewed work are paid meanwhile; the chip is late by as much if that work decides its date.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from fabstack.model import Programme, by_key
from fabstack.model.days import DAYS_PER_MONTH
from fabstack.model.roadmap import Activity, Review
from fabstack.ramp.faults import weekdays
from fabstack.ramp.futures import Futures
from fabstack.ramp.people import pay_usd_per_month
from fabstack.ramp.reviews import held_review, reviewed
from fabstack.ramp.schedule import Schedule
from fabstack.ramp.timeline import Timeline


@dataclass(frozen=True, slots=True)
class Meetings:
    """One review over its time; means of all futures."""

    review: str
    generation: str
    until: str
    meetings: float
    stops: float
    lost_days: float  # of work
    missed_days: float  # that one missed meeting adds to a decision
    people: float  # who wait meanwhile
    pay_usd_per_day: float

    @property
    def missed_usd(self) -> float:
        """Pay while a decision waits for the meeting after a missed one."""
        return self.missed_days * self.pay_usd_per_day


def meetings(
    programme: Programme, futures: Futures, dated: Schedule, timeline: Timeline
) -> Iterator[Meetings]:
    """Every review of the programme."""
    for review in programme.reviews:
        held = held_review(review, programme, futures)
        rows = reviewed(review, programme, dated.network)
        starts, ends = timeline.days(dated.starts[rows]), timeline.days(dated.ends[rows])
        count = held.count(starts, ends).sum(axis=0)
        stops = count * held.stop_share
        days = (ends - starts).mean(axis=1)
        people, pay = _waiting(programme, [programme.activities[i] for i in rows], days.tolist())
        yield Meetings(
            review.name,
            review.generation,
            review.until,
            float(count.mean()),
            float(stops.mean()),
            float((stops * held.cost_days).mean()),
            missed_days(review),
            people,
            pay,
        )


def missed_days(review: Review) -> float:
    """Days that one missed meeting adds to a decision, on average.

    >>> round(missed_days(Review(name="r", generation="a", until="b", weekdays="Tue;Sat")), 4)
    3.4286
    """
    days = np.array(sorted(set(weekdays(review))))
    gaps = np.diff(np.append(days, days[0] + 7))
    return float((gaps * np.roll(gaps, -1)).sum() / 7)


def _waiting(
    programme: Programme, rows: Sequence[Activity], days: Sequence[float]
) -> tuple[float, float]:
    """People and pay a day of reviewed work, weighted with how long each activity takes."""
    whole = sum(days)
    if whole == 0:
        return 0.0, 0.0
    skills = by_key(programme.skills)
    people = pay = 0.0
    for row, length in zip(rows, days, strict=True):
        skill = skills.get(row.skill or "")
        if skill is not None:
            ends = skill.pay_low_usd_per_year, skill.pay_high_usd_per_year
            cash, stock = pay_usd_per_month(skill, *(np.array([end]) for end in ends))
            people += row.people * length / whole
            pay += row.people * float((cash + stock)[0]) / DAYS_PER_MONTH * length / whole
    return people, pay
