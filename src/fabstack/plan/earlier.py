"""What an earlier plan decided, by date, so that another plan can be held to it.

The two need not share their periods: a plan of months may be held to one of quarters, or be made
again a month later. What was decided for a period is then spread evenly over its days, as all flows
of a plan are; whole numbers fall to the period that holds their first day.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from fabstack.plan.periods import Periods
from fabstack.plan.types import Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """Decisions of a plan on its own periods; what is not named was not done."""

    days: tuple[date, ...]  # first days of its periods, and the day after the last
    starts: Mapping[str, Floats]  # route -> carriers [period]
    orders: Mapping[str, Floats]  # key of an offer -> units ordered [period]
    bought_tools: Mapping[str, Floats] = field(default_factory=dict)  # key of an option [period]
    sold_tools: Mapping[str, Floats] = field(default_factory=dict)  # key of an option [period]
    # (plant, phase, day of the decision, none for the phase's own date) -> share that is built
    built: Mapping[tuple[str, str, date | None], float] = field(default_factory=dict)
    delivered: Sequence[Floats] = ()  # [want][period], in the order of the wants

    def spread(self, amounts: Floats, periods: Periods) -> Floats:
        """Amounts of the earlier plan's periods on others, by the days they share [period]."""
        return amounts @ _shares(self.days, periods)

    def moved(self, amounts: Floats, periods: Periods) -> Floats:
        """Whole amounts of the earlier plan's periods on others, by their first days [period]."""
        found = np.zeros(periods.count)
        for day, amount in zip(self.days, amounts.tolist(), strict=False):
            at = periods.at(periods.position(day))
            if 0 <= at < periods.count:
                found[at] += amount
        return found


def _shares(days: tuple[date, ...], periods: Periods) -> Floats:
    """Share of the days of each of some periods that lies in each of others [period, period]."""
    own = np.array([day.toordinal() for day in days], dtype=float)
    other = np.array([day.toordinal() for day in periods.days], dtype=float)
    begins = np.maximum(own[:-1, None], other[:-1])
    ends = np.minimum(own[1:, None], other[1:])
    shares: Floats = np.maximum(ends - begins, 0.0) / np.diff(own)[:, None]
    return shares
