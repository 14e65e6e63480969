"""Dates of a network in many futures at once, and which activities decided them.

All arrays inside are [activity, sample], so that a row lies together in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fabstack.errors import LimitError
from fabstack.ramp.limits import NOBODY, Ints, queue
from fabstack.ramp.network import Limit, Link, Network, reached
from fabstack.uncertainty.chance import Floats

Bools = NDArray[np.bool_]
# From the start of an activity and its work to how long it really lasts, all months [sample].
Stretch = Callable[[Floats, Floats], Floats]


@dataclass(frozen=True, slots=True, eq=False)
class Schedule:
    """When every activity starts and ends in every future; months since the programme's start."""

    network: Network
    starts: Floats  # [activity, sample]
    ends: Floats  # [activity, sample]
    freed_by: Mapping[int, Ints]  # activity under a limit -> [sample] who freed its unit, or NOBODY

    def drivers(self, finish: int) -> frozenset[int]:
        """The activity and all that moved its end: through links, or by freeing units late."""
        return reached(finish, self._before)

    def _before(self, activity: int) -> list[int]:
        if activity not in self.freed_by:
            return self.network.before(activity)
        givers = np.unique(self.freed_by[activity])
        return self.network.before(activity) + [int(i) for i in givers if i != NOBODY]


def schedule(
    network: Network, work_months: Floats, stretches: Mapping[int, Stretch] | None = None
) -> Schedule:
    """Every activity as early as links, dates and shared limits allow; work is [activity, sample].

    Where a limit is short of units, who is ready first is served first, then who stands first in
    the table. Waiting changes who is ready when, so the passes repeat until nothing moves: each
    settles at least the next one in time.

    Raises:
        LimitError: leads (negative lags) let activities under a limit overtake each other forever.
    """
    stretches = stretches or {}
    held: dict[int, Floats] = {}
    passes = 2 + 2 * sum(len(limit.activities) for limit in network.limits)
    for _ in range(passes):
        ready, ends = _forward(network, work_months, stretches, held)
        starts = _starts(ready, held)
        freed_by, wanted = _queues(network.limits, ready, ends - starts)
        if all(np.array_equal(starts[i], wanted[i]) for i in wanted):
            return Schedule(network, starts, ends, freed_by)
        held = wanted
    raise LimitError("activities with leads under a shared limit never settle; remove a lead")


def _starts(ready: Floats, held: Mapping[int, Floats]) -> Floats:
    starts = ready.copy()
    for activity, not_before in held.items():
        np.maximum(starts[activity], not_before, out=starts[activity])
    return starts


def _forward(
    network: Network,
    work: Floats,
    stretches: Mapping[int, Stretch],
    held: Mapping[int, Floats],
) -> tuple[Floats, Floats]:
    """When each is ready, and when it ends if it starts no earlier than `held`."""
    ready = np.broadcast_to(network.not_before_months[:, None], work.shape).copy()
    starts, ends = ready.copy(), np.empty_like(work)
    for i in network.order:
        for link in network.links_into[i]:
            np.maximum(ready[i], _allowed(link, starts, ends), out=ready[i])
        starts[i] = np.maximum(ready[i], held[i]) if i in held else ready[i]
        length = stretches[i](starts[i], work[i]) if i in stretches else work[i]
        ends[i] = starts[i] + length
    return ready, ends


def _allowed(link: Link, starts: Floats, ends: Floats) -> Floats:
    moment: Floats = (starts if link.from_start else ends)[link.before] + link.lag_months
    return moment


def _queues(
    limits: tuple[Limit, ...], ready: Floats, lengths: Floats
) -> tuple[dict[int, Ints], dict[int, Floats]]:
    """Who freed whose unit, and when each activity under a limit gets one."""
    freed_by: dict[int, Ints] = {}
    starts: dict[int, Floats] = {}
    for limit in limits:
        members = list(limit.activities)
        begun, giver = queue(ready[members], lengths[members], limit.units)
        names = np.array([*members, NOBODY])
        for row, activity in enumerate(members):
            starts[activity] = begun[row]
            freed_by[activity] = names[giver[row]]
    return freed_by, starts


# --- What decided the dates -----------------------------------------------------------------------


def critical(dated: Schedule, finish: int) -> Bools:
    """Whether a longer activity would have moved the finish, [activity, sample].

    Traced back from the finish through every link, and every freed unit, that set a start. Of an
    activity that matters by its start alone only what set that start is critical.
    """
    by_end = np.zeros(dated.ends.shape, dtype=bool)
    by_start = by_end.copy()
    by_end[finish] = True
    drivers = dated.drivers(finish)
    backwards = [i for i in dated.network.order[::-1] if i in drivers]
    while True:
        before = by_end.sum() + by_start.sum()
        for i in backwards:
            _pass_on(dated, i, by_end, by_start)
        # a freed unit can lead to an activity that this round has passed already
        if not dated.freed_by or by_end.sum() + by_start.sum() == before:
            return by_end


def _pass_on(dated: Schedule, i: int, by_end: Bools, by_start: Bools) -> None:
    """Make critical what set the start of activity `i` where that start matters."""
    matters = by_end[i] | by_start[i]
    for link in dated.network.links_into[i]:
        binding = _allowed(link, dated.starts, dated.ends) == dated.starts[i]
        (by_start if link.from_start else by_end)[link.before] |= matters & binding
    if i in dated.freed_by:
        waited = np.flatnonzero(matters & (dated.freed_by[i] != NOBODY))
        by_end[dated.freed_by[i][waited], waited] = True


def slack_months(dated: Schedule, finish: int) -> Floats:
    """How much later each activity could end without moving the finish, [activity, sample].

    Infinite where the finish does not depend on it. Shared limits and stretches are taken as they
    fell, so under a limit the true slack can be smaller.
    """
    latest = np.full_like(dated.ends, np.inf)
    latest[finish] = dated.ends[finish]
    for i in dated.network.order[::-1]:
        latest_start = latest[i] - (dated.ends[i] - dated.starts[i])
        for link in dated.network.links_into[i]:
            length = (dated.ends - dated.starts)[link.before] if link.from_start else 0.0
            allowed = latest_start - link.lag_months + length
            np.minimum(latest[link.before], allowed, out=latest[link.before])
    slack: Floats = latest - dated.ends
    return slack
