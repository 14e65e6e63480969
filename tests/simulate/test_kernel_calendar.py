"""Events leave the calendar by (time, what they do, order of planning), whatever holds them."""

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fabstack.arrays import types as t
from fabstack.arrays.build import Group, Parts, Route, Step, Stream, fab_of, poisson
from fabstack.arrays.chance import constant
from fabstack.arrays.types import Does
from fabstack.simulate import kernel_calendar as calendar
from fabstack.simulate.kernel_tables import Handle
from fabstack.simulate.world import new_world

TOOLS = 60


@numba.njit
def plan(world, node, time_min, does):
    calendar.plan_event(world, node, time_min, does)


@numba.njit
def plan_rare(world, row, time_min, does):
    calendar.plan_rare_event(world, row, time_min, does)


@numba.njit
def withdraw(world, node):
    return calendar.withdraw(world, node)


@numba.njit
def take(world, before_min):
    event = calendar.take_next(world, before_min)
    return event.time_min, event.does, event.node


def empty_calendar():
    """A world whose calendar holds nothing, with a wheel of 64 buckets of a quarter of a minute."""
    parts = Parts(
        [Group("tools", TOOLS)], [Route([Step(0, constant(1.0))])], [Stream("none", entries=0)]
    )
    world = new_world(fab_of(parts), 1)
    world.calendar.wheel.heap[0] = 0
    world.calendar.wheel.buckets_per_min[0] = 4.0
    world.calendar.buckets.first[:] = t.NONE
    return world._replace(
        calendar=world.calendar._replace(
            buckets=t.table(t.BUCKET, 64, first=t.NONE),
            wheel=_with(world.calendar.wheel, buckets=64),
        )
    )


def _with(row, **values):
    for name, value in values.items():
        row[name] = value
    return row


def taken(world, before_min=np.inf):
    handle = Handle(world)
    events = []
    while (event := take(handle.world, before_min))[1] != Does.NOTHING:
        events.append(event)
    return events


# Ties, near times, times in one bucket, times beyond the wheel (16 minutes), times far beyond.
TIMES = st.sampled_from([0.0, 0.1, 0.25, 1.0, 2.0, 2.125, 15.75, 16.0, 17.0, 40.0, 1e6])
KINDS = st.sampled_from([Does.JOB_ENDS, Does.STOP_ENDS, Does.LOT_ARRIVES])
RARE = st.sampled_from([Does.STOP_FALLS_DUE, Does.LOTS_ENTER])


@given(st.lists(st.tuples(TIMES, KINDS, RARE, st.booleans()), max_size=TOOLS))
@settings(max_examples=300, deadline=None)
def test_events_leave_by_time_then_kind_then_order_of_planning(planned):
    world = empty_calendar()
    handle, expected = Handle(world), []
    for node, (time_min, does, rare, is_rare) in enumerate(planned):
        put, what = (plan_rare, rare) if is_rare else (plan, does)
        put(handle.world, node, time_min, int(what))
        expected.append((time_min, int(what), node))
    assert taken(world) == sorted(expected)


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_events_planned_while_others_leave_keep_the_order(data):
    """As in a run: what is planned is never before now, and may tie with it."""
    world, now_min = empty_calendar(), 0.0
    handle, waiting, free, order = Handle(world), {}, list(range(TOOLS)), 0
    for _ in range(data.draw(st.integers(1, 60))):
        if free and (not waiting or data.draw(st.booleans())):
            node, does = free.pop(), data.draw(KINDS)
            time_min = now_min + data.draw(TIMES)
            plan(handle.world, node, time_min, int(does))
            order += 1
            waiting[node] = (time_min, int(does), order)
        elif data.draw(st.integers(0, 3)) == 0:
            node = data.draw(st.sampled_from(sorted(waiting)))
            assert withdraw(handle.world, node) == waiting.pop(node)[0]
            free.append(node)
        else:
            first = min(waiting, key=waiting.__getitem__)
            now_min, does, node = take(handle.world, np.inf)
            assert (now_min, does, node) == (*waiting.pop(first)[:2], first)
            free.append(node)
    assert [event[2] for event in taken(world)] == sorted(waiting, key=waiting.__getitem__)


def test_a_bucket_with_thousands_of_ties_and_random_times_is_sorted():
    generator = np.random.default_rng(1)
    world = empty_calendar()
    lots = world.state.lots.size
    times = np.where(generator.random(lots) < 0.5, 3.0, 3.0 + 0.2 * generator.random(lots))
    handle = Handle(world)
    for lot, time_min in enumerate(times):
        plan(handle.world, TOOLS + lot, time_min, int(Does.LOT_ARRIVES))
    order = [node - TOOLS for _, _, node in taken(world)]
    assert order == np.lexsort((np.arange(lots), times)).tolist()


def test_an_event_at_the_end_of_a_run_stays():
    world = empty_calendar()
    plan(Handle(world).world, 3, 5.0, int(Does.JOB_ENDS))
    assert taken(world, 5.0) == []
    assert taken(world, 5.5) == [(5.0, Does.JOB_ENDS, 3)]


def test_an_event_that_never_comes_is_not_planned():
    world = empty_calendar()
    plan(Handle(world).world, 3, t.NEVER, int(Does.JOB_ENDS))
    assert taken(world) == []


@pytest.mark.parametrize("tools", [1, 100, 20_000])
def test_the_wheel_of_any_fab_reaches_beyond_its_longest_jobs(tools):
    """Beyond it lies the heap: most ways of 15,000 tools ended there, at twice the time."""
    parts = Parts(
        [Group("wet", tools)],
        [Route([Step(0, constant(10.0)), Step(0, constant(400.0))])],
        [poisson("wafers", 300.0 / tools)],
    )
    wheel = new_world(fab_of(parts), 1).calendar.wheel
    span_min = float((wheel.buckets / wheel.buckets_per_min)[0])
    assert span_min >= 4 * 400 / 2**0.5  # widths are rounded to powers of two
