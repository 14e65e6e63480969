"""The arrays that the kernel reads, from a fab in plain words (see parts.py).

Names serve as keys of the random numbers, so a run does not depend on the order in which groups or
streams are listed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from fabstack.arrays import types as t
from fabstack.arrays.chance import Chance
from fabstack.arrays.families import GroupWork, bonds_of, offsets, timers_of, windows_of, works_of
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
from fabstack.arrays.types import NEVER, NONE, Basis, Clock, Fab, Key

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


MOST_KEYS = 8  # of a dispatch rule, at most


def key_of(name: str) -> int:
    """64 bits that stand for a name in the keys of random numbers."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little")


def fab_of(parts: Parts) -> Fab:
    """The arrays that the kernel reads."""
    pool = _Pool()
    works = works_of(parts)
    return Fab(
        facts=_facts(parts),
        steps=_table(t.STEP, _steps(parts, works, pool)),
        windows=_table(t.WINDOW, _windows(parts)),
        routes=_table(t.ROUTE, _routes(parts, pool)),
        groups=_table(t.GROUP, _groups(works)),
        families=_table(t.FAMILY, _families(works)),
        changes=_table(t.CHANGE, ((minutes,) for work in works for minutes in _changes(work))),
        setups=_table(t.SETUP, ((run,) for work in works for run in _least_runs(work))),
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
        aheads=_table(t.AHEAD, _aheads(parts)),
        own_rules=t.table(t.OWN_RULE, parts.own_rules),
    )


# --- Small helpers ------------------------------------------------------------------------------


def _table(dtype: np.dtype[Any], rows: Iterable[tuple[Any, ...]]) -> t.Records:
    listed = [tuple(row) for row in rows]
    table = t.table(dtype, len(listed))
    table[:] = np.array(listed, dtype)
    return table


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


# --- Tables -------------------------------------------------------------------------------------


def _facts(parts: Parts) -> t.Records:
    ranks = [stream.rank for stream in parts.streams]
    ranks += [listed.rank for stream in parts.streams for listed in stream.listed]
    ranks += [lot.rank for lot in parts.inside]
    batches = [step.most_carriers for route in parts.routes for step in route.steps]
    together = [stream.lots for stream in parts.streams]
    row = {
        "tools": sum(group.tools for group in parts.groups),
        "ranks": 1 + max(ranks, default=0),
        "places": len(parts.hops),
        "bonds": max((bonds_of(route.steps).count for route in parts.routes), default=0),
        "timers": max(
            (timer + 1 for r in parts.routes for timer in timers_of(r).values()), default=0
        ),
        "vehicles": parts.vehicles,
        "late_lots": parts.late_lots,
        "looks_ahead": any(group.looks_ahead for group in parts.groups),
        "streams": len(parts.streams),
        "purchases": len(parts.purchases),
        "insiders": len(parts.inside),
        "most_lots": max([1, *batches, *together]),
    }
    return t.table(t.FACTS, 1, **row)


def _steps(parts: Parts, works: Sequence[GroupWork], pool: _Pool) -> Iterable[tuple[Any, ...]]:
    first_step = offsets(len(route.steps) for route in parts.routes)
    first_family = offsets(work.families for work in works)
    first_window = offsets(len(windows_of(route)) for route in parts.routes)
    for place, route in enumerate(parts.routes):
        work_left, bonds = _work_left(parts, route), bonds_of(route.steps)
        windows = {number: first_window[place] + i for i, number in enumerate(windows_of(route))}
        closing = {step.limit_to for step in route.steps if step.limit_min is not None}
        for number, step in enumerate(route.steps):
            work = works[step.group]
            interval_min, setup_min = step.interval_min, step.setup_min
            yield (
                step.group,
                first_family[step.group] + work.place(work.family(place, number, step)),
                number + 1,
                parts.groups[step.group].place,
                work.setups.get(step.setup, 0),
                pool.row(step.process),
                step.basis,
                number == len(route.steps) - 1,
                max(step.rework_share, step.carrier_scrap_share, step.lot_scrap_share) > 0.0,
                work.cascades,
                number in bonds.read or number in bonds.written,
                number in windows or number in closing or _is_awaited(works, route, number),
                step.performed_share,
                -1.0 if interval_min is None else interval_min,
                -1.0 if setup_min is None else setup_min,
                work_left[number],
                step.rework_share,
                first_step[place] + step.rework_to,
                windows.get(number, NONE),
                place,
                bonds.read.get(number, -1),
                bonds.written.get(number, -1),
                step.carrier_scrap_share,
                step.lot_scrap_share,
            )


def _is_awaited(works: Sequence[GroupWork], route: Route, number: int) -> bool:
    """Whether the tools of a step, or of the next one, look ahead to lots that come for it."""
    return any(works[step.group].group.looks_ahead for step in route.steps[number : number + 2])


def _windows(parts: Parts) -> Iterable[tuple[float, int, int, int]]:
    first_step = offsets(len(route.steps) for route in parts.routes)
    for first, route in zip(first_step, parts.routes, strict=False):
        for number, timer in timers_of(route).items():
            step = route.steps[number]
            yield (step.limit_min or 0.0, first + number, first + step.limit_to, timer)


