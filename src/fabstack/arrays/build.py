"""The arrays that the kernel reads, from a fab in plain words (see parts.py).

Names serve as keys of the random numbers, so a run does not depend on the order in which groups or
streams are listed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Iterable, Sequence
from typing import Any

import numpy as np

from fabstack.arrays import types as t
from fabstack.arrays.chance import Chance
from fabstack.arrays.parts import (
    Group,
    Inside,
    Listed,
    Parts,
    Purchase,
    Route,
    Step,
    Stop,
    Stream,
    breakdown,
    maintenance,
    periodic,
    poisson,
)
from fabstack.arrays.types import NEVER, Basis, Clock, Fab

__all__ = [
    "Group",
    "Inside",
    "Listed",
    "Parts",
    "Purchase",
    "Route",
    "Step",
    "Stop",
    "Stream",
    "breakdown",
    "fab_of",
    "key_of",
    "maintenance",
    "periodic",
    "poisson",
]


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
