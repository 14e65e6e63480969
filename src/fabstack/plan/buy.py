"""What is bought of whom.

    sum over price steps of taken(o, t)  <=  capacity(o) x share left after the customers before us
    sum over price steps of taken(o, t) + unmet(o, t)  >=  minimum to take

`t` is the month of the order; goods come and are paid the lead time later. `unmet` is paid at the
take-or-pay share of the price. A price break makes only the units above it cheaper, so a cheap
step is open only when the dearer one below it is full: a yes-or-no column for each falling step.
Where a break is for all units, the open step gives back what the units below it have cost more.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from fabstack.model import Programme, grouped
from fabstack.model.supply import Offer, Rival
from fabstack.plan.facts import Facts
from fabstack.plan.flow import Balance
from fabstack.plan.network import Node
from fabstack.plan.options import Integers, Supply
from fabstack.plan.program import OUTSIDE, LinearProgram
from fabstack.plan.types import Floats, Ints

US = "us"  # the programme among a supplier's customers


class PriceStep(NamedTuple):
    """A range of monthly quantity with one price."""

    price_usd: float
    most_per_month: float
    back_usd: float = 0.0  # of what the units below cost, given back in a month that reaches it


class Terms(NamedTuple):
    """An offer on the axis of periods."""

    offer: Offer
    in_force: Floats  # [period] share of the period
    capacity_per_month: float  # left for the programme
    steps: tuple[PriceStep, ...]


class Buying(NamedTuple):
    """The terms and the columns that use them."""

    terms: tuple[Terms, ...]
    step_of: Ints  # [price step] index of its terms
    prices_usd: Floats  # [price step]
    falling: Ints  # price steps whose next one is cheaper
    back_usd: Floats  # [falling step] given back where the next one is open


def add_offers(lp: LinearProgram, facts: Facts, balance: Balance) -> Buying:
    """Columns of orders [price step, period], with capacity, minimum and price breaks."""
    found = terms(facts)
    step_of = np.array([i for i, one in enumerate(found) for _ in one.steps], dtype=np.int64)
    prices = np.array([step.price_usd for one in found for step in one.steps])
    back_usd = np.array([step.back_usd for one in found for step in one.steps])
    falling = np.flatnonzero((np.diff(step_of) == 0) & (np.diff(prices) < 0))
    buying = Buying(tuple(found), step_of, prices, falling, back_usd[falling + 1])
    taken = _add_taken(lp, facts, buying)
    _add_receipts(lp, facts, balance, buying, taken)
    _add_capacity(lp, facts, buying, taken)
    _add_minimum(lp, facts, buying, taken)
    _add_breaks(lp, facts, buying, taken)
    return buying


def terms(facts: Facts) -> list[Terms]:
    """All offers with what they leave for the programme."""
    return [
        Terms(
            offer=offer,
            in_force=_in_force(facts, offer),
            capacity_per_month=offer.capacity_per_month
            * share_left(facts.programme, offer.supplier, facts.options.supply),
            steps=price_steps(facts.programme, offer),
        )
        for offer in facts.programme.offers
    ]


def _in_force(facts: Facts, offer: Offer) -> Floats:
    """Share of each period in which an offer holds; the next one of the pair ends an open one."""
    same = [
        o
        for o in grouped(facts.programme.offers, "item")[offer.item]
        if o.supplier == offer.supplier
    ]
    later = [facts.periods.position(o.from_date) for o in same if o.from_date > offer.from_date]
    end = min([facts.periods.after(offer.to_date), *later])
    return facts.periods.share(facts.periods.position(offer.from_date), end)


def share_left(programme: Programme, supplier: str, supply: Supply) -> float:
    """Share of a supplier's capacity that customers ahead of the programme leave."""
    rivals = grouped(programme.rivals, "supplier")[supplier]
    our_rank = min((r.rank for r in rivals if r.customer == US), default=math.inf)
    ahead = [r for r in rivals if r.customer != US and r.rank < our_rank]
    return max(1 - sum(_wants(rival, supply) for rival in ahead) / 100, 0.0)


def _wants(rival: Rival, supply: Supply) -> float:
    return rival.share_percent if supply is Supply.NORMAL else rival.in_shortage_percent


def price_steps(programme: Programme, offer: Offer) -> tuple[PriceStep, ...]:
    """The ranges of monthly quantity of an offer, the last one without end."""
    breaks = sorted(
        (b.from_quantity, b.price_usd, b.all_units)
        for b in grouped(programme.price_breaks, "supplier")[offer.supplier]
        if b.item == offer.item
    )
    starts = [(0.0, offer.price_usd, False), *breaks, (math.inf, 0.0, False)]
    found, before = list[PriceStep](), offer.price_usd
    for (at, price, is_for_all), (until, _, _) in pairwise(starts):
        found.append(PriceStep(price, until - at, at * (before - price) if is_for_all else 0.0))
        before = price
    return tuple(found)


