"""Months as people count them: three months after the first of March is the first of June.

A moment is a number of calendar months since the programme's start. Within a month time runs
evenly, so a day is 1/31 of January and 1/28 of February.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache, lru_cache

import numpy as np

from fabstack.model import Programme
from fabstack.model.days import month_index, month_start
from fabstack.uncertainty.chance import Floats

FIRST_MONTH, LAST_MONTH = -2400, 3600  # of the calendar that is laid out, around the start
SAME_MONTHS = 1e-6  # moments nearer than three seconds are one


@dataclass(frozen=True, slots=True, eq=False)
class Timeline:
    """The calendar around a programme's start, both ways between dates and moments."""

    start: date
    _edges: Floats = field(init=False, repr=False)  # [month] days from start to its first day

    def __post_init__(self) -> None:
        object.__setattr__(self, "_edges", _edges(self.start))

    def months(self, day: date) -> float:
        """The moment at which a day begins."""
        return month_index(self.start, day) + _part_of_month(day) - self._offset()

    def day(self, months: float) -> date:
        """The first day that begins no earlier than a moment (within the calendar's range)."""
        return self.first_days(np.array([months]))[0]

    def first_days(self, months: Floats) -> list[date]:
        """For each moment the first day that begins no earlier."""
        after = np.ceil(self.days(months) - 1e-4)
        return [self.start + timedelta(days=days) for days in after.tolist()]

    def days(self, months: Floats) -> Floats:
        """Days from the start to moments."""
        index, edges = self._edges
        return np.asarray(np.interp(months + self._offset(), index, edges))

    def moments(self, days: Floats) -> Floats:
        """Moments that lie a number of days after the start."""
        index, edges = self._edges
        return np.asarray(np.interp(days, edges, index) - self._offset())

    def _offset(self) -> float:
        return _part_of_month(self.start)


@lru_cache(maxsize=65_536)
def _part_of_month(day: date) -> float:
    begins = month_start(day, 0)
    return (day - begins).days / (month_start(day, 1) - begins).days


@cache
def _edges(start: date) -> Floats:
    """[2, month] numbers of the months around a start, and days from it to their first days."""
    first = max(FIRST_MONTH, 12 - 12 * start.year)
    last = min(LAST_MONTH, 12 * (date.max.year - start.year))
    days = [(month_start(start, i) - start).days for i in range(first, last)]
    edges = np.array([np.arange(first, last), days], dtype=float)
    edges.setflags(write=False)  # all timelines of this start share them
    return edges


def month_grid(programme: Programme) -> tuple[date, ...]:
    """First days of the months of the horizon, and of the one after it."""
    start, end = programme.programme.start, programme.programme.end
    return tuple(month_start(start, i) for i in range(month_index(start, end) + 2))
