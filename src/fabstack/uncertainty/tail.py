"""How bad it gets beyond a percentile: the mean of the worst cases (CVaR, expected shortfall).

Worst means largest. Rockafellar and Uryasev (2002): an atom at the percentile is split, so that
exactly the worst share of all cases is averaged.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from fabstack.model import Distribution
from fabstack.uncertainty.chance import Floats, quantile

LAST_SHARE = 2.0**-52  # the smallest share of worst cases that is looked at


class Tail(NamedTuple):
    """The percentile itself (VaR) and the mean of all beyond it (CVaR)."""

    percentile: float
    mean_beyond: float


def sample_tail(values: Floats, percent: float) -> Tail:
    """The tail of a sample whose values are alike likely.

    >>> sample_tail(np.arange(1.0, 11.0), 80).mean_beyond
    9.5

    Raises:
        ValueError: an empty sample, or a percentile outside 0 to 100.
    """
    share = _share(percent)
    if len(values) == 0:
        raise ValueError("an empty sample has no tail")
    ordered = np.sort(values)
    worst = (1 - share) * len(ordered)  # how many cases are averaged, the last one in part
    whole = math.floor(worst + 1e-9)
    part = max(worst - whole, 0.0) if whole < len(ordered) else 0.0
    boundary = float(ordered[len(ordered) - 1 - min(whole, len(ordered) - 1)])
    beyond = math.fsum(ordered[len(ordered) - whole :])
    return Tail(
        float(np.percentile(ordered, percent, method="inverted_cdf")),
        (beyond + part * boundary) / (whole + part),
    )


def tail(distribution: Distribution, percent: float) -> Tail:
    """The tail of a distribution as fabstack draws it (a normal is cut at 0)."""
    return inverse_tail(lambda shares: quantile(distribution, shares), percent)


def inverse_tail(inverse: Callable[[Floats], Floats], percent: float) -> Tail:
    """The tail of any distribution given by its inverse: integral of the inverse over the worst.

    With u = 1 - (1 - q) exp(-x) the integral is one of inverse(u) exp(-x) over all x above 0, which
    stays smooth where the inverse runs off to infinity.
    """
    from scipy.integrate import quad

    share = _share(percent)

    def weighted(x: float) -> float:
        return float(inverse(np.array([1 - (1 - share) * math.exp(-x)]))[0]) * math.exp(-x)

    # no double lies between the last share and 1; what is beyond weighs nothing
    end = math.log((1 - share) / LAST_SHARE)
    mean, _ = quad(weighted, 0, end, limit=200, epsabs=1e-12, epsrel=1e-10)
    return Tail(float(inverse(np.array([share]))[0]), float(mean))


def _share(percent: float) -> float:
    if not 0 <= percent < 100:
        raise ValueError(f"a tail begins at a percentile from 0 to below 100, not {percent}")
    return percent / 100
