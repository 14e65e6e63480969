"""A fab in plain words, with indices for names, and the arrays that the kernel reads.

The classes here hold what a programme (or a test) says of tool groups, routes and what enters.
`fab_of` turns them into `Fab`. Names serve as keys of the random numbers: a run does not depend on
the order in which groups or streams are listed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from fabstack.arrays import types as t
from fabstack.arrays.chance import Chance, constant, exponential
from fabstack.arrays.types import NEVER, NONE, Basis, Choice, Clock, Fab, Rule, ToolState

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
    first_min: float = 0.0
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


def key_of(name: str) -> int:
    """64 bits that stand for a name in the keys of random numbers."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little")


def fab_of(parts: Parts) -> Fab:
    """The arrays that the kernel reads."""
    pool = _Pool()
    families = _Families(parts.routes)
    return Fab(
        facts=_facts(parts),
        steps=_table(t.STEP, _steps(parts, families, pool)),
        routes=_table(t.ROUTE, _routes(parts, pool)),
        groups=_table(t.GROUP, _groups(parts, families)),
        families=_table(t.FAMILY, families.rows(len(parts.groups))),
        fixtures=_table(t.FIXTURE, _fixtures(parts.groups)),
        plans=_table(t.PLAN, (_plan(stop, pool) for group in parts.groups for stop in group.stops)),
        streams=_table(t.STREAM, _streams(parts.streams, pool)),
        periods=_table(t.PERIOD, (pair for stream in parts.streams for pair in stream.intervals)),
        orders=_table(t.ORDER, (_order(one) for stream in parts.streams for one in stream.listed)),
        needs=_table(t.NEED, (need for stream in parts.streams for need in stream.needs)),
        stocks=_table(t.STOCK, _stocks(parts)),
        users=_table(t.USER, ((user,) for users in _users(parts) for user in users)),
        purchases=_table(t.PURCHASE, _purchases(parts.purchases)),
        hops=_table(t.CHANCE, (pool.row(hop) for row in parts.hops for hop in row)),
        insiders=_table(t.INSIDER, _insiders(parts)),
        values=_table(t.VALUE, ((value,) for value in pool.values)),
    )


# --- Small helpers ------------------------------------------------------------------------------


def _table(dtype: np.dtype[Any], rows: Iterable[tuple[Any, ...]]) -> t.Records:
    listed = [tuple(row) for row in rows]
    table = t.table(dtype, len(listed))
    table[:] = np.array(listed, dtype)
    return table


def _offsets(counts: Iterable[int]) -> list[int]:
    return [0, *np.cumsum(list(counts), dtype=np.int64).tolist()]


class _Pool:
    """The values of all empirical distributions, one after the other."""

    def __init__(self) -> None:
        self.values: list[float] = []

    def row(self, chance: Chance) -> tuple[Any, ...]:
        law, mean, a, b, values = chance
        if values:
            a = float(len(self.values))
            self.values.extend(values)
        return (law, mean, a, b)


class _Families:
    """Which lots may share a job: one family for single lots of a group, one for each batch key."""

    def __init__(self, routes: Sequence[Route]) -> None:
        self.keys: dict[int, dict[Hashable, tuple[int, int]]] = {}
        for place, route in enumerate(routes):
            for number, step in enumerate(route.steps):
                self._add(step, self.key(place, number, step))

    def _add(self, step: Step, key: Hashable) -> None:
        known = self.keys.setdefault(step.group, {})
        least, most = known.get(key, (1, 0))
        known[key] = (max(least, step.least_carriers), max(most, step.most_carriers))

    @staticmethod
    def key(route: int, number: int, step: Step) -> Hashable:
        if step.basis is not Basis.BATCH:
            return "single lots"
        return ("step", route, number) if step.batch_family is None else (step.batch_family,)

    def count(self, group: int) -> int:
        return len(self.keys.get(group, ()))

    def row(self, groups: int, group: int, key: Hashable) -> int:
        """The index of a family in the table of all."""
        first = _offsets(self.count(each) for each in range(groups))[group]
        return first + list(self.keys[group]).index(key)

    def rows(self, groups: int) -> list[tuple[int, int, int]]:
        return [
            (group, least, most)
            for group in range(groups)
            for least, most in self.keys.get(group, {}).values()
        ]


# --- Tables -------------------------------------------------------------------------------------


def _facts(parts: Parts) -> t.Records:
    ranks = [stream.rank for stream in parts.streams]
    ranks += [listed.rank for stream in parts.streams for listed in stream.listed]
    ranks += [lot.rank for lot in parts.inside]
    batches = [step.most_carriers for route in parts.routes for step in route.steps]
    together = [stream.lots for stream in parts.streams]
    most_lots = max([1, *batches, *together])
    tools = sum(group.tools for group in parts.groups)
    counts = (tools, 1 + max(ranks, default=0), len(parts.hops), len(parts.streams))
    return _table(t.FACTS, [(*counts, len(parts.purchases), len(parts.inside), most_lots)])


