"""Which lots of a tool group may share a job or must use one tool, and the setups it knows.

A *family* is a waiting line of a tool group. Lots that may share a batch are of one family; where
the rule looks at setups, lots of one setup are; where a later step must use the tool of an earlier
one, each family has a line for any tool and behind it one for each tool of the group.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field

from fabstack.arrays.parts import Group, Parts, Route, Step
from fabstack.arrays.types import Basis, Clock, Key, Kind

Size = tuple[int, int]  # least and most carriers of a job


@dataclass
class GroupWork:
    """What the steps of all routes ask of one tool group."""

    group: Group
    setups: dict[Hashable, int] = field(default_factory=dict)  # name -> number, from 1
    sizes: dict[Hashable, Size] = field(default_factory=dict)  # family -> carriers of a job
    has_bound_lots: bool = False
    has_intervals: bool = False
    is_batching: bool = False

    @property
    def kind(self) -> Kind:
        """How the group finds its next job.

        Raises:
            ValueError: the caller shall choose, but not every tool may take every lot.
        """
        if self.group.is_asked:
            if self.has_bound_lots or self.is_batching or self.group.least_runs:
                raise ValueError(
                    f"tool group '{self.group.name}' cannot be asked: its tools may not take every "
                    f"lot (batches, minimum runs or steps bound to a tool)"
                )
            return Kind.ASKED
        looks_at_setups = self.splits_setups or (self.group.prefers_least_setup and self.setups)
        if self.has_bound_lots or looks_at_setups:
            return Kind.CHOOSY
        return Kind.BATCHING if self.is_batching else Kind.PLAIN

    @property
    def splits_setups(self) -> bool:
        """Whether lots of different setups wait in different lines; where asked, all in one."""
        if self.group.is_asked:
            return False
        return Key.SETUP in self.group.keys or bool(self.group.least_runs)

    @property
    def knows_changes(self) -> bool:
        """Whether the group itself says what a change of setup takes."""
        return bool(self.group.changes_min or self.group.least_runs)

    @property
    def cascades(self) -> bool:
        """Whether a tool takes a second lot while the first is inside.

        Not where it works on batches, nor where it wears out by work: there a lot with intervals
        keeps its tool from the first carrier to the last.
        """
        wears = any(stop.clock is Clock.BUSY for stop in self.group.stops)
        return self.has_intervals and not self.is_batching and not wears

    @property
    def families_per_batch(self) -> int:
        """One line, or one for any tool and one for each."""
        return 1 + self.group.tools if self.has_bound_lots else 1

    @property
    def families(self) -> int:
        """Number of waiting lines."""
        return len(self.sizes) * self.families_per_batch

    def learn(self, names: Iterable[Hashable]) -> None:
        """Number setups that are new."""
        for name in names:
            if name is not None:
                self.setups.setdefault(name, len(self.setups) + 1)

    def add(self, route: int, number: int, step: Step, *, is_bound: bool) -> None:
        """Take in what a step asks for."""
        self.learn([step.setup])
        self.has_bound_lots |= is_bound
        self.has_intervals |= step.interval_min is not None
        self.is_batching |= step.basis is Basis.BATCH
        key = self.family(route, number, step)
        least, most = self.sizes.get(key, (1, 0))
        self.sizes[key] = (max(least, step.least_carriers), max(most, step.most_carriers))

    def family(self, route: int, number: int, step: Step) -> Hashable:
        """What a step's lots have in common with those they may share a line with."""
        setup = step.setup if self.splits_setups or step.basis is Basis.BATCH else None
        if step.basis is not Basis.BATCH:
            return ("single lots", setup)
        if step.batch_family is None:
            return ("step", route, number, setup)
        return ("family", step.batch_family, setup)

    def place(self, family: Hashable) -> int:
        """Where the lines of a family begin among those of the group."""
        return list(self.sizes).index(family) * self.families_per_batch

    def change_min(self, before: Hashable, after: Hashable) -> float:
        """Minutes to change a tool; `before` None: it has no setup yet."""
        changes = self.group.changes_min
        if after is None or before == after:
            return 0.0
        return changes.get((before, after), changes.get((None, after), 0.0))


def works_of(parts: Parts) -> list[GroupWork]:
    """What each tool group is asked for."""
    works = [GroupWork(group) for group in parts.groups]
    for work in works:
        for name in (
            *work.group.least_runs,
            *(name for pair in work.group.changes_min for name in pair),
        ):
            if name is not None:
                work.setups.setdefault(name, len(work.setups) + 1)
    for place, route in enumerate(parts.routes):
        for number, step in enumerate(route.steps):
            is_bound = step.same_tool_as is not None
            works[step.group].add(place, number, step, is_bound=is_bound)
    return works


def timers_of(route: Route) -> dict[int, int]:
    """The timer of each window of a route: windows that overlap run on different ones."""
    free_at: list[int] = []  # step from which each timer is free
    timers = {}
    for number in windows_of(route):
        end = route.steps[number].limit_to
        timer = next((i for i, step in enumerate(free_at) if step <= number), len(free_at))
        free_at[timer : timer + 1] = [end]
        timers[number] = timer
    return timers


@dataclass(frozen=True)
class Bonds:
    """The memories in which a lot of one route keeps the tools that later steps must use again."""

    read: dict[int, int]  # step -> memory that says which tool must do it
    written: dict[int, int]  # step -> memory that keeps its tool
    count: int


def bonds_of(steps: Sequence[Step]) -> Bonds:
    """One memory for each chain of steps that use the same tool."""
    chain: dict[int, int] = {}
    read: dict[int, int] = {}
    for number, step in enumerate(steps):
        if step.same_tool_as is not None:
            memory = chain.setdefault(step.same_tool_as, len(set(chain.values())))
            read[number] = chain[number] = memory
    asked = {step.same_tool_as for step in steps}
    written = {number: memory for number, memory in chain.items() if number in asked}
    return Bonds(read, written, len(set(chain.values())))


def offsets(counts: Iterable[int]) -> list[int]:
    """Where each of several stretches of a table begins, and where the last one ends."""
    total, places = 0, [0]
    for count in counts:
        total += count
        places.append(total)
    return places


def windows_of(route: Route) -> list[int]:
    """The steps of a route that open a window of limited queue time."""
    return [number for number, step in enumerate(route.steps) if step.limit_min is not None]
