"""Operating curves: how cycle time grows as a plant fills."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from fabstack.report.figures.parts import Trace, axis, band, figure, line, marks, panels
from fabstack.report.language import Name, say
from fabstack.report.picture import Picture
from fabstack.report.theme import LIKELY, SERIES, Figure
from fabstack.results.run import Run

MANY = 12
LOADS_PERCENT = np.concatenate([np.linspace(0, 90, 31), np.linspace(91, 99.5, 18)])
HIGHEST_X = 6.0  # end of the axis, so that the bend of a curve can be seen


# --- The curve through the current point ------------------------------------------------------


def operating(run: Run) -> pl.DataFrame:
    """Every plant's X-factor at the load of its bottleneck, and what that says of its variability.

    X = 1 + a u / (1 - u), with u the load and a the variability (Aurand and Miller, The operating
    curve, ASMC 1997); the interval of a follows from that of the cycle times.
    """
    busiest = run.table("sim_tool_groups").filter(pl.col("bottleneck_rank") == 1)
    loads = busiest.select(
        "plant",
        "tool_group",
        pl.col("utilisation_of_available_percent").alias("load_percent"),
        pl.col("utilisation_ci95_percent").alias("load_ci95_percent"),
    )
    points = loads.join(_x_factors(run), on="plant").filter(
        pl.col("load_percent").is_between(0, 100, closed="none") & (pl.col("x_factor") > 0)
    )
    room = (100 - pl.col("load_percent")) / pl.col("load_percent")
    x, half = pl.col("x_factor"), pl.col("x_factor_ci95")
    return points.with_columns(
        variability=((x - 1) * room).clip(0),
        variability_low=((x - half - 1) * room).clip(0),
        variability_high=((x + half - 1) * room).clip(0),
    ).sort(-pl.col("x_factor"), "plant")


def _x_factors(run: Run) -> pl.DataFrame:
    """Cycle time over raw process time of all lots of a plant, with its 95 % half width."""
    done = run.table("sim_products").drop_nulls(["x_factor", "cycle_time_days_mean"])
    lots, days = pl.col("lots_completed"), pl.col("cycle_time_days_mean")
    raw_days = days / pl.col("x_factor")
    spread = pl.col("cycle_time_days_ci95").fill_null(0.0)
    return (
        done.filter((pl.col("x_factor") > 0) & (lots > 0))
        .group_by("plant")
        .agg(
            ((lots * days).sum() / (lots * raw_days).sum()).alias("x_factor"),
            ((lots * spread).sum() / (lots * raw_days).sum()).alias("x_factor_ci95"),
            pl.col("replications").max(),
        )
    )


def draw_operating(rows: pl.DataFrame) -> Figure:
    """One curve for each plant, with the point where it works now."""
    parts = {
        f"{row['plant']} · {row['tool_group']}": _operating(row)
        for row in rows.head(MANY).iter_rows(named=True)
    }
    load = axis(range=[0, 103], ticksuffix=" %", dtick=25)
    factor = axis(range=[0.8, HIGHEST_X], tickprefix="×", dtick=1, tick0=1)
    return panels(parts, x=load, y=factor, columns=2, each_px=180, hovermode="closest")


def _operating(row: dict[str, Any]) -> list[Trace]:
    x = LOADS_PERCENT.tolist()
    low, middle, high = (
        _x_at(row[name]) for name in ("variability_low", "variability", "variability_high")
    )
    now = marks(
        [row["load_percent"]],
        [row["x_factor"]],
        "now, with 95 % intervals",
        "$vermillion",
        "diamond",
        marker={"size": 11},
        error_x=_half(row["load_ci95_percent"]),
        error_y=_half(row["x_factor_ci95"]),
        hovertemplate=say("load %{x:.1f} %, X-factor %{y:.3f}<extra></extra>"),
    )
    curve = line(
        x, middle, "at the same variability", LIKELY, hovertemplate="%{x:.0f} %: ×%{y:.2f}"
    )
    return [*band(x, low, high, "95 % interval", LIKELY), curve, now]


def _x_at(variability: float) -> list[float]:
    loads = LOADS_PERCENT / 100
    return [float(x) for x in 1 + variability * loads / (1 - loads)]


def _half(width: float | None) -> dict[str, Any]:
    return {"type": "data", "array": [width or 0.0], "color": "$ink", "thickness": 1.2}


# --- The curve that a study measured ----------------------------------------------------------


def measured(run: Run) -> pl.DataFrame:
    """The points of an operating curve, rule by rule."""
    return run.table("curve_points").sort("rule", "load_percent")


def draw_measured(rows: pl.DataFrame) -> Figure:
    """A line for each rule through its simulated points."""
    groups = list(rows.group_by("rule", maintain_order=True))[: len(SERIES)]
    traces = [_rule(str(rule), frame, SERIES[i]) for i, ((rule,), frame) in enumerate(groups)]
    return figure(
        traces,
        420,
        xaxis=axis("load of the bottleneck, simulated", ticksuffix=" %"),
        yaxis=axis("X-factor", rangemode="tozero"),
    )


def _rule(rule: str, frame: pl.DataFrame, role: str) -> Trace:
    half = frame["x_factor_ci95"].fill_null(0.0).to_list()
    return line(
        frame["utilisation_percent"].to_list(),
        frame["x_factor"].to_list(),
        Name(rule),
        role,
        mode="lines+markers",
        error_y={"type": "data", "array": half, "color": role, "thickness": 1.2},
        customdata=frame["replications"].to_list(),
        hovertemplate="%{x:.1f} %: ×%{y:.3f}, n = %{customdata}",
    )


OPERATING = Picture(
    name="operating-curve",
    title="Operating curve of each plant",
    says="Cycle time over raw process time against the load of the bottleneck. Diamond: the "
    "simulated point. Line: X = 1 + a u / (1 − u) with the variability of that point (Aurand "
    "and Miller 1997).",
    tables=("sim_products", "sim_tool_groups"),
    rows=operating,
    draw=draw_operating,
    empty="No plant with a bottleneck has completed lots.",
    most=MANY,
    panel_of=("plant",),
)
MEASURED = Picture(
    name="measured-curve",
    title="Operating curve as a study measured it",
    says="X-factor with its 95 % interval at each load that was simulated, rule by rule.",
    tables=("curve_points",),
    rows=measured,
    draw=draw_measured,
    empty="The study has no points.",
    is_extra=True,
)
