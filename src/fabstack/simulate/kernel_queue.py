"""Waiting lines, and the free tools of a group.

Each family of lots (see arrays/families.py) has one line for each rank, first come first served,
linked through `Calendar.links`. So the next lot under FIFO is found without a search; other rules
look at each waiting lot of the most urgent rank.
"""

from typing import NamedTuple

from numpy import int64

from fabstack.arrays.types import NONE, Choice, Draw, Key
from fabstack.simulate.kernel_chance import keyed, lot_draw, share
from fabstack.simulate.kernel_compile import compiled, inlined
from fabstack.simulate.kernel_statistics import age_line
from fabstack.simulate.kernel_tables import (
    bond_at,
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
    step = step_at(world, lot.step)
    family_id = int64(step.family)
    if step.is_bound:
        family_id += bound_place(world, lot_id, step)
    lot.work_left_min = step.work_left_min
    stand_in_line(world, family_id, lot, node)
    count_waiting(world, family_id, int64(lot.carriers))


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
    count_not_waiting(world, place.family, lot_at(world, lot_id))
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
    line.waited_min += now_min - max(0.0, lot.since_min)
    line.lots_started += 1
    crowd.lots -= 1
    line.ready -= crowd.carriers - lot.carriers < family.least_carriers <= crowd.carriers
    crowd.carriers -= lot.carriers


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


@compiled
def move_line(world, from_family, to_family, rank):
    queue = queue_at(world, from_family * facts_of(world).ranks + rank)
    while queue.first != NONE:
        node = int64(queue.first)
        queue.first = link_at(world, node).behind
        lot = lot_at(world, lot_of(world, node))
        recount(world, from_family, to_family, lot)
        stand_in_line(world, to_family, lot, node)
    queue.last = NONE


@compiled
def recount(world, from_family, to_family, lot):
    line = line_at(world, family_at(world, from_family).group)
    leaves, joins = crowd_at(world, from_family), crowd_at(world, to_family)
    least = family_at(world, from_family).least_carriers
    line.ready -= leaves.carriers - lot.carriers < least <= leaves.carriers
    line.ready += joins.carriers < least <= joins.carriers + lot.carriers
    leaves.lots -= 1
    leaves.carriers -= lot.carriers
    joins.lots += 1
    joins.carriers += lot.carriers


# --- Who goes first -----------------------------------------------------------------------------


@compiled
def family_to_run(world, group_id):
    """The family whose most urgent lot goes first among those with enough carriers, or NONE."""
    group = group_at(world, group_id)
    best = Place(NONE, NONE, NONE, NONE)
    if line_at(world, group_id).ready > 0:
        for family_id in range(group.first_family, group.first_family + group.families):
            if is_ready(world, family_id):
                place = first_place(world, group, family_id, ANY)
                if best.node == NONE or goes_ahead(world, group, place.node, best.node):
                    best = place
    return best.family


@compiled
def is_ready(world, family_id):
    return crowd_at(world, family_id).carriers >= family_at(world, family_id).least_carriers


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
            value = urgency(world, key, lot)
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
        value, other_value = urgency(world, key, lot), urgency(world, key, other)
        if value != other_value:
            return value < other_value
    return lot.since_min < other.since_min


@inlined
def urgency(world, key, lot):
    """What one key of a rule looks at; the smaller goes first."""
    if key == Key.CRITICAL_RATIO:
        return (lot.due_min - now_of(world).now_min) / lot.work_left_min
    if key == Key.EARLIEST_DUE_DATE:
        return lot.due_min
    if key == Key.LEAST_SLACK:
        return lot.due_min - lot.work_left_min
    if key == Key.FIFO:
        return lot.since_min
    if key == Key.PRIORITY:
        return float(lot.rank)
    process_min = step_at(world, lot.step).process.mean_min
    return process_min if key == Key.SHORTEST_PROCESS else process_min + lot.work_left_min


# --- Free tools ---------------------------------------------------------------------------------


@inlined
def put_free_tool(world, tool_id):
    """The tool waits for work, behind those that have been free for longer."""
    tool = tool_at(world, tool_id)
    group_id = int64(tool.group)
    line = line_at(world, group_id)
    free_tool_at(world, ring_place(world, group_id, line.free)).tool = tool_id
    tool.is_free = 1
    line.free += 1
    touch(world, group_id)


@inlined
def take_free_tool(world, group_id, lot):
    """The free tool that takes this lot."""
    line = line_at(world, group_id)
    offset = FIRST
    if group_at(world, group_id).choice == Choice.RANDOM and line.free > 1:
        offset = any_free(world, lot, line.free)
    return take_tool_at(world, group_id, offset)


@inlined
def take_tool_at(world, group_id, offset):
    """Take one of the free tools; the one that is free for longest takes its place in the ring."""
    first, chosen = ring_place(world, group_id, FIRST), ring_place(world, group_id, offset)
    tool_id = int64(free_tool_at(world, chosen).tool)
    free_tool_at(world, chosen).tool = free_tool_at(world, first).tool
    drop_first_free(line_at(world, group_id), group_at(world, group_id).tools)
    tool_at(world, tool_id).is_free = 0
    return tool_id


@compiled
def any_free(world, lot, free):
    step = step_at(world, lot.step)
    return int64(share(keyed(lot.key, lot_draw(Draw.TOOL_CHOICE, lot, step))) * free)


@compiled
def withdraw_free_tool(world, tool_id):
    """The tool stops waiting for work; those behind it keep their order."""
    tool = tool_at(world, tool_id)
    group_id = int64(tool.group)
    line = line_at(world, group_id)
    offset = FIRST
    while free_tool_at(world, ring_place(world, group_id, offset)).tool != tool_id:
        offset += 1
    while offset > 0:
        ahead = free_tool_at(world, ring_place(world, group_id, offset - 1)).tool
        free_tool_at(world, ring_place(world, group_id, offset)).tool = ahead
        offset -= 1
    drop_first_free(line, group_at(world, group_id).tools)
    tool.is_free = 0


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
