"""What a fab holds back: late lots, vehicles, tools kept free, batches that wait, tools used least.

Minutes are worked out by hand.
"""

from dataclasses import replace

import numpy as np
import pytest
from kernel_stories import left, lots, story

from fabstack.arrays.build import Group, Inside, Parts, Route, Step, fab_of, maintenance
from fabstack.arrays.chance import constant
from fabstack.arrays.types import Basis, Choice, Late
from fabstack.simulate.simulation import Simulation

# --- Lots that are late -------------------------------------------------------------------------


def late(late_lots, *minutes):
    """A minute, a limit of 5 to a step of 10 whose tools come at 20, and 5 more."""
    steps = [
        Step(0, constant(1.0), limit_min=5.0, limit_to=1),
        Step(1, constant(10.0)),
        Step(0, constant(5.0)),
    ]
    groups = [Group("first", 9), Group("second", 9, comes_min=[20.0] * 9)]
    streams = [lots(*[(minute,) for minute in minutes])]
    return left(Parts(groups, [Route(steps)], streams, late_lots=late_lots))


def test_a_late_lot_that_is_counted_goes_on():
    assert late(Late.COUNTED, 0.0) == [(35.0, "0.0", 25)]


def test_a_late_lot_is_scrapped_after_the_step_that_it_was_late_for():
    """The second must start by 20 and does."""
    assert late(Late.SCRAPPED, 0.0, 14.0) == [(30.0, "0.0", 0), (35.0, "0.1", 25)]


def test_a_late_lot_goes_back_to_where_its_window_begins():
    """Ends at 30, again from 30 to 31, 31 to 41 and 41 to 46; it is not late this time."""
    assert late(Late.REWORKED, 0.0, 14.0) == [(35.0, "0.1", 25), (46.0, "0.0", 25)]


def test_a_lot_that_was_late_once_is_late_again_if_it_is():
    """The tool is busy with one at a time: 0, 1 and 2 start at 1, 11 and 21, limit 12.

    Lot 2 is late at 21, goes back at 31, starts at 32 (nobody is there), is on time.
    """
    steps = [Step(0, constant(1.0), limit_min=12.0, limit_to=1), Step(1, constant(10.0))]
    parts = Parts(
        [Group("first", 9), Group("second")],
        [Route(steps)],
        [lots((0.0,), (0.0,), (0.0,))],
        late_lots=Late.REWORKED,
    )
    assert [(m, lot) for m, lot, _ in left(parts)] == [(11.0, "0.0"), (21.0, "0.1"), (42.0, "0.2")]
    assert [(m, lot) for m, lot, tool in story(parts) if tool == 9] == [
        (1.0, "0.0"),
        (11.0, "0.1"),
        (21.0, "0.2"),
        (32.0, "0.2"),
    ]


def held(limit_min, *steps, tools=1, entries=4):
    steps = [Step(0, constant(1.0), limit_min=limit_min, limit_to=1), *steps]
    groups = [Group("first", 9), Group("second", tools)]
    streams = [lots(*[(0.0,)] * entries)]
    return Parts(groups, [Route(steps)], streams, late_lots=Late.HELD)


def starts(parts, *tools):
    return [(minute, lot) for minute, lot, tool in story(parts) if tool in tools]


def test_lots_are_held_until_those_inside_can_be_served_in_time():
    """One inside takes 10 of the limit of 12, two take 20: two are let in at once.

    The next comes in when the first starts the second step, at 1, the last with the second, at 11.
    """
    parts = held(12.0, Step(1, constant(10.0)))
    first = [(0.0, "0.0"), (0.0, "0.1"), (1.0, "0.2"), (11.0, "0.3")]
    assert starts(parts, *range(9)) == first
    second = [(1.0, "0.0"), (11.0, "0.1"), (21.0, "0.2"), (31.0, "0.3")]
    assert starts(parts, 9) == second


def test_more_tools_at_the_end_of_a_window_let_in_more():
    """Three inside take 15 for two tools, more than 12; two take 10: three are let in."""
    parts = held(12.0, Step(1, constant(10.0)), tools=2)
    first = [(0.0, "0.0"), (0.0, "0.1"), (0.0, "0.2"), (1.0, "0.3")]
    assert starts(parts, *range(9)) == first


