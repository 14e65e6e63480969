"""The program of a promise: a plan whose deliveries are held, and a new order beside them.

    sum over outlets of delivered(j, t)  =  what the plan delivers     for each want and period
    missing(n, t)  <=  what the plan misses of the safety stock
    phases and tools  =  those of the plan, unless more may be bought for the order
    least(t) <= new(t) <= most(t),   sum of new  <=  quantity

The order is one more want whose deliveries are free, cost nothing and earn nothing. All questions
change bounds and costs only, so that each begins where the last one ended.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import NamedTuple

import numpy as np
from scipy.sparse import csc_matrix, csr_matrix, vstack

from fabstack.model import Programme, key_of
from fabstack.model.demand import Demand
from fabstack.plan.build import Model, build
from fabstack.plan.deliver import ORDERS
from fabstack.plan.earlier import Earlier
from fabstack.plan.facts import Facts
from fabstack.plan.highs import Solution
from fabstack.plan.options import PlanOptions
from fabstack.plan.periods import Periods
from fabstack.plan.program import Arrays
from fabstack.plan.types import Floats, Ints
from fabstack.plan.worth import replacement_usd

SAME = 1e-7  # relative: quantities that differ by less are the same
SLACK = 1e-8  # relative, by which what is held may move: a stored plan is free of rounding
DEAR = 1.0  # times the price that stands for an item's last resort
DECIDED = ("built", "bought_tools", "sold_tools")

Solve = Callable[[Arrays], Solution]


class Order(NamedTuple):
    """Units of an item that somebody asks for."""

    item: str
    quantity: float
    due: date | None = None
    places: tuple[str, ...] = ()  # where it may be handed over; none: wherever the item can be


class Promising(NamedTuple):
    """A plan's model with a new order in it that gets nothing yet."""

    model: Model
    order: Order
    new: Ints  # columns of what the order gets [outlet, period]
    others: Ints  # wants of the programme, in its own order

    @property
    def periods(self) -> int:
        """How many there are."""
        return self.model.facts.periods.count

    @property
    def _committed(self) -> Ints:
        """Rows that hold what others get [want, period]."""
        count = self.others.size * self.periods
        first = self._given[0] - count
        return np.arange(first, first + count).reshape(self.others.size, self.periods)

    @property
    def _given(self) -> Ints:
        """Rows of what the order gets [period]; the last row of all is their sum."""
        last = self.model.arrays.low.size - 1
        return np.arange(last - self.periods, last)

    def held(self, deliveries: Floats) -> Promising:
        """Every want of others gets what it got [want, period]."""
        arrays, rows = self.model.arrays, self._committed
        slack = SLACK * deliveries.max(axis=1, initial=0.0)[:, None]
        low, high = arrays.low.copy(), arrays.high.copy()
        low[rows], high[rows] = deliveries - slack, deliveries + slack
        return self._with(arrays._replace(low=low, high=high))

    def decided(self, earlier: Earlier) -> Promising:
        """Phases and tools are those that a plan has."""
        values, model = np.zeros(self.model.arrays.cost.size), self.model
        periods = model.facts.periods
        for place, one in enumerate(model.choices):
            day = None if one.decided is None else periods.day(one.decided)
            key = (one.phase.plant, one.phase.phase, day)
            values[model.columns["built"][place]] = earlier.built.get(key, 0.0)
        nothing = np.zeros(periods.count)
        for name in ("bought_tools", "sold_tools"):
            for columns, terms in zip(model.columns[name], model.purchases.terms, strict=True):
                values[columns] = getattr(earlier, name).get(key_of(terms.option), nothing)
        return self.as_in(values)

    def as_in(self, values: Floats) -> Promising:
        """Phases and tools are those of a solution."""
        arrays = self.model.arrays
        columns = np.concatenate([self.model.columns[name].ravel() for name in DECIDED])
        lower, upper, whole = arrays.lower.copy(), arrays.upper.copy(), arrays.whole.copy()
        at = np.where(whole, np.round(values), values)
        lower[columns] = upper[columns] = at[columns]
        whole[columns] = False
        return self._with(arrays._replace(lower=lower, upper=upper, whole=whole))

    def no_less_safe(self, values: Floats) -> Promising:
        """Safety stocks miss no more than they do under some values."""
        arrays, columns = self.model.arrays, self.model.columns["missing"]
        upper = arrays.upper.copy()
        upper[columns] = values[columns] * (1 + SLACK)
        return self._with(arrays._replace(upper=upper))

    def _with(self, arrays: Arrays) -> Promising:
        return self._replace(model=self.model._replace(arrays=arrays))

    # --- Questions ------------------------------------------------------------------------------

    def most(self, first: int, last: int) -> Arrays:
        """As much as can be handed over in some periods, both ends included, whatever it costs."""
        cost = np.zeros(self.model.arrays.cost.size)
        cost[self.new[:, first : last + 1]] = -1.0
        return self._open(first, last, self.order.quantity, least=0.0)._replace(cost=cost)

    def much(self, first: int, last: int) -> Arrays:
        """As `most`, for a price: what is handed over is possible, and nearly always the most.

        Little of the plan moves for it, so that it is solved many times as fast from there.
        """
        cost = self.model.arrays.cost.copy()
        cost[self.new[:, first : last + 1]] = -self._dear_usd
        return self._open(first, last, self.order.quantity, least=0.0)._replace(cost=cost)

    def earliest_parts(self, last: int, quantity: float) -> Arrays:
        """A quantity by the end of a period, with a price on each month that a unit waits."""
        cost = self.model.arrays.cost.copy()
        cost[self.new] = self._dear_usd * self.model.facts.periods.edges[1:]
        return self._open(0, last, quantity, least=quantity * (1 - SLACK))._replace(cost=cost)

    @property
    def _dear_usd(self) -> float:
        """Much more than a unit costs in any way that a programme has."""
        return DEAR * replacement_usd(self.model.facts, self.order.item)

    def cheapest(self, parts: Floats, slack: float) -> Arrays:
        """The least cost, where the order gets some parts [period], to a share of the quantity."""
        arrays = self._open(0, self.periods - 1, self.order.quantity, least=0.0)
        low, high = arrays.low.copy(), arrays.high.copy()
        low[self._given] = np.maximum(parts - slack * self.order.quantity, 0.0)
        high[self._given] = parts
        return arrays._replace(low=low, high=high)

    def _open(self, first: int, last: int, quantity: float, *, least: float) -> Arrays:
        arrays = self.model.arrays
        upper, low, high = arrays.upper.copy(), arrays.low.copy(), arrays.high.copy()
        upper[self._at_places()[:, first : last + 1]] = quantity
        low[-1], high[-1] = least, quantity
        return arrays._replace(upper=upper, low=low, high=high)

    def _at_places(self) -> Ints:
        """Columns of the order where it may be handed over [outlet, period]."""
        nodes = self.model.facts.network.nodes
        outlets = self.model.facts.network.outlets[self.order.item]
        may = [not self.order.places or nodes[at].place in self.order.places for at in outlets]
        found: Ints = self.new[np.array(may, dtype=bool)]
        return found

    def parts(self, values: Floats) -> Floats:
        """What the order gets [period]."""
        given: Floats = values[self.new].sum(axis=0)
        return given

    def deliveries(self, values: Floats) -> Floats:
        """What others get [want, period]."""
        outlets = self.model.delivering.outlets[:, 0]
        total = np.zeros((len(self.model.delivering.wishes), self.periods))
        np.add.at(total, outlets, values[self.model.columns["delivered"]])
        return total[self.others]


