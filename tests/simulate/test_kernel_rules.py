"""Who goes first by rules of several keys, minute by minute, and where ties go."""

from dataclasses import replace
from itertools import pairwise

import pytest
from kernel_stories import lots, order, story

from fabstack.arrays.build import Group, Inside, Listed, Parts, Route, Step, Stream
from fabstack.arrays.chance import constant
from fabstack.arrays.types import NEVER, Basis, Choice, Key

PRIORITY, SETUP, FIFO, DUE = Key.PRIORITY, Key.SETUP, Key.FIFO, Key.EARLIEST_DUE_DATE
RATIO, SLACK, PROCESS, REMAINING = (
    Key.CRITICAL_RATIO,
    Key.LEAST_SLACK,
    Key.SHORTEST_PROCESS,
    Key.SHORTEST_REMAINING,
)


def first(keys, *candidates, now_min=10.0, batch=False, **group):
    """The names of the candidates in the order in which one tool takes them.

    A red lot keeps the tool until 10; then all candidates wait. Each is a dictionary with at (its
    arrival), rank, due, process, later (minutes at a second group) and setup.
    """
    wafer = {"basis": Basis.BATCH, "least_carriers": 1, "most_carriers": 1} if batch else {}
    steps = [Step(0, constant(now_min), setup="red", **wafer)]
    routes, streams = [Route(steps)], [Stream("keeper", listed=[Listed(0.0, 1)])]
    for place, one in enumerate(candidates):
        steps = [Step(0, constant(one.get("process", 5.0)), setup=one.get("setup"), **wafer)]
        steps.append(Step(1, constant(one.get("later", 1.0))))
        routes.append(Route(steps))
        due_min = one.get("due", NEVER)
        listed = [Listed(one.get("at", 1.0 + place), 1, one.get("rank", 0), due_min)]
        streams.append(Stream(one["name"], route=1 + place, listed=listed))
    groups = [Group("tool", 1, keys, **group), Group("later", 99)]
    names = [stream.name for stream in streams]
    told = [lot for _, lot, tool in story(Parts(groups, routes, streams)) if tool == 0]
    return "".join(names[int(lot.split(".")[0])] for lot in told[1:])


def lot(name, **more):
    return {"name": name, **more}


CHANGES = {(None, "red"): 4.0, ("red", "blue"): 3.0, ("red", "green"): 2.0, (None, "blue"): 6.0}


# --- Setup in the rule --------------------------------------------------------------------------


@pytest.mark.parametrize("batch", [False, True])
def test_the_lot_with_the_least_change_goes_first(batch):
    """From red: c none, b 2 (to green), a 3; then from red b before a; from green a takes 6."""
    candidates = [lot("a", setup="blue"), lot("b", setup="green"), lot("c", setup="red")]
    keys = (PRIORITY, SETUP, FIFO)
    assert first(keys, *candidates, changes_min=CHANGES, batch=batch) == "cba"


def test_the_least_change_is_looked_at_anew_for_each_lot():
    """At 10, red: c (red) first, d (green, 2) next; now from green: e (green) and a (blue, 6)."""
    candidates = [
        lot("a", setup="blue"),
        lot("c", setup="red"),
        lot("d", setup="green"),
        lot("e", setup="green"),
    ]
    assert first((PRIORITY, SETUP, FIFO), *candidates, changes_min=CHANGES) == "cdea"


def test_ties_in_setup_go_to_the_one_that_came_first():
    candidates = [lot("a", setup="red", at=3.0), lot("b", setup="red", at=2.0), lot("c", at=1.0)]
    assert first((PRIORITY, SETUP, FIFO), *candidates, changes_min=CHANGES) == "cba"
    assert first((PRIORITY, SETUP), *candidates, changes_min=CHANGES) == "cba"


def test_ties_in_setup_go_by_the_next_key():
    candidates = [
        lot("a", setup="red", due=50.0),
        lot("b", setup="red", due=40.0),
        lot("c", setup="blue", due=20.0),
        lot("d", due=30.0),
    ]
    assert first((PRIORITY, SETUP, DUE), *candidates, changes_min=CHANGES) == "dbac"


