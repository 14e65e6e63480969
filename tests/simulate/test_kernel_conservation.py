"""After every event of small random fabs: nothing is lost, nothing is in two places."""

from contextlib import contextmanager
from dataclasses import replace
from itertools import chain

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kernel_fabs import by, everything

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
from fabstack.arrays.types import NONE, Basis, Choice, Clock, Does, Key, Late, Status, ToolState
from fabstack.simulate import kernel
from fabstack.simulate import world as new_worlds
from fabstack.simulate.kernel_tables import Handle
from fabstack.simulate.readings import faults
from fabstack.simulate.simulation import Simulation

# --- What must hold after every event -----------------------------------------------------------


def check(world, at_min):
    assert faults(world, at_min) == []
    check_places(world)
    check_ways(world)
    check_windows(world)
    check_comers(world)
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
    """Those that have an event ahead, lots inside a cascade apart."""
    of_tools = {Does.JOB_ENDS, Does.TOOL_WEARS_OUT, Does.STOP_ENDS, Does.TOOL_TAKES_MORE}
    kinds = of_tools | {Does.LOT_ARRIVES, Does.UNITS_ARRIVE}
    return [node for _, order, node in planned(world) if order >> t.SEQUENCE_BITS in kinds]


def jobs(world):
    """[tool] the lots in each tool."""
    return [
        [int(node) for node in (tool.first_lot, tool.second_lot) if node != NONE]
        if world.fab.groups.cascades[tool.group]
        else walk(world, tool.first_lot)
        for tool in world.state.tools
    ]


def held(world):
    """[group] the lots that are not let into a window that ends there."""
    lines = [walk(world, line.first_held) for line in world.state.lines]
    for line, nodes in zip(world.state.lines, lines, strict=True):
        assert not nodes or line.last_held == nodes[-1]
    return lines


def parked(world):
    """The lots that wait for a vehicle."""
    now = world.state.now[0]
    nodes = walk(world, now.first_parked)
    assert not nodes or now.last_parked == nodes[-1]
    return nodes


def check_ways(world):
    """Vehicles are free or carry a lot; who waits for one finds none; tools are kept for comers."""
    fab, state, tools = world.fab, world.state, world.state.tools.size
    coming = [n - tools for _, order, n in planned(world) if does(order) == Does.LOT_ARRIVES]
    waiting_for_vehicle = [node - tools for node in parked(world)]
    vehicles = int(fab.facts.vehicles[0])
    if vehicles:
        assert state.now.vehicles[0] + len(coming) == vehicles
        assert not waiting_for_vehicle or state.now.vehicles[0] == 0
    else:
        assert not waiting_for_vehicle
    expected = np.zeros(fab.groups.size, int)
    for slot in coming + waiting_for_vehicle:
        lot = state.lots[slot]
        assert lot.reserves == fab.streams.reserves[lot.stream]
        expected[fab.steps.group[lot.step]] += lot.reserves
    assert expected.tolist() == state.lines.expected.tolist()


def check_windows(world):
    """Where lots are held, those inside windows are counted; somebody is if one is held."""
    fab, state, tools = world.fab, world.state, world.state.tools.size
    inside = np.zeros(fab.groups.size, int)
    end_of = fab.steps.group[fab.windows.to_step]
    if fab.facts.late_lots[0] == Late.HELD:
        timers = int(fab.facts.timers[0])
        for slot in np.flatnonzero(state.lots.stream != NONE):
            for timer in state.timers[slot * timers : (slot + 1) * timers]:
                if timer.window != NONE:
                    inside[end_of[timer.window]] += 1
        for node in chain.from_iterable(waiting(world)):
            opens = fab.steps.opens[state.lots.step[node - tools]]
            if opens != NONE:
                inside[end_of[opens]] += 1
    assert inside.tolist() == state.lines.in_windows.tolist()
    for group, nodes in enumerate(held(world)):
        assert fab.facts.late_lots[0] == Late.HELD or not nodes
        assert inside[group] > 0 or not nodes


