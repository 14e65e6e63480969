"""Cascading tools, minute by minute: two slots in a row, and two lots inside at once.

The tool of most of these tests: a carrier takes 4 minutes, of which 3 in the first slot; a lot has
4 carriers; loading takes 1 minute and unloading 2. A lot that is taken at minute 0 is loaded at 1;
its carriers leave the first slot at 4, 7, 10 and 13 and the second at 5, 8, 11 and 14; it is
unloaded at 16. The next lot is taken at 12: loaded at 13, as the first slot falls free.
"""

from dataclasses import replace
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from kernel_stories import left, lots, minutes, one_step, order, spans, stops_at, story, trace

from fabstack.arrays.build import Group, Parts, Route, Step, Stop, maintenance
from fabstack.arrays.chance import constant
from fabstack.arrays.types import Basis, Clock, Saw, ToolState

WAITS = {"interrupts": False, "state": ToolState.SCHEDULED_DOWN}


def cascade(*streams, unload=2.0, **group):
    """The tool of the head of this file."""
    group = Group("cascade", load_min=1.0, unload_min=unload, **group)
    step = {"basis": Basis.CARRIER, "interval_min": 3.0}
    return one_step(constant(4.0), *streams, group=group, **step)


def three(at_min=0.0, rank=0):
    return lots(*[(at_min, 4, rank)] * 3)


# --- Lots behind each other ---------------------------------------------------------------------


def test_lots_overlap_carrier_by_carrier():
    """Each is inside for 16 minutes, and one leaves every 4 x 3 minutes."""
    assert trace(cascade(three())) == [
        (0.0, 0, 0, "STARTED", 0),
        (12.0, 0, 1, "STARTED", 0),
        (16.0, 0, 0, "ENDED", 0),
        (24.0, 0, 2, "STARTED", 0),
        (28.0, 0, 1, "ENDED", 0),
        (40.0, 0, 2, "ENDED", 0),
    ]


def test_whole_lots_overlap_where_the_step_counts_by_lots():
    """6 minutes in the first slot, 4 in the second: one leaves every 6 minutes."""
    parts = one_step(constant(10.0), lots(*[(0.0,)] * 3), interval_min=6.0)
    assert spans(parts) == {"0.0": (0.0, 10.0), "0.1": (6.0, 16.0), "0.2": (12.0, 22.0)}


def test_a_lot_waits_in_the_first_slot_for_the_one_ahead_in_the_second():
    """5 and 15 minutes. The second lot enters at 5, could pass at 10, passes at 20.

    The third is taken when the first has left, at 20: only two fit. Then the second slot is the
    bottleneck: one leaves every 15 minutes.
    """
    parts = one_step(constant(20.0), lots(*[(0.0,)] * 4), interval_min=5.0)
    assert spans(parts) == {
        "0.0": (0.0, 20.0),
        "0.1": (5.0, 35.0),
        "0.2": (20.0, 50.0),
        "0.3": (35.0, 65.0),
    }


def test_carriers_follow_at_the_interval_however_long_the_rest_of_the_process_takes():
    """Carriers of 2 + 3 minutes: in the first slot until 2 and 4, behind it until 5 and 7."""
    step = {"basis": Basis.CARRIER, "interval_min": 2.0}
    parts = one_step(constant(5.0), lots((0.0, 2), (0.0, 2)), **step)
    assert spans(parts) == {"0.0": (0.0, 7.0), "0.1": (4.0, 11.0)}


def test_carriers_come_out_an_interval_behind_slow_ones_ahead():
    """Slow carriers take 1 + 9 minutes, fast ones 1 + 1: the last of them comes out at 13."""
    slow = Route([Step(0, constant(10.0), Basis.CARRIER, interval_min=1.0)])
    fast = Route([Step(0, constant(2.0), Basis.CARRIER, interval_min=1.0)])
    streams = [lots((0.0, 3)), lots((1.0, 2), route=1)]
    parts = Parts([Group("tool")], [slow, fast], streams)
    # slow: first slot until 1, 2, 3, out at 10, 11, 12; fast: in at 3, through at 4 and 5
    assert spans(parts) == {"0.0": (0.0, 12.0), "1.0": (3.0, 13.0)}


