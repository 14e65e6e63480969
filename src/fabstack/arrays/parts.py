"""A fab in plain words, with indices for names: what a programme or a test says of it."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any

from fabstack.arrays.chance import Chance, constant, exponential
from fabstack.arrays.types import NEVER, NONE, Basis, Choice, Clock, Rule, ToolState

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


def breakdown(between_min: Chance, repair_min: Chance, clock: Clock = Clock.REPAIR) -> Stop:
    """Interrupts the job, which goes on after the repair."""
    return Stop(between_min, repair_min, clock)


def maintenance(every: float, length_min: Chance, clock: Clock = Clock.GRID) -> Stop:
    """Every so many minutes (start to start) or carriers; waits for the job; staggered."""
    return Stop(
        between=constant(every),
        length=length_min,
        clock=clock,
        state=ToolState.SCHEDULED_DOWN,
        interrupts=False,
        is_staggered=True,
    )


@dataclass(frozen=True)
class Group:
    """Interchangeable tools."""

    name: str
    tools: int = 1
    rule: Rule = Rule.FIFO
    choice: Choice = Choice.LONGEST_FREE
    handling_min: float = 0.0
    area: int = 0
    stops: Sequence[Stop] = ()
    comes_min: Sequence[float] = ()  # of each tool; none: all from the start
    goes_min: Sequence[float] = ()


@dataclass(frozen=True)
class Step:
    """An operation; `group` counts from 0 in the list of groups."""

    group: int
    process: Chance
    basis: Basis = Basis.LOT
    least_carriers: int = 0  # of a batch
    most_carriers: int = 0
    batch_family: Hashable = None  # steps with equal words share batches; None: this step alone
    performed_share: float = 1.0
    rework_share: float = 0.0
    rework_to: int = 0  # place on the route, from 0
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
    hops: Sequence[Sequence[Chance]] = ((NOTHING,),)  # [from area][to area]
