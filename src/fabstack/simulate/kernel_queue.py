"""Waiting lines, and who goes first in them.

Each family of lots (see arrays/families.py) has one line for each rank, first come first served,
linked through `Calendar.links`. So the next lot under FIFO is found without a search; other rules
look at each waiting lot of the most urgent rank.
"""

from typing import NamedTuple

from numpy import int64

from fabstack.arrays.types import NEVER, NONE, Does, Key, Kind
from fabstack.simulate.kernel_calendar import plan_rare_event
from fabstack.simulate.kernel_compile import compiled, inlined
from fabstack.simulate.kernel_free import touch
from fabstack.simulate.kernel_statistics import age_line
from fabstack.simulate.kernel_tables import (
    ahead_at,
    bond_at,
    call_own,
    crowd_at,
    facts_of,
    family_at,
    group_at,
    line_at,
    link_at,
    lot_at,
    now_of,
    own_rule_at,
    queue_at,
    step_at,
    timer_at,
    tool_at,
    window_at,
)

FIRST = int64(0)
ANY = int64(2**30)  # carriers: more than any lot has


class Place(NamedTuple):
    """Where a waiting lot stands. `node` and `ahead` are nodes; `ahead` is NONE for the first."""

    family: int
    queue: int
    node: int
    ahead: int


# --- Joining and leaving ------------------------------------------------------------------------


@compiled
def node_of(world, lot_id):
    return facts_of(world).tools + lot_id


@compiled
def lot_of(world, node):
    return node - facts_of(world).tools


@inlined
def join_line(world, lot_id):
    """The lot waits for the tool group of its step, behind all of its family and rank."""
    lot, node = lot_at(world, lot_id), node_of(world, lot_id)
    step, family_id = step_at(world, lot.step), family_of(world, lot_id)
    lot.work_left_min = step.work_left_min
    number_arrival(world, lot)
    stand_in_line(world, family_id, lot, node)
    count_waiting(world, step.group, family_id, lot)


@inlined
def number_arrival(world, lot):
    """Lots that are alike in all else go in the order in which they came to their lines."""
    now = now_of(world)
    lot.arrival = now.arrivals
    now.arrivals += 1


@inlined
def stand_in_line(world, family_id, lot, node):
    queue = queue_at(world, family_id * facts_of(world).ranks + lot.rank)
    link_at(world, node).behind = NONE
    if queue.first == NONE:
        queue.first = node
    else:
        link_at(world, queue.last).behind = node
    queue.last = node


@compiled
def bound_place(world, lot_id, step):
    """Which line of its family a lot joins: 0 for any tool, 1 for the first tool of the group..."""
    if step.bond < 0:
        return FIRST
    tool_id = int64(bond_at(world, lot_id * facts_of(world).bonds + step.bond).tool)
    if tool_id == NONE or tool_at(world, tool_id).is_leaving:
        return FIRST
    return tool_id - group_at(world, step.group).first_tool + 1


@inlined
def leave_line(world, place):
    """The lot at this place waits no longer; returns it."""
    queue = queue_at(world, place.queue)
    if place.ahead == NONE:
        queue.first = link_at(world, place.node).behind
    else:
        link_at(world, place.ahead).behind = link_at(world, place.node).behind
    if queue.last == place.node:
        queue.last = place.ahead
    lot_id = lot_of(world, place.node)
    lot = lot_at(world, lot_id)
    count_not_waiting(world, step_at(world, lot.step).group, place.family, lot)
    return lot_id


@inlined
def count_waiting(world, group_id, family_id, lot):
    line = line_at(world, group_id)
    age_line(line, now_of(world).now_min)
    line.waiting += 1
    line.inside += 1
    if group_at(world, group_id).kind != Kind.PLAIN:
        join_crowd(world, line, family_id, int64(lot.carriers))


@inlined
def count_not_waiting(world, group_id, family_id, lot):
    line, now_min = line_at(world, group_id), now_of(world).now_min
    age_line(line, now_min)
    line.waiting -= 1
    line.waited_min += now_min - max(0.0, lot.since_min)
    line.lots_started += 1
    if group_at(world, group_id).kind != Kind.PLAIN:
        leave_crowd(world, line, family_id, int64(lot.carriers))


