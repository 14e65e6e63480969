"""The way of a lot: it enters, travels from step to step, and leaves as good or as scrap."""

from numpy import int64

from fabstack.arrays.types import NONE, Does, Draw, Late, Law, Saw
from fabstack.simulate.kernel_calendar import plan_event
from fabstack.simulate.kernel_chance import drawn, happens, keyed, lot_draw, numbered, share
from fabstack.simulate.kernel_compile import compiled, inlined
from fabstack.simulate.kernel_nodes import node_of
from fabstack.simulate.kernel_queue import lot_joins, waits
from fabstack.simulate.kernel_roads import call_vehicle, travel
from fabstack.simulate.kernel_routes import hop_between, next_performed
from fabstack.simulate.kernel_statistics import (
    count_in,
    count_out,
    count_scrapped_carriers,
    see_lot,
)
from fabstack.simulate.kernel_tables import (
    bond_at,
    entry_at,
    facts_of,
    line_at,
    link_at,
    lot_at,
    now_of,
    route_at,
    step_at,
    store_at,
    stream_at,
    timer_at,
    window_at,
)
from fabstack.simulate.kernel_windows import (
    end_timer,
    is_held,
    is_kept_out,
    leave_windows,
    watched_step_ends,
)

FIRST = int64(0)

# --- Entering -----------------------------------------------------------------------------------


@inlined
def lot_enters(world, stream_id, order):
    """A new lot goes to the first step of its route that sampling does not spare it."""
    lot_id = new_lot(world, stream_id, order)
    lot = lot_at(world, lot_id)
    step_id = next_performed(world, lot, int64(lot.step))
    if step_id == NONE:
        lot_leaves(world, lot_id)
    else:
        lot.step = step_id
        lot_arrives(world, lot_id)


@compiled
def lot_is_there(world, insider, order):
    """A lot that was inside before minute 0 waits at its step."""
    lot_id = new_lot(world, insider.stream, order)
    lot = lot_at(world, lot_id)
    name_lot(world, lot, insider.stream, insider.serial)
    lot.step = insider.step
    lot.since_min = insider.since_min
    if not step_at(world, lot.step).is_watched or not is_held(world, lot_id):
        waits(world, lot_id)


@inlined
def new_lot(world, stream_id, order):
    """Fill a free slot with a lot as ordered."""
    lot_id = take_slot(world)
    lot, entry = lot_at(world, lot_id), entry_at(world, stream_id)
    name_lot(world, lot, stream_id, entry.lots)
    lot.stream = stream_id
    lot.entered_min = order.entered_min
    lot.due_min = order.due_min
    lot.carriers = order.carriers
    lot.rank = order.rank
    lot.visit = 0
    lot.is_shipped = 0
    lot.is_late = 0
    lot.reserves = stream_at(world, stream_id).reserves
    forget_tools_and_times(world, lot_id)
    lot.step = route_at(world, stream_at(world, stream_id).route).first_step
    entry.lots += 1
    count_in(world, lot)
    see_lot(world, lot, NONE, Saw.ENTERED)
    return lot_id


@inlined
def name_lot(world, lot, stream_id, serial):
    """A lot is known by its number within its stream, and so are its draws."""
    lot.key = keyed(entry_at(world, stream_id).key, numbered(Draw.LOT, FIRST, serial))
    lot.serial = serial


@inlined
def forget_tools_and_times(world, lot_id):
    """Nothing is left of the lot that had the slot before."""
    facts = facts_of(world)
    for memory in range(lot_id * facts.bonds, (lot_id + 1) * facts.bonds):
        bond_at(world, memory).tool = NONE
    for timer in range(lot_id * facts.timers, (lot_id + 1) * facts.timers):
        timer_at(world, timer).window = NONE


@compiled
def take_slot(world):
    now = now_of(world)
    lot_id = now.free_lot
    now.free_lot = link_at(world, node_of(world, lot_id)).behind
    now.free_lots -= 1
    if now.free_lots < facts_of(world).most_lots:
        now.is_full = 1
    return lot_id


@compiled
def give_slot_back(world, lot_id):
    now = now_of(world)
    lot_at(world, lot_id).stream = NONE
    link_at(world, node_of(world, lot_id)).behind = now.free_lot
    now.free_lot = lot_id
    now.free_lots += 1


# --- From step to step --------------------------------------------------------------------------


@inlined
def lot_arrives(world, lot_id):
    """A lot reaches the tool group of its step, and is let in unless a window would be too full."""
    if step_at(world, lot_at(world, lot_id).step).is_watched and is_kept_out(world, lot_id):
        return
    lot_joins(world, lot_id)


@compiled
def lot_is_next_door(world, lot_id):
    """A lot arrives without a way."""
    lot_arrives(world, lot_id)


@inlined
def lot_goes_on(world, lot_id):
    """A lot has been through its step: it is lost, goes back, goes on or leaves."""
    lot = lot_at(world, lot_id)
    step = step_at(world, lot.step)
    if step.is_watched:
        watched_step_ends(world, lot_id, step)
    if lot.is_late:
        late_lot_goes(world, lot_id)
    elif step.may_fail and is_lost(world, lot, step):
        lot_leaves(world, lot_id)
    elif step.may_fail and is_reworked(lot, step):
        send_back(world, lot_id, int64(step.rework_step))
    elif step.is_last:
        lot_leaves(world, lot_id)
    else:
        send_to(world, lot_id, int64(lot.step) + 1)


