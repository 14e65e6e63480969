"""What a plan decides, as tables and back, so that orders and later plans can go by it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from fabstack.errors import Finding, InputError
from fabstack.model import Programme, by_key
from fabstack.plan.earlier import Earlier
from fabstack.plan.result import PlanResult
from fabstack.plan.types import Floats
from fabstack.results.run import Run
from fabstack.results.schema import table_of

ROUNDING = 1e-6  # of a setup
NEEDED = (
    "plan_periods",
    "plan_starts",
    "plan_orders",
    "plan_tools",
    "plan_built",
    "plan_delivered",
)


def decision_tables(result: PlanResult, programme: Programme) -> dict[str, pl.DataFrame]:
    """Periods, orders, setups, regrades, tools, phases and deliveries, free of rounding."""
    return {
        "plan_periods": _periods(result),
        "plan_orders": table_of("plan_orders", _orders(result, programme)).sort("month", "offer"),
        "plan_campaigns": table_of("plan_campaigns", _campaigns(result)).sort("month", "campaign"),
        "plan_regrades": table_of("plan_regrades", _regrades(result)).sort(
            "month", "plant", "item", "becomes"
        ),
        "plan_tools": table_of("plan_tools", _tools(result)).sort("month", "option"),
        "plan_built": table_of("plan_built", _built(result)).sort("plant", "phase", "decided"),
        "plan_changes": table_of("plan_changes", _changes(result)).sort("month", "kind", "name"),
        "plan_delivered": table_of("plan_delivered", _delivered(result)).sort("month", "want"),
    }


def _periods(result: PlanResult) -> pl.DataFrame:
    months, ends = result.names.months, (*result.names.months[1:], result.names.end)
    return table_of(
        "plan_periods",
        [
            {"month": first, "until": until, "months": float(length)}
            for first, until, length in zip(months, ends, result.months, strict=True)
        ],
    )


def _orders(result: PlanResult, programme: Programme) -> Iterator[dict[str, Any]]:
    for key, amounts in zip(result.names.offers, result.ordered, strict=True):
        offer = by_key(programme.offers)[key]
        for period in np.flatnonzero(amounts).tolist():
            yield {
                "month": result.names.months[period],
                "offer": key,
                "supplier": offer.supplier,
                "item": offer.item,
                "ordered": float(amounts[period]),
            }


def _campaigns(result: PlanResult) -> Iterator[dict[str, Any]]:
    for name, set_up, kept in zip(
        result.names.campaigns, result.set_up, result.kept_up, strict=True
    ):
        for period in np.flatnonzero((set_up > ROUNDING) | (kept > ROUNDING)).tolist():
            yield {
                "month": result.names.months[period],
                "campaign": name,
                "set_up": float(set_up[period]),
                "kept_up": float(kept[period]),
            }


def _regrades(result: PlanResult) -> Iterator[dict[str, Any]]:
    for regrade, amounts in zip(result.names.regrades, result.regraded, strict=True):
        for period in np.flatnonzero(amounts).tolist():
            yield {
                "month": result.names.months[period],
                "plant": regrade.place,
                "item": regrade.item,
                "becomes": ";".join(regrade.becomes),
                "units": float(amounts[period]),
            }


def _tools(result: PlanResult) -> Iterator[dict[str, Any]]:
    for key, bought, sold in zip(
        result.names.options, result.bought_tools, result.sold_tools, strict=True
    ):
        for period in np.flatnonzero((bought != 0) | (sold != 0)).tolist():
            yield {
                "month": result.names.months[period],
                "option": key,
                "tool_group": key.split(":")[0],
                "bought": float(bought[period]),
                "sold": float(sold[period]),
            }


def _built(result: PlanResult) -> Iterator[dict[str, Any]]:
    for one in result.built:
        yield {
            "plant": one.plant,
            "phase": one.phase,
            "decided": None if one.decided is None else result.names.months[one.decided],
            "share": one.share,
        }


def _changes(result: PlanResult) -> Iterator[dict[str, Any]]:
    for one in result.changes or ():
        yield {
            "month": result.names.months[one.period],
            "kind": one.kind,
            "name": one.name,
            "before": one.before,
            "after": one.after,
            "value_usd": one.value_usd,
            "frozen": one.is_frozen,
            "reason": one.reason,
        }


def _delivered(result: PlanResult) -> Iterator[dict[str, Any]]:
    columns = (result.wanted, result.delivered, result.short, result.backlog)
    names = result.names
    for place, (want, rank) in enumerate(zip(names.wants, names.ranks, strict=True)):
        for period, month in enumerate(names.months):
            wanted, delivered, short, late = (float(array[place, period]) for array in columns)
            if wanted or delivered or short or late:
                yield {
                    "month": month,
                    "want": place,
                    "market": want.market,
                    "item": want.item,
                    "priority": rank,
                    "wanted": wanted,
                    "delivered": delivered,
                    "short": short,
                    "backlog_end": late,
                }


# --- And back -------------------------------------------------------------------------------------


def earlier_of(run: Run) -> Earlier:
    """The decisions of a stored plan.

    Raises:
        InputError: the run holds no plan, or one of an older fabstack.

    """
    missing = [name for name in NEEDED if name not in run.tables]
    if missing:
        raise InputError([_no_plan(run, missing)])
    periods = run.table("plan_periods").sort("month")
    days = (*periods["month"].to_list(), periods["until"].to_list()[-1])
    tools = run.table("plan_tools")
    return Earlier(
        days=days,
        starts=_by_name(run.table("plan_starts"), "route", "carriers_started", days),
        orders=_by_name(run.table("plan_orders"), "offer", "ordered", days),
        bought_tools=_by_name(tools, "option", "bought", days),
        sold_tools=_by_name(tools, "option", "sold", days),
        built={
            (row["plant"], row["phase"], row["decided"]): row["share"]
            for row in run.table("plan_built").to_dicts()
        },
        delivered=_by_want(run.table("plan_delivered"), days),
    )


def _no_plan(run: Run, missing: Sequence[str]) -> Finding:
    return Finding(
        str(run.folder),
        0,
        0,
        "no-plan",
        f"this run has no table {', '.join(missing)}",
        "the folder that fabstack plan --out or fabstack run has written",
        "plan the programme again with --out",
    )


def _by_name(
    table: pl.DataFrame, name: str, column: str, days: Sequence[date]
) -> dict[Any, Floats]:
    """A column of a table as one array over the periods for each name."""
    place = {day: period for period, day in enumerate(days[:-1])}
    found: dict[Any, Floats] = {}
    for key, month, amount in table.select(name, "month", column).iter_rows():
        found.setdefault(key, np.zeros(len(days) - 1))[place[month]] += amount
    return found


def _by_want(table: pl.DataFrame, days: Sequence[date]) -> tuple[Floats, ...]:
    """What is delivered, in the order of the wants; nothing for those without a row."""
    known = _by_name(table, "want", "delivered", days)
    nothing = np.zeros(len(days) - 1)
    return tuple(known.get(place, nothing) for place in range(max(known, default=-1) + 1))
