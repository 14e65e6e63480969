"""Batches that look ahead: by hand, by changes of known effect, and against the minimum size.

The oven takes 30 minutes. A lot that waits with q others of its batch, for one that comes in t
minutes, waits if q t < 30 - t: the oven would be free again after 30 minutes.
"""

from dataclasses import replace

import numpy as np
import pytest
from kernel_fabs import by, mean_wait_min, run
from kernel_reentrant import CHANGES, baked, reentrant, with_groups, with_steps
from kernel_stories import lots, stops_at, story

from fabstack.arrays.build import Group, Parts, Route, Step, breakdown, fab_of, poisson
from fabstack.arrays.chance import constant, exponential, uniform
from fabstack.arrays.types import Basis, Clock, Key, Late

BENCHES = 9


def bake(**step):
    """The step at the oven; a lot has 25 carriers."""
    room = {"least_carriers": 1, "most_carriers": 100, **step}
    return Step(1, constant(30.0), Basis.BATCH, **({"batch_family": "bake"} | room))


def lot(comes_min, *, carriers=25, step=None, **bench):
    """A lot that comes to the oven at a minute, from a bench that it is in since minute 0."""
    return carriers, [Step(0, constant(comes_min), **bench), step or bake()]


def told(*coming, bench=None, oven=None, way_min=0.0, **parts):
    """(minute, lot) of each start in the oven."""
    groups = [
        Group("bench", **{"tools": BENCHES, **(bench or {})}),
        Group("oven", **{"looks_ahead": True, **(oven or {})}),
    ]
    streams = [lots((0.0, carriers), route=place) for place, (carriers, _) in enumerate(coming)]
    fab = Parts(
        groups,
        [Route(steps) for _, steps in coming],
        streams,
        hops=((constant(way_min),),),
        **parts,
    )
    first = groups[0].tools
    return [(minute, int(name[0])) for minute, name, tool in story(fab) if tool >= first]


# --- By hand ------------------------------------------------------------------------------------


def test_a_batch_waits_for_a_lot_that_would_gain_more_than_it_loses():
    """It loses 10 minutes; the other one would otherwise wait from 20 to 40."""
    assert told(lot(10.0), lot(20.0)) == [(20.0, 0), (20.0, 1)]


def test_a_batch_does_not_wait_where_it_would_lose_more():
    """16 minutes lost, 14 gained."""
    assert told(lot(10.0), lot(26.0)) == [(10.0, 0), (40.0, 1)]


def test_a_batch_does_not_wait_where_it_would_lose_as_much():
    assert told(lot(10.0), lot(25.0)) == [(10.0, 0), (40.0, 1)]


@pytest.mark.parametrize(("comes", "starts"), [(19.5, 19.5), (20.5, 10.0)])
def test_each_lot_of_a_batch_loses(comes, starts):
    """Two lots: they wait for less than 10 of the 30 minutes."""
    assert told(lot(10.0), lot(10.0), lot(comes))[:2] == [(starts, 0), (starts, 1)]


@pytest.mark.parametrize(("comes", "starts"), [(29.5, 29.5), (30.5, 10.0)])
def test_all_lots_that_come_together_gain(comes, starts):
    """Two lots: 20 minutes lost for each 20 of the oven's."""
    assert told(lot(10.0), lot(comes), lot(comes))[0] == (starts, 0)


def test_of_lots_that_come_together_only_those_that_fit_gain():
    """Room for one of two; 16 minutes lost, 14 gained."""
    room = bake(most_carriers=50)
    coming = [lot(10.0, step=room), lot(26.0, step=room), lot(26.0, step=room)]
    assert told(*coming)[0] == (10.0, 0)


def test_it_decides_anew_when_the_lot_has_come():
    """For the one at 20, and then, with two lots, for the one at 29 but not for that at 40."""
    assert told(lot(10.0), lot(20.0), lot(29.0), lot(40.0)) == [
        (29.0, 0),
        (29.0, 1),
        (29.0, 2),
        (59.0, 3),
    ]


