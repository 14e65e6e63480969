"""One replication on its way: the run, and what has been read of it so far."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fabstack.arrays.types import Records
from fabstack.simulate.readings import (
    DayBooks,
    Reading,
    day_books,
    faults,
    fill_day,
    inside,
    reading,
)
from fabstack.simulate.scene import Scene
from fabstack.simulate.simulation import Simulation


@dataclass(frozen=True, slots=True, eq=False)
class Replication:
    """One sampled future of the plants."""

    seed: int
    readings: tuple[Reading, ...]  # at the end of the warm-up, and of the run
    days: DayBooks  # at the end of each day
    finished: Records  # [lot]  that left after the warm-up, in order
    stores: Records  # [stock]  at the end
    inside: Records  # [lot]  rows LOT of those that are inside at the end
    crossings: Records | None  # [line]  of all stocks, from minute 0; None: they are not kept


class Course:
    """A replication under way. Where it is stopped and read changes nothing of what happens."""

    def __init__(self, scene: Scene, seed: int, run: Simulation, *, daily_tools: bool) -> None:
        self.scene = scene
        self.seed = seed
        self.run = run
        self.yields = _own_yields(run, scene)
        self.readings: list[Reading] = []
        self.days = day_books(run.world, len(scene.days_min), with_tools=daily_tools)
        self.days_done = 0

    def stops_min(self) -> list[float]:
        """The minutes ahead at which the books are read, in order."""
        cuts, days = self.scene.cuts_min[len(self.readings) :], self._days_ahead()
        return sorted({*cuts, *days})

    def go_to(self, minute: float) -> None:
        """Run to a minute of the same month, and read what falls due there."""
        if self.yields is not None:
            self.yields[:] = self.scene.learning.at(minute)
        self.run.run_until(minute)
        cuts = self.scene.cuts_min
        while len(self.readings) < len(cuts) and cuts[len(self.readings)] == minute:
            self.readings.append(reading(self.run.world, minute))
        if self._days_ahead()[:1] == (minute,):
            fill_day(self.days, self.days_done, self.run.world, minute)
            self.days_done += 1

    def finish(self) -> Replication:
        """What the replication found.

        Raises:
            RuntimeError: its books break a law of conservation: a fault of ours.
        """
        broken = faults(self.run.world, self.scene.until_min)
        if broken:
            raise RuntimeError(f"the simulation broke a law: {'; '.join(broken)}")
        self.run.flush_seen()
        finished = self.run.finished
        return Replication(
            seed=self.seed,
            readings=tuple(self.readings),
            days=self.days,
            finished=finished[finished.left_min >= self.scene.warm_up_min],
            stores=self.run.world.state.stores.copy(),
            inside=self.run.world.state.lots[inside(self.run.world)],
            crossings=self.run.crossings if self.run.keeps_crossings else None,
        )

    def _days_ahead(self) -> tuple[float, ...]:
        return self.scene.days_min[self.days_done :]


def _own_yields(run: Simulation, scene: Scene) -> Any:
    """The yields of the routes that this run alone reads; None where they never change."""
    if scene.learning.is_flat:
        return None
    routes = run.world.fab.routes.copy()
    run.world = run.world._replace(fab=run.world.fab._replace(routes=routes))
    return routes.yield_share
