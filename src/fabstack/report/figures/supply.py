"""Volumes: what markets want and get, what is made and bought, and why units are short."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

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
    lying_bars,
    months,
    panels,
    rows_high,
)
from fabstack.report.language import say
from fabstack.report.numbers import percent
from fabstack.report.picture import Picture
from fabstack.report.theme import (
    BOUGHT,
    CLAIMED,
    LATE,
    LIKELY,
    MADE,
    SERIES,
    SHORT,
    WANTED,
    Figure,
    faint,
)
from fabstack.results.run import Run

MANY = 12  # panels that a reader can take in
KINDS = ("wafer", "die", "package", "board", "system")
_SMALL: Mapping[str, Any] = {"columns": 4, "each_px": 130, "hovermode": "x unified"}
_CASES = {  # the likely one last, so that it lies above the others
    "delivered_p90": ("delivered, late dates (P90)", LATE),
    "delivered_claimed": ("delivered, dates as claimed", CLAIMED),
    "delivered_p50": ("delivered, likely dates (P50)", LIKELY),
}


# --- Volumes ----------------------------------------------------------------------------------


def volumes(run: Run) -> pl.DataFrame:
    """Wanted and delivered units by item and month, items with the largest demand first."""
    table = run.table("plan_volumes")
    return table.sort(-pl.col("wanted").sum().over("item"), "item", "month")


def draw_volumes(rows: pl.DataFrame) -> Figure:
    """One panel for each item: demand, and deliveries on three sets of dates."""
    parts = {_with_share(item, frame): _volume(frame) for item, frame in _first_items(rows)}
    return panels(parts, x=months(matches="x"), y=axis(rangemode="tozero"), **_SMALL)


def _volume(frame: pl.DataFrame) -> list[Trace]:
    x = frame["month"].to_list()
    delivered = [
        line(x, frame[column].to_list(), name, role) for column, (name, role) in _CASES.items()
    ]
    return [goal(x, frame["wanted"].to_list(), "wanted", WANTED), *delivered]


def _with_share(item: str, frame: pl.DataFrame) -> str:
    wanted, delivered = float(frame["wanted"].sum()), float(frame["delivered_p50"].sum())
    return f"{item} · {percent(100 * delivered / wanted)}" if wanted else item


def _first_items(rows: pl.DataFrame) -> list[tuple[str, pl.DataFrame]]:
    items = rows["item"].unique(maintain_order=True).head(MANY)
    return [(item, rows.filter(pl.col("item") == item)) for item in items]


# --- Cumulative flow --------------------------------------------------------------------------


def cumulative(run: Run) -> pl.DataFrame:
    """Units wanted and delivered since the start, by item."""
    sums = [pl.col(name).cum_sum().over("item") for name in ("wanted", *_CASES)]
    return volumes(run).with_columns(sums)


def draw_cumulative(rows: pl.DataFrame) -> Figure:
    """Demand above supply: the vertical gap is what is missing, the horizontal one the delay."""
    parts = {item: _cumulative(frame) for item, frame in _first_items(rows)}
    return panels(parts, x=months(matches="x"), y=axis(rangemode="tozero"), **_SMALL)


def _cumulative(frame: pl.DataFrame) -> list[Trace]:
    x, wanted = frame["month"].to_list(), frame["wanted"].to_list()
    got = frame["delivered_p50"].to_list()
    spread = band(
        x,
        frame["delivered_p90"].to_list(),
        frame["delivered_claimed"].to_list(),
        "from late to claimed dates",
        LIKELY,
    )
    return [
        *spread,
        line(x, got, "delivered, likely dates", LIKELY),
        goal(x, wanted, "wanted", WANTED),
    ]


# --- Make or buy ------------------------------------------------------------------------------


def make_buy(run: Run) -> pl.DataFrame:
    """Units of each kind that are made, gained from parts and bought, by month."""
    flow = run.table("plan_items").filter(pl.col("kind").is_in(KINDS))
    sums = flow.group_by("kind", "month").agg(pl.col("made", "converted", "bought").sum())
    total = pl.col("made") + pl.col("converted") + pl.col("bought")
    order = pl.col("kind").replace_strict({kind: i for i, kind in enumerate(KINDS)})
    shared = sums.with_columns(
        bought_percent=pl.when(total > 0).then(100 * pl.col("bought") / total)
    )
    return shared.filter(total.sum().over("kind") > 0).sort(order, "month")


def draw_make_buy(rows: pl.DataFrame) -> Figure:
    """One panel for each kind, stacked to 100 percent."""
    parts = {
        kind_words(str(kind)): _split(frame)
        for (kind,), frame in rows.group_by("kind", maintain_order=True)
    }
    share = axis(range=[0, 100], ticksuffix=" %", dtick=50)
    return panels(parts, x=months(), y=share, hovermode="x unified", columns=len(parts))


def kind_words(kind: str) -> str:
    """Units of a kind: wafers, dies."""
    return say(f"{kind}s")


def _split(frame: pl.DataFrame) -> list[Trace]:
    x = frame["month"].to_list()
    ways = (
        ("made", "made in own plants", MADE),
        ("converted", "gained from its parts", "$sky"),
        ("bought", "bought", BOUGHT),
    )
    return [
        line(
            x,
            frame[column].to_list(),
            name,
            role,
            stackgroup="all",
            groupnorm="percent",
            fillcolor=faint(role, 0.75),
            line={"width": 0},
            customdata=frame[column].to_list(),
            hovertemplate=say("%{y:.0f} % (%{customdata:,.4~g} units)"),
        )
        for column, name, role in ways
    ]


# --- Why short --------------------------------------------------------------------------------


def shortfall(run: Run) -> pl.DataFrame:
    """Units of every item over the horizon by what became of their demand."""
    short = run.table("plan_short").group_by("item", "reason").agg(pl.col("quantity").sum())
    wanted = run.table("plan_items").group_by("item").agg(pl.col("wanted").sum())
    shared = short.join(wanted, on="item").filter(pl.col("wanted") > 0)
    percents = shared.with_columns(percent_of_demand=100 * pl.col("quantity") / pl.col("wanted"))
    whole = pl.col("percent_of_demand").sum().over("item")
    return percents.sort(-whole, "item", -pl.col("quantity"), "reason")


def draw_shortfall(rows: pl.DataFrame) -> Figure:
    """One bar for each item: the share of its demand that each kind of cause keeps away."""
    items = rows["item"].unique(maintain_order=True).head(MOST).to_list()
    rows = rows.filter(pl.col("item").is_in(items))
    reasons = rows["reason"].unique(maintain_order=True).to_list()
    traces = [
        _reason(rows.filter(pl.col("reason") == reason), reason, SERIES[i % len(SERIES)])
        for i, reason in enumerate(reasons)
    ]
    return figure(
        traces,
        rows_high(len(items)),
        barmode="stack",
        xaxis=axis("share of the demand of the whole horizon", rangemode="tozero", ticksuffix=" %"),
        yaxis=labels(items),
        showlegend=True,
    )


def _reason(rows: pl.DataFrame, reason: str, role: str) -> Trace:
    return lying_bars(
        rows["item"].to_list(),
        rows["percent_of_demand"].to_list(),
        reason.replace("-", " "),
        SHORT if reason == "tool-hours" else role,
        customdata=rows["quantity"].to_list(),
        hovertemplate=say("%{y}: %{customdata:,.4~g} units, %{x:.1f} % of the demand"),
    )


# --- Pictures ---------------------------------------------------------------------------------

VOLUMES = Picture(
    name="volumes",
    title="Units a month: wanted and delivered",
    says="Dashed: what markets want. Lines: what the plan delivers if every date holds as claimed, "
    "on the dates that half of the sampled futures keep, and on those that nine in ten keep. Each "
    "name is followed by the share of its demand that is served on likely dates.",
    tables=("plan_volumes",),
    rows=volumes,
    draw=draw_volumes,
    empty="No market wants anything.",
    most=MANY,
    panel_of=("item",),
)
CUMULATIVE = Picture(
    name="cumulative",
    title="Cumulative demand and supply",
    says="Units since the start. The vertical gap between the dashed line and the line is what is "
    "missing; the horizontal gap is the delay.",
    tables=("plan_volumes",),
    rows=cumulative,
    draw=draw_cumulative,
    empty="No market wants anything.",
    most=MANY,
    panel_of=("item",),
)
MAKE_BUY = Picture(
    name="make-buy",
    title="Made and bought, by kind",
    says="Share of the units of each month. Dies gained from wafers may come from own or from "
    "bought wafers: the panel of wafers tells.",
    tables=("plan_items",),
    rows=make_buy,
    draw=draw_make_buy,
    empty="Nothing is made and nothing is bought.",
)
SHORTFALL = Picture(
    name="shortfall",
    title="Why demand is not served",
    says="Each unit that is never delivered has one primary cause.",
    tables=("plan_short", "plan_items"),
    rows=shortfall,
    draw=draw_shortfall,
    empty="Nothing is short: every unit that is wanted is delivered.",
)
