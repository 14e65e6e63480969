"""The cumulative flow of the whole chain, from wafers to systems, against demand."""

from __future__ import annotations

import polars as pl

from fabstack.report.figures.parts import Trace, axis, goal, line, months, panels
from fabstack.report.figures.supply import KINDS, kind_words
from fabstack.report.picture import Picture
from fabstack.report.theme import LIKELY, WANTED, Figure, faint
from fabstack.results.run import Run


def flow(run: Run) -> pl.DataFrame:
    """Units of each kind that came in, that went out, and that markets want, since the start.

    What was in stock at the start has come in, too.
    """
    table = run.table("plan_items").filter(pl.col("kind").is_in(KINDS))
    amounts = ["made", "converted", "bought", "used", "delivered", "wanted", "stock_end"]
    sums = table.group_by("kind", "month").agg(pl.col(amounts).sum()).sort("month")
    come = pl.col("made") + pl.col("converted") + pl.col("bought")
    gone = pl.col("used") + pl.col("delivered")
    order = pl.col("kind").replace_strict({kind: i for i, kind in enumerate(KINDS)})
    opening = (pl.col("stock_end") + gone - come).first().over("kind")
    totals = sums.select(
        "month",
        "kind",
        (opening + come.cum_sum().over("kind")).alias("came_in"),
        gone.cum_sum().over("kind").alias("went_out"),
        pl.col("wanted").cum_sum().over("kind").alias("wanted"),
        "stock_end",
    )
    return totals.filter(pl.col("came_in").max().over("kind") > 0).sort(order, "month")


def draw_flow(rows: pl.DataFrame) -> Figure:
    """One panel for each kind; the room between the two lines is stock."""
    parts = {
        kind_words(str(kind)): _flow(frame)
        for (kind,), frame in rows.group_by("kind", maintain_order=True)
    }
    count = axis(rangemode="tozero", nticks=5)
    return panels(
        parts, x=months(matches="x"), y=count, columns=3, each_px=150, hovermode="x unified"
    )


def _flow(frame: pl.DataFrame) -> list[Trace]:
    x = frame["month"].to_list()
    out = line(x, frame["went_out"].to_list(), "used or delivered", LIKELY)
    come = line(
        x,
        frame["came_in"].to_list(),
        "made, bought or there at the start",
        "$orange",
        fill="tonexty",
        fillcolor=faint("$orange", 0.18),
    )
    asked = frame["wanted"].to_list() if frame["wanted"].max() else [None] * len(x)
    return [out, come, goal(x, asked, "wanted by markets", WANTED)]


FLOW = Picture(
    name="flow",
    title="Cumulative flow of the whole chain",
    says="Units since the start, from wafers to systems. What lies between the two lines is in "
    "stock. Dashed: what markets want of that kind.",
    tables=("plan_items",),
    rows=flow,
    draw=draw_flow,
    empty="Nothing is made and nothing is bought.",
)