def test_one_lot_is_let_in_whatever_the_limit():
    parts = held(5.0, Step(1, constant(10.0)), entries=3)
    assert starts(parts, *range(9)) == [(0.0, "0.0"), (1.0, "0.1"), (11.0, "0.2")]


def test_a_lot_that_would_be_served_just_in_time_is_let_in():
    """Two inside take the limit of 20."""
    parts = held(20.0, Step(1, constant(10.0)))
    assert [minute for minute, _ in starts(parts, *range(9))] == [0.0, 0.0, 0.0, 1.0]


def test_nobody_passes_those_who_are_held_and_all_who_fit_are_let_in_together():
    """Two routes with limits of 5 and 100 to the same tool.

    The second lot with the short limit is held from 0 on, and behind it those with the long one,
    for which there would be room. At 1 the first one starts at the end, and all come in.
    """

    def route(limit_min):
        return Route([Step(0, constant(1.0), limit_min=limit_min, limit_to=1), end])

    end = Step(1, constant(10.0))
    streams = [lots((0.0,), (0.0,)), lots((0.5,), (0.6,), route=1)]
    groups = [Group("first", 9), Group("second")]
    parts = Parts(groups, [route(5.0), route(100.0)], streams, late_lots=Late.HELD)
    told = [(0.0, "0.0"), (1.0, "0.1"), (1.0, "1.0"), (1.0, "1.1")]
    assert starts(parts, *range(9)) == told


@pytest.mark.parametrize("late_lots", [Late.COUNTED, Late.HELD])
def test_a_lot_that_is_spared_a_step_inside_a_window_stays_in_it(late_lots):
    steps = [
        Step(0, constant(1.0), limit_min=50.0, limit_to=2),
        Step(0, constant(1.0), performed_share=0.001),
        Step(1, constant(10.0)),
    ]
    groups = [Group("first", 9), Group("second")]
    parts = Parts(groups, [Route(steps)], [lots((0.0,), (0.0,))], late_lots=late_lots)
    simulation = Simulation(fab_of(parts), 1)
    simulation.run_until(100.0)
    assert simulation.world.state.stretches.closed.tolist() == [2]


def test_a_lot_that_goes_back_to_where_its_window_begins_makes_room():
    """There is room for one: lots that are reworked for ever take turns, two minutes each."""
    steps = [
        Step(0, constant(1.0), limit_min=5.0, limit_to=2),
        Step(0, constant(1.0), rework_share=1.0, rework_to=0),
        Step(1, constant(10.0)),
    ]
    groups = [Group("first", 9), Group("second")]
    parts = Parts(groups, [Route(steps)], [lots((0.0,), (0.0,))], late_lots=Late.HELD)
    told = [(2.0 * turn, f"0.{turn % 2}") for turn in range(5)]
    assert starts(parts, *range(9))[:10:2] == told


def test_a_lot_that_is_spared_the_end_of_a_window_leaves_it():
    """It is expected to take 0.1 of the limit of 0.05, so one lot is let in at a time."""
    spared = Step(1, constant(10.0), performed_share=0.01)
    parts = held(0.05, spared, Step(1, constant(0.5)))
    assert starts(parts, *range(9)) == [(0.0, "0.0"), (1.0, "0.1"), (2.0, "0.2"), (3.0, "0.3")]


def test_a_lot_that_is_lost_inside_a_window_leaves_it():
    steps = [
        Step(0, constant(1.0), limit_min=5.0, limit_to=2),
        Step(0, constant(2.0), lot_scrap_share=1.0),
        Step(1, constant(9.0)),
    ]
    groups = [Group("first", 9), Group("second")]
    parts = Parts(groups, [Route(steps)], [lots((0.0,), (0.0,))], late_lots=Late.HELD)
    assert [(minute, lot) for minute, lot, _ in story(parts)] == [
        (0.0, "0.0"),
        (1.0, "0.0"),
        (3.0, "0.1"),
        (4.0, "0.1"),
    ]


