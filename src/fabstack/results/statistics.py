"""What independent replications say of a mean."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence


def half_width_95(means: Sequence[float]) -> float | None:
    """Half the width of the 95 % interval of the mean of independent runs; None for fewer than 2.

    t x s / sqrt(n), Student's t with n - 1 degrees of freedom (Law, Simulation Modeling, ch. 9).
    """
    count = len(means)
    if count < 2:
        return None
    mean = math.fsum(means) / count
    variance = math.fsum((value - mean) ** 2 for value in means) / (count - 1)
    return student_95(count - 1) * math.sqrt(variance / count)


@functools.cache
def student_95(freedom: int) -> float:
    """Student's t that 95 % of draws stay within, for whole degrees of freedom.

    Bisection on the finite series of Abramowitz and Stegun, 26.7.3 and 26.7.4.
    """
    low, high = 0.0, 13.0  # 12.71 for one degree of freedom
    while (middle := (low + high) / 2) not in (low, high):
        low, high = (middle, high) if _within(middle, freedom) < 0.95 else (low, middle)
    return middle


def _within(t: float, freedom: int) -> float:
    """The share of draws between -t and t."""
    angle = math.atan(t / math.sqrt(freedom))
    squared, is_odd = math.cos(angle) ** 2, freedom % 2 == 1
    term = math.cos(angle) if is_odd else 1.0
    total = 0.0
    for step in range(freedom // 2):
        total += term
        term *= squared * (2 * step + 1 + is_odd) / (2 * step + 2 + is_odd)
    inside = math.sin(angle) * total
    return 2 / math.pi * (angle + inside) if is_odd else inside
