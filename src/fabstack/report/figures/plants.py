"""Plants: load, bottlenecks, states of the tools, capacity as it comes."""

from __future__ import annotations

import polars as pl

from fabstack.report.figures.parts import (
    BAR,
    MOST,
    Trace,
    axis,
    band,
    figure,
    goal,
    labels,
    line,
    lying_bars,
    marks,
    money_unit,
    months,
    panels,
    rows_high,
)
from fabstack.report.language import Name, say
from fabstack.report.numbers import usd
from fabstack.report.picture import Picture
from fabstack.report.theme import CLAIMED, LIKELY, Figure
from fabstack.results.bottlenecks import LAST
from fabstack.results.bottlenecks import ranking as ranked
from fabstack.results.run import Run

FIRST = 3  # groups of each plant on the first page
RANKED = 20
GROUPS = 120  # lines of the heat map
BUILDING = "phase:"  # rows of the plan's capacity that speak of the building, not of tools
_HEAT = [[0, "$heat-0"], [0.4, "$heat-1"], [0.75, "$heat-2"], [0.95, "$heat-3"], [1, "$heat-4"]]
_STATES = {
    "productive_percent": ("productive", "$blue"),
    "setup_percent": ("setup", "$purple"),
    "standby_percent": ("standby", "$pale"),
    "scheduled_down_percent": ("scheduled down", "$yellow"),
    "unscheduled_down_percent": ("unscheduled down", "$vermillion"),
    "non_scheduled_percent": ("non-scheduled", "$grey"),
}


# --- Bottlenecks ------------------------------------------------------------------------------


def ranking(run: Run) -> pl.DataFrame:
    """Tool groups and buildings, the scarcest first."""
    return ranked(run.table("plan_capacity"), run.table("sim_tool_groups"))


def bottlenecks(run: Run) -> pl.DataFrame:
    """The first few of each plant: what the plan is limited by, and where lots wait."""
    rows = ranking(run).with_columns(place=pl.int_range(pl.len()).over("plant") + 1)
    waits = pl.col("bottleneck_rank").fill_null(LAST) == 1
    return rows.filter((pl.col("place") <= FIRST) | waits).sort("plant", "place")


def draw_bottlenecks(rows: pl.DataFrame) -> Figure:
    """Planned peak as bar, simulated utilisation as mark, the worth of an hour as words."""
    names = _places(rows)
    worth = [_worth(row) for row in rows.iter_rows(named=True)]
    peak = lying_bars(
        names,
        rows["peak_load_percent"].to_list(),
        "planned, fullest month",
        "$sky",
        text=worth,
        textposition="inside",
        insidetextanchor="start",
        insidetextfont={"color": "#10202c", "size": 11.5},
        hovertemplate=say("%{y}: %{x:.0f} % planned<extra></extra>"),
    )
    simulated = marks(
        rows["simulated_percent"].to_list(),
        names,
        "simulated, of the time it is up",
        "$vermillion",
        "diamond",
        hovertemplate=say("%{y}: %{x:.0f} % simulated<extra></extra>"),
    )
    return figure(
        [peak, simulated],
        rows_high(len(names)),
        xaxis=axis("load", range=[0, 104], ticksuffix=" %"),
        yaxis=labels(names),
    )


def _places(rows: pl.DataFrame) -> list[str]:
    """Labels of tool groups and of the limits of buildings."""
    return [f"{_place(group)} · {plant}" for group, plant in rows["tool_group", "plant"].rows()]


def _place(group: str) -> str:
    unit = group.removeprefix(BUILDING)
    return group if unit == group else say("building, {unit}", unit=say(unit))


def _worth(row: dict[str, object]) -> str:
    value = row["peak_value_usd_per_h"]
    if not isinstance(value, float) or value <= 0:
        return ""
    is_building = str(row["tool_group"]).startswith(BUILDING)
    words = "one more unit: up to {worth}" if is_building else "one more hour: up to {worth}"
    return say(words, worth=usd(value))


def draw_ranking(rows: pl.DataFrame) -> Figure:
    """The scarcest first."""
    shown = rows.filter(pl.col("scarcity_usd") > 0).head(RANKED)
    names, values = _places(shown), shown["scarcity_usd"].to_list()
    size, unit = money_unit(values)
    one = lying_bars(
        names,
        [value / size for value in values],
        "cost of scarcity",
        "$blue",
        text=[usd(value) for value in values],
        textposition="outside",
        cliponaxis=False,
        customdata=[_worth(row) for row in shown.iter_rows(named=True)],
        hovertemplate="%{y}: %{text}<br>%{customdata}<extra></extra>",
    )
    title = say("{unit} at the start of the programme", unit=say(unit))
    ends = [0, 1.2 * max(values, default=1.0) / size]
    return figure(
        [one],
        rows_high(len(names)),
        xaxis=axis(Name(title), range=ends),
        yaxis=labels(names),
    )


# --- Load -------------------------------------------------------------------------------------


