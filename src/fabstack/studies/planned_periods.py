"""Periods of a plan, and what amounts for each of them add up to between two days.

An amount of a period is spread evenly over its days, as the plan itself takes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
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
    amounts: Iterable[float], periods: Sequence[Period], first: date, days: float
) -> float:
    """What an amount for each period adds up to from a day on, at rates as a simulation has them.

    A month of a rate has 30.4375 days, whatever the days of its period.
    """
    total = 0.0
    for amount, period in zip(amounts, periods, strict=True):
        begin, end = (period.first - first).days, (period.until - first).days
        within = max(0.0, min(end, days) - max(begin, 0.0))
        total += float(amount) / period.months * within / DAYS_PER_MONTH
    return total