def test_those_who_come_may_come_in_any_order():
    """All start their benches at 0; the second comes first, and two lots wait for the third."""
    together = [(20.0, 0), (20.0, 1), (20.0, 2)]
    assert sorted(told(lot(12.0), lot(10.0), lot(20.0))) == together
    assert sorted(told(lot(10.0), lot(20.0), lot(12.0))) == together
    assert sorted(told(lot(20.0), lot(12.0), lot(10.0))) == together


def test_a_full_batch_starts():
    room = bake(most_carriers=25)
    assert told(lot(10.0, step=room), lot(11.0, step=room)) == [(10.0, 0), (40.0, 1)]


def test_nobody_waits_for_a_lot_that_does_not_fit():
    room = bake(most_carriers=40)
    assert told(lot(10.0, step=room), lot(11.0, step=room)) == [(10.0, 0), (40.0, 1)]


def test_nobody_waits_for_a_lot_of_another_family():
    assert told(lot(10.0), lot(11.0, step=bake(batch_family="other")))[0] == (10.0, 0)


def test_a_batch_waits_no_longer_than_the_limit():
    """A lot that comes at 15, 5 minutes later, is worth it; the next, at 16, is beyond 5."""
    late = {"batch_wait_min": 5.0}
    assert told(lot(10.0), lot(15.0), oven=late)[0] == (15.0, 0)
    assert told(lot(10.0), lot(15.5), oven=late)[0] == (10.0, 0)
    assert told(lot(10.0), lot(15.0), lot(16.0), oven=late)[:2] == [(15.0, 0), (15.0, 1)]


def test_a_batch_below_its_minimum_waits_in_any_case():
    pair = bake(least_carriers=50)
    coming = [lot(10.0, step=pair), lot(39.0, step=pair), lot(45.0, step=pair)]
    assert told(*coming) == [(45.0, 0), (45.0, 1), (45.0, 2)]


def test_a_lot_that_is_lost_at_the_step_before_is_awaited_until_then():
    coming = [lot(10.0), lot(20.0, lot_scrap_share=1.0)]
    assert told(*coming) == [(20.0, 0)]


def test_a_lot_whose_tool_breaks_is_awaited_no_longer():
    """The benches break at 14, when one of them is busy, for 100 minutes."""
    bench = {"stops": [stops_at((14.0, 100.0))]}
    assert told(lot(10.0), lot(20.0), bench=bench) == [(14.0, 0), (120.0, 1)]


def test_a_lot_is_awaited_again_when_its_tool_goes_on():
    """Benches are down from 12 to 41; lots that would have come at 16 and 21 come at 45 and 50."""
    bench = {"stops": [stops_at((12.0, 29.0))]}
    coming = [lot(16.0), lot(21.0)]
    assert told(*coming, bench=bench) == [(50.0, 0), (50.0, 1)]
    assert told(*coming, bench=bench, oven={"batch_wait_min": 4.0}) == [(45.0, 0), (75.0, 1)]


def third(comes_min, *, oven=None, **bench):
    """(minute, lot) of starts in the oven: lot 0 is there at 10, lots 1 and 2 come at 29.5.

    The oven would wait for them both, but for lot 3 alone only until 25; it comes from a bench of
    its own.
    """
    own = Step(2, constant(comes_min), **bench.pop("step", {}))
    routes = [Route([Step(0, constant(at)), bake()]) for at in (10.0, 29.5, 29.5)]
    entered = bench.pop("entered_min", 0.0)
    streams = [lots((0.0,), route=place) for place in range(3)] + [lots((entered,), route=3)]
    groups = [
        Group("bench", BENCHES),
        Group("oven", looks_ahead=True, **(oven or {})),
        Group("own", **bench),
    ]
    parts = Parts(groups, [*routes, Route([own, bake()])], streams)
    return [(minute, int(name[0])) for minute, name, tool in story(parts) if tool == BENCHES]


def test_it_decides_anew_when_another_lot_starts_the_step_before():
    """From 11 on lot 3 is known to come first, at 28: 17 minutes lost, 13 gained."""
    assert third(1_000.0)[0] == (29.5, 0)
    assert third(17.0, entered_min=11.0)[0] == (11.0, 0)


