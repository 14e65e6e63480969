"""What one good unit of each item costs, along the whole chain from wafer to system.

A cost has four parts, each added up over all stages: bought material, making, capital, and what
yield losses add to the first three. Plants are taken as full up to the programme's target load and
as mature, unless `months` says how long they have been open; that is the cost that the programme
can reach, not the cost of its first unit.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from fabstack.economics.capacity import hours_per_carrier
from fabstack.economics.flow import children_per_parent, units_per_carrier, yield_share
from fabstack.economics.yield_chain import first_route, good_share
from fabstack.model import Programme, by_key, grouped
from fabstack.model.items import Component, Item
from fabstack.model.plants import CapacityOf
from fabstack.model.routes import Route

MATURE_MONTHS = 120.0


@dataclass(frozen=True, slots=True)
class Cost:
    """USD for one good unit, split by what it is spent on."""

    material_usd: float = 0.0
    make_usd: float = 0.0
    capital_usd: float = 0.0
    yield_loss_usd: float = 0.0

    @property
    def total_usd(self) -> float:
        """All four parts."""
        return self.material_usd + self.make_usd + self.capital_usd + self.yield_loss_usd

    @property
    def before_losses_usd(self) -> float:
        """What the unit would cost if nothing were ever lost."""
        return self.total_usd - self.yield_loss_usd

    def __add__(self, other: Cost) -> Cost:
        return Cost(
            self.material_usd + other.material_usd,
            self.make_usd + other.make_usd,
            self.capital_usd + other.capital_usd,
            self.yield_loss_usd + other.yield_loss_usd,
        )

    def times(self, ideal: float, real: float) -> Cost:
        """`real` units bought of this cost where `ideal` would do; the excess is yield loss."""
        return Cost(
            self.material_usd * ideal,
            self.make_usd * ideal,
            self.capital_usd * ideal,
            self.yield_loss_usd * ideal + self.total_usd * (real - ideal),
        )


def unit_costs(programme: Programme, months: float = MATURE_MONTHS) -> Mapping[str, Cost]:
    """The cost of one good unit of every item that can be had, `months` after its plant opened.

    An item that is bought only costs its cheapest offer. An item that nothing supplies is left out.
    """
    chain = _Chain(programme, months)
    found = ((item.name, chain.cost(item.name)) for item in programme.items)
    return {name: cost for name, cost in found if cost is not None}


class _Chain:
    """Costs worked out from the bottom of the bill of materials, each item once."""

    def __init__(self, programme: Programme, months: float) -> None:
        self.programme = programme
        self.months = months
        self.known: dict[str, Cost | None] = {}
        self.open: set[str] = set()  # items being worked out: a supply loop costs nothing sensible

    def cost(self, item: str) -> Cost | None:
        if item not in self.known:
            if item in self.open:
                return None
            self.open.add(item)
            self.known[item] = self._made(item) or self._bought(item)
            self.open.discard(item)
        return self.known[item]

    def _bought(self, item: str) -> Cost | None:
        offers = grouped(self.programme.offers, "item")[item]
        return Cost(material_usd=min(o.price_usd for o in offers)) if offers else None

    def _made(self, item: str) -> Cost | None:
        route = first_route(self.programme, item)
        components = grouped(self.programme.components, "parent")[item]
        if route is None and not components:
            return None
        if not self._possible(item, route):
            return None
        total = Cost(make_usd=by_key(self.programme.items)[item].make_cost_usd)
        if route is not None:
            total += self._processing(route)
        for component in components:
            child = self.cost(component.child)
            ideal, real = self._children(component)
            if child is None or math.isinf(real):
                return None
            total += child.times(ideal, real)
        return total

    def _possible(self, item: str, route: Route | None) -> bool:
        """Whether a carrier holds at least one item and some of them are good."""
        fits = route is None or units_per_carrier(self.programme, route.name) > 0
        return fits and self._good_share(by_key(self.programme.items)[item]) > 0

    def _children(self, component: Component) -> tuple[float, float]:
        """Children for one good parent: (if nothing were lost, as it is)."""
        real = children_per_parent(self.programme, component, self.months)
        parent = by_key(self.programme.items)[component.parent]
        lost = component.yield_percent / 100
        if component.quantity is None:
            return real * lost * yield_share(self.programme, parent, self.months), real
        # children are built in before the parent's own losses, and go with it
        return component.quantity, real / self._good_share(parent)

    def _good_share(self, item: Item) -> float:
        return good_share(self.programme, item, self.months)

    def _processing(self, route: Route) -> Cost:
        """Making and capital for one good unit of a route."""
        ideal = 1 / units_per_carrier(self.programme, route.name)
        good = self._good_share(by_key(self.programme.items)[route.item])
        carrier = Cost(
            make_usd=running_usd_per_carrier(self.programme, route.name)
            + fixed_usd_per_carrier(self.programme, route.plant),
            capital_usd=capital_usd_per_carrier(self.programme, route.plant),
        )
        return carrier.times(ideal, ideal / good)


def running_usd_per_carrier(programme: Programme, route: str) -> float:
    """Cost of the tool hours that one started carrier takes."""
    groups = by_key(programme.tool_groups)
    return sum(
        hours * groups[name].running_cost_usd_per_h
        for name, hours in hours_per_carrier(programme, route).items()
    )


def fixed_usd_per_carrier(programme: Programme, plant: str) -> float:
    """People, power and rent of a plant, spread over its carriers at the target load."""
    carriers = full_carriers_per_month(programme, plant)
    return by_key(programme.plants)[plant].fixed_cost_usd_per_month / carriers if carriers else 0.0


def capital_usd_per_carrier(programme: Programme, plant: str) -> float:
    """Straight-line depreciation of a plant's phases, over its carriers at the target load."""
    carriers = full_carriers_per_month(programme, plant)
    if not carriers:
        return 0.0
    finance = programme.finance
    capex_usd = sum(phase.capex_usd for phase in grouped(programme.phases, "plant")[plant])
    equipment = finance.equipment_share_percent / 100
    per_year = capex_usd * (
        equipment / finance.equipment_life_years + (1 - equipment) / finance.building_life_years
    )
    return per_year / 12 / carriers


def full_carriers_per_month(programme: Programme, plant: str) -> float:
    """Carriers a month of a plant with all its phases, at the programme's target load."""
    total = sum(
        phase.capacity_per_month / _units(programme, plant, phase.capacity_of)
        for phase in grouped(programme.phases, "plant")[plant]
    )
    return total * programme.planning.max_load_percent / 100


def _units(programme: Programme, plant: str, counted: CapacityOf) -> float:
    """Units in what a phase counts: 1 for carriers, else those on a carrier of its first route."""
    routes = grouped(programme.routes, "plant")[plant]
    if counted is CapacityOf.CARRIER or not routes:
        return 1.0
    return units_per_carrier(programme, min(routes, key=lambda r: (r.preference, r.name)).name)
