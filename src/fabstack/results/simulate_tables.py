"""A simulation as labelled tables."""

from __future__ import annotations

import numpy as np
import polars as pl

from fabstack.model import Programme, by_key
from fabstack.results.schema import table_of
from fabstack.results.simulate_days import day_table, product_day_table, tool_group_day_table
from fabstack.results.simulate_lots import Rows, output_rows, product_rows, wip_rows
from fabstack.results.simulate_tools import queue_time_rows, tool_group_rows
from fabstack.simulate import SimulationResult


def simulate_tables(result: SimulationResult, programme: Programme) -> dict[str, pl.DataFrame]:
    """Lots, tool groups, queue times, output, WIP and stocks of a simulation, after its warm-up.

    The tables by day have the warm-up, too.
    """
    rows = {
        "sim_products": product_rows(result, programme),
        "sim_tool_groups": tool_group_rows(result, programme),
        "sim_queue_times": queue_time_rows(result, programme),
        "sim_output": output_rows(result, programme),
        "sim_wip": wip_rows(result, programme),
        "sim_stocks": _stock_rows(result, programme),
    }
    tables = {name: table_of(name, found) for name, found in rows.items()}
    tables["sim_days"] = day_table(result)
    tables["sim_product_days"] = product_day_table(result, programme)
    if result.follows_tools_daily:
        tables["sim_tool_group_days"] = tool_group_day_table(result)
    return tables


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
