"""Which node stands for a lot, and in whose line it waits."""

from numpy import int64

from fabstack.arrays.types import NONE
from fabstack.simulate.kernel_compile import compiled, inlined
from fabstack.simulate.kernel_tables import bond_at, facts_of, group_at, lot_at, step_at, tool_at

FIRST = int64(0)


@compiled
def node_of(world, lot_id):
    return facts_of(world).tools + lot_id


@compiled
def lot_of(world, node):
    return node - facts_of(world).tools


@inlined
def family_of(world, lot_id):
    """The family in whose line a lot waits."""
    step = step_at(world, lot_at(world, lot_id).step)
    family_id = int64(step.family)
    return family_id + bound_place(world, lot_id, step) if step.is_bound else family_id


@compiled
def bound_place(world, lot_id, step):
    """Which line of its family a lot joins: 0 for any tool, 1 for the first tool of the group..."""
    if step.bond < 0:
        return FIRST
    tool_id = int64(bond_at(world, lot_id * facts_of(world).bonds + step.bond).tool)
    if tool_id == NONE or tool_at(world, tool_id).is_leaving:
        return FIRST
    return tool_id - group_at(world, step.group).first_tool + 1
