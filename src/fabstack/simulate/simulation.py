"""A run that goes on: advances a world, empties its logs, makes room, and can be interrupted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from fabstack.arrays import types as t
from fabstack.arrays.types import Fab, Status, World
from fabstack.errors import LimitError
from fabstack.simulate import kernel
from fabstack.simulate.kernel_compile import is_compiled
from fabstack.simulate.kernel_tables import Handle
from fabstack.simulate.world import copy_of, new_world, with_more_slots

EVENTS_AT_ONCE = 4_000_000  # between two looks at the keyboard: half a second
MOST_LOTS = 4_000_000  # inside at once


class Simulation:
    """One replication of a fab. `finished` and `seen` collect what the kernel has logged."""

    def __init__(self, fab: Fab, seed: int, *, seen_lines: int = 0) -> None:
        self.world: World = new_world(fab, seed, seen_lines=seen_lines)
        self._finished: list[t.Records] = []
        self._seen: list[t.Records] = []

    @property
    def now_min(self) -> float:
        """The minute of the last event."""
        return float(self.world.state.now.now_min[0])

    @property
    def finished(self) -> t.Records:
        """Lots that left or were scrapped, in that order (rows FINISHED)."""
        return _joined(self._finished, self.world.logs.finished[: self._written("finished")])

    @property
    def seen(self) -> t.Records:
        """The event log (rows SEEN)."""
        return _joined(self._seen, self.world.logs.seen[: self._written("seen")])

    def run_until(self, end_min: float) -> None:
        """Handle every event before a minute.

        Raises:
            LimitError: time stands still, or more lots are inside than memory should hold.
        """
        handle = Handle(self.world)
        while True:
            before_min = self.now_min
            status = Status(kernel.run_until(handle.world, float(end_min), EVENTS_AT_ONCE))
            if status is Status.DONE:
                return
            if status is Status.PAUSED and self.now_min == before_min:
                raise LimitError(_stands_still(before_min))
            self._make_room(status)
            handle = Handle(self.world)

    def copy(self) -> Simulation:
        """A second run that goes on from here exactly as this one would."""
        twin = object.__new__(Simulation)
        twin.world = copy_of(self.world)
        twin._finished, twin._seen = list(self._finished), list(self._seen)
        return twin

    def _written(self, log: str) -> int:
        return int(self.world.state.now[log][0])

    def _make_room(self, status: Status) -> None:
        if status is Status.LOTS_FULL:
            self._grow()
        elif status is Status.FINISHED_FULL:
            self._empty("finished", self._finished)
        elif status is Status.EVENTS_FULL:
            self._empty("seen", self._seen)

    def _grow(self) -> None:
        slots = self.world.state.lots.size
        if slots >= MOST_LOTS:
            raise LimitError(
                f"{slots:,} lots are inside at minute {self.now_min:,.0f}: more enter than the "
                f"tools can process"
            )
        self.world = with_more_slots(self.world)

    def _empty(self, log: str, taken: list[t.Records]) -> None:
        taken.append(getattr(self.world.logs, log)[: self._written(log)].copy())
        self.world.state.now[log][0] = 0


def announce_compilation(say: Callable[[str], Any]) -> None:
    """Say so, in one line, where the first run will have to wait for the compiler."""
    if not is_compiled():
        say("compiling the simulation kernel for this machine (once, about 15 seconds)")


def _joined(chunks: list[t.Records], last: t.Records) -> t.Records:
    return np.concatenate([*chunks, last]).view(np.recarray)


def _stands_still(minute: float) -> str:
    return (
        f"more than {EVENTS_AT_ONCE:,} events at minute {minute:,.2f}: "
        f"some lots go round a loop of steps that take no time"
    )
