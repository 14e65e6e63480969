"""The calendar: a wheel of time buckets for tools and lots, a heap for all that is rare.

The total order of events is (time, what the event does, sequence of planning). The last two are
one integer, `order`. Which of the structures holds an event changes the speed and never the order.
"""

from typing import NamedTuple

from numpy import int64

from fabstack.arrays.types import NEVER, NONE, SEQUENCE_BITS, Does
from fabstack.simulate.kernel_compile import compiled, inlined
from fabstack.simulate.kernel_tables import (
    bucket_at,
    expect_lot,
    expect_tool,
    facts_of,
    heap_at,
    link_at,
    planned_at,
    today_at,
    wheel_of,
)

NOTHING = int(Does.NOTHING)
ONE = int64(1)
ROOT = int64(0)
SHORT = 24  # events; a longer list is sorted with gaps first


class Event(NamedTuple):
    """What happens next; `node` is a tool, a lot or the row that the event is about."""

    time_min: float
    does: int
    node: int


# --- Planning -----------------------------------------------------------------------------------


@inlined
def plan_event(world, node, time_min, does):
    """Put the one event of a tool or lot into the calendar."""
    if not time_min < NEVER:
        return
    wheel = wheel_of(world)
    order = next_order(wheel, does)
    planned = planned_at(world, node)
    planned.time_min = time_min
    planned.order = order
    bucket = bucket_of(wheel, time_min)
    if bucket <= wheel.bucket:
        insert_today(world, time_min, order, node)
    elif bucket - wheel.bucket < wheel.buckets:
        hang_onto_wheel(world, bucket, node)
    else:
        push(world, time_min, order, node)


@compiled
def plan_rare_event(world, row, time_min, does):
    """Put an event that belongs to no tool or lot into the calendar."""
    if time_min < NEVER:
        push(world, time_min, next_order(wheel_of(world), does), row)


@compiled
def next_order(wheel, does):
    """The order of an event among those of its minute: what it does, then when it was planned."""
    wheel.sequence += 1
    return (does << SEQUENCE_BITS) + wheel.sequence


@compiled
def bucket_of(wheel, time_min):
    return int64(time_min * wheel.buckets_per_min)


# --- Taking -------------------------------------------------------------------------------------


@inlined
def take_next(world, before_min):
    """Remove the first event before a minute; an event that does NOTHING if there is none."""
    wheel = wheel_of(world)
    if wheel.first == wheel.end:
        open_bucket(world)
    if wheel.first < wheel.end and today_goes_first(world):
        event = today_at(world, wheel.first)
        if event.time_min < before_min:
            wheel.first += 1
            return as_event(event)
    elif wheel.heap > 0 and heap_at(world, 0).time_min < before_min:
        event = as_event(heap_at(world, 0))
        if wheel.first == wheel.end:
            wheel.bucket = max(wheel.bucket, bucket_of(wheel, event.time_min))
        pop(world)
        return event
    return Event(before_min, NOTHING, 0)


@compiled
def as_event(event):
    return Event(event.time_min, event.order >> SEQUENCE_BITS, int64(event.node))


@compiled
def today_goes_first(world):
    wheel = wheel_of(world)
    return wheel.heap == 0 or goes_before(today_at(world, wheel.first), heap_at(world, 0))


@compiled
def goes_before(a, b):
    return a.time_min < b.time_min or (a.time_min == b.time_min and a.order < b.order)


@compiled
def more_happens_at(world, time_min):
    """Whether another event is planned for this very minute (all such are today or in the heap)."""
    wheel = wheel_of(world)
    return (wheel.first < wheel.end and today_at(world, wheel.first).time_min == time_min) or (
        wheel.heap > 0 and heap_at(world, 0).time_min == time_min
    )


# --- The wheel ----------------------------------------------------------------------------------


@compiled
def hang_onto_wheel(world, bucket, node):
    """Put an event at the head of the list of its bucket."""
    place = bucket & (wheel_of(world).buckets - 1)
    link_at(world, node).behind = bucket_at(world, place).first
    bucket_at(world, place).first = node


