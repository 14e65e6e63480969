"""How cost and defects fall with experience and time.

Wright's law fits best of six laws over 62 technologies (Nagy et al., PLoS ONE 2013); a fall of
20 % for each doubling is typical (Irwin and Klenow 1994 for memory; McNerney et al., PNAS 2011).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

import numpy as np

from fabstack.economics.numeric import Number, plain, power
from fabstack.economics.registry import Registry


class LearningCurveName(StrEnum):
    """The learning curves that come with fabstack."""

    CONSTANT = "constant"
    WRIGHT = "wright"
    EXPONENTIAL = "exponential"
    CUMULATIVE = "cumulative"


class LearningCurve(Protocol):
    """A quantity that changes with experience: time or units, a number or an array."""

    def __call__(self, experience: Any, /) -> Any:
        """The quantity after so much experience."""
        ...


@dataclass(frozen=True, slots=True)
class Constant:
    """Nothing is learned."""

    value: float

    def __call__(self, experience: Number, /) -> Number:
        """The same value always."""
        return self.value + 0 * experience


@dataclass(frozen=True, slots=True)
class Wright:
    """c(n) = c1 x n^b with b = log2(1 - learning rate) (Wright 1936); n counts units from 1."""

    first: float
    learning_rate_share: float

    def __post_init__(self) -> None:
        if not 0 <= self.learning_rate_share < 1:
            raise ValueError(
                f"a learning rate lies in [0, 1): 0.2 for 20 %, not {self.learning_rate_share}"
            )

    def __call__(self, units: Number, /) -> Number:
        """The value of the n-th unit."""
        return self.first * power(units, wright_exponent(self.learning_rate_share))

    def total(self, units: int) -> float:
        """The sum over the first units, to 12 digits."""
        exponent = wright_exponent(self.learning_rate_share)
        exact = min(units, 1000)
        head = float(np.sum(np.arange(1, exact + 1.0) ** exponent))
        return self.first * (head + _power_sum(exact, units, exponent))


@dataclass(frozen=True, slots=True)
class CumulativeAverage:
    """The *average* of the first n units is first x n^b (Wright 1936 as he meant it).

    Not `Wright`, which speaks of the n-th unit (Crawford's form): the two differ by a factor near
    1 + b on every later unit.
    """

    first: float
    learning_rate_share: float

    def __call__(self, units: Number, /) -> Number:
        """The average of the first n units."""
        return self.first * power(units, wright_exponent(self.learning_rate_share))

    def total(self, units: float) -> float:
        """The sum of the first units."""
        return 0.0 if units == 0 else float(units * self(units))

    def unit(self, units: float) -> float:
        """The value of the n-th unit.

        >>> round(CumulativeAverage(100, 0.2).unit(8), 4)
        35.4573
        """
        return self.total(units) - self.total(units - 1)


@dataclass(frozen=True, slots=True)
class Exponential:
    """Final + (start - final) exp(-t / tau): defect density over time since the start.

    The form is an engineering convention in the manner of the ITRS yield tables.
    """

    start: float
    final: float
    tau: float

    def __post_init__(self) -> None:
        if not self.tau > 0:
            raise ValueError(f"the time constant of learning must be above 0, not {self.tau}")

    def __call__(self, time: Number, /) -> Number:
        """The value at a time in the unit of tau; before the start it is the start's."""
        share: Number = plain(np.exp(-np.maximum(time, 0.0) / self.tau))
        return self.final + (self.start - self.final) * share

    def when(self, value: float) -> float:
        """The time at which a value between start and final is reached, in the unit of tau.

        >>> round(Exponential(0.8, 0.12, 4.0).when(0.2), 6)
        8.560265

        Raises:
            ValueError: the value is never reached.
        """
        ratio = (self.start - self.final) / (value - self.final) if value != self.final else -1.0
        if ratio < 1:
            raise ValueError(f"{value} is never reached between {self.start} and {self.final}")
        return self.tau * math.log(ratio)


@dataclass(frozen=True, slots=True)
class Cumulative:
    """Final + (start - final) (1 + n / scale)^b: defect density over cumulative wafers.

    Wright's law with a floor, and with experience of `scale` units at the start.
    """

    start: float
    final: float
    scale: float
    learning_rate_share: float = 0.2

    def __call__(self, units: Number, /) -> Number:
        """The value after so many units."""
        exponent = wright_exponent(self.learning_rate_share)
        return self.final + (self.start - self.final) * power(1 + units / self.scale, exponent)


LEARNING_CURVES: Registry[Callable[..., LearningCurve]] = Registry(
    "learning curve", "fabstack.learning_curves"
)
_CURVES: Mapping[LearningCurveName, Callable[..., LearningCurve]] = {
    LearningCurveName.CONSTANT: Constant,
    LearningCurveName.WRIGHT: Wright,
    LearningCurveName.EXPONENTIAL: Exponential,
    LearningCurveName.CUMULATIVE: Cumulative,
}
for _name, _curve in _CURVES.items():
    LEARNING_CURVES.register(_name, _curve)


def learning_curve(name: str, **parameters: float) -> LearningCurve:
    """A learning curve by its name and parameters.

    >>> round(learning_curve("wright", first=1.0, learning_rate_share=0.2)(4.0), 2)
    0.64

    Raises:
        UnknownNameError: there is none of this name.
        ValueError: the parameters are not those of the curve.
    """
    try:
        curve: LearningCurve = LEARNING_CURVES.named(name)(**parameters)
    except TypeError as error:
        raise ValueError(f"learning curve '{name}': {error}") from None
    return curve


def wright_exponent(learning_rate_share: float) -> float:
    """log2(1 - LR): the slope of Wright's law on logarithmic axes.

    >>> round(wright_exponent(0.2), 5)
    -0.32193
    """
    return math.log2(1 - learning_rate_share)


def learning_rate(units: tuple[float, ...], values: tuple[float, ...]) -> float:
    """The learning rate of Wright's law that fits best on logarithmic axes (least squares).

    >>> round(learning_rate((1_000, 8_000), (1.0, 0.512)), 12)
    0.2

    Raises:
        ValueError: fewer than two different units, or numbers not above 0.
    """
    if len(units) != len(values) or len(set(units)) < 2 or min(*units, *values) <= 0:
        raise ValueError("a learning rate needs at least two different units, all numbers above 0")
    slope = np.polyfit(np.log(units), np.log(values), 1)[0]
    return float(1 - 2**slope)


def _power_sum(after: int, last: int, exponent: float) -> float:
    """Sum of n^exponent over after < n <= last by Euler and Maclaurin."""
    if last <= after:
        return 0.0
    rise = exponent + 1
    area = math.log(last / after) if rise == 0 else (last**rise - after**rise) / rise
    ends = (last**exponent - after**exponent) / 2
    slope = exponent * (last ** (exponent - 1) - after ** (exponent - 1)) / 12
    return float(area + ends + slope)
