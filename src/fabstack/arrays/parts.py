"""A fab in plain words, with indices for names: what a programme or a test says of it."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fabstack.arrays.chance import Chance, constant, exponential
from fabstack.arrays.types import NEVER, NONE, Basis, Choice, Clock, Key, Late, ToolState

NOTHING = constant(0.0)


@dataclass(frozen=True)
class Stop:
    """Something that keeps each tool of a group from working, again and again."""

    between: Chance  # minutes, or carriers
    length: Chance
    clock: Clock = Clock.REPAIR
    state: ToolState = ToolState.UNSCHEDULED_DOWN
    interrupts: bool = True
    first: Chance | None = None  # of the first stop; None: as `between`
    is_staggered: bool = False


def breakdown(
    between_min: Chance,
    repair_min: Chance,
    clock: Clock = Clock.REPAIR,
    first: Chance | None = None,
) -> Stop:
    """Interrupts the job, which goes on after the repair."""
    return Stop(between_min, repair_min, clock, first=first)


def maintenance(
    every: float,
    length_min: Chance,
    clock: Clock = Clock.GRID,
    *,
    first: float | None = None,
    is_staggered: bool = True,
) -> Stop:
    """Every so many minutes (start to start) or carriers; waits for the job."""
    return Stop(
        between=constant(every),
        length=length_min,
        clock=clock,
        state=ToolState.SCHEDULED_DOWN,
        interrupts=False,
        first=constant(every if first is None else first),
        is_staggered=is_staggered,
    )


@dataclass(frozen=True)
class Group:
    """Interchangeable tools.

    `changes_min` has the minutes from one setup to another; from None is from any other, and what
    it does not name takes no time. `least_runs` are jobs that a tool takes after the one it changed
    for, before it may change again.
    """

    name: str
    tools: int = 1
    keys: tuple[Key, ...] = (Key.PRIORITY, Key.FIFO)
    choice: Choice = Choice.LONGEST_FREE
    prefers_least_setup: bool = False  # among the free tools that may take a lot
    load_min: float = 0.0
    unload_min: float = 0.0
    place: int = 0  # where it stands; gives the transport
    changes_min: Mapping[tuple[Hashable, Hashable], float] = field(default_factory=dict)
    least_runs: Mapping[Hashable, int] = field(default_factory=dict)  # of jobs, by setup
    own_rule: int = 0  # which of the user's rules the key OWN stands for
    batch_wait_min: float = NEVER  # after which a batch starts, if it need not be full
    looks_ahead: bool = False  # a batch may wait for lots that are coming
    is_asked: bool = False  # the caller of the kernel chooses the next lot
    stops: Sequence[Stop] = ()
    comes_min: Sequence[float] = ()  # of each tool; none: all from the start
    goes_min: Sequence[float] = ()


@dataclass(frozen=True)
class Step:
    """An operation; `group` counts from 0 in the list of groups."""

    group: int
    process: Chance
    basis: Basis = Basis.LOT
    interval_min: float | None = None  # of a cascade: between two carriers, or lots
    setup: Hashable = None  # None: any
    setup_min: float | None = None  # of this setup; None: as the group's `changes_min` say
    least_carriers: int = 0  # of a batch
    most_carriers: int = 0
    batch_family: Hashable = None  # steps with equal words share batches; None: this step alone
    performed_share: float = 1.0
    rework_share: float = 0.0
    rework_to: int = 0  # place on the route, from 0
    same_tool_as: int | None = None  # an earlier place on the route
    limit_min: float | None = None  # from the end of this step to the start of `limit_to`
    limit_to: int = 0
    carrier_scrap_share: float = 0.0
    lot_scrap_share: float = 0.0


@dataclass(frozen=True)
class Route:
    """Steps in order, and where the finished carriers go."""

    steps: Sequence[Step]
    stock: int = int(NONE)
    units_per_carrier: float = 1.0
    yield_share: float = 1.0
    delay: Chance = NOTHING


@dataclass(frozen=True)
class Listed:
    """One entry of a stream that lists them."""

    at_min: float
    carriers: int = 25
    rank: int = 0
    due_min: float = NEVER


@dataclass(frozen=True)
class Stream:
    """Lots of one kind that enter: by a gap, by a list, or as soon as their parts are there."""

    name: str
    route: int = 0
    product: int = 0
    carriers: int = 25
    lots: int = 1
    rank: int = 0
    gap: Chance = field(default=constant(1.0))  # mean 1; times the interval
    intervals: Sequence[tuple[float, float]] = ()  # (until minute, minutes between entries)
    listed: Sequence[Listed] = ()
    needs: Sequence[tuple[int, int]] = ()  # (stock, units) for each entry
    entries: int = 2**62
    first_min: float = 0.0  # first entry; with random gaps, a gap later
    due_after_min: float = NEVER
    due_spread_share: float = 0.0
    reserves: bool = False  # tools are kept free for its lots at their next step


def poisson(name: str, interval_min: float, **more: Any) -> Stream:
    """Lots that enter at random, without memory; the first one after a gap as well."""
    return Stream(name, gap=exponential(1.0), intervals=[(NEVER, interval_min)], **more)


def periodic(name: str, interval_min: float, **more: Any) -> Stream:
    """Lots that enter at a fixed interval."""
    return Stream(name, intervals=[(NEVER, interval_min)], **more)


@dataclass(frozen=True)
class Inside:
    """A lot that waits at a step at minute 0."""

    stream: int
    step: int  # place on the route, from 0
    carriers: int = 25
    rank: int = 0
    entered_min: float = 0.0
    due_min: float = NEVER
    since_min: float = 0.0  # at its place, not after minute 0


@dataclass(frozen=True)
class Purchase:
    """Bought units that reach a stock."""

    stock: int
    at_min: float
    units: int


@dataclass(frozen=True)
class Parts:
    """All that a fab is made of."""

    groups: Sequence[Group]
    routes: Sequence[Route]
    streams: Sequence[Stream]
    stocks: Sequence[int] = ()  # units at the start
    purchases: Sequence[Purchase] = ()
    inside: Sequence[Inside] = ()
    hops: Sequence[Sequence[Chance]] = ((NOTHING,),)  # [from place][to place]
    vehicles: int = 0  # that carry lots from place to place; 0: never short of them
    late_lots: Late = Late.COUNTED
    own_rules: int = 0  # of the user, for the key OWN; simulate/rules.py links them
