"""The horizon cut into periods; the only place that knows how long one is.

Time runs on an axis of periods: 2.5 is the middle of the third one. Every period is a calendar
month and counts as one month of capacity and demand, whatever its days, so that a steady programme
gives a steady plan.
"""

from __future__ import annotations

import math
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from fabstack.model import Programme
from fabstack.model.days import month_index, month_start
from fabstack.plan.types import Floats, Ints


class Split(NamedTuple):
    """A part of what leaves in a period arrives `offset` periods later."""

    offset: Ints
    share: Floats


@dataclass(frozen=True, slots=True)
class Periods:
    """`count` months, the first of which holds the programme's first day."""

    start: date
    count: int

    @classmethod
    def of(cls, programme: Programme) -> Periods:
        """The months of a programme, both ends included."""
        first, last = programme.programme.start, programme.programme.end
        return cls(month_start(first, 0), month_index(first, last) + 1)

    @property
    def months(self) -> float:
        """Length of a period."""
        return 1.0

    @property
    def numbers(self) -> Ints:
        """0, 1, 2, ... [period]."""
        return np.arange(self.count)

    @property
    def years(self) -> Floats:
        """Years from the start to the middle of each period [period]."""
        return (self.numbers + 0.5) * self.months / 12

    def day(self, period: int) -> date:
        """First day of a period."""
        return month_start(self.start, period)

    def position(self, day: date) -> float:
        """Where a day begins on the axis of periods; negative before the start."""
        days = monthrange(day.year, day.month)[1]
        return month_index(self.start, day) + (day.day - 1) / days

    def after(self, day: date | None) -> float:
        """Where a day has ended on the axis; without a day, never."""
        return math.inf if day is None else self.position(day + timedelta(days=1))

    def share(self, first: float, last: float) -> Floats:
        """Share of each period that lies between two positions [period]."""
        overlap = np.minimum(self.numbers + 1, last) - np.maximum(self.numbers, first)
        shares: Floats = np.clip(overlap, 0.0, 1.0)
        return shares

    def split(self, lag_months: ArrayLike) -> tuple[Split, Split]:
        """When that arrives which leaves evenly over a period and travels `lag_months`.

        A lag of n + f periods puts the share 1 - f into period t + n and f into t + n + 1.
        """
        lag = np.asarray(lag_months, dtype=float) / self.months
        whole = np.floor(lag + 1e-9)  # 2.9999999999 months are three
        rest = np.clip(lag - whole, 0.0, 1.0)
        offset = whole.astype(np.int64)
        return Split(offset, 1.0 - rest), Split(offset + 1, rest)