def test_windows_in_a_chain_are_left_one_by_one():
    """Each lets in one lot at a time: a step of 10 minutes behind a limit of 5.

    Lot 0 starts the steps at 0, 1 and 11; lot 1 is let into the first window at 1, and starts the
    second step at 11, when the first lot has left the second window.
    """
    steps = [
        Step(0, constant(1.0), limit_min=5.0, limit_to=1),
        Step(1, constant(10.0), limit_min=5.0, limit_to=2),
        Step(2, constant(10.0)),
    ]
    groups = [Group("first"), Group("second"), Group("third")]
    parts = Parts(groups, [Route(steps)], [lots((0.0,), (0.0,))], late_lots=Late.HELD)
    assert sorted(story(parts)) == [
        (0.0, "0.0", 0),
        (1.0, "0.0", 1),
        (1.0, "0.1", 0),
        (11.0, "0.0", 2),
        (11.0, "0.1", 1),
        (21.0, "0.1", 2),
    ]
    simulation = Simulation(fab_of(parts), 1)
    simulation.run_until(100.0)
    assert simulation.world.state.stretches.closed.tolist() == [2, 2]
    assert simulation.world.state.lines.in_windows.tolist() == [0, 0, 0]


def test_a_group_that_has_looked_for_work_looks_again_when_a_lot_is_let_in():
    """At 10 all groups look; lots that start at the last let lots in at the first ones."""
    routes, streams = [], []
    for place in range(4):
        steps = [Step(place, constant(10.0), limit_min=1.0, limit_to=1), Step(4, constant(3.0))]
        routes.append(Route(steps))
        streams.append(lots(*[(0.0,)] * 5, route=place))
    groups = [*[Group(f"first {place}") for place in range(4)], Group("last", 9)]
    parts = Parts(groups, routes, streams, late_lots=Late.HELD)
    simulation = Simulation(fab_of(parts), 1)
    simulation.run_until(10_000.0)
    assert len(simulation.finished) == 20
    assert not simulation.world.state.lines.in_windows.any()


def test_a_group_is_touched_again_when_the_list_of_those_is_full():
    """At 10 four groups look, the last of which lets a lot in at the first one."""
    steps = [Step(0, constant(10.0), limit_min=1.0, limit_to=1), Step(3, constant(3.0))]
    plain = [Route([Step(place, constant(10.0))]) for place in (1, 2, 3)]
    groups = [Group("first"), Group("a"), Group("b"), Group("last")]
    streams = [lots((0.0,), (0.0,)), *[lots((0.0,), route=place) for place in (1, 2, 3)]]
    parts = Parts(groups, [Route(steps), *plain], streams, late_lots=Late.HELD)
    told = [(minute, lot) for minute, lot, _ in story(parts)]
    assert told[4:] == [(10.0, "0.0"), (10.0, "0.1"), (20.0, "0.1")]


# --- Vehicles -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("vehicles", "way_min", "expected"),
    [
        (0, 5.0, [6.0, 6.0, 6.0]),
        (1, 5.0, [6.0, 11.0, 16.0]),
        (2, 5.0, [6.0, 6.0, 11.0]),
        (3, 5.0, [6.0, 6.0, 6.0]),
        (1, 0.0, [1.0, 1.0, 1.0]),  # no way, no vehicle
    ],
)
def test_lots_wait_for_a_vehicle(vehicles, way_min, expected):
    """Three end their first step at 1; each way takes a vehicle, which is where it is needed."""
    parts = Parts(
        [Group("here", 9), Group("there", 9)],
        [Route([Step(0, constant(1.0)), Step(1, constant(1.0))])],
        [lots((0.0,), (0.0,), (0.0,))],
        hops=((constant(way_min),),),
        vehicles=vehicles,
    )
    told = [(minute, lot) for minute, lot, tool in story(parts) if tool >= 9]
    assert told == list(zip(expected, ["0.0", "0.1", "0.2"], strict=True))


def test_vehicles_fetch_all_who_wait_in_order():
    parts = Parts(
        [Group("here", 9), Group("there", 9)],
        [Route([Step(0, constant(1.0)), Step(1, constant(1.0))])],
        [lots(*[(0.0,)] * 6)],
        hops=((constant(5.0),),),
        vehicles=1,
    )
    told = [(minute, lot) for minute, lot, tool in story(parts) if tool >= 9]
    assert told == [(6.0 + 5.0 * place, f"0.{place}") for place in range(6)]