@compiled
def join_crowd(world, line, family_id, carriers):
    """Count who waits in a line on its own, where a job may need several lots or a special tool."""
    crowd, was_ready = crowd_at(world, family_id), is_ready(world, family_id)
    crowd.lots += 1
    crowd.carriers += carriers
    line.ready += is_ready(world, family_id) - was_ready
    await_batch(world, family_id)


@compiled
def leave_crowd(world, line, family_id, carriers):
    crowd, was_ready = crowd_at(world, family_id), is_ready(world, family_id)
    crowd.lots -= 1
    crowd.carriers -= carriers
    crowd.is_overdue = 0
    line.ready += is_ready(world, family_id) - was_ready


@compiled
def await_batch(world, family_id):
    """Plan when the lot that waits for longest need no longer wait for more, if they are few."""
    group, crowd = group_at(world, family_at(world, family_id).group), crowd_at(world, family_id)
    if group.batch_wait_min >= NEVER or crowd.is_awaited or crowd.lots == 0:
        return
    if is_ready(world, family_id):
        return
    crowd.is_awaited = 1
    overdue_min = waiting_since(world, family_id) + group.batch_wait_min
    at_min = max(overdue_min, now_of(world).now_min)
    plan_rare_event(world, family_id, at_min, Does.BATCH_IS_OVERDUE)


@compiled
def batch_is_overdue(world, family_id):
    """A batch below its minimum may start now, if its first lot still waits."""
    family, crowd = family_at(world, family_id), crowd_at(world, family_id)
    crowd.is_awaited = 0
    if crowd.lots == 0 or is_ready(world, family_id):
        return
    wait_min = group_at(world, family.group).batch_wait_min
    if waiting_since(world, family_id) + wait_min > now_of(world).now_min:
        await_batch(world, family_id)
        return
    crowd.is_overdue = 1
    line_at(world, family.group).ready += 1
    touch(world, int64(family.group))


@compiled
def waiting_since(world, family_id):
    """The minute at which the lot of a family joined that waits for longest."""
    since_min = NEVER
    for rank in range(facts_of(world).ranks):
        node = queue_at(world, family_id * facts_of(world).ranks + rank).first
        if node != NONE:
            since_min = min(since_min, lot_at(world, lot_of(world, int64(node))).since_min)
    return since_min


@compiled
def unbind_lots(world, tool_id):
    """Lots that wait for a tool that has gone wait for any tool from now on."""
    group = group_at(world, tool_at(world, tool_id).group)
    lines = int64(group.families_per_batch)
    if lines == 1:
        return
    own_line = 1 + tool_id - group.first_tool
    for family_id in range(group.first_family, group.first_family + group.families, lines):
        for rank in range(facts_of(world).ranks):
            move_line(world, family_id + own_line, family_id, rank)
    touch(world, int64(tool_at(world, tool_id).group))


@compiled
def move_line(world, from_family, to_family, rank):
    line = line_at(world, family_at(world, from_family).group)
    queue = queue_at(world, from_family * facts_of(world).ranks + rank)
    while queue.first != NONE:
        node = int64(queue.first)
        queue.first = link_at(world, node).behind
        lot = lot_at(world, lot_of(world, node))
        leave_crowd(world, line, from_family, int64(lot.carriers))
        stand_by_arrival(world, to_family, lot, node)
        join_crowd(world, line, to_family, int64(lot.carriers))
    queue.last = NONE


@compiled
def stand_by_arrival(world, family_id, lot, node):
    """Stand in a line ahead of those who came later."""
    queue = queue_at(world, family_id * facts_of(world).ranks + lot.rank)
    ahead, behind = NONE, int64(queue.first)
    while behind != NONE and lot_at(world, lot_of(world, behind)).arrival < lot.arrival:
        ahead, behind = behind, int64(link_at(world, behind).behind)
    link_at(world, node).behind = behind
    if ahead == NONE:
        queue.first = node
    else:
        link_at(world, ahead).behind = node
    if behind == NONE:
        queue.last = node


