"""Change the input in a way whose effect on the output is known."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kernel_fabs import EXP, ONE, everything, line, queue, run

from fabstack.arrays.build import Group, Listed, Parts, Route, Step, Stream, breakdown, fab_of
from fabstack.arrays.chance import exponential, uniform
from fabstack.arrays.types import NEVER, Key

END_MIN = 3_000.0


def finished(fab, end_min=END_MIN, seed=3):
    return run(fab, seed, end_min).finished


@pytest.mark.parametrize("scale", [0.25, 2.0, 1024.0])
def test_a_change_of_unit_scales_every_time_exactly(scale):
    ours, scaled = finished(everything()), finished(everything(scale), END_MIN * scale)
    assert len(ours) > 100
    assert (scaled.left_min == ours.left_min * scale).all()
    assert (scaled.entered_min == ours.entered_min * scale).all()
    assert (scaled.serial == ours.serial).all()


def renamed(parts, order):
    """The same parts with the groups listed in another order."""
    place = {group: new for new, group in enumerate(order)}
    routes = [
        replace(route, steps=[replace(step, group=place[step.group]) for step in route.steps])
        for route in parts.routes
    ]
    return replace(parts, groups=[parts.groups[group] for group in order], routes=routes)


def reentrant():
    """Breakdowns, priorities, sampling and rework; no two events tie."""
    stops = [breakdown(exponential(60.0), exponential(5.0))]
    steps = [
        Step(0, uniform(1.0, 2.0)),
        Step(1, exponential(1.0), performed_share=0.6),
        Step(2, exponential(1.5), rework_share=0.1, rework_to=0),
        Step(0, exponential(1.0)),
    ]
    gap = exponential(1.0)
    return Parts(
        [Group("a", 2, stops=stops), Group("b", stops=stops), Group("c", 2)],
        [Route(steps), Route(steps[::2])],
        [
            Stream("one", 0, 0, gap=gap, intervals=[(NEVER, 4.0)], rank=1),
            Stream("two", 1, 1, gap=gap, intervals=[(NEVER, 8.0)]),
        ],
        hops=((uniform(0.1, 0.2),),),
    )


@pytest.mark.parametrize("order", [[2, 0, 1], [1, 2, 0], [2, 1, 0]])
def test_the_order_in_which_groups_are_listed_changes_nothing(order):
    ours, permuted = (finished(fab_of(p)) for p in (reentrant(), renamed(reentrant(), order)))
    assert ours.tolist() == permuted.tolist()


def test_the_order_in_which_streams_are_listed_changes_nothing():
    parts = reentrant()
    ours, swapped = (
        finished(fab_of(p)) for p in (parts, replace(parts, streams=parts.streams[::-1]))
    )
    assert ours.left_min.tolist() == swapped.left_min.tolist()
    assert ours.stream.tolist() == (1 - swapped.stream).tolist()


def test_a_tool_group_that_nobody_visits_changes_nothing():
    parts = reentrant()
    idle = Group("idle", 5, stops=[breakdown(exponential(9.0), exponential(2.0))])
    with_idle = replace(parts, groups=[*parts.groups, idle])
    assert finished(fab_of(parts)).tolist() == finished(fab_of(with_idle)).tolist()


def test_a_breakdown_that_never_comes_changes_nothing():
    plain = fab_of(line([EXP, ONE], 1.5))
    never = [breakdown(exponential(1e30), ONE)]
    parts = line([EXP, ONE], 1.5)
    groups = [replace(group, stops=never) for group in parts.groups]
    assert finished(plain).tolist() == finished(fab_of(replace(parts, groups=groups))).tolist()


@given(st.integers(0, 2**40), st.sampled_from([(1, 2), (2, 3), (3, 7)]))
@settings(max_examples=30, deadline=None)
def test_one_more_tool_never_delays_a_lot_at_one_step(seed, tools):
    fewer, more = (finished(queue(EXP, 0.7 / tools[0], n), 200.0, seed) for n in tools)
    late = {int(lot.serial): lot.left_min for lot in fewer}
    early = {int(lot.serial): lot.left_min for lot in more}
    assert all(early[lot] <= minute + 1e-9 for lot, minute in late.items())


def test_two_rules_see_the_same_luck():
    """Common random numbers: without a queue, the rule makes no difference at all."""
    parts = reentrant()
    many = [replace(group, tools=200, stops=()) for group in parts.groups]
    by_rule = [
        finished(fab_of(replace(parts, groups=[replace(g, keys=(key,)) for g in many])))
        for key in [*Key][1:]
        if key is not Key.OWN
    ]
    assert all(by_rule[0].tolist() == other.tolist() for other in by_rule[1:])


def test_more_lots_do_not_change_the_luck_of_those_before():
    few, many = (
        Parts(
            [Group("tool")],
            [Route([Step(0, EXP)])],
            [Stream("lots", listed=[Listed(10.0 * k) for k in range(count)])],
        )
        for count in (20, 40)
    )
    ours, more = finished(fab_of(few)), finished(fab_of(many))
    assert np.array_equal(ours.left_min, more.left_min[:20])