def test_it_decides_anew_when_a_tool_at_the_step_before_goes_on():
    """The bench is down from 5 to 12, and its lot comes at 28: 16 minutes lost, 14 gained."""
    assert third(21.0, stops=[stops_at((5.0, 7.0))])[0] == (12.0, 0)


def test_a_lot_in_a_cascade_that_is_down_is_not_awaited():
    """Otherwise it would be at 24, and the oven would wait for it: it is down from 8 to 100."""
    cascade = {"step": {"interval_min": 5.0}}
    assert third(24.0, **cascade)[0] == (29.5, 0)
    steps = [Step(2, constant(20.0), interval_min=5.0), bake()]
    groups = [
        Group("bench", BENCHES),
        Group("oven", looks_ahead=True),
        Group("own", stops=[stops_at((8.0, 92.0))]),
    ]
    parts = Parts(
        groups,
        [Route([Step(0, constant(10.0)), bake()]), Route(steps)],
        [lots((0.0,), route=0), lots((0.0,), route=1)],
    )
    in_oven = [(minute, name) for minute, name, tool in story(parts) if tool == BENCHES]
    assert in_oven == [(10.0, "0.0"), (112.0, "1.0")]


def test_a_lot_whose_tool_will_wear_out_is_not_awaited():
    """The bench wears out after 15 minutes of work, 5 before the lot would be through."""
    wears = {"stops": [breakdown(constant(15.0), constant(50.0), Clock.BUSY)]}
    assert told(lot(10.0), lot(20.0), bench=wears) == [(10.0, 0), (70.0, 1)]


def test_an_oven_that_is_kept_for_another_lot_is_no_help():
    """Of two ovens one is kept for a hot lot of another family, on its way till 50."""
    hot = [Step(2, constant(1.0)), bake(batch_family="hot")]
    ways = ((constant(0.0), constant(49.0)), (constant(0.0), constant(0.0)))
    parts = Parts(
        [Group("bench", BENCHES, place=1), Group("oven", 2, place=1, looks_ahead=True), Group("o")],
        [Route([Step(0, constant(at)), bake()]) for at in (10.0, 20.0)] + [Route(hot)],
        [lots((0.0,), route=0), lots((0.0,), route=1), lots((0.0,), route=2, reserves=True)],
        hops=ways,
    )
    ovens = range(BENCHES, BENCHES + 2)
    in_oven = [(minute, name) for minute, name, tool in story(parts) if tool in ovens]
    assert in_oven == [(20.0, "0.0"), (20.0, "1.0"), (50.0, "2.0")]


def test_load_and_unload_are_part_of_a_batch():
    """16 minutes lost; with 5 minutes of handling the oven would be free at 45, 19 later."""
    handling = {"load_min": 3.0, "unload_min": 2.0}
    assert told(lot(10.0), lot(26.0), oven=handling)[0] == (26.0, 0)


def test_a_lot_on_the_road_is_awaited():
    """Lots leave their benches at 5 and 15, and travel for 5 minutes."""
    assert told(lot(5.0), lot(15.0), way_min=5.0) == [(20.0, 0), (20.0, 1)]
    assert told(lot(5.0), lot(21.0), way_min=5.0)[0] == (10.0, 0)


def test_a_lot_without_a_vehicle_is_not_awaited():
    """When the first lot comes, at 10, the one vehicle fetches the second, which bakes alone.

    With two vehicles the third one is on the road by then, and the second lot bakes meanwhile.
    """
    coming = [lot(5.0), lot(6.0, step=bake(batch_family="other")), lot(7.0)]
    one, two = (told(*coming, way_min=5.0, vehicles=count) for count in (1, 2))
    assert one == [(10.0, 0), (40.0, 1), (70.0, 2)]
    assert two == [(11.0, 1), (41.0, 0), (41.0, 2)]