def _steps(parts: Parts, families: _Families, pool: _Pool) -> Iterable[tuple[Any, ...]]:
    first = _offsets(len(route.steps) for route in parts.routes)
    index = {
        (group, key): row
        for row, (group, key) in enumerate(
            (group, key)
            for group in range(len(parts.groups))
            for key in families.keys.get(group, ())
        )
    }
    for place, route in enumerate(parts.routes):
        work_left = _work_left(parts, route)
        for number, step in enumerate(route.steps):
            yield (
                step.group,
                index[step.group, families.key(place, number, step)],
                number + 1,
                parts.groups[step.group].area,
                pool.row(step.process),
                step.basis,
                number == len(route.steps) - 1,
                max(step.rework_share, step.carrier_scrap_share, step.lot_scrap_share) > 0.0,
                step.performed_share,
                work_left[number],
                step.rework_share,
                first[place] + step.rework_to,
                place,
                step.carrier_scrap_share,
                step.lot_scrap_share,
            )


def _work_left(parts: Parts, route: Route) -> list[float]:
    """Mean minutes at the steps after each: process, handling and the way there.

    Process times count as they stand in the table, without the number of carriers; why is in
    docs/background/simulation.md.
    """
    left, work = [], 0.0
    for number in range(len(route.steps) - 1, -1, -1):
        left.append(work)
        step, group = route.steps[number], parts.groups[route.steps[number].group]
        here = parts.groups[route.steps[number - 1].group].area if number else group.area
        work += step.process.mean_min + group.handling_min
        work += parts.hops[here][group.area].mean_min
    return left[::-1]


def _routes(parts: Parts, pool: _Pool) -> Iterable[tuple[Any, ...]]:
    first = _offsets(len(route.steps) for route in parts.routes)
    for place, route in enumerate(parts.routes):
        delay = pool.row(route.delay)
        yield (first[place], route.stock, route.units_per_carrier, route.yield_share, delay)


def _groups(parts: Parts, families: _Families) -> Iterable[tuple[Any, ...]]:
    first_tool = _offsets(group.tools for group in parts.groups)
    first_family = _offsets(families.count(place) for place in range(len(parts.groups)))
    first_plan = _offsets(len(group.stops) for group in parts.groups)
    for place, group in enumerate(parts.groups):
        keys = families.keys.get(place, {})
        yield (
            first_tool[place],
            group.tools,
            first_family[place],
            families.count(place),
            len(group.stops),
            first_plan[place],
            sum(1 << bit for bit, stop in enumerate(group.stops) if stop.interrupts),
            group.handling_min,
            group.rule,
            group.choice,
            set(keys) - {"single lots"} != set(),
            any(stop.clock is Clock.BUSY for stop in group.stops),
        )


def _fixtures(groups: Sequence[Group]) -> Iterable[tuple[Any, ...]]:
    upkeep = 0
    for place, group in enumerate(groups):
        comes = group.comes_min or [0.0] * group.tools
        goes = group.goes_min or [NEVER] * group.tools
        for tool in range(group.tools):
            key = key_of(f"{group.name}#{tool + 1}")
            yield (key, comes[tool], goes[tool], place, tool + 1, upkeep)
            upkeep += len(group.stops)


def _plan(stop: Stop, pool: _Pool) -> tuple[Any, ...]:
    return (
        pool.row(stop.between),
        pool.row(stop.length),
        pool.row(stop.between if stop.first is None else stop.first),
        stop.clock,
        stop.state,
        stop.interrupts,
        stop.is_staggered,
    )


def _streams(streams: Sequence[Stream], pool: _Pool) -> Iterable[tuple[Any, ...]]:
    first_period = _offsets(len(stream.intervals) for stream in streams)
    first_order = _offsets(len(stream.listed) for stream in streams)
    first_need = _offsets(len(stream.needs) for stream in streams)
    for place, stream in enumerate(streams):
        yield (
            key_of(stream.name),
            stream.route,
            stream.product,
            stream.carriers,
            stream.lots,
            stream.rank,
            first_period[place],
            len(stream.intervals),
            first_order[place],
            len(stream.listed),
            first_need[place],
            len(stream.needs),
            min(stream.entries, len(stream.listed)) if stream.listed else stream.entries,
            stream.first_min,
            pool.row(stream.gap),
            stream.due_after_min,
            stream.due_spread_share,
        )


def _order(listed: Listed) -> tuple[float, float, int, int]:
    return (listed.at_min, listed.due_min, listed.carriers, listed.rank)


def _users(parts: Parts) -> list[list[int]]:
    users: list[list[int]] = [[] for _ in parts.stocks]
    for place, stream in enumerate(parts.streams):
        for stock, _ in stream.needs:
            users[stock].append(place)
    return users


def _stocks(parts: Parts) -> Iterable[tuple[int, int, int]]:
    users = _users(parts)
    first = _offsets(map(len, users))
    for place, initial in enumerate(parts.stocks):
        yield (initial, first[place], len(users[place]))


def _purchases(purchases: Sequence[Purchase]) -> Iterable[tuple[float, int, int]]:
    for purchase in sorted(purchases, key=lambda each: each.at_min):
        yield (purchase.at_min, purchase.units, purchase.stock)


def _insiders(parts: Parts) -> Iterable[tuple[Any, ...]]:
    first = _offsets(len(route.steps) for route in parts.routes)
    for lot in parts.inside:
        step = first[parts.streams[lot.stream].route] + lot.step
        yield (step, lot.stream, lot.carriers, lot.rank, lot.entered_min, lot.due_min)
