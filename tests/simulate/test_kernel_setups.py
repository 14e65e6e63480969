"""Changes of setup, minute by minute: how long they take, what they count as, how long they stay.

Unless a test says otherwise a job takes 10 minutes, and the tool changes as in CHANGES.
"""

from dataclasses import replace
from itertools import pairwise

import pytest
from kernel_stories import lots, minutes, order, spans, stops_at, story

from fabstack.arrays.build import Group, Listed, Parts, Route, Step, Stop, Stream, maintenance
from fabstack.arrays.chance import constant
from fabstack.arrays.types import Basis, Choice, Clock, Key, ToolState

CHANGES = {("red", "blue"): 4.0, (None, "blue"): 7.0, (None, "red"): 2.0}
COLOURS = ["red", "blue", "green", None]


def setups(*arrivals, process_min=10.0, colours=COLOURS, **group):
    """One group; a lot "red" of stream 0, and so on. Arrivals are (minute, colour[, rank])."""
    group.setdefault("changes_min", CHANGES)
    routes = [Route([Step(0, constant(process_min), setup=colour)]) for colour in colours]
    streams = [
        Stream(
            str(colour),
            route=route,
            listed=[Listed(a[0], 1, *a[2:]) for a in arrivals if a[1] == colour],
        )
        for route, colour in enumerate(colours)
    ]
    return Parts([Group("tools", **group)], routes, streams)


def at_once(colours, every_min=0.001, **group):
    """Lots that come in this order, so close behind each other that no job ends meanwhile."""
    return setups(*[(every_min * k, colour) for k, colour in enumerate(colours)], **group)


def starts(parts, end_min=1_000.0):
    """[(minute, colour)] in whole minutes."""
    colours = [stream.name for stream in parts.streams]
    return [
        (round(minute, 1), colours[int(lot.split(".")[0])])
        for minute, lot, _ in story(parts, end_min)
    ]


# --- How long a change takes --------------------------------------------------------------------


def test_an_exact_pair_goes_before_a_change_from_any():
    """Red 0 + 2 + 10, blue 12 + 4 (not 7) + 10, red 26 + 2 + 10."""
    assert starts(at_once(["red", "blue", "red", "blue"])) == [
        (0.0, "red"),
        (12.0, "blue"),
        (26.0, "red"),
        (38.0, "blue"),
    ]


def test_a_tool_without_a_setup_changes_as_from_any():
    """Blue 0 + 7 + 10."""
    assert spans(setups((0.0, "blue")))["1.0"] == (0.0, 17.0)


def test_an_exact_pair_may_be_longer_than_a_change_from_any():
    changes = {("red", "blue"): 9.0, (None, "blue"): 1.0}
    parts = at_once(["red", "blue", "red"], changes_min=changes)
    assert starts(parts) == [(0.0, "red"), (10.0, "blue"), (29.0, "red")]


def test_a_change_that_is_not_named_takes_no_time():
    """Nothing is said of green: 10 minutes after blue at 17; then red from any, 2."""
    parts = at_once(["blue", "green", "red", "red"])
    assert starts(parts) == [(0.0, "blue"), (17.0, "green"), (27.0, "red"), (39.0, "red")]


def test_a_change_that_takes_no_time_is_a_change():
    """Blue, green, blue: 7 + 10, 10, and 7 again, for green has replaced blue."""
    assert starts(at_once(["blue", "green", "blue", None])) == [
        (0.0, "blue"),
        (17.0, "green"),
        (27.0, "blue"),
        (44.0, "None"),
    ]


def test_no_change_for_a_lot_of_the_same_setup():
    assert starts(at_once(["red", "red", "red"])) == [(0.0, "red"), (12.0, "red"), (22.0, "red")]


def test_a_step_that_needs_no_setup_takes_none_and_the_setup_is_kept():
    """Red 0 + 2 + 10, none 12 + 10, red 22 + 10, blue 32 + 4 (from red)."""
    assert starts(at_once(["red", None, "red", "blue", None])) == [
        (0.0, "red"),
        (12.0, "None"),
        (22.0, "red"),
        (32.0, "blue"),
        (46.0, "None"),
    ]


def routed(setup_min, arrivals, **group):
    """Like setups(), but the route of blue says how long the change to it takes."""
    parts = at_once(arrivals, **group)
    blue = replace(parts.routes[1].steps[0], setup_min=setup_min)
    return replace(parts, routes=[parts.routes[0], Route([blue]), *parts.routes[2:]])


