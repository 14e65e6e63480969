"""The ramp's tables have the columns that reports and studies read, and nothing but numbers."""

from datetime import date

import polars as pl
import pytest

from fabstack import formats
from fabstack.ramp import ramp
from fabstack.results.ramp_tables import ramp_tables

COLUMNS = {
    "ramp_activities": "activity title plant generation claimed p10 p50 p90 mean_months "
    "critical_percent odds_of_claim_percent after",
    "ramp_curve": "activity date probability",
    "ramp_reference": "activity promised claimed p10 p50 p90 odds_of_claim_percent network_p50",
    "ramp_reference_curve": "activity date probability",
    "ramp_critical": "finish activity critical_percent",
    "ramp_capacity": "month plant claimed p10 p50 p90",
    "ramp_yield": "month item plant p10_percent p50_percent p90_percent",
    "ramp_roadmap": "generation claimed p10 p50 p90 odds_percent",
    "ramp_cadence": "percentile months longest_gap_months",
    "ramp_people": "month skill heads_p50 wanted cost_usd",
    "ramp_staff": "skill target reached_percent reached_p50 cost_usd",
    "ramp_sensitivity": "outcome input title rank_correlation share_percent",
    "ramp_output": "month plant item p10 p50 p90",
    "ramp_bottlenecks": "plant tool_group share_percent",
    "ramp_tools": "tool_group date plant tools order_by docked_p50 p10 p50 p90",
    "ramp_bridge": "item plant service_percent units peak_per_month covered_by",
    "ramp_build_times": "claim region span claimed_months network_p50_months published_months",
    "ramp_reviews": "review until meetings_mean lost_days_mean missed_days missed_usd",
    "ramp_drivers": "outcome input title mean_months p50_months p80_months odds_gain_percent",
    "ramp_claims": "claim part statement date odds_percent low_percent high_percent inputs",
    "ramp_claim_inputs": "claim rank input title share_percent odds_low_percent odds_high_percent",
}


@pytest.fixture(scope="module")
def texas(project):
    return formats.load(project / "programmes" / "texas")


@pytest.fixture(scope="module")
def result(texas):
    return ramp(texas, samples=500, seed=1)


@pytest.fixture(scope="module")
def tables(texas, result):
    return ramp_tables(result, texas)


@pytest.mark.parametrize("name", COLUMNS)
def test_a_table_has_its_columns_and_rows(tables, name):
    assert set(COLUMNS[name].split()) <= set(tables[name].columns)
    assert tables[name].height > 0
    assert set(COLUMNS) == set(tables)


def test_every_number_is_finite(tables):
    for name, table in tables.items():
        numbers = table.select(pl.lit(0.0).alias("none"), pl.col(pl.Float64))
        assert numbers.select(pl.all().is_nan().any()).sum_horizontal().sum() == 0, name
        assert numbers.select(pl.all().is_infinite().any()).sum_horizontal().sum() == 0, name


def test_the_same_result_gives_the_same_tables(texas, result, tables):
    again = ramp_tables(result, texas)
    assert all(again[name].equals(table) for name, table in tables.items())


def test_a_curve_rises_from_nothing_to_one_and_knows_the_claimed_day(texas, result, tables):
    curve = tables["ramp_curve"].filter(pl.col("activity") == "foplp-volume")
    assert curve["date"].is_sorted()
    assert curve["probability"].is_sorted()
    assert curve["probability"][0] < 0.01
    assert curve["probability"][-1] == 1
    claimed = curve.filter(pl.col("date") == date(2027, 3, 31))["probability"][0]
    assert claimed == result.odds_of_claim("foplp-volume")


def test_percentiles_are_in_order_and_the_interval_encloses_the_median(tables):
    rows = tables["ramp_activities"]
    for low, high in [("p10", "p50"), ("p50", "p90"), ("p50_low", "p50"), ("p50", "p50_high")]:
        assert (rows[low] <= rows[high]).all(), (low, high)


def test_shares_of_an_outcome_add_up_to_a_hundred(tables):
    sums = tables["ramp_sensitivity"].group_by("outcome").agg(pl.col("share_percent").sum())
    assert sums["share_percent"].to_list() == pytest.approx([100] * sums.height)


def test_a_programme_without_dates_has_empty_tables_of_the_same_shape(project, tables):
    queue = formats.load(project / "programmes" / "single-queue")
    empty = ramp_tables(ramp(queue, samples=10), queue)
    for name, table in tables.items():
        assert empty[name].schema == table.schema, name
    assert empty["ramp_activities"].is_empty()