def _add_taken(lp: LinearProgram, facts: Facts, buying: Buying) -> Ints:
    value = on_arrival(facts, buying, facts.money)
    return lp.add_columns(
        "taken",
        value.shape,
        cost=buying.prices_usd[:, None] * value,
        upper=step_limits(facts, buying),
    )


def lead_months(buying: Buying) -> Floats:
    """Months from order to receipt [price step]."""
    months: Floats = np.array([one.offer.lead_time_months for one in buying.terms])[buying.step_of]
    return months


def on_arrival(facts: Facts, buying: Buying, values: Floats) -> Floats:
    """Mean of a value [period] over the periods of receipt [price step, period of the order]."""
    found = np.zeros((buying.step_of.size, facts.periods.count))
    on = facts.periods.arrivals(lead_months(buying))
    when = np.minimum(on.arrives, facts.periods.count - 1)
    np.add.at(found, (on.flow, on.leaves), on.share * values[when])
    return found


def step_limits(facts: Facts, buying: Buying) -> Floats:
    """Most units of each price step [price step, period]."""
    most = np.array([step.most_per_month for one in buying.terms for step in one.steps])
    in_force = _in_force_of(facts, buying)[buying.step_of]
    limits: Floats = np.where(in_force > 0, most[:, None] * facts.periods.months, 0.0)
    return limits


def _in_force_of(facts: Facts, buying: Buying) -> Floats:
    rows = [one.in_force for one in buying.terms]
    return np.array(rows).reshape(len(rows), facts.periods.count)


def _add_receipts(
    lp: LinearProgram, facts: Facts, balance: Balance, buying: Buying, taken: Ints
) -> None:
    offers = [buying.terms[i].offer for i in buying.step_of]
    known = facts.network.index
    used = np.array([Node(o.item, o.supplier) in known for o in offers], dtype=bool)
    nodes = np.array([known.get(Node(o.item, o.supplier), 0) for o in offers], dtype=np.int64)
    on = facts.periods.arrivals(lead_months(buying))
    rows = np.where(used[on.flow], balance.at(nodes[on.flow], on.arrives), OUTSIDE)
    lp.add_entries(rows, taken[on.flow, on.leaves], on.share)


def _add_capacity(lp: LinearProgram, facts: Facts, buying: Buying, taken: Ints) -> None:
    rows = lp.add_rows(
        "supply", (len(buying.terms), facts.periods.count), high=capacity_left(facts, buying)
    )
    lp.add_entries(rows[buying.step_of], taken, 1.0)


def capacity_left(facts: Facts, buying: Buying) -> Floats:
    """Units a supplier can make for the programme [offer, period]."""
    per_month = np.array([one.capacity_per_month for one in buying.terms])
    return per_month[:, None] * facts.periods.months * _in_force_of(facts, buying)


def minimum_to_take(facts: Facts, buying: Buying) -> Floats:
    """Units that a contract asks for [offer, period]."""
    per_month = np.array([one.offer.minimum_per_month for one in buying.terms])
    return per_month[:, None] * facts.periods.months * _in_force_of(facts, buying)


def _add_minimum(lp: LinearProgram, facts: Facts, buying: Buying, taken: Ints) -> None:
    minimum = minimum_to_take(facts, buying)
    bound = np.flatnonzero(minimum.any(axis=1))
    price = np.array(
        [buying.terms[i].offer.price_usd * buying.terms[i].offer.shortfall_share for i in bound]
    )
    shape = (bound.size, facts.periods.count)
    unmet = lp.add_columns("unmet", shape, cost=price[:, None] * facts.money)
    rows = lp.add_rows("minimum", shape, low=minimum[bound])
    lp.add_entries(rows, unmet, 1.0)
    for row, terms_index in zip(rows, bound, strict=True):
        lp.add_entries(row, taken[buying.step_of == terms_index], 1.0)


def _add_breaks(lp: LinearProgram, facts: Facts, buying: Buying, taken: Ints) -> None:
    """A falling price step is open only when the step below it is full."""
    falling = buying.falling
    shape = (falling.size, facts.periods.count)
    whole = facts.options.integers is Integers.WHOLE
    money = on_arrival(facts, buying, facts.money)[falling]
    back = buying.back_usd[:, None] * facts.periods.months * money
    is_open = lp.add_columns("step_open", shape, cost=-back, upper=1.0, whole=whole)
    limits = step_limits(facts, buying)
    most = np.minimum(limits, capacity_left(facts, buying)[buying.step_of])
    above = lp.add_rows("step_above", shape, high=0.0)
    lp.add_entries(above, taken[falling + 1], 1.0)
    lp.add_entries(above, is_open, -most[falling + 1])
    below = lp.add_rows("step_below", shape, low=0.0)
    lp.add_entries(below, taken[falling], 1.0)
    lp.add_entries(below, is_open, -limits[falling])