@inlined
def open_bucket(world):
    """Lay out the events of the next bucket that has any, unless the heap's first comes before."""
    wheel = wheel_of(world)
    mask = wheel.buckets - 1
    last = wheel.bucket + mask
    if wheel.heap > 0:
        last = min(last, bucket_of(wheel, heap_at(world, 0).time_min))
    for bucket in range(wheel.bucket + 1, last + 1):
        if bucket_at(world, bucket & mask).first != NONE:
            lay_out(world, bucket)
            return


@compiled
def lay_out(world, bucket):
    """Open a bucket: its list becomes the sorted events of today, whose rows are fetched."""
    wheel = wheel_of(world)
    place = bucket & (wheel_of(world).buckets - 1)
    node = int64(bucket_at(world, place).first)
    bucket_at(world, place).first = NONE
    wheel.bucket = bucket
    wheel.first = 0
    wheel.end = 0
    while node != NONE:
        planned = planned_at(world, node)
        write_today(world, wheel.end, planned.time_min, planned.order, node)
        expect_record(world, node)
        wheel.end += 1
        node = int64(link_at(world, node).behind)
    sort_today(world)


@compiled
def expect_record(world, node):
    """The lot or tool of an event of the open bucket is needed soon."""
    tools = facts_of(world).tools
    if node < tools:
        expect_tool(world, node)
    else:
        expect_lot(world, node - tools)


# --- The open bucket ----------------------------------------------------------------------------


@compiled
def write_today(world, place, time_min, order, node):
    event = today_at(world, place)
    event.time_min = time_min
    event.order = order
    event.node = node


@compiled
def sort_today(world):
    """Sort the open bucket in place (Shell 1959, gaps of Ciura 2001): most are short."""
    end = wheel_of(world).end
    if end > SHORT:
        reverse_today(world)  # lists grow at the head: ties lie in falling order
        for gap in (1750, 701, 301, 132, 57, 23, 10, 4):
            sift_all(world, gap)
    sift_all(world, ONE)


