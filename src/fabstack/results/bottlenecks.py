"""One ranking of what limits the plants, for the summary and for the report."""

from __future__ import annotations

import polars as pl

LAST = 1_000_000  # rank of what was not simulated


def ranking(plan_capacity: pl.DataFrame, sim_tool_groups: pl.DataFrame) -> pl.DataFrame:
    """Tool groups and buildings by what their scarcity costs, then by their peak load.

    The cost of scarcity is the worth of one more hour times the hours that are used, over all
    months: a hundredth of it is what one percent more in every month adds. It is nothing where a
    group never limits or is not there, and compares tools with buildings. An hour has a worth only
    where all that may be used are (complementary slackness), so idle hours do not enter.
    """
    is_there = pl.col("available_h") > 0
    worth = pl.col("value_usd_per_h").fill_null(0.0).filter(is_there)
    planned = plan_capacity.group_by("plant", "tool_group", maintain_order=True).agg(
        (worth * pl.col("used_h").filter(is_there)).sum().alias("scarcity_usd"),
        worth.max().alias("peak_value_usd_per_h"),
        pl.col("load_percent").max().alias("peak_load_percent"),
    )
    simulated = sim_tool_groups.select(
        "plant",
        "tool_group",
        pl.col("utilisation_of_available_percent").alias("simulated_percent"),
        pl.col("queue_time_h_mean"),
        pl.col("bottleneck_rank"),
    )
    joined = planned.join(simulated, on=["plant", "tool_group"], how="full", coalesce=True)
    return joined.sort(
        -pl.col("scarcity_usd").fill_null(0),
        -pl.col("peak_load_percent").fill_null(0),
        pl.col("bottleneck_rank").fill_null(LAST),
        "plant",
        "tool_group",
    )
