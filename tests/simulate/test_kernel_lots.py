"""What lots are: scrap, ways, entries and sampling, in numbers worked out by hand."""

import numpy as np
from kernel_fabs import run
from kernel_stories import lots, story

from fabstack.arrays.build import Group, Inside, Parts, Purchase, Route, Step, Stream, fab_of
from fabstack.arrays.chance import constant, exponential
from fabstack.simulate.readings import faults, reading


def test_scrapped_carriers_are_counted_once():
    """Ten lots of 20 carriers that are lost as a whole, and ten that lose none."""
    lost = Route([Step(0, constant(1.0), lot_scrap_share=1.0)])
    kept = Route([Step(0, constant(1.0))])
    streams = [lots(*[(0.0, 20)] * 10), lots(*[(0.0, 20)] * 10, route=1)]
    simulation = run(fab_of(Parts([Group("tool")], [lost, kept], streams)), 1, 100.0)
    read = reading(simulation.world, 100.0)
    assert (read.carriers_scrapped[0], read.scrapped[0], read.left[0]) == (200, 10, 10)
    assert faults(simulation.world, 100.0) == []


def test_the_way_there_is_not_the_way_back():
    """2 minutes from place 0 to 1 and 7 from 1 to 0."""
    parts = Parts(
        [Group("a"), Group("b", place=1)],
        [Route([Step(0, constant(1.0)), Step(1, constant(1.0)), Step(0, constant(1.0))])],
        [lots((0.0,))],
        hops=((constant(0.0), constant(2.0)), (constant(7.0), constant(0.0))),
    )
    assert [minute for minute, _, _ in story(parts)] == [0.0, 3.0, 11.0]


def test_entries_that_were_planned_while_one_waited_come_as_soon_as_parts_do():
    """Planned at 0, 10, 20 and 30; parts for four come at 25: three enter then, one at 30."""
    stream = Stream("fed", carriers=1, needs=[(0, 1)], intervals=[(1e15, 10.0)])
    route = Route([Step(0, constant(1.0))])
    parts = Parts([Group("tool", 9)], [route], [stream], [0], [Purchase(0, 25.0, 4)])
    assert [minute for minute, _, _ in story(parts)] == [25.0, 25.0, 25.0, 30.0]


def test_the_last_parts_are_used_and_counted():
    stream = Stream("fed", carriers=1, needs=[(0, 2)], intervals=[(1e15, 10.0)])
    parts = Parts([Group("tool", 9)], [Route([Step(0, constant(1.0))])], [stream], [6])
    simulation = run(fab_of(parts), 1, 100.0)
    store = simulation.world.state.stores[0]
    assert (store.units, store.used) == (0, 6)
    assert faults(simulation.world, 100.0) == []


def test_due_times_are_spread_to_both_sides():
    """100 minutes after entering, times 0.7 to 1.3: the mean of 400 is 100 +- 4 x 17.3 / 20."""
    stream = Stream("lots", intervals=[(1e15, 10.0)], due_after_min=100.0, due_spread_share=0.3)
    parts = Parts([Group("tool")], [Route([Step(0, constant(1.0))])], [stream])
    done = run(fab_of(parts), 1, 4_001.0).finished
    after_min = done.due_min - done.entered_min
    assert len(done) == 400
    assert 70.0 <= after_min.min() < 72.0
    assert 128.0 < after_min.max() <= 130.0
    assert abs(after_min.mean() - 100.0) < 3.5


def test_a_gap_passes_at_the_rate_of_each_period():
    """An interval of 10 until 25, then of 40: entries at 0, 10, 20, and half a gap before 25.

    The other half takes 20: 45, and then every 40.
    """
    stream = Stream("lots", intervals=[(25.0, 10.0), (1e15, 40.0)])
    parts = Parts([Group("tool")], [Route([Step(0, constant(1.0))])], [stream])
    assert [minute for minute, _, _ in story(parts, 130.0)] == [0.0, 10.0, 20.0, 45.0, 85.0, 125.0]


def test_lots_that_come_back_are_spared_steps_as_all_others():
    """Half of the visits to step 1, after rework as before: a count of 2 000 visits or so."""
    steps = [
        Step(0, exponential(1.0)),
        Step(1, exponential(1.0), performed_share=0.5),
        Step(2, exponential(1.0), rework_share=0.8, rework_to=1),
    ]
    groups = [Group(name, 50) for name in "abc"]
    parts = Parts(groups, [Route(steps)], [lots(*[(float(k),) for k in range(400)])])
    read = reading(run(fab_of(parts), 3, 5_000.0).world, 5_000.0)
    visits, performed = int(read.lots_started[2]), int(read.lots_started[1])
    assert visits > 1_500
    assert abs(performed - 0.5 * visits) < 4 * 0.5 * np.sqrt(visits)


def test_the_books_begin_at_minute_0():
    """Two lots have waited since -50: one is in the tool at 5, the other has waited 5 minutes."""
    parts = Parts(
        [Group("tool")],
        [Route([Step(0, constant(10.0))])],
        [lots()],
        inside=[Inside(0, 0, since_min=-50.0, entered_min=-90.0)] * 2,
    )
    simulation = run(fab_of(parts), 1, 5.0)
    read = reading(simulation.world, 5.0)
    assert (read.waiting_area[0], read.inside_area[0], read.area[0]) == (5.0, 10.0, 10.0)
    assert faults(simulation.world, 5.0) == []
