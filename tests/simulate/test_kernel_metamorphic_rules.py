"""Rules for tools that differ: change the input in a way whose effect on the output is known."""

from dataclasses import replace

import pytest
from kernel_fabs import by, run
from kernel_reentrant import CHANGES, bound, reentrant, with_groups, with_steps

from fabstack.arrays.build import Group, breakdown, fab_of
from fabstack.arrays.chance import constant, exponential
from fabstack.arrays.types import Basis, Choice, Key

RULES = [
    by(Key.FIFO),
    by(Key.CRITICAL_RATIO),
    by(Key.SETUP, Key.FIFO),
    (Key.SETUP, Key.EARLIEST_DUE_DATE),
]
STOPS = [breakdown(exponential(80.0), exponential(3.0))]


def finished(parts):
    lots = run(fab_of(parts), 3, 6_000.0).finished.tolist()
    assert len(lots) > 400
    return lots


def all_rules(keys, **more):
    """Cascades, setups, runs, bound tools, tools by setup and at random, breakdowns."""
    parts = bound(reentrant(keys=keys, load=0.3, changes_min=CHANGES, least_runs={"red": 1}))
    kind = {"tools": 3, "choice": Choice.RANDOM, "prefers_least_setup": True, "stops": STOPS}
    return with_groups(parts, **{**kind, **more})


# --- Names and order ----------------------------------------------------------------------------


@pytest.mark.parametrize("keys", RULES)
def test_the_order_in_which_groups_are_listed_changes_nothing(keys):
    parts = all_rules(keys)
    place = {0: 2, 1: 0, 2: 1}
    routes = [
        replace(route, steps=[replace(step, group=place[step.group]) for step in route.steps])
        for route in parts.routes
    ]
    groups = [parts.groups[group] for group in (1, 2, 0)]
    assert finished(parts) == finished(replace(parts, groups=groups, routes=routes))


@pytest.mark.parametrize("keys", RULES)
def test_the_order_in_which_routes_are_listed_changes_nothing(keys):
    """Nor that in which a group hears of its setups."""
    parts = all_rules(keys)
    streams = [replace(stream, route=1 - stream.route) for stream in parts.streams]
    swapped = replace(parts, routes=parts.routes[::-1], streams=streams)
    assert finished(parts) == finished(swapped)


@pytest.mark.parametrize("keys", RULES)
def test_other_names_of_setups_change_nothing(keys):
    parts = all_rules(keys)
    names = {None: None, "red": 7, "blue": "A", "green": ("mask", 1), "p": "red", "b": "green"}
    routes = [
        replace(route, steps=[replace(step, setup=names[step.setup]) for step in route.steps])
        for route in parts.routes
    ]
    groups = [
        replace(
            group,
            changes_min={(names[a], names[b]): t for (a, b), t in group.changes_min.items()},
            least_runs={names[setup]: run for setup, run in group.least_runs.items()},
        )
        for group in parts.groups
    ]
    assert finished(parts) == finished(replace(parts, routes=routes, groups=groups))


@pytest.mark.parametrize("keys", RULES)
def test_a_tool_group_that_nobody_visits_changes_nothing(keys):
    parts = all_rules(keys)
    idle = Group("idle", 5, keys, changes_min=CHANGES, least_runs={"red": 3}, stops=STOPS)
    assert finished(parts) == finished(
        replace(parts, groups=[idle, *parts.groups], routes=later(parts))
    )


def later(parts):
    """The routes, for a fab with one more group ahead of the others."""
    return [
        replace(route, steps=[replace(step, group=step.group + 1) for step in route.steps])
        for route in parts.routes
    ]


def test_setups_that_no_lot_needs_change_nothing():
    """Two lines more in the table of changes."""
    more = {**CHANGES, ("red", "violet"): 9.0, (None, "violet"): 8.0, ("violet", "red"): 7.0}
    parts = all_rules(by(Key.FIFO))
    litho = replace(parts.groups[0], changes_min=more)
    assert finished(parts) == finished(replace(parts, groups=[litho, *parts.groups[1:]]))


# --- Rules that come to nothing -----------------------------------------------------------------


@pytest.mark.parametrize("keys", RULES)
def test_changes_that_take_no_time_are_no_setups(keys):
    """Where lots do not cascade: a cascade takes its second lot earlier where setups change."""
    zero = dict.fromkeys(CHANGES, 0.0)
    parts = with_steps(reentrant(keys=keys, load=0.3), interval_min=None, setup_min=None)
    with_zero = with_groups(parts, changes_min=zero, prefers_least_setup=True)
    without = [key for key in keys if key is not Key.SETUP]
    plain = with_steps(with_groups(parts, keys=without), setup=None)
    assert finished(with_groups(with_zero, tools=2)) == finished(with_groups(plain, tools=2))


