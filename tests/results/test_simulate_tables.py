"""The statistics of a simulation against a line that can be worked out by hand."""

import datetime
import math

import pytest

from fabstack.model import Programme
from fabstack.results.simulate_document import simulate_document
from fabstack.results.simulate_lots import as_counted
from fabstack.results.simulate_rows import simulate_rows
from fabstack.results.simulate_tables import simulate_tables
from fabstack.results.wip_table import next_start, wip_rows
from fabstack.simulate.run import Keep, simulate

HOUR, DAY = 60.0, 1440.0

# Litho: load 5, process 50, unload 5: 60 minutes; etch: 90 minutes. A lot every 100 minutes.
# So litho is busy 60 % of the time, etch 90 %; nobody waits: a lot takes 150 minutes and the way.
LINE = {
    "programme": {"name": "line", "title": "", "start": "2026-01-01", "end": "2027-01-01"},
    "simulation": {"days": 10, "replications": 2},
    "items": [{"name": "wafer", "kind": "wafer"}],
    "plants": [{"name": "fab", "kind": "fab"}],
    "tool_groups": [
        {"name": "litho", "plant": "fab", "tools": 1, "load_min": 5, "unload_min": 5},
        {"name": "etch", "plant": "fab", "tools": 1},
    ],
    "routes": [{"name": "make", "item": "wafer", "plant": "fab"}],
    "moves": [{"plant": "fab", "move": 10}],
    "steps": [
        {
            "route": "make",
            "step": 10,
            "name": "expose",
            "tool_group": "litho",
            "process": 50,
            "queue_limit_h": 0.1,
            "queue_limit_to": 20,
        },
        {"route": "make", "step": 20, "name": "etch", "tool_group": "etch", "process": 90},
    ],
    "orders": [
        {
            "name": "Lot_1",
            "route": "make",
            "date": "2026-01-01",
            "lots": 1000,
            "every_h": 100 / 60,
            "priority": 10,
            "due_days": 150 / 1440,
        }
    ],
}


WIP = {
    "wip": [
        {"name": "old", "route": "make", "step": 20, "carriers": 25, "priority": 10},
        {
            "name": "known",
            "route": "make",
            "step": 20,
            "carriers": 25,
            "priority": 10,
            "started": "2025-12-31",
        },
    ]
}


def run(keep=None, **options):
    programme = Programme.model_validate({**LINE, **options.pop("changed", {})})
    return programme, simulate(programme, keep=keep or Keep(), **options)


@pytest.fixture(scope="module")
def line():
    programme, result = run(until_min=10 * DAY)
    return simulate_document(result, simulate_rows(result, programme))


def test_a_lot_takes_its_raw_process_time_where_nobody_waits(line):
    (lot,) = line["lots"]
    assert lot["name"] == "Lot_1"
    assert lot["product"] == "wafer"
    assert lot["x_factor"] == pytest.approx(1.0)
    for name in ("mean", "p50", "p95"):
        assert lot["cycle_time_days"][name] == pytest.approx(160 / DAY)
    assert lot["cycle_time_days"]["ci95"] == pytest.approx(0.0, abs=1e-12)
    assert lot["replications"] == line["replications"] == 2


def test_lots_in_and_out_are_those_of_the_clock(line):
    """144 starts at 0, 100, ... 14,300; the last that is out by minute 14,400 began at 14,200."""
    (lot,) = line["lots"]
    assert lot["started"] == 144
    assert lot["completed"] == 143
    assert lot["wip_lots_mean"] == pytest.approx((143 * 160 + 100) / 14_400)


def test_tardiness_counts_lots_in_time_as_nothing(line):
    """Each lot is ten minutes late."""
    (lot,) = line["lots"]
    assert lot["on_time_percent"] == 0.0
    assert lot["tardiness_days_mean"] == pytest.approx(10 / DAY)
    (order,) = LINE["orders"]
    early = {"orders": [{**order, "due_days": 170 / DAY}]}
    programme, result = run(changed=early, until_min=DAY)
    (lot,) = simulate_rows(result, programme)["sim_products"]
    assert (lot["on_time_percent"], lot["tardiness_days_mean"]) == (100.0, 0.0)