def promising(programme: Programme, order: Order, options: PlanOptions) -> Promising:
    """The model of a programme with an order beside what it wants, which gets nothing yet."""
    price = _unused_price(programme)
    ranks = [row.priority for row in programme.markets]
    rank = min([*ranks, *(row.priority for row in programme.demands)], default=0)
    facts = Facts.of(_with_order(programme, order, price, rank), options)
    model = build(facts)
    (place,) = [
        at
        for at, wish in enumerate(model.delivering.wishes)
        if wish.orders and wish.orders[0].price_usd == price
    ]
    new = model.columns["delivered"][model.delivering.outlets[:, 0] == place]
    others = np.delete(np.arange(len(model.delivering.wishes)), place)
    arrays = _with_rows(_closed(model, place, new), _held_rows(model, new, others))
    return Promising(model._replace(arrays=arrays), order, new, others)


def _unused_price(programme: Programme) -> float:
    """A price that nothing has, so that the order is a want of its own."""
    prices = [
        *(row.price_usd for row in programme.items),
        *(row.price_usd for row in programme.demands),
        *(row.price_usd for row in programme.item_costs),
    ]
    return 1.0 + max((price for price in prices if price is not None), default=0.0)


def _with_order(programme: Programme, order: Order, price: float, rank: int) -> Programme:
    """The programme with the order in every period: limits of lots must leave room for it."""
    more = tuple(
        Demand(
            name=f"{ORDERS} of {day}",
            item=order.item,
            date=day,
            quantity=order.quantity,
            priority=rank,
            price_usd=price,
        )
        for day in Periods.of(programme).days[:-1]
    )
    return programme.model_copy(update={"demands": (*programme.demands, *more)})


def _closed(model: Model, place: int, new: Ints) -> Arrays:
    """The program in which the new want asks for nothing, gets nothing and pays nothing."""
    arrays, rows = model.arrays, model.rows["demand"][place]
    idle = np.concatenate([model.columns[name][place] for name in ("short", "backlog")])
    mine = np.concatenate([new.ravel(), idle])
    cost, upper = arrays.cost.copy(), arrays.upper.copy()
    low, high = arrays.low.copy(), arrays.high.copy()
    cost[mine], upper[mine] = 0.0, 0.0
    low[rows], high[rows] = 0.0, np.inf
    return arrays._replace(cost=cost, upper=upper, low=low, high=high)


def _held_rows(model: Model, new: Ints, others: Ints) -> csr_matrix:
    """Deliveries to each want of others [want, period], to the order [period], and all of them."""
    outlets, delivered = model.delivering.outlets[:, 0], model.columns["delivered"]
    periods = new.shape[1]
    row_of = np.full(len(model.delivering.wishes), -1)
    row_of[others] = np.arange(others.size)
    is_other = row_of[outlets] >= 0
    rows = (row_of[outlets[is_other], None] * periods + np.arange(periods)).ravel()
    columns = np.concatenate([delivered[is_other].ravel(), new.ravel(), new.ravel()])
    count = others.size * periods
    given = np.broadcast_to(count + np.arange(periods), new.shape).ravel()
    rows = np.concatenate([rows, given, np.full(new.size, count + periods)])
    shape = (count + periods + 1, model.arrays.cost.size)
    return csr_matrix((np.ones(rows.size), (rows, columns)), shape=shape)


def _with_rows(arrays: Arrays, rows: csr_matrix) -> Arrays:
    free = np.full(rows.shape[0], np.inf)
    return arrays._replace(
        low=np.append(arrays.low, -free),
        high=np.append(arrays.high, free),
        matrix=csc_matrix(vstack([arrays.matrix, rows])),
    )
