"""Waiting lines, and the free tools of a group.

Each family of lots that may share a job has one line for each rank, first come first served, linked
through `Calendar.behind`. So the next lot under FIFO is found without a search; other rules look at
each waiting lot of the most urgent rank.
"""

from typing import NamedTuple

from numpy import int64

from fabstack.arrays.types import NONE, Choice, Draw, Rule
from fabstack.simulate.kernel_chance import keyed, lot_draw, share
from fabstack.simulate.kernel_compile import compiled, inlined
from fabstack.simulate.kernel_statistics import age_line
from fabstack.simulate.kernel_tables import (
    crowd_at,
    facts_of,
    family_at,
    free_tool_at,
    group_at,
    line_at,
    link_at,
    lot_at,
    now_of,
    queue_at,
    step_at,
    tool_at,
    touched_at,
)

FIRST = int64(0)
ANY = int64(2**30)  # carriers: more than any lot has


class Place(NamedTuple):
    """Where a waiting lot stands. `node` and `ahead` are nodes; `ahead` is NONE for the first."""

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
    family_id = int64(step_at(world, lot.step).family)
    queue = queue_at(world, family_id * facts_of(world).ranks + lot.rank)
    link_at(world, node).behind = NONE
    if queue.first == NONE:
        queue.first = node
    else:
        link_at(world, queue.last).behind = node
    queue.last = node
    count_waiting(world, family_id, int64(lot.carriers))


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
    count_not_waiting(world, int64(step_at(world, lot.step).family), lot)
    return lot_id


@compiled
def count_waiting(world, family_id, carriers):
    family, crowd = family_at(world, family_id), crowd_at(world, family_id)
    line = line_at(world, family.group)
    age_line(line, now_of(world).now_min)
    line.waiting += 1
    line.inside += 1
    crowd.lots += 1
    line.ready += crowd.carriers < family.least_carriers <= crowd.carriers + carriers
    crowd.carriers += carriers


@compiled
def count_not_waiting(world, family_id, lot):
    family, crowd = family_at(world, family_id), crowd_at(world, family_id)
    line = line_at(world, family.group)
    now_min = now_of(world).now_min
    age_line(line, now_min)
    line.waiting -= 1
    line.waited_min += now_min - lot.since_min
    line.lots_started += 1
    crowd.lots -= 1
    line.ready -= crowd.carriers - lot.carriers < family.least_carriers <= crowd.carriers
    crowd.carriers -= lot.carriers


# --- Who goes first -----------------------------------------------------------------------------


@compiled
def family_to_run(world, group_id):
    """The family whose most urgent lot goes first among those with enough carriers, or NONE."""
    group = group_at(world, group_id)
    if not group.is_batching:
        return group.first_family
    best, best_rank, best_urgency = NONE, NONE, 0.0
    if line_at(world, group_id).ready > 0:
        for family_id in range(group.first_family, group.first_family + group.families):
            if is_ready(world, family_id):
                rank, urgency = standing(world, group.rule, family_id)
                if rank < best_rank or (rank == best_rank and urgency < best_urgency):
                    best, best_rank, best_urgency = family_id, rank, urgency
    return best


@compiled
def is_ready(world, family_id):
    return crowd_at(world, family_id).carriers >= family_at(world, family_id).least_carriers


@compiled
def standing(world, rule, family_id):
    """Rank and urgency of the lot of the family that goes first."""
    place = first_place(world, rule, family_id, ANY)
    lot = lot_at(world, lot_of(world, place.node))
    return int64(lot.rank), urgency(world, rule, lot)


@inlined
def first_place(world, rule, family_id, room):
    """Where the lot stands that goes first among those of a family that fit; node NONE: nobody."""
    ranks = facts_of(world).ranks
    for queue_id in range(family_id * ranks, (family_id + 1) * ranks):
        if queue_at(world, queue_id).first != NONE:
            if rule == Rule.FIFO:
                place = first_come(world, queue_id, room)
            else:
                place = most_urgent(world, rule, queue_id, room)
            if place.node != NONE:
                return place
    return Place(NONE, NONE, NONE)