def test_tool_groups_hold_e10_shares_queue_wip_and_turns(line):
    etch, litho = line["toolgroups"]
    assert (litho["name"], litho["tools"]) == ("litho", 1)
    assert litho["utilisation_of_available_percent"] == pytest.approx(60.0)
    assert litho["utilisation_ci95"] == pytest.approx(0.0, abs=1e-12)
    assert litho["availability_percent"] == pytest.approx(100.0)
    assert litho["standby_percent"] == pytest.approx(40.0)
    assert litho["down_percent"] == litho["pm_percent"] == litho["setup_percent"] == 0.0
    assert litho["queue_time_h_mean"] == 0.0
    assert litho["wip_lots_mean"] == pytest.approx(0.6)
    assert litho["moves"] == 144
    assert litho["turns_per_day"] == pytest.approx(144 / (0.6 * 10))  # once an hour
    assert [etch["bottleneck_rank"], litho["bottleneck_rank"]] == [1, 2]


def test_limited_queue_times_are_counted_by_segment(line):
    """The way takes 10 minutes and 6 are allowed: all are late, by 4 minutes."""
    (window,) = line["queue_times"]
    assert (window["route"], window["from_step"], window["to_step"]) == ("make", 10, 20)
    assert (window["from_tool_group"], window["to_tool_group"]) == ("litho", "etch")
    assert window["limit_h"] == pytest.approx(0.1)
    assert window["closed"] == window["late"] == 144
    assert window["late_percent"] == line["queue_time_violation_percent"] == 100.0
    assert window["late_1h_percent"] == 0.0
    assert window["late_h_mean"] == pytest.approx(4 / 60)


def test_how_late_is_told_of_the_late_ones():
    """Two lots stand before etch: lot k waits 120 - 10 k minutes for it, of which 12 are allowed.

    So lots 0 to 10 are late, by 108, 98, ..., 8 minutes: 58 in the mean, five by more than an hour.
    """
    expose, etch = LINE["steps"]
    steps = {"steps": [{**expose, "queue_limit_h": 0.2}, etch]}
    programme, result = run(changed={**steps, **WIP}, until_min=10 * DAY)
    (window,) = simulate_rows(result, programme)["sim_queue_times"]
    assert (window["closed"], window["late"]) == (144, 11)
    assert window["late_percent"] == pytest.approx(100 * 11 / 144)
    assert window["late_1h_percent"] == pytest.approx(100 * 5 / 144)
    assert window["late_2h_percent"] == 0.0
    assert window["late_h_mean"] == pytest.approx(58 / 60)


def test_intervals_are_those_of_the_means_of_replications():
    """t of 3 degrees of freedom is 3.182446."""
    spread = {"spread": True, "route": "make", "date": "2026-01-01", "carriers_per_month": 9000}
    programme, result = run(
        changed={"orders": [], "starts": [spread]}, until_min=60 * DAY, replications=4
    )
    (lot,) = simulate_rows(result, programme)["sim_products"]
    means = [
        float((one.finished.left_min - one.finished.entered_min).mean()) / DAY
        for one in result.replications
    ]
    mean = sum(means) / 4
    deviation = math.sqrt(sum((value - mean) ** 2 for value in means) / 3)
    half = 3.182446 * deviation / 2
    assert lot["cycle_time_days_ci95"] == pytest.approx(half, rel=1e-5)


def test_shares_of_states_add_up_to_all_time():
    programme, result = run(
        changed={
            "breakdowns": [
                {
                    "tool_group": "etch",
                    "name": "b",
                    "between": "exponential(30)",
                    "repair": "exponential(2)",
                }
            ],
            "maintenances": [{"tool_group": "etch", "name": "m", "every_h": 50, "duration": 5}],
        },
        until_min=100 * DAY,
        keep=Keep(daily_tools=True),
    )
    tables = simulate_tables(result, programme)
    states = [
        "productive_percent",
        "setup_percent",
        "standby_percent",
        "scheduled_down_percent",
        "unscheduled_down_percent",
        "non_scheduled_percent",
    ]
    for name in ("sim_tool_groups", "sim_tool_group_days"):
        assert tables[name].select(states).sum_horizontal().to_list() == pytest.approx(
            [100.0] * tables[name].height
        )
    etch = tables["sim_tool_groups"].row(0, named=True)
    down = etch["scheduled_down_percent"] + etch["unscheduled_down_percent"]
    assert etch["availability_percent"] == pytest.approx(100 - down)
    busy = etch["productive_percent"] / etch["availability_percent"]
    assert etch["utilisation_of_available_percent"] == pytest.approx(100 * busy)


def test_lots_that_wait_stand_in_the_queue_of_their_day():
    """Two old lots are before etch: one waits 90 minutes, and lot k, there at 70 + 100 k, until
    180 + 90 k: 110, 100, ... 10 minutes. All of that is over before the first day is.
    """
    programme, result = run(changed=WIP, until_min=3 * DAY, keep=Keep(daily_tools=True))
    rows = simulate_tables(result, programme)["sim_tool_group_days"]
    queue = {(r["tool_group"], r["day"].day): r["queue_lots_mean"] for r in rows.to_dicts()}
    waited_min = 90 + sum(range(10, 120, 10))
    assert queue["etch", 1] == pytest.approx(waited_min / DAY)
    assert [queue["etch", 2], queue["etch", 3], queue["litho", 1]] == [0, 0, 0]
    assert set(rows["tools_mean"]) == {1.0}


