"""The border: what a programme becomes in the kernel's terms."""

from datetime import date

import pytest

from fabstack import formats
from fabstack.arrays.entering import Arrival, Window
from fabstack.arrays.fab import closures, fab_arrays
from fabstack.arrays.left_out import left_out
from fabstack.arrays.supply import supply_of
from fabstack.arrays.types import NEVER, ToolState
from fabstack.model import Programme
from fabstack.model.plants import Calendar
from fabstack.simulate import simulate

DAY = 1440.0
BASE = {
    "programme": {"name": "border", "title": "", "start": "2026-01", "end": "2026-12"},
    "items": [{"name": "wafer", "kind": "wafer"}],
    "plants": [{"name": "fab", "kind": "fab", "opens": "2026-01-11"}],
    "tool_groups": [{"name": "etch", "plant": "fab", "tools": 2, "load_min": 1, "unload_min": 2}],
    "deliveries": [
        {"tool_group": "etch", "date": "2026-01-05", "tools": 1},
        {"tool_group": "etch", "date": "2026-01-21", "tools": 1},
        {"tool_group": "etch", "date": "2027-01-01", "tools": 5},
    ],
    "routes": [{"name": "make", "item": "wafer", "plant": "fab"}],
    "steps": [{"route": "make", "step": 1, "name": "etch", "tool_group": "etch", "process": 10}],
    "starts": [
        {"route": "make", "date": "2026-01-01", "carriers_per_month": 760.9375},
        {"route": "make", "date": "2026-02-01", "carriers_per_month": 0},
    ],
}


def arrays(days: float = 60, arrivals=(), **changes):
    programme = Programme.model_validate(BASE | changes)
    return fab_arrays(programme, Window(date(2026, 1, 1), days * DAY, arrivals))


def test_tools_come_when_they_are_delivered_and_the_plant_is_open():
    fab, _ = arrays()
    assert (fab.fixtures.comes_min / DAY).tolist() == [10, 10, 10, 20]


def test_starts_become_an_interval_for_each_period_and_wait_for_the_opening():
    """760.9375 wafers a month of 30.4375 days in lots of 25: a lot a day."""
    fab, names = arrays()
    assert names.streams == ("make:0",)
    assert fab.streams.first_min[0] == 10 * DAY
    assert fab.periods.until_min.tolist() == [31 * DAY, NEVER]
    assert fab.periods.interval_min.tolist() == pytest.approx([DAY, NEVER])


def test_the_lots_of_a_run_are_those_of_the_starts():
    """From 11 January to the end of the month: 21 lots, one a day."""
    result = simulate(Programme.model_validate(BASE), until_min=60 * DAY, replications=1)
    assert result.replications[0].readings[-1].left.tolist() == [21]


@pytest.mark.parametrize(
    ("days", "hours", "every_h", "closed_h"),
    [(7, 16, 24, 8), (5, 24, 168, 48), (5, 16, 24, 24 - 16 * 5 / 7)],
)
def test_a_calendar_closes_the_tools(days, hours, every_h, closed_h):
    stop = closures(Calendar(name="c", days_per_week=days, hours_per_day=hours))[0]
    assert stop.state is ToolState.NON_SCHEDULED
    assert stop.between.mean_min == every_h * 60
    assert stop.length.mean_min == pytest.approx(closed_h * 60)


def test_closed_time_is_the_calendars_share_of_a_run():
    calendar = {"name": "weekdays", "days_per_week": 5}
    plant = {"name": "fab", "kind": "fab", "calendar": "weekdays"}
    changes = {"calendars": [calendar], "plants": [plant], "deliveries": []}
    programme = Programme.model_validate(BASE | changes)
    result = simulate(programme, until_min=28 * DAY, warm_up_min=0, replications=1)
    minutes = result.replications[0].readings[-1].state_min[0]
    assert minutes[ToolState.NON_SCHEDULED] / minutes.sum() == pytest.approx(2 / 7)


def test_an_item_made_from_one_child_alone_is_derived_where_the_child_ends(project):
    """A wafer of the toy chain is ten dies; lots of packages take dies, boards take packages."""
    supply = supply_of(formats.load(project / "programmes" / "toy-chain"), {})
    assert supply.stocks == ("die", "package", "board")
    assert supply.outputs["make-wafer"].item == "die"
    assert supply.outputs["make-wafer"].units_per_carrier == 10
    assert supply.needs["make-package"] == {"die": 10}
    assert supply.needs["make-board"] == {"package": 1}


def test_bought_units_reach_a_stock_only_where_the_item_is_also_made(project):
    programme = formats.load(project / "programmes" / "toy-chain")
    day = date(2026, 10, 11)
    arrivals = [Arrival("package", day, 7), Arrival("unknown", day, 9)]
    fab, names = fab_arrays(programme, Window(date(2026, 10, 1), 30 * DAY, arrivals))
    assert fab.purchases.units.tolist() == [7]
    assert fab.purchases.at_min.tolist() == [10 * DAY]
    assert names.stocks[fab.purchases.stock[0]] == "package"


def test_a_larger_priority_is_a_smaller_rank():
    orders = [
        {"name": "hot", "route": "make", "date": "2026-01-12", "priority": 9},
        {"name": "late", "route": "make", "date": "2026-01-12", "priority": 3},
    ]
    fab, names = arrays(orders=orders)
    ranks = dict(zip(names.streams, fab.streams["rank"].tolist(), strict=True))
    assert ranks["order:hot"] < ranks["order:late"] < ranks["make:0"]


def test_a_policy_of_batches_and_the_longest_wait_reach_the_kernel():
    group = BASE["tool_groups"][0]
    fab, _ = arrays(tool_groups=[group | {"batch_policy": "look-ahead", "batch_wait_h": 1.5}])
    assert (fab.groups.looks_ahead[0], fab.facts.looks_ahead[0]) == (1, 1)
    assert fab.groups.batch_wait_min[0] == 90.0
    plain, _ = arrays()
    assert (plain.groups.looks_ahead[0], plain.facts.looks_ahead[0]) == (0, 0)


def test_what_a_run_leaves_out_is_said():
    routes = [*BASE["routes"], BASE["routes"][0] | {"name": "other", "move": "7"}]
    told = " ".join(left_out(Programme.model_validate(BASE | {"routes": routes})))
    assert "transport" in told


def test_a_plain_programme_leaves_nothing_out():
    assert left_out(Programme.model_validate(BASE)) == ()