@inlined
def send_to(world, lot_id, step_id):
    """A lot travels to the first step from `step_id` on that it is not spared by sampling."""
    lot = lot_at(world, lot_id)
    planned_id, step_id = step_id, next_performed(world, lot, step_id)
    if step_id == NONE:
        lot_leaves(world, lot_id)
        return
    if step_id != planned_id:
        leave_windows(world, lot_id, step_id)
    hop = hop_between(world, lot.step, step_id)
    lot.step = step_id
    if hop.law == Law.CONSTANT and hop.mean_min == 0.0:
        lot_is_next_door(world, lot_id)
        return
    step = step_at(world, step_id)
    travel_min = drawn(world, hop, lot.key, lot_draw(Draw.TRANSPORT, lot, step))
    if lot.reserves:
        line_at(world, step.group).expected += 1
    if facts_of(world).vehicles > 0:
        call_vehicle(world, lot_id, travel_min)
    else:
        travel(world, lot_id, travel_min)


@compiled
def send_back(world, lot_id, step_id):
    """A lot goes back to an earlier step; windows that begin from there on are over for it."""
    timers = facts_of(world).timers
    for row in range(lot_id * timers, (lot_id + 1) * timers):
        timer = timer_at(world, row)
        if timer.window != NONE and window_at(world, timer.window).from_step >= step_id:
            end_timer(world, timer)
    lot_at(world, lot_id).visit += 1
    send_to(world, lot_id, step_id)


@compiled
def late_lot_goes(world, lot_id):
    """A lot that was too late for a step is lost after it, or goes back to do it all again."""
    lot = lot_at(world, lot_id)
    lot.is_late = 0
    if facts_of(world).late_lots == Late.SCRAPPED:
        count_scrapped_carriers(world, lot, int64(lot.carriers))
        lot.carriers = 0
        lot_leaves(world, lot_id)
    else:
        send_back(world, lot_id, window_at(world, lot.late_window).from_step)


# --- Loss and rework ----------------------------------------------------------------------------


@compiled
def is_lost(world, lot, step):
    """Take out the carriers that do not survive the step; says whether none is left."""
    lost = lost_carriers(lot, step)
    if lost > 0:
        lot.carriers -= lost
        count_scrapped_carriers(world, lot, lost)
    return lot.carriers == 0


@compiled
def lost_carriers(lot, step):
    """How many carriers a step destroys: all of them, or each by a draw of its own."""
    fate = lot_draw(Draw.LOT_SCRAP, lot, step)
    if step.lot_scrap_share > 0.0 and happens(step.lot_scrap_share, lot.key, fate):
        return int64(lot.carriers)
    lost = 0
    if step.carrier_scrap_share > 0.0:
        bits = keyed(lot.key, lot_draw(Draw.CARRIER_SCRAP, lot, step))
        for carrier in range(int64(lot.carriers)):
            lost += happens(step.carrier_scrap_share, bits, carrier)
    return lost


@compiled
def is_reworked(lot, step):
    fate = lot_draw(Draw.REWORK, lot, step)
    return step.rework_share > 0.0 and happens(step.rework_share, lot.key, fate)


# --- Leaving ------------------------------------------------------------------------------------


@inlined
def lot_leaves(world, lot_id):
    """A lot is finished or lost; its good carriers go to the stock of the route, if it has one."""
    lot = lot_at(world, lot_id)
    if facts_of(world).late_lots == Late.HELD:
        leave_windows(world, lot_id, NONE)
    count_out(world, lot)
    see_lot(world, lot, NONE, Saw.LEFT if lot.carriers > 0 else Saw.SCRAPPED)
    route = route_at(world, stream_at(world, lot.stream).route)
    if route.stock == NONE or lot.carriers == 0:
        give_slot_back(world, lot_id)
    else:
        lot_becomes_units(world, lot_id, route)


@compiled
def lot_becomes_units(world, lot_id, route):
    """The carriers are divided, tested and sent to the stock; the slot holds the shipment."""
    lot, store = lot_at(world, lot_id), store_at(world, route.stock)
    made = round_half_up(lot.carriers * route.units_per_carrier)
    good = good_units(lot, made, route.yield_share)
    store.lost += made - good
    store.on_the_way += good
    lot.carriers = good
    lot.is_shipped = 1
    delay_min = drawn(world, route.delay, lot.key, numbered(Draw.CROSSING_DELAY, FIRST, FIRST))
    arrival_min = now_of(world).now_min + delay_min
    plan_event(world, node_of(world, lot_id), arrival_min, Does.UNITS_ARRIVE)


@compiled
def good_units(lot, made, yield_share):
    """A whole number whose expectation is made x yield: its fraction is decided by a draw."""
    if yield_share >= 1.0:
        return made
    luck = share(keyed(lot.key, numbered(Draw.CROSSING_YIELD, FIRST, FIRST)))
    return int64(made * yield_share + luck)


@compiled
def round_half_up(value):
    return int64(value + 0.5)
