"""What happens, minute by minute, on fabs small enough to work out by hand."""

import pytest
from kernel_stories import left, lots, one_step, stops_at, story, trace

from fabstack.arrays.build import (
    Group,
    Inside,
    Listed,
    Parts,
    Purchase,
    Route,
    Step,
    Stop,
    Stream,
    fab_of,
    maintenance,
)
from fabstack.arrays.chance import constant, empirical, exponential
from fabstack.arrays.types import Basis, Clock, Key, Saw, ToolState
from fabstack.simulate.simulation import Simulation


def test_three_lots_and_two_tools():
    parts = Parts(
        [Group("A"), Group("B")],
        [Route([Step(0, constant(10.0)), Step(1, constant(15.0))])],
        [lots((0.0,), (3.0,), (4.0,))],
    )
    assert sorted(trace(parts)) == [
        (0.0, 0, 0, "STARTED", 0),
        (10.0, 0, 0, "ENDED", 0),
        (10.0, 0, 0, "STARTED", 1),
        (10.0, 0, 1, "STARTED", 0),
        (20.0, 0, 1, "ENDED", 0),
        (20.0, 0, 2, "STARTED", 0),
        (25.0, 0, 0, "ENDED", 1),
        (25.0, 0, 1, "STARTED", 1),
        (30.0, 0, 2, "ENDED", 0),
        (40.0, 0, 1, "ENDED", 1),
        (40.0, 0, 2, "STARTED", 1),
        (55.0, 0, 2, "ENDED", 1),
    ]
    assert left(parts) == [(25.0, "0.0", 25), (40.0, "0.1", 25), (55.0, "0.2", 25)]


def test_time_for_each_carrier_counts_the_carriers_and_handling_comes_once():
    group = Group("tools", unload_min=2.0)
    parts = one_step(constant(0.5), lots((0.0, 10), (1.0, 4)), group=group, basis=Basis.CARRIER)
    assert left(parts) == [(7.0, "0.0", 10), (11.0, "0.1", 4)]


def test_the_tool_that_has_been_free_for_longest_takes_the_lot():
    parts = one_step(constant(5.0), lots((0.0,), (1.0,), (7.0,), (8.0,)), group=Group("two", 2))
    assert story(parts) == [(0.0, "0.0", 0), (1.0, "0.1", 1), (7.0, "0.2", 0), (8.0, "0.3", 1)]


def test_an_urgent_lot_passes_those_that_wait_but_not_the_one_in_the_tool():
    plain, hot = lots((0.0, 25, 1), (1.0, 25, 1)), lots((2.0, 25, 0), (3.0, 25, 0))
    parts = one_step(constant(10.0), plain, hot)
    assert [lot for _, lot, _ in story(parts)] == ["0.0", "1.0", "1.1", "0.1"]


def test_all_that_happens_at_a_minute_happens_before_a_tool_chooses():
    """The urgent lot arrives at the very minute at which the tool falls free."""
    plain, hot = lots((0.0, 25, 1), (1.0, 25, 1)), lots((10.0, 25, 0))
    parts = one_step(constant(10.0), plain, hot)
    assert story(parts)[1:] == [(10.0, "1.0", 0), (20.0, "0.1", 0)]


def test_a_lot_that_arrives_from_elsewhere_at_that_minute_is_seen_as_well():
    """Its way takes 8 minutes: it reaches the second tool as that falls free."""
    one = Route([Step(1, constant(10.0))])
    hot = Route([Step(0, constant(2.0)), Step(1, constant(1.0))])
    parts = Parts(
        [Group("A"), Group("B")],
        [one, hot],
        [lots((0.0, 25, 1), (1.0, 25, 1)), lots((0.0, 25, 0), route=1)],
        hops=((constant(8.0),),),
    )
    assert [(m, lot) for m, lot, tool in story(parts) if tool == 1] == [
        (0.0, "0.0"),
        (10.0, "1.0"),
        (11.0, "0.1"),
    ]


