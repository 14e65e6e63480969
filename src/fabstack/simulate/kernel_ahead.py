"""Look-ahead batching: a batch that could start may wait for lots that are on their way to it.

Where a group looks ahead, each family of its batches has a list of the lots that are coming: those
in a tool at the step before, and those on the road from there. Each time that the group looks for
work, the minutes that the lots of a batch lose by waiting for the next of them are held against the
minutes that those would gain: the next arrival control heuristic (NACH) of Fowler, Hogg and
Phillips (IIE Transactions 24(4), 1992, and with several tools 32(2), 2000), which looks one arrival
ahead where Glassey and Weng (IEEE Trans. Semiconductor Manufacturing 4(2), 1991) look at all.
"""

from typing import NamedTuple

from numpy import int64

from fabstack.arrays.types import NEVER, NONE, Does
from fabstack.simulate.kernel_calendar import planned_does
from fabstack.simulate.kernel_compile import compiled
from fabstack.simulate.kernel_free import touch
from fabstack.simulate.kernel_nodes import bound_place, lot_of, node_of
from fabstack.simulate.kernel_queue import waiting_since
from fabstack.simulate.kernel_routes import hop_between
from fabstack.simulate.kernel_tables import (
    coming_at,
    crowd_at,
    family_at,
    group_at,
    line_at,
    link_at,
    lot_at,
    now_of,
    planned_at,
    step_at,
    tool_at,
)

ON_THE_ROAD = NONE  # in the place of a tool


class Arrival(NamedTuple):
    """The lots that come next: their carriers, and how many of the lots there is room for."""

    at_min: float
    carriers: int
    lots: float


# --- Who is coming ------------------------------------------------------------------------------


@compiled
def is_awaited(world, step):
    """Whether the tools of a step look ahead to the lots that come for it."""
    family = family_at(world, step.family)
    return group_at(world, step.group).looks_ahead != 0 and family.most_carriers > 0


@compiled
def expect_from_tool(world, tool_id, lot_id):
    """A lot starts a step; the tools of the next one may look ahead to it."""
    step_id = int64(lot_at(world, lot_id).step)
    if not step_at(world, step_id).is_last:
        following = step_at(world, step_id + 1)
        if is_awaited(world, following):
            way_min = hop_between(world, step_id, step_id + 1).mean_min
            expect(world, lot_id, following, tool_id, way_min)


@compiled
def expect_on_the_road(world, lot_id):
    """A lot sets out; the tools to which it goes may look ahead to it."""
    step = step_at(world, lot_at(world, lot_id).step)
    if is_awaited(world, step):
        expect(world, lot_id, step, ON_THE_ROAD, 0.0)


@compiled
def expect(world, lot_id, step, tool_id, way_min):
    """Put a lot at the head of the list of the family that it will join at a step."""
    family_id = int64(step.family) + bound_place(world, lot_id, step)
    crowd, coming = crowd_at(world, family_id), coming_at(world, lot_id)
    coming.family = family_id
    coming.tool = tool_id
    coming.way_min = way_min
    coming.ahead = NONE
    coming.behind = crowd.first_coming
    if crowd.first_coming != NONE:
        coming_at(world, int64(crowd.first_coming)).ahead = lot_id
    crowd.first_coming = lot_id
    decide_again(world, lot_id)


@compiled
def stop_expecting(world, lot_id):
    """A lot has left the step before, or has come."""
    coming = coming_at(world, lot_id)
    if coming.family == NONE:
        return
    decide_again(world, lot_id)
    if coming.ahead == NONE:
        crowd_at(world, int64(coming.family)).first_coming = coming.behind
    else:
        coming_at(world, int64(coming.ahead)).behind = coming.behind
    if coming.behind != NONE:
        coming_at(world, int64(coming.behind)).ahead = coming.ahead
    coming.family = NONE


@compiled
def decide_again(world, lot_id):
    """What is known of a lot has changed: the group that it comes to looks for work again."""
    family_id = int64(coming_at(world, lot_id).family)
    if family_id != NONE:
        group_id = int64(family_at(world, family_id).group)
        if line_at(world, group_id).free > 0:
            touch(world, group_id)


