"""Which items lie between plants, what one unit of a route's output becomes, and what a lot takes.

Only an item that some simulated route makes (or that is made at once from such an item) can hold a
plant up; what is bought alone is taken to be there. A die is counted when its wafer leaves the fab:
an item without route and offer that is made from one child only is *derived* where the child ends.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fabstack.economics.flow import children_per_parent, units_per_carrier, yield_share
from fabstack.model import Programme, by_key, grouped
from fabstack.model.items import Component
from fabstack.model.routes import Route

MATURE_MONTHS = 120.0


@dataclass(frozen=True, slots=True)
class Output:
    """What finished carriers of a route become."""

    item: str  # in stock, after derivation
    units_per_carrier: float
    yield_share: float


@dataclass(frozen=True, slots=True)
class Supply:
    """The stocks between plants."""

    stocks: tuple[str, ...]  # items, in the order of the programme
    outputs: Mapping[str, Output]  # by route
    needs: Mapping[str, Mapping[str, float]]  # route -> item -> units for a started carrier


def supply_of(programme: Programme, months: Mapping[str, float]) -> Supply:
    """The stocks between the plants of a programme; `months` since each plant opened set yields."""
    outputs = {route.name: output_of(programme, route, months) for route in programme.routes}
    made = {output.item for output in outputs.values()}
    needs = {route.name: _needs(programme, route, made) for route in programme.routes}
    stocked = made | {item for taken in needs.values() for item in taken}
    order = tuple(item.name for item in programme.items if item.name in stocked)
    return Supply(order, outputs, needs)


def output_of(programme: Programme, route: Route, months: Mapping[str, float]) -> Output:
    """What a route's carriers become, followed through items derived from its own."""
    since = months.get(route.plant, MATURE_MONTHS)
    item = by_key(programme.items)[route.item]
    units = units_per_carrier(programme, route.name)
    good = yield_share(programme, item, since)
    name = route.item
    while (component := derivation(programme, name)) is not None:
        parent = by_key(programme.items)[component.parent]
        if component.quantity is None:  # the die's own yield is in its number of children
            good_units = 1 / children_per_parent(programme, component, since)
            share = yield_share(programme, parent, since) * component.yield_percent / 100
            units, good = units * good_units / share, good * share
        else:
            units /= component.quantity
            good *= component.yield_percent / 100 * yield_share(programme, parent, since)
        name = component.parent
    return Output(name, units, good)


def derivation(programme: Programme, item: str) -> Component | None:
    """The line of the bill of materials by which an item turns into another at once, or None."""
    users = grouped(programme.components, "child")[item]
    if len(users) != 1:
        return None
    component = users[0]
    alone = len(grouped(programme.components, "parent")[component.parent]) == 1
    elsewhere = (
        grouped(programme.routes, "item")[component.parent]
        or grouped(programme.offers, "item")[component.parent]
    )
    return component if alone and not elsewhere else None


def _needs(programme: Programme, route: Route, made: set[str]) -> dict[str, float]:
    """Units of stocked items that one started carrier takes; derived assemblies are taken apart."""
    units = units_per_carrier(programme, route.name)
    taken: dict[str, float] = {}
    todo = [(route.item, units)]
    while todo:
        parent, wanted = todo.pop()
        for component in grouped(programme.components, "parent")[parent]:
            if component.quantity is None:
                continue
            amount = wanted * component.quantity / (component.yield_percent / 100)
            if component.child in made:
                taken[component.child] = taken.get(component.child, 0.0) + amount
            elif not grouped(programme.routes, "item")[component.child]:
                todo.append((component.child, amount))
    return taken