def test_a_lot_that_is_held_on_its_way_is_awaited_no_longer():
    """At the oven a window begins that has room for no second lot."""
    coming = [lot(10.0), lot(20.0)]
    rest = Step(2, constant(100.0))
    held = [
        (carriers, [bench, replace(step, limit_min=50.0, limit_to=2), rest])
        for carriers, (bench, step) in coming
    ]
    parts = Parts(
        [Group("bench", BENCHES), Group("oven", looks_ahead=True), Group("rest")],
        [Route(steps) for _, steps in held],
        [lots((0.0,), route=place) for place in range(2)],
        late_lots=Late.HELD,
    )
    in_oven = [(minute, name) for minute, name, tool in story(parts) if tool == BENCHES]
    assert in_oven == [(20.0, "0.0"), (50.0, "1.0")]


def test_another_free_oven_takes_who_comes_at_once():
    assert told(lot(10.0), lot(20.0), oven={"tools": 2}) == [(10.0, 0), (20.0, 1)]


def test_another_free_oven_is_no_help_to_lots_that_are_too_few_for_it():
    pair = bake(least_carriers=50)
    coming = [lot(10.0, step=pair), lot(10.0, step=pair), lot(15.0, step=pair)]
    assert told(*coming, oven={"tools": 2})[0] == (15.0, 0)


def test_an_oven_that_falls_free_soon_takes_who_comes():
    """One oven is free from 31 on, so the lot that comes at 20 would wait for 11 minutes alone.

    With the ovens of a second fab, that fall free at 39, 10 minutes lost are less than 19 gained.
    """
    coming = [lot(1.0, step=bake(most_carriers=25)), lot(10.5), lot(21.0)]
    assert told(*coming, oven={"tools": 2}) == [(1.0, 0), (10.5, 1), (31.0, 2)]
    coming = [lot(9.0, step=bake(most_carriers=25)), lot(10.5), lot(21.0)]
    assert told(*coming, oven={"tools": 2}) == [(9.0, 0), (21.0, 1), (21.0, 2)]


def test_while_one_family_waits_another_may_start():
    """Of two batches at 10 the older waits for the lot at 15; the other one knows of none."""
    other = bake(batch_family="other")
    coming = [lot(10.0), lot(10.0, step=other), lot(15.0)]
    assert told(*coming) == [(10.0, 1), (40.0, 0), (40.0, 2)]


def test_lots_that_come_from_a_batch_come_together():
    """Two lots leave an oven of 10 minutes at 12: together they gain what one would not."""
    first = Step(2, constant(10.0), Basis.BATCH, least_carriers=50, most_carriers=50)
    alone = [Step(0, constant(5.0)), bake()]
    pair = [Step(0, constant(19.0)), replace(first, batch_family="first"), bake()]
    parts = Parts(
        [Group("bench", BENCHES), Group("oven", looks_ahead=True), Group("first")],
        [Route(alone), Route(pair), Route(pair)],
        [lots((0.0,), route=place) for place in range(3)],
    )
    in_oven = [(minute, name) for minute, name, tool in story(parts) if tool == BENCHES]
    assert in_oven == [(5.0, "0.0"), (35.0, "1.0"), (35.0, "2.0")]
    sooner = replace(parts, routes=[Route([Step(0, constant(20.0)), bake()]), *parts.routes[1:]])
    in_oven = [(minute, name) for minute, name, tool in story(sooner) if tool == BENCHES]
    assert in_oven == [(29.0, "0.0"), (29.0, "1.0"), (29.0, "2.0")]


def test_lots_of_a_cascade_are_awaited_when_they_leave_it():
    """A bench takes lots of 25 carriers 10 minutes apart: they leave it at 12, 22 and 32."""
    steps = [Step(0, constant(12.0), interval_min=10.0), bake()]
    coming = [(25, steps), (25, steps), (25, steps)]
    assert told(*coming, bench={"tools": 1}) == [(22.0, 0), (22.0, 1), (52.0, 2)]


