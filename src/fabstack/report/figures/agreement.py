"""How far the simulation is from the plan."""

from __future__ import annotations

from typing import Any

import polars as pl

from fabstack.report.figures.lots import confirmed
from fabstack.report.figures.parts import MOST, Trace, axis, figure, labels, marks, rows_high, spans
from fabstack.report.language import say
from fabstack.report.picture import Picture
from fabstack.report.theme import LIKELY, Figure, faint
from fabstack.results.run import Run

_ZERO = {"type": "line", "x0": 0, "x1": 0, "y0": 0, "y1": 1, "yref": "paper"}


def output_errors(run: Run) -> pl.DataFrame:
    """Simulated less planned output of the simulated months, in percent of the plan."""
    sums = (
        confirmed(run)
        .group_by("plant", "item", maintain_order=True)
        .agg(pl.col("planned", "units_mean", "units_low", "units_high").sum())
        .filter(pl.col("planned") > 0)
    )
    ends = (("error", "mean"), ("error_low", "low"), ("error_high", "high"))
    shares = [
        (100 * (pl.col(f"units_{end}") / pl.col("planned") - 1)).alias(f"{name}_percent")
        for name, end in ends
    ]
    table = sums.with_columns(shares)
    return table.sort(-pl.col("error_percent").abs(), "plant", "item")


def draw_output_errors(rows: pl.DataFrame) -> Figure:
    """A mark for the mean of the replications, and a line from the lowest to the highest."""
    names = [f"{item} · {plant}" for item, plant in rows.select("item", "plant").iter_rows()]
    low, high = rows["error_low_percent"].to_list(), rows["error_high_percent"].to_list()
    told = [_told(row) for row in rows.iter_rows(named=True)]
    ends = low, rows["error_percent"].to_list(), high
    return _errors(names, ends, told, ("replications", "of the plan"))


def _told(row: dict[str, Any]) -> str:
    planned, units = f"{row['planned']:,.0f}", f"{row['units_mean']:,.0f}"
    return say("planned {planned}, simulated {units}", planned=planned, units=units)


def lead_times(run: Run) -> pl.DataFrame:
    """Lead times of the last iteration, the furthest from their simulation first."""
    known = ["lead_time_days_planned", "cycle_time_days_mean"]
    table = run.table("agree_routes").filter(pl.col("cycle_time_days_mean") > 0).drop_nulls(known)
    last = table.filter(pl.col("iteration") == pl.col("iteration").max())
    planned, simulated = (pl.col(name) for name in known)
    signed = last.with_columns(difference_percent=100 * (planned / simulated - 1))
    return signed.sort(-pl.col("difference_percent").abs(), "plant", "route")


def draw_lead_times(rows: pl.DataFrame) -> Figure:
    """A mark for each route: planned less simulated, in percent of the simulated cycle time."""
    names = [f"{route} · {plant}" for route, plant in rows.select("route", "plant").iter_rows()]
    error = rows["difference_percent"].to_list()
    width = 100 * rows["cycle_time_days_ci95"].fill_null(0.0) / rows["cycle_time_days_mean"]
    low, high = ([e + sign * w for e, w in zip(error, width, strict=True)] for sign in (-1.0, 1.0))
    told = [
        say("planned {planned} days, simulated {days}", planned=f"{p:.3g}", days=f"{d:.3g}")
        for p, d in rows.select("lead_time_days_planned", "cycle_time_days_mean").iter_rows()
    ]
    return _errors(names, (low, error, high), told, ("95 % interval", "of the simulated days"))


def _errors(
    names: list[str], ends: tuple[list[float], ...], told: list[str], words: tuple[str, str]
) -> Figure:
    (low, middle, high), (spread, unit) = ends, words
    dots: Trace = marks(
        middle,
        names,
        "mean",
        LIKELY,
        customdata=told,
        hovertemplate="%{y}: %{x:+.1f} %<br>%{customdata}<extra></extra>",
    )
    return figure(
        [spans(names, low, high, spread, faint(LIKELY, 0.4)), dots],
        rows_high(len(names)),
        xaxis=axis(unit, ticksuffix=" %", tickformat="+~g", zeroline=False),
        yaxis=labels(names),
        shapes=[_ZERO | {"line": {"color": "$ink", "width": 1.4, "dash": "5px,3px"}}],
    )


OUTPUT_ERRORS = Picture(
    name="plan-error",
    title="How far the simulation is from the plan",
    says="Good units over all simulated months, simulated less planned; the furthest first. Line: "
    "from the lowest to the highest replication. Dashed: as planned.",
    tables=("plan_starts", "plan_periods", "sim_output"),
    rows=output_errors,
    draw=draw_output_errors,
    empty="The simulated months have no planned output.",
    most=MOST,
)
LEAD_TIMES = Picture(
    name="lead-time-error",
    title="How far planned lead times are from simulated ones",
    says="After the last round of plan and simulation; the furthest first.",
    tables=("agree_routes",),
    rows=lead_times,
    draw=draw_lead_times,
    empty="No route has a measured cycle time.",
    most=MOST,
    is_extra=True,
)
