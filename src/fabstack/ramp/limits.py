"""Waiting for one of a few units: crews, cranes, teams."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fabstack.uncertainty.chance import Floats

Ints = NDArray[np.int64]
NOBODY = -1  # stands behind the last entry where it indexes


def queue(ready: Floats, lengths: Floats, units: int) -> tuple[Floats, Ints]:
    """Starts of activities that need one unit each, [activity, sample], first ready first served.

    Equal times go by row. Beside the starts: the row whose end set a start, or NOBODY where the
    activity did not wait. What takes no time needs no unit.
    """
    samples = np.arange(ready.shape[1])
    free = np.full((min(units, len(ready)), len(samples)), -np.inf)  # when each unit is free
    last = np.full(free.shape, NOBODY)  # who had it
    starts, freed_by = ready.copy(), np.full(ready.shape, NOBODY)
    for row in np.argsort(ready, axis=0, kind="stable"):  # in each sample the next in line
        unit = np.argmin(free, axis=0)
        at, length = ready[row, samples], lengths[row, samples]
        waits = (free[unit, samples] > at) & (length > 0)
        start = np.where(waits, free[unit, samples], at)
        starts[row, samples] = start
        freed_by[row, samples] = np.where(waits, last[unit, samples], NOBODY)
        busy = np.flatnonzero(length > 0)
        free[unit[busy], busy] = (start + length)[busy]
        last[unit[busy], busy] = row[busy]
    return starts, freed_by
