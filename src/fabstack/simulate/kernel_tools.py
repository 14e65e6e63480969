"""The life of a tool: jobs, and the stops between and within them.

A stop is anything that keeps a tool from working: a breakdown, a maintenance, an engineering run, a
closed plant. What tells them apart is what brings them about, whether they interrupt the running
job, and which E10 state their minutes count as. Stops of a tool never overlap: one that falls due
during another begins when that one is over. One that falls due twice before it begins is one.
"""

from numpy import int64

from fabstack.arrays.types import NEVER, NONE, Basis, Clock, Does, Draw, Saw, ToolState
from fabstack.simulate.kernel_calendar import (
    plan_event,
    plan_rare_event,
    planned_does,
    withdraw,
)
from fabstack.simulate.kernel_chance import drawn, lot_draw, numbered
from fabstack.simulate.kernel_compile import compiled, inlined
from fabstack.simulate.kernel_lots import lot_goes_on
from fabstack.simulate.kernel_queue import (
    ANY,
    family_to_run,
    first_place,
    leave_line,
    lot_of,
    node_of,
    put_free_tool,
    take_free_tool,
    withdraw_free_tool,
)
from fabstack.simulate.kernel_statistics import age_line, change_state, see_lot, see_tool
from fabstack.simulate.kernel_tables import (
    family_at,
    fixture_at,
    group_at,
    line_at,
    link_at,
    lot_at,
    now_of,
    plan_at,
    step_at,
    tool_at,
    upkeep_at,
)

FIRST = int64(0)

# --- Jobs ---------------------------------------------------------------------------------------


@inlined
def look_for_work(world, group_id):
    """Free tools of the group take what waits, until either is at an end."""
    line = line_at(world, group_id)
    while line.free > 0 and line.waiting > 0:
        family_id = family_to_run(world, group_id)
        if family_id == NONE:
            return
        start_job(world, group_id, family_id)


@inlined
def start_job(world, group_id, family_id):
    """A free tool takes the most urgent lot of a family, and more as long as they fit."""
    rule, most = group_at(world, group_id).rule, family_at(world, family_id).most_carriers
    lead_id = leave_line(world, first_place(world, rule, family_id, ANY))
    lead = lot_at(world, lead_id)
    tool_id = take_free_tool(world, group_id, lead)
    carriers = load_lead(world, tool_id, lead_id)
    last = node_of(world, lead_id)
    while carriers < most:
        place = first_place(world, rule, family_id, most - carriers)
        if place.node == NONE:
            break
        carriers += load_next(world, tool_id, leave_line(world, place), last)
        last = place.node
    begin_job(world, tool_id, lead, carriers)


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
    lot = lot_at(world, lot_id)
    tool_at(world, tool_id).lots += 1
    link_at(world, node_of(world, lot_id)).behind = NONE
    see_lot(world, lot, tool_id, Saw.STARTED)
    return int64(lot.carriers)


@inlined
def begin_job(world, tool_id, lead, carriers):
    tool, now_min = tool_at(world, tool_id), now_of(world).now_min
    change_state(tool, now_min, ToolState.PRODUCTIVE)
    tool.carriers += carriers
    if tool.carriers >= tool.maintained_at_carriers:
        call_for_maintenance(world, tool_id)
    run_for(world, tool_id, job_min(world, lead, carriers))


@inlined
def job_min(world, lead, carriers):
    """How long a job takes: one draw, keyed by the lot that leads it."""
    step = step_at(world, lead.step)
    process_min = drawn(world, step.process, lead.key, lot_draw(Draw.PROCESS, lead, step))
    if step.basis == Basis.CARRIER:
        process_min *= carriers
    return process_min + group_at(world, step.group).handling_min


@inlined
def run_for(world, tool_id, minutes):
    """Run the job for so many minutes, or until the tool wears out."""
    tool, now_min = tool_at(world, tool_id), now_of(world).now_min
    if group_at(world, tool.group).wears and minutes > fit_min(tool):
        tool.remaining_min = minutes - fit_min(tool)
        plan_event(world, tool_id, now_min + fit_min(tool), Does.TOOL_WEARS_OUT)
    else:
        plan_event(world, tool_id, now_min + minutes, Does.JOB_ENDS)


@compiled
def fit_min(tool):
    """How long the tool can work before it wears out."""
    return tool.wears_out_at_min - tool.minutes[ToolState.PRODUCTIVE]


@inlined
def job_ends(world, tool_id):
    """The lots of a job go on, and the tool turns to what is next."""
    tool = tool_at(world, tool_id)
    change_state(tool, now_of(world).now_min, ToolState.STANDBY)
    count_job(world, tool)
    node = int64(tool.first_lot)
    tool.first_lot = NONE
    while node != NONE:
        following = int64(link_at(world, node).behind)
        lot_id = lot_of(world, node)
        lot = lot_at(world, lot_id)
        line_at(world, tool.group).carriers_ended += lot.carriers
        see_lot(world, lot, tool_id, Saw.ENDED)
        lot_goes_on(world, lot_id)
        node = following
    turn_to_next(world, tool_id)


