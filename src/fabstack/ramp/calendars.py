"""Activities that are worked on at certain times only: weekends, and a shutdown at the year's end.

A duration stays what it says on average: a month of work is a twelfth of a year's open days. So a
calendar moves ends out of closed times, and a long shutdown lengthens what it falls into and
shortens what it does not; it does not make all work slower.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
from numpy.typing import NDArray

from fabstack.model import Programme, by_key
from fabstack.model.plants import Calendar
from fabstack.ramp.schedule import Stretch
from fabstack.ramp.timeline import Timeline
from fabstack.uncertainty.chance import Floats

DAYS_BEFORE, DAYS_AFTER = 36_525, 109_572  # 400 years together, one whole turn of the calendar
DAYS_PER_YEAR = 365.2425
ROUNDING_DAYS = 1e-7  # of work; less must not reach into the next open day


def calendar_stretches(programme: Programme, timeline: Timeline) -> Mapping[int, Stretch]:
    """How closed days lengthen the activities that name a calendar."""
    calendars = by_key(programme.calendars)
    found: dict[int, Stretch] = {}
    for i, activity in enumerate(programme.activities):
        if activity.calendar is not None:
            found[i] = _Open(calendars[activity.calendar], timeline).lasting_months
    return found


class _Open:
    """Open days of a calendar, counted up from long before the programme's start."""

    def __init__(self, calendar: Calendar, timeline: Timeline) -> None:
        self._timeline = timeline
        shares = open_shares(calendar, timeline.start, DAYS_BEFORE, DAYS_AFTER)
        self._done = np.concatenate([[0.0], np.cumsum(shares)])  # [day] before it begins
        self._per_month = float(shares.mean()) * DAYS_PER_YEAR / 12

    def lasting_months(self, start_months: Floats, work_months: Floats) -> Floats:
        """From a start, on an open day or not, to the end of the work."""
        begin = self._timeline.days(start_months)
        places = np.arange(len(self._done)) - DAYS_BEFORE
        done = np.interp(begin, places, self._done) + work_months * self._per_month
        lasting = self._timeline.moments(self._day_of(done)) - start_months
        return np.where(work_months > 0, np.maximum(lasting, 0.0), 0.0)

    def _day_of(self, done: Floats) -> Floats:
        """The first moment at which so much is done, in days after the start."""
        day = np.clip(np.searchsorted(self._done, done - ROUNDING_DAYS), 1, len(self._done) - 1)
        over = (self._done[day] - done) / np.maximum(self._done[day] - self._done[day - 1], 1e-12)
        return np.asarray(day - np.clip(over, 0.0, 1.0) - DAYS_BEFORE)


def open_shares(calendar: Calendar, start: date, before: int, after: int) -> Floats:
    """How much of each day around a start is worked, [day], 1 a whole one.

    The days of a week are worked from Monday on; a year's shutdown is on its last days.
    """
    days = np.datetime64(start) + np.arange(-before, after)
    weekday = (np.arange(-before, after) + start.weekday()) % 7
    week = np.clip(calendar.days_per_week - weekday, 0.0, 1.0)
    left = days_left_in_year(days) - calendar.shutdown_days_per_year
    shares: Floats = week * np.clip(left, 0.0, 1.0)
    return shares


def days_left_in_year(days: NDArray[np.datetime64]) -> Floats:
    """Days from a day to the end of its year, the day itself counted."""
    next_year = (days.astype("datetime64[Y]") + 1).astype("datetime64[D]")
    return (next_year - days).astype(float)
