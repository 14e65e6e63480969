"""How long a tool works on what is inside it, alone or as a cascade, and how that is interrupted.

A cascading tool is two slots in a row. A carrier (or a whole lot, where the step counts by lots)
spends its interval in the first slot and the rest of its process time in the second. A whole lot
waits in the first while the second is taken; of carriers, the second holds as many as come. So the
lots behind each other overlap, and two may be inside.
"""

from numpy import int64

from fabstack.arrays.types import NONE, Basis, Does, Draw, ToolState
from fabstack.simulate.kernel_ahead import all_decide_again
from fabstack.simulate.kernel_calendar import plan_event, planned_does, withdraw
from fabstack.simulate.kernel_chance import drawn, lot_draw
from fabstack.simulate.kernel_choice import change_setup
from fabstack.simulate.kernel_compile import compiled, inlined
from fabstack.simulate.kernel_free import put_free_tool, withdraw_free_tool
from fabstack.simulate.kernel_nodes import node_of
from fabstack.simulate.kernel_statistics import change_state
from fabstack.simulate.kernel_tables import (
    facts_of,
    group_at,
    lot_at,
    now_of,
    planned_at,
    step_at,
    tool_at,
)

# --- One job at a time --------------------------------------------------------------------------


@inlined
def begin_job(world, tool_id, lead, carriers):
    """A tool works on the lots that were put on it."""
    tool, now_min, step = tool_at(world, tool_id), now_of(world).now_min, step_at(world, lead.step)
    change_state(tool, now_min, ToolState.PRODUCTIVE)
    minutes = job_min(world, step, lead, carriers)
    if step.setup != 0:
        setup_min = change_setup(world, tool, step)
        book_setup(tool, now_min, setup_min)
        minutes += setup_min
    run_for(world, tool_id, minutes)


@inlined
def job_min(world, step, lead, carriers):
    """How long a job takes, setup apart: one draw, keyed by the lot that leads it."""
    process_min = drawn(world, step.process, lead.key, lot_draw(Draw.PROCESS, lead, step))
    if step.basis == Basis.CARRIER:
        process_min = all_carriers_min(step, process_min, carriers)
    return process_min + group_at(world, step.group).handling_min


@inlined
def all_carriers_min(step, process_min, carriers):
    if step.interval_min < 0.0:
        return process_min * carriers
    return process_min + step.interval_min * (carriers - 1)


@inlined
def run_for(world, tool_id, minutes):
    """Run the job for so many minutes, or until the tool wears out."""
    tool, now_min = tool_at(world, tool_id), now_of(world).now_min
    if group_at(world, tool.group).wears and minutes > fit_min(tool, now_min):
        tool.remaining_min = minutes - fit_min(tool, now_min)
        plan_event(world, tool_id, now_min + fit_min(tool, now_min), Does.TOOL_WEARS_OUT)
    else:
        plan_event(world, tool_id, now_min + minutes, Does.JOB_ENDS)


@compiled
def fit_min(tool, now_min):
    """How long the tool can work before it wears out."""
    return max(tool.wears_out_at_min - worked_min(tool), 0.0)


@compiled
def worked_min(tool):
    """Minutes with a job, changes of setup included."""
    return tool.minutes[ToolState.PRODUCTIVE] + tool.minutes[ToolState.SETUP]


@compiled
def book_setup(tool, begins_min, setup_min):
    """Count some of the minutes of a job as setup (the change ends at `setup_ends_min`)."""
    tool.minutes[ToolState.PRODUCTIVE] -= setup_min
    tool.minutes[ToolState.SETUP] += setup_min
    tool.setup_ends_min = begins_min + setup_min


# --- Cascades -----------------------------------------------------------------------------------


@inlined
def enter_cascade(world, tool_id, lot_id):
    """A lot joins what is inside, and leaves when its last carrier is through both slots."""
    tool, lot, node = tool_at(world, tool_id), lot_at(world, lot_id), node_of(world, lot_id)
    step, now_min = step_at(world, lot.step), now_of(world).now_min
    group = group_at(world, step.group)
    if tool.lots == 0:
        change_state(tool, now_min, ToolState.PRODUCTIVE)
        tool.first_lot = node
    else:
        tool.second_lot = node
    tool.lots += 1
    lot.tool = tool_id
    load(tool, now_min, group.load_min, setup_in_cascade(world, tool, step, now_min))
    pass_slots(world, tool, lot, step)
    leaves_min = tool.second_slot_min + group.handling_min - group.load_min
    plan_event(world, node, leaves_min, Does.LOT_LEAVES_CASCADE)


@inlined
def setup_in_cascade(world, tool, step, now_min):
    """Change the setup beside the lot ahead; returns how long that takes."""
    if step.setup == 0:
        return 0.0
    setup_min = change_setup(world, tool, step)
    if setup_min > 0.0:
        book_setup(tool, max(now_min, tool.loaded_min), setup_min)
    return setup_min