def test_the_time_on_the_route_goes_before_the_table():
    """Red 0 + 2 + 10, blue 12 + 1 + 10, blue 23 + 10, red 33 + 2 + 10."""
    assert starts(routed(1.0, ["red", "blue", "blue", "red", "red"])) == [
        (0.0, "red"),
        (12.0, "blue"),
        (23.0, "blue"),
        (33.0, "red"),
        (45.0, "red"),
    ]


def test_a_time_of_0_on_the_route_goes_before_the_table():
    assert starts(routed(0.0, ["red", "blue", "red"])) == [
        (0.0, "red"),
        (12.0, "blue"),
        (22.0, "red"),
    ]


def test_the_time_on_the_route_is_enough_where_the_group_says_nothing():
    """Red 10, blue 5 + 10, red 10 (a change that nobody has a time for), blue 5 + 10."""
    parts = routed(5.0, ["red", "blue", "red", "blue", "blue"], changes_min={})
    assert starts(parts) == [
        (0.0, "red"),
        (10.0, "blue"),
        (25.0, "red"),
        (35.0, "blue"),
        (50.0, "blue"),
    ]


def test_each_tool_has_its_own_setup():
    """Red on the first and blue on the second; then red on the first again, without a change."""
    parts = at_once(["red", "blue", "red"], tools=2)
    assert [(round(m), tool) for m, _, tool in story(parts)] == [(0, 0), (0, 1), (12, 0)]
    assert minutes(parts, ToolState.SETUP, 100.0) == 9.0


def test_setups_of_two_groups_are_apart():
    """Both groups know red; what one has changed to says nothing of the other."""
    steps = [Step(0, constant(10.0), setup="red"), Step(1, constant(10.0), setup="red")]
    groups = [Group("a", changes_min=CHANGES), Group("b", changes_min={(None, "red"): 3.0})]
    parts = Parts(groups, [Route(steps)], [lots((0.0,), (0.0,))])
    assert sorted(story(parts)) == [
        (0.0, "0.0", 0),
        (12.0, "0.0", 1),  # 12 + 3 + 10
        (12.0, "0.1", 0),
        (25.0, "0.1", 1),
    ]


def test_a_batch_changes_once():
    """Two blue lots in a batch: 7 + 10."""
    batch = {"basis": Basis.BATCH, "least_carriers": 2, "most_carriers": 2, "batch_family": "x"}
    routes = [Route([Step(0, constant(10.0), setup=c, **batch)]) for c in ("red", "blue")]
    streams = [lots((0.0, 1), (1.0, 1)), lots((2.0, 1), (3.0, 1), route=1)]
    parts = Parts([Group("oven", changes_min=CHANGES)], routes, streams)
    assert story(parts) == [(1.0, "0.0", 0), (1.0, "0.1", 0), (13.0, "1.0", 0), (13.0, "1.1", 0)]
    assert minutes(parts, ToolState.SETUP, 100.0) == 6.0


def test_lots_of_two_setups_share_no_batch():
    batch = {"basis": Basis.BATCH, "least_carriers": 2, "most_carriers": 2, "batch_family": "x"}
    routes = [Route([Step(0, constant(10.0), setup=c, **batch)]) for c in ("red", "blue")]
    parts = Parts([Group("oven")], routes, [lots((0.0, 1)), lots((0.0, 1), route=1)])
    assert story(parts) == []


# --- What the minutes count as ------------------------------------------------------------------


def test_minutes_of_setup_and_of_work():
    """Red 2, blue 4, none, blue, green (no time), blue 7, red 2: 15 minutes, and 70 of work."""
    parts = at_once(["red", "blue", None, "blue", "green", "blue", "red"])
    assert minutes(parts, ToolState.SETUP, 200.0) == 15.0
    assert minutes(parts, ToolState.PRODUCTIVE, 200.0) == 70.0
    assert minutes(parts, ToolState.STANDBY, 200.0) == 115.0


@pytest.mark.parametrize(
    ("at_min", "setup", "work"),
    [(0.0, 0.0, 0.0), (3.0, 3.0, 0.0), (7.0, 7.0, 0.0), (9.0, 7.0, 2.0), (20.0, 7.0, 10.0)],
)
def test_minutes_in_the_middle_of_a_change(at_min, setup, work):
    parts = setups((0.0, "blue"))
    assert minutes(parts, ToolState.SETUP, at_min) == setup
    assert minutes(parts, ToolState.PRODUCTIVE, at_min) == work