@compiled
def all_decide_again(world, tool_id):
    """A tool stops or goes on with lots inside, which will come later than thought."""
    tool = tool_at(world, tool_id)
    node = int64(tool.first_lot)
    if group_at(world, tool.group).cascades:
        decide_again(world, lot_of(world, node))
        if tool.second_lot != NONE:
            decide_again(world, lot_of(world, int64(tool.second_lot)))
    else:
        while node != NONE:
            decide_again(world, lot_of(world, node))
            node = int64(link_at(world, node).behind)


# --- Whether to wait ----------------------------------------------------------------------------


@compiled
def rather_waits(world, group, family_id, node):
    """Whether a batch led by a lot that waits had better wait for the next lots of its family.

    It does if the lots that are there lose less, in lot minutes, than those would gain that come
    next and fit; not beyond the limit of the group, and not if it is full.
    """
    crowd, now_min = crowd_at(world, family_id), now_of(world).now_min
    room = family_at(world, family_id).most_carriers - crowd.carriers
    if room <= 0:
        return False
    arrival = next_arrival(world, family_id, room)
    latest_min = waiting_since(world, family_id) + group.batch_wait_min
    if arrival.at_min >= NEVER or arrival.at_min > latest_min:
        return False
    lost_min = crowd.lots * (arrival.at_min - now_min)
    else_min = next_start_min(world, group, family_id, node, arrival)
    return lost_min < arrival.lots * (else_min - arrival.at_min)


@compiled
def next_arrival(world, family_id, room):
    """The lots of a family that come next of those for which there is room."""
    at_min, lots, carriers = NEVER, 0, 0
    lot_id = int64(crowd_at(world, family_id).first_coming)
    while lot_id != NONE:
        many = int64(lot_at(world, lot_id).carriers)
        comes_min = expected_min(world, lot_id)
        if many <= room and comes_min < at_min:
            at_min, lots, carriers = comes_min, 1, many
        elif many <= room and comes_min == at_min and at_min < NEVER:
            lots += 1
            carriers += many
        lot_id = int64(coming_at(world, lot_id).behind)
    return Arrival(at_min, carriers, lots * min(1.0, room / max(carriers, 1)))


@compiled
def expected_min(world, lot_id):
    """When a lot is expected; NEVER while its tool is down, or will wear out before it is through.

    That the step before goes well, and that the lot is not spared the next, is taken for granted.
    """
    coming, node = coming_at(world, lot_id), node_of(world, lot_id)
    if coming.tool != ON_THE_ROAD:
        tool_id = int64(coming.tool)
        if group_at(world, tool_at(world, tool_id).group).cascades:
            if tool_at(world, tool_id).is_suspended:
                return NEVER
        elif will_end(world, tool_id):
            node = tool_id
        else:
            return NEVER
    return planned_at(world, node).time_min + coming.way_min


@compiled
def will_end(world, tool_id):
    """Whether a tool has a job whose end is planned: it neither is down nor wears out before."""
    has_job = tool_at(world, tool_id).first_lot != NONE
    return has_job and planned_does(world, tool_id) == Does.JOB_ENDS


@compiled
def next_start_min(world, group, family_id, node, arrival):
    """When the lots that come could start if the batch starts without them.

    At once on another free tool, if they are enough for a batch; otherwise on the first tool that
    falls free, as far as is known: this one after a mean job, setup apart, or one that runs.
    """
    family, now_min = family_at(world, family_id), now_of(world).now_min
    line = line_at(world, family.group)
    if line.free - 1 > line.expected and arrival.carriers >= family.least_carriers:
        return now_min
    step = step_at(world, lot_at(world, lot_of(world, node)).step)
    free_min = now_min + step.process.mean_min + group.handling_min
    for tool_id in range(int64(group.first_tool), int64(group.first_tool + group.tools)):
        if will_end(world, tool_id):
            free_min = min(free_min, planned_at(world, tool_id).time_min)
    return free_min
