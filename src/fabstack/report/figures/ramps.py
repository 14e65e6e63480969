"""The sampled ramp: output as it comes, the chance of every claim, and what would help."""

from __future__ import annotations

from typing import Any

import polars as pl

from fabstack.report.figures.dates import EVEN_PERCENT, INPUTS, SURE_PERCENT, titled, unlike
from fabstack.report.figures.parts import (
    MOST,
    NAME_LETTERS,
    NAMED,
    Trace,
    axis,
    band,
    figure,
    labels,
    line,
    listed,
    lying_bars,
    marks,
    months,
    panels,
    rows_high,
    spans,
    wrapped,
)
from fabstack.report.language import say, say_alike
from fabstack.report.numbers import percent
from fabstack.report.picture import Picture
from fabstack.report.theme import LIKELY, Figure, faint
from fabstack.results.run import Run

MANY = 12
REASON_LETTERS = 62  # of a line beside a chance


# --- Output as it comes -----------------------------------------------------------------------


def outputs(run: Run) -> pl.DataFrame:
    """Good units a week by plant and item, the largest first; items without output are left out."""
    table = run.table("ramp_output").drop_nulls(["p10", "p50", "p90"])
    most = pl.col("p90").max().over("plant", "item")
    return table.filter(most > 0).sort(-most, "plant", "item", "month")


def draw_outputs(rows: pl.DataFrame) -> Figure:
    """One S-curve for each plant and item, with the fan of eight in ten futures."""
    groups = list(rows.group_by("plant", "item", maintain_order=True))[:MANY]
    parts = {f"{item} · {plant}": _fan(frame) for (plant, item), frame in groups}
    x, y = months(matches="x"), axis(rangemode="tozero", nticks=4)
    return panels(parts, x=x, y=y, columns=4, each_px=120, hovermode="x unified")


def _fan(frame: pl.DataFrame) -> list[Trace]:
    x = frame["month"].to_list()
    low, middle, high = (frame[name].to_list() for name in ("p10", "p50", "p90"))
    return [
        *band(x, low, high, "eight in ten futures", LIKELY),
        line(x, middle, "median future", LIKELY),
    ]


# --- The chance of every claim ----------------------------------------------------------------


def chances(run: Run) -> pl.DataFrame:
    """Every claim with what it hangs on, the least likely first, those without a chance last."""
    told = pl.format("{} ({}\u00a0%)", "title", pl.col("share_percent").round(0).cast(pl.Int64))
    inputs = (
        run.table("ramp_claim_inputs")
        .drop_nulls(["title", "share_percent"])
        .sort("claim", "rank")
        .group_by("claim", maintain_order=True)
        .agg(hangs_on=told.str.join("; "))
    )
    claims = run.table("ramp_claims").join(inputs, on="claim", how="left")
    known = claims.with_columns(hangs_on=pl.coalesce("hangs_on", "inputs"))
    return known.sort("odds_percent", "part", "claim", nulls_last=True)


def draw_chances(rows: pl.DataFrame) -> Figure:
    """A mark with its interval and reason for each claim; lines where it fails and holds."""
    labelled = [_claim(row) for row in rows.iter_rows(named=True)]
    low, odds, high = (rows[f"{name}_percent"].to_list() for name in ("low", "odds", "high"))
    share = axis("of the sampled futures", range=[-3, 103], ticksuffix=" %", domain=[0, 0.42])
    return figure(
        [
            spans(labelled, low, high, "95 % interval", faint(LIKELY, 0.4)),
            marks(odds, labelled, "chance", LIKELY, hovertemplate="%{x:.1f} %<extra></extra>"),
        ],
        rows_high(len(labelled), 46),
        xaxis=share,
        yaxis=labels(labelled),
        shapes=[_line(EVEN_PERCENT, "$fails"), _line(SURE_PERCENT, "$holds")],
        annotations=[
            _reason(label, row)
            for label, row in zip(labelled, rows.iter_rows(named=True), strict=True)
        ],
    )


def _claim(row: dict[str, Any]) -> str:
    return wrapped(f"{row['part']}  {row['statement'] or row['claim']}")


def _reason(label: str, row: dict[str, Any]) -> dict[str, Any]:
    """The chance in figures and what it hangs on, or why on nothing, beside a claim."""
    odds = say("no chance") if row["odds_percent"] is None else percent(row["odds_percent"])
    told = row["hangs_on"] or row["why"] or ""
    words = wrapped(_short(told.replace("; ", " · ")), REASON_LETTERS)
    return {
        "text": f"<b>{odds}</b>  {words}",
        "x": 0.44,
        "xref": "paper",
        "xanchor": "left",
        "y": label,
        "align": "left",
        "showarrow": False,
        "font": {"size": 11.5},
    }


def _short(text: str) -> str:
    most = 3 * REASON_LETTERS - 20  # three lines, with room for words that do not break
    return text if len(text) <= most else f"{text[:most].rstrip()}…"


def _line(at_percent: float, role: str) -> dict[str, Any]:
    place = {"x0": at_percent, "x1": at_percent, "y0": 0, "y1": 1, "yref": "paper"}
    return {"type": "line", **place, "line": {"color": role, "width": 1.4, "dash": "5px,3px"}}


