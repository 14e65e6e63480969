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
from fabstack.simulate.kernel_free import ring_place
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


class Pair(NamedTuple):
    """A free tool, by its place among those, and the first lot of a line; node NONE: no pair."""

    free: int
    tool: int
    family: int
    node: int
    setup_min: float


# --- Batches ------------------------------------------------------------------------------------


@compiled
def family_to_run(world, group_id):
    """The family whose most urgent lot goes first among those whose job may start, or NONE."""
    group = group_at(world, group_id)
    best = Place(NONE, NONE, NONE, NONE)
    if line_at(world, group_id).ready > 0:
        for family_id in range(group.first_family, group.first_family + group.families):
            if is_ready(world, family_id):
                place = find_first(world, group, family_id, ANY)
                if group.looks_ahead and rather_waits(world, group, int64(family_id), place.node):
                    continue
                if best.node == NONE or goes_ahead(world, group, place.node, best.node):
                    best = place
    return best.family


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
    lines = int64(group.families_per_batch)
    best = Pair(NONE, NONE, NONE, NONE, 0.0)
    for free in range(line.free):
        tool_id = int64(free_tool_at(world, ring_place(world, group_id, int64(free))).tool)
        own_line = 1 + tool_id - group.first_tool
        for family_id in range(group.first_family, group.first_family + group.families, lines):
            best = better_pair(world, group, best, int64(free), tool_id, int64(family_id))
            if lines > 1:
                own_id = int64(family_id) + own_line
                best = better_pair(world, group, best, int64(free), tool_id, own_id)
    return best


@inlined
def better_pair(world, group, best, free, tool_id, family_id):
    """The best pair so far, or this tool with the first lot of this line."""
    if crowd_at(world, family_id).lots == 0 or not is_ready(world, family_id):
        return best
    return better_of(world, group, best, free, tool_id, family_id)


@compiled
def better_of(world, group, best, free, tool_id, family_id):
    """The best pair so far, or a tool with the first lot of a line if it may take it."""
    node = find_first(world, group, family_id, ANY).node
    if group.looks_ahead and rather_waits(world, group, family_id, node):
        return best
    tool, step = tool_at(world, tool_id), step_at(world, lot_at(world, lot_of(world, node)).step)
    setup_min = setup_min_for(world, tool, step)
    if must_keep_setup(tool, step) or changes_too_early(world, group, tool, step, setup_min):
        return best
    pair = Pair(free, tool_id, family_id, node, setup_min)
    if best.node == NONE or is_better(world, group, pair, best):
        return pair
    return best


@compiled
def is_better(world, group, pair, best):
    """Whether a pair goes ahead of another: by the keys of the rule, then as suits the same lot."""
    if pair.node == best.node:
        return suits_better(world, group, pair, best)
    lot, other = lot_at(world, lot_of(world, pair.node)), lot_at(world, lot_of(world, best.node))
    if group.by_rank and lot.rank != other.rank:
        return lot.rank < other.rank
    for place in range(8):
        key = int64(group.keys[place])
        if key == Key.END:
            break
        if key == Key.SETUP:
            value, other_value = pair.setup_min, best.setup_min
        else:
            value = urgency(world, group, key, pair.node)
            other_value = urgency(world, group, key, best.node)
        if value != other_value:
            return value < other_value
    return lot.arrival < other.arrival


@compiled
def suits_better(world, group, pair, best):
    """Whether the tool of a pair suits the same lot better."""
    if group.prefers_least_setup and pair.setup_min != best.setup_min:
        return pair.setup_min < best.setup_min
    if group.choice == Choice.RANDOM:
        return luck_of(world, pair) < luck_of(world, best)
    if group.choice == Choice.LEAST_USED:
        return is_used_less_of(world, pair.tool, best.tool)
    return False


@compiled
def is_used_less_of(world, tool_id, other_id):
    """Whether a tool goes before another where the least used does."""
    carriers, others = tool_at(world, tool_id).carriers, tool_at(world, other_id).carriers
    return carriers < others or (carriers == others and tool_id < other_id)


@compiled
def luck_of(world, pair):
    """A number drawn for a lot and a tool."""
    lot = lot_at(world, lot_of(world, pair.node))
    bits = keyed(lot.key, lot_draw(Draw.TOOL_CHOICE, lot, step_at(world, lot.step)))
    return keyed(bits, fixture_at(world, pair.tool).place)