@compiled
def count_job(world, tool):
    now, line = now_of(world), line_at(world, tool.group)
    age_line(line, now.now_min)
    line.inside -= tool.lots
    line.lots_ended += tool.lots
    line.jobs += 1
    now.steps_done += tool.lots


# --- What a tool does next ----------------------------------------------------------------------


@inlined
def turn_to_next(world, tool_id):
    """A tool that neither runs nor stops: breakdowns first, then its job, maintenance, new work."""
    tool = tool_at(world, tool_id)
    if interrupts(world, tool):
        begin_stop(world, tool_id)
    elif tool.is_suspended:
        resume(world, tool_id)
    elif tool.due:
        begin_stop(world, tool_id)
    elif tool.is_leaving:
        change_state(tool, now_of(world).now_min, ToolState.AWAY)
    else:
        put_free_tool(world, tool_id)


@compiled
def interrupts(world, tool):
    """Whether something is due that does not wait for the running job."""
    return tool.due & group_at(world, tool.group).interrupting != 0


@compiled
def resume(world, tool_id):
    tool = tool_at(world, tool_id)
    tool.is_suspended = 0
    change_state(tool, now_of(world).now_min, ToolState.PRODUCTIVE)
    run_for(world, tool_id, tool.remaining_min)


@compiled
def suspend(world, tool_id):
    """The running job stops and keeps what is left of it."""
    tool = tool_at(world, tool_id)
    would_wear_out = planned_does(world, tool_id) == Does.TOOL_WEARS_OUT
    left_min = withdraw(world, tool_id) - now_of(world).now_min
    tool.remaining_min = left_min + tool.remaining_min if would_wear_out else left_min
    tool.is_suspended = 1


# --- Stops --------------------------------------------------------------------------------------


@compiled
def stop_falls_due(world, upkeep_id):
    """A stop is due; an idle tool takes it at once, a busy one if it interrupts."""
    upkeep = upkeep_at(world, upkeep_id)
    plan = plan_at(world, upkeep.plan)
    mark_due(world, upkeep.tool, upkeep.plan)
    if plan.clock == Clock.GRID:
        upkeep.times += 1
        expect_stop(world, upkeep_id)
    give_way(world, upkeep.tool)


@compiled
def mark_due(world, tool_id, plan_id):
    tool = tool_at(world, tool_id)
    tool.due |= 1 << (plan_id - group_at(world, tool.group).first_plan)


@compiled
def give_way(world, tool_id):
    """Begin a stop that is due, if the tool can stop now."""
    tool = tool_at(world, tool_id)
    if tool.state == ToolState.STANDBY:
        withdraw_free_tool(world, tool_id)
        begin_stop(world, tool_id)
    elif tool.state == ToolState.PRODUCTIVE and interrupts(world, tool):
        suspend(world, tool_id)
        begin_stop(world, tool_id)


@compiled
def begin_stop(world, tool_id):
    """The tool stops for what is due: what interrupts first, then in the order of the plans."""
    tool, now_min = tool_at(world, tool_id), now_of(world).now_min
    tool.stop = most_pressing(tool.due, group_at(world, tool.group).interrupting)
    tool.due &= ~(1 << int64(tool.stop))
    upkeep_id = upkeep_of(world, tool_id, int64(tool.stop))
    upkeep = upkeep_at(world, upkeep_id)
    plan = plan_at(world, upkeep.plan)
    if plan.clock == Clock.CARRIERS:
        upkeep.times += 1
        upkeep.due_at = tool.carriers + until_next(world, upkeep_id)
        set_next_maintenance(world, tool_id)
    change_state(tool, now_min, plan.state)
    see_tool(world, tool_id, upkeep.plan, Saw.STOPPED)
    number = numbered(Draw.STOP_LENGTH, FIRST, upkeep.stops)
    upkeep.stops += 1
    length_min = drawn(world, plan.length, upkeep.key, number)
    plan_event(world, tool_id, now_min + length_min, Does.STOP_ENDS)


@compiled
def most_pressing(due, interrupting):
    candidates = due & interrupting if due & interrupting else due
    place = FIRST
    while not candidates & (1 << place):
        place += 1
    return place


@compiled
def upkeep_of(world, tool_id, place):
    return fixture_at(world, tool_id).first_upkeep + place


