"""Windows of limited queue time: when they open and close, and how late is counted."""

from dataclasses import replace

import numpy as np
from kernel_stories import lots

from fabstack.arrays.build import Group, Listed, Parts, Route, Step, Stream, fab_of
from fabstack.arrays.chance import constant, exponential, uniform
from fabstack.arrays.types import Basis, Saw
from fabstack.simulate.simulation import Simulation


def books(parts, end_min=1_000.0, seed=1):
    """[window] (closed, late, by 1 h, by 2 h, by 4 h, minutes late in sum)."""
    simulation = Simulation(fab_of(parts), seed)
    simulation.run_until(end_min)
    names = ("closed", "late", "late_by_1h", "late_by_2h", "late_by_4h", "late_min")
    return [tuple(float(row[name]) for name in names) for row in simulation.world.state.stretches]


def tools(count, *comes):
    """Many groups of many tools, some of which come later."""
    comes = {**dict.fromkeys(range(count), 0.0), **dict(comes)}
    return [Group(f"group {g}", 20, comes_min=[comes[g]] * 20) for g in range(count)]


def test_classes_of_lateness():
    """Lots end the first step a minute after they come, and must start the second 5 minutes later.

    Its tools come at 300. So a lot of minute 300 - 6 is on time, that of 300 - 6 - 60 late by an
    hour sharp, which is not more than an hour.
    """
    late = [0.0, 0.5, 60.0, 61.0, 120.0, 121.0, 240.0, 241.0]
    entries = [Listed(294.0 - minutes) for minutes in sorted(late, reverse=True)]
    steps = [Step(0, constant(1.0), limit_min=5.0, limit_to=1), Step(1, constant(1.0))]
    parts = Parts(tools(2, (1, 300.0)), [Route(steps)], [Stream("lots", listed=entries)])
    assert books(parts) == [(8, 7, 5, 3, 1, 843.5)]


def test_nothing_is_counted_before_the_window_closes():
    steps = [Step(0, constant(1.0), limit_min=5.0, limit_to=1), Step(1, constant(1.0))]
    parts = Parts(tools(2, (1, 300.0)), [Route(steps)], [lots((0.0,))])
    assert books(parts, 300.0) == [(0, 0, 0, 0, 0, 0)]
    assert books(parts, 301.0) == [(1, 1, 1, 1, 1, 294.0)]


def test_a_window_runs_from_the_end_of_a_step_to_the_start_of_another():
    """Ends step 0 at 10, starts step 2 after ways of 3 and 3 and 20 minutes of step 1: at 36."""
    steps = [
        Step(0, constant(10.0), limit_min=20.0, limit_to=2),
        Step(1, constant(20.0)),
        Step(2, constant(500.0)),
    ]
    parts = Parts(tools(3), [Route(steps)], [lots((0.0,))], hops=((constant(3.0),),))
    assert books(parts) == [(1, 1, 0, 0, 0, 6.0)]


def test_a_window_does_not_close_at_a_step_between():
    steps = [Step(0, constant(1.0), limit_min=5.0, limit_to=2), *[Step(1, constant(50.0))] * 2]
    parts = Parts(tools(2), [Route(steps)], [lots((0.0,))])
    assert books(parts, 40.0) == [(0, 0, 0, 0, 0, 0)]
    assert books(parts, 60.0) == [(1, 1, 0, 0, 0, 45.0)]


def test_a_window_does_not_close_at_a_step_between_that_binds():
    """Step 1 binds steps 2 and 3 to its tool."""
    far, timed = Step(1, constant(50.0)), Step(0, constant(1.0), limit_min=5.0, limit_to=2)
    steps = [timed, far, replace(far, same_tool_as=1), replace(far, same_tool_as=1)]
    parts = Parts(tools(2), [Route(steps)], [lots((0.0,))])
    assert books(parts, 40.0) == [(0, 0, 0, 0, 0, 0)]
    assert books(parts, 60.0) == [(1, 1, 0, 0, 0, 45.0)]


def test_windows_in_a_chain_are_counted_each():
    """Step 1 closes the first and opens the second; its tools come at 100, those of step 2 at 300.

    Late by 100 - 1 - 9 and by 300 - 101 - 19.
    """
    steps = [
        Step(0, constant(1.0), limit_min=9.0, limit_to=1),
        Step(1, constant(1.0), limit_min=19.0, limit_to=2),
        Step(2, constant(1.0)),
    ]
    parts = Parts(tools(3, (1, 100.0), (2, 300.0)), [Route(steps)], [lots((0.0,))])
    assert books(parts) == [(1, 1, 1, 0, 0, 90.0), (1, 1, 1, 1, 0, 180.0)]


def test_windows_that_overlap_are_counted_each():
    """From the end of step 0, at 1, to step 3, at 31; from the end of step 1, at 11, to step 2."""
    steps = [
        Step(0, constant(1.0), limit_min=5.0, limit_to=3),
        Step(0, constant(10.0), limit_min=5.0, limit_to=2),
        *[Step(0, constant(10.0))] * 2,
    ]
    parts = Parts(tools(1), [Route(steps)], [lots((0.0,))])
    assert books(parts) == [(1, 1, 0, 0, 0, 15.0), (1, 0, 0, 0, 0, 0.0)]


