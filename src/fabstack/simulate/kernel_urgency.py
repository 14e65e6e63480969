"""What the keys of a dispatch rule look at; the smaller value goes first."""

from numpy import int64

from fabstack.arrays.types import NEVER, NONE, Key
from fabstack.simulate.kernel_compile import compiled, inlined
from fabstack.simulate.kernel_nodes import family_of, lot_of
from fabstack.simulate.kernel_routes import work_between
from fabstack.simulate.kernel_tables import (
    call_own,
    crowd_at,
    facts_of,
    group_at,
    line_at,
    lot_at,
    now_of,
    own_rule_at,
    step_at,
    timer_at,
    window_at,
)


@inlined
def urgency(world, group, key, node):
    """What one key of a rule looks at; the smaller goes first."""
    lot = lot_at(world, lot_of(world, node))
    if key == Key.CRITICAL_RATIO:
        return critical_ratio(lot, now_of(world).now_min)
    return other_urgency(world, group, key, lot_of(world, node))


@inlined
def critical_ratio(lot, now_min):
    """Time to the due date over the work that is left; 0 at the last step, where none is left."""
    if lot.work_left_min <= 0.0:
        return 0.0
    return (lot.due_min - now_min) / lot.work_left_min


@compiled
def other_urgency(world, group, key, lot_id):
    """The keys that are not asked at every choice of a common rule."""
    lot = lot_at(world, lot_id)
    if key == Key.EARLIEST_DUE_DATE:
        return lot.due_min
    if key == Key.LEAST_SLACK:
        return lot.due_min - lot.work_left_min
    if key == Key.FIFO:
        return float(lot.arrival)
    if key == Key.PRIORITY:
        return float(lot.rank)
    if key == Key.OWN:
        return call_own(own_rule_at(world, group.own_rule).address, world, lot_id)
    if key == Key.FULLEST_BATCH:
        return -float(crowd_at(world, family_of(world, lot_id)).carriers)
    step = step_at(world, lot.step)
    if key == Key.SHORTEST_PROCESS:
        return step.process.mean_min
    if key == Key.SHORTEST_REMAINING:
        return step.process.mean_min + lot.work_left_min
    if key == Key.NEXT_QUEUE:
        return next_queue(world, lot, step)
    return window_urgency(world, key, lot_id)


@compiled
def next_queue(world, lot, step):
    """Lots that wait for the next step, for each tool there; none behind the last step."""
    if step.is_last:
        return 0.0
    group_id = int64(step_at(world, int64(lot.step) + 1).group)
    return line_at(world, group_id).waiting / max(1, group_at(world, group_id).tools)


# --- Limited queue times ------------------------------------------------------------------------


@compiled
def window_urgency(world, key, lot_id):
    """Of the open window that presses most; lots without one go last."""
    timers, least = facts_of(world).timers, NEVER
    for row in range(lot_id * timers, (lot_id + 1) * timers):
        timer = timer_at(world, row)
        if timer.window != NONE:
            if key == Key.QUEUE_TIME_RATIO:
                least = min(least, time_ratio(world, timer, lot_at(world, lot_id)))
            else:
                least = min(least, latest_start(world, timer, lot_at(world, lot_id)))
    return least


@compiled
def time_ratio(world, timer, lot):
    """Time left over the work up to the end of the window; once late, their product (QTCR)."""
    left_min = timer.deadline_min - now_of(world).now_min
    end_step = window_at(world, timer.window).to_step + 1
    work_min = max(1.0, work_between(world, int64(lot.step), end_step))
    return left_min / work_min if left_min >= 0.0 else left_min * work_min


@compiled
def latest_start(world, timer, lot):
    """When the step must start, if the limit is spread over the window as the work is (QTS)."""
    window = window_at(world, timer.window)
    whole_min = work_between(world, window.from_step + 1, window.to_step + 1)
    done_min = work_between(world, window.from_step + 1, int64(lot.step) + 1)
    share = done_min / whole_min if whole_min > 0.0 else 1.0
    return timer.deadline_min - window.limit_min * (1.0 - share)