def load(run: Run) -> pl.DataFrame:
    """Load of every tool group and building by month."""
    table = run.table("plan_capacity").filter(pl.col("available_h") > 0)
    mean = pl.col("load_percent").mean().over("plant", "tool_group")
    return table.sort("plant", -mean, "tool_group", "month")


def draw_load(rows: pl.DataFrame) -> Figure:
    """A heat map: one line for each group, one column for each month."""
    wide = rows.pivot("month", index=["plant", "tool_group"], values="load_percent").head(GROUPS)
    names = _places(wide)
    days = sorted(rows["month"].unique().to_list())
    cells = wide.select(str(day) for day in days).rows()
    heat = {
        "type": "heatmap",
        "x": days,
        "y": names,
        "z": [list(row) for row in cells],
        "zmin": 0,
        "zmax": 100,
        "colorscale": _HEAT,
        "xgap": 0,
        "ygap": 1.5,
        "hovertemplate": say("%{y}<br>%{x|%b %Y}: %{z:.0f} %<extra></extra>"),
        "colorbar": {**BAR, "ticksuffix": " %", "outlinewidth": 0},
    }
    return figure(
        [heat],
        rows_high(len(names), 16, 60),
        xaxis=months(side="top"),
        yaxis=labels(names, tickfont={"size": 11, "color": "$ink"}),
        margin={"l": 8, "r": 8, "t": 28, "b": 8},
    )


# --- States of the tools ----------------------------------------------------------------------


def states(run: Run) -> pl.DataFrame:
    """E10 states of every tool group: the bottlenecks of all plants, then the next of each."""
    return run.table("sim_tool_groups").sort("bottleneck_rank", "plant", "tool_group")


def draw_states(rows: pl.DataFrame) -> Figure:
    """One bar of 100 percent for each group, plant by plant."""
    rows = rows.sort("plant", "bottleneck_rank", "tool_group")
    names = _places(rows)
    traces = [
        lying_bars(names, rows[column].to_list(), name, role, hovertemplate="%{y}: %{x:.1f} %")
        for column, (name, role) in _STATES.items()
    ]
    return figure(
        traces,
        rows_high(len(names), 21),
        barmode="stack",
        bargap=0.22,
        xaxis=axis("share of total time", range=[0, 100], ticksuffix=" %"),
        yaxis=labels(names),
    )


# --- Capacity as it comes ---------------------------------------------------------------------


def capacity(run: Run) -> pl.DataFrame:
    """Capacity of every plant by month, claimed and sampled."""
    return run.table("ramp_capacity").sort("plant", "month")


def draw_capacity(rows: pl.DataFrame) -> Figure:
    """One S-curve for each plant, with the fan of eight in ten futures."""
    parts = {plant: _ramp(frame) for (plant,), frame in rows.group_by("plant", maintain_order=True)}
    return panels(parts, x=months(), y=axis(rangemode="tozero"), hovermode="x unified", columns=2)


def _ramp(frame: pl.DataFrame) -> list[Trace]:
    x = frame["month"].to_list()
    low, middle, high, claimed = (
        frame[name].to_list() for name in ("p10", "p50", "p90", "claimed")
    )
    return [
        *band(x, low, high, "eight in ten futures", LIKELY),
        line(x, middle, "median future", LIKELY),
        goal(x, claimed, "as claimed", CLAIMED),
    ]


# --- Pictures ---------------------------------------------------------------------------------

BOTTLENECKS = Picture(
    name="bottlenecks",
    title="What limits each plant",
    says="The scarcest of each plant first. Bar: load of the fullest month in the plan, with what "
    "one more hour (or unit of the building) would add to the value of the programme. Diamond: how "
    "busy the tools are in the simulation.",
    tables=("plan_capacity", "sim_tool_groups"),
    rows=bottlenecks,
    draw=draw_bottlenecks,
    empty="No plant has tools.",
    most=MOST,
)
RANKING = Picture(
    name="ranking",
    title="Bottlenecks by what their scarcity costs",
    says="Worth of one more hour of a tool group (or unit of a building) times those that are "
    "used, over all months of the plan; one percent more in every month adds a hundredth of it.",
    tables=("plan_capacity", "sim_tool_groups"),
    rows=ranking,
    draw=draw_ranking,
    empty="No plant has tools.",
)
LOAD = Picture(
    name="load",
    title="Load of the tools by month",
    says="Hours required by the plan, of the hours that are available; blank where nothing is "
    "there yet.",
    tables=("plan_capacity",),
    rows=load,
    draw=draw_load,
    empty="No plant has tools.",
)
STATES = Picture(
    name="states",
    title="What the tools do (SEMI E10)",
    says="Share of total time in each state, simulated; the bottleneck of each plant first.",
    tables=("sim_tool_groups",),
    rows=states,
    draw=draw_states,
    empty="No plant was simulated.",
    most=MOST,
)
CAPACITY = Picture(
    name="capacity",
    title="Ramp of each plant",
    says="Carriers or units a month that the building allows. Dashed: as claimed. Band: eight in "
    "ten sampled futures.",
    tables=("ramp_capacity",),
    rows=capacity,
    draw=draw_capacity,
    empty="No plant has phases.",
)