@pytest.mark.parametrize(
    ("at_min", "setup", "work", "down"),
    [
        (2.0, 2.0, 0.0, 0.0),
        (4.0, 3.0, 0.0, 1.0),
        (8.0, 3.0, 0.0, 5.0),
        (9.0, 4.0, 0.0, 5.0),
        (12.0, 7.0, 0.0, 5.0),
        (14.0, 7.0, 2.0, 5.0),
        (22.0, 7.0, 10.0, 5.0),
        (30.0, 7.0, 10.0, 5.0),
    ],
)
def test_minutes_during_a_breakdown_in_a_change(at_min, setup, work, down):
    """Blue changes from 0 to 7; broken from 3 to 8: the change ends at 12, the job at 22."""
    parts = setups((0.0, "blue"), stops=[stops_at((3.0, 5.0))])
    assert minutes(parts, ToolState.SETUP, at_min) == setup
    assert minutes(parts, ToolState.PRODUCTIVE, at_min) == work
    assert minutes(parts, ToolState.UNSCHEDULED_DOWN, at_min) == down


def test_a_breakdown_after_a_change_leaves_its_minutes_alone():
    """Broken from 9 to 14, when the change is over."""
    parts = setups((0.0, "blue"), stops=[stops_at((9.0, 5.0))])
    assert [minutes(parts, ToolState.SETUP, at) for at in (8.0, 11.0, 15.0, 40.0)] == [7.0] * 4
    assert minutes(parts, ToolState.PRODUCTIVE, 40.0) == 10.0


@pytest.mark.parametrize(
    ("at_min", "setup", "work"), [(5.0, 5.0, 0.0), (7.0, 5.0, 0.0), (11.0, 7.0, 1.0)]
)
def test_a_tool_wears_by_changes_too(at_min, setup, work):
    """It wears out after 5 minutes of change, is mended by 8, and the change ends at 10."""
    parts = setups((0.0, "blue"), stops=[Stop(constant(5.0), constant(3.0), Clock.BUSY)])
    assert minutes(parts, ToolState.SETUP, at_min) == setup
    assert minutes(parts, ToolState.PRODUCTIVE, at_min) == work


def test_a_tool_that_wears_by_changes_ends_its_job_later():
    """Worn out after 5, 10 and 15 minutes of the 17, each time for 3: it ends at 26."""
    parts = setups((0.0, "blue"), stops=[Stop(constant(5.0), constant(3.0), Clock.BUSY)])
    assert spans(parts, 100.0) == {"1.0": (0.0, 26.0)}


def test_maintenance_keeps_the_setup():
    """Red 0 + 2 + 10; maintenance due at 5, from 12 to 15; red again without a change."""
    stop = stops_at((5.0, 3.0), interrupts=False, state=ToolState.SCHEDULED_DOWN)
    assert starts(at_once(["red", "red", "red"], stops=[stop])) == [
        (0.0, "red"),
        (15.0, "red"),
        (25.0, "red"),
    ]


# --- Beside the process of the lot ahead --------------------------------------------------------


def cascade(*arrivals, changes_min=CHANGES, **more):
    """4 carriers of 3 + 1 minutes behind 1 minute of loading; see test_kernel_cascades.py."""
    parts = setups(*arrivals, changes_min=changes_min, load_min=1.0, **more)
    routes = [
        Route([replace(route.steps[0], process=constant(4.0), basis=Basis.CARRIER, interval_min=3)])
        for route in parts.routes
    ]
    streams = [
        replace(stream, listed=[replace(one, carriers=4) for one in stream.listed])
        for stream in parts.streams
    ]
    return replace(parts, routes=routes, streams=streams)


RED_BLUE_RED = [(0.0, "red"), (0.5, "blue"), (0.6, "red")]


