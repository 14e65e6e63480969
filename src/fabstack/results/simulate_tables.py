"""A simulation as labelled tables."""

from __future__ import annotations

import polars as pl

from fabstack.model import Programme
from fabstack.results.genealogy_tables import genealogy_tables
from fabstack.results.schema import table_of
from fabstack.results.simulate_days import day_table, product_day_table, tool_group_day_table
from fabstack.results.simulate_rows import simulate_rows
from fabstack.simulate import SimulationResult


def simulate_tables(result: SimulationResult, programme: Programme) -> dict[str, pl.DataFrame]:
    """Lots, tool groups, queue times, output, WIP and stocks of a simulation, after its warm-up.

    The tables by day and those of genealogy have the warm-up, too.
    """
    rows = simulate_rows(result, programme)
    tables = {name: table_of(name, found) for name, found in rows.items()}
    tables["sim_days"] = day_table(result)
    tables["sim_product_days"] = product_day_table(result, programme)
    if result.follows_tools_daily:
        tables["sim_tool_group_days"] = tool_group_day_table(result)
    return tables | genealogy_tables(result)
