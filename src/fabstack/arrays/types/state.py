"""What a run changes."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from fabstack.arrays.types.records import F8, I1, I2, I4, I8, U8, Records, record

NOW = record(
    now_min=F8,
    events=I8,
    steps_done=I8,  # lots that ended a step
    free_lot=I8,  # first of the free slots
    free_lots=I8,
    touched=I8,  # groups that look for work before time goes on
    start_lot=I8,  # a lot that starts as soon as the event is over, or NONE
    start_tool=I8,
    is_full=I1,  # some room must be made before the next event
    arrivals=I8,  # lots that joined a waiting line
    looked=I8,  # touched groups that have looked for work
    asked=I8,  # group that waits for a choice, or NONE
    answer=I8,  # node of the lot that it shall take, or NONE
    vehicles=I8,  # free
    first_parked=I4,  # lots that wait for a vehicle
    last_parked=I4,
    next_purchase=I8,
    finished=I8,  # lines written
    seen=I8,  # lines written
    crossings=I8,  # lines written
)

LOT = record(
    lines=2,
    key=U8,
    since_min=F8,  # at its place: waiting line, tool or road
    due_min=F8,
    work_left_min=F8,  # expected at the later steps
    step=I4,
    carriers=I4,
    stream=I4,
    visit=I4,  # how often it was sent back
    tool=I4,  # that it is in, where it shares it (a cascade)
    rank=I2,
    is_shipped=I1,  # its units are on the way to a stock
    is_late=I1,  # for a limited queue time whose limit is enforced
    arrival=I8,  # how many joined a waiting line before it; the first cache line ends here
    serial=I8,  # within its stream
    entered_min=F8,
    travel_min=F8,  # of its next way, while it waits for a vehicle
    late_window=I4,  # that it was too late for, where the limit is enforced
    reserves=I1,  # tools are kept free for it
)

TOOL = record(
    lines=3,
    group=I4,
    first_lot=I4,  # of its job
    second_lot=I4,  # in a cascade
    lots=I4,
    setup=I4,
    run_left=I4,  # lots to take before the setup may change
    state=I1,
    is_suspended=I1,
    is_leaving=I1,
    stop=I1,  # place in its group of the plan that stops it now
    is_free=I1,  # may take a lot now
    takes_more=I1,  # at a planned minute
    since_min=F8,  # in this state
    due=I8,  # plans that have fallen due, one bit each
    carriers=F8,  # started so far; a tool that comes late begins with the mean of its group
    maintained_at_carriers=F8,  # when the next plan by carriers falls due
    first_slot_min=F8,  # when the slots of a cascade fall free; here the first line ends
    second_slot_min=F8,
    loaded_min=F8,  # when the last lot is set up and loaded
    setup_ends_min=F8,
    stopped_min=F8,  # when the running job was interrupted
    minutes=(F8, (8,)),  # by ToolState; the second line ends with the first three
    remaining_min=F8,  # of a suspended job, or of a job after the tool will have worn out
    wears_out_at_min=F8,  # productive minutes
)

LINE = record(
    lines=2,
    first_free=I8,  # offset in the ring of free tools
    free=I8,
    is_touched=I1,
    waiting=I8,  # lots
    expected=I4,  # lots on the way that a tool is kept free for
    in_windows=I4,  # lots inside windows that end here, where lots are held
    first_held=I4,  # lots that are not let into a window that ends here
    last_held=I4,
    inside=I8,  # lots waiting or in a tool
    ready=I8,  # families with enough carriers for a job
    since_min=F8,
    waiting_area=F8,  # lots x minutes
    inside_area=F8,
    waited_min=F8,  # of lots that started
    lots_started=I8,
    lots_ended=I8,
    carriers_ended=I8,
    jobs=I8,
)

CROWD = record(  # of a family that wait, where the group is not plain
    lots=I8,
    carriers=I8,
    is_overdue=I1,
    is_awaited=I1,
    first_coming=I4,  # lot on its way to the family, where the group looks ahead
)
COMING = record(  # a lot on its way to a group that looks ahead
    family=I4,  # NONE: it is not
    ahead=I4,  # lot before it in the list of its family
    behind=I4,
    tool=I4,  # that it is in, at the step before; NONE: it is on the road
    way_min=F8,  # expected from there
)
BOND = record(tool=I4)
TIMER = record(deadline_min=F8, window=I8)  # window: NONE while the timer does not run
STRETCH = record(  # books of a window of limited queue time
    closed=I8,
    late=I8,
    late_by_1h=I8,
    late_by_2h=I8,
    late_by_4h=I8,
    late_min=F8,  # summed over the late ones
)
QUEUE = record(first=I4, last=I4)
FREE_TOOL = record(tool=I4, carriers=F8)
TOUCHED = record(group=I4)
UPKEEP = record(key=U8, tool=I8, plan=I8, times=I8, stops=I8, due_at=F8)  # times: intervals drawn
ENTRY = record(key=U8, entries=I8, lots=I8, planned_min=F8, is_waiting=I1)
STORE = record(units=I8, arrived=I8, used=I8, lost=I8, on_the_way=I8, since_min=F8, area=F8)

TALLY = record(
    inside=I8,
    entered=I8,
    left=I8,
    scrapped=I8,
    carriers_entered=I8,
    carriers_left=I8,
    carriers_scrapped=I8,
    since_min=F8,
    area=F8,  # lots x minutes inside
    stay_min=F8,  # inside since minute 0, summed over lots that left or were scrapped
)


class State(NamedTuple):
    """What a run changes."""

    now: Records  # [1]
    lots: Records  # [slot]  slots of lots that left are used again
    bonds: Records  # [slot * bonds + memory]  tool, or NONE
    timers: Records  # [slot * timers + timer]
    tools: Records  # [tool]
    lines: Records  # [group]
    crowds: Records  # [family]
    comings: Records  # [slot]  empty: no group looks ahead
    stretches: Records  # [window]
    queues: Records  # [family * ranks + rank]
    free_tools: Records  # [tool]  a ring for each group
    touched: Records  # [group]  a list of groups
    upkeeps: Records  # [tool x plan]
    entries: Records  # [stream]
    stores: Records  # [stock]
    tallies: Records  # [product]


STATE_TABLES: dict[str, np.dtype[Any]] = {
    "now": NOW,
    "lots": LOT,
    "bonds": BOND,
    "timers": TIMER,
    "tools": TOOL,
    "lines": LINE,
    "crowds": CROWD,
    "comings": COMING,
    "stretches": STRETCH,
    "queues": QUEUE,
    "free_tools": FREE_TOOL,
    "touched": TOUCHED,
    "upkeeps": UPKEEP,
    "entries": ENTRY,
    "stores": STORE,
    "tallies": TALLY,
}