def test_tools_that_choose_look_ahead_too():
    """Lots bound to the oven that they were in, and lots of a setup."""

    def twice(minutes):
        first, again = Step(0, constant(10.0)), Step(0, constant(minutes))
        return 25, [first, bake(), again, bake(same_tool_as=1)]

    both = [(10.0, 0), (10.0, 1)]
    assert told(twice(10.0), twice(20.0)) == [*both, (60.0, 0), (60.0, 1)]
    assert told(twice(10.0), twice(26.0)) == [*both, (50.0, 0), (80.0, 1)]
    keys = {"keys": by(Key.SETUP), "changes_min": CHANGES}
    red = [lot(minute, step=bake(setup="red")) for minute in (10.0, 20.0)]
    assert told(*red, oven=keys) == [(20.0, 0), (20.0, 1)]


# --- Changes of known effect --------------------------------------------------------------------


def finished(parts):
    done = run(fab_of(parts), 3, 6_000.0).finished.tolist()
    assert len(done) > 250
    return done


def ahead(**oven):
    """Cascades, batches of two kinds, rework, sampling, breakdowns; ovens that look ahead."""
    stops = [breakdown(exponential(60.0), exponential(8.0))]
    parts = with_steps(reentrant(load=0.7), setup=None, setup_min=None)
    return baked(with_groups(parts, stops=stops), **{"looks_ahead": True, **oven})


def without(parts):
    return with_groups(parts, looks_ahead=False)


def test_looking_ahead_makes_a_difference():
    assert finished(ahead()) != finished(without(ahead()))


def test_batches_of_one_lot_have_nobody_to_wait_for():
    assert finished(ahead(most=1)) == finished(without(ahead(most=1)))


def test_batches_without_a_step_before_have_nobody_to_wait_for():
    routes = [Route(route.steps[1:2]) for route in ahead().routes]
    parts = replace(ahead(), routes=[routes[0], routes[0]])
    assert finished(parts) == finished(without(parts))


def test_batches_that_may_not_wait_do_not():
    """The limit of the wait is that of the minimum as well."""
    parts = ahead(least=3, batch_wait_min=0.0)
    assert finished(parts) == finished(without(parts))


def test_other_groups_may_look_ahead_in_vain():
    assert finished(with_groups(ahead(), looks_ahead=True)) == finished(ahead())


def test_the_order_in_which_groups_and_routes_are_listed_changes_nothing():
    parts, place = ahead(), {0: 2, 1: 0, 2: 1}
    routes = [
        replace(route, steps=[replace(step, group=place[step.group]) for step in route.steps])
        for route in parts.routes[::-1]
    ]
    streams = [replace(stream, route=1 - stream.route) for stream in parts.streams]
    groups = [parts.groups[group] for group in (1, 2, 0)]
    moved = replace(parts, groups=groups, routes=routes, streams=streams)
    assert finished(parts) == finished(moved)


# --- What it is for -----------------------------------------------------------------------------


def furnace(load, **oven):
    """Benches and one furnace of 4 lots, 120 minutes; lots enter at random."""
    bake_120 = Step(1, constant(120.0), Basis.BATCH, least_carriers=oven.pop("least", 1))
    steps = [Step(0, uniform(30.0, 90.0)), replace(bake_120, most_carriers=4)]
    return fab_of(
        Parts(
            [Group("bench", 9), Group("furnace", **oven)],
            [Route(steps)],
            [poisson("lots", 30.0 / load, carriers=1)],
            hops=((uniform(5.0, 15.0),),),
        )
    )


@pytest.mark.parametrize("load", [0.3, 0.6, 0.8])
def test_looking_ahead_beats_the_best_minimum_at_low_and_middle_loads(load):
    """Fowler, Hogg and Phillips (1992) find so. Half of the starts are at benches, without a wait:
    at 30 % load a lot waits 27 minutes instead of 49.
    """

    def waits(**oven):
        fab = furnace(load, **oven)
        return np.array([mean_wait_min(fab, seed, 5_000.0, 65_000.0) for seed in range(8)])

    gain = waits(looks_ahead=True) - min((waits(least=k) for k in (1, 2, 3, 4)), key=np.mean)
    assert gain.mean() + 2.365 * gain.std(ddof=1) / np.sqrt(gain.size) < -3.0  # 95 % sure
