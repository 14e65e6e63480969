"""Dates of a network in many futures at once, and which activities decided them.

All arrays inside are [activity, sample], so that a row lies together in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fabstack.errors import LimitError
from fabstack.ramp.limits import NOBODY, Ints, queue
from fabstack.ramp.network import Limit, Link, Network, reached
from fabstack.uncertainty.chance import Floats

Bools = NDArray[np.bool_]
ROUNDING_MONTHS = 1e-9
# From the start of an activity and its work to how long it really lasts, all months [sample].
Stretch = Callable[[Floats, Floats], Floats]
Gets = dict[tuple[str, int], Floats]  # limit, activity -> [sample] when its units are free


@dataclass(frozen=True, slots=True, eq=False)
class Schedule:
    """When every activity starts and ends in every future; months since the programme's start."""

    network: Network
    starts: Floats  # [activity, sample]
    ends: Floats  # [activity, sample]
    freed_by: Mapping[int, Ints]  # activity under a limit -> [sample] who freed its unit, or NOBODY
    pulled: Mapping[int, Bools]  # activity -> [sample] whether only its end was held back

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
    gets: Gets = {}
    passes = 2 + 2 * sum(len(limit.activities) for limit in network.limits)
    for _ in range(passes):
        now = _forward(network, work_months, stretches, _latest(gets))
        served, freed_by = _queues(network.limits, now, gets)
        if _same(gets, served):
            return Schedule(network, now.starts, now.ends, freed_by, now.pulled)
        gets = served
    raise LimitError("activities with leads under a shared limit never settle; remove a lead")


def _same(first: Gets, second: Gets) -> bool:
    return first.keys() == second.keys() and all(
        np.array_equal(first[key], second[key]) for key in first
    )


def _latest(gets: Gets) -> dict[int, Floats]:
    """When all units of each activity are free, whatever limit they are of."""
    found: dict[int, Floats] = {}
    for (_, activity), moment in gets.items():
        found[activity] = np.maximum(found.get(activity, -np.inf), moment)
    return found


class _Forward(NamedTuple):
    ready: Floats  # [activity, sample] when links and dates allow a start
    starts: Floats  # [activity, sample] not before units are free
    ends: Floats  # [activity, sample]
    pulled: dict[int, Bools]  # activity -> [sample] only its end is held back


def _forward(
    network: Network,
    work: Floats,
    stretches: Mapping[int, Stretch],
    held: Mapping[int, Floats],
) -> _Forward:
    """One pass: when each is ready, and when it ends if it starts no earlier than `held`."""
    ready = np.broadcast_to(network.not_before_months[:, None], work.shape).copy()
    starts, ends = ready.copy(), np.empty_like(work)
    pulled: dict[int, Bools] = {}
    for i in network.order:
        links = network.links_into[i]
        for link in links:
            if not link.to_end:
                np.maximum(ready[i], _allowed(link, starts, ends), out=ready[i])
        no_sooner = [_allowed(link, starts, ends) for link in links if link.to_end]
        if no_sooner:
            pulled[i] = _pull(ready, i, np.max(no_sooner, axis=0), work[i])
        starts[i] = np.maximum(ready[i], held[i]) if i in held else ready[i]
        length = stretches[i](starts[i], work[i]) if i in stretches else work[i]
        ends[i] = starts[i] + length
        for moment in no_sooner:  # a calendar may have shortened it
            np.maximum(ends[i], moment, out=ends[i])
    return _Forward(ready, starts, ends, pulled)


def _pull(ready: Floats, i: int, no_sooner: Floats, work: Floats) -> Bools:
    """Start later, so that the work in one piece ends no sooner than a moment."""
    pulled: Bools = no_sooner - work > ready[i]
    np.maximum(ready[i], no_sooner - work, out=ready[i])
    return pulled


def _allowed(link: Link, starts: Floats, ends: Floats) -> Floats:
    moment: Floats = (starts if link.from_start else ends)[link.before] + link.lag_months
    return moment


def _queues(limits: tuple[Limit, ...], now: _Forward, before: Gets) -> tuple[Gets, dict[int, Ints]]:
    """When each limit serves each of its activities, and who freed the units it waited for."""
    gets: Gets = {}
    freed_by: dict[int, Ints] = {}
    for limit in limits:
        members = list(limit.activities)
        lengths = now.ends[members] - now.starts[members]
        waiting = np.array([_elsewhere(limit, now, before, i) for i in members])
        served, giver = queue(now.ready[members], waiting, lengths, limit.taken, limit.units)
        names = np.array([*members, NOBODY])
        for row, activity in enumerate(members):
            gets[limit.name, activity] = served[row]
            waited = (served[row] > now.ready[activity]) & (served[row] == now.starts[activity])
            known = freed_by.get(activity, np.full(len(served[row]), NOBODY))
            freed_by[activity] = np.where(waited, names[giver[row]], known)
    return gets, freed_by


def _elsewhere(here: Limit, now: _Forward, gets: Gets, activity: int) -> Floats:
    """When an activity could start if one limit had units enough."""
    moment: Floats = now.ready[activity]
    for (limit, other), served in gets.items():
        if other == activity and limit != here.name:
            moment = np.maximum(moment, served)
    return moment


# --- What decided the dates -----------------------------------------------------------------------


def critical(dated: Schedule, finish: int) -> Bools:
    """Whether a longer activity would have moved the finish, [activity, sample].

    Traced back from the finish through every link, and every freed unit, that set a start or held
    back an end. Of an activity that matters by its start alone only what set that start is
    critical; so too of one whose end alone was held back, for it could have begun sooner.
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
            break
    for i, pulled in dated.pulled.items():
        by_end[i] &= ~pulled
    return by_end


def _pass_on(dated: Schedule, i: int, by_end: Bools, by_start: Bools) -> None:
    """Make critical what set the start of activity `i`, or held its end, where that matters."""
    matters = by_end[i] | by_start[i]
    for link in dated.network.links_into[i]:
        binding = _binds(dated, link)
        (by_start if link.from_start else by_end)[link.before] |= matters & binding
    if i in dated.freed_by:
        waited = np.flatnonzero(matters & (dated.freed_by[i] != NOBODY))
        by_end[dated.freed_by[i][waited], waited] = True


def _binds(dated: Schedule, link: Link) -> Bools:
    moment = _allowed(link, dated.starts, dated.ends)
    if link.to_end:  # the start was found by subtraction, so its sum may miss by a last bit
        return np.asarray(np.abs(moment - dated.ends[link.after]) <= ROUNDING_MONTHS)
    return np.asarray(moment == dated.starts[link.after])


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
            held = latest[i] if link.to_end else latest_start
            allowed = held - link.lag_months + length
            np.minimum(latest[link.before], allowed, out=latest[link.before])
    slack: Floats = latest - dated.ends
    return slack
