"""A plan handed to the simulator: starts as rates; purchases, stocks, lots under way as arrivals.

A plan knows amounts for periods of any length, a week as well as a quarter; a simulation knows
rates and days. An amount of a period is spread evenly over its days, as the plan itself takes it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import polars as pl

from fabstack.arrays.entering import Arrival
from fabstack.model import Programme, grouped
from fabstack.model.plants import Stock
from fabstack.model.routes import Start
from fabstack.studies.planned_periods import Period, Tables, periods_of
from fabstack.studies.planned_tools import planned_deliveries
from fabstack.studies.under_way import lots_under_way

# --- Starts -------------------------------------------------------------------------------------


def with_planned_starts(programme: Programme, plan: Tables) -> Programme:
    """The programme with the plan's rates of starts for every route that names none of its own.

    Tools come with the phases that the plan builds.
    """
    own = {start.route for start in programme.starts}
    rows = [row for row in _changes_of_rate(plan) if row.route not in own]
    changes = {
        "starts": (*programme.starts, *rows),
        "stocks": stocks_to_open_with(programme),
        "deliveries": planned_deliveries(programme, plan),
    }
    return programme.model_copy(update=changes)


def _changes_of_rate(plan: Tables) -> Sequence[Start]:
    """A start row for each period whose rate differs from that of the period before."""
    periods = {period.first: period for period in periods_of(plan)}
    starts = plan["plan_starts"].sort("route", "month")
    rows: list[Start] = []
    for (route,), months in starts.group_by("route", maintain_order=True):
        rate, last = 0.0, None
        for first, carriers in months.select("month", "carriers_started").iter_rows():
            last = periods[first]
            if carriers / last.months != rate:
                rate = carriers / last.months
                rows.append(Start(route=str(route), date=first, carriers_per_month=rate))
        if last is not None:
            rows.append(Start(route=str(route), date=last.until, carriers_per_month=0.0))
    return rows


# --- Purchases and stocks -----------------------------------------------------------------------


def window_start(programme: Programme) -> date:
    """The day on which a simulation begins."""
    return programme.simulation.starts_on or programme.programme.start


def stocks_to_open_with(programme: Programme) -> tuple[Stock, ...]:
    """The stocks of a window; those of one that opens later are arrivals, for the plan knows them.

    `initial` is what lies there on the first day of the programme.
    """
    if window_start(programme) <= programme.programme.start:
        return programme.stocks
    return tuple(replace(row, initial=0.0) for row in programme.stocks)


def planned_arrivals(
    programme: Programme, plan: Tables, lead_months: Mapping[str, float] | None = None
) -> list[Arrival]:
    """What the plan buys from the opening of the window on, and what it has then.

    Goods of a period come in equal parts, one for each month that it counts, the first of them on
    its first day. Where the window opens later than the programme, the plan has stocks, which lie
    between those of the two ends of a period, and lots under way; `lead_months` as there.
    """
    opens = window_start(programme)
    periods = {period.first: period for period in periods_of(plan)}
    bought = plan["plan_bought"].sort("month", "item", "supplier").to_dicts()
    parts = (part for row in bought for part in _in_parts(row, periods[row["month"]]))
    arrivals = [part for part in parts if part.day >= opens]
    if opens > programme.programme.start:
        arrivals += _stocks(programme, plan["plan_items"], list(periods.values()))
        if not programme.wip:  # else these lots are in the simulation
            arrivals += lots_under_way(programme, plan, opens, lead_months or {})
    return arrivals


def _in_parts(row: dict[str, Any], period: Period) -> Iterator[Arrival]:
    """What is bought in a period, in whole units that add up to the whole of it."""
    parts, days = max(round(period.months), 1), (period.until - period.first).days
    told = 0
    for part in range(parts):
        units = round(row["quantity"] * (part + 1) / parts)
        day = period.first + timedelta(days=days * part // parts)
        yield Arrival(row["item"], day, units - told, row["supplier"])
        told = units


def _stocks(
    programme: Programme, items: pl.DataFrame, periods: Sequence[Period]
) -> Iterator[Arrival]:
    """What is in stock when a window opens that begins after the programme."""
    opens = window_start(programme)
    before, after, share = _initial(programme), {}, 0.0
    for period in periods:
        if period.until <= opens:
            before = _stock_end(items, period)
        elif period.first <= opens:
            after, share = _stock_end(items, period), period.share_before(opens)
    for item in sorted(before.keys() | after.keys()):
        units = round((1 - share) * before.get(item, 0.0) + share * after.get(item, 0.0))
        if units >= 1:
            yield Arrival(item, opens, units)


def _initial(programme: Programme) -> dict[str, float]:
    rows = grouped(programme.stocks, "item")
    return {item: sum(row.initial for row in rows[item]) for item in rows}


def _stock_end(items: pl.DataFrame, period: Period) -> dict[str, float]:
    rows = items.filter(pl.col("month") == period.first).select("item", "stock_end")
    return dict(rows.iter_rows())
