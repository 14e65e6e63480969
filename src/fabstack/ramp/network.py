"""The network of activities: who waits for whom, and in which order all can be dated.

Activities are counted by their row in the table; an array [activity, ...] follows that order. Times
are calendar months since the programme's start (see `timeline`), negative before it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from fabstack.errors import Finding, InputError, did_you_mean
from fabstack.model import Programme, by_key
from fabstack.model.plants import SharedLimit
from fabstack.model.roadmap import Activity, Predecessor, occupied, predecessors
from fabstack.ramp.faults import faults, finding
from fabstack.ramp.timeline import Timeline
from fabstack.uncertainty.chance import Floats


class Link(NamedTuple):
    """`before` must have ended (or started) `lag_months` before `after` may start (or end)."""

    before: int
    after: int
    from_start: bool
    lag_months: float
    to_end: bool = False


LinksInto = tuple[tuple[Link, ...], ...]  # [activity]


class Limit(NamedTuple):
    """Activities that share a number of units while they last."""

    name: str
    units: int
    activities: tuple[int, ...]
    taken: tuple[int, ...]  # units that each of them takes


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """Activities by number, ready to be dated."""

    names: tuple[str, ...]  # [activity]
    links_into: LinksInto
    order: tuple[int, ...]  # every activity after all that it waits for
    not_before_months: Floats  # [activity] -inf where only others decide
    limits: tuple[Limit, ...]

    def index(self, name: str) -> int:
        """The number of an activity.

        Raises:
            InputError: there is no such activity.
        """
        if name not in self.names:
            cure = did_you_mean(name, self.names)
            raise InputError([finding("unknown-activity", f"no activity '{name}'", cure=cure)])
        return self.names.index(name)

    def finishes(self) -> tuple[int, ...]:
        """Activities that nobody waits for."""
        waited_for = {link.before for links in self.links_into for link in links}
        return tuple(i for i in range(len(self.names)) if i not in waited_for)

    def leading_to(self, finish: int) -> frozenset[int]:
        """The activity and all that it waits for, directly or not."""
        return reached(finish, self.before)

    def before(self, activity: int) -> list[int]:
        """What an activity waits for itself."""
        return [link.before for link in self.links_into[activity]]

    def part(self, activities: frozenset[int]) -> Network:
        """Some activities alone, from moment 0 on and without limits, in their order."""
        kept = sorted(activities)
        number = {old: new for new, old in enumerate(kept)}
        links = tuple(
            tuple(
                link._replace(before=number[link.before], after=number[i])
                for link in self.links_into[i]
                if link.before in number
            )
            for i in kept
        )
        return Network(
            names=tuple(self.names[i] for i in kept),
            links_into=links,
            order=tuple(number[i] for i in self.order if i in number),
            not_before_months=np.zeros(len(kept)),
            limits=(),
        )

    def without_limits(self) -> Network:
        """The same network with as many units as anybody needs."""
        return replace(self, limits=())


def reached(start: int, onwards: Callable[[int], list[int]]) -> frozenset[int]:
    """The start and everything that steps onwards lead to."""
    found: set[int] = set()
    todo = [start]
    while todo:
        here = todo.pop()
        if here not in found:
            found.add(here)
            todo += onwards(here)
    return frozenset(found)


def network(programme: Programme) -> Network:
    """The network of a programme's activities.

    Raises:
        InputError: unknown predecessors or limits, negative durations, or circles; all at once.
    """
    rows = programme.activities
    found = tuple(faults(programme))
    if found:
        raise InputError(found)
    number = {row.name: i for i, row in enumerate(rows)}
    timeline = Timeline(programme.programme.start)
    links = tuple(
        tuple(
            Link(number[p.activity], i, p.from_start, p.lag_months, p.to_end)
            for p in _waits_for(row)
        )
        for i, row in enumerate(rows)
    )
    made = Network(
        names=tuple(number),
        links_into=links,
        order=_order(tuple(number), links),
        not_before_months=np.array([_not_before(row, timeline) for row in rows], dtype=float),
        limits=_limits(programme, rows),
    )
    wrong = tuple(_ways_back_to_nowhere(rows, made))
    if wrong:
        raise InputError(wrong)
    return made


def _ways_back_to_nowhere(rows: tuple[Activity, ...], made: Network) -> Iterator[Finding]:
    for i, row in enumerate(rows):
        if row.repeat_from is not None and made.index(row.repeat_from) not in made.leading_to(i):
            yield finding(
                "bad-repeat-from",
                f"a failure of '{row.name}' sends work back to '{row.repeat_from}', which does not "
                "lead to it",
                expected="the activity itself or one that it waits for, directly or not",
            )


def _waits_for(row: Activity) -> tuple[Predecessor, ...]:
    return predecessors(row.after)


def _not_before(row: Activity, timeline: Timeline) -> float:
    """An activity whose start nothing holds back starts with the programme."""
    if row.earliest is not None:
        return timeline.months(row.earliest)
    return 0.0 if all(one.to_end for one in _waits_for(row)) else -math.inf


def _limits(programme: Programme, rows: tuple[Activity, ...]) -> tuple[Limit, ...]:
    users: dict[str, list[tuple[int, int]]] = {}
    for i, row in enumerate(rows):
        for one in occupied(row.limit):
            users.setdefault(f"{row.plant}:{one.limit}", []).append((i, one.units))
    shared: dict[str, SharedLimit] = dict(by_key(programme.shared_limits))
    return tuple(
        Limit(key, shared[key].units, *zip(*found, strict=True)) for key, found in users.items()
    )


# --- An order in which all can be dated -----------------------------------------------------------


def _order(names: tuple[str, ...], links_into: LinksInto) -> tuple[int, ...]:
    """Each activity as soon as all that it waits for are placed (Kahn 1962)."""
    followers: dict[int, list[int]] = {i: [] for i in range(len(names))}
    for link in (link for links in links_into for link in links):
        followers[link.before].append(link.after)
    waiting = [len(links) for links in links_into]
    placed = [i for i, count in enumerate(waiting) if count == 0]
    for activity in placed:  # grows while it is read
        for follower in followers[activity]:
            waiting[follower] -= 1
            if waiting[follower] == 0:
                placed.append(follower)
    if len(placed) < len(names):
        raise InputError([_circle(names, links_into, frozenset(placed))])
    return tuple(placed)


def _circle(names: tuple[str, ...], links_into: LinksInto, placed: frozenset[int]) -> Finding:
    """Walk back among those that can never be placed until one comes twice."""
    here = next(i for i in range(len(names)) if i not in placed)
    walk: dict[int, None] = {}
    while here not in walk:
        walk[here] = None
        here = next(link.before for link in links_into[here] if link.before not in placed)
    seen = list(walk)
    circle = [here, *reversed(seen[seen.index(here) :])]
    told = " -> ".join(names[i] for i in circle)
    return finding(
        "activity-circle",
        f"activities wait for each other in a circle: {told}",
        expected="a network without circles",
        cure="remove one of these entries of `after`",
    )
