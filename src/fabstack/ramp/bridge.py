"""How much must be bought until own plants cover their items, for a wanted service level.

An item that is made by a plant with dated phases, and sold by suppliers too, is bridged: in each
future what the phases do not cover yet must be bought, month by month. Suppliers are asked one
after the other; each gives what its contract and the programme's place in its queue allow, in
normal times, in a shortage, and in shortages as they are sampled, less while a chance event stops
it. Processes are mature and tools are there, so a bridge is no longer than it must be.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial

import numpy as np

from fabstack.check.capacity import mix_for, units_of_a_carrier
from fabstack.check.requirements import Units, all_units, delivered
from fabstack.model import Programme, grouped
from fabstack.model.plants import Plant
from fabstack.ramp.allocation import Queue, queues, sampled_award, terms
from fabstack.ramp.events import short_share, up_share
from fabstack.ramp.futures import Futures
from fabstack.ramp.pieces import Keep, MakeAll
from fabstack.ramp.plants import NEVER, Opening, capacity_per_month
from fabstack.uncertainty.chance import Floats

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
    unmet: Floats  # with shortages as sampled


@dataclass(frozen=True, slots=True, eq=False)
class Seller:
    """What a supplier makes of an item, and for whom else."""

    capacity: Floats  # [month, sample] or [month, 1], events in it
    committed: Floats  # [month, 1]
    queues: tuple[Queue, Queue]


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
        found += [Bridge(item, plant, *(next(rows) for _ in range(6))) for item in items]
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
    """The six arrays of each bridge of a plant, one item after the other."""
    up = up_share(crossing.programme, crossing.futures, plant, crossing.grid_months)
    short = short_share(crossing.programme, crossing.futures, crossing.grid_months)
    never, always = np.zeros_like(short), np.ones_like(short)
    shares = np.array([_share(crossing, plant, i, need) for i, need in enumerate(needs)])
    covers = shares >= COVERED_SHARE
    first = np.where(covers.any(axis=0), covers.argmax(axis=0), len(shares))
    before = np.arange(len(shares))[:, None] < first
    covered = np.append(crossing.grid_months[:-1], NEVER)[first]
    arrays: list[Floats] = []
    for item in items:
        wanted = np.array([need.get(item, 0.0) for need in needs])[:, None]
        missing = np.where(before, wanted * (1 - np.minimum(shares, 1.0) * up), 0.0)
        sellers = list(_sellers(crossing, item))
        unmet = (_unmet(missing, sellers, share) for share in (never, always, short))
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


def _sellers(crossing: Crossing, item: str) -> Iterator[Seller]:
    """Who sells an item, in the order of the offers."""
    programme, futures = crossing.programme, crossing.futures
    on_days = [
        {one.supplier: one for one in terms(programme, item, day)} for day in crossing.months
    ]
    for name in dict.fromkeys(o.supplier for o in grouped(programme.offers, "item")[item]):
        rows = [(one[name][1:] if name in one else (0.0, 0.0)) for one in on_days]
        capacity, committed = (np.array(column)[:, None] for column in zip(*rows, strict=True))
        up = up_share(programme, futures, name, crossing.grid_months)
        yield Seller(capacity * up, committed, queues(programme, name, futures.value))


def _unmet(missing: Floats, sellers: Sequence[Seller], short: Floats) -> Floats:
    """Units that nobody gives, [sample]."""
    total = np.zeros(missing.shape[1])
    for month in np.flatnonzero(missing.any(axis=1)):
        left = missing[month]
        for one in sellers:
            offered, owed = one.capacity[month], one.committed[month]
            left = left - sampled_award(left, offered, owed, one.queues, short[month])
        total += np.maximum(left, 0.0)
    return total
