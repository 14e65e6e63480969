"""Waterfalls: from its parts to the cost of a chip, from all dies of a wafer to the good ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any, NamedTuple

import polars as pl

from fabstack.report.figures.cost import CHIP_PARTS, chips, dies
from fabstack.report.figures.parts import Trace, axis, bars, panels
from fabstack.report.numbers import percent, plain, usd
from fabstack.report.picture import Picture
from fabstack.report.theme import LIKELY, Figure
from fabstack.results.run import Run

MANY = 12
SUM = "$grey"
_LOSSES = {  # by kind of the item that loses them, in the order of the chain
    "wafer": ("lost with the wafer", "$purple"),
    "die": ("lost on the die", "$vermillion"),
    "package": ("lost in packaging", "$orange"),
    "board": ("lost with the board", "$yellow"),
    "system": ("lost in the system", "$sky"),
}


class Step(NamedTuple):
    """One bar of a waterfall."""

    name: str
    role: str
    base: float
    value: float
    told: str


# --- Cost -------------------------------------------------------------------------------------


def cost_steps(run: Run) -> pl.DataFrame:
    """The parts of each chip's cost, the dearest chips first."""
    columns = ["item", "kind", *CHIP_PARTS, "total_usd", "low_usd", "high_usd"]
    return chips(run).select(columns).drop_nulls([*CHIP_PARTS])


def draw_cost_steps(rows: pl.DataFrame) -> Figure:
    """One waterfall for each chip, from the first part to the sum."""
    return _waterfalls(
        {
            f"{row['item']} · {usd(row['total_usd'])}": _cost(row)
            for row in rows.head(MANY).iter_rows(named=True)
        }
    )


def _cost(row: dict[str, Any]) -> list[Step]:
    values = [row[column] for column in CHIP_PARTS]
    begins = [0.0, *accumulate(values)]
    parts = [
        Step(name, role, base, value, usd(value))
        for (name, role), base, value in zip(CHIP_PARTS.values(), begins, values, strict=False)
    ]
    return [*parts, Step("sum", SUM, 0.0, row["total_usd"], usd(row["total_usd"]))]


# --- Yield ------------------------------------------------------------------------------------


def yield_steps(run: Run) -> pl.DataFrame:
    """All dies of a wafer, those lost for good, those lost while learning, and the rest."""
    table = dies(run)
    gross = pl.col("gross_dies")
    good = gross * pl.col("yield_mature"), gross * pl.col("yield_start")
    return table.select(
        "item",
        "technology",
        "area_mm2",
        "gross_dies",
        (gross - good[0]).alias("lost_in_the_end"),
        (good[0] - good[1]).alias("lost_while_learning"),
        good[1].alias("good_at_first"),
        good[0].alias("good_in_the_end"),
    )


def draw_yield_steps(rows: pl.DataFrame) -> Figure:
    """One waterfall for each die, in dies of a wafer."""
    return _waterfalls(
        {
            f"{row['item']} · {plain(row['area_mm2'])} mm²": _yield(row)
            for row in rows.head(MANY).iter_rows(named=True)
        },
        textposition="outside",
        cliponaxis=False,
        textfont={"size": 10.5},
    )


def _yield(row: dict[str, Any]) -> list[Step]:
    gross, first, end = (row[n] for n in ("gross_dies", "good_at_first", "good_in_the_end"))
    steps = (
        ("whole dies", SUM, 0.0, gross),
        ("lost to defects in the end", "$vermillion", end, row["lost_in_the_end"]),
        ("good in the end", LIKELY, 0.0, end),
        ("still to be learned", "$orange", first, row["lost_while_learning"]),
        ("good at first output", "$sky", 0.0, first),
    )
    return [
        Step(name, role, base, value, percent(100 * value / gross))
        for name, role, base, value in steps
    ]


# --- Yield of the whole chain -----------------------------------------------------------------


def chain_steps(run: Run) -> pl.DataFrame:
    """The stages of every chain: by beginning, the product that fewest arrive in first."""
    table = run.table("cost_yields").drop_nulls(["share_mature", "left_mature"])
    arrives = pl.col("left_mature").min().over("chain")
    return table.sort(arrives.min().over("begins"), "begins", arrives, "chain", "place")


