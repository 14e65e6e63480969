"""What a unit is worth that has no price: ten times the dearest way to get one.

Prices of shortfalls must be large enough to be the last resort and no larger, or they drown the
other numbers of the program. So they are worked out of the programme's own costs.
"""

from __future__ import annotations

import math

from fabstack.economics.capacity import hours_per_carrier, line_yield
from fabstack.economics.flow import children_per_parent, units_per_carrier, yield_share
from fabstack.model import Programme, by_key, grouped
from fabstack.model.routes import Route
from fabstack.plan.facts import Facts
from fabstack.plan.network import kinds_of_regrades
from fabstack.plan.people import usd_per_carrier

TIMES = 10.0


def worths_usd(programme: Programme) -> dict[str, float]:
    """What a unit of each item costs along the dearest way, at first yields; 1 where nothing."""
    dearest = _Dearest(programme)
    return {item.name: dearest.usd(item.name) or 1.0 for item in programme.items}


def replacement_usd(facts: Facts, item: str) -> float:
    """Price that stands in for the missing one of a demanded item."""
    programme = facts.programme
    once = _Dearest(programme).usd(item) + _setups_usd(programme)
    return TIMES * max(once + _keeping_usd(facts), 1.0)


def _setups_usd(programme: Programme) -> float:
    """One setup for every campaign, at its dearest: a unit more may need that much."""
    campaigns = grouped(programme.campaigns, "name")
    return sum(max(row.setup_usd for row in rows) for rows in campaigns.values())


def _keeping_usd(facts: Facts) -> float:
    """A unit in stock over the whole horizon, where a price for that is given in money."""
    given = [row.holding_usd_per_month or 0.0 for row in facts.programme.item_costs]
    return max(given, default=0.0) * float(facts.periods.edges[-1])


class _Dearest:
    """Cost of items along the dearest of their routes and offers, at first yields."""

    def __init__(self, programme: Programme) -> None:
        self.programme = programme
        self.lane_usd = max((lane.cost_usd for lane in programme.lanes), default=0.0)
        self.known: dict[str, float] = {}

    def usd(self, item: str) -> float:
        if item not in self.known:
            self.known[item] = 0.0  # until it is known: a supply loop adds nothing
            offers = grouped(self.programme.offers, "item")[item]
            bought = max((offer.price_usd for offer in offers), default=0.0)
            own = max(bought, self._made_usd(item))
            self.known[item] = max(own, self._regraded_usd(item, own > 0)) + self.lane_usd
        return self.known[item]

    def _regraded_usd(self, item: str, has_own: bool) -> float:
        """As a bin, and by a substitute where it has no way of its own that costs anything."""
        sources = [
            (self.usd(kind.item) + kind.cost_usd) / share
            for kind in kinds_of_regrades(self.programme)
            for into, share in kind.becomes
            if into == item and not (kind.is_substitute and has_own)
        ]
        return max(sources, default=0.0)

    def _made_usd(self, item: str) -> float:
        programme = self.programme
        row = by_key(programme.items)[item]
        parts = sum(
            _finite(children_per_parent(programme, component, 0.0)) * self.usd(component.child)
            for component in grouped(programme.components, "parent")[item]
        )
        routes = grouped(programme.routes, "item")[item]
        carriers = max((_carrier_usd(programme, route) for route in routes), default=0.0)
        dated = [cost.make_cost_usd or 0.0 for cost in grouped(programme.item_costs, "item")[item]]
        own = max([row.make_cost_usd, *dated])
        return own + (parts + carriers) / max(yield_share(programme, row, 0.0), 1e-3)


def _carrier_usd(programme: Programme, route: Route) -> float:
    """Running cost and people for a unit, at first yields."""
    groups = by_key(programme.tool_groups)
    running = sum(
        hours * groups[name].running_cost_usd_per_h
        for name, hours in hours_per_carrier(programme, route.name).items()
    )
    units = units_per_carrier(programme, route.name) * max(line_yield(programme, route.name), 1e-3)
    return (running + usd_per_carrier(programme, route.plant) + route.cost_usd) / units


def _finite(value: float) -> float:
    return value if math.isfinite(value) else 0.0
