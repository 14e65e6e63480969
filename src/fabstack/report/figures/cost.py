"""Cost per good chip: its band, its parts, what moves it."""

from __future__ import annotations

import polars as pl

from fabstack.report.figures.parts import (
    MOST,
    NAME_LETTERS,
    NAMED,
    Trace,
    axis,
    figure,
    labels,
    listed,
    lying_bars,
    marks,
    panels,
    rows_high,
    spans,
    wrapped,
)
from fabstack.report.language import say
from fabstack.report.numbers import address, plain, span, usd
from fabstack.report.picture import Picture
from fabstack.report.theme import LIKELY, Figure, faint
from fabstack.results.run import Run

CHIPS = ("die", "package")
MANY, SWINGS = 6, 6
CHIP_PARTS = {
    "material_usd": ("material and bought parts", "$orange"),
    "make_usd": ("making", "$sky"),
    "capital_usd": ("capital", "$blue"),
    "yield_loss_usd": ("lost in yield", "$vermillion"),
}


# --- Cost with its band -----------------------------------------------------------------------


def chips(run: Run) -> pl.DataFrame:
    """Cost of every good die and package, packages first, the dearest first."""
    table = run.table("cost_items").filter(pl.col("kind").is_in(CHIPS) & (pl.col("total_usd") > 0))
    return table.sort("kind", -pl.col("total_usd"), "item", descending=[True, False, False])


def draw_chips(rows: pl.DataFrame) -> Figure:
    """A dot for the cost and a line for what the sources allow."""
    names = rows["item"].to_list()
    told = [_told(row) for row in rows.iter_rows(named=True)]
    dots = marks(
        rows["total_usd"].to_list(),
        names,
        "cost of a good unit",
        LIKELY,
        customdata=told,
        hovertemplate="%{y}: %{customdata}<extra></extra>",
    )
    low, high = rows["low_usd"].to_list(), rows["high_usd"].to_list()
    return figure(
        [spans(names, low, high, "range that the sources allow", faint(LIKELY, 0.4)), dots],
        rows_high(len(names)),
        xaxis=axis("USD (logarithmic)", type="log", dtick=1),
        yaxis=labels(names),
        margin={"l": 8, "r": 180, "t": 34, "b": 8},
        annotations=[_beside(name, words) for name, words in zip(names, told, strict=True)],
    )


def _told(row: dict[str, float | None]) -> str:
    band = f" ({span(row['low_usd'], row['high_usd'])})" if row["low_usd"] else ""
    return f"{usd(row['total_usd'])}{band}"


def _beside(name: str, words: str) -> dict[str, object]:
    place = {"x": 1, "xref": "paper", "xanchor": "left", "xshift": 8, "y": name}
    return {**place, "text": words, "showarrow": False, "font": {"size": 12, "color": "$ink"}}


# --- Parts ------------------------------------------------------------------------------------


def draw_parts(rows: pl.DataFrame) -> Figure:
    """What each chip's cost is made of, to 100 percent, with the sum beside it."""
    names = rows["item"].to_list()
    traces = [_part(rows, column, name, role) for column, (name, role) in CHIP_PARTS.items()]
    totals = [usd(value) for value in rows["total_usd"]]
    return figure(
        traces,
        rows_high(len(names)),
        barmode="stack",
        xaxis=axis("share of the cost", range=[0, 100], ticksuffix=" %"),
        yaxis=labels(names),
        margin={"l": 8, "r": 90, "t": 34, "b": 8},
        annotations=[_beside(name, words) for name, words in zip(names, totals, strict=True)],
    )


def _part(rows: pl.DataFrame, column: str, name: str, role: str) -> Trace:
    shares = (100 * rows[column] / rows["total_usd"]).to_list()
    return lying_bars(
        rows["item"].to_list(),
        shares,
        name,
        role,
        customdata=[usd(value) for value in rows[column]],
        hovertemplate="%{y}: %{customdata}, %{x:.0f} %",
    )


# --- What moves it ----------------------------------------------------------------------------