def test_vehicles_serve_all_ways_first_come_first_served():
    """Two steps of 1 behind ways of 5: lot 0 asks again at 7, behind lot 1, which waits since 1."""
    parts = Parts(
        [Group("tools", 9)],
        [Route([Step(0, constant(1.0))] * 3)],
        [lots((0.0,), (0.0,))],
        hops=((constant(5.0),),),
        vehicles=1,
    )
    # 0: 1-6, works 6-7, waits; 1: 6-11, works 11-12; 0: 11-16; 1: 16-21
    assert [(minute, lot) for minute, lot, _ in story(parts)][2:] == [
        (6.0, "0.0"),
        (11.0, "0.1"),
        (16.0, "0.0"),
        (21.0, "0.1"),
    ]


# --- Tools that are kept free -------------------------------------------------------------------


def reserved(*, reserves, tools=1, vehicles=0):
    """A hot lot is on its way from 1 to 6; a slow one comes at 3."""
    hot = Route([Step(0, constant(1.0)), Step(1, constant(10.0))])
    slow = Route([Step(1, constant(10.0))])
    parts = Parts(
        [Group("here"), Group("there", tools)],
        [hot, slow],
        [lots((0.0, 25, 0), reserves=reserves), lots((3.0, 25, 1), route=1)],
        hops=((constant(5.0),),),
        vehicles=vehicles,
    )
    return [(minute, lot) for minute, lot, tool in story(parts) if tool > 0]


def test_a_tool_is_kept_free_for_a_lot_on_its_way():
    assert reserved(reserves=False) == [(3.0, "1.0"), (13.0, "0.0")]
    assert reserved(reserves=True) == [(6.0, "0.0"), (16.0, "1.0")]


def test_a_second_tool_is_not_kept_free():
    assert reserved(reserves=True, tools=2) == [(3.0, "1.0"), (6.0, "0.0")]


def test_a_tool_that_falls_free_is_kept_free_as_well():
    """Slow lots at 0 and 1; the tool falls free at 10, the hot lot comes at 12."""
    hot = Route([Step(0, constant(7.0)), Step(1, constant(10.0))])
    parts = Parts(
        [Group("here"), Group("there")],
        [hot, Route([Step(1, constant(10.0))])],
        [lots((0.0, 25, 0), reserves=True), lots((0.0, 25, 1), (1.0, 25, 1), route=1)],
        hops=((constant(5.0),),),
    )
    told = [(minute, lot) for minute, lot, tool in story(parts) if tool > 0]
    assert told == [(0.0, "1.0"), (12.0, "0.0"), (22.0, "1.1")]


def test_a_kept_tool_does_not_take_a_lot_that_comes_off_the_road():
    """Two tools, two hot lots from 1 to 11 on their way; a slow one comes at 7, behind a way of 6.

    It has the third of three tools, and waits where there are two.
    """
    hot, slow = ([Step(0, constant(minutes)), Step(1, constant(10.0))] for minutes in (1.0, 1.0))
    ways = ((constant(0.0), constant(10.0)), (constant(0.0), constant(0.0)))

    def second(tools):
        parts = Parts(
            [Group("here", 9), Group("there", tools, place=1), Group("near", 9, place=1)],
            [Route(hot), Route([Step(2, constant(1.0)), replace(slow[1])])],
            [lots((0.0, 25, 0), (0.0, 25, 0), reserves=True), lots((0.0, 25, 1), route=1)],
            hops=(ways[0], (constant(0.0), constant(6.0))),
        )
        there = range(9, 9 + tools)
        return [(minute, lot) for minute, lot, tool in story(parts) if tool in there]

    assert second(3) == [(7.0, "1.0"), (11.0, "0.0"), (11.0, "0.1")]
    assert second(2) == [(11.0, "0.0"), (11.0, "0.1"), (21.0, "1.0")]