@inlined
def first_come(world, queue_id, room):
    ahead, node = NONE, int64(queue_at(world, queue_id).first)
    while node != NONE and lot_at(world, lot_of(world, node)).carriers > room:
        ahead, node = node, int64(link_at(world, node).behind)
    return Place(queue_id, node, ahead)


@compiled
def most_urgent(world, rule, queue_id, room):
    best, least = Place(queue_id, NONE, NONE), 0.0
    ahead, node = NONE, int64(queue_at(world, queue_id).first)
    while node != NONE:
        lot = lot_at(world, lot_of(world, node))
        if lot.carriers <= room:
            value = urgency(world, rule, lot)
            if best.node == NONE or value < least:
                best, least = Place(queue_id, node, ahead), value
        ahead, node = node, int64(link_at(world, node).behind)
    return best


@compiled
def urgency(world, rule, lot):
    """What the rule looks at; the smaller goes first."""
    if rule == Rule.FIFO:
        return lot.since_min
    if rule == Rule.EARLIEST_DUE_DATE:
        return lot.due_min
    step = step_at(world, lot.step)
    if rule == Rule.CRITICAL_RATIO:
        return (lot.due_min - now_of(world).now_min) / max(1.0, step.work_left_min)
    if rule == Rule.LEAST_SLACK:
        return lot.due_min - step.work_left_min
    return step.process.mean_min


# --- Free tools ---------------------------------------------------------------------------------


@inlined
def put_free_tool(world, tool_id):
    """The tool waits for work, behind those that have been free for longer."""
    group_id = int64(tool_at(world, tool_id).group)
    line = line_at(world, group_id)
    free_tool_at(world, ring_place(world, group_id, line.free)).tool = tool_id
    line.free += 1
    touch(world, group_id)


@inlined
def take_free_tool(world, group_id, lot):
    """The free tool that takes this lot."""
    line = line_at(world, group_id)
    group = group_at(world, group_id)
    first = ring_place(world, group_id, FIRST)
    chosen = first
    if group.choice == Choice.RANDOM and line.free > 1:
        chosen = ring_place(world, group_id, any_free(world, lot, line.free))
    tool_id = int64(free_tool_at(world, chosen).tool)
    free_tool_at(world, chosen).tool = free_tool_at(world, first).tool
    drop_first_free(line, group.tools)
    return tool_id


@compiled
def any_free(world, lot, free):
    step = step_at(world, lot.step)
    return int64(share(keyed(lot.key, lot_draw(Draw.TOOL_CHOICE, lot, step))) * free)


@compiled
def withdraw_free_tool(world, tool_id):
    """The tool stops waiting for work; those behind it keep their order."""
    group_id = int64(tool_at(world, tool_id).group)
    line = line_at(world, group_id)
    offset = FIRST
    while free_tool_at(world, ring_place(world, group_id, offset)).tool != tool_id:
        offset += 1
    while offset > 0:
        ahead = free_tool_at(world, ring_place(world, group_id, offset - 1)).tool
        free_tool_at(world, ring_place(world, group_id, offset)).tool = ahead
        offset -= 1
    drop_first_free(line, group_at(world, group_id).tools)


@compiled
def ring_place(world, group_id, offset):
    group = group_at(world, group_id)
    place = line_at(world, group_id).first_free + offset
    return group.first_tool + (place if place < group.tools else place - group.tools)


@compiled
def drop_first_free(line, tools):
    line.first_free += 1
    if line.first_free == tools:
        line.first_free = 0
    line.free -= 1


@compiled
def touch(world, group_id):
    """The group looks for work when all that happens at this minute has happened."""
    line = line_at(world, group_id)
    if not line.is_touched:
        now = now_of(world)
        line.is_touched = 1
        touched_at(world, now.touched).group = group_id
        now.touched += 1
