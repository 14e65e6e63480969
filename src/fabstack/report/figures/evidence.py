"""How far the numbers can be trusted."""

from __future__ import annotations

from typing import Any

import polars as pl

from fabstack.report.figures.parts import (
    Trace,
    axis,
    band,
    figure,
    labels,
    line,
    lying_bars,
    months,
    panels,
    rows_high,
    wrapped,
)
from fabstack.report.language import say
from fabstack.report.numbers import address, percent, plain, span
from fabstack.report.picture import Picture
from fabstack.report.theme import GRADES, LIKELY, Figure
from fabstack.results.run import Run

MANY = 15
WEAK = ("estimate", "claim")


def graded(run: Run) -> pl.DataFrame:
    """Every sourced number with the most that it moves the cost of any item, in percent."""
    costs = run.table("cost_items").filter(pl.col("total_usd") > 0).select("item", "total_usd")
    reach = (
        run.table("cost_swings")
        .join(costs, on="item")
        .with_columns(moves_percent=100 * pl.col("width_usd") / pl.col("total_usd"))
        .sort(-pl.col("moves_percent"), "item")
        .group_by("cell", maintain_order=True)
        .agg(pl.col("moves_percent").first(), pl.col("item").first().alias("most_for"))
    )
    joined = run.table("sources").join(reach, on="cell", how="left")
    return joined.sort(-pl.col("moves_percent").fill_null(0), "cell")


def weak(run: Run) -> pl.DataFrame:
    """Estimates and claims that move a cost, those that matter most first."""
    table = graded(run).filter(pl.col("grade").is_in(WEAK) & (pl.col("moves_percent") > 0))
    columns = ["cell", "value", "low", "high", "unit", "grade", "moves_percent", "most_for"]
    return table.select(*columns, "source", "year", "note")


def draw_weak(rows: pl.DataFrame) -> Figure:
    """Bars as long as what the assumption moves, in the colour of its grade."""
    shown = rows.head(MANY)
    names = [wrapped(_assumption(row), 60) for row in shown.iter_rows(named=True)]
    shown = shown.with_columns(label=pl.Series(names, dtype=pl.String))
    traces = [_graded(shown.filter(pl.col("grade") == grade), grade) for grade in WEAK]
    return figure(
        [trace for trace in traces if trace["x"]],
        rows_high(len(names), 30),
        xaxis=axis("moves the cost of one item by", rangemode="tozero", ticksuffix=" %"),
        yaxis=labels(names, tickfont={"size": 11, "color": "$ink"}),
        barmode="overlay",
        margin={"l": 8, "r": 60, "t": 34, "b": 8},
        showlegend=True,
    )


def _assumption(row: dict[str, Any]) -> str:
    """What is assumed, with the range of its source: logic-3: d0 = 0.1 (0.06 to 0.15) 1/cm2."""
    ends = (row["low"], row["high"])
    band = "" if None in ends else f" ({span(*ends)})"
    return f"{address(row['cell'])} = {_short(row['value'])}{band} {row['unit']}".strip()


def _short(value: str) -> str:
    try:
        return plain(float(value))
    except ValueError:
        return value


def _graded(rows: pl.DataFrame, grade: str) -> Trace:
    moved = rows["moves_percent"].to_list()
    told = [
        say("moves the cost of {item} most", item=row["most_for"])
        + f"<br>{row['source']}, {row['year']}"
        for row in rows.iter_rows(named=True)
    ]
    return lying_bars(
        rows["label"].to_list(),
        moved,
        grade,
        GRADES[grade],
        text=[percent(value) for value in moved],
        textposition="outside",
        cliponaxis=False,
        customdata=told,
        hovertemplate="%{customdata}<extra></extra>",
    )


def draw_grades(rows: pl.DataFrame) -> Figure:
    """One bar for each table of the programme, in pieces by grade."""
    tables = rows.with_columns(table=pl.col("cell").str.split("/").list.first())
    counted = tables.group_by("table", "grade").agg(numbers=pl.len().cast(pl.Int64))
    ordered = counted.sort(-pl.col("numbers").sum().over("table"), "table", "grade")
    names = ordered["table"].unique(maintain_order=True).to_list()
    found = [grade for grade in GRADES if grade in set(ordered["grade"])]
    traces = [_counted(ordered.filter(pl.col("grade") == grade), grade) for grade in found]
    return figure(
        traces,
        rows_high(len(names)),
        barmode="stack",
        xaxis=axis("sourced numbers"),
        yaxis=labels(names),
    )


def _counted(rows: pl.DataFrame, grade: str) -> Trace:
    return lying_bars(
        rows["table"].to_list(),
        rows["numbers"].to_list(),
        grade,
        GRADES[grade],
        hovertemplate="%{y}: %{x}",
    )


def yields(run: Run) -> pl.DataFrame:
    """Yield of every item by month, as its plant learns."""
    return run.table("ramp_yield").sort("item", "month")


def draw_yields(rows: pl.DataFrame) -> Figure:
    """One panel for each item, with the fan of eight in ten futures."""
    groups = list(rows.group_by("item", maintain_order=True))[:MANY]
    parts = {str(item): _learning(frame) for (item,), frame in groups}
    share = axis(range=[0, 102], dtick=50, ticksuffix=" %")
    return panels(parts, x=months(), y=share, hovermode="x unified", columns=4, each_px=110)


def _learning(frame: pl.DataFrame) -> list[Trace]:
    x = frame["month"].to_list()
    low, middle, high = (frame[f"p{q}_percent"].to_list() for q in (10, 50, 90))
    opened = [share or None for share in middle]  # before its plant opens an item has no yield
    return [
        *band(x, low, high, "eight in ten futures", LIKELY),
        line(x, opened, "median future", LIKELY),
    ]


ESTIMATES = Picture(
    name="estimates",
    title="Estimates and claims that matter most",
    says="How far the cost of one item moves over the range of the number; the colour is its "
    "grade. Numbers that are published or reported by the press are not shown here.",
    tables=("sources", "cost_swings", "cost_items"),
    rows=weak,
    draw=draw_weak,
    empty="No estimate and no claim moves a cost.",
)
GRADES_PICTURE = Picture(
    name="grades",
    title="Grades of the sourced numbers",
    says="How many numbers of each table are published, from the press, estimated or claimed. The "
    "table below has each of them, those that move a cost most first.",
    tables=("sources", "cost_swings", "cost_items"),
    rows=graded,
    draw=draw_grades,
    empty="The programme names no sources.",
)
YIELDS = Picture(
    name="yields",
    title="Yield as the plants learn",
    says="Good units of each item from the opening of its plant on; the band reaches down to "
    "nought while some of the futures have not opened it.",
    tables=("ramp_yield",),
    rows=yields,
    draw=draw_yields,
    empty="No item has a yield that is learnt.",
    most=MANY,
    panel_of=("item",),
)
