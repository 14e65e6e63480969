"""How output grows: curves of starts, and the good units that follow a cycle time later.

A share or a rate in, the same out; time in any one unit. Logistic and Gompertz are the two usual
curves of a ramp: the first is symmetric, the second starts slowly and creeps to its end.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from fabstack.economics.numeric import Floats, Number, plain


@dataclass(frozen=True, slots=True)
class Logistic:
    """full / (1 + exp(-rate (t - middle))): t90 - t10 = ln 81 / rate."""

    full: float
    rate: float
    middle: float

    @classmethod
    def from_spread(cls, full: float, middle: float, t10_to_t90: float) -> Logistic:
        """The curve that takes so long from a tenth to nine tenths."""
        return cls(full, math.log(81) / t10_to_t90, middle)

    def __call__(self, time: Number, /) -> Number:
        """The level at a time."""
        found: Number = plain(
            self.full / (1 + np.exp(-self.rate * (np.asarray(time) - self.middle)))
        )
        return found

    def when(self, share: float) -> float:
        """The time at which a share of the full level is reached.

        >>> round(Logistic(100, 0.5, 12).when(0.9), 6)
        16.394449
        """
        return self.middle + math.log(share / (1 - share)) / self.rate

    def area(self, begin: float, end: float) -> float:
        """The amount between two times: the exact integral.

        >>> round(Logistic(100, 0.5, 12).area(0, 24), 9)
        1200.0
        """
        grown = [np.logaddexp(0.0, self.rate * (t - self.middle)) for t in (begin, end)]
        return float(self.full * (grown[1] - grown[0]) / self.rate)


@dataclass(frozen=True, slots=True)
class Gompertz:
    """full exp(-delay exp(-rate t)): steepest at ln(delay) / rate, where full / e is reached."""

    full: float
    delay: float
    rate: float

    def __call__(self, time: Number, /) -> Number:
        """The level at a time."""
        found: Number = plain(
            self.full * np.exp(-self.delay * np.exp(-self.rate * np.asarray(time)))
        )
        return found

    @property
    def inflection(self) -> float:
        """When it grows fastest.

        >>> round(Gompertz(100, 5, 0.3).inflection, 6)
        5.364793
        """
        return math.log(self.delay) / self.rate

    def when(self, share: float) -> float:
        """The time at which a share of the full level is reached.

        >>> round(Gompertz(100, 5, 0.3).when(0.5), 6)
        6.586503
        """
        return math.log(self.delay / -math.log(share)) / self.rate


def good_output(starts: Floats, yields: Floats, cycle_periods: float) -> Floats:
    """Good units out in each period, [period]: starts times the yield of their period, later.

    What is started in a period comes out `cycle_periods` later; a part of a period splits the
    output between two. What is still in work at the end does not count.
    """
    good = np.asarray(starts, dtype=float) * np.asarray(yields, dtype=float)
    whole = math.floor(cycle_periods)
    part = cycle_periods - whole
    found: Floats = _later(good, whole) * (1 - part) + _later(good, whole + 1) * part
    return found


def _later(values: Floats, periods: int) -> Floats:
    moved = np.zeros_like(values)
    if periods < len(values):
        moved[periods:] = values[: len(values) - periods]
    return moved


@dataclass(frozen=True, slots=True)
class Experience:
    """Defects per cm2 after cumulative wafers W and cumulative engineering E.

    ln D = ln start - b1 ln(1 + W/W0) - b2 ln(1 + E/E0) + b3 x new process: both kinds of experience
    count, and a new process disturbs (Hatch and Mowery 1998 for the findings; the default exponents
    are estimates within .15 to .35 and .10 to .30).
    """

    start_per_cm2: float
    wafer_scale: float
    engineering_scale: float
    wafer_exponent: float = 0.25
    engineering_exponent: float = 0.2
    disturbance: float = 0.0  # b3, while a new process is brought in

    def __call__(self, wafers: Number, engineering: Number, /) -> Number:
        """The density after so much of both."""
        logarithm = (
            math.log(self.start_per_cm2)
            + self.disturbance
            - self.wafer_exponent * np.log1p(wafers / self.wafer_scale)
            - self.engineering_exponent * np.log1p(engineering / self.engineering_scale)
        )
        found: Number = plain(np.exp(logarithm))
        return found