def check_comers(world):
    """Each family of a group that looks ahead lists who comes: in tools ahead, and on the road."""
    fab, state, tools = world.fab, world.state, world.state.tools.size
    expected = {}
    for number, nodes in enumerate(jobs(world)):
        for node in nodes:
            slot = node - tools
            if not fab.steps.is_last[state.lots.step[slot]]:
                expected[slot] = (state.lots.step[slot] + 1, number)
    for _, order, node in planned(world):
        if does(order) == Does.LOT_ARRIVES:
            expected[node - tools] = (state.lots.step[node - tools], NONE)
    awaited = {
        (slot, fab.steps.family[step], number)
        for slot, (step, number) in expected.items()
        if fab.groups.looks_ahead[fab.steps.group[step]]
        and fab.families.most_carriers[fab.steps.family[step]] > 0
    }
    listed = set()
    for family, crowd in enumerate(state.crowds):
        ahead, slot = NONE, int(crowd.first_coming)
        while slot != NONE:
            coming = state.comings[slot]
            assert (coming.family, coming.ahead) == (family, ahead)
            step = fab.steps[expected[slot][0]]
            assert step.family <= family <= step.family + fab.groups.tools[step.group]
            listed.add((slot, step.family, coming.tool))
            ahead, slot = slot, int(coming.behind)
    assert listed == awaited
    assert np.count_nonzero(state.comings.family != NONE) == len(listed)


def does(order):
    return order >> t.SEQUENCE_BITS


def check_places(world):
    """Each slot is free, waits (in a line, for a vehicle or window), is in a tool, or on its way.

    It is never in two of these places.
    """
    tools, slots = world.state.tools.size, world.state.lots.size
    free, slot = [], int(world.state.now.free_lot[0])
    for _ in range(int(world.state.now.free_lots[0])):
        free.append(slot + tools)
        slot = int(world.calendar.links.behind[slot + tools])
    places = [free, *waiting(world), *jobs(world)]
    places.append([node for node in nodes_of_tools_and_lots(world) if node >= tools])
    places += [*held(world), parked(world)]
    assert sorted(chain.from_iterable(places)) == list(range(tools, tools + slots))
    assert (world.state.lots.stream[np.array(free, int) - tools] == NONE).all()


def check_tools(world):
    """Free are all tools on standby and cascades with room; others have an event or are away."""
    state, rings = world.state, []
    for group, line in zip(world.fab.groups, state.lines, strict=True):
        places = (line.first_free + np.arange(line.free)) % max(group.tools, 1)
        rings += state.free_tools.tool[group.first_tool + places].tolist()
        if group.choice == Choice.LEAST_USED:
            check_heap(world, state.free_tools[group.first_tool :][: line.free])
    standby = state.tools.state == ToolState.STANDBY
    runs_cascade = (state.tools.state == ToolState.PRODUCTIVE) & (
        world.fab.groups.cascades[state.tools.group] == 1
    )
    assert sorted(rings) == np.flatnonzero(state.tools.is_free).tolist()
    assert (state.tools.is_free >= standby).all()
    assert (state.tools.is_free <= (standby | (runs_cascade & (state.tools.lots == 1)))).all()
    has_event = sorted(node for node in nodes_of_tools_and_lots(world) if node < state.tools.size)
    away = state.tools.state == ToolState.AWAY
    expected = np.where(runs_cascade, state.tools.takes_more == 1, ~standby & ~away)
    assert has_event == np.flatnonzero(expected).tolist()
    check_cascades(world)
    for tool, lots in zip(state.tools, jobs(world), strict=True):
        runs = tool.state == ToolState.PRODUCTIVE
        assert bool(lots) == bool(runs or tool.is_suspended)
        assert not (runs and tool.is_suspended)
        assert not lots or len(lots) == tool.lots