@inlined
def load(tool, now_min, load_min, setup_min):
    """Setup and load of a lot come after those of the lot ahead, beside its process."""
    tool.loaded_min = max(now_min, tool.loaded_min) + setup_min + load_min


@inlined
def pass_slots(world, tool, lot, step):
    """When the slots fall free behind the last carrier of a lot.

    The first carrier enters when the lot is loaded and the first slot is free (where the rule looks
    at setups, both are), and leaves it after its interval; all others follow at the interval. The
    last comes out an interval behind the lot ahead at the earliest. A whole lot leaves the first
    slot when the second is free.
    """
    process_min = drawn(world, step.process, lot.key, lot_draw(Draw.PROCESS, lot, step))
    interval_min = step.interval_min if step.interval_min >= 0.0 else process_min
    rest_min = max(process_min - interval_min, 0.0)
    is_by_carrier = step.basis == Basis.CARRIER
    units = lot.carriers if is_by_carrier else 1
    is_serial = group_at(world, step.group).is_serial
    free_min = tool.second_slot_min if is_serial else tool.first_slot_min
    enters_min = max(tool.loaded_min, free_min)
    passes_min, out_min = enters_min + interval_min, tool.second_slot_min + interval_min
    if not is_by_carrier:
        passes_min, out_min = max(passes_min, tool.second_slot_min), 0.0
    tool.first_slot_min = passes_min + (units - 1) * interval_min
    tool.second_slot_min = max(tool.first_slot_min + rest_min, out_min)


@inlined
def take_more_in_time(world, tool_id):
    """A cascade with one lot takes the next in time to have it loaded when the first slot is free.

    Where setups change, it takes it as soon as the first is loaded, to change beside its process.
    """
    tool = tool_at(world, tool_id)
    group, now_min = group_at(world, tool.group), now_of(world).now_min
    if tool.due or tool.is_leaving:
        return
    at_min = tool.loaded_min if group.is_eager else tool.first_slot_min - group.load_min
    if at_min <= now_min:
        put_free_tool(world, tool_id)
    else:
        tool.takes_more = 1
        plan_event(world, tool_id, at_min, Does.TOOL_TAKES_MORE)


@compiled
def take_no_more(world, tool_id):
    """A tool finishes what is inside and takes nothing new."""
    tool = tool_at(world, tool_id)
    if tool.is_free:
        withdraw_free_tool(world, tool_id)
    elif tool.takes_more:
        tool.takes_more = 0
        withdraw(world, tool_id)


# --- Interruptions ------------------------------------------------------------------------------


@compiled
def suspend(world, tool_id):
    """The running job stops and keeps what is left of it."""
    tool = tool_at(world, tool_id)
    tool.is_suspended = 1
    tool.stopped_min = now_of(world).now_min
    if group_at(world, tool.group).cascades:
        take_no_more(world, tool_id)
        withdraw(world, int64(tool.first_lot))
        if tool.second_lot != NONE:
            withdraw(world, int64(tool.second_lot))
    else:
        would_wear_out = planned_does(world, tool_id) == Does.TOOL_WEARS_OUT
        left_min = withdraw(world, tool_id) - tool.stopped_min
        tool.remaining_min = left_min + tool.remaining_min if would_wear_out else left_min
    if facts_of(world).looks_ahead:
        all_decide_again(world, tool_id)


@compiled
def resume(world, tool_id):
    """The job goes on where it stopped."""
    tool, now_min = tool_at(world, tool_id), now_of(world).now_min
    pause_min = now_min - tool.stopped_min
    tool.is_suspended = 0
    tool.setup_ends_min += pause_min
    change_state(tool, now_min, ToolState.PRODUCTIVE)
    if group_at(world, tool.group).cascades:
        move_on(world, tool_id, pause_min)
    else:
        run_for(world, tool_id, tool.remaining_min)
    if facts_of(world).looks_ahead:
        all_decide_again(world, tool_id)


@compiled
def move_on(world, tool_id, pause_min):
    """All that is inside a cascade is later by the pause."""
    tool = tool_at(world, tool_id)
    tool.first_slot_min += pause_min
    tool.second_slot_min += pause_min
    tool.loaded_min += pause_min
    leave_later(world, int64(tool.first_lot), pause_min)
    if tool.second_lot != NONE:
        leave_later(world, int64(tool.second_lot), pause_min)
    else:
        take_more_in_time(world, tool_id)


@compiled
def leave_later(world, node, pause_min):
    leaves_min = planned_at(world, node).time_min + pause_min
    plan_event(world, node, leaves_min, Does.LOT_LEAVES_CASCADE)
