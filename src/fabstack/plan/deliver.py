"""What the markets get, when, and what is never delivered.

    delivered(j, t) + short(j, t) + backlog(j, t)  =  wanted(j, t) + backlog(j, t - 1)
    backlog(j, t)  <=  wanted in the last `backlog_months` up to t;  none is left at the end

With the oldest served first the bound is exactly that no unit is waited for longer. A late unit
costs the backlog penalty each month, a unit never delivered its price and the shortfall penalty;
each demand class counts `class_weight` times the one below it. An item without a price is
replaced at any cost: its price is taken as ten times the dearest way to get one.
"""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

import numpy as np

from fabstack.model import by_key, grouped
from fabstack.model.demand import Demand, Need
from fabstack.plan import prices
from fabstack.plan.facts import Facts
from fabstack.plan.flow import Balance
from fabstack.plan.periods import ROUNDING
from fabstack.plan.program import LinearProgram
from fabstack.plan.types import Floats, Ints
from fabstack.plan.worth import replacement_usd

ORDERS = "orders"  # stands for several dated demands where a market's name would stand


class Wish(NamedTuple):
    """What a market wants of an item, or dated demands for it of one class and price."""

    market: str
    item: str
    orders: tuple[Demand, ...]  # dated demands in order of their dates; none for a market
    price_usd: Floats  # [period] gained by a delivery
    late_usd: Floats  # [period] for a unit late at its end
    lost_usd: Floats  # [period] for a unit never delivered
    rank: int  # class of demand
    wanted: Floats  # [period]


class Delivering(NamedTuple):
    """The wishes and the ways to fulfil them."""

    wishes: tuple[Wish, ...]
    outlets: Ints  # [outlet, (wish, node)]


def add_demand(lp: LinearProgram, facts: Facts, balance: Balance) -> Delivering:
    """Columns of deliveries [outlet, period], backlog and shortfall [wish, period]."""
    found = wishes(facts)
    pairs = [(j, node) for j, w in enumerate(found) for node in facts.network.outlets[w.item]]
    delivering = Delivering(tuple(found), np.array(pairs, dtype=np.int64).reshape(len(pairs), 2))
    wanted = np.array([w.wanted for w in found]).reshape(len(found), facts.periods.count)
    rows = lp.add_rows("demand", wanted.shape, low=wanted, high=wanted)
    _add_deliveries(lp, facts, balance, delivering, rows)
    _add_backlog(lp, facts, delivering, rows, wanted)
    return delivering


def _add_deliveries(
    lp: LinearProgram, facts: Facts, balance: Balance, delivering: Delivering, rows: Ints
) -> None:
    wish_of, nodes = delivering.outlets.T
    price = prices_usd(facts, delivering.wishes)[wish_of]
    shape = (wish_of.size, facts.periods.count)
    delivered = lp.add_columns("delivered", shape, cost=-price * facts.money)
    lp.add_entries(rows[wish_of], delivered, 1.0)
    lp.add_entries(balance.rows[nodes], delivered, -1.0)


def _add_backlog(
    lp: LinearProgram, facts: Facts, delivering: Delivering, rows: Ints, wanted: Floats
) -> None:
    late_usd, lost_usd = penalties_usd(facts, delivering.wishes)
    short = lp.add_columns("short", wanted.shape, cost=lost_usd * facts.money)
    backlog = lp.add_columns(
        "backlog",
        wanted.shape,
        cost=late_usd * facts.money,
        upper=still_wanted(facts, wanted),
    )
    lp.add_entries(rows, short, 1.0)
    lp.add_entries(rows, backlog, 1.0)
    lp.add_entries(rows[:, 1:], backlog[:, :-1], -1.0)


def still_wanted(facts: Facts, wanted: Floats) -> Floats:
    """Most units that may be late at the end of each period [wish, period]."""
    most = np.zeros(wanted.shape)
    ends, patience = facts.periods.edges[1:], facts.programme.planning.backlog_months
    for age in range(ends.size):
        is_late = ends[age:] - ends[: ends.size - age] < patience - ROUNDING
        if not is_late.any():
            break
        most[:, age:] += np.where(is_late, wanted[:, : ends.size - age], 0.0)
    most[:, -1:] = 0.0
    return most


def penalties_usd(facts: Facts, found: tuple[Wish, ...]) -> tuple[Floats, Floats]:
    """(for a unit late by a period, for a unit never delivered) [wish, period]."""
    shape = (len(found), facts.periods.count)
    late = np.array([wish.late_usd for wish in found]).reshape(shape)
    return late, np.array([wish.lost_usd for wish in found]).reshape(shape)


def prices_usd(facts: Facts, found: tuple[Wish, ...]) -> Floats:
    """What a delivery gains [wish, period]."""
    shape = (len(found), facts.periods.count)
    return np.array([wish.price_usd for wish in found]).reshape(shape)


