"""What the independent checker says of regrades, safety stocks and shelf lives."""

from __future__ import annotations

from collections.abc import Iterator

from fabstack.model import by_key
from fabstack.plan.checker_terms import Terms
from fabstack.plan.network import Node
from fabstack.plan.result import PlanResult, Regraded

Error = tuple[float, str]  # relative to what flows, and what it is about
Movement = tuple[Node, int, float]


def regraded_units(terms: Terms, result: PlanResult) -> Iterator[Movement]:
    """What goes from an item into those that it becomes."""
    for place, regrade in enumerate(result.names.regrades):
        for period in range(terms.periods):
            units = float(result.regraded[place, period])
            yield Node(regrade.item, regrade.place), period, -units
            for item in regrade.becomes:
                share = _share(terms, regrade, item)
                yield Node(item, regrade.place), period, units * share


def _share(terms: Terms, regrade: Regraded, into: str) -> float:
    """Units that come of one: a substitute is one of the other, a sorted item has its bins."""
    bins = by_key(terms.programme.bins)
    row = bins.get(f"{regrade.item}:{into}")
    return 1.0 if row is None or regrade.is_substitute else row.percent / 100


def regrade_usd(terms: Terms, result: PlanResult) -> Iterator[tuple[int, float]]:
    """(period, USD) of units that stand in for others."""
    rows = by_key(terms.programme.substitutes)
    for place, regrade in enumerate(result.names.regrades):
        if regrade.is_substitute:
            each = rows[f"{regrade.becomes[0]}:{regrade.item}"].cost_usd
            for period in range(terms.periods):
                yield period, -each * float(result.regraded[place, period])


def shelf_errors(
    terms: Terms, result: PlanResult, movements: Iterator[Movement]
) -> Iterator[Error]:
    """No more lies in a store at the end of a period than came lately enough to be used then."""
    items, plants = by_key(terms.programme.items), by_key(terms.programme.plants)
    came: dict[tuple[Node, int], float] = {}
    for node, period, units in movements:
        came[node, period] = came.get((node, period), 0.0) + max(units, 0.0)
    for place, node in enumerate(result.names.nodes):
        months = items[node.item].shelf_life_months
        if months is None or node.place not in plants:
            continue
        for period in range(terms.periods):
            oldest = terms.edges[period + 1] - months - 1e-9
            fresh = sum(
                came.get((node, s), 0.0) for s in range(period + 1) if terms.edges[s] >= oldest
            )
            stock = float(result.stock[place, period])
            yield max(stock - fresh, 0.0) / max(stock, 1.0), f"age of {node} in period {period}"
