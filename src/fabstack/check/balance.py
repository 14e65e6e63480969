"""What own plants and suppliers together can give at the end of the horizon, against the need.

Only what is needed for certain counts: behind an item that can be bought, nothing does.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from fabstack.check.capacity import mix_for, tightest
from fabstack.check.faults import Fault, note, warning
from fabstack.check.requirements import Units, certain_units, delivered
from fabstack.check.supply_claims import in_force, left_normally
from fabstack.check.words import count, times
from fabstack.model import Programme, by_key, grouped

ROUNDING_SHARE = 0.005
EUV_WAFERS_PER_LAYER = 45_000  # a month of one scanner and layer: ASML by AnandTech, 2019
EUV_SOLD_2025 = 48  # scanners in the world: ASML, annual figures for 2025


def needs_beyond_supply(programme: Programme) -> Iterator[Fault]:
    """Items of which the markets need more than all own plants and all suppliers can give."""
    day = programme.programme.end
    needed = certain_units(programme, delivered(programme, day))
    routed = {route.item for route in programme.routes}
    sold = {offer.item for offer in programme.offers}
    for item in programme.items:
        wanted = needed.get(item.name, 0.0)
        if wanted <= 0 or item.name not in routed | sold:
            continue
        made = made_per_month(programme, item.name, needed, day)
        bought = bought_per_month(programme, item.name, day)
        if made + bought < (1 - ROUNDING_SHARE) * wanted:
            yield _beyond(item, wanted, made, bought)


def _beyond(item: object, wanted: float, made: float, bought: float) -> Fault:
    given = made + bought
    name = getattr(item, "name", "")
    factor = f"{times(wanted / given)} as much as there is" if given else "and there is nothing"
    return warning(
        item,
        "name",
        "need-beyond-supply",
        f"at the end of the horizon the markets need {count(wanted)} '{name}' a month, {factor}: "
        f"own plants give {count(made)}, suppliers {count(bought)}",
        expected="plants and suppliers that can give what the markets need",
        cure="add phases, tools or offers, or lower the volumes; a plan will leave the rest short",
    )


def made_per_month(programme: Programme, item: str, needed: Units, day: date) -> float:
    """Good units a month that own plants can give, each in the mix that is needed of it."""
    total = 0.0
    for plant in dict.fromkeys(route.plant for route in grouped(programme.routes, "item")[item]):
        mix = mix_for(programme, plant, needed)
        most = tightest(programme, plant, mix, day).carriers_per_month
        total += needed[item] * min(most / sum(mix.values()), 1.0)
    return total


def bought_per_month(programme: Programme, item: str, day: date) -> float:
    """Units a month that suppliers have left for the programme in normal times."""
    return sum(
        offer.capacity_per_month * left_normally(programme, offer.supplier)
        for offer in in_force(grouped(programme.offers, "item")[item], day)
    )


def euv_scanners(programme: Programme) -> Iterator[Fault]:
    """Fabs on EUV, and how many scanners of the world's output they would take."""
    technologies = by_key(programme.technologies)
    for plant in programme.plants:
        layers = technologies[plant.technology].euv_layers if plant.technology else 0
        carriers = sum(
            phase.capacity_per_month for phase in grouped(programme.phases, "plant")[plant.name]
        )
        if layers and carriers:
            scanners = carriers * layers / EUV_WAFERS_PER_LAYER
            yield note(
                plant,
                "technology",
                "euv-scanners",
                f"'{plant.name}' with {count(carriers)} wafers a month and {layers} EUV layers "
                f"needs about {count(scanners)} EUV scanners (one for {EUV_WAFERS_PER_LAYER:,} "
                "wafers a month and layer, ASML by AnandTech 2019); the world got "
                f"{EUV_SOLD_2025} in 2025",
                cure="compare deliveries of the lithography tools with the world's output",
            )
