"""What knowing an input beforehand would be worth to whoever has to promise a date.

The decision is the date that is promised. To be late by a month costs four times as much as to have
promised a month too late, so that without more knowledge percentile 80 is promised (the ratio of
the newsvendor: late / (late + early)). Both weights are an estimate; the answer is in months of a
promise that was a month too late.
"""

from __future__ import annotations

import numpy as np

from fabstack.uncertainty.chance import Floats
from fabstack.uncertainty.information import SLICES, information_on

EARLY, LATE = 1.0, 4.0  # cost of a month (estimate)
DATES = 99  # that may be promised: percentiles 1, 2, ... 99
IN_A_SLICE = 100  # futures at least; fewer make information look like too much


def payoffs(moments: Floats) -> Floats:
    """What every promise is worth in every future, [promise, future]; never above 0."""
    promises = np.percentile(moments, np.linspace(0, 100, DATES + 2)[1:-1])
    late = moments[None, :] - promises[:, None]
    return np.where(late > 0, -LATE * late, EARLY * late)


def information_months(moments: Floats, shares: Floats) -> float | None:
    """Worth of knowing one input before promising; None where too few futures can tell."""
    slices = min(SLICES, len(moments) // IN_A_SLICE)
    return max(information_on(payoffs(moments), shares, slices), 0.0) if slices > 1 else None


def perfect_months(moments: Floats) -> float:
    """Worth of knowing the future before promising: whoever knows the date promises it."""
    return -float(payoffs(moments).mean(axis=1).max())