def test_setup_behind_another_key_settles_its_ties():
    candidates = [
        lot("a", setup="blue", due=20.0),
        lot("b", setup="red", due=20.0),
        lot("c", setup="red", due=30.0),
        lot("d", setup="green", due=10.0),
    ]
    # d (due 10), and then from green: a takes 6, b 4
    assert first((PRIORITY, DUE, SETUP), *candidates, changes_min=CHANGES) == "dbac"


def test_priority_goes_before_setup_or_behind_it():
    candidates = [lot("a", setup="red", rank=1), lot("b", setup="blue", rank=0)]
    assert first((PRIORITY, SETUP), *candidates, changes_min=CHANGES) == "ba"
    assert first((SETUP, PRIORITY), *candidates, changes_min=CHANGES) == "ab"


def test_priority_behind_setup_settles_its_ties():
    candidates = [
        lot("a", setup="red", rank=1),
        lot("b", setup="red", rank=0),
        lot("c", setup="blue", rank=0),
    ]
    assert first((SETUP, PRIORITY, FIFO), *candidates, changes_min=CHANGES) == "bac"


def test_a_time_on_the_route_counts_in_the_rule():
    """Blue changes in 3 by the table, but its route says 1; green takes 2."""
    candidates = [lot("a", setup="green"), lot("b", setup="blue")]
    parts = {"changes_min": CHANGES}
    assert first((PRIORITY, SETUP), *candidates, **parts) == "ab"
    steps = Step(0, constant(5.0), setup="blue", setup_min=1.0)
    routes = [
        Route([Step(0, constant(10.0), setup="red")]),
        Route([Step(0, constant(5.0), setup="green")]),
        Route([steps]),
    ]
    streams = [lots((0.0,)), lots((1.0,), route=1), lots((2.0,), route=2)]
    told = Parts([Group("tool", keys=(PRIORITY, SETUP), **parts)], routes, streams)
    assert order(told) == ["0.0", "2.0", "1.0"]


def test_the_best_pair_of_lot_and_tool_is_found_over_all_free_tools():
    """Tools 0 (red) and 1 (blue) fall free at one minute; blue and red wait, blue for longer.

    Each goes to its own tool, though the first lot is matched with the second tool.
    """
    routes = [Route([Step(0, constant(10.0), setup=colour)]) for colour in ("red", "blue")]
    streams = [lots((0.0,), (2.0,)), lots((0.0,), (1.0,), route=1)]
    group = Group("tools", 2, (PRIORITY, SETUP, FIFO), changes_min=CHANGES)
    # red: 0 + 4 + 10; blue: 0 + 6 + 10; a stop-free fab, so they fall free at 14 and 16
    parts = Parts([group], routes, streams)
    assert story(parts)[2:] == [(14.0, "0.1", 0), (16.0, "1.1", 1)]


# --- Rules without setup ------------------------------------------------------------------------


@pytest.mark.parametrize("batch", [False, True])
@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ((PRIORITY, FIFO), "bdac"),
        ((FIFO, PRIORITY), "abcd"),
        ((PRIORITY, DUE, PROCESS), "dbca"),
        ((DUE, PROCESS), "dcab"),
        ((DUE, FIFO), "dacb"),
        ((PROCESS, PRIORITY), "bdca"),
        ((PRIORITY, PROCESS), "bdca"),
        ((REMAINING, FIFO), "dbca"),
        ((PRIORITY, REMAINING), "dbca"),
        ((SLACK,), "adcb"),  # 40 - 30, 20 - 1, 40 - 3, 50 - 2
        ((REMAINING, PRIORITY), "dbca"),  # 5 + 1, 5 + 2, 7 + 3, 9 + 30
    ],
)
def test_keys_are_compared_one_by_one(keys, expected, batch):
    candidates = [
        lot("a", at=1.0, rank=1, due=40.0, process=9.0, later=30.0),
        lot("b", at=2.0, rank=0, due=50.0, process=5.0, later=2.0),
        lot("c", at=3.0, rank=1, due=40.0, process=7.0, later=3.0),
        lot("d", at=4.0, rank=0, due=20.0, process=5.0, later=1.0),
    ]
    assert first(keys, *candidates, batch=batch) == expected


