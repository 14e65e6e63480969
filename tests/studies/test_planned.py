"""A plan of weeks, months or quarters handed to the simulator loses and gains nothing."""

from dataclasses import replace
from datetime import date, timedelta

import polars as pl
import pytest

from fabstack import formats
from fabstack.model.days import DAYS_PER_MONTH
from fabstack.model.plants import Stock
from fabstack.plan import PlanOptions, plan
from fabstack.results.plan_tables import plan_tables
from fabstack.results.simulate_rows import simulate_rows
from fabstack.simulate import simulate
from fabstack.studies.planned import planned_arrivals, with_planned_starts
from fabstack.studies.planned_periods import Flow, Period, periods_of

GRIDS = ["", "w", "m", "q", "6w 4m q"]


@pytest.fixture(scope="module")
def toy(project):
    return formats.load(project / "programmes" / "toy-chain")


def planned(programme, grid, opens=None):
    settings = replace(programme.planning, periods=grid)
    window = replace(programme.simulation, starts_on=opens, starts_with=None)
    own = programme.model_copy(update={"planning": settings, "simulation": window, "starts": ()})
    return own, plan_tables(plan(own, options=PlanOptions(integers="relaxed")), own)


def started(programme, route, end, even):
    """Carriers of a route by its rows of rates; calendar months count as one where even."""
    rows = sorted((row for row in programme.starts if row.route == route), key=lambda row: row.date)
    ends = [*(row.date for row in rows[1:]), end]
    return sum(
        row.carriers_per_month
        * (_months(row.date, until) if even else (until - row.date).days / DAYS_PER_MONTH)
        for row, until in zip(rows, ends, strict=True)
    )


def _months(first, until):
    return (until.year - first.year) * 12 + until.month - first.month


@pytest.mark.parametrize("grid", GRIDS)
def test_rates_times_the_length_of_their_periods_are_the_planned_starts(toy, grid):
    programme, tables = planned(toy, grid)
    end = periods_of(tables)[-1].until
    simulated = with_planned_starts(programme, tables)
    sums = tables["plan_starts"].group_by("route").agg(pl.col("carriers_started").sum())
    for route, carriers in sums.iter_rows():
        assert started(simulated, route, end, even=not grid) == pytest.approx(carriers)
        assert simulated.starts[-1].date == end or carriers == 0


@pytest.mark.parametrize("grid", GRIDS)
def test_all_that_is_bought_arrives_in_whole_units_within_its_period(toy, grid):
    programme, tables = planned(toy, grid)
    arrivals = planned_arrivals(programme, tables)
    bought = tables["plan_bought"]
    assert bought.height > 0
    for row in bought.to_dicts():
        (period,) = [p for p in periods_of(tables) if p.first == row["month"]]
        units = [
            one.units
            for one in arrivals
            if one.item == row["item"] and period.first <= one.day < period.until
        ]
        assert sum(units) == round(row["quantity"])
        assert len(units) == max(round(period.months), 1)


def test_a_quarter_is_delivered_month_by_month(toy):
    programme, tables = planned(toy, "q")
    days = [one.day for one in planned_arrivals(programme, tables)][:3]
    assert days == [date(2026, 1, 1), date(2026, 1, 31), date(2026, 3, 2)]


@pytest.mark.parametrize(
    ("opens", "before", "share"),
    [(date(2026, 7, 1), "2026-04-01", 0.0), (date(2026, 8, 16), "2026-04-01", 0.5)],
)
def test_what_is_in_stock_lies_between_the_two_ends_of_the_period(toy, opens, before, share):
    """The second half year of 2026 is two quarters: July 1 to October 1 has 92 days, 46 a half."""
    programme, tables = planned(toy, "q", opens)
    first = date.fromisoformat(before)
    stock = pl.DataFrame(
        {
            "month": [first, date(2026, 7, 1)],
            "item": ["wafer", "wafer"],
            "stock_end": [100.0, 300.0],
        }
    )
    tables = {**tables, "plan_items": stock}
    (found,) = [one for one in planned_arrivals(programme, tables) if one.item == "wafer"]
    assert (found.day, found.supplier) == (opens, "")
    assert found.units == 100 + share * 200