def swings(run: Run) -> pl.DataFrame:
    """How far each sourced number moves the cost of the dearest chips, in percent of it."""
    costs = chips(run).head(MANY).with_row_index("place").select("place", "item", "total_usd")
    moved = costs.join(run.table("cost_swings"), on="item")
    relative = moved.with_columns(
        at_low_percent=100 * (pl.col("at_low_usd") / pl.col("total_usd") - 1),
        at_high_percent=100 * (pl.col("at_high_usd") / pl.col("total_usd") - 1),
    )
    return relative.sort("place", -pl.col("width_usd"), "cell").drop("place")


def draw_swings(rows: pl.DataFrame) -> Figure:
    """A tornado for each chip."""
    parts = {
        f"{item} · {usd(frame['total_usd'][0])}": _tornado(frame.head(SWINGS))
        for (item,), frame in rows.group_by("item", maintain_order=True)
    }
    change = axis(ticksuffix=" %", zeroline=True, zerolinewidth=1.5, nticks=5)
    return panels(parts, x=change, y=listed(), barmode="overlay", bargap=0.35, **NAMED)


def _tornado(frame: pl.DataFrame) -> list[Trace]:
    names = [wrapped(address(cell), NAME_LETTERS) for cell in frame["cell"]]
    ends = (("at_low", "number at its low end", "$sky"), ("at_high", "at its high end", "$orange"))
    return [
        lying_bars(
            names,
            frame[f"{end}_percent"].to_list(),
            name,
            role,
            customdata=[usd(value) for value in frame[f"{end}_usd"]],
            hovertemplate="%{y}: %{customdata}, %{x:+.1f} %",
        )
        for end, name, role in ends
    ]


# --- Yield of dies ----------------------------------------------------------------------------


def dies(run: Run) -> pl.DataFrame:
    """Dies with their yield at first output and in the end."""
    known = ["area_mm2", "gross_dies", "yield_start", "yield_mature"]
    return run.table("cost_dies").drop_nulls(known).sort(-pl.col("area_mm2"), "item")


def draw_dies(rows: pl.DataFrame) -> Figure:
    """From the yield at first output to the mature one; large dies first."""
    names = [
        f"{row['item']} · {plain(row['area_mm2'])} mm² · "
        + say("{dies} a wafer", dies=f"{row['gross_dies']:,}")
        for row in rows.iter_rows(named=True)
    ]
    start, mature = ((100 * rows[name]).to_list() for name in ("yield_start", "yield_mature"))
    return figure(
        [
            spans(names, start, mature, "learning", faint("$grey", 0.5), 4),
            marks(start, names, "at first output", "$orange", hovertemplate="%{y}: %{x:.0f} %"),
            marks(mature, names, "in the end", LIKELY, hovertemplate="%{y}: %{x:.0f} %"),
        ],
        rows_high(len(names)),
        xaxis=axis("good dies", range=[0, 102], ticksuffix=" %"),
        yaxis=labels(names),
    )


COST = Picture(
    name="cost",
    title="Cost of a good chip",
    says="At mature yield, along the whole chain. The line is the range that the low and high ends "
    "of the sources allow.",
    tables=("cost_items",),
    rows=chips,
    draw=draw_chips,
    empty="The programme has no die or package with a cost.",
    most=MOST,
)
PARTS = Picture(
    name="cost-parts",
    title="What a chip's cost is made of",
    says="Share of each part, and the sum at the right.",
    tables=("cost_items",),
    rows=chips,
    draw=draw_parts,
    empty="The programme has no die or package with a cost.",
    most=MOST,
)
SWINGS_PICTURE = Picture(
    name="swings",
    title="What moves the cost of a chip",
    says=f"Change of the cost when one number goes to the end of its sourced range; the {SWINGS} "
    f"widest for each of the {MANY} dearest chips.",
    tables=("cost_items", "cost_swings"),
    rows=swings,
    draw=draw_swings,
    empty="No sourced range moves a cost.",
)
DIES = Picture(
    name="dies",
    title="Yield of the dies",
    says="Share of good dies on a wafer, at first output and in the end.",
    tables=("cost_dies",),
    rows=dies,
    draw=draw_dies,
    empty="The programme has no dies that are cut from wafers.",
    most=MOST,
)
