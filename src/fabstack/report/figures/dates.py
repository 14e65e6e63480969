"""Dates: claimed and sampled, their odds, and what decides them."""

from __future__ import annotations

from typing import Any

import polars as pl

from fabstack.report.figures.parts import (
    BAR,
    MOST,
    NAME_LETTERS,
    NAMED,
    Trace,
    axis,
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
from fabstack.report.numbers import month, percent
from fabstack.report.picture import Picture
from fabstack.report.theme import LIKELY, Figure, faint
from fabstack.results.run import Run

MANY_CURVES = 9
INPUTS, OUTCOMES = 6, 6  # inputs of each outcome, and outcomes
SURE_PERCENT, EVEN_PERCENT = 80.0, 50.0  # a claim holds from the one on and fails below the other
CRITICAL_PERCENT = 5.0  # activities that decide less often are left to the table
_SPREAD = "P10 to P90"
OTHERS, STATED = "others' whole projects", "stated durations"  # views beside the network's
_VIEWS = {OTHERS: "$orange", STATED: "$grey"}


# --- Claimed dates ----------------------------------------------------------------------------


def dates(run: Run) -> pl.DataFrame:
    """Activities with a claimed date, in the order of the claims."""
    columns = [
        "title",
        "plant",
        "claimed",
        "p10",
        "p50",
        "p90",
        "odds_of_claim_percent",
        "activity",
    ]
    dated = pl.all_horizontal(pl.col("claimed", "p10", "p50", "p90").is_not_null())
    claimed = run.table("ramp_activities").filter(dated).select(columns)
    others = (
        run.table("ramp_reference")
        .filter(pl.col("view") == OTHERS)
        .select("activity", pl.col("p50").alias("others_p50"))
    )
    return claimed.join(others, on="activity", how="left").sort("claimed", "p50", "activity")


def roadmap(run: Run) -> pl.DataFrame:
    """Chips with the date of their volume."""
    sampled = pl.all_horizontal(pl.col("p10", "p50", "p90").is_not_null())
    chips = (
        run.table("ramp_roadmap")
        .filter(sampled)
        .rename({"generation": "title", "odds_percent": "odds_of_claim_percent"})
    )
    return chips.sort("p50", "title")


def draw_dates(rows: pl.DataFrame) -> Figure:
    """For each line the claimed day, the median, and the span of eight in ten futures."""
    names = titled(rows)
    chances = rows["odds_of_claim_percent"].to_list()
    return figure(
        [*_spread(rows, names), *_of_others(rows, names), _claimed(rows, names)],
        rows_high(len(names), 27),
        xaxis=months(side="top"),
        yaxis=labels(names),
        margin={"l": 8, "r": 88, "t": 60, "b": 8},
        annotations=[_odds(n, o) for n, o in zip(names, chances, strict=True)],
    )


def _spread(rows: pl.DataFrame, names: list[str]) -> list[Trace]:
    low, middle, high = (rows[name].to_list() for name in ("p10", "p50", "p90"))
    told = [
        f"P10 {month(a)} · P50 {month(b)} · P90 {month(c)}"
        for a, b, c in zip(low, middle, high, strict=True)
    ]
    return [
        spans(names, low, high, _SPREAD, faint(LIKELY, 0.45)),
        marks(
            middle,
            names,
            "P50",
            LIKELY,
            customdata=told,
            hovertemplate="%{customdata}<extra></extra>",
        ),
    ]


def _of_others(rows: pl.DataFrame, names: list[str]) -> list[Trace]:
    """The median of comparable whole projects of others, where there is a class of them."""
    if "others_p50" not in rows.columns or rows["others_p50"].null_count() == rows.height:
        return []
    known = [(n, day) for n, day in zip(names, rows["others_p50"], strict=True) if day is not None]
    told = say("others' whole projects: half are there by %{x|%b %Y}<extra></extra>")
    days, lines = [day for _, day in known], [name for name, _ in known]
    return [marks(days, lines, OTHERS, "$orange", "square", hovertemplate=told)]


def _claimed(rows: pl.DataFrame, names: list[str]) -> Trace:
    ring = {"color": "$ink", "size": 11, "line": {"width": 2, "color": "$ink"}}
    return marks(
        rows["claimed"].to_list(),
        names,
        "claimed",
        "$ink",
        "diamond-open",
        marker=ring,
        hovertemplate=say("claimed %{x|%b %Y}<extra></extra>"),
    )


def _odds(name: str, odds: float | None) -> dict[str, Any]:
    """The chance that a claim holds, at the right end of its line."""
    place = {"x": 1, "xref": "paper", "xanchor": "left", "xshift": 8, "y": name}
    words = say("no claim") if odds is None else percent(odds)
    return {**place, "text": words, "showarrow": False, "font": {"color": _mood(odds)}}


def _mood(odds: float | None) -> str:
    if odds is None:
        return "$muted"
    return "$holds" if odds >= SURE_PERCENT else "$fails" if odds < EVEN_PERCENT else "$unknown"


def titled(rows: pl.DataFrame) -> list[str]:
    """Labels that differ: a category axis would put equal ones on one line."""
    plants = rows["plant"].to_list() if "plant" in rows.columns else [""] * rows.height
    seen: dict[str, int] = {}
    names = []
    for title, plant in zip(rows["title"], plants, strict=True):
        name = f"{title} · {plant}" if plant else title
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return names


# --- Odds over time ---------------------------------------------------------------------------


def odds(run: Run) -> pl.DataFrame:
    """Chance that each claimed activity has ended, over time, by each view.

    Activities with a second view come first, and of each kind the least likely claims.
    """
    claimed = dates(run).select("activity", "title", "plant", "claimed", "odds_of_claim_percent")
    other = run.table("ramp_reference_curve")
    curves = pl.concat(
        [
            run.table("ramp_curve").with_columns(view=pl.lit("")).select(other.columns),
            other,
        ]
    )
    seconds = pl.col("activity").is_in(other["activity"].unique().to_list())
    joined = (
        claimed.sort(~seconds, "odds_of_claim_percent", "claimed")
        .drop("odds_of_claim_percent")
        .with_row_index()
        .join(curves.with_columns(percent=100 * pl.col("probability")), on="activity")
    )
    return joined.sort("index", "view", "date").drop("index", "probability")


def draw_odds(rows: pl.DataFrame) -> Figure:
    """S-curves for each activity, with a line at the claimed day."""
    groups = [frame for _, frame in rows.group_by("activity", maintain_order=True)][:MANY_CURVES]
    plain = [str(frame["title"][0]) for frame in groups]
    parts = {
        name if plain.count(name) == 1 else titled(frame)[0]: _curves(frame)
        for name, frame in zip(plain, groups, strict=True)
    }
    share = axis(range=[0, 102], dtick=50, ticksuffix=" %")
    return panels(parts, x=months(), y=share, each_px=130)


def _curves(frame: pl.DataFrame) -> list[Trace]:
    claimed = frame["claimed"][0]
    end = pl.DataFrame({"date": [frame["date"].max()], "percent": [100.0]})
    by_view = {
        str(view): pl.concat([part.select(end.columns), end])
        for (view,), part in frame.group_by("view", maintain_order=True)
    }
    shaded = {"fill": "tozeroy", "fillcolor": faint(LIKELY, 0.15)}
    drawn = [
        _curve(part, view, _VIEWS.get(view, "$grey"))
        if view
        else _curve(part, "chance that it is done", LIKELY, **shaded)
        for view, part in by_view.items()
    ]
    return [*drawn, line([claimed, claimed], [0, 100], "claimed", "$ink", line={"dash": "5px,3px"})]


def _curve(part: pl.DataFrame, name: str, role: str, **more: Any) -> Trace:
    told = say("%{x|%b %Y}: %{y:.0f} %")
    days, shares = part["date"].to_list(), part["percent"].to_list()
    return line(days, shares, name, role, hovertemplate=told, **more)


# --- Gantt ------------------------------------------------------------------------------------


def gantt(run: Run) -> pl.DataFrame:
    """Activities by their median end, with how often each decides a last date."""
    columns = ["title", "plant", "generation", "claimed", "p10", "p50", "p90", "critical_percent"]
    ends = [*columns, "odds_of_claim_percent", "after", "activity"]
    order = pl.coalesce(pl.col("plant", "generation").replace("", None), pl.lit("~"))
    sampled = pl.all_horizontal(pl.col("p10", "p50", "p90").is_not_null())
    return run.table("ramp_activities").filter(sampled).select(ends).sort(order, "p50", "activity")


def draw_gantt(rows: pl.DataFrame) -> Figure:
    """Spans of the end of each activity that has a claim or often decides."""
    decides = (pl.col("critical_percent") >= CRITICAL_PERCENT) | pl.col("claimed").is_not_null()
    rows = rows.filter(decides)
    names = titled(rows)
    critical = rows["critical_percent"].to_list()
    weight = {
        "color": critical,
        "colorscale": [[0, "$sky"], [1, "$vermillion"]],
        "cmin": 0,
        "cmax": 100,
    }
    bar = {**BAR, "title": {"text": say("decides, %"), "side": "right"}}
    told = [
        say("decides a last date in {share} of the futures", share=percent(share))
        for share in critical
    ]
    middle = marks(
        rows["p50"].to_list(),
        names,
        "P50, coloured by how often it decides",
        LIKELY,
        marker={**weight, "size": 10, "colorbar": bar},
        customdata=told,
        hovertemplate=say("%{x|%b %Y}<br>%{customdata}<extra></extra>"),
    )
    span = spans(names, rows["p10"].to_list(), rows["p90"].to_list(), _SPREAD, faint("$grey", 0.45))
    return figure(
        [span, middle, _claimed(rows, names)],
        rows_high(len(names), 21),
        xaxis=months(side="top"),
        yaxis=labels(names),
        margin={"l": 8, "r": 16, "t": 60, "b": 8},
    )


# --- What moves the dates ---------------------------------------------------------------------


def influences(run: Run) -> pl.DataFrame:
    """The inputs of each sampled outcome; those of the least likely claims first."""
    activities = run.table("ramp_activities")
    known = activities.select(
        pl.col("activity").alias("outcome"),
        pl.col("odds_of_claim_percent").alias("odds"),
        pl.Series("of", titled(activities), dtype=pl.String),
    )
    told = run.table("ramp_sensitivity").drop_nulls(["rank_correlation", "share_percent"])
    table = told.join(known, on="outcome", how="left")
    order = pl.col("odds").fill_null(100.0), "outcome", -pl.col("share_percent"), "input"
    named = table.with_columns(of=pl.coalesce("of", "outcome"))
    return named.sort(*order, maintain_order=True).drop("odds")


def unlike(rows: pl.DataFrame) -> list[pl.DataFrame]:
    """The first outcomes with different first causes."""
    found: dict[str, pl.DataFrame] = {}
    for _, frame in rows.group_by("outcome", maintain_order=True):
        found.setdefault(frame["input"][0], frame)
    return list(found.values())[:OUTCOMES]


def draw_influences(rows: pl.DataFrame) -> Figure:
    """One panel for each outcome: share of its spread by input."""
    parts = {frame["of"][0]: [_influence(frame.head(INPUTS))] for frame in unlike(rows)}
    share = axis(rangemode="tozero", ticksuffix=" %", nticks=4)
    return panels(parts, x=share, y=listed(), showlegend=False, **NAMED)


def _influence(frame: pl.DataFrame) -> Trace:
    later = [rank > 0 for rank in frame["rank_correlation"]]
    return lying_bars(
        [wrapped(say_alike(title), NAME_LETTERS) for title in frame["title"]],
        frame["share_percent"].to_list(),
        "share of the spread",
        LIKELY,
        marker={"color": [LIKELY if up else "$orange" for up in later]},
        customdata=frame["rank_correlation"].to_list(),
        hovertemplate=say("%{y}: %{x:.1f} %<br>rank correlation %{customdata:.2f}<extra></extra>"),
    )


# --- Pictures ---------------------------------------------------------------------------------

DATES = Picture(
    name="dates",
    title="Dates: claimed and sampled",
    says="Diamond: as claimed. Dot: half of the sampled futures are there. Line: eight in ten "
    "futures end in it. Square: half of comparable whole projects of others would be there. At the "
    "right the chance that the claim holds.",
    tables=("ramp_activities", "ramp_reference"),
    rows=dates,
    draw=draw_dates,
    empty="No activity claims a date.",
    most=MOST,
)
ROADMAP = Picture(
    name="roadmap",
    title="Chip generations: volume",
    says="When each chip is in volume, read as above.",
    tables=("ramp_roadmap",),
    rows=roadmap,
    draw=draw_dates,
    empty="The programme has no chip generation with a date of volume.",
    most=MOST,
)
ODDS = Picture(
    name="odds",
    title="Chance that it is done, over time",
    says="Blue: the sampled network. Orange: comparable whole projects of others, a second view "
    "that must not be added to the first; their gap is a finding. Dates with both come first, then "
    "the least likely claims. The dashed line is the claimed day; where it meets a curve is the "
    "chance that the claim holds.",
    tables=("ramp_activities", "ramp_curve", "ramp_reference", "ramp_reference_curve"),
    rows=odds,
    draw=draw_odds,
    empty="No activity claims a date.",
    most=MANY_CURVES,
    panel_of=("activity",),
)
GANTT = Picture(
    name="gantt",
    title="Milestones",
    says=f"The end of every activity that claims a date or decides a last date in at least "
    f"{CRITICAL_PERCENT:.0f} % of the futures; the table has all.",
    tables=("ramp_activities",),
    rows=gantt,
    draw=draw_gantt,
    empty="The programme has no activities.",
)
INFLUENCES = Picture(
    name="influences",
    title="What moves the dates",
    says="Share of the spread of each sampled outcome that an input explains. Blue inputs move it "
    "up, orange ones down. The least likely claims first; where several outcomes have the "
    "same first cause, one stands for all.",
    tables=("ramp_sensitivity", "ramp_activities"),
    rows=influences,
    draw=draw_influences,
    empty="Nothing varies between the sampled futures.",
)
