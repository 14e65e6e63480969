"""Things that go wrong now and then: how often, how much is lost, and what a stock can bridge.

Events come as a Poisson process; each costs time or units drawn for itself. Recovery runs straight
from nothing to full, as after the fire at Naka in 2021 (half of the output on half of the way).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from fabstack.economics.numeric import Floats


class Losses(NamedTuple):
    """What events cost over a time."""

    mean: float
    variance: float
    chance_of_none: float


def compound_poisson(per_year: float, mean: float, deviation: float, years: float) -> Losses:
    """Sum of losses over some years: mean r T m, variance r T (s^2 + m^2).

    >>> compound_poisson(0.5, 1.5, 2.0, 5.0)[:2]
    (3.75, 15.625)
    """
    count = per_year * years
    return Losses(count * mean, count * (deviation**2 + mean**2), math.exp(-count))


def recovering_output(
    moments: Floats, strikes: Floats, stopped: Floats, recovery: Floats
) -> Floats:
    """Share of full output at moments [moment], after events [event] at some time.

    Each event stops all for a while, then output climbs straight to full; of several the worst
    counts. All in one unit of time.
    """
    share = np.ones(len(moments))
    for strike, stop, climb in zip(strikes, stopped, recovery, strict=True):
        since = moments - strike
        ramp = np.clip((since - stop) / climb, 0.0, 1.0) if climb > 0 else (since >= stop) * 1.0
        share = np.minimum(share, np.where(since < 0, 1.0, ramp))
    return share


def lost_time(stopped: Floats, recovery: Floats) -> Floats:
    """Full output that is lost in each event: the stop and half of the climb."""
    lost: Floats = stopped + recovery / 2
    return lost


def bridge_stock(shortfalls: Floats, service_percent: float) -> float:
    """Units that cover the shortfall in so many of a hundred futures [sample].

    The least number b with P(shortfall <= b) at least the service level: the newsvendor's quantile.

    Raises:
        ValueError: no futures, or a level that is not above 0 and at most 100.
    """
    if len(shortfalls) == 0 or not 0 < service_percent <= 100:
        raise ValueError("a service level is above 0 and at most 100 percent of some futures")
    return float(np.percentile(shortfalls, service_percent, method="inverted_cdf"))


def largest_gap(needed: Floats, supplied: Floats) -> Floats:
    """The stock at the start that just lasts, [sample]; both are per period, [period, sample].

    It is the largest that need has ever run ahead of supply: what is over early fills the stock,
    what comes too late does not.
    """
    ahead = np.cumsum(np.asarray(needed) - np.asarray(supplied), axis=0)
    gap: Floats = np.maximum(ahead.max(axis=0), 0.0)
    return gap


def critical_service(short_usd: float, over_usd: float) -> float:
    """The service level at which one more unit is worth its cost: cu / (cu + co), in percent."""
    return 100 * short_usd / (short_usd + over_usd)