def test_a_tool_that_was_kept_for_a_lot_that_is_held_takes_who_waits():
    """The hot lot comes at 6, and is held: its window has room for one, which is inside till 50."""
    window = {"limit_min": 5.0, "limit_to": 1}
    hot = [Step(0, constant(1.0)), Step(1, constant(10.0), limit_min=5.0, limit_to=2)]
    inside = [Step(1, constant(1.0), **window), Step(2, constant(50.0))]
    slow = [Step(1, constant(10.0))]
    ways = ((constant(0.0), constant(5.0)), (constant(9.0), constant(0.0)))
    parts = Parts(
        [Group("here"), Group("there", place=1), Group("end", 2, comes_min=[50.0, 50.0], place=1)],
        [Route([*hot, Step(2, constant(50.0))]), Route(inside), Route(slow)],
        [
            lots((0.0, 25, 0), reserves=True),
            lots((0.0, 25, 0), route=1),
            lots((3.0, 25, 1), route=2),
        ],
        hops=ways,
        late_lots=Late.HELD,
    )
    assert (6.0, "2.0", 1) in story(parts)


def test_a_lot_keeps_no_tool_because_the_one_before_in_its_slot_did():
    """The hot lot has left when the slow ones come: one of them is on its way, the other waits."""
    steps = [Step(0, constant(1.0)), Step(1, constant(10.0))]
    parts = Parts(
        [Group("here"), Group("there")],
        [Route(steps), Route(steps[1:])],
        [lots((0.0,), reserves=True), lots((50.0,)), lots((53.0,), route=1)],
        hops=((constant(5.0),),),
    )
    told = [(minute, lot) for minute, lot, tool in story(parts) if tool == 1]
    assert told == [(6.0, "0.0"), (53.0, "2.0"), (63.0, "1.0")]


# --- Batches that wait no longer ----------------------------------------------------------------


def batches(*entries, process_min=5.0, least=4, most=6, inside=(), wait_min=10.0, **group):
    step = Step(0, constant(process_min), Basis.BATCH, least_carriers=least, most_carriers=most)
    oven = Group("oven", batch_wait_min=wait_min, **group)
    parts = Parts([oven], [Route([step])], [lots(*entries)], inside=inside)
    return [(minute, lot) for minute, lot, _ in story(parts)]


def test_a_batch_below_its_minimum_starts_when_its_first_lot_has_waited():
    """3 carriers from 0 on, and 2 from 12 on."""
    told = [(10.0, "0.0"), (10.0, "0.1"), (22.0, "0.2")]
    assert batches((0.0, 2), (3.0, 1), (12.0, 2)) == told


def test_a_batch_that_is_large_enough_does_not_wait():
    assert batches((0.0, 2), (3.0, 2)) == [(3.0, "0.0"), (3.0, "0.1")]


def test_a_batch_that_need_not_wait_starts_when_a_tool_is_free():
    """The oven is busy from 0 to 30."""
    assert batches((0.0, 4), (1.0, 2), process_min=30.0) == [(0.0, "0.0"), (30.0, "0.1")]


def test_who_does_not_fit_into_a_batch_waits_from_when_it_came():
    """Busy till 20; then one of two lots of 3 fits into 4; the other one came at 2, and goes at 40.

    When its wait was over, at 12, both were enough for a batch.
    """
    told = [(0.0, "0.0"), (20.0, "0.1"), (40.0, "0.2")]
    assert batches((0.0, 4), (1.0, 3), (2.0, 3), process_min=20.0, most=4) == told


def test_the_wait_of_who_is_left_behind_is_planned_anew():
    """At 3 two of three lots make a batch; the third has waited 10 minutes at 13."""
    told = [(3.0, "0.0"), (3.0, "0.1"), (13.0, "0.2")]
    assert batches((0.0, 2), (3.0, 4), (3.0, 2), most=6) == told


def test_a_lot_that_is_inside_at_the_start_has_waited_before():
    assert batches(inside=[Inside(0, 0, 2, since_min=-8.0)]) == [(2.0, "0.0")]
    assert batches(inside=[Inside(0, 0, 2, since_min=-80.0)]) == [(0.0, "0.0")]


def test_no_wait_at_all_means_no_minimum():
    assert batches((1.0, 2), (9.0, 1), wait_min=0.0) == [(1.0, "0.0"), (9.0, "0.1")]


# --- The tool used least ------------------------------------------------------------------------


def used(*carriers, tools=3, every_min=10.0, **group):
    """The tools of lots that come one at a time."""
    entries = [(every_min * place, count) for place, count in enumerate(carriers)]
    parts = Parts(
        [Group("tools", tools, choice=Choice.LEAST_USED, **group)],
        [Route([Step(0, constant(1.0), setup=group.get("prefers_least_setup") and "red")])],
        [lots(*entries)],
    )
    return [tool for _, _, tool in story(parts)]


