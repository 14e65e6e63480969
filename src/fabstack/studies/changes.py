"""What-if changes that commands and studies share: a programme in, a new one out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from fabstack.model import Programme, by_key
from fabstack.model.days import month_start
from fabstack.model.plants import Fidelity


def with_rule(programme: Programme, rule: str) -> Programme:
    """Every tool group follows one dispatch rule."""
    groups = tuple(replace(group, dispatch=rule) for group in programme.tool_groups)
    settings = replace(programme.simulation, dispatch=rule)
    return programme.model_copy(update={"tool_groups": groups, "simulation": settings})


def with_due_spread(programme: Programme, percent: float) -> Programme:
    """Each lot's time to its due date is drawn evenly from 1 -+ `percent`, for all that enter."""
    orders = tuple(replace(order, due_spread_percent=percent) for order in programme.orders)
    starts = tuple(replace(start, due_spread_percent=percent) for start in programme.starts)
    return programme.model_copy(update={"orders": orders, "starts": starts})


def with_fidelity(
    programme: Programme, plant: str, fidelity: Fidelity, number: float | None = None
) -> Programme:
    """A plant is followed otherwise; the number is the share of load, or the X-factor."""
    changes: dict[str, Any] = {"fidelity": fidelity}
    if number is not None and fidelity is Fidelity.BOTTLENECKS:
        changes["bottleneck_load_percent"] = number
    if number is not None and fidelity is Fidelity.CYCLE_TIME:
        changes["x_factor"] = number
    plants = tuple(
        replace(row, **changes) if row.name == plant else row for row in programme.plants
    )
    return programme.model_copy(update={"plants": plants})


def with_moved_window(programme: Programme, claimed: Programme) -> Programme:
    """Where the window goes with a plant, it opens as much later as that plant does.

    It still opens on the first of a month: plans and purchases go by months.
    """
    settings = programme.simulation
    if settings.starts_with is None:
        return programme
    before, after = (by_key(p.plants)[settings.starts_with].opens for p in (claimed, programme))
    start = settings.starts_on or programme.programme.start
    if before is None or after is None:
        return programme
    moved = month_start(start + (after - before), 0)
    return programme.model_copy(update={"simulation": replace(settings, starts_on=moved)})


def with_load(programme: Programme, factor: float) -> Programme:
    """Starts and periodic orders at `factor` times their rate, for as long as before.

    An order of lots that are started all at once stays as it is.
    """
    starts = tuple(
        replace(start, carriers_per_month=start.carriers_per_month * factor)
        for start in programme.starts
    )
    orders = tuple(
        order
        if order.every_h is None
        else replace(order, every_h=order.every_h / factor, lots=max(1, round(order.lots * factor)))
        for order in programme.orders
    )
    return programme.model_copy(update={"starts": starts, "orders": orders})