@pytest.mark.parametrize(
    ("rule", "order"),
    [
        (Key.FIFO, ["a", "b", "c"]),
        (Key.EARLIEST_DUE_DATE, ["b", "c", "a"]),
        # at minute 20: a (100-20)/80, b (30-20)/1, c (60-20)/10: ratios 1, 10, 4
        (Key.CRITICAL_RATIO, ["a", "c", "b"]),
        (Key.LEAST_SLACK, ["a", "b", "c"]),  # 100-80, 30-1, 60-10
        (Key.SHORTEST_PROCESS, ["c", "a", "b"]),
    ],
)
def test_the_rule_decides_who_goes_first(rule, order):
    def route(process, later):
        return Route([Step(0, constant(process)), Step(1, constant(later))])

    def stream(name, route, at_min, due_min):
        return Stream(name, route=route, listed=[Listed(at_min, due_min=due_min)])

    parts = Parts(
        [Group("tool", keys=(Key.PRIORITY, rule)), Group("rest", 9)],
        [route(20.0, 1.0), route(6.0, 80.0), route(7.0, 1.0), route(5.0, 10.0)],
        [
            stream("first", 0, 0.0, 1e3),
            stream("a", 1, 1.0, 100.0),
            stream("b", 2, 2.0, 30.0),
            stream("c", 3, 3.0, 60.0),
        ],
    )
    starts = [stream for _, stream, _, saw, tool in trace(parts) if saw == "STARTED" and tool == 0]
    # after the first of them, the ratios at the next choices keep this order
    assert ["first", "a", "b", "c"][starts[0]] == "first"
    assert [["first", "a", "b", "c"][stream] for stream in starts[1:]] == order


def test_a_batch_waits_for_its_minimum_and_takes_no_more_than_its_maximum():
    step = {"basis": Basis.BATCH, "least_carriers": 50, "most_carriers": 75}
    entries = [(0.0,), (1.0,), (2.0,), (3.0,), (4.0,), (5.0,)]
    parts = one_step(constant(10.0), lots(*entries), **step)
    assert story(parts) == [
        (1.0, "0.0", 0),
        (1.0, "0.1", 0),
        (11.0, "0.2", 0),
        (11.0, "0.3", 0),
        (11.0, "0.4", 0),
    ]  # the sixth waits for a second one


def test_a_batch_skips_a_lot_that_does_not_fit():
    step = {"basis": Basis.BATCH, "least_carriers": 5, "most_carriers": 8}
    parts = one_step(constant(10.0), lots((0.0, 5), (1.0, 4), (2.0, 6), (3.0, 4)), **step)
    assert [lot for _, lot, _ in story(parts)] == ["0.0", "0.1", "0.3", "0.2"]


def test_lots_of_two_steps_share_no_batch_unless_they_are_of_one_family():
    def parts(family):
        batch = {"basis": Basis.BATCH, "least_carriers": 50, "most_carriers": 50}
        steps = [Step(0, constant(10.0), batch_family=family, **batch)]
        streams = [lots((0.0,)), lots((1.0,), route=1)]
        return Parts([Group("oven")], [Route(steps), Route(steps)], streams)

    assert story(parts(None)) == []
    assert [minute for minute, _, _ in story(parts("bake"))] == [1.0, 1.0]


def test_the_batch_with_the_most_urgent_lot_goes_first():
    batch = {"basis": Basis.BATCH, "least_carriers": 25, "most_carriers": 50}
    routes = [Route([Step(0, constant(10.0), **batch)]) for _ in range(2)]
    plain = lots((0.0, 25, 1), (1.0, 25, 1), (2.0, 25, 1))
    hot = lots((3.0, 25, 0), route=1)
    parts = Parts([Group("oven")], routes, [plain, hot])
    assert [(m, lot) for m, lot, _ in story(parts)] == [
        (0.0, "0.0"),
        (10.0, "1.0"),
        (20.0, "0.1"),
        (20.0, "0.2"),
    ]


def test_a_breakdown_stops_the_job_which_goes_on_after_the_repair():
    parts = one_step(
        constant(10.0), lots((0.0,), (1.0,)), group=Group("tool", stops=[stops_at((4.0, 3.0))])
    )
    assert [minute for minute, *_ in left(parts)] == [13.0, 23.0]


def test_an_idle_tool_breaks_too():
    group = Group("tool", stops=[stops_at((4.0, 3.0))])
    assert [minute for minute, *_ in left(one_step(constant(10.0), lots((5.0,)), group=group))] == [
        17.0
    ]