@pytest.mark.parametrize("more", [{}, {"prefers_least_setup": True}])
def test_the_tool_that_has_taken_the_fewest_carriers_goes_first(more):
    """Carriers of tools 0, 1, 2: 5 0 0, 5 1 0, 5 1 1, 5 2 1, 5 2 2, 5 3 2..."""
    assert used(5, 1, 1, 1, 1, 1, 1, 9, 1, **more) == [0, 1, 2, 1, 2, 1, 2, 1, 2]


def test_the_heap_of_many_free_tools_keeps_its_order():
    rng = np.random.default_rng(5)
    carriers = rng.integers(1, 9, 90).tolist()
    taken, expected = [0] * 7, []
    for count in carriers:
        expected.append(taken.index(min(taken)))
        taken[expected[-1]] += count
    assert used(*carriers, tools=7) == expected


def test_the_heap_keeps_its_order_when_idle_tools_leave_it():
    """Tool k of 9 has maintenance for 60 minutes from 20 k on, and every 180 minutes again.

    It takes no lot then, and goes on with what it has taken.
    """
    tools, every_min, length_min = 9, 180.0, 60.0
    rng = np.random.default_rng(6)
    carriers = rng.integers(1, 9, 300).tolist()
    taken, expected = [0] * tools, []
    for place, count in enumerate(carriers):
        minute = 5.0 + 10.0 * place
        since = [(minute - every_min * (k + 1) / tools) for k in range(tools)]
        is_up = [late < 0.0 or late % every_min >= length_min for late in since]
        expected.append(min((n, k) for k, n in enumerate(taken) if is_up[k])[1])
        taken[expected[-1]] += count
    stops = [maintenance(every_min, constant(length_min))]
    entries = [(5.0 + 10.0 * place, count) for place, count in enumerate(carriers)]
    group = Group("tools", tools, choice=Choice.LEAST_USED, stops=stops)
    parts = Parts([group], [Route([Step(0, constant(1.0))])], [lots(*entries)])
    assert [tool for _, _, tool in story(parts, 10_000.0)] == expected


def test_a_tool_that_comes_late_begins_with_the_mean_of_its_group():
    """When tool 2 comes at 25 the others have taken 2 and 1: it begins with 1.5."""
    late_tool = {"comes_min": [0.0, 0.0, 25.0]}
    assert used(1, 1, 1, 1, 1, 1, 1, 1, **late_tool) == [0, 1, 0, 1, 2, 0, 1, 2]


# --- Any tool, or the one that is free for longest ----------------------------------------------


@pytest.mark.parametrize("tools", [2, 3])
def test_a_free_tool_at_random_is_any_of_them(tools):
    """Lots come one at a time; each tool takes its share, also of those that follow itself.

    (Tools in turn would have equal shares as well.) Within 5 standard errors.
    """
    count, share = 400, 1.0 / tools
    entries = [(2.0 * place,) for place in range(count)]
    group = Group("tools", tools, choice=Choice.RANDOM)
    parts = Parts([group], [Route([Step(0, constant(1.0))])], [lots(*entries)])
    taken = np.array([tool for _, _, tool in story(parts)])
    pairs = np.zeros((tools, tools))
    np.add.at(pairs, (taken[:-1], taken[1:]), 1)
    error = np.sqrt(count * share**2 * (1.0 - share**2))
    assert np.abs(pairs - (count - 1) * share**2).max() < 5.0 * error


def test_tools_keep_their_order_when_the_last_of_them_is_taken():
    """Tool 2 has the setup of the lot at 30; of the others tool 0 is free for longest."""
    red, blue = (Step(0, constant(1.0), setup=name) for name in ("red", "blue"))
    group = Group("tools", 3, prefers_least_setup=True, changes_min={(None, "red"): 5.0})
    streams = [lots((0.0,), (0.1,)), lots((0.2,), (30.0,), route=1), lots((30.1,), (30.2,))]
    parts = Parts([group], [Route([blue]), Route([red])], streams)
    assert [tool for _, _, tool in story(parts)] == [0, 1, 2, 2, 0, 1]
