"""The shortest schedule under shared limits, with a proof or a bound: what serving in order costs.

A tree of precedence (Patterson, Slowinski, Talbot and Weglarz 1989): activities are placed one
after the other, none before the last one placed, each as early as its links and units allow. That
loses no optimum: where an activity could begin sooner after those placed before it, the schedule
was not one that nothing can be moved up in. Branches fall by the critical path, by the work that a
limit still has to do, and by a state seen before that was no worse (the cutset rule of
Demeulemeester and Herroelen 1992).
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np

from fabstack.errors import Finding, InputError
from fabstack.model import Programme
from fabstack.ramp.faults import finding
from fabstack.ramp.network import Network, network
from fabstack.ramp.schedule import schedule

SAME = 1e-9  # months
MOST_NODES = 300_000  # of the tree, some ten seconds
DIVES = 200  # schedules tried before the tree
MOST_STATES = 30  # remembered for one set of placed activities


class Shortest(NamedTuple):
    """The best schedule found."""

    months: float  # from the programme's start to the last end
    at_least_months: float  # no schedule is shorter; the same number where the best is proved
    starts_months: Mapping[str, float]
    in_order_months: float  # what serving who is ready first takes

    @property
    def proved(self) -> bool:
        """Whether no schedule is shorter."""
        return self.months <= self.at_least_months + SAME


def shortest(programme: Programme, *, most_nodes: int = MOST_NODES) -> Shortest:
    """The shortest schedule of a programme's activities at their mean durations.

    Slips, repeats, reviews, calendars and vendors are left out: this judges the order of those who
    share a limit, not the spread.

    Raises:
        InputError: the activities cannot be dated, or one may begin before what it waits for.
    """
    net = network(programme)
    lengths = np.array([row.duration.mean for row in programme.activities], dtype=float)
    gaps = _gaps(net, lengths)
    overtaking = [net.names[i] for i, into in enumerate(gaps) if min(into.values(), default=0) < 0]
    if overtaking:
        raise InputError([_overtakes(name) for name in overtaking])
    in_order = schedule(net, lengths[:, None])
    search = _Search(net, lengths.tolist(), gaps, in_order.starts[:, 0].tolist())
    at_least = search.run(most_nodes)
    names = dict(zip(net.names, search.starts, strict=True))
    return Shortest(search.best, at_least, names, float(in_order.ends.max(initial=0.0)))


def _gaps(net: Network, lengths: np.ndarray) -> list[dict[int, float]]:
    """For each activity, months from the start of what it waits for to its own start, at least."""
    found: list[dict[int, float]] = [{} for _ in net.names]
    for i, links in enumerate(net.links_into):
        for link in links:
            months = link.lag_months - (lengths[i] if link.to_end else 0.0)
            months += 0.0 if link.from_start else lengths[link.before]
            found[i][link.before] = max(float(months), found[i].get(link.before, -np.inf))
    return found


def _overtakes(name: str) -> Finding:
    return finding(
        "overtaking",
        f"activity '{name}' may begin before one that it waits for; "
        "the shortest schedule is sought in networks without such leads only",
        cure="use a start lag, such as 'shell start + 6'",
    )


class _State(NamedTuple):
    bound: float  # no schedule that goes on from here is shorter
    placed: int  # a bit for each activity
    last: float  # start of the one placed last
    starts: tuple[float, ...]  # [activity] of those placed, of the others no sooner than this


class _Search:
    """Depth first through the tree, the most urgent activity first."""

    def __init__(
        self, net: Network, lengths: list[float], gaps: list[dict[int, float]], starts: list[float]
    ) -> None:
        self._lengths, self._gaps, self._order = lengths, gaps, net.order
        self._after: list[dict[int, float]] = [{} for _ in lengths]
        for i, into in enumerate(gaps):
            for before, months in into.items():
                self._after[before][i] = months
        self._limits = [
            (limit.units, dict(zip(limit.activities, limit.taken, strict=True)))
            for limit in net.limits
        ]
        self._tails = self._ways_to_the_end()
        self._first = [max(float(moment), 0.0) for moment in net.not_before_months]
        times = [*lengths, *self._first, *(m for into in gaps for m in into.values())]
        self._whole = all(time == int(time) for time in times)
        self._die = random.Random(1)
        self._seen: dict[int, list[_State]] = {}
        self.starts = starts
        self.best = max((s + d for s, d in zip(starts, lengths, strict=True)), default=0.0)

    def run(self, most_nodes: int) -> float:
        """Search on; the months that no schedule stays below."""
        root = self._with_bound(0, 0.0, self._pushed(0, self._first))
        for _ in range(DIVES):
            self._dive(root)
        stack = [root]
        for _ in range(most_nodes):
            while stack and stack[-1].bound >= self.best - SAME:
                stack.pop()
            if not stack:
                return self.best
            stack += sorted(self._children(stack.pop()), key=lambda state: -state.bound)
        return min([self.best, *(state.bound for state in stack)])

    def _dive(self, state: _State) -> None:
        """One schedule down from a state: soonest first, of equals the most urgent by a die."""
        urgent = [-tail * self._die.uniform(0.6, 1.4) for tail in self._tails]
        while True:
            ways = [(self._placed(state, i), urgent[i]) for i in self._open(state)]
            if not ways:
                break
            state = min(ways, key=lambda way: (way[0].last, way[1]))[0]
        if state.bound < self.best - SAME:
            self.best, self.starts = state.bound, list(state.starts)

    def _open(self, state: _State) -> list[int]:
        """What may be placed next, the most urgent first."""
        found = [
            i
            for i, into in enumerate(self._gaps)
            if not state.placed >> i & 1 and all(state.placed >> before & 1 for before in into)
        ]
        return sorted(found, key=lambda i: -self._tails[i])

    def _children(self, state: _State) -> Iterator[_State]:
        """States with one activity more; a whole schedule that is the best so far is kept."""
        ways = self._open(state)
        if not ways:
            self.best, self.starts = state.bound, list(state.starts)
        for child in (self._placed(state, i) for i in ways):
            if child.bound < self.best - SAME and not self._no_better(child):
                yield child

    def _placed(self, state: _State, i: int) -> _State:
        """Activity `i` as early as its units are free, no sooner than the last one placed."""
        start = max(state.starts[i], state.last)
        for units, taken in self._limits if self._lengths[i] > 0 else ():
            if i in taken:
                start = max(start, self._free(state, units - taken[i], taken))
        starts = list(state.starts)
        starts[i] = start
        placed = state.placed | 1 << i
        return self._with_bound(placed, start, self._pushed(placed, starts, start))

    def _free(self, state: _State, spare: int, taken: Mapping[int, int]) -> float:
        """When no more than `spare` units are in use; after the last start none is taken anew."""
        ends = sorted(
            (state.starts[j] + self._lengths[j], units)
            for j, units in taken.items()
            if state.placed >> j & 1
        )
        used, moment = sum(units for _, units in ends), state.last
        for end, units in ends:
            if used <= spare:
                break
            used, moment = used - units, end
        return max(moment, state.last)

    def _pushed(self, placed: int, starts: list[float], last: float = 0.0) -> list[float]:
        """Earliest starts of those not placed, as links and the last start push them."""
        found = list(starts)
        for i in self._order:
            if not placed >> i & 1:
                pushed = (found[before] + months for before, months in self._gaps[i].items())
                found[i] = max(found[i], last, *pushed)
        return found

    def _with_bound(self, placed: int, last: float, starts: list[float]) -> _State:
        """A state, and the months that no schedule from it stays below."""
        ways = max((s + tail for s, tail in zip(starts, self._tails, strict=True)), default=0.0)
        state = _State(ways, placed, last, tuple(starts))
        bound = max([ways, *(self._work_left(limit, state) for limit in self._limits)])
        # whole numbers of months can only give a whole number
        return state._replace(bound=float(math.ceil(bound - SAME)) if self._whole else bound)

    def _work_left(self, limit: tuple[int, dict[int, int]], state: _State) -> float:
        """No end is sooner than: begin the first, do all that needs the limit, and go on from it.

        So for all that is not placed, and for all of it that begins no sooner than each of them.
        """
        units, taken = limit
        todo = sorted(
            (i for i in taken if not state.placed >> i & 1), key=lambda i: -state.starts[i]
        )
        bound, work, way = 0.0, 0.0, math.inf
        for i in todo:
            work += self._lengths[i] * taken[i]
            way = min(way, self._tails[i] - self._lengths[i])
            bound = max(bound, state.starts[i] + work / units + way)
        return bound

    def _no_better(self, state: _State) -> bool:
        """Whether a state with the same activities placed was seen that leaves no less room."""
        known = self._seen.setdefault(state.placed, [])
        if any(self._leaves_no_less(old, state) for old in known):
            return True
        known.append(state)
        del known[:-MOST_STATES]
        return False

    def _leaves_no_less(self, old: _State, new: _State) -> bool:
        if old.last > new.last + SAME:
            return False
        for i, length in enumerate(self._lengths):
            # what is over by the last start, or may start by then, holds nobody up
            over = length if new.placed >> i & 1 else 0.0
            if old.starts[i] + over > max(new.starts[i] + over, new.last) + SAME:
                return False
        return True

    def _ways_to_the_end(self) -> list[float]:
        """Months from the start of each activity to the end of all that waits for it."""
        tails = list(self._lengths)
        for i in reversed(self._order):
            for after, months in self._after[i].items():
                tails[i] = max(tails[i], months + tails[after])
        return tails