def test_the_critical_ratio_changes_with_time():
    """At 10 a has (30 - 10) / 4 = 5 and b (110 - 10) / 40 = 2.5; a late lot goes first of all."""
    a, b, late = lot("a", due=30.0, later=4.0), lot("b", due=110.0, later=40.0), lot("c", due=9.0)
    assert first((PRIORITY, RATIO), a, b) == "ba"
    assert first((PRIORITY, RATIO), a, b, late) == "cba"
    # at 26: 4 / 4 = 1 and 84 / 40 = 2.1
    assert first((PRIORITY, RATIO), a, b, now_min=26.0) == "ab"


def test_slack_counts_work_of_less_than_a_minute_as_it_is():
    """20 - 0.25 and 20.5 - 1: the second has less slack."""
    a, b = lot("a", due=20.0, later=0.25), lot("b", due=20.5, later=1.0)
    assert first((PRIORITY, SLACK), a, b) == "ba"


def test_the_critical_ratio_counts_little_work_as_it_is_and_none_as_0():
    """At 10: (12 - 10) / 1 and (11.5 - 10) / 0.5; a lot at its last step has ratio 0."""
    a, b = lot("a", due=12.0, later=1.0), lot("b", due=11.5, later=0.5)
    assert first((PRIORITY, RATIO), a, b) == "ab"
    a, nothing, late = lot("a", due=90.0), lot("c", due=500.0, later=0.0), lot("d", due=9.0)
    assert first((PRIORITY, RATIO), a, nothing, late) == "dca"


# --- Limited queue times, queues ahead and batches ----------------------------------------------


def timed(keys, *candidates):
    """As first(), for lots that spend a minute before in which a limit may begin to run.

    Each has at, limit, process, later, and ends: 1 if the limit is for the start of this step, 2
    for that of the next.
    """
    routes = [Route([Step(0, constant(10.0))])]
    streams = [Stream("keeper", listed=[Listed(0.0, 1)])]
    for place, one in enumerate(candidates):
        ends = {"limit_min": one.get("limit"), "limit_to": one.get("ends", 1)}
        steps = [
            Step(1, constant(1.0), **ends),
            Step(0, constant(one.get("process", 5.0))),
            Step(1, constant(one.get("later", 1.0))),
        ]
        routes.append(Route(steps))
        streams.append(Stream(one["name"], 1 + place, listed=[Listed(one.get("at", 1.0), 1)]))
    parts = Parts([Group("tool", 1, keys), Group("others", 99)], routes, streams)
    told = [streams[int(lot.split(".")[0])].name for _, lot, tool in story(parts) if tool == 0]
    return "".join(told[1:])


def test_the_queue_time_ratio_is_the_time_left_over_the_work_in_the_window():
    """At 10 a has 22 - 10 for 6 minutes (2) and b has 33 - 10 for 23 (1); c has no limit."""
    c = lot("c")
    a, b = lot("a", limit=20.0, process=6.0), lot("b", at=2.0, limit=30.0, process=23.0)
    assert timed((PRIORITY, Key.QUEUE_TIME_RATIO), c, a, b) == "bac"


def test_the_queue_time_ratio_counts_all_steps_up_to_the_end_of_the_window():
    """Both have 12 minutes left: a for 6 minutes, b for 6 + 7."""
    a, b = lot("a", limit=20.0, process=6.0), lot("b", limit=20.0, process=6.0, later=7.0, ends=2)
    assert timed((PRIORITY, Key.QUEUE_TIME_RATIO), a, b) == "ba"


def test_of_lots_that_are_late_the_one_with_more_work_goes_first():
    """At 10 a is late by 5 with 6 minutes of work (-30), b by 2 with 20 (-40)."""
    a, b = lot("a", limit=3.0, process=6.0), lot("b", limit=6.0, process=20.0)
    assert timed((PRIORITY, Key.QUEUE_TIME_RATIO), a, b) == "ba"


def test_the_queue_time_ratio_counts_less_than_a_minute_of_work_as_a_minute():
    """At 10 a has 2 minutes left for 0.1 (2 / 1), b has 12 for 8 (1.5)."""
    a, b = lot("a", limit=10.0, process=0.1), lot("b", limit=20.0, process=8.0)
    assert timed((PRIORITY, Key.QUEUE_TIME_RATIO), a, b) == "ba"


