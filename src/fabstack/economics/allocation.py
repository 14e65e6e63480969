"""Who gets how much of what is short: rules of division, queues of customers, take or pay.

Rules of division after Thomson (2003, Mathematical Social Sciences 45): claims in, awards out; no
award is negative or above its claim, and together they are the capacity or all claims. Which rule a
supplier uses is seldom known; the spread between the rules is part of the answer.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Rule = Callable[[float, Floats], Floats]


class Division(StrEnum):
    """How a supplier divides what is short among customers of one rank."""

    PRO_RATA = "pro-rata"  # in proportion to claims
    EQUAL_AWARDS = "equal-awards"  # alike, no one more than its claim
    EQUAL_LOSSES = "equal-losses"  # all lose alike, no one more than its claim
    CONTESTED = "contested"  # Talmud: equal awards of half claims, then equal losses of the rest


@dataclass(frozen=True, slots=True)
class Customer:
    """What one customer asks of a supplier in a period; a smaller rank is served first."""

    name: str
    claim: float
    rank: int = 1
    committed: float = 0.0  # units promised by contract, given before all else


def pro_rata(capacity: float, claims: Floats) -> Floats:
    """Awards in proportion to claims.

    >>> pro_rata(80, np.array([50.0, 40, 30])).round(3).tolist()
    [33.333, 26.667, 20.0]
    """
    total = math.fsum(claims)
    return claims * (min(capacity / total, 1.0) if total > 0 else 0.0)


def equal_awards(capacity: float, claims: Floats) -> Floats:
    """The same award for all, but nobody gets more than its claim.

    >>> equal_awards(100, np.array([50.0, 40, 30])).tolist()
    [35.0, 35.0, 30.0]
    """
    left, awards = float(capacity), np.zeros_like(claims)
    order = np.argsort(claims, kind="stable")
    for served, i in enumerate(order):
        awards[i] = min(claims[i], left / (len(claims) - served))
        left -= awards[i]
    return awards


def equal_losses(capacity: float, claims: Floats) -> Floats:
    """The same loss for all, but nobody loses more than its claim.

    >>> equal_losses(80, np.array([50.0, 40, 30])).round(3).tolist()
    [36.667, 26.667, 16.667]
    """
    return claims - equal_awards(max(math.fsum(claims) - capacity, 0.0), claims)


def contested(capacity: float, claims: Floats) -> Floats:
    """The rule of the contested garment (Aumann and Maschler 1985).

    >>> contested(200, np.array([100.0, 200, 300])).tolist()
    [50.0, 75.0, 75.0]
    """
    half = claims / 2
    if capacity <= math.fsum(half):
        return equal_awards(capacity, half)
    return half + equal_losses(capacity - math.fsum(half), half)


RULES: Mapping[Division, Rule] = {
    Division.PRO_RATA: pro_rata,
    Division.EQUAL_AWARDS: equal_awards,
    Division.EQUAL_LOSSES: equal_losses,
    Division.CONTESTED: contested,
}


def allocated(
    capacity: float, customers: Sequence[Customer], rule: Division = Division.PRO_RATA
) -> dict[str, float]:
    """Units that each customer gets: commitments first, then rank by rank, by a rule inside a rank.

    Commitments beyond the capacity are cut by the same rule. What is left over stays idle.

    Raises:
        ValueError: a negative or infinite number, or two customers of one name.
    """
    _refuse_nonsense(capacity, customers)
    firm = _shares(capacity, [min(one.committed, one.claim) for one in customers], rule)
    awards = {one.name: units for one, units in zip(customers, firm, strict=True)}
    left = capacity - math.fsum(firm)
    for rank in sorted({one.rank for one in customers}):
        peers = [one for one in customers if one.rank == rank]
        more = _shares(left, [one.claim - awards[one.name] for one in peers], rule)
        left = max(left - math.fsum(more), 0.0)
        for one, units in zip(peers, more, strict=True):
            awards[one.name] += units
    return awards


def _shares(capacity: float, claims: Sequence[float], rule: Division) -> list[float]:
    wanted = np.asarray(claims, dtype=float)
    if math.fsum(wanted) <= capacity:
        return [float(units) for units in wanted]
    return [float(units) for units in RULES[rule](capacity, wanted)]


def _refuse_nonsense(capacity: float, customers: Sequence[Customer]) -> None:
    numbers = [capacity, *(value for one in customers for value in (one.claim, one.committed))]
    if not all(math.isfinite(value) and value >= 0 for value in numbers):
        raise ValueError(f"capacity, claims and commitments are numbers from 0 on, not {numbers}")
    if len({one.name for one in customers}) < len(customers):
        raise ValueError("two customers have the same name")


# --- Waiting in the queue of a supplier ---------------------------------------------------------


def months_in_queue(
    capacity_per_month: float,
    *,
    first_backlog: float,
    first_arrivals_per_month: float,
    ahead: float,
) -> float:
    """Months until an order of the second class is begun, as a fluid.

    The first class has a backlog and new orders every month, and is always served first; `ahead` is
    the second class's backlog before us. Infinite where the first class fills the capacity.

    >>> months_in_queue(10, first_backlog=40, first_arrivals_per_month=6, ahead=20)
    15.0
    """
    left = capacity_per_month - first_arrivals_per_month
    waiting = first_backlog + ahead
    return waiting / left if left > 0 else (math.inf if waiting > 0 else 0.0)


def priority_waits(
    service_rate: float, arrival_rates: Sequence[float], service_scv: float = 1.0
) -> list[float]:
    """Mean waits of classes before one server, first class first, no one is interrupted.

    Cobham (1954): W_k = W_0 / ((1 - s_(k-1)) (1 - s_k)) with s_k the load of the first k classes
    and W_0 = load x mean service x (1 + scv) / 2. All classes have the same service.

    >>> [round(wait, 4) for wait in priority_waits(1.0, [0.3, 0.4])]
    [1.0, 3.3333]
    """
    loads = np.cumsum(np.asarray(arrival_rates) / service_rate)
    if loads[-1] >= 1:
        raise ValueError(f"a load of {loads[-1]:g} has no steady state; it must stay below 1")
    residual = loads[-1] * (1 + service_scv) / 2 / service_rate
    above = np.concatenate(([0.0], loads[:-1]))
    return [float(wait) for wait in residual / ((1 - above) * (1 - loads))]


# --- Contracts ------------------------------------------------------------------------------------


def take_or_pay_usd(
    committed: float, taken: float, price_usd: float, shortfall_share: float
) -> float:
    """Payment for units that were promised and not taken.

    >>> take_or_pay_usd(100, 70, 10, 0.5)
    150.0
    """
    return max(committed - taken, 0.0) * price_usd * shortfall_share
