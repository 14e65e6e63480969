"""After every event of small random fabs: nothing is lost, nothing is in two places."""

from contextlib import contextmanager
from itertools import chain

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kernel_fabs import everything

from fabstack.arrays import types as t
from fabstack.arrays.build import (
    Group,
    Inside,
    Listed,
    Parts,
    Purchase,
    Route,
    Step,
    Stop,
    Stream,
    fab_of,
)
from fabstack.arrays.chance import constant, exponential, uniform
from fabstack.arrays.types import NONE, Basis, Choice, Clock, Does, Rule, Status, ToolState
from fabstack.simulate import kernel
from fabstack.simulate import world as new_worlds
from fabstack.simulate.kernel_tables import Handle
from fabstack.simulate.readings import faults
from fabstack.simulate.simulation import Simulation

# --- What must hold after every event -----------------------------------------------------------


def check(world, at_min):
    assert faults(world, at_min) == []
    check_places(world)
    check_tools(world)
    check_queues(world)
    check_calendar(world, at_min)


def walk(world, node):
    nodes = []
    while node != NONE:
        assert len(nodes) <= world.calendar.links.size, "a list goes round in a circle"
        nodes.append(int(node))
        node = world.calendar.links.behind[node]
    return nodes


def waiting(world):
    """[queue] the nodes in each waiting line."""
    lines = [walk(world, queue.first) for queue in world.state.queues]
    for queue, nodes in zip(world.state.queues, lines, strict=True):
        assert not nodes or queue.last == nodes[-1]
    return lines


def planned(world):
    """(minute, order, node) of all events in the calendar."""
    calendar, wheel = world.calendar, world.calendar.wheel[0]
    events = [tuple(event) for event in calendar.today[wheel.first : wheel.end]]
    assert events == sorted(events)
    events += [tuple(event) for event in calendar.heap[: wheel.heap]]
    for first in calendar.buckets.first:
        for node in walk(world, first):
            events.append((*tuple(calendar.planned[node]), node))
    return events


def nodes_of_tools_and_lots(world):
    of_tools = {Does.JOB_ENDS, Does.TOOL_WEARS_OUT, Does.STOP_ENDS}
    kinds = of_tools | {Does.LOT_ARRIVES, Does.UNITS_ARRIVE}
    return [node for _, order, node in planned(world) if order >> t.SEQUENCE_BITS in kinds]


def jobs(world):
    """[tool] the lots in each tool."""
    return [walk(world, tool.first_lot) for tool in world.state.tools]


def check_places(world):
    """Each slot is free, waits in one line, is in one tool, or is on its way: never two of them."""
    tools, slots = world.state.tools.size, world.state.lots.size
    free, slot = [], int(world.state.now.free_lot[0])
    for _ in range(int(world.state.now.free_lots[0])):
        free.append(slot + tools)
        slot = int(world.calendar.links.behind[slot + tools])
    places = [free, *waiting(world), *jobs(world)]
    places.append([node for node in nodes_of_tools_and_lots(world) if node >= tools])
    assert sorted(chain.from_iterable(places)) == list(range(tools, tools + slots))
    assert (world.state.lots.stream[np.array(free, int) - tools] == NONE).all()


def check_tools(world):
    """Free tools are those on standby; each other tool has one event ahead, or is away."""
    state, rings = world.state, []
    for group, line in zip(world.fab.groups, state.lines, strict=True):
        places = (line.first_free + np.arange(line.free)) % max(group.tools, 1)
        rings += state.free_tools.tool[group.first_tool + places].tolist()
    standby = np.flatnonzero(state.tools.state == ToolState.STANDBY)
    assert sorted(rings) == standby.tolist()
    busy = sorted(node for node in nodes_of_tools_and_lots(world) if node < state.tools.size)
    away = state.tools.state == ToolState.AWAY
    assert busy == np.flatnonzero((state.tools.state != ToolState.STANDBY) & ~away).tolist()
    for tool, lots in zip(state.tools, jobs(world), strict=True):
        runs = tool.state == ToolState.PRODUCTIVE
        assert bool(lots) == bool(runs or tool.is_suspended)
        assert not (runs and tool.is_suspended)
        assert not lots or len(lots) == tool.lots


