"""Readings of the books of a run: what has happened from minute 0 to any minute.

The kernel's books only grow. So what happened in a period is the difference of two readings, and
taking one changes nothing. `faults` derives the same quantities a second way and compares.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fabstack.arrays.types import NONE, ToolState, World

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

STATES = len(ToolState) - 1  # of SEMI E10; AWAY is none


class Reading(NamedTuple):
    """What has happened since minute 0."""

    at_min: float
    events: int
    steps_done: int  # by lots
    # [group, ToolState]  tool minutes
    state_min: Floats
    # [group]
    waiting_area: Floats  # lots x minutes
    inside_area: Floats
    waited_min: Floats  # of lots that started a step
    lots_started: Ints
    lots_ended: Ints
    carriers_ended: Ints
    jobs: Ints
    # [product]
    area: Floats  # lots x minutes
    stay_min: Floats  # of lots that left or were scrapped
    entered: Ints
    left: Ints
    scrapped: Ints
    carriers_entered: Ints
    carriers_left: Ints
    carriers_scrapped: Ints
    # [stock]
    stock_area: Floats  # units x minutes
    arrived: Ints
    used: Ints
    lost: Ints
    # [window]  of limited queue time
    closed: Ints
    late: Ints
    late_by_1h: Ints
    late_by_2h: Ints
    late_by_4h: Ints
    late_min: Floats  # summed over the late ones

    def since(self, earlier: Reading) -> Reading:
        """What has happened between two readings; `at_min` becomes the length of that time."""
        pairs: Any = zip(self, earlier, strict=True)
        return Reading._make(now - before for now, before in pairs)


def reading(world: World, at_min: float) -> Reading:
    """The books at a minute that is not before the last event nor after the next."""
    now, lines, tallies = world.state.now[0], world.state.lines, world.state.tallies
    stores = world.state.stores
    return Reading(
        at_min=at_min,
        events=int(now.events),
        steps_done=int(now.steps_done),
        state_min=_state_min(world, at_min),
        waiting_area=_waiting_area(world, at_min),
        inside_area=lines.inside_area + lines.inside * (at_min - lines.since_min),
        waited_min=lines.waited_min.copy(),
        lots_started=lines.lots_started.copy(),
        lots_ended=lines.lots_ended.copy(),
        carriers_ended=lines.carriers_ended.copy(),
        jobs=lines.jobs.copy(),
        area=tallies.area + tallies.inside * (at_min - tallies.since_min),
        stay_min=tallies.stay_min.copy(),
        entered=tallies.entered.copy(),
        left=tallies.left.copy(),
        scrapped=tallies.scrapped.copy(),
        carriers_entered=tallies.carriers_entered.copy(),
        carriers_left=tallies.carriers_left.copy(),
        carriers_scrapped=tallies.carriers_scrapped.copy(),
        stock_area=stores.area + stores.units * (at_min - stores.since_min),
        arrived=stores.arrived.copy(),
        used=stores.used.copy(),
        lost=stores.lost.copy(),
        **{name: world.state.stretches[name].copy() for name in _OF_WINDOWS},
    )


_OF_WINDOWS = ("closed", "late", "late_by_1h", "late_by_2h", "late_by_4h", "late_min")


class DayBooks(NamedTuple):
    """What has happened since minute 0, at the end of each day: little, for there are many days."""

    at_min: Floats  # [day]
    steps_done: Ints  # [day]  by lots
    area: Floats  # [day, product]  lots x minutes
    entered: NDArray[np.int32]  # [day, product]
    left: NDArray[np.int32]  # [day, product]
    carriers_left: NDArray[np.int32]  # [day, product]
    # No days unless tools are followed:
    state_min: Floats  # [day, group, ToolState]  tool minutes
    waiting_area: Floats  # [day, group]  lots x minutes

    def upto(self, days: int) -> DayBooks:
        """The first days."""
        return DayBooks._make(field[:days] for field in self)


def day_books(world: World, days: int, *, with_tools: bool) -> DayBooks:
    """Books of so many days, still blank."""
    size = (days, world.state.tallies.size)
    followed, groups = days if with_tools else 0, world.fab.groups.size
    return DayBooks(
        at_min=np.zeros(days),
        steps_done=np.zeros(days, np.int64),
        area=np.zeros(size),
        entered=np.zeros(size, np.int32),
        left=np.zeros(size, np.int32),
        carriers_left=np.zeros(size, np.int32),
        state_min=np.zeros((followed, groups, STATES)),
        waiting_area=np.zeros((followed, groups)),
    )


def fill_day(books: DayBooks, day: int, world: World, at_min: float) -> None:
    """Write the books at the end of a day."""
    tallies = world.state.tallies
    books.at_min[day] = at_min
    books.steps_done[day] = world.state.now.steps_done[0]
    books.area[day] = tallies.area + tallies.inside * (at_min - tallies.since_min)
    books.entered[day] = tallies.entered
    books.left[day] = tallies.left
    books.carriers_left[day] = tallies.carriers_left
    if books.state_min.size:
        books.state_min[day] = _state_min(world, at_min)
        books.waiting_area[day] = _waiting_area(world, at_min)


def inside(world: World) -> Ints:
    """The slots of the lots that are inside a plant now."""
    lots = world.state.lots
    return np.flatnonzero((lots.stream != NONE) & (lots.is_shipped == 0))


def faults(world: World, at_min: float) -> list[str]:
    """Every identity that the books do not fulfil; empty on a sound run."""
    read = reading(world, at_min)
    checks = {
        "tool minutes by state add up to tools x time": np.allclose(
            read.state_min.sum(axis=1), _present_min(world, at_min), rtol=1e-9, atol=1e-6
        ),
        "lots entered = left + scrapped + inside": np.array_equal(
            read.entered, read.left + read.scrapped + world.state.tallies.inside
        ),
        "lots inside are those in a slot": _inside_by_product(world).tolist()
        == world.state.tallies.inside.tolist(),
        "carriers entered = left + scrapped + inside": np.array_equal(
            read.carriers_entered,
            read.carriers_left + read.carriers_scrapped + _carriers_inside(world),
        ),
        "area under WIP = time in system (Little)": np.allclose(
            read.area, read.stay_min + _stay_of_lots_inside(world, at_min), rtol=1e-9, atol=1e-6
        ),
        "area under queues = time waited (Little)": np.allclose(
            read.waiting_area, read.waited_min + _waited_so_far(world, at_min), rtol=1e-9, atol=1e-6
        ),
        "units in stock = initial + arrived - used": np.array_equal(
            world.state.stores.units, world.fab.stocks.initial + read.arrived - read.used
        ),
    }
    return [name for name, holds in checks.items() if not holds]


# --- Tools --------------------------------------------------------------------------------------


def _state_min(world: World, at_min: float) -> Floats:
    return _by_group(world, _tool_minutes(world, at_min))[:, :STATES]


def _waiting_area(world: World, at_min: float) -> Floats:
    lines = world.state.lines
    return np.asarray(lines.waiting_area + lines.waiting * (at_min - lines.since_min))


def _tool_minutes(world: World, at_min: float) -> Floats:
    tools, row = world.state.tools, np.arange(world.state.tools.size)
    minutes = np.array(tools.minutes)
    minutes[row, tools.state] += at_min - tools.since_min
    left = _setup_left_min(tools, at_min)
    minutes[row, ToolState.SETUP] -= left
    minutes[row, ToolState.PRODUCTIVE] += left
    return minutes


def _setup_left_min(tools: Any, at_min: float) -> Floats:
    """[tool]  what is booked as setup already and still to come (see kernel_work.book_setup)."""
    worked_until_min = np.where(tools.is_suspended == 1, tools.stopped_min, at_min)
    return np.asarray(np.clip(tools.setup_ends_min - worked_until_min, 0.0, None))


def _by_group(world: World, per_tool: Floats) -> Floats:
    total = np.zeros((world.fab.groups.size, per_tool.shape[1]))
    np.add.at(total, world.state.tools.group, per_tool)
    return total


def _present_min(world: World, at_min: float) -> Floats:
    """Tool minutes between coming and going, from the plan of the fab."""
    plan, tools = world.fab.fixtures, world.state.tools
    has_gone = (tools.state == ToolState.AWAY) & (tools.is_leaving == 1)
    gone_min = np.where(has_gone, tools.since_min, at_min)
    present = np.clip(gone_min - np.maximum(plan.comes_min, 0.0), 0.0, None)
    total = np.zeros(world.fab.groups.size)
    np.add.at(total, plan.group, present)
    return total


# --- Lots ---------------------------------------------------------------------------------------


def _product(world: World, slots: Ints) -> Ints:
    return np.asarray(world.fab.streams.product[world.state.lots.stream[slots]])


def _sum_by_product(world: World, slots: Ints, values: NDArray[Any]) -> NDArray[Any]:
    total = np.zeros(world.state.tallies.size, values.dtype)
    np.add.at(total, _product(world, slots), values)
    return total


def _inside_by_product(world: World) -> Ints:
    slots = inside(world)
    return _sum_by_product(world, slots, np.ones(slots.size, np.int64))


def _carriers_inside(world: World) -> Ints:
    slots = inside(world)
    return _sum_by_product(world, slots, world.state.lots.carriers[slots].astype(np.int64))


def _stay_of_lots_inside(world: World, at_min: float) -> Floats:
    slots = inside(world)
    entered = np.maximum(world.state.lots.entered_min[slots], 0.0)
    return _sum_by_product(world, slots, at_min - entered)


def _waited_so_far(world: World, at_min: float) -> Floats:
    """[group]  of the lots in its queues, found by walking along them."""
    total = np.zeros(world.fab.groups.size)
    tools, lots, links = world.fab.fixtures.size, world.state.lots, world.calendar.links.behind
    ranks = int(world.fab.facts.ranks[0])
    for place in np.flatnonzero(world.state.queues.first != NONE):
        group = world.fab.families.group[place // ranks]
        node = world.state.queues.first[place]
        while node != NONE:
            total[group] += at_min - max(0.0, lots.since_min[node - tools])
            node = links[node]
    return total
