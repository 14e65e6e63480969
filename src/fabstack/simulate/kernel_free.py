"""The free tools of a group: a ring in the order of falling free, or a heap by use.

Where the tool that has taken the fewest carriers goes first, the places of the group form a heap;
otherwise a ring, in which the tool that is free for longest comes first.
"""

from typing import NamedTuple

from numpy import int64

from fabstack.arrays.types import Choice, Draw
from fabstack.simulate.kernel_chance import keyed, lot_draw, share
from fabstack.simulate.kernel_compile import compiled, inlined
from fabstack.simulate.kernel_tables import (
    free_tool_at,
    group_at,
    line_at,
    now_of,
    step_at,
    tool_at,
    touched_at,
)

FIRST = int64(0)


class Used(NamedTuple):
    """A tool and how many carriers it has taken."""

    tool: int
    carriers: float


@inlined
def put_free_tool(world, tool_id):
    """The tool waits for work."""
    tool = tool_at(world, tool_id)
    group_id = int64(tool.group)
    line = line_at(world, group_id)
    if group_at(world, group_id).choice == Choice.LEAST_USED:
        rise(world, group_id, line.free, tool_id, tool.carriers)
    else:
        write(world, ring_place(world, group_id, line.free), tool_id, 0.0)
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
    """Take one of the free tools; the others keep their order, where that matters."""
    choice = int64(group_at(world, group_id).choice)
    chosen = ring_place(world, group_id, offset)
    tool_id = int64(free_tool_at(world, chosen).tool)
    tool_at(world, tool_id).is_free = 0
    if choice == Choice.LEAST_USED:
        leave_heap(world, group_id, offset)
    elif offset > 0 and choice == Choice.LONGEST_FREE:
        leave_ring(world, group_id, offset)
    else:
        first = free_tool_at(world, ring_place(world, group_id, FIRST))
        free_tool_at(world, chosen).tool = first.tool
        drop_first_free(line_at(world, group_id), group_at(world, group_id).tools)
    return tool_id


@compiled
def any_free(world, lot, free):
    """A draw among the free tools, by place."""
    step = step_at(world, lot.step)
    return int64(share(keyed(lot.key, lot_draw(Draw.TOOL_CHOICE, lot, step))) * free)


@compiled
def withdraw_free_tool(world, tool_id):
    """The tool stops waiting for work."""
    tool = tool_at(world, tool_id)
    group_id, offset = int64(tool.group), FIRST
    while free_tool_at(world, ring_place(world, group_id, offset)).tool != tool_id:
        offset += 1
    tool.is_free = 0
    if group_at(world, group_id).choice == Choice.LEAST_USED:
        leave_heap(world, group_id, offset)
    else:
        leave_ring(world, group_id, offset)


@compiled
def touch(world, group_id):
    """The group looks for work when all that happens at this minute has happened."""
    line = line_at(world, group_id)
    if not line.is_touched:
        now = now_of(world)
        if now.looked > 0:
            forget_looked(world, now)
        line.is_touched = 1
        touched_at(world, now.touched).group = group_id
        now.touched += 1


@compiled
def forget_looked(world, now):
    """Make room in the list of touched groups, for one may be touched again when it has looked."""
    for place in range(now.looked, now.touched):
        touched_at(world, place - now.looked).group = touched_at(world, place).group
    now.touched -= now.looked
    now.looked = 0


# --- The ring -----------------------------------------------------------------------------------


@compiled
def ring_place(world, group_id, offset):
    group = group_at(world, group_id)
    place = line_at(world, group_id).first_free + offset
    return group.first_tool + (place if place < group.tools else place - group.tools)


@compiled
def leave_ring(world, group_id, offset):
    """Close the gap from the front."""
    while offset > 0:
        ahead = free_tool_at(world, ring_place(world, group_id, offset - 1)).tool
        free_tool_at(world, ring_place(world, group_id, offset)).tool = ahead
        offset -= 1
    drop_first_free(line_at(world, group_id), group_at(world, group_id).tools)


@compiled
def drop_first_free(line, tools):
    line.first_free += 1
    if line.first_free == tools:
        line.first_free = 0
    line.free -= 1


# --- The heap -----------------------------------------------------------------------------------


@compiled
def write(world, place, tool_id, carriers):
    free = free_tool_at(world, place)
    free.tool = tool_id
    free.carriers = carriers


@compiled
def is_used_less(carriers, tool_id, other):
    """Whether a tool goes before another; of two that took as many, the first of the group."""
    return carriers < other.carriers or (carriers == other.carriers and tool_id < other.tool)


@compiled
def rise(world, group_id, offset, tool_id, carriers):
    """Put a tool into the hole at `offset`, or higher up where it belongs."""
    first = int64(group_at(world, group_id).first_tool)
    while offset > 0:
        above = free_tool_at(world, first + (offset - 1) // 2)
        if not is_used_less(carriers, tool_id, above):
            break
        write(world, first + offset, above.tool, above.carriers)
        offset = (offset - 1) // 2
    write(world, first + offset, tool_id, carriers)


@compiled
def sink(world, group_id, offset, tool_id, carriers):
    """Put a tool into the hole at `offset`, or lower down where it belongs."""
    first, free = int64(group_at(world, group_id).first_tool), line_at(world, group_id).free
    while 2 * offset + 1 < free:
        child = 2 * offset + 1
        if child + 1 < free:
            other = free_tool_at(world, first + child + 1)
            if is_used_less(other.carriers, other.tool, free_tool_at(world, first + child)):
                child += 1
        below = free_tool_at(world, first + child)
        if not is_used_less(below.carriers, below.tool, Used(tool_id, carriers)):
            break
        write(world, first + offset, below.tool, below.carriers)
        offset = child
    rise(world, group_id, offset, tool_id, carriers)


@compiled
def leave_heap(world, group_id, offset):
    """Fill the hole with the last tool of the heap."""
    line = line_at(world, group_id)
    line.free -= 1
    if offset < line.free:
        last = free_tool_at(world, group_at(world, group_id).first_tool + line.free)
        sink(world, group_id, offset, int64(last.tool), last.carriers)