def two_kinds(*streams):
    """Route 0: 5 + 15 minutes; route 1: 4 + 2 minutes."""
    slow = Route([Step(0, constant(20.0), interval_min=5.0)])
    fast = Route([Step(0, constant(6.0), interval_min=4.0)])
    return Parts([Group("tool")], [slow, fast], streams)


def test_a_fast_lot_cannot_pass_a_slow_one_inside():
    """The fast one enters at 5 and is through the first slot at 9, but the second is taken till 20.

    Then its 2 minutes: it leaves at 22. A slow one is taken at 20, as the slow one ahead has left
    and the fast one has left the first slot: it passes at 25 and leaves at 40.
    """
    parts = two_kinds(lots((0.0,), (2.0,)), lots((1.0,), route=1))
    assert spans(parts) == {"0.0": (0.0, 20.0), "1.0": (5.0, 22.0), "0.1": (20.0, 40.0)}


def test_a_slow_lot_behind_a_fast_one_waits_for_nothing():
    """The fast one is in the first slot till 4, in the second till 6; the slow one passes at 9."""
    parts = two_kinds(lots((1.0,)), lots((0.0,), route=1))
    assert spans(parts) == {"1.0": (0.0, 6.0), "0.0": (4.0, 24.0)}


def test_a_step_without_interval_takes_its_process_time_in_the_first_slot():
    """Route 1 has no interval: its carriers (2 x 4 minutes) keep the first slot for 8 minutes."""
    with_interval = Route([Step(0, constant(10.0), interval_min=6.0)])
    without = Route([Step(0, constant(4.0), Basis.CARRIER)])
    streams = [lots((9.0,)), lots((0.0, 2), (1.0, 2), route=1)]
    parts = Parts([Group("tool")], [with_interval, without], streams)
    assert spans(parts) == {"1.0": (0.0, 8.0), "1.1": (8.0, 16.0), "0.0": (16.0, 26.0)}


def test_two_cascades_fill_up_in_turn():
    """The lots of minute 0 go to both tools; at 12 both take a second one."""
    parts = cascade(lots(*[(0.0, 4)] * 5), tools=2)
    starts = [
        (0.0, "0.0", 0),
        (0.0, "0.1", 1),
        (12.0, "0.2", 0),
        (12.0, "0.3", 1),
        (24.0, "0.4", 0),
    ]
    assert story(parts) == starts


# --- Loading ------------------------------------------------------------------------------------


def test_a_lot_is_loaded_while_the_one_ahead_is_in_the_first_slot():
    """It comes at 9 and is taken at 12, one load time before the first slot is free."""
    assert spans(cascade(lots((0.0, 4), (9.0, 4))))["0.1"] == (12.0, 28.0)


def test_a_lot_that_comes_later_than_that_is_taken_at_once():
    """At 12.5 the first slot is free from 13 on; loaded at 13.5, it leaves half a minute later."""
    assert spans(cascade(lots((0.0, 4), (12.5, 4))))["0.1"] == (12.5, 28.5)


def test_a_lot_that_finds_only_the_second_slot_taken_overlaps_by_the_rest():
    """Taken at 14.5, when the first slot is free and the lot ahead is on its way out."""
    assert spans(cascade(lots((0.0, 4), (14.5, 4))))["0.1"] == (14.5, 30.5)


def test_lots_are_loaded_one_after_the_other_where_that_takes_longest():
    """Loading takes 20, the first slot 12. The first lot is loaded at 20 and passes till 32.

    So the second is taken at 12, but loaded from 20 to 40; it passes till 52 and leaves at 53. The
    third is taken at 33, when the first lot has left; it is loaded at 60 and leaves at 73.
    """
    group = Group("slow loader", load_min=20.0)
    step = {"basis": Basis.CARRIER, "interval_min": 3.0}
    parts = one_step(constant(4.0), three(), group=group, **step)
    assert spans(parts) == {"0.0": (0.0, 33.0), "0.1": (12.0, 53.0), "0.2": (33.0, 73.0)}


def test_no_third_lot_enters_while_one_is_being_unloaded():
    """Unloading takes 20: the first lot leaves at 34. The first slot has been free since 25.

    The third lot is taken at 34, loaded at 35, in the second slot from 38 to 48: it leaves at 68.
    """
    parts = cascade(three(), unload=20.0)
    assert spans(parts) == {"0.0": (0.0, 34.0), "0.1": (12.0, 46.0), "0.2": (34.0, 68.0)}


