"""Several runs in one figure: a line for each run, in a panel for each thing that is compared."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import polars as pl

from fabstack.report.figures.parts import Trace, axis, goal, line, months, panels
from fabstack.report.html import Html
from fabstack.report.language import Name
from fabstack.report.picture import lacking
from fabstack.report.scripts import figure_json
from fabstack.report.theme import SERIES, Figure
from fabstack.results.run import Run
from fabstack.serve.language import say
from fabstack.serve.problems import not_found, unfit

MANY = 12  # panels that a reader can take in
MOST_RUNS = 6
# Rows of a run: panel, x, y and, where something is wanted, wanted.
Rows = Callable[[Run], pl.DataFrame]


class Overlay(NamedTuple):
    """One figure of several runs. A run without the tables is left out and named."""

    name: str
    title: str
    says: str
    tables: tuple[str, ...]
    rows: Rows


def rows_of(overlay: Overlay, runs: Sequence[Run]) -> pl.DataFrame:
    """The rows of all runs that hold the tables, under their names.

    Raises:
        Problem: not even two runs hold them, or they hold no rows.
    """
    given = {run.folder.name: overlay.rows(run) for run in runs if not lacking(run, overlay.tables)}
    there = {name: rows for name, rows in given.items() if rows.height}
    if len(there) < 2:
        words = "Fewer than two of these runs have something to show here: {tables}."
        raise unfit(say(words, tables=", ".join(overlay.tables)))
    named = [rows.insert_column(0, pl.lit(name).alias("run")) for name, rows in there.items()]
    return pl.concat(named, how="diagonal_relaxed")


def drawn(overlay: Overlay, runs: Sequence[Run]) -> Html:
    """The figure as JSON, in roles of the theme.

    Raises:
        Problem: as above.
    """
    return figure_json(_figure(rows_of(overlay, runs)))


def overlay_of(name: str) -> Overlay:
    """The figure of that name.

    Raises:
        Problem: there is none.
    """
    if name not in OVERLAYS:
        raise not_found("figure", name)
    return OVERLAYS[name]


def _figure(rows: pl.DataFrame) -> Figure:
    colours = dict(zip(rows["run"].unique(maintain_order=True), SERIES, strict=False))
    names = rows["panel"].unique(maintain_order=True).head(MANY)
    parts = {name: _panel(rows.filter(pl.col("panel") == name), colours) for name in names}
    y = axis(rangemode="tozero", nticks=4)
    return panels(parts, x=months(matches="x"), y=y, each_px=150, hovermode="x unified")


def _panel(rows: pl.DataFrame, colours: Mapping[str, str]) -> list[Trace]:
    """Every run has a line, be it empty: the first panel's lines are the legend of all."""
    lines = []
    for run, colour in colours.items():
        own = rows.filter(pl.col("run") == run)
        x, y = (own["x"].to_list(), own["y"].to_list()) if own.height else ([rows["x"][0]], [None])
        lines.append(line(x, y, Name(run), colour))
    return [*lines, *_wanted(rows, colours)]


def _wanted(rows: pl.DataFrame, colours: Mapping[str, str]) -> list[Trace]:
    """What is wanted: once where all runs want the same, else dashed in the colour of each."""
    if "wanted" not in rows.columns or rows["wanted"].is_null().all():
        return []
    each = {run: rows.filter(pl.col("run") == run) for run in colours}
    asked = [own.select("x", "wanted") for own in each.values() if own.height]
    if all(one.equals(asked[0]) for one in asked):
        return [goal(asked[0]["x"].to_list(), asked[0]["wanted"].to_list(), "wanted")]
    return [
        goal(own["x"].to_list(), own["wanted"].to_list(), Name(f"{say('wanted')}: {run}"), colour)
        for (run, own), colour in zip(each.items(), colours.values(), strict=True)
    ]


# --- What is compared -----------------------------------------------------------------------------


def _largest_first(rows: pl.DataFrame, by: str = "y") -> pl.DataFrame:
    return rows.sort(-pl.col(by).sum().over("panel"), "panel", "x")


def _delivered(run: Run) -> pl.DataFrame:
    """Units wanted and delivered since the start, by item."""
    asked = run.table("plan_items").filter(pl.col("wanted").sum().over("item") > 0)
    sums = asked.sort("item", "month").select(
        panel="item",
        x="month",
        y=pl.col("delivered").cum_sum().over("item"),
        wanted=pl.col("wanted").cum_sum().over("item"),
    )
    return _largest_first(sums, "wanted")


_MONEY = {
    "capex_usd": "tools and buildings, USD million",
    "net_usd": "cash, USD million",
    "revenue_usd": "revenue, USD million",
}


def _money(run: Run) -> pl.DataFrame:
    table = run.table("plan_cash").sort("month")
    each = [
        table.select(panel=pl.lit(say(words)), x="month", y=pl.col(column).cum_sum() / 1e6)
        for column, words in _MONEY.items()
    ]
    return pl.concat(each)


def _ramp(run: Run) -> pl.DataFrame:
    """Good units a week in the median future, by item and plant."""
    panel = pl.concat_str("item", pl.lit(" · "), "plant")
    rows = run.table("ramp_output").drop_nulls("p50").select(panel=panel, x="month", y="p50")
    return _largest_first(rows.filter(pl.col("y").max().over("panel") > 0))


def _load(run: Run) -> pl.DataFrame:
    """The highest load of any tool group, by plant."""
    tools = run.table("plan_capacity").filter(~pl.col("tool_group").str.starts_with("phase:"))
    highest = tools.group_by("plant", "month").agg(pl.col("load_percent").max())
    return highest.sort("plant", "month").select(panel="plant", x="month", y="load_percent")


def _simulated(run: Run) -> pl.DataFrame:
    panel = pl.concat_str("item", pl.lit(" · "), "plant")
    return _largest_first(run.table("sim_output").select(panel=panel, x="month", y="units_mean"))


def _inside(run: Run) -> pl.DataFrame:
    sums = run.table("sim_wip").group_by("plant", "month").agg(pl.col("wip_lots_mean").sum())
    return sums.sort("plant", "month").select(panel="plant", x="month", y="wip_lots_mean")


OVERLAYS: Mapping[str, Overlay] = {
    overlay.name: overlay
    for overlay in (
        Overlay(
            "output",
            "Output against demand",
            "Units delivered since the start, by item. Dashed: what markets want.",
            ("plan_items",),
            _delivered,
        ),
        Overlay(
            "money",
            "Capex, revenue and cash",
            "Sums since the start, in USD of the programme's price year.",
            ("plan_cash",),
            _money,
        ),
        Overlay(
            "ramp",
            "Ramp of every product",
            "Good units a week in the median future.",
            ("ramp_output",),
            _ramp,
        ),
        Overlay(
            "load",
            "Highest load of any tool group",
            "Hours required by the plan, in percent of the hours that are available.",
            ("plan_capacity",),
            _load,
        ),
        Overlay(
            "simulated",
            "Simulated output",
            "Good units a month, mean of the replications.",
            ("sim_output",),
            _simulated,
        ),
        Overlay(
            "inside",
            "Lots inside the plants",
            "Mean of the month, as simulated.",
            ("sim_wip",),
            _inside,
        ),
    )
}
