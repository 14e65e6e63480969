"""The lots of every area day by day, from an event log."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import polars as pl

from fabstack.report.figures.event_log import first_day
from fabstack.report.figures.parts import Trace, axis, line, months, panels
from fabstack.report.language import Name, say
from fabstack.report.picture import Picture
from fabstack.report.theme import SERIES, Figure, faint
from fabstack.results.run import Run
from fabstack.results.ticks import TICKS_PER_DAY


def area_picture(log: Path) -> Picture:
    """The lots of every area of an event log."""
    return Picture(
        name="area-wip",
        title="Work in process of each area over time",
        says="Lots at the end of each day, waiting or in a tool of the area; first replication.",
        tables=("sim_days", "sim_tool_groups"),
        rows=partial(area_wip, log=log),
        draw=draw_area_wip,
        empty="The event log has no lots.",
    )


def area_wip(run: Run, log: Path) -> pl.DataFrame:
    """Lots of every area at the end of each day, the fullest areas first."""
    groups = run.table("sim_tool_groups").select("plant", "area", "tool_group")
    moves = _moves(log).join(groups, on="tool_group", how="left")
    there = ["plant", "area"]
    net = moves.group_by("day", *there).agg(pl.col("change").sum())
    every = net.select("day").unique().join(net.select(there).unique(), how="cross")
    filled = every.join(net, on=["day", *there], how="left", nulls_equal=True).sort("day")
    lots = filled.with_columns(lots=pl.col("change").fill_null(0).cum_sum().over(there))
    first = first_day(run)
    dated = lots.with_columns(day=pl.lit(first) + pl.duration(days=pl.col("day")))
    size = pl.col("lots").sum().over(there)
    return dated.sort(-size, "plant", "area", "day").select("day", *there, "lots")


def _moves(log: Path) -> pl.DataFrame:
    """Each arrival of a lot at a tool group, and its departure when it goes on to the next."""
    comes_or_goes = pl.col("what").is_in(["queued", "left", "scrapped"])
    lines = pl.scan_parquet(log).filter(comes_or_goes)
    before = lines.with_columns(pl.col("tool_group").shift(1).over("order", "lot").alias("before"))
    day = (pl.col("time_ticks") // TICKS_PER_DAY).alias("day")
    come = before.filter(pl.col("what") == "queued").select(
        day, pl.col("tool_group").cast(pl.String), pl.lit(1, pl.Int64).alias("change")
    )
    go = before.filter(pl.col("before").is_not_null()).select(
        day,
        pl.col("before").cast(pl.String).alias("tool_group"),
        pl.lit(-1, pl.Int64).alias("change"),
    )
    both = pl.concat([come, go]).group_by("day", "tool_group").agg(pl.col("change").sum())
    return both.collect()


def draw_area_wip(rows: pl.DataFrame) -> Figure:
    """One panel for each plant, its areas on top of each other."""
    parts = {
        str(plant or say("no plant")): [
            _area(Name(area or say("no area")), days, SERIES[i % len(SERIES)])
            for i, ((area,), days) in enumerate(frame.group_by("area", maintain_order=True))
        ]
        for (plant,), frame in rows.group_by("plant", maintain_order=True)
    }
    x, lots = months(nticks=5, tickformat="%Y-%m-%d"), axis(rangemode="tozero")
    return panels(parts, x=x, y=lots, columns=2, left=0.05, showlegend=False, hovermode="x unified")


def _area(name: str, days: pl.DataFrame, role: str) -> Trace:
    return line(
        days["day"].to_list(),
        days["lots"].to_list(),
        name,
        role,
        stackgroup="all",
        fillcolor=faint(role, 0.75),
        line={"width": 0},
        hovertemplate="%{y:,}",
    )
