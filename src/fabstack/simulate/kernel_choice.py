"""Setups, and the choice of groups that take batches or whose tools may not all take the same lots.

A choosy group looks at every pair of a free tool and a line that it may serve. The most urgent
first lot wins, by the keys of the rule; among the tools that may take it, the one that the group
prefers.
"""

from typing import NamedTuple

from numpy import int64

from fabstack.arrays.types import NONE, Choice, Draw, Key
from fabstack.simulate.kernel_ahead import rather_waits
from fabstack.simulate.kernel_chance import keyed, lot_draw
from fabstack.simulate.kernel_compile import compiled, inlined
from fabstack.simulate.kernel_free import is_used_less, ring_place
from fabstack.simulate.kernel_nodes import lot_of
from fabstack.simulate.kernel_queue import ANY, Place, find_first, goes_ahead, is_ready
from fabstack.simulate.kernel_tables import (
    change_at,
    crowd_at,
    fixture_at,
    free_tool_at,
    group_at,
    line_at,
    lot_at,
    now_of,
    setup_at,
    step_at,
    tool_at,
)
from fabstack.simulate.kernel_urgency import urgency

FIRST = int64(0)


class Pair(NamedTuple):
    """A free tool, also by its place among those, and the first lot of a line; NONE: no tool."""

    free: int
    tool: int
    setup_min: float
    place: Place


@compiled
def nowhere():
    """The place of no lot."""
    return Place(NONE, NONE, NONE, NONE)


# --- Batches ------------------------------------------------------------------------------------


@compiled
def lead_to_run(world, group_id):
    """The lot that goes first among the most urgent of the families whose job may start, if any."""
    group, best = group_at(world, group_id), nowhere()
    if line_at(world, group_id).ready > 0:
        for family_id in range(group.first_family, group.first_family + group.families):
            if is_ready(world, family_id):
                place = find_first(world, group, family_id, ANY)
                if group.looks_ahead and rather_waits(world, group, int64(family_id), place.node):
                    continue
                if best.node == NONE or goes_ahead(world, group, place.node, best.node):
                    best = place
    return best


# --- Setups -------------------------------------------------------------------------------------


@compiled
def setup_min_for(world, tool, step):
    """Minutes to change a tool for a step."""
    if step.setup == 0 or step.setup == tool.setup:
        return 0.0
    if step.setup_min >= 0.0:
        return step.setup_min
    group = group_at(world, step.group)
    if group.setups == 0:
        return 0.0
    row = tool.setup * (group.setups + 1) + step.setup
    return change_at(world, group.first_change + row).minutes


@compiled
def change_setup(world, tool, step):
    """Give a tool the setup of a step; returns how long that takes."""
    if step.setup == 0 or step.setup == tool.setup:
        tool.run_left = max(tool.run_left - 1, 0)
        return 0.0
    minutes = setup_min_for(world, tool, step)
    group = group_at(world, step.group)
    tool.setup = step.setup
    if group.setups > 0:
        tool.run_left = setup_at(world, group.first_setup + step.setup).least_run
    return minutes


@compiled
def must_keep_setup(tool, step):
    """Whether a tool has yet to take more lots before it may change for this step."""
    return tool.run_left > 0 and step.setup != 0 and step.setup != tool.setup


@compiled
def changes_too_early(world, group, tool, step, setup_min):
    """Whether a tool with a lot inside would be ready for another setup before its first slot is.

    It keeps the choice open until then; the group looks again when a lot comes or a tool is empty.
    """
    if tool.lots == 0 or not group.cascades or step.setup == 0 or step.setup == tool.setup:
        return False
    ready_min = now_of(world).now_min + setup_min + group.handling_min
    return ready_min < tool.first_slot_min


# --- Pairs --------------------------------------------------------------------------------------


@compiled
def best_pair(world, group_id):
    """Which free tool takes the first lot of which line."""
    group, line = group_at(world, group_id), line_at(world, group_id)
    lines, best = int64(group.families_per_batch), Pair(NONE, NONE, 0.0, nowhere())
    if line.ready > 0:
        for family_id in range(group.first_family, group.first_family + group.families, lines):
            best = better_of(world, group_id, best, int64(family_id), FIRST, line.free)
            if lines > 1:
                best = better_bound(world, group_id, best, int64(family_id), line.free)
    return best


@compiled
def better_bound(world, group_id, best, family_id, end):
    """The best pair so far, or a free tool with the first of the lots that must use it."""
    first_tool = int64(group_at(world, group_id).first_tool)
    for free in range(end):
        own_line = 1 + free_tool(world, group_id, int64(free)).tool - first_tool
        best = better_of(world, group_id, best, family_id + own_line, int64(free), int64(free + 1))
    return best


