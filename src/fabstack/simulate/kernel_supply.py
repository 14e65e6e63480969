"""What enters the plants: periodic and listed lots, and lots that wait for parts from a stock."""

from typing import NamedTuple

from numpy import int64

from fabstack.arrays.types import NEVER, NONE, Does, Draw, Law
from fabstack.simulate.kernel_calendar import plan_rare_event
from fabstack.simulate.kernel_chance import drawn, keyed, numbered, share
from fabstack.simulate.kernel_compile import compiled, inlined
from fabstack.simulate.kernel_lots import give_slot_back, lot_enters
from fabstack.simulate.kernel_statistics import age_store
from fabstack.simulate.kernel_tables import (
    _row_of,
    entry_at,
    facts_of,
    lot_at,
    need_at,
    now_of,
    order_at,
    period_at,
    purchase_at,
    room_of,
    route_at,
    stock_at,
    store_at,
    stream_at,
    user_at,
)

FIRST = int64(0)

crossing_at = _row_of("crossings")


class LotOrder(NamedTuple):
    """What a new lot shall be."""

    entered_min: float
    due_min: float
    carriers: int
    rank: int


# --- Entries ------------------------------------------------------------------------------------


@inlined
def lots_enter(world, stream_id):
    """Lots of a stream enter, as soon as the parts for them are there."""
    entry, stream = entry_at(world, stream_id), stream_at(world, stream_id)
    if not parts_are_there(world, stream):
        entry.is_waiting = 1
        return
    take_parts(world, stream_id)
    for _ in range(stream.lots):
        lot_enters(world, stream_id, next_order_of(world, stream_id))
    entry.entries += 1
    expect_entry(world, stream_id)


@compiled
def next_order_of(world, stream_id):
    stream, entry = stream_at(world, stream_id), entry_at(world, stream_id)
    now_min = now_of(world).now_min
    if stream.orders > 0:
        order = order_at(world, stream.first_order + entry.entries)
        return LotOrder(now_min, order.due_min, order.carriers, order.rank)
    due_min = now_min + stream.due_after_min * due_factor(stream, entry)
    return LotOrder(now_min, due_min, stream.carriers, stream.rank)


@compiled
def due_factor(stream, entry):
    """Around 1, so that lots of a stream may be promised more or less time."""
    if stream.due_spread_share == 0.0:
        return 1.0
    u = share(keyed(entry.key, numbered(Draw.DUE_DATE, FIRST, entry.lots)))
    return 1.0 + stream.due_spread_share * (2.0 * u - 1.0)


@inlined
def expect_entry(world, stream_id):
    """Plan the next entry of a stream, unless it has had them all.

    An entry that had to wait for its parts does not put off the ones after it.
    """
    stream, entry = stream_at(world, stream_id), entry_at(world, stream_id)
    if entry.entries < stream.entries:
        entry.planned_min = next_planned_min(world, stream, entry)
        at_min = max(entry.planned_min, now_of(world).now_min)
        plan_rare_event(world, stream_id, at_min, Does.LOTS_ENTER)


@inlined
def next_planned_min(world, stream, entry):
    if stream.orders > 0:
        return order_at(world, stream.first_order + entry.entries).at_min
    if entry.entries > 0:
        return after_gaps(world, stream, entry.planned_min, next_gap(world, stream, entry))
    if stream.gap.law == Law.CONSTANT:
        return after_gaps(world, stream, stream.first_min, 0.0)
    return after_gaps(world, stream, stream.first_min, next_gap(world, stream, entry))


@compiled
def next_gap(world, stream, entry):
    number = numbered(Draw.ENTRY_GAP, FIRST, entry.entries)
    return drawn(world, stream.gap, entry.key, number)


@compiled
def after_gaps(world, stream, from_min, gaps):
    """When so many gaps have passed, at the interval that each period has.

    A gap that spans several periods passes at the rate of each: a Poisson stream stays one while
    its rate changes.
    """
    for row in range(stream.first_period, stream.first_period + stream.periods):
        period = period_at(world, row)
        if from_min < period.until_min and period.interval_min < NEVER:
            if from_min + gaps * period.interval_min < period.until_min:
                return from_min + gaps * period.interval_min
            gaps -= (period.until_min - from_min) / period.interval_min
        from_min = max(from_min, period.until_min)
    return NEVER


# --- Stocks -------------------------------------------------------------------------------------


@compiled
def parts_are_there(world, stream):
    for row in range(stream.first_need, stream.first_need + stream.needs):
        need = need_at(world, row)
        if store_at(world, need.stock).units < need.units:
            return False
    return True


@compiled
def take_parts(world, stream_id):
    stream, entry = stream_at(world, stream_id), entry_at(world, stream_id)
    for row in range(stream.first_need, stream.first_need + stream.needs):
        need = need_at(world, row)
        store = store_at(world, need.stock)
        age_store(store, now_of(world).now_min)
        store.units -= need.units
        store.used += need.units
        note_crossing(world, need.stock, stream_id, entry.lots, -need.units)


@compiled
def units_arrive(world, lot_id):
    """What a finished lot became reaches its stock."""
    lot = lot_at(world, lot_id)
    stock_id = route_at(world, stream_at(world, lot.stream).route).stock
    store_at(world, stock_id).on_the_way -= lot.carriers
    note_crossing(world, stock_id, lot.stream, lot.serial, int64(lot.carriers))
    add_units(world, stock_id, int64(lot.carriers))
    give_slot_back(world, lot_id)


@compiled
def purchase_arrives(world, row):
    """Bought parts reach their stock; the next delivery is expected."""
    purchase = purchase_at(world, row)
    note_crossing(world, purchase.stock, NONE, row, purchase.units)
    add_units(world, purchase.stock, purchase.units)
    expect_purchase(world, row + 1)


@compiled
def expect_purchase(world, row):
    if row < facts_of(world).purchases:
        plan_rare_event(world, row, purchase_at(world, row).at_min, Does.PURCHASE_ARRIVES)


@compiled
def add_units(world, stock_id, units):
    """Put units into a stock and wake the streams that wait for them."""
    now_min = now_of(world).now_min
    store, stock = store_at(world, stock_id), stock_at(world, stock_id)
    age_store(store, now_min)
    store.units += units
    store.arrived += units
    for row in range(stock.first_user, stock.first_user + stock.users):
        stream_id = user_at(world, row).stream
        entry = entry_at(world, stream_id)
        if entry.is_waiting and parts_are_there(world, stream_at(world, stream_id)):
            entry.is_waiting = 0
            plan_rare_event(world, stream_id, now_min, Does.LOTS_ENTER)


@compiled
def note_crossing(world, stock_id, stream_id, serial, units):
    """Write a line of the crossings, if they are kept; the caller sees to it that there is room."""
    if room_of(world).crossings > 0:
        now = now_of(world)
        line = crossing_at(world, now.crossings)
        now.crossings += 1
        line.time_min = now.now_min
        line.serial = serial
        line.units = units
        line.stream = stream_id
        line.stock = stock_id
