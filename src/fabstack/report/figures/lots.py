"""Lots: how long they take, and whether the simulation confirms the plan."""

from __future__ import annotations

import polars as pl

from fabstack.report.figures.parts import (
    MOST,
    Trace,
    axis,
    band,
    figure,
    goal,
    labels,
    line,
    marks,
    months,
    panels,
    rows_high,
    spans,
)
from fabstack.report.language import say
from fabstack.report.numbers import plain
from fabstack.report.picture import Picture
from fabstack.report.theme import LIKELY, Figure, faint
from fabstack.results.run import Run

MANY = 9


# --- Cycle time -------------------------------------------------------------------------------


def cycle_times(run: Run) -> pl.DataFrame:
    """Cycle time of every route, the slowest first."""
    done = run.table("sim_products").filter(pl.col("cycle_time_days_mean").is_not_null())
    return done.sort(-pl.col("cycle_time_days_mean"), "plant", "route", "priority", "name")


def draw_cycle_times(rows: pl.DataFrame) -> Figure:
    """For each route the median, the mean with its interval, and the 95th percentile."""
    names = [_label(row) for row in rows.iter_rows(named=True)]
    half = rows["cycle_time_days_ci95"].fill_null(0.0).to_list()
    mean = marks(
        rows["cycle_time_days_mean"].to_list(),
        names,
        "mean, with 95 % interval",
        LIKELY,
        error_x={"type": "data", "array": half, "color": "$ink", "thickness": 1.2},
        hovertemplate=say("%{y}: mean %{x:.3g} days<extra></extra>"),
    )
    low, high = rows["cycle_time_days_p50"].to_list(), rows["cycle_time_days_p95"].to_list()
    tail = spans(names, low, high, "median to 95th percentile", faint(LIKELY, 0.35))
    return figure(
        [tail, mean],
        rows_high(len(names)),
        xaxis=axis("days (logarithmic)", type="log", dtick="D2"),
        yaxis=labels(names),
    )


def _label(row: dict[str, object]) -> str:
    factor = row["x_factor"]
    x = f" · {say('X-factor')} {plain(factor)}" if isinstance(factor, float) else ""
    return f"{lots_of(row)}{x}"


def lots_of(row: dict[str, object]) -> str:
    """Which lots a row of products speaks of."""
    hot = f", {say('priority')} {row['priority']}" if row["priority"] else ""
    lots = " ".join(str(part) for part in (row["name"], row["route"]) if part)
    return f"{lots}{hot} · {row['plant']}"


# --- Plan against simulation ------------------------------------------------------------------


def confirmed(run: Run) -> pl.DataFrame:
    """Planned and simulated output of every plant and item in the simulated months."""
    simulated = run.table("sim_output")
    shares = _shares(run.table("plan_periods"), simulated)
    planned = (
        run.table("plan_starts")
        .rename({"month": "period"})
        .join(shares, on="period")
        .group_by("month", "plant", "item")
        .agg((pl.col("units_out") * pl.col("share")).sum().alias("planned"))
        .filter(pl.col("planned") > 0)
    )
    joined = planned.join(simulated, on=["month", "plant", "item"], how="full", coalesce=True)
    size = pl.col("planned").sum().over("plant", "item")
    return joined.sort(-size.fill_null(0), "plant", "item", "month")


def _shares(periods: pl.DataFrame, simulated: pl.DataFrame) -> pl.DataFrame:
    """Share of each period of a plan, by days, that lies in each simulated calendar month."""
    months = simulated.select("month").unique().sort("month")
    if months.height:  # months without any output count, too
        months = months.upsample("month", every="1mo")
    after = pl.col("month").dt.offset_by("1mo")
    inside = pl.min_horizontal("until", after) - pl.max_horizontal("period", "month")
    share = inside.dt.total_days() / (pl.col("until") - pl.col("period")).dt.total_days()
    pairs = periods.rename({"month": "period"}).join(months, how="cross")
    return pairs.select("period", "month", share=share).filter(pl.col("share") > 0)


def draw_confirmed(rows: pl.DataFrame) -> Figure:
    """One panel for each plant and item: the plan as a goal, the simulation around it."""
    groups = list(rows.group_by("plant", "item", maintain_order=True))[:MANY]
    parts = {f"{item} · {plant}": _confirmed(frame) for (plant, item), frame in groups}
    x, y = months(nticks=4), axis(rangemode="tozero")
    return panels(parts, x=x, y=y, hovermode="x unified", each_px=130)


def _confirmed(frame: pl.DataFrame) -> list[Trace]:
    x = frame["month"].to_list()
    low, mean, high, planned = (
        frame[name].to_list() for name in ("units_low", "units_mean", "units_high", "planned")
    )
    return [
        *band(x, low, high, "replications", LIKELY),
        line(x, mean, "simulated", LIKELY),
        goal(x, planned, "planned"),
    ]


CYCLE_TIMES = Picture(
    name="cycle-times",
    title="Cycle time of every route",
    says="Days from start to end in the simulation; the X-factor is that time over the raw process "
    "time.",
    tables=("sim_products",),
    rows=cycle_times,
    draw=draw_cycle_times,
    empty="No lot was completed.",
    most=MOST,
)
CONFIRMED = Picture(
    name="plan-and-simulation",
    title="Does the simulation confirm the plan?",
    says="Units a month. Where the line stays below the dashed plan, the tools or lots do not give "
    "what the plan counts on.",
    tables=("plan_starts", "plan_periods", "sim_output"),
    rows=confirmed,
    draw=draw_confirmed,
    empty="The simulated months have no planned output.",
    most=MANY,
    panel_of=("plant", "item"),
)
