"""Stops of several kinds on one tool, minute by minute."""

from kernel_stories import left, lots, minutes, one_step, stops_at, story

from fabstack.arrays.build import Group, Stop
from fabstack.arrays.chance import constant
from fabstack.arrays.types import Clock, ToolState


def wear(after_min, length_min):
    return Stop(constant(after_min), constant(length_min), Clock.BUSY)


def ends(*stops, process_min=10.0, entries=((0.0,),)):
    group = Group("tool", stops=stops)
    return [m for m, *_ in left(one_step(constant(process_min), lots(*entries), group=group))]


def test_a_breakdown_before_a_tool_wears_out_leaves_the_rest_of_the_job():
    """Broken from 3 to 5; worn out after 6 minutes of work, at 8, till 12; 4 minutes are left."""
    assert ends(stops_at((3.0, 2.0)), wear(6.0, 4.0)) == [16.0]


def test_two_breakdowns_before_a_tool_wears_out():
    """Broken from 3 to 5 and from 6 to 9; worn out after 6 minutes of work, at 11, till 15."""
    assert ends(stops_at((3.0, 2.0)), stops_at((6.0, 3.0)), wear(6.0, 4.0)) == [19.0]


def test_a_breakdown_after_a_tool_has_worn_out():
    """Worn out at 6, till 10; broken from 11 to 13; 3 minutes are left."""
    assert ends(stops_at((11.0, 2.0)), wear(6.0, 4.0)) == [16.0]


def test_a_tool_wears_by_its_own_minutes_since_the_last_repair():
    """After 6 minutes of work, at 6 and (mended at 10) at 16: the job of 15 ends at 23."""
    assert ends(wear(6.0, 4.0), process_min=15.0) == [23.0]


def test_what_interrupts_goes_before_what_waits_though_listed_later():
    """Both fall due during another stop; the job has to wait for the one that interrupts only."""
    first = stops_at((2.0, 6.0))
    waits = stops_at((3.0, 5.0), interrupts=False, state=ToolState.SCHEDULED_DOWN)
    interrupts = stops_at((4.0, 3.0))
    # 2 of work, 6 + 3 of stops, 8 of work; then 5 of maintenance before the next lot
    assert ends(first, waits, interrupts, entries=((0.0,), (1.0,))) == [19.0, 34.0]


def test_an_idle_tool_takes_what_interrupts_first():
    group = Group(
        "tool",
        stops=[
            stops_at((2.0, 6.0)),
            stops_at((3.0, 5.0), interrupts=False, state=ToolState.SCHEDULED_DOWN),
            stops_at((4.0, 3.0)),
        ],
    )
    parts = one_step(constant(10.0), lots((20.0,)), group=group)
    down = [minutes(parts, ToolState.UNSCHEDULED_DOWN, at) for at in (8.0, 11.0, 16.0)]
    assert down == [6.0, 9.0, 9.0]  # 2 to 8 and 8 to 11; maintenance from 11 to 16


def test_a_free_tool_that_stops_leaves_its_place_among_the_free_ones():
    """Each that has stopped stands behind the others: the order is 2, 0, 1 after two stops."""
    group = Group("three", 3, stops=[stops_at((15.0, 1.0), is_staggered=True)])
    # stops at 5 (tool 0), 10 (tool 1), 15 (tool 2), each for a minute
    parts = one_step(constant(50.0), lots((12.0,), (12.5,), (13.0,)), group=group)
    assert story(parts) == [(12.0, "0.0", 2), (12.5, "0.1", 0), (13.0, "0.2", 1)]
