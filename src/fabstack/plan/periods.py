"""The horizon cut into periods; the only place that knows how long one is.

Time runs on an axis of months from the first day on. Unless a programme says otherwise a period is
a calendar month and counts as one month of capacity and demand, whatever its days, so that a steady
programme gives a steady plan. A grid such as `13w 24m 20q` counts true days, 30.4375 to a month
(`grid`).
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
from fabstack.model.days import DAYS_PER_MONTH, month_index, month_start
from fabstack.model.grid import days_of
from fabstack.plan.types import Floats, Ints

ROUNDING = 1e-9  # 2.9999999999 months are three


class Arrivals(NamedTuple):
    """Parts of what leaves: where each comes from, and when it arrives [part]."""

    flow: Ints  # index of the lag
    leaves: Ints  # period
    arrives: Ints  # period; `count` or later: beyond the horizon
    share: Floats  # of what leaves


@dataclass(frozen=True, slots=True)
class Periods:
    """Periods one after the other; `days` are their first days, and the day after the last."""

    days: tuple[date, ...]
    edges: Floats  # [period + 1] months from the start
    even: bool  # every period is one month long and counts as one

    @classmethod
    def of(cls, programme: Programme) -> Periods:
        """The periods of a programme: its months, both ends included, or its own grid."""
        head, spelt = programme.programme, programme.planning.periods
        if not spelt.strip():
            count = month_index(head.start, head.end) + 1
            days = tuple(month_start(head.start, month) for month in range(count + 1))
            return cls(days, np.arange(count + 1.0), even=True)
        days = days_of(spelt, head.start, head.end)
        edges = np.array([(day - head.start).days / DAYS_PER_MONTH for day in days])
        return cls(days, edges, even=False)

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.days) - 1

    @property
    def numbers(self) -> Ints:
        """0, 1, 2, ... [period]."""
        return np.arange(self.count)

    @property
    def months(self) -> Floats:
        """Length of each period [period]."""
        return np.diff(self.edges)

    @property
    def middles(self) -> Floats:
        """Months from the start to the middle of each period [period]."""
        middles: Floats = (self.edges[:-1] + self.edges[1:]) / 2
        return middles

    @property
    def years(self) -> Floats:
        """Years from the start to the middle of each period [period]."""
        return self.middles / 12

    def day(self, period: int) -> date:
        """First day of a period."""
        return self.days[period]

    def name(self, period: int) -> str:
        """What people call a period: its month, or its first day."""
        return f"{self.days[period]:%Y-%m}" if self.even else f"{self.days[period]}"

    def position(self, day: date) -> float:
        """Months from the start to the beginning of a day; negative before it."""
        if not self.even:
            return (day - self.days[0]).days / DAYS_PER_MONTH
        return month_index(self.days[0], day) + (day.day - 1) / monthrange(day.year, day.month)[1]

    def after(self, day: date | None) -> float:
        """Where a day has ended on the axis; without a day, never."""
        return math.inf if day is None else self.position(day + timedelta(days=1))

    def at(self, months: float) -> int:
        """The period that a position lies in; below 0 before the start, `count` after the end."""
        return int(np.searchsorted(self.edges, months, side="right")) - 1

    def share(self, first: float, last: float) -> Floats:
        """Share of each period that lies between two positions [period]."""
        overlap = np.minimum(self.edges[1:], last) - np.maximum(self.edges[:-1], first)
        shares: Floats = np.clip(overlap / self.months, 0.0, 1.0)
        return shares

    def arrivals(self, lags_months: ArrayLike) -> Arrivals:
        """When that arrives which leaves evenly over each period and travels each of the lags.

        What leaves in [a, b) arrives in [a + lag, b + lag), in each period as much as lies in it.
        """
        lags = np.asarray(lags_months, dtype=float).reshape(-1)
        return self._even_arrivals(lags) if self.even else self._uneven_arrivals(lags)

    def first_arrival(self, lags_months: ArrayLike) -> Ints:
        """Period in which the first of what leaves in a period arrives [lag, period]."""
        lags = np.asarray(lags_months, dtype=float).reshape(-1, 1)
        first: Ints = np.searchsorted(self.edges, self.edges[:-1] + lags + ROUNDING, "right") - 1
        return first

    def _even_arrivals(self, lags: Floats) -> Arrivals:
        """A lag of n + f periods puts the share 1 - f into period t + n and f into t + n + 1."""
        whole = np.floor(lags + ROUNDING)
        late = np.clip(lags - whole, 0.0, 1.0)
        offset = np.stack([whole, whole + 1]).astype(np.int64)
        share = np.stack([1.0 - late, late])
        part, flow = np.nonzero(share)
        leaves = np.tile(self.numbers, flow.size)
        flows = np.repeat(flow, self.count)
        arrives = leaves + np.repeat(offset[part, flow], self.count)
        return Arrivals(flows, leaves, arrives, np.repeat(share[part, flow], self.count))

    def _uneven_arrivals(self, lags: Floats) -> Arrivals:
        edges = np.append(self.edges, np.inf)  # one period more, for all that comes too late
        first = self.first_arrival(lags)
        ends = self.edges[1:] + lags[:, None]
        last = np.searchsorted(self.edges, ends - ROUNDING, "left") - 1
        parts = (last - first + 1).ravel()
        flow, leaves = (np.repeat(i.ravel(), parts) for i in np.indices(first.shape))
        begun = np.repeat(np.cumsum(parts) - parts, parts)
        arrives = np.repeat(first.ravel(), parts) + np.arange(begun.size) - begun
        begins = np.maximum(edges[arrives], self.edges[leaves] + lags[flow])
        until = np.minimum(edges[arrives + 1], self.edges[leaves + 1] + lags[flow])
        share = np.maximum(until - begins, 0.0) / self.months[leaves]
        return Arrivals(flow, leaves, arrives, share)
