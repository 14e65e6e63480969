"""Lots that wait: where, how long, and whether they are on time."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from fabstack.report.figures.lots import lots_of
from fabstack.report.figures.parts import (
    MOST,
    Trace,
    axis,
    drawn_on,
    figure,
    goal,
    labels,
    line,
    lying_bars,
    months,
    panels,
    rows_high,
)
from fabstack.report.language import Name, say
from fabstack.report.numbers import percent, plain
from fabstack.report.picture import Picture
from fabstack.report.theme import LIKELY, SERIES, Figure, faint
from fabstack.results.run import Run

MANY = 12
LAYER_PERCENT = 8  # of the height, from which on a name fits into a layer
WINDOWS = 30  # limits of queue time; those that follow are hardly ever broken
GOAL_PERCENT = 95.0  # of the lots: the usual promise
_LATE = (  # how late, its share, and its colour
    ("up to 1 h late", "late_percent", "late_1h_percent", "$yellow"),
    ("1 to 2 h late", "late_1h_percent", "late_2h_percent", "$orange"),
    ("2 to 4 h late", "late_2h_percent", "late_4h_percent", "$vermillion"),
    ("more than 4 h late", "late_4h_percent", None, "$purple"),
)


# --- Cycle times as they spread ---------------------------------------------------------------


def spread(run: Run) -> pl.DataFrame:
    """Share of the lots of every route that are faster, the slowest routes first."""
    table = run.table("sim_cycle_times").drop_nulls(["percent", "cycle_time_days"])
    slowest = pl.col("cycle_time_days").max().over("plant", "route")
    return table.sort(-slowest, "plant", "route", "percent")


def draw_spread(rows: pl.DataFrame) -> Figure:
    """One distribution for each route, with the day by which nineteen in twenty are done."""
    groups = list(rows.group_by("plant", "route", maintain_order=True))[:MANY]
    parts = {f"{route} · {plant}": _distribution(frame) for (plant, route), frame in groups}
    share = axis(range=[0, 102], dtick=50, ticksuffix=" %")
    return panels(parts, x=axis(nticks=5, ticksuffix=say(" d")), y=share, columns=4, each_px=120)


def _distribution(frame: pl.DataFrame) -> list[Trace]:
    days, shares = frame["cycle_time_days"].to_list(), frame["percent"].to_list()
    late = frame.filter(pl.col("percent") >= GOAL_PERCENT).head(1)["cycle_time_days"].to_list()
    curve = line(
        days,
        shares,
        "lots that are done",
        LIKELY,
        fill="tozeroy",
        fillcolor=faint(LIKELY, 0.15),
        hovertemplate=say("%{x:.3~g} days: %{y:.0f} % of the lots<extra></extra>"),
    )
    return [curve, *(goal([day, day], [0, 100], "95 % are done") for day in late)]


# --- On time ----------------------------------------------------------------------------------


def on_time(run: Run) -> pl.DataFrame:
    """Lots with a due date, the least punctual first."""
    dated = run.table("sim_products").filter(pl.col("on_time_percent").is_not_null())
    return dated.sort("on_time_percent", "plant", "route", "priority", "name")


def draw_on_time(rows: pl.DataFrame) -> Figure:
    """A bar for each route, and how late the lots are on average."""
    names = [lots_of(row) for row in rows.iter_rows(named=True)]
    late = [_late(row["tardiness_days_mean"]) for row in rows.iter_rows(named=True)]
    shown = lying_bars(
        names,
        rows["on_time_percent"].to_list(),
        "on time",
        LIKELY,
        text=late,
        textposition="inside",
        insidetextanchor="start",
        hovertemplate="%{y}: %{x:.1f} %<br>%{text}<extra></extra>",
    )
    return figure(
        [shown],
        rows_high(len(names)),
        xaxis=axis("lots on time", range=[0, 100], ticksuffix=" %"),
        yaxis=labels(names),
        shapes=[_goal_line()],
    )


def _late(days: float | None) -> str:
    return "" if days is None else say("{days} days late on average", days=plain(days))


def _goal_line() -> dict[str, Any]:
    place = {"x0": GOAL_PERCENT, "x1": GOAL_PERCENT, "y0": 0, "y1": 1, "yref": "paper"}
    return {"type": "line", **place, "line": {"color": "$ink", "width": 1.4, "dash": "5px,3px"}}


# --- Limits of queue time ---------------------------------------------------------------------


def limits(run: Run) -> pl.DataFrame:
    """Every limit of queue time, the most broken first."""
    known = ["late_percent", "late_1h_percent", "late_2h_percent", "late_4h_percent"]
    table = run.table("sim_queue_times").drop_nulls([*known, "limit_h"])
    return table.sort(-pl.col("late_percent"), "route", "from_step", "to_step")


def draw_limits(rows: pl.DataFrame) -> Figure:
    """A bar for each limit, in pieces by how late."""
    names = [_window(row) for row in rows.iter_rows(named=True)]
    traces = [_lateness(rows, names, *kind) for kind in _LATE]
    return figure(
        traces,
        rows_high(len(names)),
        barmode="stack",
        xaxis=axis("share of the lots", rangemode="tozero", ticksuffix=" %"),
        yaxis=labels(names),
    )


def _window(row: dict[str, Any]) -> str:
    steps = f"{row['route']} {row['from_step']}–{row['to_step']}"
    groups = f"{row['from_tool_group']} → {row['to_tool_group']}"
    return f"{steps} · {groups} · {plain(row['limit_h'])} h"


def _lateness(
    rows: pl.DataFrame, names: list[str], words: str, least: str, more: str | None, role: str
) -> Trace:
    beyond = rows[more] if more else pl.Series([0.0] * rows.height, dtype=pl.Float64)
    shares = (rows[least] - beyond).to_list()
    lots = [
        say("{lots} of {closed} lots", lots=plain(closed * share / 100), closed=plain(closed))
        for closed, share in zip(rows["closed"].fill_null(0.0), shares, strict=True)
    ]
    return lying_bars(
        names,
        shares,
        words,
        role,
        customdata=lots,
        hovertemplate="%{y}: %{x:.2f} %, %{customdata}",
    )


# --- Work in process --------------------------------------------------------------------------


def wip(run: Run) -> pl.DataFrame:
    """Lots inside every plant by route and month, the fullest routes first."""
    table = run.table("sim_wip").drop_nulls("wip_lots_mean")
    size = pl.col("wip_lots_mean").sum().over("plant", "route")
    return table.sort("plant", -size, "route", "month")


def draw_wip(rows: pl.DataFrame) -> Figure:
    """One panel for each plant, its routes on top of each other."""
    groups = list(rows.group_by("plant", maintain_order=True))[:MANY]
    parts = {f"{plant}: {_from_below(frame)}": _stack(frame) for (plant,), frame in groups}
    x, lots = months(nticks=5), axis(rangemode="tozero")
    drawn = panels(
        parts, x=x, y=lots, columns=2, left=0.05, showlegend=False, hovermode="x unified"
    )
    drawn["layout"]["annotations"] += [
        name for i, (_, frame) in enumerate(groups) for name in _names_of(frame, drawn_on(i))
    ]
    return drawn


def _stack(frame: pl.DataFrame) -> list[Trace]:
    routes = list(frame.group_by("route", maintain_order=True))
    return [
        line(
            months_of["month"].to_list(),
            months_of["wip_lots_mean"].to_list(),
            Name(route),
            SERIES[i % len(SERIES)],
            stackgroup="all",
            fillcolor=faint(SERIES[i % len(SERIES)], 0.75),
            line={"width": 0},
            hovertemplate="%{y:,.3~g}",
        )
        for i, ((route,), months_of) in enumerate(routes)
    ]


def _from_below(frame: pl.DataFrame) -> str:
    return ", ".join(frame["route"].unique(maintain_order=True))


def _names_of(frame: pl.DataFrame, axes: dict[str, str]) -> list[dict[str, Any]]:
    """Names of the routes, written on those layers that are thick enough, in a usual month."""
    highest = frame.group_by("month").agg(pl.col("wip_lots_mean").sum())["wip_lots_mean"].max()
    shown = frame.filter(pl.col("month") == _usual_month(frame))
    layers = shown.with_columns(top=pl.col("wip_lots_mean").cum_sum()).filter(
        pl.col("wip_lots_mean") > LAYER_PERCENT / 100 * pl.lit(highest)
    )
    return [
        {
            "text": row["route"],
            "x": row["month"],
            "y": row["top"] - row["wip_lots_mean"] / 2,
            "showarrow": False,
            "font": {"size": 11, "color": "#10202c"},
            **axes,
        }
        for row in layers.iter_rows(named=True)
    ]


def _usual_month(frame: pl.DataFrame) -> date:
    """The month whose stock of lots is nearest to the median one, away from both ends."""
    sums = frame.group_by("month").agg(pl.col("wip_lots_mean").sum()).sort("month")
    edge = sums.height // 5
    inner = sums.slice(edge, sums.height - 2 * edge)
    off = (pl.col("wip_lots_mean") - pl.col("wip_lots_mean").median()).abs()
    day: date = inner.sort(off, "month")["month"][0]
    return day


def areas(run: Run) -> pl.DataFrame:
    """Lots waiting or in a tool by area, the fullest first."""
    groups = run.table("sim_tool_groups").drop_nulls("wip_lots_mean")
    named = groups.with_columns(area=pl.col("area").fill_null(""))
    waits = pl.col("moves") * pl.col("queue_time_h_mean")
    sums = named.group_by("plant", "area").agg(
        pl.col("wip_lots_mean").sum(),
        pl.col("tools").sum(),
        pl.col("moves").sum(),
        (waits.sum() / pl.col("moves").sum()).alias("queue_time_h_mean"),
    )
    known = sums.with_columns(pl.col("queue_time_h_mean").fill_nan(None))
    return known.sort(-pl.col("wip_lots_mean"), "plant", "area")


def draw_areas(rows: pl.DataFrame) -> Figure:
    """A bar for each area."""
    names = [" · ".join(filter(None, pair)) for pair in rows.select("area", "plant").iter_rows()]
    waits = [_wait(hours) for hours in rows["queue_time_h_mean"]]
    total = float(rows["wip_lots_mean"].sum())
    shares = [percent(100 * lots / total) if total else "" for lots in rows["wip_lots_mean"]]
    one = lying_bars(
        names,
        rows["wip_lots_mean"].to_list(),
        "lots, waiting or in a tool",
        LIKELY,
        text=shares,
        textposition="outside",
        cliponaxis=False,
        customdata=waits,
        hovertemplate="%{y}: %{x:,.3~g} (%{text})<br>%{customdata}<extra></extra>",
    )
    room = {"l": 8, "r": 60, "t": 34, "b": 8}
    x = axis("lots", rangemode="tozero")
    return figure([one], rows_high(len(names)), xaxis=x, yaxis=labels(names), margin=room)


def _wait(hours: float | None) -> str:
    return "" if hours is None else say("each waits {hours} h a step", hours=plain(hours))


SPREAD = Picture(
    name="cycle-time-spread",
    title="How cycle times spread",
    says="Share of the lots of each route that are done after so many days, all replications "
    "together. Dashed: nineteen in twenty are done.",
    tables=("sim_cycle_times",),
    rows=spread,
    draw=draw_spread,
    empty="No lot was completed.",
    most=MANY,
    panel_of=("plant", "route"),
)
ON_TIME = Picture(
    name="on-time",
    title="Lots on time",
    says="Share of the lots with a due date that are ready by it. Dashed: the goal of 95 %.",
    tables=("sim_products",),
    rows=on_time,
    draw=draw_on_time,
    empty="No lot of this run has a due date.",
    most=MOST,
)
LIMITS = Picture(
    name="queue-time-limits",
    title="Limits of queue time that are broken",
    says="Share of the lots that reach the later step after the limit, by how late they are.",
    tables=("sim_queue_times",),
    rows=limits,
    draw=draw_limits,
    empty="No route of this run limits a queue time.",
    most=WINDOWS,
)
WIP = Picture(
    name="wip",
    title="Work in process over time",
    says="Lots inside each plant by route; the routes lie on top of each other, named from below.",
    tables=("sim_wip",),
    rows=wip,
    draw=draw_wip,
    empty="No plant was simulated.",
    most=MANY,
    panel_of=("plant",),
)
AREAS = Picture(
    name="areas",
    title="Work in process by area",
    says="Lots that wait or are in a tool, mean over the run, and the share of all.",
    tables=("sim_tool_groups",),
    rows=areas,
    draw=draw_areas,
    empty="No plant was simulated.",
    most=MOST,
)
