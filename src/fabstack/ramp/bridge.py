"""How much must be bought until own plants cover their items, for a wanted service level.

An item that is made by a plant with dated phases, and sold by suppliers too, is bridged: in each
future what the phases do not cover yet must be bought, month by month. What suppliers have is what
those ahead of the programme leave, in normal times or in a shortage, less the months in which a
chance event stops them. Processes are mature and tools are there, so a bridge is no longer than it
must be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

import numpy as np

from fabstack.check.capacity import mix_for, units_of_a_carrier
from fabstack.check.requirements import Units, all_units, delivered
from fabstack.check.supply_claims import in_force, left_in_shortage, left_normally
from fabstack.model import Programme, grouped
from fabstack.model.plants import Plant
from fabstack.ramp.events import up_share
from fabstack.ramp.futures import Futures
from fabstack.ramp.pieces import Keep, MakeAll
from fabstack.ramp.plants import NEVER, Opening, capacity_per_month
from fabstack.uncertainty.chance import Floats

Left = Callable[[Programme, str], float]  # share of a supplier's capacity for the programme
COVERED_SHARE = 0.995  # of the need; less is rounding


@dataclass(frozen=True, slots=True, eq=False)
class Bridge:
    """What must be bought of an item in each future, [sample], until its plant covers the need."""

    item: str
    plant: str
    units: Floats
    peak_per_month: Floats
    covered_months: Floats  # since the programme's start; inf: not in the horizon
    unmet_normally: Floats  # units that suppliers do not have
    unmet_in_shortage: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Crossing:
    """What bridges follow from."""

    programme: Programme
    futures: Futures
    openings: Mapping[str, Opening]
    months: tuple[date, ...]
    grid_months: Floats  # [month + 1]


def bridges(crossing: Crossing, keep: Keep | None = None) -> tuple[Bridge, ...]:
    """Every item that is bridged, plant by plant."""
    keep = keep or MakeAll()
    plants = {plant.name: items for plant, items in bridged(crossing.programme)}
    if not plants:
        return ()
    needs = [_needed(crossing.programme, day) for day in crossing.months]
    found = []
    for plant, items in plants.items():
        make = partial(_course, crossing, plant, items, needs)
        rows = iter(keep.piece(f"bridge/{plant}", make))
        found += [Bridge(item, plant, *(next(rows) for _ in range(5))) for item in items]
    return tuple(found)


def bridged(programme: Programme) -> Iterator[tuple[Plant, list[str]]]:
    """Plants with dated phases, and those of their items that are also sold."""
    sold = {offer.item for offer in programme.offers}
    for plant in programme.plants:
        phases = grouped(programme.phases, "plant")[plant.name]
        made = {route.item for route in grouped(programme.routes, "plant")[plant.name]}
        if made & sold and any(row.ready or row.ready_with for row in phases):
            yield plant, sorted(made & sold)


def _needed(programme: Programme, day: date) -> Units:
    return all_units(programme, delivered(programme, day))


def _course(
    crossing: Crossing, plant: str, items: Sequence[str], needs: Sequence[Units]
) -> Sequence[Floats]:
    """The five arrays of each bridge of a plant, one item after the other."""
    up = up_share(crossing.programme, crossing.futures, plant, crossing.grid_months)
    shares = np.array([_share(crossing, plant, i, need) for i, need in enumerate(needs)])
    covers = shares >= COVERED_SHARE
    first = np.where(covers.any(axis=0), covers.argmax(axis=0), len(shares))
    before = np.arange(len(shares))[:, None] < first
    covered = np.append(crossing.grid_months[:-1], NEVER)[first]
    arrays: list[Floats] = []
    for item in items:
        wanted = np.array([need.get(item, 0.0) for need in needs])[:, None]
        missing = np.where(before, wanted * (1 - np.minimum(shares, 1.0) * up), 0.0)
        offers = _offered(crossing, item)
        unmet = (
            np.maximum(missing - _left(crossing, offers, left), 0.0).sum(axis=0)
            for left in (left_normally, left_in_shortage)
        )
        arrays += missing.sum(axis=0), missing.max(axis=0), covered, *unmet
    return arrays


def _share(crossing: Crossing, plant: str, month: int, need: Units) -> Floats:
    """Capacity over need of a plant in a month, [sample]; 1 where nothing is needed of it."""
    samples = crossing.futures.samples
    mix = mix_for(crossing.programme, plant, need)
    carriers = sum(mix.values())
    if not carriers:
        return np.ones(samples)
    units = units_of_a_carrier(crossing.programme, mix)
    weight = 1 / units if units else 0.0
    now = crossing.grid_months[month]
    given = capacity_per_month(crossing.openings[plant], now, weight)
    return np.array(np.broadcast_to(given / carriers, samples))


def _offered(crossing: Crossing, item: str) -> dict[str, Floats]:
    """Units a month that each supplier makes for all its customers, events in it."""
    programme, months = crossing.programme, crossing.months
    suppliers = dict.fromkeys(offer.supplier for offer in grouped(programme.offers, "item")[item])
    return {
        supplier: np.array([_rate(programme, item, supplier, day) for day in months])[:, None]
        * up_share(programme, crossing.futures, supplier, crossing.grid_months)
        for supplier in suppliers
    }


def _left(crossing: Crossing, offers: Mapping[str, Floats], left: Left) -> Floats:
    """What is left of offers for the programme, [month, sample] or [month, 1]."""
    nothing = np.zeros((len(crossing.months), 1))
    return sum((left(crossing.programme, name) * rate for name, rate in offers.items()), nothing)


def _rate(programme: Programme, item: str, supplier: str, day: date) -> float:
    offers = [o for o in grouped(programme.offers, "item")[item] if o.supplier == supplier]
    return sum(offer.capacity_per_month for offer in in_force(offers, day))
