"""A simulation as rows of its tables; without polars, which a command that prints does not need."""

from __future__ import annotations

from typing import Any

import numpy as np

from fabstack.model import Programme, by_key
from fabstack.results.simulate_lots import (
    Rows,
    cycle_time_rows,
    output_rows,
    product_rows,
    wip_rows,
)
from fabstack.results.simulate_tools import queue_time_rows, tool_group_rows
from fabstack.simulate import SimulationResult

RowsOf = dict[str, list[dict[str, Any]]]


def simulate_rows(result: SimulationResult, programme: Programme) -> RowsOf:
    """Lots, tool groups, queue times, output, WIP and stocks, after the warm-up: table -> rows."""
    rows = {
        "sim_products": product_rows(result, programme),
        "sim_cycle_times": cycle_time_rows(result, programme),
        "sim_tool_groups": tool_group_rows(result, programme),
        "sim_queue_times": queue_time_rows(result, programme),
        "sim_output": output_rows(result, programme),
        "sim_wip": wip_rows(result, programme),
        "sim_stocks": _stock_rows(result, programme),
    }
    return {name: list(found) for name, found in rows.items()}


def _stock_rows(result: SimulationResult, programme: Programme) -> Rows:
    """Where each stock stands at the end of the run; counted from minute 0, so that it balances."""
    homes = _homes(result, programme)
    for i, item in sorted(enumerate(result.names.stocks), key=lambda pair: pair[1]):
        ends = [run.stores[i] for run in result.replications]
        bought = float(result.fab.purchases.units[result.fab.purchases.stock == i].sum())
        arrived = float(np.mean([end.arrived for end in ends]))
        yield {
            "plant": homes.get(item, ""),
            "item": item,
            "received": min(bought, arrived),
            "produced": max(arrived - bought, 0.0),
            "used": float(np.mean([end.used for end in ends])),
            "shipped": 0.0,
            "left": float(np.mean([end.units for end in ends])),
        }


def _homes(result: SimulationResult, programme: Programme) -> dict[str, str]:
    """The plant of the first route that feeds each stock."""
    homes: dict[str, str] = {}
    for place, name in enumerate(result.names.routes):
        stock = int(result.fab.routes.stock[place])
        if stock < len(result.names.stocks):
            homes.setdefault(result.names.stocks[stock], by_key(programme.routes)[name].plant)
    return homes
