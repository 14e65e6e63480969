"""Periods of a plan, and what amounts for each of them add up to between two days.

What is started, bought or used in a period is spread evenly over its days, as the plan itself takes
it. Lots leave when they were started a lead time before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

import polars as pl

from fabstack.model.days import DAYS_PER_MONTH

Tables = Mapping[str, pl.DataFrame]


class Period(NamedTuple):
    """A period of a plan: its first day, the day after the last, and how long it counts."""

    first: date
    until: date
    months: float

    def share_before(self, day: date) -> float:
        """Share of its days that lie before a day."""
        return min(max((day - self.first).days / (self.until - self.first).days, 0.0), 1.0)


def periods_of(plan: Tables) -> list[Period]:
    """The periods of a plan, in their order."""
    columns = plan["plan_periods"].sort("month").select("month", "until", "months")
    return [Period(*row) for row in columns.iter_rows()]


def amount_between(
    amounts: Iterable[float],
    periods: Sequence[Period],
    first: date,
    days: float,
    later_days: float = 0.0,
) -> float:
    """What an amount for each period adds up to from a day on, at rates as a simulation has them.

    A month of a rate has 30.4375 days, whatever the days of its period. With `later_days`, all of
    it happens so many days later than the plan says.
    """
    total = 0.0
    for amount, period in zip(amounts, periods, strict=True):
        begin, end = ((day - first).days + later_days for day in (period.first, period.until))
        within = max(0.0, min(end, days) - max(begin, 0.0))
        total += float(amount) / period.months * within / DAYS_PER_MONTH
    return total


class Flow(NamedTuple):
    """What a route starts and gives in each period, and the days between the two."""

    periods: Sequence[Period]
    started: Sequence[float]
    output: Sequence[float]
    lead_days: float

    def leaving_between(self, first: date, days: float) -> float:
        """Output from a day on: within a period as its lots were started a lead time before."""
        total = 0.0
        for period, units in zip(self.periods, self.output, strict=True):
            begin = max((period.first - first).days, 0)
            end = min((period.until - first).days, days)
            if end > begin:
                length = (period.until - period.first).days
                share = self._share(period, first + timedelta(days=begin), end - begin)
                total += float(units) / period.months * length / DAYS_PER_MONTH * share
        return total

    def _share(self, period: Period, first: date, days: float) -> float:
        """Share of a period's output; even over its days where nothing was started before."""
        length = (period.until - period.first).days
        whole = self._started(period.first, length)
        return self._started(first, days) / whole if whole > 0 else days / length

    def _started(self, first: date, days: float) -> float:
        return amount_between(self.started, self.periods, first, days, self.lead_days)
