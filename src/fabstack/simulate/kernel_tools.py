"""Jobs: a free tool takes waiting lots, works on them, and lets them go on."""

from numpy import int64

from fabstack.arrays.types import NONE, Kind, Saw, ToolState
from fabstack.simulate.kernel_calendar import more_happens_at
from fabstack.simulate.kernel_choice import best_pair, lead_to_run
from fabstack.simulate.kernel_compile import compiled, inlined
from fabstack.simulate.kernel_free import put_free_tool, take_free_tool, take_tool_at, touch
from fabstack.simulate.kernel_lots import lot_arrives, lot_goes_on
from fabstack.simulate.kernel_nodes import family_of, lot_of, node_of
from fabstack.simulate.kernel_queue import (
    ANY,
    await_batch,
    find_first,
    first_place,
    leave_line,
    number_arrival,
    place_of,
)
from fabstack.simulate.kernel_roads import vehicle_is_free
from fabstack.simulate.kernel_statistics import age_line, change_state, see_lot
from fabstack.simulate.kernel_stops import call_for_maintenance, is_fit, turn_to_next
from fabstack.simulate.kernel_tables import (
    facts_of,
    family_at,
    group_at,
    line_at,
    link_at,
    lot_at,
    now_of,
    step_at,
    tool_at,
)
from fabstack.simulate.kernel_windows import lot_starts
from fabstack.simulate.kernel_work import begin_job, enter_cascade, take_more_in_time

# --- Who works on what --------------------------------------------------------------------------


@inlined
def look_for_work(world, group_id):
    """Free tools of the group take what waits, until either is at an end."""
    line, group = line_at(world, group_id), group_at(world, group_id)
    while line.free > line.expected and line.waiting > 0:
        if group.kind == Kind.PLAIN:
            start_next(world, group, group_id)
        elif group.kind == Kind.BATCHING:
            if not start_batch(world, group_id):
                return
        elif group.kind == Kind.CHOOSY:
            if not start_pair(world, group_id):
                return
        elif not start_answer(world, group_id):
            return


# --- At once ------------------------------------------------------------------------------------
#
# Most lots meet a tool when nothing else happens at that minute and nobody else is to be seen.
# Then they start without a turn through waiting line and ring; what follows is the same.


@inlined
def lot_comes(world, lot_id):
    """A lot comes off the road; a free tool takes it at once if nothing else is to be seen."""
    lot = lot_at(world, lot_id)
    step = step_at(world, lot.step)
    group_id = int64(step.group)
    line = line_at(world, group_id)
    if facts_of(world).vehicles > 0:
        vehicle_is_free(world)
    line.expected -= lot.reserves
    if lot.reserves and line.free > 0 and line.waiting > 0:
        touch(world, group_id)  # even if the lot is held
    is_free = line.free > line.expected and line.waiting == 0 and not step.is_watched
    if is_free and is_simple(world, group_id, line):
        lot.since_min = now_of(world).now_min
        lot.work_left_min = step.work_left_min
        number_arrival(world, lot)
        age_line(line, lot.since_min)
        line.inside += 1
        line.lots_started += 1
        see_lot(world, lot, NONE, Saw.QUEUED)
        start_at_once(world, take_free_tool(world, group_id, lot), lot_id)
    else:
        lot_arrives(world, lot_id)


@inlined
def tool_takes_more(world, tool_id):
    """It is time for a cascade to take its next lot."""
    tool_at(world, tool_id).takes_more = 0
    if not takes_next(world, tool_id):
        put_free_tool(world, tool_id)


@inlined
def takes_next(world, tool_id):
    """A tool takes the next lot at once if nothing else is to be seen; says whether it does."""
    group_id = int64(tool_at(world, tool_id).group)
    line = line_at(world, group_id)
    if line.free > 0 or line.waiting == 0 or line.expected > 0:
        return False
    if not is_simple(world, group_id, line):
        return False
    group = group_at(world, group_id)
    place = first_place(world, group, int64(group.first_family), ANY)
    start_at_once(world, tool_id, leave_line(world, place))
    return True


@inlined
def is_simple(world, group_id, line):
    """Whether any tool of the group takes any lot, and nothing else happens at this minute."""
    return (
        group_at(world, group_id).kind == Kind.PLAIN
        and not line.is_touched
        and not more_happens_at(world, now_of(world).now_min)
    )


@inlined
def start_at_once(world, tool_id, lot_id):
    """The loop starts this lot on this tool when the event is over."""
    now = now_of(world)
    now.start_tool = tool_id
    now.start_lot = lot_id


# --- By choice ----------------------------------------------------------------------------------


@compiled
def start_next(world, group, group_id):
    """The most urgent lot goes to a free tool."""
    place = first_place(world, group, int64(group.first_family), ANY)
    lot_id = leave_line(world, place)
    start_single(world, take_free_tool(world, group_id, lot_at(world, lot_id)), lot_id)


@compiled
def start_batch(world, group_id):
    """The most urgent batch goes to a free tool; says whether there was one."""
    lead = lead_to_run(world, group_id)
    if lead.node == NONE:
        return False
    lead_id = leave_line(world, lead)
    tool_id = take_free_tool(world, group_id, lot_at(world, lead_id))
    start_lots(world, tool_id, lead_id, lead.family)
    return True


@compiled
def start_pair(world, group_id):
    """The most urgent lot that a free tool may take goes to it; says whether there was one."""
    pair = best_pair(world, group_id)
    if pair.tool == NONE:
        return False
    lead_id = leave_line(world, pair.place)
    start_lots(world, take_tool_at(world, group_id, pair.free), lead_id, pair.place.family)
    return True