def test_a_cascade_changes_while_the_lot_ahead_is_worked_on():
    """Red: setup till 2, loaded at 3, in the first slot till 15, out at 16.

    Blue is taken as soon as red is loaded, at 3: setup till 7, loaded at 8, in from 15 on, out at
    28. The other red is taken when the first is out, at 16: setup till 18, loaded at 19, in from 27
    on, out at 40.
    """
    parts = cascade(*RED_BLUE_RED)
    assert spans(parts) == {"0.0": (0.0, 16.0), "1.0": (3.0, 28.0), "0.1": (16.0, 40.0)}
    assert minutes(parts, ToolState.SETUP, 100.0) == 8.0
    assert minutes(parts, ToolState.PRODUCTIVE, 100.0) == 32.0


@pytest.mark.parametrize(
    ("at_min", "setup", "work"),
    [(1.0, 1.0, 0.0), (3.0, 2.0, 1.0), (5.0, 4.0, 1.0), (9.0, 6.0, 3.0)],
)
def test_minutes_in_the_middle_of_a_change_beside_the_process(at_min, setup, work):
    """A minute in which the tool changes counts as setup, whatever else it does."""
    parts = cascade(*RED_BLUE_RED)
    assert minutes(parts, ToolState.SETUP, at_min) == setup
    assert minutes(parts, ToolState.PRODUCTIVE, at_min) == work


def test_a_long_change_keeps_the_first_slot_empty():
    """Blue takes 20 to change for: from 3 to 23, loaded at 24, out at 24 + 13.

    Red has left at 16; the other red is taken when blue is loaded, at 24: setup till 26, loaded at
    27, in from 36 on, out at 49.
    """
    parts = cascade(*RED_BLUE_RED, changes_min={**CHANGES, ("red", "blue"): 20.0})
    assert spans(parts) == {"0.0": (0.0, 16.0), "1.0": (3.0, 37.0), "0.1": (24.0, 49.0)}


def test_a_breakdown_in_a_change_beside_the_process():
    """Broken from 5 to 10: all of test_a_cascade_changes_while... from there on is 5 later."""
    parts = cascade(*RED_BLUE_RED, stops=[stops_at((5.0, 5.0))])
    assert spans(parts) == {"0.0": (0.0, 21.0), "1.0": (3.0, 33.0), "0.1": (21.0, 45.0)}
    read = [minutes(parts, ToolState.SETUP, at) for at in (4.0, 7.0, 10.0, 11.0, 12.0, 13.0, 100.0)]
    assert read == [3.0, 4.0, 4.0, 5.0, 6.0, 6.0, 8.0]


def test_a_cascade_whose_lots_need_no_change_takes_the_next_when_the_first_is_loaded():
    """Its group knows setups: red loaded at 3, red at 4, in from 15 on; out at 28."""
    assert spans(cascade((0.0, "red"), (0.5, "red"))) == {"0.0": (0.0, 16.0), "0.1": (3.0, 28.0)}


def test_where_the_rule_looks_at_setups_a_lot_enters_when_both_slots_are_free():
    """As above, but in from 16 on; out at 29."""
    keys = (Key.PRIORITY, Key.SETUP, Key.FIFO)
    told = spans(cascade((0.0, "red"), (0.5, "red"), keys=keys))
    assert told == {"0.0": (0.0, 16.0), "0.1": (3.0, 29.0)}


def test_a_lot_of_another_setup_that_would_be_ready_too_early_starts_when_the_first_has_left():
    """Where the group chooses, the tool keeps its choice open: blue would be loaded at 8, not 15.

    Red leaves at 16, and nobody else comes: blue from 16 on, 4 + 1 + 13 minutes.
    """
    parts = cascade((0.0, "red"), (0.5, "blue"), prefers_least_setup=True)
    assert spans(parts) == {"0.0": (0.0, 16.0), "1.0": (16.0, 34.0)}


@pytest.mark.parametrize(
    "group",
    [
        {"least_runs": {"red": 0}},
        pytest.param(
            {"prefers_least_setup": True},
            marks=pytest.mark.xfail(strict=True, reason="all setups wait in one line"),
        ),
    ],
)
def test_a_lot_that_would_be_ready_too_early_does_not_hold_up_those_that_need_no_change(group):
    """The second red is taken when the first is loaded, at 3, and is in from 15 to 28.

    Blue would be loaded at 8, and at 16 + 5, before the first slot is free: it goes at 28.
    """
    told = spans(cascade(*RED_BLUE_RED, **group))
    assert told == {"0.0": (0.0, 16.0), "0.1": (3.0, 28.0), "1.0": (28.0, 46.0)}


# --- Runs of one setup --------------------------------------------------------------------------


