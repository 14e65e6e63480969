"""Yields that learn: what share of a route's units is good, month by month of a window.

The kernel reads one share for each route. Between two months the share is written anew into the
arrays, so it knows nothing of all this.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fabstack.arrays.entering import Window
from fabstack.arrays.supply import output_of
from fabstack.model import Programme
from fabstack.model.days import month_start, months_between


class Learning(NamedTuple):
    """The good share of what each route gives, in each calendar month that the window touches."""

    ends_min: NDArray[np.float64]  # [month]
    shares: NDArray[np.float64]  # [month, route]

    def at(self, until_min: float) -> NDArray[np.float64]:
        """[route] in the month that is under way just before a minute."""
        row = int(np.searchsorted(self.ends_min, until_min))
        found: NDArray[np.float64] = self.shares[min(row, len(self.shares) - 1)]
        return found

    @property
    def is_flat(self) -> bool:
        """Whether no share changes in the window."""
        return bool((self.shares == self.shares[0]).all())


def learning_of(programme: Programme, window: Window) -> Learning:
    """What the plants have learned by the middle of each month; before they open, nothing."""
    ends: list[float] = []
    rows: list[list[float]] = []
    number = 0
    while not ends or ends[-1] < window.until_min:
        month = month_start(window.start, number)
        months = {
            plant.name: months_between(plant.opens or programme.programme.start, month) + 0.5
            for plant in programme.plants
        }
        ends.append(window.minute(month_start(window.start, number + 1)))
        rows.append([output_of(programme, route, months).yield_share for route in programme.routes])
        number += 1
    return Learning(np.array(ends), np.array(rows).reshape(len(ends), -1))
