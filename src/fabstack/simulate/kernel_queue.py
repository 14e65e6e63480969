"""Waiting lines, and who goes first in them.

Each family of lots (see arrays/families.py) has one line for each rank, first come first served,
linked through `Calendar.links`. So the next lot under FIFO is found without a search; other rules
look at each waiting lot of the most urgent rank.
"""

from typing import NamedTuple

from numpy import int64

from fabstack.arrays.types import NEVER, NONE, Does, Key, Kind, Saw
from fabstack.simulate.kernel_calendar import plan_rare_event
from fabstack.simulate.kernel_compile import compiled, inlined
from fabstack.simulate.kernel_free import touch
from fabstack.simulate.kernel_nodes import family_of, lot_of, node_of
from fabstack.simulate.kernel_statistics import age_line, see_lot
from fabstack.simulate.kernel_tables import (
    crowd_at,
    facts_of,
    family_at,
    group_at,
    line_at,
    link_at,
    lot_at,
    now_of,
    queue_at,
    step_at,
    tool_at,
)
from fabstack.simulate.kernel_urgency import urgency

FIRST = int64(0)
ANY = int64(2**30)  # carriers: more than any lot has


class Place(NamedTuple):
    """Where a waiting lot stands. `node` and `ahead` are nodes; `ahead` is NONE for the first."""

    family: int
    queue: int
    node: int
    ahead: int


# --- Joining and leaving ------------------------------------------------------------------------


@inlined
def lot_joins(world, lot_id):
    """A lot joins the line of its step as one that has just come."""
    lot_at(world, lot_id).since_min = now_of(world).now_min
    waits(world, lot_id)


@inlined
def waits(world, lot_id):
    """A lot joins the line of its step; the group looks for work if a tool is free."""
    lot = lot_at(world, lot_id)
    join_line(world, lot_id)
    see_lot(world, lot, NONE, Saw.QUEUED)
    group_id = step_at(world, lot.step).group
    if line_at(world, group_id).free > 0:
        touch(world, group_id)


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
    """Become the last of a family and rank."""
    queue = queue_at(world, family_id * facts_of(world).ranks + lot.rank)
    link_at(world, node).behind = NONE
    if queue.first == NONE:
        queue.first = node
    else:
        link_at(world, queue.last).behind = node
    queue.last = node


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
    """The reverse of `join_crowd`; a batch that was overdue is none any more."""
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
    """All lots of a rank move from one family to another, each to its place by arrival."""
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
    """The first lot of a line that fits."""
    ahead, node = NONE, int64(queue_at(world, queue_id).first)
    while room != ANY and node != NONE and lot_at(world, lot_of(world, node)).carriers > room:
        ahead, node = node, int64(link_at(world, node).behind)
    return Place(family_id, queue_id, node, ahead)


@compiled
def most_urgent(world, group, family_id, queue_id, room):
    """The lot of a line that fits and goes ahead of all others, by the keys of the rule."""
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