@compiled
def stop_ends(world, tool_id):
    """The tool is fit again."""
    tool, now_min = tool_at(world, tool_id), now_of(world).now_min
    upkeep_id = upkeep_of(world, tool_id, int64(tool.stop))
    upkeep = upkeep_at(world, upkeep_id)
    clock = plan_at(world, upkeep.plan).clock
    change_state(tool, now_min, ToolState.STANDBY)
    see_tool(world, tool_id, upkeep.plan, Saw.WENT_ON)
    tool.stop = -1
    if clock == Clock.REPAIR:
        upkeep.times += 1
        expect_stop(world, upkeep_id)
    elif clock == Clock.BUSY:
        upkeep.times += 1
        upkeep.due_at = tool.minutes[ToolState.PRODUCTIVE] + until_next(world, upkeep_id)
        set_wear(world, tool_id)
    turn_to_next(world, tool_id)


@compiled
def tool_wears_out(world, tool_id):
    """What ages by work has aged enough; the job stops."""
    tool = tool_at(world, tool_id)
    upkeep_id = first_due(world, tool_id, Clock.BUSY)
    upkeep_at(world, upkeep_id).due_at = NEVER
    set_wear(world, tool_id)
    tool.is_suspended = 1
    mark_due(world, tool_id, upkeep_at(world, upkeep_id).plan)
    begin_stop(world, tool_id)


# --- The clocks of stops ------------------------------------------------------------------------


@compiled
def tool_comes(world, tool_id):
    """A tool is there from now on, and its clocks start."""
    tool, group = tool_at(world, tool_id), group_at(world, tool_at(world, tool_id).group)
    change_state(tool, now_of(world).now_min, ToolState.STANDBY)
    for plan in range(group.plans):
        start_clock(world, upkeep_of(world, tool_id, plan))
    set_next_maintenance(world, tool_id)
    set_wear(world, tool_id)
    put_free_tool(world, tool_id)


@compiled
def tool_goes(world, tool_id):
    """A tool is taken away, when it is through with what it does."""
    tool = tool_at(world, tool_id)
    tool.is_leaving = 1
    if tool.state == ToolState.STANDBY:
        withdraw_free_tool(world, tool_id)
        change_state(tool, now_of(world).now_min, ToolState.AWAY)


@compiled
def start_clock(world, upkeep_id):
    """The first stop of a tool, of which those of a staggered plan are spread over its group."""
    upkeep = upkeep_at(world, upkeep_id)
    plan, tool = plan_at(world, upkeep.plan), fixture_at(world, upkeep.tool)
    first = drawn(world, plan.first, upkeep.key, numbered(Draw.FIRST_STOP, FIRST, FIRST))
    if plan.staggered:
        first = first * tool.place / group_at(world, tool.group).tools
    upkeep.due_at = first
    if plan.clock == Clock.REPAIR or plan.clock == Clock.GRID:
        at_min = now_of(world).now_min + first
        plan_rare_event(world, upkeep_id, at_min, Does.STOP_FALLS_DUE)


@compiled
def expect_stop(world, upkeep_id):
    at_min = now_of(world).now_min + until_next(world, upkeep_id)
    plan_rare_event(world, upkeep_id, at_min, Does.STOP_FALLS_DUE)


@compiled
def until_next(world, upkeep_id):
    """Minutes or carriers to the next stop of a plan."""
    upkeep = upkeep_at(world, upkeep_id)
    number = numbered(Draw.BETWEEN_STOPS, FIRST, upkeep.times)
    return drawn(world, plan_at(world, upkeep.plan).between, upkeep.key, number)


@compiled
def call_for_maintenance(world, tool_id):
    """Mark every plan by carriers whose count is full; it begins when the job ends."""
    tool = tool_at(world, tool_id)
    for plan in range(group_at(world, tool.group).plans):
        upkeep = upkeep_at(world, upkeep_of(world, tool_id, plan))
        clock = plan_at(world, upkeep.plan).clock
        if clock == Clock.CARRIERS and tool.carriers >= upkeep.due_at:
            mark_due(world, tool_id, upkeep.plan)
            upkeep.due_at = NEVER
    set_next_maintenance(world, tool_id)


@compiled
def set_next_maintenance(world, tool_id):
    tool_at(world, tool_id).maintained_at_carriers = due_at(world, tool_id, Clock.CARRIERS)


@compiled
def set_wear(world, tool_id):
    tool_at(world, tool_id).wears_out_at_min = due_at(world, tool_id, Clock.BUSY)


@compiled
def due_at(world, tool_id, clock):
    upkeep_id = first_due(world, tool_id, clock)
    return NEVER if upkeep_id == NONE else upkeep_at(world, upkeep_id).due_at


@compiled
def first_due(world, tool_id, clock):
    """Which stop of this clock falls due first, or NONE."""
    best = NONE
    for plan in range(group_at(world, tool_at(world, tool_id).group).plans):
        upkeep_id = upkeep_of(world, tool_id, plan)
        if plan_at(world, upkeep_at(world, upkeep_id).plan).clock != clock:
            continue
        if best == NONE or upkeep_at(world, upkeep_id).due_at < upkeep_at(world, best).due_at:
            best = upkeep_id
    return best
