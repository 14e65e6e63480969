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
CROSSING_EVENTS = 2**16  # between two looks at the log of crossings
SEEN_LINES = 2**19  # of an event log that is taken away: half of them, 8 MB, go together


Take = Callable[[t.Records], None]  # takes rows SEEN away


class Simulation:
    """One replication of a fab. `finished`, `seen`, `crossings` collect what the kernel has logged.

    With `take_seen`, lines of the event log go there instead, whenever `seen_lines` are full.
    """

    def __init__(
        self,
        fab: Fab,
        seed: int,
        *,
        seen_lines: int = 0,
        take_seen: Take | None = None,
        crossings: bool = False,
    ) -> None:
        lines = crossing_lines(fab) if crossings else 0
        self.world: World = new_world(fab, seed, seen_lines=seen_lines, crossing_lines=lines)
        self._finished: list[t.Records] = []
        self._seen: list[t.Records] = []
        self._crossings: list[t.Records] = []
        self._take_seen = take_seen
        self._handle: tuple[World, Handle] | None = None

    @classmethod
    def at(
        cls,
        world: World,
        finished: t.Records,
        crossings: t.Records,
        *,
        take_seen: Take | None = None,
    ) -> Simulation:
        """A run that goes on from a world; `finished` are the lots that left before."""
        run = object.__new__(cls)
        run.world = world
        run._finished, run._seen, run._crossings = [finished], [], [crossings]
        run._take_seen = take_seen
        run._handle = None
        return run

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

    @property
    def keeps_crossings(self) -> bool:
        """Whether `crossings` are written."""
        return bool(self.world.logs.crossings.size)

    @property
    def crossings(self) -> t.Records:
        """What came into stocks and was taken out of them, in that order (rows CROSSING)."""
        return _joined(self._crossings, self.world.logs.crossings[: self._written("crossings")])

    def finished_after(self, count: int) -> t.Records:
        """The lots that left or were scrapped, but for the first `count`."""
        kept = sum(chunk.size for chunk in self._finished)
        if count < kept:
            return self.finished[count:]
        return self.world.logs.finished[count - kept : self._written("finished")]

    def run_until(self, end_min: float) -> None:
        """Handle every event before a minute.

        Raises:
            LimitError: time stands still, or more lots are inside than memory should hold.
            RuntimeError: a tool group waits for a choice, see `ask_until`.
        """
        group = self.ask_until(end_min)
        if group is not None:
            raise RuntimeError(f"tool group {group} waits for the caller's choice")

    def ask_until(self, end_min: float) -> int | None:
        """Handle every event before a minute, up to the first choice that is left to the caller.

        Returns the tool group that waits for an `answer`, or None where the minute is reached.

        Raises:
            LimitError: time stands still, or more lots are inside than memory should hold.
        """
        at_once = CROSSING_EVENTS if self.keeps_crossings else EVENTS_AT_ONCE
        moved_at_event = self._events
        while True:
            before_min = self.now_min
            handle = self._handle_of(self.world)
            status = Status(kernel.run_until(handle.world, float(end_min), at_once))
            self._empty_crossings()
            if status is Status.DONE:
                return None
            if status is Status.ASKED:
                return int(self.world.state.now["asked"][0])
            if self.now_min != before_min:
                moved_at_event = self._events
            elif self._events - moved_at_event >= EVENTS_AT_ONCE:
                raise LimitError(_stands_still(before_min))
            self._make_room(status)

    def answer(self, slot: int) -> None:
        """Choose which of the waiting lots, by its slot, goes to a tool of the group that asked."""
        self.world.state.now["answer"][0] = self.world.fab.fixtures.size + slot

    def copy(self) -> Simulation:
        """A second run that goes on from here exactly as this one would."""
        twin = object.__new__(Simulation)
        twin.__dict__.update(self.__dict__)
        twin.__dict__.update(
            world=copy_of(self.world),
            _finished=[*self._finished],
            _seen=[*self._seen],
            _crossings=[*self._crossings],
            _handle=None,
        )
        return twin

    def flush_seen(self) -> None:
        """Hand over the lines of the event log that have not been taken away yet."""
        self._empty("seen", self._take_seen or self._seen.append)

    def _handle_of(self, world: World) -> Handle:
        """The way into the kernel for this world, made once: choices are many and short."""
        if self._handle is None or self._handle[0] is not world:
            self._handle = (world, Handle(world))
        return self._handle[1]

    @property
    def _events(self) -> int:
        return int(self.world.state.now.events[0])

    def _empty_crossings(self) -> None:
        """Take them away once the log is half full: the other half holds what may come next."""
        if 2 * self._written("crossings") > self.world.logs.crossings.size:
            self._empty("crossings", self._crossings.append)

    def _written(self, log: str) -> int:
        return int(self.world.state.now[log][0])

    def _make_room(self, status: Status) -> None:
        if status is Status.LOTS_FULL:
            self._grow()
        elif status is Status.FINISHED_FULL:
            self._empty("finished", self._finished.append)
        elif status is Status.EVENTS_FULL:
            self.flush_seen()

    def _grow(self) -> None:
        slots = self.world.state.lots.size
        if slots >= MOST_LOTS:
            raise LimitError(
                f"{slots:,} lots are inside at minute {self.now_min:,.0f}: more enter than the "
                f"tools can process"
            )
        self.world = with_more_slots(self.world)

    def _empty(self, log: str, take: Take) -> None:
        take(getattr(self.world.logs, log)[: self._written(log)].copy())
        self.world.state.now[log][0] = 0


def crossing_lines(fab: Fab) -> int:
    """Room for twice what the events between two looks can write: an entry has the most lines."""
    return 2 * CROSSING_EVENTS * max(1, int(fab.streams.needs.max(initial=0)))


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
