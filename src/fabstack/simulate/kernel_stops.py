"""What keeps a tool from working, and what it turns to next.

A stop is anything of that kind: a breakdown, a maintenance, an engineering run, a closed plant.
What tells them apart is what brings them about, whether they interrupt the running job, and which
E10 state their minutes count as. Stops of a tool never overlap: one that falls due during another
begins when that one is over. One that falls due twice before it begins is one.
"""

from numpy import int64

from fabstack.arrays.types import NEVER, NONE, Clock, Does, Draw, Saw, ToolState
from fabstack.simulate.kernel_calendar import plan_event, plan_rare_event
from fabstack.simulate.kernel_chance import drawn, numbered
from fabstack.simulate.kernel_compile import compiled, inlined
from fabstack.simulate.kernel_free import put_free_tool, withdraw_free_tool
from fabstack.simulate.kernel_queue import unbind_lots
from fabstack.simulate.kernel_statistics import change_state, see_tool
from fabstack.simulate.kernel_tables import (
    fixture_at,
    group_at,
    now_of,
    plan_at,
    tool_at,
    upkeep_at,
)
from fabstack.simulate.kernel_work import resume, suspend, take_no_more, worked_min

FIRST = int64(0)

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
    elif not tool.is_free:
        put_free_tool(world, tool_id)


@inlined
def is_fit(tool):
    """Whether nothing keeps a tool from new work."""
    return tool.due == 0 and not tool.is_suspended and not tool.is_leaving


@compiled
def interrupts(world, tool):
    """Whether something is due that does not wait for the running job."""
    return tool.due & group_at(world, tool.group).interrupting != 0


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
    """Begin a stop that is due, if the tool can stop now; otherwise it takes nothing new."""
    tool = tool_at(world, tool_id)
    if tool.state == ToolState.STANDBY:
        withdraw_free_tool(world, tool_id)
        begin_stop(world, tool_id)
    elif tool.state == ToolState.PRODUCTIVE and interrupts(world, tool):
        suspend(world, tool_id)
        begin_stop(world, tool_id)
    elif tool.state == ToolState.PRODUCTIVE:
        take_no_more(world, tool_id)


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
    """The first plan that is due, of those that interrupt if there are any."""
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
        upkeep.due_at = worked_min(tool) + until_next(world, upkeep_id)
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
    tool.stopped_min = now_of(world).now_min
    mark_due(world, tool_id, upkeep_at(world, upkeep_id).plan)
    begin_stop(world, tool_id)


# --- The clocks of stops ------------------------------------------------------------------------


@compiled
def tool_comes(world, tool_id):
    """A tool is there from now on, and its clocks start."""
    tool, group = tool_at(world, tool_id), group_at(world, tool_at(world, tool_id).group)
    tool.carriers = carriers_of_group(world, group)
    change_state(tool, now_of(world).now_min, ToolState.STANDBY)
    for plan in range(group.plans):
        start_clock(world, upkeep_of(world, tool_id, plan))
    set_next_maintenance(world, tool_id)
    set_wear(world, tool_id)
    put_free_tool(world, tool_id)


@compiled
def carriers_of_group(world, group):
    """What the tools that are there have started so far, on average."""
    total, tools = 0.0, 0
    for tool_id in range(group.first_tool, group.first_tool + group.tools):
        if tool_at(world, tool_id).state != ToolState.AWAY:
            total += tool_at(world, tool_id).carriers
            tools += 1
    return total / tools if tools > 0 else 0.0


@compiled
def tool_goes(world, tool_id):
    """A tool is taken away, when it is through with what it does."""
    tool = tool_at(world, tool_id)
    tool.is_leaving = 1
    unbind_lots(world, tool_id)
    take_no_more(world, tool_id)
    if tool.state == ToolState.STANDBY:
        change_state(tool, now_of(world).now_min, ToolState.AWAY)


@compiled
def start_clock(world, upkeep_id):
    """The first stop of a tool, of which those of a staggered plan are spread over its group."""
    upkeep = upkeep_at(world, upkeep_id)
    plan, tool = plan_at(world, upkeep.plan), fixture_at(world, upkeep.tool)
    first = drawn(world, plan.first, upkeep.key, numbered(Draw.FIRST_STOP, FIRST, FIRST))
    if plan.staggered:
        first = first * tool.place / group_at(world, tool.group).tools
    before = tool_at(world, upkeep.tool).carriers if plan.clock == Clock.CARRIERS else 0.0
    upkeep.due_at = first + before
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
