"""Sets the scene of a run, in plain numpy: everything that will change, empty, at minute 0."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from fabstack.arrays import types as t
from fabstack.arrays.types import (
    NEVER,
    NONE,
    SEQUENCE_BITS,
    Basis,
    Calendar,
    Does,
    Fab,
    Logs,
    State,
    ToolState,
    World,
)

LINES = 4096  # of the record of finished lots, at least
SLOTS = 1024  # of lots, at least
EVENTS_IN_A_BUCKET = 2.0
MOST_BUCKETS = 2**17
MOSTLY_IDLE = 8  # tools that could do so many times the work that comes


def new_world(fab: Fab, seed: int, *, seen_lines: int = 0, crossing_lines: int = 0) -> World:
    """A fab before minute 0, with logs of events and crossings of these sizes (0: none is kept)."""
    slots = _power_of_two(max(SLOTS, fab.insiders.size + 2 * int(fab.facts.most_lots[0])))
    logs = _logs(fab, seen_lines, crossing_lines)
    return World(fab, _state(fab, seed, slots), _calendar(fab, slots), logs)


def with_more_slots(world: World) -> World:
    """The same world with room for twice as many lots."""
    fab, state, calendar = world.fab, world.state, world.calendar
    old, tools = state.lots.size, fab.fixtures.size
    lots = _grown(state.lots, 2 * old)
    lots.stream[old:] = NONE
    bonds = _grown(state.bonds, 2 * state.bonds.size)
    timers = _grown(state.timers, 2 * state.timers.size)
    timers.window[state.timers.size :] = NONE
    comings = _grown(state.comings, 2 * state.comings.size)
    comings.family[state.comings.size :] = NONE
    nodes = tools + 2 * old
    links = _grown(calendar.links, nodes)
    links.behind[tools + old :] = np.arange(old + 1, 2 * old + 1)
    links.behind[-1] = state.now.free_lot[0]
    now = _resized(state.now, free_lot=old, free_lots=old + state.now.free_lots[0])
    return world._replace(
        state=state._replace(now=now, lots=lots, bonds=bonds, timers=timers, comings=comings),
        calendar=calendar._replace(
            links=links,
            wheel=_resized(calendar.wheel, today=nodes + 1),
            planned=_grown(calendar.planned, nodes),
            today=_grown(calendar.today, nodes + 1),
            heap=_grown(calendar.heap, calendar.heap.size + old),
        ),
    )


def copy_of(world: World) -> World:
    """A snapshot: it goes on exactly as the original would (the fab is shared, being read only)."""
    return World(
        world.fab,
        State(*(_grown(array, array.size) for array in world.state)),
        Calendar(*(_grown(array, array.size) for array in world.calendar)),
        Logs(*(_grown(array, array.size) for array in world.logs)),
    )


# --- State --------------------------------------------------------------------------------------


def _state(fab: Fab, seed: int, slots: int) -> State:
    return State(
        now=_now(fab, slots),
        lots=t.table(t.LOT, slots, stream=NONE),
        bonds=t.table(t.BOND, slots * int(fab.facts.bonds[0]), tool=NONE),
        timers=t.table(t.TIMER, slots * int(fab.facts.timers[0]), window=NONE),
        tools=_tools(fab),
        lines=t.table(t.LINE, fab.groups.size, first_held=NONE, last_held=NONE),
        crowds=t.table(t.CROWD, fab.families.size, first_coming=NONE),
        comings=t.table(t.COMING, slots * int(fab.facts.looks_ahead[0]), family=NONE),
        stretches=t.table(t.STRETCH, fab.windows.size),
        queues=t.table(t.QUEUE, fab.families.size * int(fab.facts.ranks[0]), first=NONE, last=NONE),
        free_tools=t.table(t.FREE_TOOL, fab.fixtures.size, tool=NONE),
        touched=t.table(t.TOUCHED, fab.groups.size),
        upkeeps=_upkeeps(fab, seed),
        entries=t.table(t.ENTRY, fab.streams.size, key=seeded(fab.streams.key, seed)),
        stores=t.table(t.STORE, fab.stocks.size, units=fab.stocks.initial),
        tallies=t.table(t.TALLY, 1 + int(fab.streams.product.max(initial=0))),
    )


def _now(fab: Fab, slots: int) -> t.Records:
    return t.table(
        t.NOW,
        1,
        free_lot=0,
        free_lots=slots,
        start_lot=NONE,
        asked=NONE,
        answer=NONE,
        vehicles=fab.facts.vehicles[0],
        first_parked=NONE,
        last_parked=NONE,
    )


def _tools(fab: Fab) -> t.Records:
    return t.table(
        t.TOOL,
        fab.fixtures.size,
        group=fab.fixtures.group,
        first_lot=NONE,
        second_lot=NONE,
        state=ToolState.AWAY,
        stop=-1,
        maintained_at_carriers=NEVER,
        wears_out_at_min=NEVER,
    )


def _upkeeps(fab: Fab, seed: int) -> t.Records:
    plans = fab.groups.plans[fab.fixtures.group]
    tool = np.repeat(np.arange(fab.fixtures.size), plans)
    plan = np.arange(tool.size) - fab.fixtures.first_upkeep[tool]
    return t.table(
        t.UPKEEP,
        tool.size,
        key=seeded(fab.fixtures.key[tool] + plan.astype(np.uint64), seed),
        tool=tool,
        plan=plan + fab.groups.first_plan[fab.fixtures.group[tool]],
    )


def seeded(keys: np.ndarray[Any, Any], seed: int) -> np.ndarray[Any, Any]:
    """Keys of names -> keys of draws in the run with this seed (SplitMix64)."""
    bits = np.asarray(keys, np.uint64) ^ _mixed(np.array([seed % 2**64], np.uint64))
    mixed: np.ndarray[Any, Any] = _mixed(bits)
    return mixed


def _mixed(bits: Any) -> Any:
    bits = bits + np.uint64(0x9E3779B97F4A7C15)
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))


# --- Calendar -----------------------------------------------------------------------------------


def _calendar(fab: Fab, slots: int) -> Calendar:
    width_min, buckets = _wheel(fab)
    nodes = fab.fixtures.size + slots
    upkeeps = int(fab.groups.plans[fab.fixtures.group].sum())
    rare = upkeeps + fab.streams.size + 2 * fab.fixtures.size + fab.families.size + 1
    links = t.table(t.LINK, nodes, behind=NONE)
    links.behind[fab.fixtures.size : -1] = np.arange(1, slots)
    wheel = t.table(t.WHEEL, 1, buckets_per_min=1.0 / width_min, buckets=buckets, today=nodes + 1)
    wheel.heap = 1
    heap = t.table(t.EVENT, nodes + rare + 1)
    heap.order[0] = Does.RUN_BEGINS << SEQUENCE_BITS
    return Calendar(
        wheel=wheel,
        buckets=t.table(t.BUCKET, buckets, first=NONE),
        links=links,
        planned=t.table(t.PLANNED, nodes),
        today=t.table(t.EVENT, nodes + 1),
        heap=heap,
    )


def _wheel(fab: Fab) -> tuple[float, int]:
    """Width and number of buckets: a few events in each, and most durations within the wheel.

    Of very large fabs a bucket holds more: what lies beyond the wheel costs more than sorting does.
    """
    means = _job_minutes(fab)
    means = means[means > 0.0]
    if means.size == 0:
        return 1.0, 64
    span_min = 4.0 * float(means.max())
    least_min = max(EVENTS_IN_A_BUCKET / _events_per_min(fab), span_min / MOST_BUCKETS)
    width_min = 2.0 ** round(math.log2(least_min))
    return width_min, min(MOST_BUCKETS, max(64, _power_of_two(span_min / width_min)))


def _events_per_min(fab: Fab) -> float:
    """A guess: two events for each job that the tools could do, or that comes if they are idle."""
    rate, coming = 0.0, _entries_per_min(fab)[fab.steps.route]
    for place, group in enumerate(fab.groups):
        here = fab.steps.group == place
        minutes = _job_minutes(fab)[here]
        minutes = minutes[minutes > 0.0]
        if minutes.size:
            able, asked = float(group.tools) / float(minutes.mean()), float(coming[here].sum())
            rate += 2.0 * (asked if asked * MOSTLY_IDLE < able else able)
    return max(rate, 1e-9)


def _entries_per_min(fab: Fab) -> Any:
    """[route]  lots that enter, at the shortest interval of each stream; infinite where unknown."""
    rates = np.zeros(fab.routes.size)
    for stream in fab.streams:
        first = int(stream.first_period)
        intervals = fab.periods.interval_min[first : first + int(stream.periods)]
        shortest = float(intervals.min(initial=NEVER))
        known = stream.orders == 0 and shortest > 0.0
        rates[stream.route] += float(stream.lots) / shortest if known else math.inf
    return rates


def _job_minutes(fab: Fab) -> t.Records:
    """[step]  for a lot of 25 where the time is for each carrier."""
    steps = fab.steps
    more = np.where(steps.interval_min >= 0.0, steps.interval_min, steps.process.mean_min)
    return steps.process.mean_min + np.where(steps.basis == Basis.CARRIER, 24.0 * more, 0.0)


# --- Logs ---------------------------------------------------------------------------------------


def _logs(fab: Fab, seen_lines: int, crossing_lines: int) -> Logs:
    most_lots = int(fab.facts.most_lots[0])
    finished = max(LINES, 4 * most_lots)
    at_once = 4 * (fab.fixtures.size * most_lots + fab.insiders.size + most_lots)
    seen = max(seen_lines, 2 * at_once) if seen_lines else 0
    return Logs(
        room=t.table(t.ROOM, 1, finished=finished, seen=seen, crossings=crossing_lines),
        finished=t.table(t.FINISHED, finished),
        seen=t.table(t.SEEN, seen),
        crossings=t.table(t.CROSSING, crossing_lines),
    )


# --- Helpers ------------------------------------------------------------------------------------


def _resized(row: t.Records, **values: Any) -> t.Records:
    changed = _grown(row, 1)
    for name, value in values.items():
        changed[name] = value
    return changed


def _grown(array: t.Records, size: int) -> t.Records:
    longer = t.table(array.dtype, size)
    longer[: array.size] = array
    return longer


def _power_of_two(value: float) -> int:
    return 1 << max(0, math.ceil(math.log2(max(1.0, value))))