def test_the_queue_time_spread_gives_each_step_its_share_of_the_limit():
    """a must start the last step by 42, and this one by 42 - 40 x 30 / 40 = 12; b by 11 or 13."""
    a = lot("a", limit=40.0, process=10.0, later=30.0, ends=2)
    keys, c = (PRIORITY, Key.QUEUE_TIME_SPREAD), lot("c")
    assert timed(keys, c, a, lot("b", limit=9.0)) == "bac"
    assert timed(keys, c, lot("b", limit=11.0), a) == "abc"


def test_a_lot_goes_where_the_queue_is_shorter():
    """One lot waits for the one tool of "short", three for the two of "long".

    So b has 1 and a has 1.5; c is at its last step and has 0. By arrival they are a, b, c.
    """
    ways = {"a": [2], "b": [1], "c": []}
    routes = [Route([Step(0, constant(10.0))])]
    routes += [
        Route([Step(0, constant(5.0)), *[Step(g, constant(99.0)) for g in ways[way]]])
        for way in ways
    ]
    routes += [Route([Step(group, constant(99.0))]) for group in (1, 2)]
    streams = [lots((0.0, 1)), *[lots((1.0 + k, 1), route=1 + k) for k in range(3)]]
    streams += [lots(*[(0.0,)] * 2, route=4), lots(*[(0.0,)] * 5, route=5)]
    groups = [Group("tool", 1, (PRIORITY, Key.NEXT_QUEUE)), Group("short"), Group("long", 2)]
    told = [lot for _, lot, tool in story(Parts(groups, routes, streams)) if tool == 0]
    assert told == ["0.0", "3.0", "2.0", "1.0"]


def test_the_batch_with_the_most_carriers_goes_first():
    """At 10 there are 3 carriers of one kind, since 1, and 2 + 2 of the other."""
    wafer = {"basis": Basis.BATCH, "least_carriers": 1, "most_carriers": 6}
    routes = [Route([Step(0, constant(10.0), **wafer)]) for _ in range(2)]
    streams = [lots((0.0, 1), (1.0, 3)), lots((2.0, 2), (3.0, 2), route=1)]
    parts = Parts([Group("oven", 1, (PRIORITY, Key.FULLEST_BATCH))], routes, streams)
    assert story(parts)[1:] == [(10.0, "1.0", 0), (10.0, "1.1", 0), (20.0, "0.1", 0)]
    fifo = replace(parts, groups=[Group("oven")])
    assert story(fifo)[1:] == [(10.0, "0.1", 0), (20.0, "1.0", 0), (20.0, "1.1", 0)]


# --- Ties ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "keys",
    [(PRIORITY, FIFO), (PRIORITY, DUE), (PRIORITY, RATIO), (PRIORITY, PROCESS), (DUE, PROCESS)],
)
def test_lots_that_are_alike_go_in_the_order_of_their_arrival(keys):
    names = "cabd"
    candidates = [lot(name, at=1.0 + place, due=90.0) for place, name in enumerate(names)]
    assert first(keys, *candidates) == names


@pytest.mark.parametrize("keys", [(PRIORITY, FIFO), (PRIORITY, DUE), (DUE, PROCESS)])
def test_lots_that_come_at_one_minute_go_in_the_order_of_their_arrival(keys):
    candidates = [lot(name, at=1.0, due=90.0) for name in "cabd"]
    assert first(keys, *candidates) == "cabd"


@pytest.mark.parametrize("keys", [(PRIORITY, DUE), (PRIORITY, SETUP, DUE), (DUE, PROCESS)])
def test_a_lot_that_comes_when_the_last_of_a_line_has_been_taken(keys):
    """At 10 b goes first, which is the last of its line; c joins behind a at 12."""
    a, b, c = lot("a", at=1.0, due=50.0), lot("b", at=2.0, due=40.0), lot("c", at=12.0, due=60.0)
    assert first(keys, a, b, c) == "bac"