@inlined
def better_of(world, group_id, best, family_id, free, end):
    """The best pair so far, or the first lot of a line with a free tool from `free` on."""
    if crowd_at(world, family_id).lots == 0 or not is_ready(world, family_id):
        return best
    return better_by_keys(world, group_id, best, family_id, free, end)


@compiled
def better_by_keys(world, group_id, best, family_id, free, end):
    """As `better_of`, for a line whose job may start."""
    group = group_at(world, group_id)
    place = find_first(world, group, family_id, ANY)
    if not is_better(world, group, Pair(free, NONE, 0.0, place), best):
        return best  # not even on a tool that need not change: spare the walk over them
    if group.looks_ahead and rather_waits(world, group, family_id, place.node):
        return best
    pair = with_tool(world, group_id, place, free, end)
    if pair.tool == NONE or (pair.setup_min > 0.0 and not is_better(world, group, pair, best)):
        return best
    return pair


@compiled
def is_better(world, group, pair, best):
    """Whether the lot of a pair goes ahead of that of another, by the keys of the rule."""
    if best.tool == NONE:
        return True
    node, other_node = pair.place.node, best.place.node
    lot, other = lot_at(world, lot_of(world, node)), lot_at(world, lot_of(world, other_node))
    if group.by_rank and lot.rank != other.rank:
        return lot.rank < other.rank
    for place in range(8):
        key = int64(group.keys[place])
        if key == Key.END:
            break
        if key == Key.SETUP:
            value, other_value = pair.setup_min, best.setup_min
        else:
            value = urgency(world, group, key, node)
            other_value = urgency(world, group, key, other_node)
        if value != other_value:
            return value < other_value
    return lot.arrival < other.arrival


# --- The tool for a lot -------------------------------------------------------------------------


@compiled
def with_tool(world, group_id, place, free, end):
    """A waiting lot and the tool that suits it best, of those free from `free` to before `end`."""
    group, lot_id = group_at(world, group_id), lot_of(world, place.node)
    best, step = Pair(free, NONE, 0.0, place), step_at(world, lot_at(world, lot_id).step)
    if step.setup == 0 and group.choice != Choice.RANDOM:
        end = free + 1  # it may take any tool, and the first goes first
    while free < end:
        if best.tool == NONE or may_suit_better(world, group_id, free, best):
            best = better_suited(world, group_id, step, free, best)
        free += 1
    return best


@inlined
def may_suit_better(world, group_id, free, best):
    """Whether a tool would suit a lot better if it had not to change: spares a look at the tool."""
    if group_at(world, group_id).prefers_least_setup and best.setup_min > 0.0:
        return True
    return goes_before(world, group_id, free, best)


@compiled
def better_suited(world, group_id, step, free, best):
    """The pair so far, or the same lot with a free tool that may take it and suits it better."""
    group, tool_id = group_at(world, group_id), int64(free_tool(world, group_id, free).tool)
    tool = tool_at(world, tool_id)
    setup_min = setup_min_for(world, tool, step)
    if must_keep_setup(tool, step) or changes_too_early(world, group, tool, step, setup_min):
        return best
    pair = Pair(free, tool_id, setup_min, best.place)
    if best.tool == NONE:
        return pair
    if group.prefers_least_setup and setup_min != best.setup_min:
        return pair if setup_min < best.setup_min else best
    return pair if goes_before(world, group_id, free, best) else best


@inlined
def goes_before(world, group_id, free, best):
    """Whether a tool goes before another, setups apart; the walk begins with the longest free."""
    choice = int64(group_at(world, group_id).choice)
    if choice == Choice.LONGEST_FREE:
        return False
    tool, other = free_tool(world, group_id, free), free_tool(world, group_id, best.free)
    if choice == Choice.LEAST_USED:
        return is_used_less(tool.carriers, tool.tool, other)
    return luck_of(world, best, tool.tool) < luck_of(world, best, other.tool)


@inlined
def free_tool(world, group_id, free):
    """A free tool, by its place among those of its group."""
    return free_tool_at(world, ring_place(world, group_id, free))


@compiled
def luck_of(world, pair, tool_id):
    """A number drawn for the lot of a pair and a tool."""
    lot = lot_at(world, lot_of(world, pair.place.node))
    bits = keyed(lot.key, lot_draw(Draw.TOOL_CHOICE, lot, step_at(world, lot.step)))
    return keyed(bits, fixture_at(world, tool_id).place)
