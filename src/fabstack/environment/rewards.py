"""What an agent is paid for: differences of totals that the kernel's books give at each choice."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from fabstack.economics.registry import Registry
from fabstack.environment.choice import rows
from fabstack.model.days import MINUTES_PER_DAY
from fabstack.simulate.readings import inside
from fabstack.simulate.simulation import Simulation


class Books:
    """Totals of a run since minute 0, read at one minute after the other."""

    def __init__(self, run: Simulation) -> None:
        self.run = run
        self.at_min = 0.0
        self._lots_seen = 0
        self._tardy_min = 0.0  # of those

    @property
    def lots_left(self) -> int:
        """Lots that left with good carriers."""
        return int(self.run.world.state.tallies["left"].sum())

    @property
    def lots_scrapped(self) -> int:
        """Lots that were lost."""
        return int(self.run.world.state.tallies["scrapped"].sum())

    @property
    def inside_min(self) -> float:
        """Lots x minutes inside the plants."""
        tallies = rows(self.run.world.state.tallies)
        open_min = self.at_min - tallies["since_min"]
        return float((tallies["area"] + tallies["inside"] * open_min).sum())

    @property
    def tardy_min(self) -> float:
        """Minutes after their due dates, of lots that left and of those that are late inside."""
        finished = rows(self.run.finished_after(self._lots_seen))
        self._lots_seen += finished.size
        self._tardy_min += _positive(finished["left_min"] - finished["due_min"])
        due_min = rows(self.run.world.state.lots)["due_min"][inside(self.run.world)]
        return self._tardy_min + _positive(self.at_min - due_min)


class Reward(Protocol):
    """What is paid for, as a total that may rise or fall with time.

    A decision is paid with what the total gains until the next one, so an episode is paid with
    what it gains from the end of the warm-up to the end of the window, whatever lies between.
    """

    @property
    def name(self) -> str:
        """Lower-case words joined by hyphens."""

    def total(self, books: Books) -> float:
        """What has been earned since minute 0."""


class Tardiness:
    """Each day that a lot is inside after its due date costs 1."""

    name = "tardiness"

    def total(self, books: Books) -> float:
        """Minus the lot-days of being late."""
        return -books.tardy_min / MINUTES_PER_DAY


class CycleTime:
    """Each day that a lot is inside costs 1: the mean cycle time at a given output (Little)."""

    name = "cycle-time"

    def total(self, books: Books) -> float:
        """Minus the lot-days inside."""
        return -books.inside_min / MINUTES_PER_DAY


class Throughput:
    """Each lot that leaves earns 1."""

    name = "throughput"

    def total(self, books: Books) -> float:
        """Lots that left."""
        return float(books.lots_left)


REWARDS: Registry[Reward] = Registry("reward", "fabstack.rewards")
for _reward in (Tardiness(), CycleTime(), Throughput()):
    REWARDS.register(_reward.name, _reward)


def _positive(minutes: NDArray[np.float64]) -> float:
    return float(np.maximum(minutes, 0.0).sum())
