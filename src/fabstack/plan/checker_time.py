"""The checker's own clock: periods, positions and overlaps, one number at a time."""

from __future__ import annotations

import calendar
import math
from collections.abc import Iterator
from datetime import date, timedelta

from fabstack.model import Programme

MONTH = 365.25 / 12  # days


class Clock:
    """The periods of a plan on an axis of months from its start."""

    def __init__(self, programme: Programme) -> None:
        self.start, self.end = programme.programme.start, programme.programme.end
        self.spelt = programme.planning.periods.lower().split()
        self.edges = [self.position(day) for day in self._days()]
        self.periods = len(self.edges) - 1

    def _days(self) -> Iterator[date]:
        """First days of the periods, and the day after the last."""
        if not self.spelt:
            day = self.start.replace(day=1)
            while day <= self.end:
                yield day
                day = _first(day, 1)
            yield day
            return
        day = self.start
        yield day
        for word in self.spelt:
            left = float(word[:-1] or math.inf)
            while left > 0 and day <= self.end:
                day = _after(day, word[-1])
                left -= 1
                yield day

    def position(self, day: date) -> float:
        """Months from the start to a day."""
        if self.spelt:
            return (day - self.start).days / MONTH
        months = (day.year - self.start.year) * 12 + day.month - self.start.month
        return months + (day.day - 1) / calendar.monthrange(day.year, day.month)[1]

    def months(self, period: int) -> float:
        """Length of a period."""
        return self.edges[period + 1] - self.edges[period]

    def middle(self, period: int) -> float:
        """Months from the start to the middle of a period."""
        return (self.edges[period] + self.edges[period + 1]) / 2

    def holding(self, months: float) -> int:
        """The period that holds a position; -1 before the start, `periods` after the end."""
        for period in range(self.periods + 1):
            if months < self.edges[period]:
                return period - 1
        return self.periods

    def common(self, period: int, first: float, last: float) -> float:
        """Months that a period has in common with the time between two positions."""
        return max(min(self.edges[period + 1], last) - max(self.edges[period], first), 0.0)

    def overlap(self, period: int, begins: date | None, ends: date | None) -> float:
        """Share of a period between two days, both included."""
        first = -math.inf if begins is None else self.position(begins)
        last = math.inf if ends is None else self.position(ends + timedelta(days=1))
        return min(self.common(period, first, last) / self.months(period), 1.0)

    def arrivals(self, period: int, lag_months: float) -> Iterator[tuple[int, float]]:
        """Periods within the horizon in which a period's flow arrives, and the share of it."""
        first, last = self.edges[period] + lag_months, self.edges[period + 1] + lag_months
        for when in range(period, self.periods):
            share = self.common(when, first, last) / (last - first)
            if share > 1e-9:
                yield when, share
            if self.edges[when + 1] >= last:
                return

    def first_arrival(self, period: int, lag_months: float) -> int:
        """The first period in which a period's flow arrives."""
        return self.holding(self.edges[period] + lag_months + 1e-9)

    def paid(self, period: int, lag_months: float) -> Iterator[tuple[int, float]]:
        """As `arrivals`, but what lies beyond the horizon falls into its last period."""
        inside = list(self.arrivals(period, lag_months))
        yield from inside
        yield self.periods - 1, 1 - sum(share for _, share in inside)


def _first(day: date, months: int) -> date:
    """The first of the month so many months after that of a day."""
    total = day.year * 12 + day.month - 1 + months
    return date(total // 12, total % 12 + 1, 1)


def _after(day: date, unit: str) -> date:
    if unit in "dw":
        return day + timedelta(days=1 if unit == "d" else 7)
    months = {"m": 1, "q": 3, "y": 12}[unit]
    return _first(day, months if day.day <= 15 else months + 1)
