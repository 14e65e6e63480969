"""Every tool of one day, from an event log."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from functools import partial
from pathlib import Path

import polars as pl

from fabstack.report.figures.event_log import first_day
from fabstack.report.figures.parts import (
    Trace,
    axis,
    figure,
    labels,
    rows_high,
)
from fabstack.report.language import say
from fabstack.report.picture import Picture
from fabstack.report.theme import Figure
from fabstack.results.run import Run
from fabstack.results.ticks import TICKS_PER_DAY, TICKS_PER_MIN

TOOLS = 40  # the busiest of the day
LONGEST_DAYS = 5  # of one piece of work; longer ones may be missing at the ends of the day
_DOES = {  # what a tool does, in words and in colour
    "lot": ("works on a lot", "$blue"),
    "setup": ("setup", "$purple"),
    "scheduled_down": ("scheduled down", "$yellow"),
    "unscheduled_down": ("unscheduled down", "$vermillion"),
    "non_scheduled": ("non-scheduled", "$grey"),
    "standby": ("standby", "$pale"),
}


def day_picture(log: Path, day: date | None) -> Picture:
    """The tools of one day of an event log."""
    return Picture(
        name="tool-day",
        title="What the tools do on one day",
        says=f"The {TOOLS} busiest tools, first replication: each bar is a lot (or a batch) on the "
        "tool, or a time in which it is down.",
        tables=("sim_days",),
        rows=partial(tool_day, log=log, day=day),
        draw=draw_day,
        empty="The event log has nothing on that day.",
    )


def tool_day(run: Run, log: Path, day: date | None = None) -> pl.DataFrame:
    """Everything that the busiest tools do on one day, from minute to minute."""
    lines = pl.scan_parquet(log)
    first = first_day(run)
    begins = _day_of(lines, first, day) * TICKS_PER_DAY
    near = lines.filter(
        pl.col("time_ticks").is_between(
            begins - LONGEST_DAYS * TICKS_PER_DAY, begins + (LONGEST_DAYS + 1) * TICKS_PER_DAY
        )
    ).collect()
    pieces = pl.concat([_work(near), _stops(near)])
    today = _cut(pieces, begins, begins + TICKS_PER_DAY)
    start = datetime.combine(first, time())
    return _busiest(today).with_columns(
        (pl.lit(start) + pl.duration(minutes=pl.col(end) / TICKS_PER_MIN)).alias(end)
        for end in ("begins", "ends")
    )


def _day_of(lines: pl.LazyFrame, first: date, day: date | None) -> int:
    """Number of the day, from 0; the middle of the log where none is chosen."""
    if day is not None:
        return (day - first).days
    last = lines.select(pl.col("time_ticks").max()).collect().item()
    return int((last or 0) // TICKS_PER_DAY // 2)


def _work(near: pl.DataFrame) -> pl.DataFrame:
    """Lots on tools; those of one batch are one piece."""
    lots = near.filter(pl.col("what").is_in(["started", "ended"]))
    pieces = _pieces(lots, "started", "ended", ["order", "lot", "step", "tool_group", "tool"])
    names = pl.concat_str("order", "lot", separator="/")
    return (
        pieces.with_columns(does=pl.lit("lot"), what=names)
        .group_by("tool_group", "tool", "begins", "ends", "does", maintain_order=True)
        .agg(pl.col("what").first(), pl.len().cast(pl.Int64).alias("lots"))
    )


def _stops(near: pl.DataFrame) -> pl.DataFrame:
    """Times in which tools are kept from working."""
    stops = near.filter(pl.col("what").is_in(["stopped", "went_on"]))
    pieces = _pieces(stops, "stopped", "went_on", ["tool_group", "tool", "stop"])
    return pieces.select(
        "tool_group",
        "tool",
        "begins",
        "ends",
        pl.col("stop").cast(pl.String).alias("does"),
        pl.lit("").alias("what"),
        pl.lit(0, pl.Int64).alias("lots"),
    )


def _pieces(lines: pl.DataFrame, opens: str, closes: str, keys: Sequence[str]) -> pl.DataFrame:
    """From each opening line to the next line of the same keys, if that closes it."""
    following = lines.with_columns(
        pl.col("time_ticks").shift(-1).over(keys).alias("ends"),
        pl.col("what").shift(-1).over(keys).alias("then"),
    )
    whole = (pl.col("what") == opens) & (pl.col("then") == closes)
    words = pl.col("tool_group").cast(pl.String)
    return following.filter(whole).rename({"time_ticks": "begins"}).with_columns(words)


def _cut(pieces: pl.DataFrame, begins: int, ends: int) -> pl.DataFrame:
    """What of the pieces lies between two times."""
    touching = pieces.filter((pl.col("ends") > begins) & (pl.col("begins") < ends))
    return touching.with_columns(pl.col("begins", "ends").clip(begins, ends))


def _busiest(pieces: pl.DataFrame) -> pl.DataFrame:
    """The pieces of the tools with most work, the busiest first."""
    hours = pl.when(pl.col("does") == "lot").then(pl.col("ends") - pl.col("begins")).otherwise(0)
    tools = pieces.group_by("tool_group", "tool").agg(hours.sum().alias("work"))
    first = tools.sort(-pl.col("work"), "tool_group", "tool").head(TOOLS).with_row_index("place")
    joined = pieces.join(first.drop("work"), on=["tool_group", "tool"])
    return joined.sort("place", "begins", "ends", "what").drop("place")


def draw_day(rows: pl.DataFrame) -> Figure:
    """A line for each tool, a bar for each piece; those of one kind are one trace."""
    tools = list(rows.select("tool_group", "tool").unique(maintain_order=True).iter_rows())
    names = [_tool(*tool) for tool in tools]
    kinds = [kind for kind in _DOES if kind in set(rows["does"])]
    first = rows["begins"].dt.truncate("1d").min()
    ends = [first, first + timedelta(days=1)] if isinstance(first, datetime) else None
    day = axis(type="date", range=ends, tickformat="%H:%M", hoverformat="%H:%M", side="top")
    return figure(
        [_bars(rows.filter(pl.col("does") == kind), kind) for kind in kinds],
        rows_high(len(names), 17),
        xaxis=day,
        yaxis=labels(names, tickfont={"size": 11, "color": "$ink"}),
        barmode="overlay",
        bargap=0.15,
        margin={"l": 8, "r": 16, "t": 60, "b": 8},
    )


def _tool(group: str, tool: int) -> str:
    return f"{group} {tool}"


def _bars(rows: pl.DataFrame, kind: str) -> Trace:
    words, role = _DOES[kind]
    lasts_ms = ((rows["ends"] - rows["begins"]).dt.total_seconds() * 1000).to_list()
    return {
        "type": "bar",
        "orientation": "h",
        "y": [_tool(*tool) for tool in rows.select("tool_group", "tool").iter_rows()],
        "x": lasts_ms,
        "base": rows["begins"].to_list(),
        "name": say(words),
        "marker": {"color": role, "line": {"width": 0.7, "color": "$card"}},
        "customdata": list(_told(rows)),
        "hovertemplate": "%{y} · %{customdata}<extra></extra>",
    }


def _told(rows: pl.DataFrame) -> Iterator[str]:
    for begins, ends, what, lots in rows.select("begins", "ends", "what", "lots").iter_rows():
        more = say(" and {count} more", count=lots - 1) if lots > 1 else ""
        yield f"{begins:%H:%M}–{ends:%H:%M} {what}{more}".strip()