@compiled
def reverse_today(world):
    end = wheel_of(world).end
    for place in range(end // 2):
        a, b = today_at(world, place), today_at(world, end - 1 - place)
        a.time_min, b.time_min = b.time_min, a.time_min
        a.order, b.order = b.order, a.order
        a.node, b.node = b.node, a.node


@compiled
def sift_all(world, gap):
    for place in range(gap, wheel_of(world).end):
        sift_today(world, place, gap)


@compiled
def sift_today(world, place, gap):
    """Move one event to the front, `gap` places at a time, until it is in order."""
    event = today_at(world, place)
    time_min, order, node = event.time_min, event.order, event.node
    while place >= gap and comes_after(today_at(world, place - gap), time_min, order):
        ahead = today_at(world, place - gap)
        write_today(world, place, ahead.time_min, ahead.order, ahead.node)
        place -= gap
    write_today(world, place, time_min, order, node)


@compiled
def comes_after(event, time_min, order):
    """Whether an event comes after another that is given by its time and order."""
    return event.time_min > time_min or (event.time_min == time_min and event.order > order)


@compiled
def insert_today(world, time_min, order, node):
    """Add an event to the open bucket."""
    wheel = wheel_of(world)
    if wheel.end == wheel.today:
        close_ranks(world)
    place = wheel.end
    wheel.end += 1
    while place > wheel.first and comes_after(today_at(world, place - 1), time_min, order):
        ahead = today_at(world, place - 1)
        write_today(world, place, ahead.time_min, ahead.order, ahead.node)
        place -= 1
    write_today(world, place, time_min, order, node)


@compiled
def close_ranks(world):
    """Move what is left of today to the front of its array."""
    wheel = wheel_of(world)
    left = wheel.end - wheel.first
    for place in range(left):
        event = today_at(world, wheel.first + place)
        write_today(world, place, event.time_min, event.order, event.node)
    wheel.first = 0
    wheel.end = left


# --- Taking back --------------------------------------------------------------------------------


@compiled
def planned_does(world, node):
    """What the event of a tool or lot will do."""
    return planned_at(world, node).order >> SEQUENCE_BITS


@compiled
def withdraw(world, node):
    """Take the event of a tool or lot out of the calendar; returns its time."""
    planned = planned_at(world, node)
    if bucket_of(wheel_of(world), planned.time_min) <= wheel_of(world).bucket:
        was_found = withdraw_today(world, planned.order)
    else:
        was_found = withdraw_from_wheel(world, node)
    if not was_found:
        withdraw_from_heap(world, planned.order)
    return planned.time_min


@compiled
def withdraw_today(world, order):
    """Close the gap in the open bucket; says whether the event was there."""
    wheel = wheel_of(world)
    for place in range(wheel.first, wheel.end):
        if today_at(world, place).order == order:
            for gap in range(place, wheel.end - 1):
                later = today_at(world, gap + 1)
                write_today(world, gap, later.time_min, later.order, later.node)
            wheel.end -= 1
            return True
    return False


@compiled
def withdraw_from_wheel(world, node):
    """Take an event out of the list of its bucket; says whether it was there."""
    bucket = bucket_of(wheel_of(world), planned_at(world, node).time_min)
    place = bucket & (wheel_of(world).buckets - 1)
    ahead = bucket_at(world, place).first
    if ahead == node:
        bucket_at(world, place).first = link_at(world, node).behind
        return True
    while ahead != NONE and link_at(world, ahead).behind != node:
        ahead = link_at(world, ahead).behind
    if ahead != NONE:
        link_at(world, ahead).behind = link_at(world, node).behind
    return ahead != NONE


@compiled
def withdraw_from_heap(world, order):
    wheel = wheel_of(world)
    place = ROOT
    while heap_at(world, place).order != order:
        place += 1
    wheel.heap -= 1
    if place < wheel.heap:
        last = heap_at(world, wheel.heap)
        time_min, order, node = last.time_min, last.order, last.node
        place = rise(world, place, time_min, order)
        sink(world, place, time_min, order, node)


# --- The heap -----------------------------------------------------------------------------------


@compiled
def push(world, time_min, order, node):
    wheel = wheel_of(world)
    place = rise(world, wheel.heap, time_min, order)
    wheel.heap += 1
    write_heap(world, place, time_min, order, node)


@compiled
def pop(world):
    """Remove the first event of the heap."""
    wheel = wheel_of(world)
    wheel.heap -= 1
    if wheel.heap > 0:
        last = heap_at(world, wheel.heap)
        sink(world, ROOT, last.time_min, last.order, last.node)


@compiled
def write_heap(world, place, time_min, order, node):
    event = heap_at(world, place)
    event.time_min = time_min
    event.order = order
    event.node = node


@compiled
def rise(world, place, time_min, order):
    """Open a hole at `place` and move it up to where this event belongs; returns it."""
    while place > 0 and comes_after(heap_at(world, (place - 1) // 2), time_min, order):
        above = heap_at(world, (place - 1) // 2)
        write_heap(world, place, above.time_min, above.order, above.node)
        place = (place - 1) // 2
    return place


@compiled
def sink(world, place, time_min, order, node):
    """Move the hole at `place` down to where this event belongs, and put it there."""
    size = wheel_of(world).heap
    while 2 * place + 1 < size:
        child = 2 * place + 1
        if child + 1 < size and goes_before(heap_at(world, child + 1), heap_at(world, child)):
            child += 1
        if not comes_after_event(time_min, order, heap_at(world, child)):
            break
        below = heap_at(world, child)
        write_heap(world, place, below.time_min, below.order, below.node)
        place = child
    write_heap(world, place, time_min, order, node)


@compiled
def comes_after_event(time_min, order, event):
    """Whether an event that is given by its time and order comes after another."""
    return time_min > event.time_min or (time_min == event.time_min and order > event.order)
