"""What the markets need of every item, straight through the bill of materials.

    need(child) = own need + sum over parents of need(parent) x children for one good parent

Processes are taken as mature: what fails here fails the more while they still learn.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date

from fabstack.check.circles import in_order
from fabstack.economics.capacity import line_yield
from fabstack.economics.flow import children_per_parent, units_per_carrier, yield_share
from fabstack.model import Programme, by_key, follows_from, grouped
from fabstack.model.days import months_between
from fabstack.model.items import Component, ItemKind
from fabstack.model.routes import Route

MATURE_MONTHS = 1200.0

Units = Mapping[str, float]  # item -> units a month


def products_per_month(programme: Programme, market: str, day: date) -> float:
    """Products that a market builds: linear between two dates, level after the last."""
    rows = sorted(grouped(programme.volumes, "market")[market], key=lambda row: row.date)
    if not rows or day < rows[0].date:
        return 0.0
    before = [row for row in rows if row.date <= day][-1]
    after = next((row for row in rows if row.date > day), before)
    span = (after.date - before.date).days
    weight = (day - before.date).days / span if span else 0.0
    per_year = before.units_per_year + weight * (after.units_per_year - before.units_per_year)
    return per_year / 12


def delivered_to(programme: Programme, market: str, day: date) -> Units:
    """Units of each item that a market takes on a day."""
    products = products_per_month(programme, market, day)
    found: defaultdict[str, float] = defaultdict(float)
    for need in grouped(programme.needs, "market")[market]:
        if need.from_date <= day and (need.to_date is None or day <= need.to_date):
            found[need.item] += products * need.quantity
    return found


def delivered(programme: Programme, day: date) -> Units:
    """Units of each item that markets take on a day; dated demands are spread over the horizon."""
    found: defaultdict[str, float] = defaultdict(float)
    for market in programme.markets:
        for item, units in delivered_to(programme, market.name, day).items():
            found[item] += units
    begin, end = programme.programme.start, programme.programme.end
    for demand in programme.demands if begin <= day <= end else ():
        found[demand.item] += demand.quantity / months_between(begin, end)
    return found


def all_units(programme: Programme, wanted: Units) -> Units:
    """Units of every item behind what is wanted, were all of it made from the ground up."""
    bought_whole = {offer.item for offer in programme.offers}
    routed = {route.item for route in programme.routes}
    kinds = {item.name: item.kind for item in programme.items}

    def is_made(item: str) -> bool:
        return item in routed or item not in bought_whole or kinds[item] is ItemKind.DIE

    return _exploded(programme, wanted, is_made)


def certain_units(programme: Programme, wanted: Units) -> Units:
    """Units that are needed whatever is bought: nothing is counted behind what a supplier sells."""
    bought = {offer.item for offer in programme.offers}
    return _exploded(programme, wanted, lambda item: item not in bought)


def _exploded(programme: Programme, wanted: Units, is_made: Callable[[str], bool]) -> Units:
    found: defaultdict[str, float] = defaultdict(float, wanted)
    for parent in _parents_first(programme):
        if found[parent] > 0 and is_made(parent):
            for row in grouped(programme.components, "parent")[parent]:
                found[row.child] += found[parent] * children_for_one(programme, row)
    return found


@follows_from("components")
def _parents_first(programme: Programme) -> Sequence[str]:
    order = in_order([(row.child, row.parent) for row in programme.components])
    return (order or ())[::-1]


def children_for_one(programme: Programme, row: Component) -> float:
    """Children used up for one good parent, whose own losses take the children with them."""
    used = children_per_parent(programme, row, MATURE_MONTHS)
    if row.quantity is None:
        return used
    return used / (good_share(programme, row.parent) or float("nan"))


def good_share(programme: Programme, item: str) -> float:
    """Share of an item's started units that end as good ones, by its first route."""
    route = first_route(grouped(programme.routes, "item")[item])
    line = line_yield(programme, route.name) if route else 1.0
    return line * yield_share(programme, by_key(programme.items)[item], MATURE_MONTHS)


def good_units_per_carrier(programme: Programme, route: Route) -> float:
    """Good items from one started carrier of a route."""
    item = by_key(programme.items)[route.item]
    line = line_yield(programme, route.name)
    per_carrier = units_per_carrier(programme, route.name)
    return per_carrier * line * yield_share(programme, item, MATURE_MONTHS)


def first_route(routes: Iterable[Route]) -> Route | None:
    """The route that is used first."""
    return min(routes, key=lambda route: (route.preference, route.name), default=None)