# --- What would help --------------------------------------------------------------------------


def drivers(run: Run) -> pl.DataFrame:
    """How much sooner each activity would end without one risk, the largest effect first."""
    activities = run.table("ramp_activities")
    names = pl.Series("of", titled(activities), dtype=pl.String)
    known = activities.select(pl.col("activity").alias("outcome"), names)
    told = run.table("ramp_drivers").filter(pl.col("mean_months") > 0)
    joined = told.join(known, on="outcome", how="left").with_columns(
        of=pl.coalesce("of", "outcome")
    )
    most = pl.col("mean_months").max().over("outcome")
    return joined.sort(-most, "outcome", -pl.col("mean_months"), "input")


def draw_drivers(rows: pl.DataFrame) -> Figure:
    """One panel for each activity: months gained by input, on average and in the worst fifth."""
    parts = {frame["of"][0]: _gains(frame.head(INPUTS)) for frame in unlike(rows)}
    gained = axis(rangemode="tozero", nticks=4)
    return panels(parts, x=gained, y=listed(), barmode="overlay", **NAMED)


def _gains(frame: pl.DataFrame) -> list[Trace]:
    names = [wrapped(say_alike(title), NAME_LETTERS) for title in frame["title"]]
    gain = [_gain(points) for points in frame["odds_gain_percent"]]
    mean = lying_bars(
        names,
        frame["mean_months"].to_list(),
        "months sooner, mean",
        LIKELY,
        customdata=gain,
        hovertemplate=say("%{y}: %{x:.1f} months<br>%{customdata}"),
    )
    worst = marks(
        frame["worst_fifth_months"].to_list(),
        names,
        "in the worst fifth of the futures",
        "$orange",
        "diamond",
        hovertemplate=say("%{y}: %{x:.1f} months"),
    )
    return [mean, worst]


def _gain(points: float | None) -> str:
    words = "{points} more futures keep the claim"
    return "" if points is None else say(words, points=percent(points))


# --- The tornado of a study -------------------------------------------------------------------


def tornado(run: Run) -> pl.DataFrame:
    """Every outcome with each input at its P10 and at its P90, the widest swing first."""
    outcomes = run.table("sensitivity_outcomes").select(
        "outcome", pl.col("title").alias("of"), "unit", "samples"
    )
    moved = run.table("sensitivity_inputs").drop_nulls(["at_low", "at_high"])
    joined = moved.filter(pl.col("swing").abs() > 0).join(outcomes, on="outcome", how="left")
    return joined.sort("outcome", -pl.col("swing").abs(), "input")


def draw_tornado(rows: pl.DataFrame) -> Figure:
    """One panel for each outcome: a line from end to end for each input."""
    parts = {
        f"{frame['of'][0]} · {say(frame['unit'][0] or '')}": _swings(frame.head(INPUTS))
        for _, frame in list(rows.group_by("outcome", maintain_order=True))[:MANY]
    }
    return panels(parts, x=axis(nticks=5), y=listed(), **NAMED)


def _swings(frame: pl.DataFrame) -> list[Trace]:
    names = [wrapped(say_alike(title), NAME_LETTERS) for title in frame["title"]]
    low, high = frame["at_low"].to_list(), frame["at_high"].to_list()
    told = "%{y}: %{x:,.4~g}<extra></extra>"
    return [
        spans(names, low, high, "all others at P50", faint("$grey", 0.5), 5),
        marks(low, names, "input at its P10", "$sky", hovertemplate=told),
        marks(high, names, "input at its P90", "$orange", hovertemplate=told),
    ]


OUTPUTS = Picture(
    name="ramp-output",
    title="Good units a week as the plants ramp",
    says="As phases, tools, people, learning and cycle time allow; the largest first. Band: eight "
    "in ten sampled futures.",
    tables=("ramp_output",),
    rows=outputs,
    draw=draw_outputs,
    empty="No plant gives any output.",
    most=MANY,
    panel_of=("plant", "item"),
)
CHANCES = Picture(
    name="chances",
    title="The chance of every claim",
    says="Share of the sampled futures that keep the claim, with its interval, and beside it the "
    "three inputs on which it hangs most, with the share of the spread that each explains. It "
    "fails below the first dashed line and holds from the second on; between them nobody knows.",
    tables=("ramp_claims", "ramp_claim_inputs"),
    rows=chances,
    draw=draw_chances,
    empty="The programme has no claims.",
    most=MOST,
)
DRIVERS = Picture(
    name="drivers",
    title="How much sooner without one risk",
    says="Months by which an activity would end sooner if one input had its usual value in all "
    "futures, the same luck in all others. Where several activities gain most by the same "
    "input, one stands for all.",
    tables=("ramp_drivers", "ramp_activities"),
    rows=drivers,
    draw=draw_drivers,
    empty="No single risk delays an activity.",
)
TORNADO = Picture(
    name="tornado",
    title="Tornado of the sampled inputs",
    says="Each outcome with one input at its P10 and at its P90, all others at P50; the widest "
    "first.",
    tables=("sensitivity_inputs", "sensitivity_outcomes"),
    rows=tornado,
    draw=draw_tornado,
    empty="No input moves an outcome.",
    is_extra=True,
)
