"""A simulation as one JSON document."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fabstack.results.simulate_rows import RowsOf
from fabstack.results.statistics import half_width_95
from fabstack.simulate import SimulationResult

Row = dict[str, Any]


def simulate_document(result: SimulationResult, rows: RowsOf) -> Row:
    """Lots, tool groups, queue times and stocks, with what they hold for."""
    products = list(_named(rows["sim_products"]))
    return {
        "days": result.until_min / 1440,
        "warm_up_days": result.warm_up_min / 1440,
        "replications": len(result.replications),
        "lots": [_lot(row) for row in products if not row["was_inside"]],
        "initial_wip": [_insider(row) for row in products if row["was_inside"]],
        "toolgroups": [_tool_group(row) for row in rows["sim_tool_groups"]],
        "queue_times": rows["sim_queue_times"],
        **_all_windows(result),
        "stocks": rows["sim_stocks"],
        "left_out": list(result.left_out),
    }


def _named(rows: list[Row]) -> Iterator[Row]:
    """Every row with a name: that of its order, else its route, and its priority where it needs it.

    The names of one list do not repeat.
    """
    nameless = [(row["route"], row["was_inside"]) for row in rows if not row["name"]]
    for row in rows:
        several = nameless.count((row["route"], row["was_inside"])) > 1
        label = f"{row['route']}:{row['priority']}" if several else row["route"]
        yield {**row, "name": row["name"] or label}


def _lot(row: Row) -> Row:
    return {
        "name": row["name"],
        "product": row["item"],
        "route": row["route"],
        "plant": row["plant"],
        "priority": row["priority"],
        "started": row["lots_started"],
        "completed": row["lots_completed"],
        "units_out": row["units_out"],
        "cycle_time_days": {
            name: row[f"cycle_time_days_{name}"] for name in ("mean", "ci95", "p50", "p95")
        },
        "x_factor": row["x_factor"],
        "on_time_percent": row["on_time_percent"],
        "tardiness_days_mean": row["tardiness_days_mean"],
        "wip_lots_mean": row["wip_lots_mean"],
        "replications": row["replications"],
    }


def _insider(row: Row) -> Row:
    lot = _lot(row)
    for unknown in ("cycle_time_days", "x_factor", "started"):
        del lot[unknown]
    return lot


def _tool_group(row: Row) -> Row:
    found = {
        "name": row["tool_group"],
        **{key: value for key, value in row.items() if key != "tool_group"},
        "tools": int(row["tools"]),
        "down_percent": row["unscheduled_down_percent"],
        "pm_percent": row["scheduled_down_percent"],
        "utilisation_ci95": row["utilisation_ci95_percent"],
    }
    for renamed in (
        "unscheduled_down_percent",
        "scheduled_down_percent",
        "utilisation_ci95_percent",
    ):
        del found[renamed]
    return found


def _all_windows(result: SimulationResult) -> Row:
    """All limits of queue time together: the share of closed windows that were late."""
    shares = []
    for run in result.replications:
        period = run.readings[-1].since(run.readings[0])
        closed, late = int(period.closed.sum()), int(period.late.sum())
        if closed:
            shares.append(100 * late / closed)
    mean = sum(shares) / len(shares) if shares else None
    return {
        "queue_time_violation_percent": mean,
        "queue_time_violation_ci95": half_width_95(shares),
    }