@pytest.mark.parametrize("keys", RULES)
def test_runs_of_no_further_lot_are_none(keys):
    """Where lots do not cascade: a cascade whose first lot must wait looks at the other lines."""
    parts = with_steps(all_rules(keys, least_runs={}), interval_min=None)
    zero = dict.fromkeys(["red", "blue", "green"], 0)
    assert finished(parts) == finished(with_groups(parts, least_runs=zero))


def test_a_time_on_the_route_as_in_the_table_changes_nothing():
    """Of green, which takes 3 minutes from any other; the others must stay with the table."""
    parts = all_rules(by(Key.FIFO), changes_min=CHANGES)
    routes = [
        replace(
            route,
            steps=[
                replace(step, setup_min=3.0) if step.setup == "green" else step
                for step in route.steps
            ],
        )
        for route in parts.routes
    ]
    assert finished(parts) == finished(replace(parts, routes=routes))


@pytest.mark.parametrize("keys", RULES)
def test_one_tool_is_neither_chosen_nor_bound(keys):
    """Faster by far, that one tool may be enough; a cascade that chooses may rather wait."""
    parts = with_steps(reentrant(keys=keys, changes_min=CHANGES), process=exponential(0.3))
    plain = with_groups(with_steps(parts, setup_min=0.1, interval_min=None), tools=1)
    chosen = with_groups(bound(plain), choice=Choice.RANDOM, prefers_least_setup=True)
    assert finished(plain) == finished(chosen)


@pytest.mark.parametrize("keys", RULES)
def test_a_window_only_measures(keys):
    parts = all_rules(keys)
    routes = [
        replace(
            route,
            steps=[
                replace(step, limit_min=10.0, limit_to=place + 1)
                for place, step in enumerate(route.steps[:-1])
            ]
            + [route.steps[-1]],
        )
        for route in parts.routes
    ]
    assert finished(parts) == finished(replace(parts, routes=routes))


@pytest.mark.parametrize("keys", RULES[:2])
@pytest.mark.parametrize("basis", [Basis.LOT, Basis.CARRIER])
def test_an_interval_as_long_as_the_process_is_no_cascade(keys, basis):
    """Without handling: the next lot enters as the one ahead leaves, with breakdowns as well."""
    parts = with_steps(reentrant(keys=keys), setup=None, setup_min=None, interval_min=None)
    parts = with_steps(parts, process=constant(0.75), basis=basis)
    parts = with_groups(parts, load_min=0.0, unload_min=0.0, stops=STOPS, tools=1)
    assert finished(parts) == finished(with_steps(parts, interval_min=0.75))


@pytest.mark.parametrize("scale", [0.5, 4.0])
@pytest.mark.parametrize("keys", [RULES[0], *RULES[2:], by(Key.EARLIEST_DUE_DATE, Key.SETUP)])
def test_a_change_of_unit_scales_every_time_exactly(keys, scale):
    """Not so with the critical ratio, in which less than a minute of work counts as a minute."""
    ours = run(fab_of(all_rules(keys)), 3, 6_000.0).finished
    scaled = run(fab_of(in_unit(all_rules(keys), scale)), 3, 6_000.0 * scale).finished
    assert (scaled.left_min == ours.left_min * scale).all()
    assert (scaled.serial == ours.serial).all()


def in_unit(parts, scale):
    def times(value):
        return None if value is None else value * scale

    routes = [
        replace(
            route,
            steps=[
                replace(
                    step,
                    process=step.process.times(scale),
                    interval_min=times(step.interval_min),
                    setup_min=times(step.setup_min),
                )
                for step in route.steps
            ],
        )
        for route in parts.routes
    ]
    groups = [
        replace(
            group,
            load_min=group.load_min * scale,
            unload_min=group.unload_min * scale,
            changes_min={pair: times(t) for pair, t in group.changes_min.items()},
            stops=[
                replace(s, between=s.between.times(scale), length=s.length.times(scale))
                for s in group.stops
            ],
        )
        for group in parts.groups
    ]
    streams = [
        replace(
            stream,
            listed=[
                replace(one, at_min=one.at_min * scale, due_min=one.due_min * scale)
                for one in stream.listed
            ],
        )
        for stream in parts.streams
    ]
    hops = [[way.times(scale) for way in row] for row in parts.hops]
    return replace(parts, routes=routes, groups=groups, streams=streams, hops=hops)
