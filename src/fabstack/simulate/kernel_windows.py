"""Steps that are watched: they bind lots to tools, time them, or lead to tools that look ahead.

A window of limited queue time runs from the end of a step to the start of another. Where lots are
held, a lot is let into a window only if those inside it can be served in time by the tools at its
end. It counts as inside from then on; its timer says so once the first step starts (until then it
may still time the window before), and runs once that ends.
"""

from numpy import int64

from fabstack.arrays.types import NEVER, NONE, Late
from fabstack.simulate.kernel_ahead import expect_from_tool, stop_expecting
from fabstack.simulate.kernel_compile import compiled
from fabstack.simulate.kernel_nodes import lot_of, node_of
from fabstack.simulate.kernel_queue import lot_joins
from fabstack.simulate.kernel_routes import work_between
from fabstack.simulate.kernel_tables import (
    bond_at,
    facts_of,
    group_at,
    line_at,
    link_at,
    lot_at,
    now_of,
    step_at,
    stretch_at,
    timer_at,
    window_at,
)


@compiled
def lot_starts(world, tool_id, lot_id):
    """A lot starts a step that binds it to the tool, ends a window, or leads to who looks ahead."""
    lot = lot_at(world, lot_id)
    step = step_at(world, lot.step)
    if step.binds >= 0:
        bond_at(world, lot_id * facts_of(world).bonds + step.binds).tool = tool_id
    timers = facts_of(world).timers
    for row in range(lot_id * timers, (lot_id + 1) * timers):
        timer = timer_at(world, row)
        if timer.window != NONE and window_at(world, timer.window).to_step == lot.step:
            close_window(world, lot, timer)
    if facts_of(world).late_lots == Late.HELD and step.opens != NONE:
        timer = timer_at(world, lot_id * timers + window_at(world, step.opens).timer)
        timer.window = step.opens
        timer.deadline_min = NEVER
    if facts_of(world).looks_ahead:
        expect_from_tool(world, tool_id, lot_id)


@compiled
def watched_step_ends(world, lot_id, step):
    """The window that the step opens begins; the lot is in its tool no more."""
    if facts_of(world).looks_ahead:
        stop_expecting(world, lot_id)
    if step.opens != NONE:
        open_window(world, lot_id, int64(step.opens))


@compiled
def is_kept_out(world, lot_id):
    """A lot has come, and is held if it opens a window that would be too full."""
    if facts_of(world).looks_ahead:
        stop_expecting(world, lot_id)
    return is_held(world, lot_id)


# --- Windows of limited queue time --------------------------------------------------------------


@compiled
def open_window(world, lot_id, window_id):
    """From now on the lot should reach the last step of the window before a deadline."""
    window = window_at(world, window_id)
    timer = timer_at(world, lot_id * facts_of(world).timers + window.timer)
    timer.window = window_id
    timer.deadline_min = now_of(world).now_min + window.limit_min


@compiled
def close_window(world, lot, timer):
    """The last step of a window has started: enter it into the books, and mark who is late."""
    stretch = stretch_at(world, timer.window)
    late_min = now_of(world).now_min - timer.deadline_min
    if late_min > 0.0 and facts_of(world).late_lots >= Late.SCRAPPED:
        lot.is_late = 1
        lot.late_window = timer.window
    end_timer(world, timer)
    stretch.closed += 1
    if late_min > 0.0:
        stretch.late += 1
        stretch.late_min += late_min
        stretch.late_by_1h += late_min > 60.0
        stretch.late_by_2h += late_min > 120.0
        stretch.late_by_4h += late_min > 240.0


@compiled
def end_timer(world, timer):
    """A window is over; where lots are held, those that fit now are let in."""
    group_id = int64(step_at(world, window_at(world, timer.window).to_step).group)
    timer.window = NONE
    if facts_of(world).late_lots == Late.HELD:
        line_at(world, group_id).in_windows -= 1
        let_in(world, group_id)


@compiled
def leave_windows(world, lot_id, step_id):
    """The windows that end before a step are over for a lot."""
    timers = facts_of(world).timers
    for row in range(lot_id * timers, (lot_id + 1) * timers):
        timer = timer_at(world, row)
        if timer.window != NONE and window_at(world, timer.window).to_step < step_id:
            end_timer(world, timer)


# --- Lots that are held -------------------------------------------------------------------------


@compiled
def is_held(world, lot_id):
    """Hold a lot that would come too late; otherwise it counts as inside its window."""
    step = step_at(world, lot_at(world, lot_id).step)
    if facts_of(world).late_lots != Late.HELD or step.opens == NONE:
        return False
    group_id = int64(step_at(world, window_at(world, step.opens).to_step).group)
    line = line_at(world, group_id)
    if line.first_held == NONE and has_room(world, int64(step.opens)):
        line.in_windows += 1
        return False
    node = node_of(world, lot_id)
    link_at(world, node).behind = NONE
    if line.first_held == NONE:
        line.first_held = node
    else:
        link_at(world, int64(line.last_held)).behind = node
    line.last_held = node
    return True


@compiled
def has_room(world, window_id):
    """Whether one more lot would reach the end of a window in time behind those inside."""
    window = window_at(world, window_id)
    group_id = int64(step_at(world, window.to_step).group)
    job_min = work_between(world, window.to_step, window.to_step + 1)
    tools = max(1, group_at(world, group_id).tools)
    inside = line_at(world, group_id).in_windows
    return inside * job_min / tools <= window.limit_min


@compiled
def let_in(world, group_id):
    """Let in those who are held for as long as there is room, first come first served."""
    line = line_at(world, group_id)
    while line.first_held != NONE:
        node = int64(line.first_held)
        lot_id = lot_of(world, node)
        window_id = int64(step_at(world, lot_at(world, lot_id).step).opens)
        if not has_room(world, window_id):
            return
        line.first_held = link_at(world, node).behind
        line.in_windows += 1
        lot_joins(world, lot_id)
