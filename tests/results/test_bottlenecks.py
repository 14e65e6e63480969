"""One ranking of bottlenecks, in the summary as in the report."""

from datetime import date

import polars as pl
import pytest

from fabstack.report.figures import plants
from fabstack.results.bottlenecks import ranking
from fabstack.studies.summary import bottlenecks

MONTHS = [date(2026, 1, 1), date(2026, 2, 1)]


def capacity(group: str, available: list[float], used: list[float], worth: list[float]) -> dict:
    return {
        "month": MONTHS,
        "plant": ["fab"] * 2,
        "tool_group": [group] * 2,
        "available_h": available,
        "used_h": used,
        "load_percent": [100 * u / a if a else None for u, a in zip(used, available, strict=True)],
        "value_usd_per_h": worth,
    }


PLANNED = pl.concat(
    pl.DataFrame(row)
    for row in (
        capacity("absent", [0.0, 500.0], [0.0, 60.0], [9000.0, 0.0]),  # no tools in January
        capacity("etch", [100.0, 100.0], [80.0, 80.0], [1.0, 2.0]),
        capacity("phase:carriers", [1000.0, 1000.0], [1000.0, 10.0], [0.5, 0.0]),
    )
)
SIMULATED = pl.DataFrame(
    {
        "plant": ["fab", "fab"],
        "tool_group": ["absent", "etch"],
        "utilisation_of_available_percent": [20.0, 75.0],
        "queue_time_h_mean": [0.1, 2.0],
        "bottleneck_rank": [2, 1],
    }
)


def test_scarcity_is_worth_times_used_hours_where_tools_are():
    """By hand: 1,000 x 0.5 = 500; 80 x 1 + 80 x 2 = 240; an hour of absent tools counts nothing."""
    rows = ranking(PLANNED, SIMULATED)
    assert rows["tool_group"].to_list() == ["phase:carriers", "etch", "absent"]
    assert rows["scarcity_usd"].to_list() == [500.0, 240.0, 0.0]
    assert rows["peak_value_usd_per_h"].to_list() == [0.5, 2.0, 0.0]


def test_a_group_without_any_tools_has_no_peak_value():
    none = pl.DataFrame(capacity("none", [0.0, 0.0], [0.0, 0.0], [7.0, 7.0]))
    assert ranking(none, SIMULATED.clear())["peak_value_usd_per_h"].to_list() == [None]


def test_the_summary_names_the_first_of_the_ranking_and_where_lots_wait():
    row = bottlenecks({"plan_capacity": PLANNED, "sim_tool_groups": SIMULATED})[0]
    assert (row["planned_bottleneck"], row["simulated_bottleneck"]) == ("phase:carriers", "etch")
    assert (row["scarcity_usd"], row["value_usd_per_h"]) == (500.0, 0.5)
    assert row["peak_load_percent"] == pytest.approx(100)
    assert row["utilisation_of_available_percent"] == 75.0


def test_report_and_summary_agree():
    tables = {"plan_capacity": PLANNED, "sim_tool_groups": SIMULATED}

    class Stored:
        def table(self, name: str) -> pl.DataFrame:
            return tables[name]

    shown = plants.bottlenecks(Stored()).group_by("plant", maintain_order=True).first()
    told = [row["planned_bottleneck"] for row in bottlenecks(tables)]
    assert shown["tool_group"].to_list() == told
