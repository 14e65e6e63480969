"""The way of a lot: it enters, travels from step to step, and leaves as good or as scrap."""

from numpy import int64

from fabstack.arrays.types import NEVER, NONE, Does, Draw, Late, Law, Saw
from fabstack.simulate.kernel_ahead import expect_from_tool, expect_on_the_road, stop_expecting
from fabstack.simulate.kernel_calendar import plan_event
from fabstack.simulate.kernel_chance import drawn, happens, keyed, lot_draw, numbered, share
from fabstack.simulate.kernel_compile import compiled, inlined
from fabstack.simulate.kernel_free import touch
from fabstack.simulate.kernel_queue import join_line, lot_of, node_of, work_between
from fabstack.simulate.kernel_routes import hop_between
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
    group_at,
    line_at,
    link_at,
    lot_at,
    now_of,
    route_at,
    step_at,
    store_at,
    stream_at,
    stretch_at,
    timer_at,
    window_at,
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
def lot_joins(world, lot_id):
    lot_at(world, lot_id).since_min = now_of(world).now_min
    waits(world, lot_id)


@inlined
def waits(world, lot_id):
    lot = lot_at(world, lot_id)
    join_line(world, lot_id)
    see_lot(world, lot, NONE, Saw.QUEUED)
    group_id = step_at(world, lot.step).group
    if line_at(world, group_id).free > 0:
        touch(world, group_id)


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


@inlined
def travel(world, lot_id, travel_min):
    if step_at(world, lot_at(world, lot_id).step).is_watched and facts_of(world).looks_ahead:
        expect_on_the_road(world, lot_id)
    arrival_min = now_of(world).now_min + travel_min
    plan_event(world, node_of(world, lot_id), arrival_min, Does.LOT_ARRIVES)


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


@inlined
def next_performed(world, lot, step_id):
    """The first step from `step_id` on that this lot visits, or NONE behind the last."""
    step = step_at(world, step_id)
    while step.performed_share < 1.0 and is_spared(lot, step):
        if step.is_last:
            return NONE
        step_id += 1
        step = step_at(world, step_id)
    return step_id


@compiled
def is_spared(lot, step):
    return not happens(step.performed_share, lot.key, lot_draw(Draw.SAMPLING, lot, step))


# --- Steps that are watched: bound tools, limited queue times, lots that are awaited -------------


@compiled
def lot_starts(world, tool_id, lot_id):
    """A lot starts a step that binds it to the tool, ends a window, or leads to who looks ahead."""
    lot = lot_at(world, lot_id)
    step = step_at(world, lot.step)
    if step.binds >= 0:
        bond_at(world, lot_id * facts_of(world).bonds + step.binds).tool = tool_id
    timers = facts_of(world).timers
    for row in range(lot_id * timers, (lot_id + 1) * timers):
        timer = timer_at(world, row)
        if timer.window != NONE and window_at(world, timer.window).to_step == lot.step:
            close_window(world, lot, timer)
    if facts_of(world).late_lots == Late.HELD and step.opens != NONE:
        timer = timer_at(world, lot_id * timers + window_at(world, step.opens).timer)
        timer.window = step.opens
        timer.deadline_min = NEVER
    if facts_of(world).looks_ahead:
        expect_from_tool(world, tool_id, lot_id)


@compiled
def watched_step_ends(world, lot_id, step):
    """The window that the step opens begins; the lot is in its tool no more."""
    if facts_of(world).looks_ahead:
        stop_expecting(world, lot_id)
    if step.opens != NONE:
        open_window(world, lot_id, int64(step.opens))


@compiled
def is_kept_out(world, lot_id):
    """A lot has come, and is held if it opens a window that would be too full."""
    if facts_of(world).looks_ahead:
        stop_expecting(world, lot_id)
    return is_held(world, lot_id)


@compiled
def end_timer(world, timer):
    """A window is over; where lots are held, those that fit now are let in."""
    group_id = int64(step_at(world, window_at(world, timer.window).to_step).group)
    timer.window = NONE
    if facts_of(world).late_lots == Late.HELD:
        line_at(world, group_id).in_windows -= 1
        let_in(world, group_id)


@compiled
def open_window(world, lot_id, window_id):
    """From now on the lot should reach the last step of the window before a deadline."""
    window = window_at(world, window_id)
    timer = timer_at(world, lot_id * facts_of(world).timers + window.timer)
    timer.window = window_id
    timer.deadline_min = now_of(world).now_min + window.limit_min


@compiled
def close_window(world, lot, timer):
    stretch = stretch_at(world, timer.window)
    late_min = now_of(world).now_min - timer.deadline_min
    if late_min > 0.0 and facts_of(world).late_lots >= Late.SCRAPPED:
        lot.is_late = 1
        lot.late_window = timer.window
    end_timer(world, timer)
    stretch.closed += 1
    if late_min > 0.0:
        stretch.late += 1
        stretch.late_min += late_min
        stretch.late_by_1h += late_min > 60.0
        stretch.late_by_2h += late_min > 120.0
        stretch.late_by_4h += late_min > 240.0


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


# --- Lots that are held -------------------------------------------------------------------------
#
# Where lots are held, a lot is let into a window only if those inside it can be served in time by
# the tools at its end. It counts as inside from then on; its timer says so once the first step
# starts (until then it may still time the window before), and runs once that ends.


@compiled
def is_held(world, lot_id):
    """Hold a lot that would come too late; otherwise it counts as inside its window."""
    step = step_at(world, lot_at(world, lot_id).step)
    if facts_of(world).late_lots != Late.HELD or step.opens == NONE:
        return False
    group_id = int64(step_at(world, window_at(world, step.opens).to_step).group)
    line = line_at(world, group_id)
    if line.first_held == NONE and has_room(world, int64(step.opens)):
        line.in_windows += 1
        return False
    node = node_of(world, lot_id)
    link_at(world, node).behind = NONE
    if line.first_held == NONE:
        line.first_held = node
    else:
        link_at(world, int64(line.last_held)).behind = node
    line.last_held = node
    return True


@compiled
def has_room(world, window_id):
    """Whether one more lot would reach the end of a window in time behind those inside."""
    window = window_at(world, window_id)
    group_id = int64(step_at(world, window.to_step).group)
    job_min = work_between(world, window.to_step, window.to_step + 1)
    tools = max(1, group_at(world, group_id).tools)
    inside = line_at(world, group_id).in_windows
    return inside == 0 or inside * job_min / tools <= window.limit_min


@compiled
def let_in(world, group_id):
    """Let in those who are held for as long as there is room, first come first served."""
    line = line_at(world, group_id)
    while line.first_held != NONE:
        node = int64(line.first_held)
        lot_id = lot_of(world, node)
        window_id = int64(step_at(world, lot_at(world, lot_id).step).opens)
        if not has_room(world, window_id):
            return
        line.first_held = link_at(world, node).behind
        line.in_windows += 1
        lot_joins(world, lot_id)


# --- Vehicles -----------------------------------------------------------------------------------


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
def leave_windows(world, lot_id, step_id):
    """The windows that end before a step are over for a lot."""
    timers = facts_of(world).timers
    for row in range(lot_id * timers, (lot_id + 1) * timers):
        timer = timer_at(world, row)
        if timer.window != NONE and window_at(world, timer.window).to_step < step_id:
            end_timer(world, timer)


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
