"""Waiting for one of a few units: crews, cranes, teams."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fabstack.uncertainty.chance import Floats

Ints = NDArray[np.int64]
NOBODY = -1  # stands behind the last entry where it indexes


def queue(
    ready: Floats, not_before: Floats, lengths: Floats, taken: Sequence[int], units: int
) -> tuple[Floats, Ints]:
    """When the units of each activity are free for it, [activity, sample], and who freed the last.

    First ready first served, then by row; nobody overtakes: units are kept for who is first in line
    while it waits for more of them, or for something else until `not_before`. The giver is a row,
    or NOBODY where the units were free all along. What takes no time needs no unit.
    """
    samples = np.arange(ready.shape[1])
    free = np.full((min(units, sum(taken)), len(samples)), -np.inf)  # soonest first
    last = np.full(free.shape, NOBODY)  # who had each unit
    gets, freed_by = np.full(ready.shape, -np.inf), np.full(ready.shape, NOBODY)
    wanted = np.asarray(taken)
    for row in np.argsort(ready, axis=0, kind="stable"):  # in each sample the next in line
        length, unit = lengths[row, samples], wanted[row] - 1  # the last of those that it takes
        works = length > 0
        gets[row, samples] = np.where(works, free[unit, samples], -np.inf)
        freed_by[row, samples] = np.where(works, last[unit, samples], NOBODY)
        end = np.maximum(not_before[row, samples], free[unit, samples]) + length
        for one in range(max(taken)):
            busy = np.flatnonzero(works & (unit >= one))
            free[one, busy], last[one, busy] = end[busy], row[busy]
        order = np.argsort(free, axis=0, kind="stable")
        free, last = np.take_along_axis(free, order, 0), np.take_along_axis(last, order, 0)
    return gets, freed_by
