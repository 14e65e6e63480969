"""The lots that are inside at the end of a run, as rows of the table `wip` of a programme.

What a row of `wip` cannot say is lost: a lot in a tool or on its way waits at its step, the tool of
a bound step and an open limit of queue time are forgotten, and a start is a whole day.
"""

from __future__ import annotations

import datetime
import math
from typing import Any

from fabstack.arrays.types import NEVER
from fabstack.economics.capacity import steps_of
from fabstack.formats.folder import table_text
from fabstack.model import Programme
from fabstack.model.days import MINUTES_PER_DAY
from fabstack.model.routes import Wip
from fabstack.simulate import SimulationResult


def wip_rows(result: SimulationResult, programme: Programme) -> tuple[Wip, ...]:
    """Lots inside at the end of the first replication, in the order of their places and waits."""
    lots = result.replications[0].inside
    order = sorted(range(lots.size), key=lambda i: (lots.step[i], lots.since_min[i], lots.key[i]))
    numbers = [
        s.step for route in result.names.routes for s in steps_of(result.scene.programme, route)
    ]
    return tuple(_row(result, lots[i], numbers[lots.step[i]]) for i in order)


def wip_text(result: SimulationResult, programme: Programme) -> str:
    """The table as CSV; a plant without lots gives a header alone."""
    rows = wip_rows(result, programme)
    return table_text(rows) if rows else "name,route,step,carriers\n"


def next_start(result: SimulationResult) -> datetime.date:
    """The first day of a run that goes on from there."""
    days = math.floor(result.until_min / MINUTES_PER_DAY)
    return result.names.start + datetime.timedelta(days=days)


def _row(result: SimulationResult, lot: Any, step: int) -> Wip:
    names, streams = result.names, result.fab.streams
    product = names.products[int(streams.product[lot.stream])]
    due_min = float(lot.due_min)
    ranks = _priorities(result)
    return Wip(
        name=f"{names.streams[lot.stream].replace(':', '-')}-{lot.serial}",
        route=product.route,
        step=step,
        carriers=float(lot.carriers),
        priority=ranks.get(int(lot.rank), product.priority),
        started=None if product.was_inside else _day_of(result, float(lot.entered_min)),
        since_h=max(result.until_min - float(lot.since_min), 0.0) / 60,
        due_days=None if due_min >= NEVER else (due_min - result.until_min) / MINUTES_PER_DAY,
    )


def _priorities(result: SimulationResult) -> dict[int, int]:
    """The priority of each rank."""
    streams = result.fab.streams
    return {
        int(rank): result.names.products[int(product)].priority
        for rank, product in zip(streams["rank"], streams.product, strict=True)
    }


def _day_of(result: SimulationResult, minute: float) -> datetime.date:
    days = math.floor(minute / MINUTES_PER_DAY)
    return result.names.start + datetime.timedelta(days=days)