def wishes(facts: Facts) -> list[Wish]:
    """Every market's want of every item, then the dated demands."""
    weights = _class_weights(facts)
    return [
        *(_wish_of_market(facts, *pair, weights) for pair in _market_items(facts)),
        *(_wish_of_orders(facts, orders, weights) for orders in _alike(facts)),
    ]


def _market_items(facts: Facts) -> list[tuple[str, str]]:
    return list(dict.fromkeys((need.market, need.item) for need in facts.programme.needs))


def _class_weights(facts: Facts) -> dict[int, float]:
    """Weight of each demand class, by its priority."""
    classes = {m.priority for m in facts.programme.markets} | {
        d.priority for d in facts.programme.demands
    }
    return {c: facts.options.class_weight**rank for rank, c in enumerate(sorted(classes))}


def _wish_of_market(facts: Facts, market: str, item: str, weights: dict[int, float]) -> Wish:
    needs = [n for n in grouped(facts.programme.needs, "market")[market] if n.item == item]
    volume = products(facts, market)
    weight = weights[by_key(facts.programme.markets)[market].priority]
    return Wish(
        market,
        item,
        (),
        *_money(facts, item, prices.price_usd(facts, item), weight),
        rank=by_key(facts.programme.markets)[market].priority,
        wanted=volume * sum((_in_each(facts, need) for need in needs), np.zeros(1)),
    )


def _money(facts: Facts, item: str, price: Floats, weight: float) -> tuple[Floats, Floats, Floats]:
    """(gained by a delivery, for a unit late by a period, for a unit never delivered) [period]."""
    planning = facts.programme.planning
    free = np.where(price == 0, replacement_usd(facts, item), 0.0) if (price == 0).any() else 0.0
    worth = (price + free) * weight
    late = worth * planning.backlog_penalty_percent / 100 * facts.periods.months
    lost = worth * planning.shortfall_penalty_percent / 100 + free
    late, lost = (
        prices.late_usd(facts, item, late),
        prices.dated(facts, item, "shortfall_usd", lost),
    )
    return price, late, lost


def _in_each(facts: Facts, need: Need) -> Floats:
    """Units in a product of each period, by the share of the period that the need holds."""
    begins, ends = facts.periods.position(need.from_date), facts.periods.after(need.to_date)
    return need.quantity * facts.periods.share(begins, ends)


def products(facts: Facts, market: str) -> Floats:
    """Products that a market builds [period]: its yearly rate, linear between two dates."""
    rows = sorted(grouped(facts.programme.volumes, "market")[market], key=lambda row: row.date)
    if not rows:
        return np.zeros(facts.periods.count)
    at = np.array([facts.periods.position(row.date) for row in rows])
    rate = np.array([row.units_per_year for row in rows]) / 12
    return np.diff(_area_up_to(facts.periods.edges, at, rate))


def _area_up_to(edges: Floats, at: Floats, rate: Floats) -> Floats:
    """Area under a line through (at, rate), 0 before and level after it [edge]."""
    knots = np.unique(np.concatenate([edges, at, [at[0]]]))
    knots = knots[knots >= at[0]]
    height = np.interp(knots, at, rate)
    steps = np.diff(knots) * (height[1:] + height[:-1]) / 2
    area = np.concatenate([[0.0], np.cumsum(steps)])
    found: Floats = np.interp(edges, knots, area)
    return found


def _alike(facts: Facts) -> list[list[Demand]]:
    """Dated demands grouped by item, class and price, the earliest first."""
    groups: defaultdict[tuple[str, int, tuple[float, ...]], list[Demand]] = defaultdict(list)
    for demand in sorted(facts.programme.demands, key=lambda d: (d.date, d.name)):
        price = tuple(_price_of(facts, demand).tolist())
        groups[demand.item, demand.priority, price].append(demand)
    return [groups[key] for key in sorted(groups)]


def _price_of(facts: Facts, demand: Demand) -> Floats:
    """What a unit of a dated demand gains [period]."""
    own = demand.price_usd
    if own is None:
        return prices.price_usd(facts, demand.item)
    return np.full(facts.periods.count, own)


def _wish_of_orders(facts: Facts, orders: list[Demand], weights: dict[int, float]) -> Wish:
    wanted = np.zeros(facts.periods.count)
    for order in orders:
        period = due_period(facts, order)
        if period < facts.periods.count:
            wanted[period] += order.quantity
    weight = weights[orders[0].priority]
    return Wish(
        orders[0].name if len(orders) == 1 else ORDERS,
        orders[0].item,
        tuple(orders),
        *_money(facts, orders[0].item, _price_of(facts, orders[0]), weight),
        rank=orders[0].priority,
        wanted=wanted,
    )


def due_period(facts: Facts, order: Demand) -> int:
    """Period in which a dated demand is due; what was due before the start is due at once."""
    return max(facts.periods.at(facts.periods.position(order.date)), 0)