def runs(colours, least_runs, **group):
    return [c for _, c in starts(at_once(colours, least_runs=least_runs, changes_min={}, **group))]


def test_a_run_counts_the_lots_after_the_one_that_the_tool_changed_for():
    """Two more of red; then, as blue asks for no run, all go as they came.

    That is blue 1, red 4 and blue 5 (and red 4 binds two reds that never come: blue 5 waits).
    """
    colours = ["red", "blue", "red", "red", "red", "blue"]
    assert runs(colours, {"red": 2}) == ["red", "red", "red", "blue", "red"]


def test_without_a_run_lots_go_as_they_come():
    colours = ["red", "blue", "red", "blue"]
    assert runs(colours, {"red": 0}) == colours


def test_a_run_may_go_on_for_longer():
    """Four reds came before blue, and 1 is the least after the first."""
    assert runs(["red", "red", "red", "red", "blue"], {"red": 1})[-1] == "blue"


def test_a_run_begins_again_with_the_next_change():
    """Of two at least in either setup: reds 0 and 3, blues 1 and 2, red 4; blue 5 waits."""
    colours = ["red", "blue", "blue", "red", "red", "blue"]
    assert runs(colours, {"red": 1, "blue": 1}) == ["red", "red", "blue", "blue", "red"]


def test_a_lot_that_needs_no_setup_does_not_count():
    """Red, none, and two more reds before blue."""
    colours = ["red", None, "blue", "red", "red"]
    assert runs(colours, {"red": 2}) == ["red", "None", "red", "red", "blue"]


def test_a_tool_waits_for_its_run_with_nothing_to_do():
    """Blue comes at 1 and red at 50 and 60: blue starts at 70."""
    arrivals = [(0.0, "red"), (1.0, "blue"), (50.0, "red"), (60.0, "red")]
    parts = setups(*arrivals, least_runs={"red": 2}, changes_min={})
    assert starts(parts) == [(0.0, "red"), (50.0, "red"), (60.0, "red"), (70.0, "blue")]
    assert minutes(parts, ToolState.STANDBY, 65.0) == 40.0


def test_a_hot_lot_does_not_break_a_run():
    arrivals = [
        (0.0, "red", 1),
        (1.0, "red", 1),
        (2.0, "red", 1),
        (3.0, "red", 1),
        (4.0, "blue", 0),
    ]
    parts = setups(*arrivals, least_runs={"red": 2}, changes_min={})
    assert [colour for _, colour in starts(parts)] == ["red", "red", "red", "blue", "red"]


def test_another_tool_is_free_to_take_what_would_break_a_run():
    arrivals = [(0.0, "red"), (1.0, "blue"), (2.0, "blue")]
    parts = setups(*arrivals, tools=2, least_runs={"red": 5}, changes_min={})
    assert [(m, tool) for m, _, tool in story(parts)] == [(0.0, 0), (1.0, 1), (11.0, 1)]


def test_a_cascade_counts_its_run_as_lots_enter():
    """Red, red and red before blue; the second is taken when the first is loaded."""
    arrivals = [(0.0, "red"), (0.1, "blue"), (0.2, "red"), (0.3, "red")]
    parts = cascade(*arrivals, least_runs={"red": 2}, changes_min={})
    assert [colour for _, colour in starts(parts)] == ["red", "red", "red", "blue"]


# --- The tool with the least setup --------------------------------------------------------------


def two_tools(*arrivals, **group):
    """Red on tool 0 from 0 to 12, blue on tool 1 from 0 to 17."""
    first = [(0.0, "red"), (0.0, "blue")]
    return setups(*first, *arrivals, tools=2, **group)


def test_a_lot_takes_the_tool_that_need_not_change():
    """At 20 tool 0 has been free for longest, but tool 1 is blue."""
    arrivals = [(20.0, "blue")]
    assert story(two_tools(*arrivals))[-1] == (20.0, "1.1", 0)
    assert story(two_tools(*arrivals, prefers_least_setup=True))[-1] == (20.0, "1.1", 1)


def test_a_lot_that_needs_no_setup_takes_the_tool_that_is_free_for_longest():
    assert story(two_tools((20.0, None), prefers_least_setup=True))[-1] == (20.0, "3.0", 0)


