"""What a dollar of each period counts for in the objective, before or after tax.

    cash       money(t) = price level(t) x discount(t), for all that is paid and earned
    after tax  of operations: money(t) x (1 - rate)
               of capital: price level(t) x (discount(t) - rate x sum over u of written(t, u) x
                           discount(u))

`written(t, u)` is the share of capital spent in t that is written off in u: evenly over the life of
the asset from the middle of t on; what is left at the end of the horizon is written off then. Tax
is paid in the period of the profit. A loss saves tax at once, as if the maker had other profits.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from fabstack.model import Programme
from fabstack.model.header import Objective
from fabstack.plan.periods import Periods
from fabstack.plan.types import Floats


class Weights(NamedTuple):
    """USD of the start for a USD of today's prices [period]."""

    money: Floats
    equipment: Floats
    building: Floats


def weights(programme: Programme, periods: Periods, prices: Floats, discount: Floats) -> Weights:
    """What counts in the objective."""
    money: Floats = prices * discount
    if programme.planning.objective is Objective.CASH:
        return Weights(money, money, money)
    finance = programme.finance
    rate = finance.tax_rate_percent / 100
    saved = [
        rate * prices * (written_off(periods, years) @ discount)
        for years in (finance.equipment_life_years, finance.building_life_years)
    ]
    return Weights(money * (1 - rate), money - saved[0], money - saved[1])


def written_off(periods: Periods, years: float) -> Floats:
    """Share of capital spent in a period that is written off in another [spent, written]."""
    found = np.zeros((periods.count, periods.count))
    for period, begins in enumerate(periods.middles.tolist()):
        months = periods.share(begins, begins + 12 * years) * periods.months
        found[period] = months / (12 * years)
    found[:, -1] += 1 - found.sum(axis=1)
    return found