def test_weeks_before_the_window_leave_their_stock_and_no_goods(toy):
    opens = date(2026, 2, 5)  # a Thursday; weeks begin on Thursday, the first of January
    programme, tables = planned(toy, "w", opens)
    week = date(2026, 1, 29)
    stock = tables["plan_items"].with_columns(
        stock_end=pl.when(pl.col("month") == week).then(7.0).otherwise(0.0)
    )
    arrivals = planned_arrivals(programme, {**tables, "plan_items": stock})
    assert min(one.day for one in arrivals) == opens
    kept = [one for one in arrivals if not one.supplier]
    assert kept
    assert {one.units for one in kept} == {7}


@pytest.mark.parametrize("opens", [None, date(2026, 1, 11), date(2026, 7, 1)])
def test_a_first_stock_is_there_once_whenever_the_window_opens(toy, opens):
    """500 packages stay in the store: suppliers sell at will, and one less costs USD 10 a month."""
    changes = {
        "stocks": (Stock(plant="boards", item="package", initial=500, safety=500),),
        "offers": (replace(toy.offers[0], capacity_per_month=1000.0),),
        "planning": replace(toy.planning, backlog_penalty_percent=1000.0),
    }
    programme, tables = planned(toy.model_copy(update=changes), "", opens)
    arrivals = planned_arrivals(programme, tables)
    simulated = with_planned_starts(programme, tables)
    result = simulate(
        simulated, until_min=60 * 1440.0, warm_up_min=0.0, replications=1, arrivals=arrivals
    )
    rows = {row["item"]: row for row in simulate_rows(result, simulated)["sim_stocks"]}
    package, until = rows["package"], result.names.start + timedelta(days=60)
    bought = sum(one.units for one in arrivals if one.supplier and one.day < until)
    there = package["left"] + package["used"] - package["produced"] - bought
    assert there == pytest.approx(500, abs=1)


def test_what_leaves_in_the_first_days_was_started_at_the_rate_before_them():
    """A carrier a day in June, none in July, ten days on the way: ten leave in July, the first."""
    months = [date(2026, month, 1) for month in (6, 7, 8)]
    periods = [Period(months[0], months[1], 1.0), Period(months[1], months[2], 1.0)]
    of_days = [DAYS_PER_MONTH / 30, DAYS_PER_MONTH / 31]  # a rate for a month of 30.4375 days
    started, output = [30 * of_days[0], 0.0], [20 * of_days[0], 10 * of_days[1]]
    flow = Flow(periods, started, output, 10.0)
    assert flow.leaving_between(months[1], 31) == pytest.approx(10)
    assert flow.leaving_between(months[1], 5) == pytest.approx(5)
    assert flow.leaving_between(months[1], 9.5) == pytest.approx(9.5)
    assert flow.leaving_between(date(2026, 7, 11), 21) == pytest.approx(0)
    assert flow.leaving_between(months[0], 30) == pytest.approx(20)


def test_the_whole_way_runs_on_a_mixed_grid_and_delivers_what_the_plan_starts(toy):
    """Loads are below 4 percent, so the simulated boards of steady months are the planned ones."""
    from fabstack.studies.run import RunOptions, simulated

    programme, tables = planned(toy, "13w 9m q", date(2026, 7, 1))
    found, _ = simulated(programme, tables, RunOptions(replications=1, days=300), lambda *_: None)
    output = found["sim_output"].filter(
        (pl.col("item") == "board")
        & pl.col("month").is_between(date(2026, 11, 1), date(2027, 2, 28))
    )
    boards = tables["plan_items"].filter(
        (pl.col("item") == "board")
        & pl.col("month").is_between(date(2026, 11, 1), date(2027, 2, 28))
    )
    assert boards.height in {3, 4}
    days = sum(
        (p.until - p.first).days for p in periods_of(tables) if p.first in boards["month"].to_list()
    )
    assert output["units_mean"].sum() / 120 == pytest.approx(boards["made"].sum() / days, rel=0.05)