def test_lots_inside_since_an_unknown_day_have_no_cycle_time_and_a_list_of_their_own():
    programme, result = run(changed=WIP, until_min=10 * DAY)
    answer = simulate_document(result, simulate_rows(result, programme))
    (old,) = answer["initial_wip"]
    assert "cycle_time_days" not in old
    (row,) = [r for r in simulate_rows(result, programme)["sim_products"] if r["was_inside"]]
    assert row["cycle_time_days_mean"] is row["x_factor"] is None
    assert old["completed"] == 1
    known, regular = sorted(answer["lots"], key=lambda lot: lot["name"] == "Lot_1")
    assert known["completed"] == 1
    assert known["cycle_time_days"]["mean"] == pytest.approx(1 + (90 + 90) / DAY)  # waits for old
    assert regular["completed"] == 143


def test_with_a_warm_up_the_lots_that_finish_after_it_count():
    """From minute 1,440 on: the lots of 1,300, 1,400, ... leave, each 160 minutes after its start.

    Those of 14,200 and before are out by 14,400: (14,200 - 1,300) / 100 + 1.
    """
    programme, result = run(until_min=10 * DAY, warm_up_min=DAY)
    rows = simulate_rows(result, programme)
    (lot,) = simulate_document(result, rows)["lots"]
    assert lot["completed"] == 130
    assert lot["started"] == 144 - 15


def test_months_after_the_warm_up_add_up_to_the_whole():
    """30 days of January, February and a day and a half of March."""
    programme, result = run(until_min=60.5 * DAY, warm_up_min=DAY)
    rows = simulate_rows(result, programme)
    (lot,) = rows["sim_products"]
    assert [row["month"].month for row in rows["sim_output"]] == [1, 2, 3]
    assert sum(row["units_mean"] for row in rows["sim_output"]) == lot["units_out"]
    days = [30, 28, 1.5]
    area = sum(row["wip_lots_mean"] * d for row, d in zip(rows["sim_wip"], days, strict=True))
    assert area == pytest.approx(59.5 * lot["wip_lots_mean"])


def test_days_add_up_to_the_whole():
    programme, result = run(changed=WIP, until_min=9.5 * DAY)
    tables = simulate_tables(result, programme)
    days, products = tables["sim_days"], tables["sim_product_days"]
    assert days["day"][0] == datetime.date(2026, 1, 1)
    assert days.height == 10
    totals = tables["sim_products"].select("lots_started", "lots_completed").sum().row(0)
    assert days.select("lots_started", "lots_completed").sum().row(0) == totals
    assert products.select("lots_started", "lots_completed").sum().row(0) == totals
    assert days["moves"].sum() == tables["sim_tool_groups"]["moves"].sum()
    lengths = [1.0] * 9 + [0.5]
    area = sum(wip * days for wip, days in zip(days["wip_lots_mean"], lengths, strict=True))
    assert area == pytest.approx(9.5 * tables["sim_products"]["wip_lots_mean"].sum())


def test_lots_inside_at_the_end_become_rows_that_a_run_starts_from():
    """At minute 14,250: one lot began at 14,200 and is exposed, one began at 14,100, etched since
    14,170."""
    programme, result = run(until_min=14_250.0)
    rows = wip_rows(result, programme)
    assert next_start(result) == datetime.date(2026, 1, 10)
    assert [row.step for row in rows] == [10, 20]
    assert [row.name for row in rows] == ["order-Lot_1-142", "order-Lot_1-141"]
    assert {row.started for row in rows} == {datetime.date(2026, 1, 10)}
    assert [row.due_days for row in rows] == pytest.approx([100 / DAY, 0.0])
    again = programme.model_copy(
        update={
            "wip": rows,
            "orders": (),
            "simulation": programme.simulation.__class__(starts_on=next_start(result)),
        }
    )
    going_on = simulate(again, until_min=2 * DAY, replications=1)
    assert going_on.replications[0].readings[-1].left.sum() == 2


def test_names_are_sorted_as_people_count():
    names = ["Lot_10", "Lot_2", "HotLot_1", "Lot_1"]
    assert sorted(names, key=as_counted) == ["HotLot_1", "Lot_1", "Lot_2", "Lot_10"]