# --- Urgent lots --------------------------------------------------------------------------------


def test_a_hot_lot_goes_first_when_a_full_tool_takes_more():
    """It comes at 14, when two are inside; it is taken at 24, before the plain one."""
    parts = cascade(three(rank=1), lots((14.0, 4, 0)))
    assert order(parts) == ["0.0", "0.1", "1.0", "0.2"]
    assert spans(parts)["1.0"] == (24.0, 40.0)


def test_a_hot_lot_that_comes_before_the_second_is_taken_goes_second():
    parts = cascade(three(rank=1), lots((11.0, 4, 0)))
    assert order(parts) == ["0.0", "1.0", "0.1", "0.2"]


def test_a_hot_lot_waits_for_the_way_out_of_the_first():
    """Unloading takes 20: the hot lot comes at 30, the first leaves at 34, then it is taken."""
    parts = cascade(three(rank=1), lots((30.0, 4, 0)), unload=20.0)
    assert spans(parts)["1.0"] == (34.0, 68.0)
    assert spans(parts)["0.2"][0] == 46.0  # the first slot is free at 47; room for it at 46


# --- Breakdowns ---------------------------------------------------------------------------------


def test_a_breakdown_puts_off_all_that_is_inside():
    """At 14 two lots are inside; 5 minutes later they go on: out at 21 and 33, not 16 and 28.

    The first slot falls free at 30, not 25: the third lot is taken at 29.
    """
    parts = cascade(three(), stops=[stops_at((14.0, 5.0))])
    assert spans(parts) == {"0.0": (0.0, 21.0), "0.1": (12.0, 33.0), "0.2": (29.0, 45.0)}


def test_a_breakdown_with_one_lot_inside_puts_off_taking_the_next():
    parts = cascade(three(), stops=[stops_at((5.0, 2.0))])
    assert spans(parts) == {"0.0": (0.0, 18.0), "0.1": (14.0, 30.0), "0.2": (26.0, 42.0)}


def test_a_breakdown_while_a_lot_is_loaded_puts_off_its_load():
    """Broken from 0.5 to 4.5: the load ends at 5, all is 4 minutes later."""
    parts = cascade(three(), stops=[stops_at((0.5, 4.0))])
    assert spans(parts) == {"0.0": (0.0, 20.0), "0.1": (16.0, 32.0), "0.2": (28.0, 44.0)}


def test_a_tool_that_waits_for_a_second_lot_takes_none_while_it_is_broken():
    """Room from 12 on, broken from 13.25 to 18.25; a lot comes at 13.5 and is taken at 18.25.

    It is loaded at 19.25; the one ahead is through the second slot at 14 + 5 and leaves at 21.
    """
    parts = cascade(lots((0.0, 4), (13.5, 4)), stops=[stops_at((13.25, 5.0))])
    assert spans(parts) == {"0.0": (0.0, 21.0), "0.1": (18.25, 34.25)}


def test_a_breakdown_during_a_repair_begins_when_that_ends():
    """Broken from 14 to 19 and to 22: all is 8 minutes later."""
    parts = cascade(three(), stops=[stops_at((14.0, 5.0)), stops_at((16.0, 3.0))])
    assert spans(parts) == {"0.0": (0.0, 24.0), "0.1": (12.0, 36.0), "0.2": (32.0, 48.0)}


def test_two_breakdowns_of_one_lot_add_up():
    """Broken from 3 to 5 and from 14 to 19: out at 16 + 2 + 5."""
    parts = cascade(three(), stops=[stops_at((3.0, 2.0)), stops_at((14.0, 5.0))])
    assert spans(parts)["0.0"] == (0.0, 23.0)


def test_a_breakdown_puts_off_the_second_slot_too():
    """5 + 15 minutes, broken from 10 to 17: out at 27 and 42; the third passes at 42, not 35.

    It is taken at 27 and leaves at 42 + 15.
    """
    group = Group("tool", stops=[stops_at((10.0, 7.0))])
    parts = one_step(constant(20.0), lots(*[(0.0,)] * 3), interval_min=5.0, group=group)
    assert spans(parts) == {"0.0": (0.0, 27.0), "0.1": (5.0, 42.0), "0.2": (27.0, 57.0)}