def test_maintenance_waits_for_the_job_and_holds_the_next_one():
    due = stops_at((4.0, 3.0), interrupts=False, state=ToolState.SCHEDULED_DOWN)
    parts = one_step(constant(10.0), lots((0.0,), (1.0,)), group=Group("tool", stops=[due]))
    assert [minute for minute, *_ in left(parts)] == [10.0, 23.0]


def test_a_breakdown_during_maintenance_begins_when_that_ends():
    stops = [
        stops_at((2.0, 6.0), interrupts=False, state=ToolState.SCHEDULED_DOWN),
        stops_at((5.0, 4.0)),
    ]
    parts = one_step(constant(10.0), lots((3.0,)), group=Group("tool", stops=stops))
    assert story(parts) == [(12.0, "0.0", 0)]  # 2 + 6 + 4


def test_maintenance_due_during_a_repair_waits_for_the_resumed_job():
    stops = [
        stops_at((5.0, 2.0), interrupts=False, state=ToolState.SCHEDULED_DOWN),
        stops_at((4.0, 3.0)),
    ]
    parts = one_step(constant(10.0), lots((0.0,), (1.0,)), group=Group("tool", stops=stops))
    assert [minute for minute, *_ in left(parts)] == [13.0, 25.0]


def test_a_second_breakdown_stops_what_is_left_of_the_job():
    stops = [stops_at((4.0, 3.0)), stops_at((9.0, 2.0))]
    parts = one_step(constant(10.0), lots((0.0,)), group=Group("tool", stops=stops))
    assert [minute for minute, *_ in left(parts)] == [15.0]


def test_maintenance_by_carriers_comes_after_the_job_that_fills_the_count():
    due = maintenance(50.0, constant(7.0), Clock.CARRIERS)
    parts = one_step(constant(10.0), lots(*[(0.0,)] * 5), group=Group("tool", stops=[due]))
    assert [minute for minute, *_ in left(parts)] == [10.0, 20.0, 37.0, 47.0, 64.0]


def test_first_maintenance_is_spread_over_the_tools_and_recurs_from_start_to_start():
    due = maintenance(40.0, constant(5.0))
    parts = one_step(constant(1.0), group=Group("four", 4, stops=[due]))
    stopped = [(minute, tool) for minute, _, _, saw, tool in trace(parts, 90.0, (Saw.STOPPED,))]
    assert stopped == [
        (10.0, 0), (20.0, 1), (30.0, 2), (40.0, 3),
        (50.0, 0), (60.0, 1), (70.0, 2), (80.0, 3),
    ]  # fmt: skip


def test_a_tool_wears_out_by_work_only():
    wear = Stop(constant(15.0), constant(4.0), Clock.BUSY)
    parts = one_step(
        constant(10.0), lots((0.0,), (50.0,), (90.0,)), group=Group("tool", stops=[wear])
    )
    assert [minute for minute, *_ in left(parts)] == [10.0, 64.0, 100.0]


def test_a_tool_that_comes_later_works_from_then_on():
    group = Group("tools", 2, comes_min=[0.0, 12.0])
    parts = one_step(constant(10.0), lots((0.0,), (0.0,), (0.0,)), group=group)
    assert story(parts) == [(0.0, "0.0", 0), (10.0, "0.1", 0), (12.0, "0.2", 1)]


def test_a_tool_that_goes_finishes_its_job_first():
    group = Group("tools", 2, goes_min=[5.0, 1e15])
    parts = one_step(constant(10.0), lots((0.0,), (0.0,), (0.0,)), group=group)
    assert story(parts) == [(0.0, "0.0", 0), (0.0, "0.1", 1), (10.0, "0.2", 1)]


def test_transport_depends_on_the_areas():
    nothing, across = constant(0.0), constant(6.0)
    parts = Parts(
        [Group("A", place=0), Group("B", place=1), Group("C", place=1)],
        [Route([Step(0, constant(1.0)), Step(1, constant(1.0)), Step(2, constant(1.0))])],
        [lots((0.0,))],
        hops=((nothing, across), (across, nothing)),
    )
    assert [minute for minute, _, _ in story(parts)] == [0.0, 7.0, 8.0]