def test_lots_of_two_ranks_that_come_at_one_minute_go_in_the_order_of_their_arrival():
    """The rule is first come, first served; it does not look at ranks."""
    candidates = [lot("b", at=1.0, rank=1), lot("a", at=1.0, rank=0)]
    assert first((FIFO,), *candidates) == "ba"


@pytest.mark.parametrize("batch", [False, True])
def test_lots_of_two_lines_that_come_at_one_minute_go_in_the_order_of_their_arrival(batch):
    """Two setups (or batches) wait in two lines; the route of red is named first, blue comes."""
    wafer = {"basis": Basis.BATCH, "least_carriers": 1, "most_carriers": 1} if batch else {}
    routes = [Route([Step(0, constant(5.0), setup=colour, **wafer)]) for colour in ("red", "blue")]
    streams = [lots((0.0, 1)), lots((1.0, 1), route=1), lots((1.0, 1))]
    parts = Parts([Group("tool", least_runs={"red": 0})], routes, streams)
    assert order(parts) == ["0.0", "1.0", "2.0"]


def test_lots_that_are_inside_at_the_start_go_in_the_order_of_their_arrival():
    parts = Parts(
        [Group("tool")],
        [Route([Step(0, constant(5.0))])],
        [lots()],
        inside=[Inside(0, 0, since_min=since) for since in (-5.0, -20.0, -10.0)],
    )
    assert order(parts) == ["0.1", "0.2", "0.0"]


# --- Which tool ---------------------------------------------------------------------------------


def test_the_tool_that_is_free_for_longest_also_where_tools_differ():
    """Tool 2 has been red since minute 0 and is free again at 10, as all of them.

    A red lot takes it at 20; then a blue one takes tool 0, which comes before tool 1.
    """
    colours = ["red", "blue", None]
    routes = [Route([Step(0, constant(10.0), setup=colour)]) for colour in colours]
    others = lots((0.0,), (0.0,), route=2)
    streams = [lots((0.5,), (20.0,)), lots((21.0,), (22.0,), route=1), others]
    changes = {(None, "red"): 1.0, (None, "blue"): 1.0}
    group = Group("tools", 3, prefers_least_setup=True, changes_min=changes)
    assert story(Parts([group], routes, streams)) == [
        (0.0, "2.0", 0),
        (0.0, "2.1", 1),
        (0.5, "0.0", 2),
        (20.0, "0.1", 2),
        (21.0, "1.0", 0),
        (22.0, "1.1", 1),
    ]


def test_random_choice_gives_each_free_tool_its_share():
    """300 lots, one at a time: 100 each; the deviation is sqrt(300 x 1/3 x 2/3) = 8.2."""
    parts = Parts(
        [Group("tools", 3, choice=Choice.RANDOM)],
        [Route([Step(0, constant(1.0))])],
        [lots(*[(3.0 * k,) for k in range(300)])],
    )
    chosen = [tool for _, _, tool in story(parts, 1e4)]
    assert len(chosen) == 300
    assert all(abs(chosen.count(tool) - 100) < 33 for tool in range(3))
    assert abs(sum(a == b for a, b in pairwise(chosen)) - 100) < 33  # not in turn


def test_random_choice_takes_free_tools_only():
    """Three lots at a minute, on three tools."""
    parts = Parts(
        [Group("tools", 3, choice=Choice.RANDOM)],
        [Route([Step(0, constant(1.0))])],
        [lots(*[(3.0 * k,) for k in range(50) for _ in range(3)])],
    )
    told = story(parts)
    assert all({t for _, _, t in told[k : k + 3]} == {0, 1, 2} for k in range(0, len(told), 3))


def test_random_choice_does_not_depend_on_the_rule():
    """Common random numbers: a choosy group draws as well, but from the lot and the tool."""
    parts = Parts(
        [Group("tools", 3, choice=Choice.RANDOM)],
        [Route([Step(0, constant(1.0), setup="red")])],
        [lots(*[(3.0 * k,) for k in range(50)])],
    )
    choosy = replace(parts, groups=[replace(parts.groups[0], prefers_least_setup=True)])
    fifo = replace(choosy, groups=[replace(choosy.groups[0], keys=(PRIORITY, DUE))])
    assert story(choosy) == story(fifo)