def test_windows_of_two_routes_are_apart():
    def route(limit_min):
        steps = [Step(0, constant(1.0), limit_min=limit_min, limit_to=1), Step(1, constant(1.0))]
        return Route(steps)

    parts = Parts(
        tools(2, (1, 101.0)),
        [route(10.0), route(70.0)],
        [lots((0.0,)), lots((0.0,), (10.0,), route=1)],
    )
    assert books(parts) == [(1, 1, 1, 0, 0, 90.0), (2, 2, 0, 0, 0, 50.0)]


def test_each_lot_of_a_batch_closes_its_window():
    """The batch starts with the second lot, at 20: the first is 20 - 1 - 5 late."""
    steps = [
        Step(0, constant(1.0), limit_min=5.0, limit_to=1),
        Step(1, constant(1.0), Basis.BATCH, least_carriers=50, most_carriers=50),
    ]
    parts = Parts(tools(2), [Route(steps)], [lots((0.0,), (19.0,))])
    assert books(parts) == [(2, 1, 0, 0, 0, 14.0)]


def test_a_window_closes_when_a_cascade_takes_the_lot_not_when_it_is_processed():
    """The cascade takes the second lot at 12, a load time before the first slot is free."""
    steps = [
        Step(0, constant(1.0), limit_min=5.0, limit_to=1),
        Step(1, constant(4.0), Basis.CARRIER, interval_min=3.0),
    ]
    groups = [Group("first", 9), Group("cascade", load_min=1.0)]
    parts = Parts(groups, [Route(steps)], [lots((0.0, 4), (0.0, 4))])
    # loaded from 1 to 2, first slot till 14, the second lot taken at 13: 13 - 1 - 5
    assert books(parts) == [(2, 1, 0, 0, 0, 7.0)]


def test_a_lot_that_is_lost_inside_a_window_does_not_close_it():
    steps = [
        Step(0, constant(1.0), limit_min=5.0, limit_to=2),
        Step(1, constant(1.0), lot_scrap_share=1.0),
        Step(1, constant(1.0)),
    ]
    assert books(Parts(tools(2), [Route(steps)], [lots((0.0,))])) == [(0, 0, 0, 0, 0, 0)]


def test_a_slot_that_is_used_again_has_no_open_window():
    """The first lot is lost inside its window; the next one in its slot has no such step."""
    steps = [
        Step(0, constant(1.0), limit_min=5.0, limit_to=2, lot_scrap_share=1.0),
        Step(1, constant(1.0)),
        Step(1, constant(1.0)),
    ]
    inside_window = Route([replace(steps[0], performed_share=0.0), *steps[1:]])
    parts = Parts(tools(2), [Route(steps), inside_window], [lots((0.0,)), lots((90.0,), route=1)])
    assert books(parts) == [(0, 0, 0, 0, 0, 0)] * 2


# --- Derived from the log -----------------------------------------------------------------------


def derived(parts, simulation):
    """The books as the rules in words have them, from the log of events.

    A window opens, or opens anew, at each end of its step, and closes at the next start of the
    step that it limits.
    """
    fab = simulation.world.fab
    limits = {
        (route, number): (step.limit_to, step.limit_min)
        for route, one in enumerate(parts.routes)
        for number, step in enumerate(one.steps)
        if step.limit_min is not None
    }
    window = {opens: place for place, opens in enumerate(limits)}
    opened, rows = {}, np.zeros((len(limits), 6))
    for line in simulation.seen:
        if line.saw not in (Saw.STARTED, Saw.ENDED):
            continue
        route = int(fab.streams.route[line.stream])
        number = int(line.step - fab.routes.first_step[route])
        lot = (int(line.stream), int(line.serial))
        if line.saw == Saw.ENDED and (route, number) in limits:
            opened[lot] = (route, number), line.time_min
        elif line.saw == Saw.STARTED and lot in opened:
            opens, since_min = opened[lot]
            to_step, limit_min = limits[opens]
            if number == to_step:
                late_min = line.time_min - (since_min + limit_min)
                is_late = [late_min > by for by in (0.0, 60.0, 120.0, 240.0)]
                rows[window[opens]] += [1, *is_late, max(late_min, 0.0)]
                del opened[lot]
    return [tuple(row) for row in rows]


def test_books_follow_from_the_log_with_rework_inside_and_across_windows():
    """Rework to a step inside a window keeps it open; rework before it opens it anew."""
    steps = [
        Step(0, exponential(5.0)),
        Step(1, exponential(5.0), limit_min=60.0, limit_to=4),
        Step(0, exponential(5.0), performed_share=0.5),
        Step(2, exponential(9.0), rework_share=0.3, rework_to=2),
        Step(1, exponential(5.0), limit_min=20.0, limit_to=6, rework_share=0.2, rework_to=1),
        Step(0, uniform(1.0, 5.0), carrier_scrap_share=0.1, rework_share=0.2, rework_to=5),
        Step(2, exponential(9.0), rework_share=0.2, rework_to=0),
    ]
    listed = [Listed(12.5 * k, 3, k % 2) for k in range(150)]
    parts = Parts(
        [Group("a", 2), Group("b", 2), Group("c", 2)],
        [Route(steps)],
        [Stream("lots", listed=listed)],
        hops=((uniform(0.5, 2.0),),),
    )
    simulation = Simulation(fab_of(parts), 5, seen_lines=100_000)
    simulation.run_until(20_000.0)
    ours = books(parts, 20_000.0, 5)
    assert min(row[4] for row in ours) >= 1  # some were late by hours
    assert min(row[0] - row[1] for row in ours) >= 1  # and some were not late
    assert np.allclose(ours, derived(parts, simulation), rtol=1e-9)
