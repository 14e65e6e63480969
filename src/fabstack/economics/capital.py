"""Money over time: depreciation, present value, annuities.

A cash flow is an array with one entry for each year, the first at year 0.
"""

from __future__ import annotations

import math
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike

from fabstack.economics.numeric import Floats


class Depreciation(StrEnum):
    """How the price of an asset is spread over its life."""

    STRAIGHT_LINE = "straight-line"
    SUM_OF_YEARS = "sum-of-years"
    DECLINING_BALANCE = "declining-balance"


def depreciation_usd(
    price_usd: float,
    *,
    life_years: int,
    salvage_usd: float = 0.0,
    method: Depreciation = Depreciation.STRAIGHT_LINE,
) -> Floats:
    """Depreciation in each year of an asset's life; the sum is the price less the salvage value.

    The declining balance is a double one that turns to a straight line where that is faster.

    Raises:
        ValueError: no life of at least one year, or a salvage value outside 0 to the price.
    """
    if life_years < 1 or not 0 <= salvage_usd <= price_usd:
        raise ValueError("an asset needs a life of at least 1 year and a salvage up to its price")
    base = price_usd - salvage_usd
    years = np.arange(life_years, 0.0, -1.0)
    match method:
        case Depreciation.STRAIGHT_LINE:
            return np.ones(life_years) * (base / life_years)
        case Depreciation.SUM_OF_YEARS:
            return base / float(years.sum()) * years
        case Depreciation.DECLINING_BALANCE:
            return _declining_balance(price_usd, base, life_years)


def _declining_balance(price_usd: float, base_usd: float, life_years: int) -> Floats:
    written_off = np.zeros(life_years)
    for year in range(life_years):
        done = written_off.sum()
        declining = (price_usd - done) * 2 / life_years
        straight = (base_usd - done) / (life_years - year)
        written_off[year] = min(max(declining, straight), base_usd - done)
    return written_off


def discount_factors(rate_share: float, years: ArrayLike) -> Floats:
    """1 / (1 + r)^t."""
    factors: Floats = np.power(1 + rate_share, -np.asarray(years, dtype=np.float64))
    return factors


def net_present_value_usd(cash_usd: ArrayLike, rate_share: float) -> float:
    """Value today of a cash flow of years 0, 1, 2 ...

    >>> round(net_present_value_usd([-100, 60, 60], 0.1), 3)
    4.132
    """
    cash = np.asarray(cash_usd, dtype=np.float64)
    return float(cash @ discount_factors(rate_share, np.arange(len(cash))))


def annuity_factor(rate_share: float, years: float) -> float:
    """Value today of 1 a year at the end of each year: (1 - (1 + r)^-n) / r, n where r = 0.

    >>> round(annuity_factor(0.1, 5), 4)
    3.7908
    """
    if rate_share == 0:
        return years
    return -math.expm1(-years * math.log1p(rate_share)) / rate_share


def annual_capital_cost_usd(
    price_usd: float, rate_share: float, years: float, salvage_usd: float = 0.0
) -> float:
    """The yearly payment that pays an asset back with interest over its life."""
    salvage_today = salvage_usd * math.pow(1 + rate_share, -years)
    return (price_usd - salvage_today) / annuity_factor(rate_share, years)


def internal_rate_of_return(cash_usd: ArrayLike) -> float:
    """The rate at which a cash flow that is first paid out and then earned is worth nothing.

    Raises:
        ValueError: the flow does not change its sign exactly once, so that no single rate exists.
    """
    from scipy.optimize import brentq

    cash = np.asarray(cash_usd, dtype=np.float64)
    signs = np.sign(cash[cash != 0])
    if np.count_nonzero(np.diff(signs)) != 1:
        raise ValueError("a rate of return needs a cash flow that changes its sign exactly once")
    highest = 1.0
    while net_present_value_usd(cash, highest) * signs[0] < 0:
        highest *= 4
    return float(brentq(lambda rate: net_present_value_usd(cash, rate), -0.999999, highest))


def payback_years(cash_usd: ArrayLike, rate_share: float = 0.0) -> float:
    """Years until a cash flow, discounted at a rate, has paid for itself; infinite if never.

    Within the year of payback the cash is taken to come in evenly.
    """
    cash = np.asarray(cash_usd, dtype=np.float64)
    balance = np.cumsum(cash * discount_factors(rate_share, np.arange(len(cash))))
    paid = np.flatnonzero(balance >= -1e-12 * np.abs(cash).sum())  # less is rounding
    if not paid.size:
        return math.inf
    year = int(paid[0])
    if year == 0:
        return 0.0
    return year - float(balance[year] / (balance[year] - balance[year - 1]))
