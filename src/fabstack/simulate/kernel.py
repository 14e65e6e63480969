"""Runs lots through tool groups, one event at a time: the loop and what happens."""

from numpy import int64

from fabstack.arrays.types import NONE, Does, Status
from fabstack.simulate.kernel_calendar import more_happens_at, plan_rare_event, take_next
from fabstack.simulate.kernel_compile import compiled, entry, inlined
from fabstack.simulate.kernel_lots import lot_is_there
from fabstack.simulate.kernel_queue import batch_is_overdue
from fabstack.simulate.kernel_stops import (
    stop_ends,
    stop_falls_due,
    tool_comes,
    tool_goes,
    tool_wears_out,
)
from fabstack.simulate.kernel_supply import (
    LotOrder,
    expect_entry,
    expect_purchase,
    lots_enter,
    purchase_arrives,
    units_arrive,
)
from fabstack.simulate.kernel_tables import (
    facts_of,
    fixture_at,
    insider_at,
    line_at,
    now_of,
    room_of,
    touched_at,
)
from fabstack.simulate.kernel_tools import (
    job_ends,
    look_for_work,
    lot_comes,
    lot_leaves_cascade,
    start_lot,
    tool_takes_more,
)

FIRST = int64(0)


@entry
def run_until(world, end_min, most_events):
    """Handle every event before `end_min`, earliest first; returns why it came back (Status)."""
    now = now_of(world)
    last_event = now.events + most_events
    now.is_full = 1  # perhaps: look once
    if now.asked != NONE:
        all_look_for_work(world)
        if now.asked != NONE:
            return Status.ASKED
    while True:
        if now.is_full:
            status = what_is_full(world)
            if status != Status.DONE:
                return status
            now.is_full = 0
        event = take_next(world, end_min)
        if event.does == Does.NOTHING:
            return Status.DONE
        now.now_min = event.time_min
        now.events += 1
        happen(world, event)
        if now.start_lot != NONE:
            start_lot(world, now.start_tool, now.start_lot)
            now.start_lot = NONE
        if now.touched > 0 and not more_happens_at(world, event.time_min):
            all_look_for_work(world)
            if now.asked != NONE:
                return Status.ASKED
        if now.events >= last_event:
            return Status.PAUSED


@inlined
def happen(world, event):
    """What is frequent, the most frequent first; the rest in a function of its own."""
    if event.does == Does.JOB_ENDS:
        job_ends(world, event.node)
    elif event.does == Does.LOT_ARRIVES:
        lot_comes(world, event.node - facts_of(world).tools)
    elif event.does == Does.LOT_LEAVES_CASCADE:
        lot_leaves_cascade(world, event.node - facts_of(world).tools)
    elif event.does == Does.TOOL_TAKES_MORE:
        tool_takes_more(world, event.node)
    elif event.does == Does.LOTS_ENTER:
        lots_enter(world, event.node)
    else:
        seldom_happen(world, event)


@compiled
def seldom_happen(world, event):
    """What is rare: a call more does not count."""
    if event.does == Does.RUN_BEGINS:
        run_begins(world)
    elif event.does == Does.STOP_FALLS_DUE:
        stop_falls_due(world, event.node)
    elif event.does == Does.STOP_ENDS:
        stop_ends(world, event.node)
    elif event.does == Does.UNITS_ARRIVE:
        units_arrive(world, event.node - facts_of(world).tools)
    elif event.does == Does.TOOL_WEARS_OUT:
        tool_wears_out(world, event.node)
    elif event.does == Does.PURCHASE_ARRIVES:
        purchase_arrives(world, event.node)
    elif event.does == Does.BATCH_IS_OVERDUE:
        batch_is_overdue(world, event.node)
    elif event.does == Does.TOOL_COMES:
        tool_comes(world, event.node)
    else:
        tool_goes(world, event.node)


@inlined
def all_look_for_work(world):
    """Every group that was touched at this minute starts what it can, in the order of touching.

    If one of them waits for an answer of the caller, that is where it goes on with it.
    """
    now = now_of(world)
    while now.looked < now.touched:
        group_id = int64(touched_at(world, now.looked).group)
        look_for_work(world, group_id)
        if now.asked != NONE:
            return
        line_at(world, group_id).is_touched = 0  # after: a cascade that takes more touches its own
        now.looked += 1
    now.touched = 0
    now.looked = 0


@compiled
def what_is_full(world):
    """Whether there is room for what one event may do; Status.DONE if there is."""
    now, room, most_lots = now_of(world), room_of(world), facts_of(world).most_lots
    if now.free_lots < most_lots:
        return Status.LOTS_FULL
    if now.finished + most_lots > room.finished:
        return Status.FINISHED_FULL
    if 2 * now.seen > room.seen:
        return Status.EVENTS_FULL
    return Status.DONE


@compiled
def run_begins(world):
    """Set the scene: tools, lots that are already inside, and what is expected first."""
    facts = facts_of(world)
    for tool_id in range(facts.tools):
        expect_tool(world, tool_id)
    for row in range(facts.insiders):
        insider = insider_at(world, row)
        order = LotOrder(insider.entered_min, insider.due_min, insider.carriers, insider.rank)
        lot_is_there(world, insider, order)
    for stream_id in range(facts.streams):
        expect_entry(world, stream_id)
    expect_purchase(world, FIRST)


@compiled
def expect_tool(world, tool_id):
    """A tool is there from the start or comes later; it may go again."""
    fixture = fixture_at(world, tool_id)
    if fixture.comes_min <= 0.0:
        tool_comes(world, tool_id)
    else:
        plan_rare_event(world, tool_id, fixture.comes_min, Does.TOOL_COMES)
    plan_rare_event(world, tool_id, fixture.goes_min, Does.TOOL_GOES)