def test_a_breakdown_when_the_first_has_left_and_the_third_has_not_come():
    """Broken from 20 to 25: the second leaves at 33, the first slot is free at 30."""
    parts = cascade(three(), stops=[stops_at((20.0, 5.0))])
    assert spans(parts) == {"0.0": (0.0, 16.0), "0.1": (12.0, 33.0), "0.2": (29.0, 45.0)}


def test_a_breakdown_in_a_long_load_puts_off_the_next_load():
    """Loads take 20, broken from 5 to 10: loaded at 25, through the first slot at 37, out at 38.

    The second is taken at 37 - 20, loaded from 25 to 45, and out at 45 + 12 + 1.
    """
    group = Group("slow loader", load_min=20.0, stops=[stops_at((5.0, 5.0))])
    step = {"basis": Basis.CARRIER, "interval_min": 3.0}
    parts = one_step(constant(4.0), lots((0.0, 4), (0.0, 4)), group=group, **step)
    assert spans(parts) == {"0.0": (0.0, 38.0), "0.1": (17.0, 58.0)}


# --- Maintenance --------------------------------------------------------------------------------


def test_maintenance_waits_until_both_lots_have_left_and_no_new_one_is_taken():
    """Due at 14 with two inside: they leave at 16 and 28; 5 minutes; the third is taken at 33."""
    parts = cascade(three(), stops=[stops_at((14.0, 5.0), **WAITS)])
    assert spans(parts) == {"0.0": (0.0, 16.0), "0.1": (12.0, 28.0), "0.2": (33.0, 49.0)}
    assert trace(parts, saw=(Saw.STOPPED, Saw.WENT_ON)) == [
        (28.0, 0, 0, "STOPPED", 0),
        (33.0, 0, 0, "WENT_ON", 0),
    ]


def test_maintenance_that_falls_due_with_one_lot_inside_keeps_the_second_out():
    """Due at 5: the second is not taken at 12 but at 21, after the maintenance from 16 on."""
    parts = cascade(three(), stops=[stops_at((5.0, 5.0), **WAITS)])
    assert spans(parts) == {"0.0": (0.0, 16.0), "0.1": (21.0, 37.0), "0.2": (33.0, 49.0)}


def test_maintenance_that_falls_due_while_the_tool_waits_for_a_second_lot():
    """Due at 14, when the tool has room; a lot that comes at 15 is taken at 16 + 5."""
    parts = cascade(lots((0.0, 4), (15.0, 4)), stops=[stops_at((14.0, 5.0), **WAITS)])
    assert spans(parts)["0.1"] == (21.0, 37.0)


def test_maintenance_by_carriers_counts_those_of_each_lot_as_it_enters():
    """Every 8 carriers: due as the second lot enters, at 12; the third is taken at 28 + 5."""
    stops = [maintenance(8.0, constant(5.0), Clock.CARRIERS, is_staggered=False)]
    parts = cascade(three(), stops=stops)
    assert spans(parts) == {"0.0": (0.0, 16.0), "0.1": (12.0, 28.0), "0.2": (33.0, 49.0)}


def test_maintenance_by_carriers_that_the_first_lot_fills_keeps_the_second_out():
    stops = [maintenance(4.0, constant(5.0), Clock.CARRIERS, is_staggered=False)]
    parts = cascade(three(), stops=stops)
    assert spans(parts) == {"0.0": (0.0, 16.0), "0.1": (21.0, 37.0), "0.2": (42.0, 58.0)}


def test_maintenance_that_falls_due_during_a_repair_waits_for_both_lots():
    """Broken from 14 to 19, maintenance due at 15: lots out at 21 and 33, stop till 38."""
    parts = cascade(three(), stops=[stops_at((14.0, 5.0)), stops_at((15.0, 5.0), **WAITS)])
    assert spans(parts) == {"0.0": (0.0, 21.0), "0.1": (12.0, 33.0), "0.2": (38.0, 54.0)}


def test_a_breakdown_does_not_wait_though_maintenance_does():
    """Maintenance is due at 14, a breakdown comes at 15: it interrupts, and the other waits."""
    parts = cascade(three(), stops=[stops_at((14.0, 5.0), **WAITS), stops_at((15.0, 2.0))])
    assert spans(parts) == {"0.0": (0.0, 18.0), "0.1": (12.0, 30.0), "0.2": (35.0, 51.0)}