# --- Who goes first -----------------------------------------------------------------------------


@compiled
def is_ready(world, family_id):
    """1 if a job of the family may start, else 0."""
    crowd = crowd_at(world, family_id)
    is_enough = crowd.carriers >= family_at(world, family_id).least_carriers
    return int64(is_enough or crowd.is_overdue == 1)


@inlined
def first_place(world, group, family_id, room):
    """Where the lot stands that goes first among those of a family that fit; node NONE: nobody."""
    ranks, best = facts_of(world).ranks, Place(family_id, NONE, NONE, NONE)
    for queue_id in range(family_id * ranks, (family_id + 1) * ranks):
        if queue_at(world, queue_id).first != NONE:
            if group.line_keys[0] == Key.END:
                place = first_come(world, family_id, queue_id, room)
            else:
                place = most_urgent(world, group, family_id, queue_id, room)
            if place.node != NONE:
                if group.by_rank:
                    return place
                if best.node == NONE or goes_ahead(world, group, place.node, best.node):
                    best = place
    return best


@compiled
def find_first(world, group, family_id, room):
    """As `first_place`, where a call does not count (each inlined copy takes time to compile)."""
    return first_place(world, group, family_id, room)


@compiled
def place_of(world, family_id, node):
    """Where a lot stands in the line of a family."""
    queue_id = family_id * facts_of(world).ranks + lot_at(world, lot_of(world, node)).rank
    ahead, at = NONE, int64(queue_at(world, queue_id).first)
    while at != node:
        ahead, at = at, int64(link_at(world, at).behind)
    return Place(family_id, queue_id, node, ahead)


@inlined
def first_come(world, family_id, queue_id, room):
    ahead, node = NONE, int64(queue_at(world, queue_id).first)
    while room != ANY and node != NONE and lot_at(world, lot_of(world, node)).carriers > room:
        ahead, node = node, int64(link_at(world, node).behind)
    return Place(family_id, queue_id, node, ahead)


@compiled
def most_urgent(world, group, family_id, queue_id, room):
    best, least = Place(family_id, queue_id, NONE, NONE), 0.0
    key, is_only_key = int64(group.line_keys[0]), group.line_keys[1] == Key.END
    ahead, node = NONE, int64(queue_at(world, queue_id).first)
    while node != NONE:
        lot = lot_at(world, lot_of(world, node))
        if lot.carriers <= room:
            value = urgency(world, group, key, node)
            if (
                best.node == NONE
                or value < least
                or (
                    value == least and not is_only_key and goes_ahead(world, group, node, best.node)
                )
            ):
                best, least = Place(family_id, queue_id, node, ahead), value
        ahead, node = node, int64(link_at(world, node).behind)
    return best


@compiled
def goes_ahead(world, group, node, other_node):
    """Whether a lot goes ahead of another one that waits for the same group, setups apart."""
    lot, other = lot_at(world, lot_of(world, node)), lot_at(world, lot_of(world, other_node))
    if group.by_rank and lot.rank != other.rank:
        return lot.rank < other.rank
    for place in range(8):
        key = int64(group.line_keys[place])
        if key == Key.END:
            break
        value = urgency(world, group, key, node)
        other_value = urgency(world, group, key, other_node)
        if value != other_value:
            return value < other_value
    return lot.arrival < other.arrival


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


@compiled
def work_between(world, first_step, end_step):
    """Expected minutes of a lot at the steps from the first on, the end not included."""
    minutes = ahead_at(world, first_step).job_min
    if not step_at(world, end_step - 1).is_last:
        minutes -= ahead_at(world, end_step).job_min
    return minutes


@inlined
def family_of(world, lot_id):
    """The family in whose line a lot waits."""
    step = step_at(world, lot_at(world, lot_id).step)
    family_id = int64(step.family)
    return family_id + bound_place(world, lot_id, step) if step.is_bound else family_id