def draw_chain_steps(rows: pl.DataFrame) -> Figure:
    """One waterfall for each beginning, to the product that fewest arrive in."""
    firsts = [
        frame.filter(pl.col("chain") == frame["chain"][0])
        for _, frame in rows.group_by("begins", maintain_order=True)
    ]
    return _waterfalls(
        {f"{f['begins'][0]} → {f['product'][0]}": _stages(f) for f in firsts[:MANY]},
        textposition="outside",
        cliponaxis=False,
        textfont={"size": 10.5},
    )


def _stages(frame: pl.DataFrame) -> list[Step]:
    """All units, what each stage loses, and the good ones that are left; at mature yields."""
    lost = dict.fromkeys(_LOSSES, (0.0, 100.0))
    before = 100.0
    for kind, share in frame.select("kind", "left_mature").iter_rows():
        lost[kind] = (before - 100 * share, 100 * share)
        before = 100 * share
    losses = [_loss(*lost[kind], *_LOSSES[kind]) for kind in _LOSSES]
    ends = [("all that begin", SUM, 100.0), ("good in the product", LIKELY, before)]
    first, last = (Step(name, role, 0.0, value, percent(value)) for name, role, value in ends)
    return [first, *losses, last]


def _loss(value: float, base: float, name: str, role: str) -> Step:
    return Step(name, role, base, value, percent(value) if value > 0 else "")


# --- Drawing ----------------------------------------------------------------------------------


def _waterfalls(parts: Mapping[str, Sequence[Step]], **text: Any) -> Figure:
    """One waterfall for each name; the legend above says what the bars are."""
    drawn = {name: [_bar(i, step, text) for i, step in enumerate(s)] for name, s in parts.items()}
    most = max(map(len, parts.values()), default=1)
    room: dict[str, Any] = {
        "range": [-0.6, most - 0.4],
        "showticklabels": False,
        "zeroline": False,
    }
    scale = axis(rangemode="tozero", nticks=4, tickformat=",~g")
    return panels(
        drawn, x=axis(showgrid=False, **room), y=scale, columns=4, each_px=130, barmode="overlay"
    )


def _bar(place: int, step: Step, text: Mapping[str, Any]) -> Trace:
    shown = {"text": [step.told], **text} if text else {}
    return bars(
        [place],
        [step.value],
        step.name,
        step.role,
        base=[step.base],
        width=0.8,
        customdata=[f"{plain(step.value, 4)} ({step.told})" if text else step.told],
        hovertemplate="%{customdata}",
        **shown,
    )


COST_STEPS = Picture(
    name="cost-waterfall",
    title="From its parts to the cost of a chip",
    says="Each part begins where the one before ends: material and bought parts, making, capital, "
    "and what is lost in yield along the whole chain.",
    tables=("cost_items",),
    rows=cost_steps,
    draw=draw_cost_steps,
    empty="The programme has no die or package with a cost.",
    most=MANY,
    panel_of=("item",),
)
YIELD_STEPS = Picture(
    name="yield-waterfall",
    title="From all dies of a wafer to the good ones",
    says="Whole dies, less what defects take in the end, less what is still to be learned at first "
    "output.",
    tables=("cost_dies",),
    rows=yield_steps,
    draw=draw_yield_steps,
    empty="The programme has no dies that are cut from wafers.",
    most=MANY,
    panel_of=("item",),
)
CHAIN_STEPS = Picture(
    name="yield-chain",
    title="From the wafer to the product: yield of the whole chain",
    says="Of a hundred dies (or boards) that begin, how many each stage loses in the end: the "
    "wafer's line, defects and tests of the die, packaging, the system; building in is counted "
    "with what is built. Of the products of each die the one is drawn in which fewest arrive.",
    tables=("cost_yields",),
    rows=chain_steps,
    draw=draw_chain_steps,
    empty="The programme has no dies and no boards.",
    most=MANY,
    panel_of=("begins",),
)