def test_a_cascade_that_goes_lets_both_lots_out_and_takes_no_more():
    parts = cascade(three(), goes_min=[14.0])
    assert spans(parts) == {"0.0": (0.0, 16.0), "0.1": (12.0, 28.0)}
    assert minutes(parts, ToolState.PRODUCTIVE, 100.0) == 28.0


# --- The books ----------------------------------------------------------------------------------


def test_a_minute_with_two_lots_inside_is_one_productive_minute():
    parts = cascade(three(), lots((50.0, 4)))
    assert minutes(parts, ToolState.PRODUCTIVE, 45.0) == 40.0
    assert minutes(parts, ToolState.PRODUCTIVE, 100.0) == 56.0
    assert minutes(parts, ToolState.STANDBY, 100.0) == 44.0


def test_a_broken_minute_is_not_productive():
    parts = cascade(three(), stops=[stops_at((14.0, 5.0))])
    assert minutes(parts, ToolState.UNSCHEDULED_DOWN, 17.0) == 3.0
    assert minutes(parts, ToolState.PRODUCTIVE, 100.0) == 40.0


# --- Steady state -------------------------------------------------------------------------------

quarters = st.integers(0, 40).map(lambda count: count / 4)
carriers = st.integers(1, 25)


def saturated(process_min, interval_min, carriers, load_min, unload_min, count=12):
    group = Group("tool", load_min=load_min, unload_min=unload_min)
    step = {"basis": Basis.CARRIER, "interval_min": interval_min}
    parts = one_step(constant(process_min), lots(*[(0.0, carriers)] * count), group=group, **step)
    return spans(parts, 1e5)


@given(quarters, quarters, carriers, quarters, quarters)
@settings(max_examples=60, deadline=None)
def test_a_lot_alone_is_inside_for_its_first_carrier_the_intervals_and_the_handling(
    interval_min, rest_min, carriers, load_min, unload_min
):
    process_min = interval_min + rest_min
    one = saturated(process_min, interval_min, carriers, load_min, unload_min, count=1)
    inside_min = process_min + (carriers - 1) * interval_min + load_min + unload_min
    assert one == {"0.0": (0.0, inside_min)}


@given(quarters, quarters, carriers, quarters, quarters)
@settings(max_examples=60, deadline=None)
def test_a_saturated_tool_takes_a_lot_every_carriers_times_the_interval(
    interval_min, rest_min, carriers, load_min, unload_min
):
    """Exactly, where what comes before and after the first slot is no longer than that takes.

    Otherwise two lots inside are too few to keep the first slot busy.
    """
    every_min = carriers * interval_min
    rest_min = min(rest_min, every_min)
    load_min = min(load_min, every_min - rest_min)
    unload_min = min(unload_min, every_min - rest_min - load_min)
    process_min = interval_min + rest_min
    done = saturated(process_min, interval_min, carriers, load_min, unload_min).values()
    for times in zip(*done, strict=True):
        assert {b - a for a, b in pairwise(times)} == {every_min}


@given(quarters, quarters, carriers)
@settings(max_examples=60, deadline=None)
def test_whole_lots_are_as_fast_as_the_slower_of_the_slots(interval_min, rest_min, carriers):
    lot = lots(*[(0.0, carriers)] * 5)
    parts = one_step(constant(interval_min + rest_min), lot, interval_min=interval_min)
    ends = [end for _, end in spans(parts).values()]
    assert {b - a for a, b in pairwise(ends)} == {max(interval_min, rest_min)}


# --- What does not cascade ----------------------------------------------------------------------


def test_a_tool_that_wears_out_by_work_keeps_one_lot_at_a_time():
    """4 + 3 x 3 minutes and 3 of handling, one lot after the other."""
    parts = cascade(three(), stops=[Stop(constant(1e14), constant(1.0), Clock.BUSY)])
    assert spans(parts) == {"0.0": (0.0, 16.0), "0.1": (16.0, 32.0), "0.2": (32.0, 48.0)}


def test_a_tool_that_also_works_on_batches_keeps_one_job_at_a_time():
    batch = {"basis": Basis.BATCH, "least_carriers": 1, "most_carriers": 50}
    plain = cascade(three())
    parts = replace(
        plain,
        routes=[*plain.routes, Route([Step(0, constant(7.0), **batch)])],
        streams=[*plain.streams, lots((1.0,), route=1)],
    )
    assert [minute for minute, *_ in left(parts)] == [16.0, 32.0, 48.0, 58.0]
