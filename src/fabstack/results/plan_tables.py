"""A plan as labelled tables, one row for each month and thing.

Money is in USD of the month, but for duals (`value_usd_per_h`, `worth_usd`) and `discounted_usd`,
which are in USD of the programme's start. Penalties are prices on lateness, not cash: they are not
in `net_usd`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from fabstack.model import Programme, by_key
from fabstack.model.days import month_start
from fabstack.model.plants import CapacityOf, is_choice
from fabstack.plan.result import PlanResult
from fabstack.results.plan_decisions import decision_tables
from fabstack.results.plan_queues import queue_table
from fabstack.results.rounding import without_rounding
from fabstack.results.schema import table_of


def plan_tables(result: PlanResult, programme: Programme) -> dict[str, pl.DataFrame]:
    """All tables of a plan, by name; what is rounding is 0 (`rounding`)."""
    result = without_rounding(result, programme)
    return {
        "plan_items": _items(result, programme),
        "plan_starts": _starts(result, programme),
        "plan_bought": _bought(result, programme),
        "plan_capacity": _capacity(result, programme),
        "plan_queues": queue_table(result, programme),
        "plan_short": _short(result),
        "plan_phases": _phases(result, programme),
        "plan_expansion": _expansion(result),
        "plan_cash": _cash(result),
        **decision_tables(result, programme),
    }


def _long(
    months: Sequence[Any], keys: Mapping[str, Sequence[Any]], values: Mapping[str, Any]
) -> pl.DataFrame:
    """One row for each thing and month, from arrays [thing, month] and keys [thing]."""
    things, count = len(next(iter(keys.values()))), len(months)
    columns: dict[str, Any] = {"month": pl.Series(list(months) * things, dtype=pl.Date)}
    for name, labels in keys.items():
        columns[name] = pl.Series([x for x in labels for _ in range(count)], dtype=pl.String)
    for name, array in values.items():
        columns[name] = pl.Series(np.asarray(array, dtype=float).reshape(things * count))
    return pl.DataFrame(columns).sort("month", *keys)


def _by_item(result: PlanResult, owners: Sequence[str], array: Any) -> dict[str, Any]:
    """Rows of an array added up by item."""
    totals: dict[str, Any] = {}
    for item, row in zip(owners, array, strict=True):
        totals[item] = totals.get(item, 0.0) + row
    return totals


def _items(result: PlanResult, programme: Programme) -> pl.DataFrame:
    names = result.names
    routes, offers = by_key(programme.routes), by_key(programme.offers)
    nodes = [node.item for node in names.nodes]
    wants = [want.item for want in names.wants]
    sums = {
        "made": _by_item(result, [routes[name].item for name in names.routes], result.output),
        "bought": _by_item(result, [offers[key].item for key in names.offers], result.bought),
        "converted": _by_item(
            result,
            [*(n.item for n in names.conversions), *nodes],
            [*result.converted, *result.became],
        ),
        "used": _by_item(result, nodes, result.used),
        "delivered": _by_item(result, wants, result.delivered),
        "wanted": _by_item(result, wants, result.wanted),
        "short": _by_item(result, wants, result.short),
        "backlog_end": _by_item(result, wants, result.backlog),
        "stock_end": _by_item(result, nodes, result.stock),
    }
    items = sorted(set[str]().union(*sums.values()))
    zero = np.zeros(len(names.months))
    kinds = by_key(programme.items)
    keys = {"item": items, "kind": [str(kinds[item].kind) for item in items]}
    values = {
        name: np.array([total.get(item, zero) for item in items]) for name, total in sums.items()
    }
    return _long(names.months, keys, values)


def _starts(result: PlanResult, programme: Programme) -> pl.DataFrame:
    rows = [by_key(programme.routes)[name] for name in result.names.routes]
    keys = {
        "route": [route.name for route in rows],
        "plant": [route.plant for route in rows],
        "item": [route.item for route in rows],
    }
    values = {"carriers_started": result.starts, "units_out": result.output}
    return _long(result.names.months, keys, values)


def _bought(result: PlanResult, programme: Programme) -> pl.DataFrame:
    """What arrives in a month and what is paid then, take-or-pay payments among it."""
    offers = [by_key(programme.offers)[key] for key in result.names.offers]
    keys = {"supplier": [o.supplier for o in offers], "item": [o.item for o in offers]}
    values = {"quantity": result.bought, "cost_usd": result.paid}
    table = _long(result.names.months, keys, values)
    return (
        table.group_by("month", "supplier", "item")
        .sum()
        .filter((pl.col("quantity") > 0) | (pl.col("cost_usd") > 0))
        .sort("month", "supplier", "item")
    )


def _capacity(result: PlanResult, programme: Programme) -> pl.DataFrame:
    """Tool hours of each group, and what the phases of each plant allow, as `phase:...` rows."""
    groups = [by_key(programme.tool_groups)[name] for name in result.names.groups]
    hours = _long(
        result.names.months,
        {"plant": [g.plant for g in groups], "tool_group": [g.name for g in groups]},
        {
            "tools": result.tools,
            "available_h": result.available_h,
            "used_h": result.used_h,
            "value_usd_per_h": result.duals.tool_hours,
        },
    )
    phases = _long(
        result.names.months,
        {
            "plant": [limit.plant for limit in result.names.limits],
            "tool_group": [phase_row(limit.counted) for limit in result.names.limits],
        },
        {
            "tools": np.full(result.allowed.shape, np.nan),
            "available_h": result.allowed,
            "used_h": result.counted,
            "value_usd_per_h": result.duals.phases,
        },
    )
    load = 100 * pl.col("used_h") / pl.col("available_h")
    return (
        pl.concat([hours, phases])
        .with_columns(
            tools=pl.col("tools").fill_nan(None),
            load_percent=pl.when(pl.col("available_h") > 0).then(load),
        )
        .select(_CAPACITY)
        .sort("month", "plant", "tool_group")
    )


def phase_row(counted: CapacityOf) -> str:
    """What stands in the column `tool_group` for all phases of a plant that count the same."""
    return f"phase:{counted}s"


def _short(result: PlanResult) -> pl.DataFrame:
    months = result.names.months
    rows = [
        {
            "month": months[reason.period],
            "market": reason.market,
            "item": reason.item,
            "quantity": reason.quantity,
            "reason": str(reason.code),
            "cause": reason.cause,
            "explanation": reason.explanation,
            "worth_usd": reason.worth_usd,
            "limits": reason.limits,
        }
        for reason in result.reasons
    ]
    return table_of("plan_short", rows).sort("month", "market", "item")


def _expansion(result: PlanResult) -> pl.DataFrame:
    """What one more tool of each scarce group is worth, the dearest first."""
    rows = [
        {**one._asdict(), "month": result.names.months[one.period]} for one in result.expansions
    ]
    return table_of("plan_expansion", rows)


def _phases(result: PlanResult, programme: Programme) -> pl.DataFrame:
    """Every phase with the month from which it has full capacity, if it is built."""
    start = programme.programme.start
    decided = {(b.plant, b.phase): b for b in result.built if b.share > 0.5}
    rows = []
    for phase in programme.phases:
        ready, choice = phase.ready, is_choice(phase)
        built = decided.get((phase.plant, phase.phase))
        if built is not None:
            ready = month_start(start, int(built.first_output + phase.ramp_months))
        rows.append(
            {
                "plant": phase.plant,
                "phase": phase.phase,
                "ready": ready,
                "built": built is not None or not choice,
                "capacity_per_month": phase.capacity_per_month,
            }
        )
    return table_of("plan_phases", rows).sort("plant", "phase")


def _cash(result: PlanResult) -> pl.DataFrame:
    cash = result.cash
    columns = {
        "revenue_usd": cash.revenue,
        "make_usd": cash.make,
        "transport_usd": cash.transport,
        "buy_usd": cash.buy,
        "fixed_usd": cash.fixed,
        "people_usd": cash.people,
        "capex_usd": cash.capex,
        "resale_usd": cash.resale,
        "holding_usd": cash.holding,
        "penalty_usd": cash.penalty,
        "net_usd": cash.net,
        "tax_usd": result.tax,
        "discounted_usd": cash.net * result.discount,
    }
    months = pl.Series("month", list(result.names.months), dtype=pl.Date)
    return pl.DataFrame([months, *(pl.Series(name, values) for name, values in columns.items())])


_CAPACITY = (
    "month",
    "plant",
    "tool_group",
    "tools",
    "available_h",
    "used_h",
    "load_percent",
    "value_usd_per_h",
)