@compiled
def start_answer(world, group_id):
    """The lot that the caller has chosen goes to a free tool; asks, and says so, if it has not."""
    now, line = now_of(world), line_at(world, group_id)
    if line.waiting == 1:
        place = lead_to_run(world, group_id)
    elif now.answer == NONE:
        now.asked = group_id
        return False
    else:
        family_id = family_of(world, lot_of(world, now.answer))
        place = place_of(world, family_id, now.answer)
        now.asked = NONE
        now.answer = NONE
    lot_id = leave_line(world, place)
    start_single(world, take_free_tool(world, group_id, lot_at(world, lot_id)), lot_id)
    return True


# --- Starting -----------------------------------------------------------------------------------


@compiled
def start_single(world, tool_id, lot_id):
    """As `start_lot`, where a call more does not count."""
    start_lot(world, tool_id, lot_id)


@compiled
def start_lots(world, tool_id, lead_id, family_id):
    """A lot starts on a tool, and more of its family as long as they fit."""
    most = family_at(world, family_id).most_carriers
    if most == 0:
        start_single(world, tool_id, lead_id)
    else:
        fill_batch(world, tool_id, lead_id, family_id, most)


@inlined
def start_lot(world, tool_id, lot_id):
    """A single lot starts on a tool."""
    lot, tool = lot_at(world, lot_id), tool_at(world, tool_id)
    cascades = group_at(world, tool.group).cascades
    if cascades:
        see_start(world, tool_id, lot_id)
        enter_cascade(world, tool_id, lot_id)
    else:
        load_lead(world, tool_id, lot_id)
        begin_job(world, tool_id, lot, lot.carriers)
    count_carriers(world, tool_id, lot.carriers)
    if cascades and tool.lots == 1:
        take_more_in_time(world, tool_id)


@compiled
def fill_batch(world, tool_id, lead_id, family_id, most):
    """Add the most urgent lots that fit to the one that leads, and start."""
    lead, group = lot_at(world, lead_id), group_at(world, family_at(world, family_id).group)
    carriers, last = load_lead(world, tool_id, lead_id), node_of(world, lead_id)
    while carriers < most:
        place = find_first(world, group, family_id, most - carriers)
        if place.node == NONE:
            break
        carriers += load_next(world, tool_id, leave_line(world, place), last)
        last = place.node
    await_batch(world, family_id)
    begin_job(world, tool_id, lead, carriers)
    count_carriers(world, tool_id, carriers)


@compiled
def load_lead(world, tool_id, lot_id):
    tool, node = tool_at(world, tool_id), node_of(world, lot_id)
    tool.first_lot = node
    tool.lots = 0
    return put_on(world, tool_id, lot_id)


@compiled
def load_next(world, tool_id, lot_id, last):
    link_at(world, last).behind = node_of(world, lot_id)
    return put_on(world, tool_id, lot_id)


@compiled
def put_on(world, tool_id, lot_id):
    """A lot becomes the last of a job; returns its carriers."""
    tool_at(world, tool_id).lots += 1
    link_at(world, node_of(world, lot_id)).behind = NONE
    see_start(world, tool_id, lot_id)
    return int64(lot_at(world, lot_id).carriers)


@inlined
def see_start(world, tool_id, lot_id):
    """A lot starts on a tool: bonds, windows and the log hear of it."""
    lot = lot_at(world, lot_id)
    step = step_at(world, lot.step)
    if step.is_bound or step.is_watched:
        lot_starts(world, tool_id, lot_id)
    see_lot(world, lot, tool_id, Saw.STARTED)


@inlined
def count_carriers(world, tool_id, carriers):
    tool = tool_at(world, tool_id)
    tool.carriers += carriers
    if tool.carriers >= tool.maintained_at_carriers:
        call_for_maintenance(world, tool_id)


# --- Ending -------------------------------------------------------------------------------------


@inlined
def job_ends(world, tool_id):
    """The lots of a job go on, and the tool turns to what is next."""
    tool = tool_at(world, tool_id)
    count_job(world, tool, tool.lots)
    node = int64(tool.first_lot)
    tool.first_lot = NONE
    while node != NONE:
        following = int64(link_at(world, node).behind)
        end_step(world, tool_id, lot_of(world, node))
        node = following
    turn(world, tool_id)


@inlined
def turn(world, tool_id):
    """A tool that is empty takes the next lot, or turns to what is due."""
    tool = tool_at(world, tool_id)
    if tool.is_free or not is_fit(tool) or not takes_next(world, tool_id):
        change_state(tool, now_of(world).now_min, ToolState.STANDBY)
        turn_to_next(world, tool_id)


@inlined
def lot_leaves_cascade(world, lot_id):
    """The first lot inside goes on; the tool takes the next, or if empty turns to what is due."""
    tool_id = int64(lot_at(world, lot_id).tool)
    tool = tool_at(world, tool_id)
    tool.lots -= 1
    tool.first_lot = tool.second_lot
    tool.second_lot = NONE
    count_job(world, tool, 1)
    end_step(world, tool_id, lot_id)
    line = line_at(world, tool.group)
    if tool.lots == 0 and line.free > 0 and line.waiting > 0:
        touch(world, int64(tool.group))  # who waits may have come too early for a change
    if tool.lots > 0:
        take_more_in_time(world, tool_id)
    else:
        turn(world, tool_id)


@inlined
def end_step(world, tool_id, lot_id):
    lot = lot_at(world, lot_id)
    line_at(world, tool_at(world, tool_id).group).carriers_ended += lot.carriers
    see_lot(world, lot, tool_id, Saw.ENDED)
    lot_goes_on(world, lot_id)


@compiled
def count_job(world, tool, lots):
    now, line = now_of(world), line_at(world, tool.group)
    age_line(line, now.now_min)
    line.inside -= lots
    line.lots_ended += lots
    line.jobs += 1
    now.steps_done += lots
