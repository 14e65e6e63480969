"""The floor of a plant over time: load, state and queue of each tool group, by month or by day."""

from __future__ import annotations

from typing import Any

import polars as pl
from pydantic import BaseModel, Field

from fabstack.report.picture import lacking
from fabstack.results.run import Run
from fabstack.serve.problems import Problem, not_found, unfit

PLANNED, SIMULATED = "plan_capacity", "sim_tool_group_days"
MOST_DAYS = 800  # of a replay
MOST_GROUPS = 400


class Group(BaseModel):
    """One tool group through time; a blank where nothing is known."""

    name: str
    load_percent: list[float | None]
    productive_percent: list[float | None] = []
    down_percent: list[float | None] = []
    queue_lots: list[float | None] = Field([], description="lots that wait, over the day")
    tools: list[float | None] = []
    area: str = ""
    queue_time_h: float | None = Field(None, description="mean wait of a lot there, as simulated")
    wip_lots: float | None = Field(None, description="mean lots waiting or in a tool, as simulated")


class Floor(BaseModel):
    """One plant."""

    plant: str
    source: str = Field(description="the table that it is read from")
    times: list[str]
    groups: list[Group]


def sources_of(run: Run) -> dict[str, list[str]]:
    """The plants that have a floor, each with its tables: days before months."""
    found: dict[str, list[str]] = {}
    for table in (SIMULATED, PLANNED):
        if table in run.tables:
            names = run.scan(table).select("plant").unique().sort("plant").collect()
            for name in names["plant"]:
                found.setdefault(name, []).append(table)
    return dict(sorted(found.items()))


def plants_of(run: Run) -> dict[str, str]:
    """The plants that have a floor, each with the best table for it."""
    return {plant: tables[0] for plant, tables in sources_of(run).items()}


def floor_of(run: Run, plant: str, source: str | None = None) -> Floor:
    """The floor of one plant.

    Raises:
        Problem: the run knows no such plant, or has not that table.
    """
    known = plants_of(run)
    if plant not in known:
        raise not_found("plant", plant) if known else Problem(404, "this run has no floor to show")
    table = source or known[plant]
    if table not in (PLANNED, SIMULATED):
        raise not_found("table", table)
    if table not in run.tables or not _NEEDED[table] <= set(run.columns(table)):
        raise unfit(lacking(run, [table]))
    rows = run.scan(table).filter(pl.col("plant") == plant).collect()
    time = "month" if table == PLANNED else "day"
    rows = _tool_groups(rows).sort("tool_group", time)
    times = rows[time].unique().sort().head(MOST_DAYS)
    waits = _waits(run, plant)
    groups = [
        _group(name, frame, times, time, waits.get(name, {})) for name, frame in _by_group(rows)
    ]
    return Floor(plant=plant, source=table, times=times.cast(pl.String).to_list(), groups=groups)


def _tool_groups(rows: pl.DataFrame) -> pl.DataFrame:
    """Without the lines that speak of the building, and not more groups than can be shown."""
    rows = rows.filter(~pl.col("tool_group").str.starts_with("phase:"))
    shown = rows["tool_group"].unique().sort().head(MOST_GROUPS)
    return rows.filter(pl.col("tool_group").is_in(shown.implode()))


def _by_group(rows: pl.DataFrame) -> list[tuple[str, pl.DataFrame]]:
    return [
        (str(name), frame) for (name,), frame in rows.group_by("tool_group", maintain_order=True)
    ]


def _group(
    name: str, frame: pl.DataFrame, times: pl.Series, time: str, wait: dict[str, Any]
) -> Group:
    whole = pl.DataFrame({time: times}).join(frame, on=time, how="left", maintain_order="left")
    columns = _MONTHLY if time == "month" else _DAILY
    there = {field: column for field, column in columns.items() if column in whole.columns}
    numbers = {field: _rounded(whole[column]) for field, column in there.items()}
    if time == "day":
        down = whole["scheduled_down_percent"] + whole["unscheduled_down_percent"]
        numbers["down_percent"] = _rounded(down)
    return Group(name=name, **numbers, **wait)


_LABELS = {"plant", "tool_group"}
_NEEDED = {
    PLANNED: {*_LABELS, "month", "load_percent", "tools"},
    SIMULATED: {
        *_LABELS,
        "day",
        "productive_percent",
        "scheduled_down_percent",
        "unscheduled_down_percent",
        "utilisation_of_available_percent",
    },
}
_MONTHLY = {"load_percent": "load_percent", "tools": "tools"}
_DAILY = {
    "load_percent": "utilisation_of_available_percent",
    "productive_percent": "productive_percent",
    "queue_lots": "queue_lots_mean",  # this and the next: not in runs of older versions
    "tools": "tools_mean",
}


def _rounded(series: pl.Series) -> list[float | None]:
    return series.cast(pl.Float64).round(1).to_list()


def _waits(run: Run, plant: str) -> dict[str, dict[str, Any]]:
    """What the simulation says of each tool group: its area, and the lots that wait there."""
    wanted = {"area": "area", "queue_time_h_mean": "queue_time_h", "wip_lots_mean": "wip_lots"}
    table = "sim_tool_groups"
    if table not in run.tables:
        return {}
    there = [name for name in wanted if name in run.columns(table)]
    rows = run.scan(table).filter(pl.col("plant") == plant).select("tool_group", *there).collect()
    return {
        row["tool_group"]: {wanted[name]: row[name] for name in there if row[name] is not None}
        for row in rows.iter_rows(named=True)
    }