def check_heap(world, free):
    """Each free tool has its carriers, and goes behind the one above it."""
    assert free.carriers.tolist() == world.state.tools.carriers[free.tool].tolist()
    ranked = [(one.carriers, one.tool) for one in free]
    assert all(ranked[(place - 1) // 2] < ranked[place] for place in range(1, len(ranked)))


def check_cascades(world):
    """Each lot inside leaves at a planned minute, the first one first, unless all is suspended."""
    leaves = {
        node: (minute, order)
        for minute, order, node in planned(world)
        if order >> t.SEQUENCE_BITS == Does.LOT_LEAVES_CASCADE
    }
    inside = []
    for number, tool in enumerate(world.state.tools):
        if world.fab.groups.cascades[tool.group] and not tool.is_suspended:
            lots = jobs(world)[number]
            inside += lots
            assert [leaves[node] for node in lots] == sorted(leaves[node] for node in lots)
            tools = world.state.tools.size
            assert all(world.state.lots.tool[node - tools] == number for node in lots)
    assert sorted(inside) == sorted(leaves)


def line_of(world, slot):
    """The family whose line a waiting lot belongs to."""
    step = world.fab.steps[world.state.lots.step[slot]]
    if step.bond < 0:
        return step.family
    bonds = int(world.fab.facts.bonds[0])
    tool = world.state.bonds.tool[slot * bonds + step.bond]
    if tool == NONE or world.state.tools.is_leaving[tool]:
        return step.family
    return step.family + 1 + tool - world.fab.groups.first_tool[step.group]


def check_queues(world):
    """Counts by family and group follow from the lines."""
    fab, state, tools = world.fab, world.state, world.state.tools.size
    ranks = int(fab.facts.ranks[0])
    lots, carriers = np.zeros(fab.families.size, int), np.zeros(fab.families.size, int)
    for place, nodes in enumerate(waiting(world)):
        for node in nodes:
            lot = state.lots[node - tools]
            assert line_of(world, node - tools) == place // ranks
            assert lot["rank"] == place % ranks
            lots[place // ranks] += 1
            carriers[place // ranks] += lot.carriers
    counted = fab.groups.kind[fab.families.group] != t.Kind.PLAIN
    assert (lots * counted).tolist() == state.crowds.lots.tolist()
    assert (carriers * counted).tolist() == state.crowds.carriers.tolist()
    is_overdue = state.crowds.is_overdue == 1
    ready = counted & ((carriers >= fab.families.least_carriers) | is_overdue)
    assert (lots[is_overdue] > 0).all()
    check_waits(world, counted & ~ready & (lots > 0))
    for group, line in enumerate(state.lines):
        mine = fab.families.group == group
        in_tools = sum(map(len, np.array(jobs(world), object)[state.tools.group == group]))
        assert line.waiting == lots[mine].sum()
        assert line.inside == line.waiting + in_tools
        assert line.ready == ready[mine].sum()


def check_waits(world, too_few):
    """Who waits for a batch does so until a planned minute, where the group sets a limit."""
    limited = world.fab.groups.batch_wait_min[world.fab.families.group] < t.NEVER
    waits = {n for _, order, n in planned(world) if does(order) == Does.BATCH_IS_OVERDUE}
    assert sorted(waits) == np.flatnonzero(world.state.crowds.is_awaited).tolist()
    assert set(np.flatnonzero(too_few & limited).tolist()) <= waits


def check_calendar(world, at_min):
    """Nothing is planned for the past; the heap is one; no event is planned twice."""
    events = planned(world)
    assert all(minute >= at_min for minute, *_ in events)
    assert len({order for _, order, _ in events}) == len(events)
    heap = [tuple(event)[:2] for event in world.calendar.heap[: world.calendar.wheel.heap[0]]]
    assert all(heap[(place - 1) // 2] <= heap[place] for place in range(1, len(heap)))


def check_no_idling(world):
    """When a minute is over, no free tool leaves work that it may start."""
    lines = world.state.lines
    for number, tool in enumerate(world.state.tools):
        if tool.is_free and lines.free[tool.group] > lines.expected[tool.group]:
            assert not any(may_take(world, number, slot) for slot in slots_waiting_for(world, tool))


def slots_waiting_for(world, tool):
    tools = world.state.tools.size
    nodes = chain.from_iterable(waiting(world))
    steps, lots = world.fab.steps, world.state.lots
    return [n - tools for n in nodes if steps.group[lots.step[n - tools]] == tool.group]


def may_take(world, number, slot):
    """Whether a tool may start this lot, by the rules in words."""
    tool, lot = world.state.tools[number], world.state.lots[slot]
    step, family = world.fab.steps[lot.step], line_of(world, slot)
    own = step.family + 1 + number - world.fab.groups.first_tool[tool.group]
    is_plain = world.fab.groups.kind[tool.group] == t.Kind.PLAIN
    must_keep = tool.run_left > 0 and step.setup not in (0, tool.setup)
    enough = world.state.crowds.carriers[family] >= world.fab.families.least_carriers[family]
    is_ready = is_plain or enough or world.state.crowds.is_overdue[family]
    is_held_back = must_keep or waits_for_change(world, tool, family)
    may_wait = world.state.crowds.first_coming[family] != NONE
    return is_ready and not is_held_back and not may_wait and family in (step.family, own)


def waits_for_change(world, tool, family):
    """A cascade that chooses may not change too early; who heads its line holds up the others.

    Nobody looks again before a lot comes or goes.
    """
    if world.fab.groups.kind[tool.group] != t.Kind.CHOOSY or tool.lots == 0:
        return False
    ranks = int(world.fab.facts.ranks[0])
    nodes = chain.from_iterable(waiting(world)[family * ranks : (family + 1) * ranks])
    steps = world.state.lots.step[[node - world.state.tools.size for node in nodes]]
    return not set(world.fab.steps.setup[steps].tolist()) <= {0, int(tool.setup)}


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
        interval_min=None if most else draw(st.sampled_from([None, 0.5, 2.0])),
        setup=draw(st.sampled_from([None, None, "red", "blue"])),
        setup_min=draw(st.sampled_from([None, None, 1.5])),
        least_carriers=least,
        most_carriers=most,
        limit_min=draw(st.sampled_from([None, None, 4.0])),
        limit_to=place + draw(st.integers(1, 3)),
        batch_family=draw(st.sampled_from([None, "bake"])) if (least, most) == (3, 6) else None,
        performed_share=draw(st.sampled_from([1.0, 1.0, 0.5])),
        rework_share=draw(st.sampled_from([0.0, 0.3])),
        rework_to=draw(st.integers(0, place)),
        carrier_scrap_share=draw(st.sampled_from([0.0, 0.2])),
        lot_scrap_share=draw(st.sampled_from([0.0, 0.1])),
    )


CHANGES = [{}, {("red", "blue"): 2.0, (None, "red"): 1.0}, {(None, "blue"): 3.0}]
RULES = [
    by(Key.FIFO),
    by(Key.CRITICAL_RATIO),
    by(Key.SETUP, Key.EARLIEST_DUE_DATE),
    (Key.SHORTEST_PROCESS, Key.PRIORITY, Key.LEAST_SLACK),
    (Key.SHORTEST_REMAINING, Key.SETUP),
    by(Key.QUEUE_TIME_RATIO, Key.NEXT_QUEUE),
    by(Key.FULLEST_BATCH, Key.QUEUE_TIME_SPREAD),
]


@st.composite
def routes_of(draw, groups):
    """Steps, some of which must use the tool of an earlier one of their group."""
    made = [draw(steps(groups, place)) for place in range(draw(st.integers(1, 5)))]
    made[-1] = replace(made[-1], limit_min=None)
    made = [replace(step, limit_to=min(step.limit_to, len(made) - 1)) for step in made]
    for place in range(1, len(made)):
        earlier = [p for p in range(place) if made[p].group == made[place].group]
        if earlier and draw(st.booleans()):
            made[place] = replace(made[place], same_tool_as=draw(st.sampled_from(earlier)))
    return made


@st.composite
def small_fabs(draw):
    count = draw(st.integers(1, 3))
    groups = [
        Group(
            f"group {g}",
            tools := draw(st.integers(1, 3)),
            draw(st.sampled_from(RULES)),
            draw(st.sampled_from(Choice)),
            prefers_least_setup=draw(st.booleans()),
            load_min=draw(MINUTES),
            unload_min=draw(MINUTES),
            changes_min=draw(st.sampled_from(CHANGES)),
            batch_wait_min=draw(st.sampled_from([t.NEVER, t.NEVER, 0.0, 2.5])),
            looks_ahead=draw(st.booleans()),
            least_runs=draw(st.sampled_from([{}, {}, {"red": 1, "blue": 2}])),
            place=draw(st.integers(0, 1)),
            stops=draw(st.lists(STOPS, max_size=3)),
            comes_min=[draw(st.sampled_from([0.0, 0.0, 9.0])) for _ in range(tools)],
            goes_min=[draw(st.sampled_from([1e15, 1e15, 20.0])) for _ in range(tools)],
        )
        for g in range(count)
    ]
    routes = [
        Route(
            draw(routes_of(count)),
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
        Stream(
            "fed",
            1,
            1,
            3,
            needs=[(0, 2), (1, 1)],
            intervals=[(1e15, draw(MINUTES))],
            reserves=draw(st.booleans()),
        ),
        Stream(
            "listed",
            1,
            1,
            listed=draw(st.lists(listed, max_size=5)),
            reserves=draw(st.booleans()),
        ),
    ]
    inside = [
        Inside(
            0,
            draw(st.integers(0, len(routes[0].steps) - 1)),
            draw(st.integers(1, 4)),
            since_min=-draw(MINUTES),
        )
        for _ in range(draw(st.integers(0, 3)))
    ]
    ways = st.one_of(st.just(constant(0.0)), CHANCES)
    hops = [[draw(ways) for _ in range(2)] for _ in range(2)]
    bought = st.builds(Purchase, st.integers(0, 1), MINUTES, st.integers(1, 9))
    purchases = draw(st.lists(bought, max_size=3))
    stocks = [draw(st.integers(0, 6)), 2]
    vehicles, late_lots = draw(st.integers(0, 2)), draw(st.sampled_from(Late))
    return Parts(groups, routes, streams, stocks, purchases, inside, hops, vehicles, late_lots)


@given(small_fabs(), st.integers(0, 2**32))
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_nothing_is_lost_and_nothing_is_in_two_places_after_any_event(parts, seed):
    with few_slots():
        step_through(parts, seed, 80)


def test_nothing_is_lost_in_the_fab_of_everything():
    with few_slots():
        step_through(everything(), 1, 250)
