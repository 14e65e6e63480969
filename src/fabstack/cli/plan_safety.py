"""Safety stocks that a plan does not keep, for `fabstack plan`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from fabstack.cli.tables import MOST_ROWS

if TYPE_CHECKING:
    from fabstack.plan import PlanResult

ROUNDING = 1e-6  # units


def safety_lacking(result: PlanResult) -> list[dict[str, Any]]:
    """Units that each safety stock lacks at the end of a period."""
    return [
        {
            "month": result.names.months[period],
            "plant": node.place,
            "item": node.item,
            "quantity": quantity,
        }
        for node, missing in zip(result.names.nodes, result.missing.tolist(), strict=True)
        for period, quantity in enumerate(missing)
        if quantity > ROUNDING
    ]


def safety_lines(rows: list[dict[str, Any]]) -> Iterator[str]:
    """Each safety stock that lacks units, with the most and in how many periods."""
    found: dict[tuple[str, str], list[float]] = {}
    for row in rows:
        found.setdefault((row["item"], row["plant"]), []).append(row["quantity"])
    if found:
        yield "\nSafety stocks that are not kept"
    for (item, plant), units in sorted(found.items())[:MOST_ROWS]:
        periods = "1 period" if len(units) == 1 else f"{len(units)} periods"
        yield f"{max(units):>16,.0f}  {item} at {plant}: so many lack at most, in {periods}"