def test_a_lot_does_not_wait_for_the_tool_that_need_not_change():
    """At 14 tool 1 is still busy with blue: tool 0 changes."""
    assert story(two_tools((14.0, "blue"), prefers_least_setup=True))[-1] == (14.0, "1.1", 0)


def test_the_shortest_change_is_chosen_not_only_none_at_all():
    """Green to red takes 5, blue to red 1; both tools must change."""
    changes = {("green", "red"): 5.0, ("blue", "red"): 1.0}
    arrivals = [(0.0, "green"), (0.0, "blue"), (20.0, "red")]
    parts = setups(*arrivals, tools=2, changes_min=changes, prefers_least_setup=True)
    blue_tool = {lot: tool for _, lot, tool in story(parts)}["1.0"]
    assert story(parts)[-1] == (20.0, "0.0", blue_tool)


def test_the_change_on_the_route_counts_as_well():
    """The group says nothing, the route of red 5 minutes: red goes to the red tool."""
    arrivals = [(0.0, "blue"), (1.0, "red"), (20.0, "red")]
    parts = setups(*arrivals, tools=2, changes_min={}, prefers_least_setup=True)
    red = replace(parts.routes[0].steps[0], setup_min=5.0)
    parts = replace(parts, routes=[Route([red]), *parts.routes[1:]])
    assert story(parts) == [(0.0, "1.0", 0), (1.0, "0.0", 1), (20.0, "0.1", 1)]


def test_random_choice_is_among_the_tools_with_the_least_change():
    """Three blue tools and a red one: 600 blue lots go to the three alike, and never to the red."""
    first = [(0.0, "blue"), (0.0, "blue"), (0.0, "blue"), (0.0, "red")]
    later = [(100.0 + 20.0 * k, "blue") for k in range(300)]
    parts = setups(
        *first, *later, tools=4, prefers_least_setup=True, choice=Choice.RANDOM, process_min=1.0
    )
    told = story(parts, 1e5)
    red_tool = {lot: tool for _, lot, tool in told}["0.0"]
    chosen = [tool for minute, _, tool in told if minute >= 100.0]
    counts = [chosen.count(tool) for tool in range(4)]
    assert counts[red_tool] == 0
    assert len(chosen) == 300
    # 100 each; the standard deviation of a count is sqrt(300 x 1/3 x 2/3) = 8.2
    assert all(abs(count - 100) < 33 for tool, count in enumerate(counts) if tool != red_tool)
    # in turn no tool would come twice in a row; at random it does in one case of three
    assert abs(sum(a == b for a, b in pairwise(chosen)) - 100) < 33


def test_random_choice_is_among_all_tools_for_lots_without_setup():
    """In turn none of the three would come twice in a row; at random it does in one case of three.

    Of 299 pairs that is 100, with a standard deviation of sqrt(299 x 1/3 x 2/3) = 8.2.
    """
    later = [(100.0 + 20.0 * k, None) for k in range(300)]
    parts = setups((0.0, "red"), *later, tools=3, prefers_least_setup=True, choice=Choice.RANDOM)
    chosen = [tool for minute, _, tool in story(parts, 1e5) if minute >= 100.0]
    assert len(chosen) == 300
    assert abs(sum(a == b for a, b in pairwise(chosen)) - 100) < 33


def test_maintenance_by_carriers_holds_a_tool_that_changes():
    """After the red lot the tool is due: red 0 + 2 + 10, 3 minutes, blue 15 + 4 + 10."""
    stops = [maintenance(1.0, constant(3.0), Clock.CARRIERS, is_staggered=False)]
    parts = at_once(["red", "blue"], stops=stops)
    assert starts(parts) == [(0.0, "red"), (15.0, "blue")]


# --- Ties ---------------------------------------------------------------------------------------


def test_a_setup_in_the_rule_and_least_setup_agree_on_the_tool():
    """Key.SETUP alone makes a lot take the tool that need not change."""
    keys = (Key.PRIORITY, Key.SETUP, Key.FIFO)
    assert story(two_tools((20.0, "blue"), keys=keys))[-1] == (20.0, "1.1", 1)


def test_order_is_by_arrival_where_lots_of_two_setups_wait_in_two_lines():
    arrivals = [(0.0, "red"), (1.0, "blue"), (2.0, "red"), (3.0, "blue")]
    parts = setups(*arrivals, least_runs={"red": 0}, changes_min={})
    assert order(parts) == ["0.0", "1.0", "0.1", "1.1"]
