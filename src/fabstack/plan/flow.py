"""Stock balance of every item at every place, what is moved, and what is converted.

    stock(t-1) + in(t) = stock(t) + out(t) + disposed(t)             for each node and period
    waiting(t-1) + arriving(t) = waiting(t) + worked(t)               for each stage and period

`in` is what routes, suppliers and lanes bring in the period and what comes into being there;
`out` is what routes and conversions take, lanes carry off and markets get. Stock lies at plants
only. A stock below its safety level is priced, not forbidden; surplus from the first day may be
disposed of, so that no stock limit can make a plan impossible, and so may bins and what spoils.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from fabstack.economics.flow import children_per_parent, yield_share
from fabstack.model import by_key
from fabstack.model.items import Component
from fabstack.plan import prices
from fabstack.plan.facts import Facts
from fabstack.plan.network import Conversion
from fabstack.plan.program import OUTSIDE, LinearProgram
from fabstack.plan.types import Floats, Ints, Numbers
from fabstack.plan.worth import replacement_usd


class Balance(NamedTuple):
    """Rows to which the other blocks add what they bring and take."""

    rows: Ints  # [node, period]
    periods: int

    def at(self, nodes: Numbers, periods: Numbers) -> Ints:
        """Rows of some nodes in some periods; OUTSIDE beyond the horizon."""
        inside = periods < self.periods
        rows: Ints = self.rows[nodes, np.where(inside, periods, 0)]
        return np.where(inside, rows, OUTSIDE)


def add_balance(lp: LinearProgram, facts: Facts, arriving: Floats, waiting: Floats) -> Balance:
    """Balance rows with stock, and those of the stages of routes, which `queues` fills.

    `arriving` [node, period] and `waiting` [stage, period] are what comes whatever the plan.
    """
    shape = (len(facts.network.nodes), facts.periods.count)
    balance = Balance(lp.add_rows("balance", shape, low=-arriving, high=-arriving), shape[1])
    lp.add_rows("waiting", waiting.shape, low=-waiting, high=-waiting)
    _add_stock(lp, facts, balance)
    surplus = surplus_nodes(facts, arriving)
    disposed = lp.add_columns("disposed", (surplus.size, shape[1]))
    lp.add_entries(balance.rows[surplus], disposed, -1.0)
    return balance


def surplus_nodes(facts: Facts, arriving: Floats) -> Ints:
    """Nodes at which units may be disposed of: those of the first day, bins, what spoils."""
    items = by_key(facts.programme.items)
    bins = {row.bin for row in facts.programme.bins}
    goes = [
        node.item in bins or items[node.item].shelf_life_months is not None
        for node in facts.network.nodes
    ]
    stores = np.isin(np.arange(len(goes)), facts.network.stores)
    found: Ints = np.flatnonzero(arriving.any(axis=1) | (np.array(goes, dtype=bool) & stores))
    return found


def _add_stock(lp: LinearProgram, facts: Facts, balance: Balance) -> None:
    stores = np.array(facts.network.stores, dtype=np.int64)
    numbers = facts.periods.numbers
    stock = lp.add_columns(
        "stock",
        (stores.size, facts.periods.count),
        cost=holding_usd(facts)[stores] * facts.money,
        upper=_maxima(facts)[stores, None],
    )
    lp.add_entries(balance.rows[stores], stock, -1.0)
    lp.add_entries(balance.at(stores[:, None], numbers + 1), stock, 1.0)
    _add_safety(lp, facts, stock)


def _add_safety(lp: LinearProgram, facts: Facts, stock: Ints) -> None:
    """Stock + missing >= safety level, with `missing` priced like a late unit."""
    levels = safety_levels(facts)
    kept = np.flatnonzero(levels)
    shape = (kept.size, facts.periods.count)
    price = safety_usd(facts)[kept] * facts.money
    missing = lp.add_columns("missing", shape, cost=price)
    rows = lp.add_rows("safety", shape, low=levels[kept, None])
    lp.add_entries(rows, missing, 1.0)
    lp.add_entries(rows, stock[kept], 1.0)


def add_lanes(lp: LinearProgram, facts: Facts, balance: Balance) -> Ints:
    """What is sent along each lane [arc, period]; it arrives after the days on the way."""
    arcs = facts.network.arcs
    origins = np.array([arc.origin for arc in arcs], dtype=np.int64)
    destinations = np.array([arc.destination for arc in arcs], dtype=np.int64)
    cost_usd = np.array([arc.cost_usd for arc in arcs])
    shape = (len(arcs), facts.periods.count)
    sent = lp.add_columns("sent", shape, cost=cost_usd[:, None] * facts.money)
    lp.add_entries(balance.rows[origins], sent, -1.0)
    on = facts.periods.arrivals([arc.months for arc in arcs])
    lp.add_entries(
        balance.at(destinations[on.flow], on.arrives), sent[on.flow, on.leaves], on.share
    )
    return sent


def add_conversions(lp: LinearProgram, facts: Facts, balance: Balance) -> Ints:
    """Good units of each derived item [conversion, period]."""
    conversions = facts.network.conversions
    shape = (len(conversions), facts.periods.count)
    needs = [_children(facts, conversion) for conversion in conversions]
    impossible = np.array([~np.isfinite(need).all(axis=0) for need in needs]).reshape(shape)
    converted = lp.add_columns(
        "converted",
        shape,
        cost=conversion_usd(facts) * facts.money,
        upper=np.where(impossible, 0.0, np.inf),
    )
    for conversion, columns, need in zip(conversions, converted, needs, strict=True):
        lp.add_entries(balance.rows[conversion.node], columns, 1.0)
        children = np.array([node for node, _ in conversion.inputs])
        lp.add_entries(balance.rows[children], columns, -np.where(np.isfinite(need), need, 0.0))
    return converted


def conversion_usd(facts: Facts) -> Floats:
    """Cost to make a derived item, beside what is in it [conversion, period]."""
    rows = [prices.make_usd(facts, _item(facts, one)) for one in facts.network.conversions]
    return np.array(rows).reshape(len(rows), facts.periods.count)


def _item(facts: Facts, conversion: Conversion) -> str:
    return facts.network.nodes[conversion.node].item


def _children(facts: Facts, conversion: Conversion) -> Floats:
    """Children for one good unit of a derived item [input, period]; inf where none can be good."""
    ages = facts.age_months(*facts.network.nodes[conversion.node])
    return np.array(
        [
            [children_per_good_parent(facts, component, age) for age in ages.tolist()]
            for _, component in conversion.inputs
        ]
    )


def children_per_good_parent(facts: Facts, component: Component, months: float) -> float:
    """Children for one good unit of a derived item; children go with a parent that fails."""
    children = children_per_parent(facts.programme, component, months)
    if component.quantity is None:  # the yield of the parent is in it
        return children
    parent = by_key(facts.programme.items)[component.parent]
    return children / yield_share(facts.programme, parent, months)


def holding_usd(facts: Facts) -> Floats:
    """Cost of a unit in stock for a period, beside the cost of capital [node, period]."""
    rows = [prices.holding_usd(facts, node.item) for node in facts.network.nodes]
    return np.array(rows).reshape(len(rows), facts.periods.count)


def safety_usd(facts: Facts) -> Floats:
    """Price of a unit that a safety stock lacks for a period [store, period]."""
    share = facts.programme.planning.backlog_penalty_percent / 100 * facts.periods.months
    found = np.zeros((len(facts.network.stores), facts.periods.count))
    for place in np.flatnonzero(safety_levels(facts)).tolist():
        item = by_key(facts.programme.items)[facts.network.nodes[facts.network.stores[place]].item]
        worth = max(item.price_usd, item.value_usd) or replacement_usd(facts, item.name)
        found[place] = prices.safety_usd(facts, item.name, worth * share)
    return found


def safety_levels(facts: Facts) -> Floats:
    """Units that a plan keeps in stock [store]."""
    stocks = by_key(facts.programme.stocks)
    nodes = [facts.network.nodes[node] for node in facts.network.stores]
    rows = [stocks.get(f"{node.place}:{node.item}") for node in nodes]
    return np.array([row.safety if row else 0.0 for row in rows])


def _maxima(facts: Facts) -> Floats:
    """Most units that may lie at a node [node]."""
    stocks = by_key(facts.programme.stocks)
    rows = [stocks.get(f"{node.place}:{node.item}") for node in facts.network.nodes]
    return np.array([np.inf if row is None or row.maximum is None else row.maximum for row in rows])


def initial_stock(facts: Facts) -> Floats:
    """Units that lie at each node on the first day, as arrivals [node, period]."""
    arriving = np.zeros((len(facts.network.nodes), facts.periods.count))
    for stock in facts.programme.stocks:
        node = facts.network.index.get((stock.item, stock.plant))  # type: ignore[call-overload]
        if node is not None:
            arriving[node, 0] += stock.initial
    return arriving