def test_rework_goes_back_and_counts_its_visits():
    """Rework of every lot: the run never ends, so it is cut."""
    steps = [
        Step(0, constant(1.0)),
        Step(0, constant(2.0)),
        Step(0, constant(3.0), rework_share=1.0, rework_to=1),
    ]
    parts = Parts([Group("tool")], [Route(steps)], [lots((0.0,))])
    assert [minute for minute, _, _ in story(parts, 15.0)] == [0.0, 1.0, 3.0, 6.0, 8.0, 11.0, 13.0]


def test_a_step_that_no_lot_visits_takes_no_time():
    steps = [Step(0, constant(1.0)), Step(0, constant(9.0), performed_share=0.0)]
    parts = Parts([Group("tool")], [Route(steps)], [lots((0.0,), (5.0,))])
    assert [minute for minute, *_ in left(parts)] == [1.0, 6.0]


def test_a_lot_that_is_inside_waits_at_its_step():
    steps = [
        Step(0, constant(1.0)),
        Step(0, constant(4.0), performed_share=0.0),
        Step(0, constant(2.0)),
    ]
    parts = Parts(
        [Group("tool")],
        [Route(steps)],
        [lots()],
        inside=[Inside(0, 1, carriers=7, entered_min=-30.0)],
    )
    assert left(parts) == [(6.0, "0.0", 7)]


def test_parts_of_every_kind_are_needed_for_a_lot():
    """Two wafers give 3 dies each, a day's way; a panel takes 4 dies and 2 bought substrates."""
    wafer = Route([Step(0, constant(10.0))], stock=0, units_per_carrier=3.0, delay=constant(5.0))
    panel = Route([Step(1, constant(1.0))])
    wafers = Stream("wafers", listed=[Listed(0.0, 2), Listed(0.0, 2)])
    panels = Stream("panels", route=1, carriers=1, needs=[(0, 4), (1, 2)], intervals=[(1e15, 0.0)])
    parts = Parts(
        [Group("fab"), Group("line")],
        [wafer, panel],
        [wafers, panels],
        stocks=[1, 0],
        purchases=[Purchase(1, 22.0, 3), Purchase(1, 40.0, 3)],
    )
    # 1 die at first, 7 at minute 15, substrates at 22: one panel (3 dies, 1 substrate left);
    # 9 dies at minute 25, substrates at 40: 4 of them, so two more panels
    assert left(parts) == [
        (10.0, "0.0", 2),
        (20.0, "0.1", 2),
        (23.0, "1.0", 1),
        (41.0, "1.1", 1),
        (42.0, "1.2", 1),
    ]


def test_units_lost_at_a_crossing_are_counted():
    wafer = Route([Step(0, constant(1.0))], stock=0, units_per_carrier=100.0, yield_share=0.9)
    simulation = Simulation(
        fab_of(Parts([Group("fab")], [wafer], [lots((0.0, 25))], stocks=[0])), 1
    )
    simulation.run_until(10.0)
    store = simulation.world.state.stores[0]
    assert (store.units, store.arrived, store.lost) == (2250, 2250, 250)


def test_an_empirical_distribution_gives_its_values_only():
    parts = one_step(empirical((2.0, 5.0)), lots(*[(10.0 * k,) for k in range(50)]))
    times = {minute % 10.0 for minute, *_ in left(parts)}
    assert times == {2.0, 5.0}


def test_an_entry_that_waits_for_parts_does_not_put_off_those_after_it():
    """Planned at 0, 10, 20, 30; the parts for two come at 25, for one at 40."""
    stream = Stream("fed", carriers=1, needs=[(0, 1)], intervals=[(1e15, 10.0)])
    bought = [Purchase(0, 25.0, 2), Purchase(0, 40.0, 1)]
    parts = Parts([Group("tool", 9)], [Route([Step(0, constant(1.0))])], [stream], [0], bought)
    assert [minute for minute, *_ in left(parts)] == [26.0, 26.0, 41.0]


def test_random_entries_begin_with_a_gap_and_even_ones_at_once():
    def entered(gap):
        stream = Stream("lots", gap=gap, intervals=[(1e15, 4.0)], first_min=3.0)
        parts = Parts([Group("tool")], [Route([Step(0, constant(0.1))])], [stream])
        simulation = Simulation(fab_of(parts), 1)
        simulation.run_until(100.0)
        return simulation.finished.entered_min[0]

    assert entered(constant(1.0)) == 3.0
    assert entered(exponential(1.0)) > 3.0
