"""What a plant can start on a day: by its phases, and by each of its tool groups.

    carriers a month  <=  sum of phases                                 (phases counting carriers)
    carriers a month  <=  sum of phases / good units of a mean carrier  (phases counting units)
    carriers a month  <=  tools x hours a tool is up x max load / hours for a mean carrier

The mean carrier is one of the plant's mix of routes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from fabstack.check.requirements import Units, first_route, good_units_per_carrier
from fabstack.economics.capacity import hours_per_carrier, hours_per_tool_month
from fabstack.model import Programme, by_key, grouped
from fabstack.model.days import months_between
from fabstack.model.deliveries import dated_deliveries
from fabstack.model.plants import CapacityOf, Phase
from fabstack.model.routes import Route

PHASES = "phases"
OPENING = "opening"
NOTHING = "nothing"


class Limit(NamedTuple):
    """The most carriers a month that one thing allows."""

    name: str  # a tool group, "phases", "opening" or "nothing"
    carriers_per_month: float


Mix = Mapping[str, float]  # route -> carriers a month


def mix_for(programme: Programme, plant: str, units: Units) -> Mix:
    """Carriers of each route that give the wanted units; each item on its first route there."""
    found: dict[str, float] = {}
    for item, routes in _by_item(programme, plant).items():
        route = first_route(routes)
        if route is not None and units.get(item, 0.0) > 0:
            good = good_units_per_carrier(programme, route)
            found[route.name] = units[item] / good if good else float("inf")
    return found


def even_mix(programme: Programme, plant: str) -> Mix:
    """One carrier of each route: for a plant whose items nobody has asked for."""
    return {route.name: 1.0 for route in grouped(programme.routes, "plant")[plant]}


def _by_item(programme: Programme, plant: str) -> Mapping[str, list[Route]]:
    found: defaultdict[str, list[Route]] = defaultdict(list)
    for route in grouped(programme.routes, "plant")[plant]:
        found[route.item].append(route)
    return found


def limits(programme: Programme, plant: str, mix: Mix, day: date | None) -> list[Limit]:
    """What limits a plant with a mix on a day, tightest first; None: all that will ever stand."""
    opens = by_key(programme.plants)[plant].opens
    if day and opens and day < opens:
        return [Limit(OPENING, 0.0)]
    found = [*_phase_limits(programme, plant, mix, day), *_tool_limits(programme, mix, day)]
    return sorted(found, key=lambda limit: limit.carriers_per_month)


def tightest(programme: Programme, plant: str, mix: Mix, day: date | None) -> Limit:
    """What limits a plant most; an infinite limit where nothing does."""
    found = limits(programme, plant, mix, day)
    return found[0] if found else Limit(NOTHING, float("inf"))


def units_of_a_carrier(programme: Programme, mix: Mix) -> float:
    """Good items from a mean carrier of a mix."""
    routes = by_key(programme.routes)
    good = sum(n * good_units_per_carrier(programme, routes[name]) for name, n in mix.items())
    return good / sum(mix.values())


# --- Phases -----------------------------------------------------------------------------------


def phase_capacity(
    programme: Programme, plant: str, day: date | None
) -> Mapping[CapacityOf, float]:
    """Capacity a month of the phases of a plant on a day, by what they count."""
    found: dict[CapacityOf, float] = {}
    for phase in grouped(programme.phases, "plant")[plant]:
        grown = phase.capacity_per_month * growth(phase, day)
        found[phase.capacity_of] = found.get(phase.capacity_of, 0.0) + grown
    return found


def growth(phase: Phase, day: date | None) -> float:
    """Share of a phase that stands on a day: it grows evenly until it is ready."""
    if day is None:
        return 1.0
    if phase.ready is None:
        return 0.0
    left_months = months_between(day, phase.ready)
    if left_months <= 0:
        return 1.0
    return max(1 - left_months / phase.ramp_months, 0.0) if phase.ramp_months else 0.0


def _phase_limits(programme: Programme, plant: str, mix: Mix, day: date | None) -> list[Limit]:
    found = []
    for counted, capacity in phase_capacity(programme, plant, day).items():
        per_carrier = 1.0 if counted is CapacityOf.CARRIER else units_of_a_carrier(programme, mix)
        found.append(Limit(PHASES, capacity / per_carrier if per_carrier else float("inf")))
    return found


# --- Tools ------------------------------------------------------------------------------------


def tools_on(programme: Programme, group: str, day: date | None) -> int:
    """Tools of a group on a day; None: with all deliveries, whatever phase they belong to."""
    added = grouped(programme.deliveries, "tool_group")[group]
    if day is not None:
        added = [row for row in dated_deliveries(programme, group) if row.date <= day]
    return by_key(programme.tool_groups)[group].tools + sum(row.tools for row in added)


def _tool_limits(programme: Programme, mix: Mix, day: date | None) -> list[Limit]:
    total = sum(mix.values())
    hours: defaultdict[str, float] = defaultdict(float)
    for route, carriers in mix.items():
        for group, h in hours_per_carrier(programme, route).items():
            hours[group] += carriers / total * h
    return [
        Limit(group, _usable_hours(programme, group, day) / h)
        for group, h in hours.items()
        if h > 0
    ]


def _usable_hours(programme: Programme, group: str, day: date | None) -> float:
    most = by_key(programme.tool_groups)[group].max_load_percent
    load = (programme.planning.max_load_percent if most is None else most) / 100
    return tools_on(programme, group, day) * hours_per_tool_month(programme, group) * load
