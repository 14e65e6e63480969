"""Queues of a plan whose length follows from the load, by tool group and period."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl

from fabstack.model import Programme, by_key
from fabstack.model.days import DAYS_PER_MONTH
from fabstack.plan.result import PlanResult
from fabstack.results.schema import table_of


def queue_table(result: PlanResult, programme: Programme) -> pl.DataFrame:
    """What waits, what is done of it, and how long a carrier waits at each of its visits."""
    rows = _rows(result, programme)
    return table_of("plan_queues", rows).sort("month", "plant", "tool_group")


def _rows(result: PlanResult, programme: Programme) -> Iterator[dict[str, Any]]:
    places = list(result.names.groups)
    for group in dict.fromkeys(queue.tool_group for queue in result.names.queues):
        at = [i for i, queue in enumerate(result.names.queues) if queue.tool_group == group]
        waiting = result.waiting[at].sum(axis=0)
        waiting_h, worked_h = result.waiting_h[at].sum(axis=0), result.worked_h[at].sum(axis=0)
        up_h = result.available_h[places.index(group)]
        waits = np.divide(waiting_h, worked_h, out=np.zeros_like(worked_h), where=worked_h > 0)
        loads = np.divide(worked_h, up_h, out=np.zeros_like(worked_h), where=up_h > 0)
        for period, month in enumerate(result.names.months):
            yield {
                "month": month,
                "plant": by_key(programme.tool_groups)[group].plant,
                "tool_group": group,
                "waiting_carriers": float(waiting[period]),
                "waiting_h": float(waiting_h[period]),
                "worked_h": float(worked_h[period]),
                "load_percent": 100 * float(loads[period]),
                "wait_days": float(waits[period] * result.months[period]) * DAYS_PER_MONTH,
            }
