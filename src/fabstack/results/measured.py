"""What a stored run says of plants that a later one follows less closely."""

from __future__ import annotations

import polars as pl

from fabstack.errors import Finding, InputError
from fabstack.model.days import MINUTES_PER_DAY
from fabstack.results.run import Run
from fabstack.simulate.fidelity import Measured

TABLES = ("sim_cycle_times", "sim_tool_groups")


def measured_in(run: Run) -> Measured:
    """Cycle times by route, and the mean wait at each tool group.

    Raises:
        InputError: nothing was simulated in the run.
    """
    missing = [name for name in TABLES if name not in run.tables]
    if missing:
        message = f"the run has no table {missing[0]}"
        cure = "simulate it again: fabstack simulate PROGRAMME --out DIR"
        finding = Finding(str(run.folder), 0, 0, "nothing-measured", message, "", cure)
        raise InputError([finding])
    times, groups = (run.table(name) for name in TABLES)
    waited = groups.filter(pl.col("queue_time_h_mean").is_not_null())
    return Measured(
        cycle_min={
            str(route): tuple(rows.sort("percent")["cycle_time_days"] * MINUTES_PER_DAY)
            for (route,), rows in times.group_by("route", maintain_order=True)
        },
        wait_min={
            name: 60 * hours
            for name, hours in waited.select("tool_group", "queue_time_h_mean").iter_rows()
        },
    )
