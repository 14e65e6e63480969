"""The road: lots travel, if need be when a vehicle is free."""

from numpy import int64

from fabstack.arrays.types import NONE, Does
from fabstack.simulate.kernel_ahead import expect_on_the_road
from fabstack.simulate.kernel_calendar import plan_event
from fabstack.simulate.kernel_compile import compiled, inlined
from fabstack.simulate.kernel_nodes import lot_of, node_of
from fabstack.simulate.kernel_tables import facts_of, link_at, lot_at, now_of, step_at


@inlined
def travel(world, lot_id, travel_min):
    """A lot sets out."""
    if step_at(world, lot_at(world, lot_id).step).is_watched and facts_of(world).looks_ahead:
        expect_on_the_road(world, lot_id)
    arrival_min = now_of(world).now_min + travel_min
    plan_event(world, node_of(world, lot_id), arrival_min, Does.LOT_ARRIVES)


@compiled
def call_vehicle(world, lot_id, travel_min):
    """A lot travels if a vehicle is free, and otherwise waits for one."""
    now, node = now_of(world), node_of(world, lot_id)
    if now.vehicles > 0:
        now.vehicles -= 1
        travel(world, lot_id, travel_min)
        return
    lot_at(world, lot_id).travel_min = travel_min
    link_at(world, node).behind = NONE
    if now.first_parked == NONE:
        now.first_parked = node
    else:
        link_at(world, int64(now.last_parked)).behind = node
    now.last_parked = node


@compiled
def vehicle_is_free(world):
    """A vehicle has brought its lot, and fetches the one that waits for longest."""
    now = now_of(world)
    if now.first_parked == NONE:
        now.vehicles += 1
        return
    node = int64(now.first_parked)
    now.first_parked = link_at(world, node).behind
    travel(world, lot_of(world, node), lot_at(world, lot_of(world, node)).travel_min)
