"""What one plan does otherwise than another: make, buy, build, cost by kind, service by class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from fabstack.results.run import Run

FLOWS = ("made", "bought", "delivered", "short")
SAME_SHARE = 1e-6  # of the larger of two amounts: less is no change
TABLES = ("plan_items", "plan_cash", "plan_delivered", "plan_tools", "plan_built")

Rows = list[dict[str, Any]]


def compare_plans(a: Run, b: Run) -> dict[str, Rows] | None:
    """Two plans side by side, each row with `a`, `b` and `difference`; None: not both have a plan.

    `service` has a row for each class of demand, `cost` for each kind of money over the horizon,
    not discounted; `items` what is made, bought, delivered and short of each item, `by_month` the
    same by month where it differs; `tools` what is ordered of each tool group by month, `phases`
    what is built.

    Raises:
        InputError: a file of a run cannot be read.
    """
    if not all(name in run.tables for name in TABLES for run in (a, b)):
        return None
    sides = [{name: run.table(name) for name in TABLES} for run in (a, b)]
    items, cash, delivered, tools, built = ([side[name] for side in sides] for name in TABLES)
    return {
        "service": _service(*delivered),
        "cost": _cost(*cash),
        "items": _side_by_side(items, ("item",), FLOWS),
        "by_month": _side_by_side(items, ("item", "month"), FLOWS),
        "tools": _side_by_side(tools, ("tool_group", "month"), ("bought", "sold")),
        "phases": _side_by_side(built, ("plant", "phase", "decided"), ("share",)),
    }


def _service(first: pl.DataFrame, second: pl.DataFrame) -> Rows:
    """Percent of what each class wants that it gets, the highest class first."""
    shares = [_shares(table) for table in (first, second)]
    both = shares[0].join(shares[1], on="priority", how="full", coalesce=True, suffix=" b")
    rows = both.sort("priority", descending=True).to_dicts()
    return [
        {
            "priority": row["priority"],
            "a_percent": row["percent"],
            "b_percent": row["percent b"],
            "difference": _apart(row["percent"], row["percent b"]),
        }
        for row in rows
    ]


def _shares(table: pl.DataFrame) -> pl.DataFrame:
    sums = table.group_by("priority").agg(pl.col("wanted", "delivered").sum())
    share = pl.when(pl.col("wanted") > 0).then(100 * pl.col("delivered") / pl.col("wanted"))
    return sums.select("priority", share.alias("percent"))


def _apart(a: float | None, b: float | None) -> float | None:
    return None if a is None or b is None else b - a


def _cost(first: pl.DataFrame, second: pl.DataFrame) -> Rows:
    kinds = [name for name in first.columns if name != "month" and name in second.columns]
    sums = [table.select(pl.col(kinds).sum()).row(0, named=True) for table in (first, second)]
    return [
        {
            "kind": kind,
            "a": sums[0][kind],
            "b": sums[1][kind],
            "difference": sums[1][kind] - sums[0][kind],
        }
        for kind in kinds
    ]


def _side_by_side(tables: list[pl.DataFrame], keys: Sequence[str], columns: Sequence[str]) -> Rows:
    """Sums of some columns by some keys, where they differ."""
    sides = [_long(table, keys, columns) for table in tables]
    on = [*keys, "what"]
    both = sides[0].join(sides[1], on=on, how="full", coalesce=True, suffix=" b", nulls_equal=True)
    a, b = pl.col("amount").fill_null(0.0), pl.col("amount b").fill_null(0.0)
    largest = pl.max_horizontal(a.abs(), b.abs())
    is_change = (b - a).abs() > SAME_SHARE * pl.max_horizontal(largest, pl.lit(1.0))
    told = [a.alias("a"), b.alias("b"), (b - a).alias("difference")]
    changed = both.filter(is_change).select(*on, *told)
    return changed.sort(on).to_dicts()


def _long(table: pl.DataFrame, keys: Sequence[str], columns: Sequence[str]) -> pl.DataFrame:
    sums = table.group_by(keys).agg(pl.col(columns).sum())
    return sums.unpivot(columns, index=keys, variable_name="what", value_name="amount")
