"""Money and people over time."""

from __future__ import annotations

import polars as pl

from fabstack.report.figures.parts import (
    Trace,
    axis,
    band,
    bars,
    figure,
    goal,
    line,
    money_unit,
    months,
    panels,
)
from fabstack.report.language import Name, say
from fabstack.report.picture import Picture
from fabstack.report.theme import LIKELY, Figure
from fabstack.results.run import Run

MANY = 12
_FLOWS = {  # name, colour, and whether it comes in or goes out
    "revenue_usd": ("revenue", "$green", 1),
    "buy_usd": ("bought parts", "$orange", -1),
    "make_usd": ("making", "$sky", -1),
    "fixed_usd": ("plants, fixed", "$grey", -1),
    "people_usd": ("specialists", "$purple", -1),
    "transport_usd": ("transport", "$yellow", -1),
    "holding_usd": ("stock", "$pale", -1),
    "capex_usd": ("tools and buildings", "$blue", -1),
}


def yearly(run: Run) -> pl.DataFrame:
    """Money by calendar year, with the discounted sum so far."""
    table = run.table("plan_cash").sort("month")
    sums = table.group_by(pl.col("month").dt.year().alias("year"), maintain_order=True).agg(
        pl.exclude("month").sum()
    )
    return sums.with_columns(discounted_sum_usd=pl.col("discounted_usd").cum_sum())


def draw_yearly(rows: pl.DataFrame) -> Figure:
    """Revenue upward, costs downward, net as a line."""
    years, (size, unit) = rows["year"].to_list(), money_unit(rows["revenue_usd"])
    flows = [
        bars(years, (rows[column] * sign / size).to_list(), name, role)
        for column, (name, role, sign) in _FLOWS.items()
        if rows[column].abs().sum() > 0
    ]
    net = line(years, (rows["net_usd"] / size).to_list(), "net", "$ink", **_dotted("$ink"))
    return figure(
        [*flows, net],
        400,
        barmode="relative",
        xaxis=axis(dtick=1, showgrid=False, tickformat="d"),
        yaxis=axis(Name(say("{unit} a year", unit=say(unit))), hoverformat=",.4~g"),
        hovermode="x unified",
    )


def draw_discounted(rows: pl.DataFrame) -> Figure:
    """The discounted sum so far: where it crosses nought the programme has paid itself."""
    years, (size, unit) = rows["year"].to_list(), money_unit(rows["discounted_sum_usd"])
    capex = (-rows["capex_usd"] / size).to_list()
    summed = (rows["discounted_sum_usd"] / size).to_list()
    return figure(
        [
            bars(years, capex, "tools and buildings in the year", "$pale"),
            line(years, summed, "discounted cash since the start", LIKELY, **_dotted(LIKELY)),
        ],
        400,
        xaxis=axis(dtick=1, showgrid=False, tickformat="d"),
        yaxis=axis(unit, zeroline=True, zerolinewidth=1.5, hoverformat=",.4~g"),
        hovermode="x unified",
    )


def _dotted(role: str) -> Trace:
    return {"mode": "lines+markers", "marker": {"size": 7, "color": role}}


def people(run: Run) -> pl.DataFrame:
    """Heads of every skill by month, the largest first."""
    table = run.table("ramp_people")
    return table.sort(-pl.col("wanted").max().over("skill"), "skill", "month")


def draw_people(rows: pl.DataFrame) -> Figure:
    """One panel for each skill: wanted, there, and of full effect."""
    groups = list(rows.group_by("skill", maintain_order=True))[:MANY]
    parts = {str(skill): _heads(frame) for (skill,), frame in groups}
    heads = axis(rangemode="tozero")
    return panels(parts, x=months(), y=heads, hovermode="x unified", columns=4, each_px=130)


def _heads(frame: pl.DataFrame) -> list[Trace]:
    x = frame["month"].to_list()
    low, middle, high = (frame[f"heads_p{q}"].to_list() for q in (10, 50, 90))
    return [
        *band(x, low, high, "eight in ten futures", LIKELY),
        line(x, middle, "employed, median", LIKELY),
        line(x, frame["productive_p50"].to_list(), "of full effect", "$orange"),
        goal(x, frame["wanted"].to_list(), "wanted"),
    ]


CASH = Picture(
    name="cash",
    title="Money by year",
    says="Revenue upward, costs downward, in USD of the programme's price year; the line is what "
    "is left. Penalties for late units are prices of the plan, not cash, and are left out.",
    tables=("plan_cash",),
    rows=yearly,
    draw=draw_yearly,
    empty="The plan moves no money.",
)
DISCOUNTED = Picture(
    name="discounted",
    title="Discounted cash since the start",
    says="Where the line crosses nought, the programme has paid for itself.",
    tables=("plan_cash",),
    rows=yearly,
    draw=draw_discounted,
    empty="The plan moves no money.",
)
PEOPLE = Picture(
    name="people",
    title="Specialists",
    says="Dashed: wanted by the programme. Band: employed in eight in ten futures. Orange: of full "
    "effect after learning.",
    tables=("ramp_people",),
    rows=people,
    draw=draw_people,
    empty="The programme names no skills.",
    most=MANY,
    panel_of=("skill",),
)