def _aheads(parts: Parts) -> Iterable[tuple[float]]:
    """Expected minutes of a lot of the route at each step and the later ones, waiting apart."""
    carriers = {stream.route: stream.carriers for stream in reversed(parts.streams)}
    for place, route in enumerate(parts.routes):
        minutes = [_job_min(parts, step, carriers.get(place, 25)) for step in route.steps]
        yield from ((sum(minutes[number:]),) for number in range(len(minutes)))


def _job_min(parts: Parts, step: Step, carriers: int) -> float:
    group = parts.groups[step.group]
    more = step.process.mean_min if step.interval_min is None else step.interval_min
    following = (carriers - 1) * more if step.basis is Basis.CARRIER else 0.0
    busy = step.process.mean_min + following + group.load_min + group.unload_min
    return step.performed_share * busy


def _work_left(parts: Parts, route: Route) -> list[float]:
    """Mean minutes at the steps after each: process and the way there.

    Process times count as they stand in the table, without the number of carriers; why is in
    docs/background/simulation.md.
    """
    left, work = [], 0.0
    for number in range(len(route.steps) - 1, -1, -1):
        left.append(work)
        step, group = route.steps[number], parts.groups[route.steps[number].group]
        here = parts.groups[route.steps[number - 1].group].place if number else group.place
        work += step.process.mean_min
        work += parts.hops[here][group.place].mean_min
    return left[::-1]


def _groups(works: Sequence[GroupWork]) -> Iterable[tuple[Any, ...]]:
    first_tool = offsets(work.group.tools for work in works)
    first_family = offsets(work.families for work in works)
    first_plan = offsets(len(work.group.stops) for work in works)
    first_setup = offsets(len(_least_runs(work)) for work in works)
    first_change = offsets(len(_changes(work)) for work in works)
    for place, work in enumerate(works):
        group = work.group
        yield (
            first_tool[place],
            group.tools,
            first_family[place],
            work.families,
            first_plan[place],
            len(group.stops),
            sum(1 << bit for bit, stop in enumerate(group.stops) if stop.interrupts),
            group.load_min,
            group.load_min + group.unload_min,
            work.kind,
            group.choice,
            group.keys[:1] == (Key.PRIORITY,),
            work.is_batching,
            work.cascades,
            work.cascades and bool(work.setups),
            work.cascades and Key.SETUP in group.keys,
            any(stop.clock is Clock.BUSY for stop in group.stops),
            group.prefers_least_setup or Key.SETUP in group.keys,
            _keys(group, without=Key.SETUP),
            _keys(group),
            work.families_per_batch,
            group.own_rule,
            group.looks_ahead,
            group.batch_wait_min,
            len(work.setups) if work.knows_changes else 0,
            first_setup[place],
            first_change[place],
        )


def _keys(group: Group, without: Key = Key.END) -> list[Key]:
    """What is left to compare: not a leading rank, nor arrival at the end: it comes last anyway."""
    keys = list(group.keys[1:] if group.keys[:1] == (Key.PRIORITY,) else group.keys)
    keys = [key for key in keys if key is not without]
    if keys[-1:] == [Key.FIFO]:
        keys = keys[:-1]
    return (keys + [Key.END] * MOST_KEYS)[:MOST_KEYS]


def _families(works: Sequence[GroupWork]) -> Iterable[tuple[int, int, int]]:
    for place, work in enumerate(works):
        for least, most in work.sizes.values():
            for _ in range(work.families_per_batch):
                yield (place, least, most)


def _changes(work: GroupWork) -> list[float]:
    names = [None, *work.setups] if work.knows_changes else []
    return [work.change_min(before, after) for before in names for after in names]


def _least_runs(work: GroupWork) -> list[int]:
    names = [None, *work.setups] if work.knows_changes else []
    return [work.group.least_runs.get(name, 0) for name in names]


def _routes(parts: Parts, pool: _Pool) -> Iterable[tuple[Any, ...]]:
    first = offsets(len(route.steps) for route in parts.routes)
    for place, route in enumerate(parts.routes):
        delay = pool.row(route.delay)
        yield (first[place], route.stock, route.units_per_carrier, route.yield_share, delay)


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
    first_period = offsets(len(stream.intervals) for stream in streams)
    first_order = offsets(len(stream.listed) for stream in streams)
    first_need = offsets(len(stream.needs) for stream in streams)
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
            stream.reserves,
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
    first = offsets(map(len, users))
    for place, initial in enumerate(parts.stocks):
        yield (initial, first[place], len(users[place]))


def _purchases(purchases: Sequence[Purchase]) -> Iterable[tuple[float, int, int]]:
    for purchase in sorted(purchases, key=lambda each: each.at_min):
        yield (purchase.at_min, purchase.units, purchase.stock)


def _insiders(parts: Parts) -> Iterable[tuple[Any, ...]]:
    first = offsets(len(route.steps) for route in parts.routes)
    serials = _serials(lot.stream for lot in parts.inside)
    numbered = zip(parts.inside, serials, strict=True)
    for lot, serial in sorted(numbered, key=lambda pair: pair[0].since_min):
        step = first[parts.streams[lot.stream].route] + lot.step
        yield (
            step,
            lot.stream,
            serial,
            lot.carriers,
            lot.rank,
            lot.entered_min,
            lot.due_min,
            lot.since_min,
        )


def _serials(streams: Iterable[int]) -> list[int]:
    """The number of each lot within its stream, in the order in which they are listed."""
    counts: dict[int, int] = {}
    serials = []
    for stream in streams:
        serials.append(counts.get(stream, 0))
        counts[stream] = serials[-1] + 1
    return serials
