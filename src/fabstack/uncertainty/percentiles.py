"""What a sample says: percentiles and shares, each with how sure it is."""

from __future__ import annotations

import functools
import math
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special

from fabstack.uncertainty.chance import Floats

CONFIDENCE = 0.95
FAN = (10, 50, 90)  # percentiles that every fan over time shows


class Interval(NamedTuple):
    """Where the true value lies with the stated confidence."""

    low: float
    high: float


def percentile(values: Floats, percent: float) -> float:
    """The value that `percent` of the sample do not exceed, straight between neighbours."""
    return float(np.percentile(values, percent))


def fan(rows: Iterable[Floats]) -> Floats:
    """Percentiles 10, 50 and 90 of each row of futures, [percentile, row]."""
    return np.array([_spread(row) for row in rows]).T


def _spread(row: Floats) -> Floats:
    if row.min() == row.max():  # most months lie before or after all that moves
        return np.full(len(FAN), row[0])
    return _fan_of(row)


def _fan_of(row: Floats) -> Floats:
    """The bits of `np.percentile(row, FAN)`, which spends as long on its arguments as on a row."""
    below, above, part, kth = _places(len(row))
    ordered = np.partition(row, kth)
    low, high = ordered[below], ordered[above]
    width = high - low
    return np.where(part >= 0.5, high - width * (1 - part), low + width * part)


@functools.cache
def _places(samples: int) -> tuple[NDArray[np.int64], NDArray[np.int64], Floats, list[int]]:
    """Neighbours of each percentile of the fan in an ordered row, and how far between them."""
    places = (samples - 1) * (np.array(FAN) / 100)
    below = np.floor(places).astype(np.int64)
    above = np.minimum(below + 1, samples - 1)
    return below, above, places - below, sorted({*below.tolist(), *above.tolist()})


def percentile_interval(values: Floats, percent: float, confidence: float = CONFIDENCE) -> Interval:
    """Two values of the sample that enclose the true percentile, whatever the distribution.

    Ranks from the binomial distribution (Conover, Practical Nonparametric Statistics, 3.2); for
    independent samples at least the stated confidence, for stratified ones more.
    """
    n, share, tail = len(values), percent / 100, (1 - confidence) / 2
    below = math.floor(_binomial_quantile(tail, n, share)) - 1
    above = math.ceil(_binomial_quantile(1 - tail, n, share))
    ordered = np.sort(values)
    return Interval(float(ordered[max(below, 0)]), float(ordered[min(above, n - 1)]))


def share_interval(hits: int, samples: int, confidence: float = CONFIDENCE) -> Interval:
    """Where the true chance lies when `hits` of `samples` were counted (Wilson 1927)."""
    z = float(special.ndtri(1 - (1 - confidence) / 2))
    centre = (hits + z * z / 2) / (samples + z * z)
    half = z / (samples + z * z) * math.sqrt(hits * (samples - hits) / samples + z * z / 4)
    return Interval(max(centre - half, 0.0), min(centre + half, 1.0))


def _binomial_quantile(probability: float, n: int, share: float) -> float:
    """The number of hits that is not exceeded with a probability."""
    if share <= 0 or share >= 1:
        return n * share
    near = max(math.floor(float(special.bdtrik(probability, n, share))), 0)
    return near if special.bdtr(near, n, share) >= probability else near + 1