def check_queues(world):
    """Counts by family and group follow from the lines."""
    fab, state, tools = world.fab, world.state, world.state.tools.size
    ranks = int(fab.facts.ranks[0])
    lots, carriers = np.zeros(fab.families.size, int), np.zeros(fab.families.size, int)
    for place, nodes in enumerate(waiting(world)):
        for node in nodes:
            lot = state.lots[node - tools]
            assert fab.steps.family[lot.step] == place // ranks
            assert lot["rank"] == place % ranks
            lots[place // ranks] += 1
            carriers[place // ranks] += lot.carriers
    assert lots.tolist() == state.crowds.lots.tolist()
    assert carriers.tolist() == state.crowds.carriers.tolist()
    ready = carriers >= fab.families.least_carriers
    for group, line in enumerate(state.lines):
        mine = fab.families.group == group
        in_tools = sum(map(len, np.array(jobs(world), object)[state.tools.group == group]))
        assert line.waiting == lots[mine].sum()
        assert line.inside == line.waiting + in_tools
        assert line.ready == ready[mine].sum()


def check_calendar(world, at_min):
    """Nothing is planned for the past; the heap is one; no event is planned twice."""
    events = planned(world)
    assert all(minute >= at_min for minute, *_ in events)
    assert len({order for _, order, _ in events}) == len(events)
    heap = [tuple(event)[:2] for event in world.calendar.heap[: world.calendar.wheel.heap[0]]]
    assert all(heap[(place - 1) // 2] <= heap[place] for place in range(1, len(heap)))


def check_no_idling(world):
    """When a minute is over, no free tool leaves work that may start."""
    for group, line in zip(world.fab.groups, world.state.lines, strict=True):
        may_start = line.ready if group.is_batching else line.waiting
        assert not (line.free and may_start)


def step_through(parts, seed, events):
    """Run event by event and check after each."""
    simulation = Simulation(fab_of(parts) if isinstance(parts, Parts) else parts, seed)
    handle, before = Handle(simulation.world), 0.0
    for _ in range(events):
        status = kernel.run_until(handle.world, 1e6, 1)
        if status == Status.LOTS_FULL:
            simulation._grow()
            handle = Handle(simulation.world)
        assert simulation.now_min >= before
        before = simulation.now_min
        check(simulation.world, before)
        if not simulation.world.state.now.touched[0]:
            check_no_idling(simulation.world)
        if status == Status.DONE:
            break


@contextmanager
def few_slots():
    """Worlds start with room for a few lots, and grow."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(new_worlds, "SLOTS", 4)
        yield


# --- Fabs ---------------------------------------------------------------------------------------

MINUTES = st.sampled_from([0.0, 0.5, 1.0, 2.0, 3.0])
CHANCES = st.one_of(
    st.builds(constant, st.sampled_from([1.0, 2.0, 3.0])),
    st.builds(exponential, st.sampled_from([0.5, 2.0, 5.0])),
    st.builds(lambda low, width: uniform(low, low + width), MINUTES, MINUTES),
)
STOPS = st.builds(
    Stop,
    between=st.sampled_from([constant(7.0), exponential(10.0), constant(12.0)]),
    length=CHANCES,
    clock=st.sampled_from(Clock),
    state=st.sampled_from([ToolState.SCHEDULED_DOWN, ToolState.UNSCHEDULED_DOWN]),
    interrupts=st.booleans(),
    is_staggered=st.booleans(),
)
BATCHES = st.sampled_from([(0, 0), (0, 0), (1, 4), (3, 6), (5, 5)])


@st.composite
def steps(draw, groups, place):
    least, most = draw(BATCHES)
    basis = Basis.BATCH if most else draw(st.sampled_from([Basis.LOT, Basis.CARRIER]))
    return Step(
        draw(st.integers(0, groups - 1)),
        draw(CHANCES),
        basis,
        least,
        most,
        batch_family=draw(st.sampled_from([None, "bake"])) if (least, most) == (3, 6) else None,
        performed_share=draw(st.sampled_from([1.0, 1.0, 0.5])),
        rework_share=draw(st.sampled_from([0.0, 0.3])),
        rework_to=draw(st.integers(0, place)),
        carrier_scrap_share=draw(st.sampled_from([0.0, 0.2])),
        lot_scrap_share=draw(st.sampled_from([0.0, 0.1])),
    )


@st.composite
def small_fabs(draw):
    count = draw(st.integers(1, 3))
    groups = [
        Group(
            f"group {g}",
            tools := draw(st.integers(1, 3)),
            draw(st.sampled_from(Rule)),
            draw(st.sampled_from(Choice)),
            draw(MINUTES),
            draw(st.integers(0, 1)),
            draw(st.lists(STOPS, max_size=3)),
            [draw(st.sampled_from([0.0, 0.0, 9.0])) for _ in range(tools)],
            [draw(st.sampled_from([1e15, 1e15, 20.0])) for _ in range(tools)],
        )
        for g in range(count)
    ]
    routes = [
        Route(
            [draw(steps(count, place)) for place in range(draw(st.integers(1, 4)))],
            draw(st.sampled_from([int(NONE), 0, 1])),
            draw(st.sampled_from([1.0, 3.0, 0.4])),
            draw(st.sampled_from([1.0, 0.7])),
            draw(CHANCES),
        )
        for _ in range(2)
    ]
    listed = st.builds(Listed, MINUTES, st.integers(1, 5), st.integers(0, 1), MINUTES)
    streams = [
        Stream("even", 0, 0, 2, draw(st.integers(1, 3)), intervals=[(30.0, 2.0), (1e15, 5.0)]),
        Stream("fed", 1, 1, 3, needs=[(0, 2), (1, 1)], intervals=[(1e15, draw(MINUTES))]),
        Stream("listed", 1, 1, listed=draw(st.lists(listed, max_size=5))),
    ]
    inside = [
        Inside(0, draw(st.integers(0, len(routes[0].steps) - 1)), draw(st.integers(1, 4)))
        for _ in range(draw(st.integers(0, 3)))
    ]
    ways = st.one_of(st.just(constant(0.0)), CHANCES)
    hops = [[draw(ways) for _ in range(2)] for _ in range(2)]
    bought = st.builds(Purchase, st.integers(0, 1), MINUTES, st.integers(1, 9))
    purchases = draw(st.lists(bought, max_size=3))
    return Parts(groups, routes, streams, [draw(st.integers(0, 6)), 2], purchases, inside, hops)


@given(small_fabs(), st.integers(0, 2**32))
@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_nothing_is_lost_and_nothing_is_in_two_places_after_any_event(parts, seed):
    with few_slots():
        step_through(parts, seed, 150)


def test_nothing_is_lost_in_the_fab_of_everything():
    with few_slots():
        step_through(everything(), 1, 250)
