"""Distributions as inverses: a share of all cases in, the value that so many cases stay below out.

Drawing through the inverse keeps the order of the uniform numbers, so stratified designs stay
stratified, correlations stay rank correlations, and the same share means the same luck in two runs.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import special

from fabstack.model import Distribution, Kind

Floats = NDArray[np.float64]

# Shares outside are moved here: beyond 2^-53 a double cannot tell 1 - u from 1.
LOWEST_SHARE = 2.0**-53


def quantile(distribution: Distribution, shares: Floats) -> Floats:
    """Values of a distribution, in its column's unit, below which the given shares of cases lie.

    A normal is cut at 0, as in the simulator; an empirical one is a step function of its values.
    """
    inside = np.clip(shares, LOWEST_SHARE, 1 - LOWEST_SHARE)
    return _INVERSES[distribution.kind](inside, *distribution.parameters)


def is_random(distribution: Distribution) -> bool:
    """Whether two draws can differ."""
    values = distribution.parameters
    match distribution.kind:
        case Kind.CONSTANT:
            return False
        case Kind.UNIFORM | Kind.TRIANGULAR | Kind.PERT | Kind.EMPIRICAL:
            return min(values) < max(values)
        case Kind.NORMAL | Kind.LOGNORMAL:
            return values[1] > 0
        case Kind.EXPONENTIAL | Kind.GAMMA:
            return True


def _constant(shares: Floats, value: float) -> Floats:
    return np.full_like(shares, value)


def _uniform(shares: Floats, low: float, high: float) -> Floats:
    return low + (high - low) * shares


def _triangular(shares: Floats, low: float, mode: float, high: float) -> Floats:
    width = high - low
    if width == 0:
        return np.full_like(shares, low)
    rising = low + np.sqrt(shares * width * (mode - low))
    falling = high - np.sqrt((1 - shares) * width * (high - mode))
    return np.where(shares * width < mode - low, rising, falling)


def _pert(shares: Floats, low: float, mode: float, high: float) -> Floats:
    """Beta-PERT: a beta of shapes 1 + 4 (mode - low) / width and 1 + 4 (high - mode) / width."""
    width = high - low
    if width == 0:
        return np.full_like(shares, low)
    shapes = 1 + 4 * (mode - low) / width, 1 + 4 * (high - mode) / width
    return low + width * _beta(shares, *shapes)


def _exponential(shares: Floats, mean: float) -> Floats:
    return -mean * np.log1p(-shares)


def _normal(shares: Floats, mean: float, deviation: float) -> Floats:
    return np.maximum(mean + deviation * special.ndtri(shares), 0.0)


def _lognormal(shares: Floats, median: float, sigma: float) -> Floats:
    return median * np.exp(sigma * special.ndtri(shares))


def _gamma(shares: Floats, mean: float, variation: float) -> Floats:
    shape = 1 / variation**2
    return np.asarray(special.gammaincinv(shape, shares) * (mean / shape), dtype=np.float64)


def _empirical(shares: Floats, *values: float) -> Floats:
    ordered = np.sort(np.asarray(values))
    return ordered[np.minimum((shares * len(values)).astype(np.int64), len(values) - 1)]


_INVERSES: dict[Kind, Callable[..., Floats]] = {
    Kind.CONSTANT: _constant,
    Kind.UNIFORM: _uniform,
    Kind.TRIANGULAR: _triangular,
    Kind.PERT: _pert,
    Kind.EXPONENTIAL: _exponential,
    Kind.NORMAL: _normal,
    Kind.LOGNORMAL: _lognormal,
    Kind.GAMMA: _gamma,
    Kind.EMPIRICAL: _empirical,
}


# --- The inverse of the beta distribution ---------------------------------------------------------

# One inversion takes 1.7 microseconds. Seen as a function of the normal score of the share the
# inverse is smooth, so a cubic spline through this many exact points is right to 2e-10 of the width
# and ten times as fast.
_KNOTS = 513


def _beta(shares: Floats, first: float, second: float) -> Floats:
    if shares.size <= _KNOTS:
        exact: Floats = special.betaincinv(first, second, shares)
        return exact
    smooth: Floats = _beta_spline(first, second)(special.ndtri(shares))
    return np.clip(smooth, 0.0, 1.0)


@functools.lru_cache(maxsize=1024)
def _beta_spline(first: float, second: float) -> Callable[[Floats], Floats]:
    from scipy.interpolate import CubicSpline

    end = -special.ndtri(LOWEST_SHARE) + 0.1
    scores = np.linspace(-end, end, _KNOTS)
    spline: Callable[[Floats], Floats] = CubicSpline(
        scores, special.betaincinv(first, second, special.ndtr(scores))
    )
    return spline
