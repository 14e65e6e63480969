"""What a number counts: wafers do not belong where panels are counted.

A column of counts names (as `counts`) the column of its own row that tells what is counted: an
item, a route, or a plant.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fabstack.model.items import ItemKind
from fabstack.model.lookup import by_key
from fabstack.model.plants import CapacityOf
from fabstack.model.programme import Programme


def things_counted(programme: Programme, row: Any, counts: str) -> frozenset[str]:
    """The things that may be counted in a row; empty where the programme does not tell."""
    return _THINGS[counts](programme, row)


def _of_item(programme: Programme, row: Any) -> frozenset[str]:
    item = by_key(programme.items).get(row.item)
    return frozenset() if item is None else frozenset({_NAMES.get(item.kind, item.kind.value)})


# Units know no substrates: they are parts like any other bought material.
_NAMES = {ItemKind.MATERIAL: "part", ItemKind.SUBSTRATE: "part"}


def _of_route(programme: Programme, row: Any) -> frozenset[str]:
    """What a route carries: the carrier of its item's technology."""
    route = by_key(programme.routes).get(getattr(row, "route", None) or row.name)
    item = by_key(programme.items).get(route.item) if route else None
    return _carrier(programme, item.technology if item else None)


def _of_plant(programme: Programme, row: Any) -> frozenset[str]:
    """What a phase counts: carriers of the plant's technology, or the items that it makes."""
    if row.capacity_of is CapacityOf.CARRIER:
        plant = by_key(programme.plants).get(row.plant)
        return _carrier(programme, plant.technology if plant else None)
    made = [route for route in programme.routes if route.plant == row.plant]
    return frozenset().union(*(_of_item(programme, route) for route in made))


def _carrier(programme: Programme, technology: str | None) -> frozenset[str]:
    found = by_key(programme.technologies).get(technology or "")
    return frozenset() if found is None else frozenset({found.carrier.value})


_THINGS: Mapping[str, Callable[[Programme, Any], frozenset[str]]] = {
    "item": _of_item,
    "route": _of_route,
    "name": _of_route,  # of the table of routes itself
    "plant": _of_plant,
}
