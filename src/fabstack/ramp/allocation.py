"""What suppliers give the programme in each future: contract, place in the queue, shortages.

What a contract commits is given before all else; then who stands ahead takes what it wants, and who
has the programme's rank shares the rest with it in proportion to what is asked (pro rata). In a
world-wide shortage all others ask for what they want in one. Nobody gets more than is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import NamedTuple

import numpy as np

from fabstack.check.suppliers import US
from fabstack.check.supply_claims import in_force, rivals_ahead
from fabstack.model import Programme, grouped
from fabstack.model.supply import Rival
from fabstack.uncertainty.chance import Floats

Value = Callable[[str, float], Floats]  # the number of a cell in each future
WANTS = ("share_percent", "in_shortage_percent")  # of a rival in normal times, and in a shortage


class Queue(NamedTuple):
    """What others want of a supplier, as shares of its capacity, [sample] or [1]."""

    ahead: Floats
    beside: Floats  # those of the programme's rank


class Terms(NamedTuple):
    """What a supplier makes of an item on a day, for all, and what it owes the programme."""

    supplier: str
    capacity_per_month: float
    committed_per_month: float


def as_stated(_cell: str, otherwise: float) -> Floats:
    """The number that a table states."""
    return np.array([otherwise])


def queues(programme: Programme, supplier: str, value: Value = as_stated) -> tuple[Queue, Queue]:
    """The queue of a supplier in normal times, and in a shortage."""
    ahead = rivals_ahead(programme, supplier)
    ours = [r.rank for r in _rivals(programme, supplier) if r.customer == US]
    beside = [
        rival
        for rival in _rivals(programme, supplier)
        if rival.customer != US and ours and rival.rank == min(ours)
    ]

    def wanted(rivals: list[Rival], column: str) -> Floats:
        cells = (f"rivals/{one.supplier}:{one.customer}/{column}" for one in rivals)
        own = (float(getattr(one, column)) for one in rivals)
        return sum(map(value, cells, own), np.zeros(1)) / 100

    normal, short = (Queue(wanted(ahead, c), wanted(beside, c)) for c in WANTS)
    return normal, short


def _rivals(programme: Programme, supplier: str) -> list[Rival]:
    return grouped(programme.rivals, "supplier")[supplier]


def terms(programme: Programme, item: str, day: date) -> Iterator[Terms]:
    """Who sells an item on a day, in the order of the offers."""
    for offer in in_force(grouped(programme.offers, "item")[item], day):
        yield Terms(offer.supplier, offer.capacity_per_month, offer.minimum_per_month)


def award(asked: Floats, capacity: Floats, committed: Floats, queue: Queue) -> Floats:
    """Units given, as `economics.allocation.allocated` gives them where others have no contract."""
    firm = np.minimum(np.minimum(committed, asked), capacity)
    left = np.maximum(capacity - firm - queue.ahead * capacity, 0.0)
    more = asked - firm
    wanted = more + queue.beside * capacity
    with np.errstate(divide="ignore", invalid="ignore"):
        part = np.where(wanted > left, left / wanted, 1.0)
    return np.asarray(firm + more * part)


def sampled_award(
    asked: Floats,
    capacity: Floats,
    committed: Floats,
    both: tuple[Queue, Queue],
    short_share: Floats,
) -> Floats:
    """Units given in a month of which a share lies in a shortage."""
    if not short_share.any():
        return award(asked, capacity, committed, both[0])
    normal, short = (award(asked, capacity, committed, queue) for queue in both)
    return np.asarray(normal + short_share * (short - normal))
