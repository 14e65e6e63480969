"""Distributions as the kernel knows them: a law, its mean, and two parameters (see types.Law)."""

from __future__ import annotations

import math
from typing import NamedTuple

from fabstack.arrays.types import Law


class Chance(NamedTuple):
    """A random quantity; `values` are those of an empirical one."""

    law: Law
    mean_min: float
    a: float = 0.0
    b: float = 0.0
    values: tuple[float, ...] = ()

    def times(self, factor: float) -> Chance:
        """The same quantity in another unit."""
        scaled = _SCALED[self.law]
        return self._replace(
            mean_min=self.mean_min * factor,
            a=self.a * factor if "a" in scaled else self.a,
            b=self.b * factor if "b" in scaled else self.b,
            values=tuple(value * factor for value in self.values),
        )


# Which parameters of a law carry its unit.
_SCALED = {
    Law.CONSTANT: "",
    Law.UNIFORM: "ab",
    Law.EXPONENTIAL: "",
    Law.TRIANGULAR: "ab",
    Law.PERT: "ab",
    Law.NORMAL: "b",
    Law.LOGNORMAL: "a",
    Law.GAMMA: "",
    Law.EMPIRICAL: "",
}


def constant(value: float) -> Chance:
    """Always the same."""
    return Chance(Law.CONSTANT, value)


def uniform(low: float, high: float) -> Chance:
    """Anything from `low` to `high` alike."""
    return Chance(Law.UNIFORM, (low + high) / 2, low, high - low)


def exponential(mean: float) -> Chance:
    """Without memory."""
    return Chance(Law.EXPONENTIAL, mean)


def triangular(low: float, mode: float, high: float) -> Chance:
    """A density that rises to the mode and falls from there, both straight."""
    return Chance(Law.TRIANGULAR, (low + mode + high) / 3, low, high - low)


def pert(low: float, mode: float, high: float) -> Chance:
    """Beta-PERT with weight 4 on the mode (Malcolm et al. 1959)."""
    return Chance(Law.PERT, (low + 4 * mode + high) / 6, low, high - low)


def normal(mean: float, deviation: float) -> Chance:
    """Normal, cut at 0."""
    return Chance(Law.NORMAL, mean, 0.0, deviation)


def lognormal(median: float, sigma: float) -> Chance:
    """The logarithm is normal with deviation `sigma`; the mean is median x exp(sigma^2 / 2)."""
    return Chance(Law.LOGNORMAL, median * math.exp(sigma * sigma / 2), median, sigma)


def gamma(mean: float, variation: float) -> Chance:
    """Gamma with a coefficient of variation (standard deviation over mean)."""
    return Chance(Law.GAMMA, mean, 1.0 / (variation * variation))


def erlang(mean: float, phases: int) -> Chance:
    """The sum of `phases` exponential times that add up to `mean` on average."""
    return Chance(Law.GAMMA, mean, float(phases))


def empirical(values: tuple[float, ...]) -> Chance:
    """One of the values, each as likely as the other."""
    return Chance(Law.EMPIRICAL, math.fsum(values) / len(values), 0.0, float(len(values)), values)
