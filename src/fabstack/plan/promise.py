"""When a new order can be there, without disturbing what is planned: capable to promise.

All that a plan delivers keeps its date and amount, and its phases and tools stay as they are; the
order gets what is left. The earliest period is found by bisection on

    most(t)  =  as much of the order as can be handed over by the end of t

which never falls with t. The duals of most(t) one period earlier prove why it is not there by then:
most is concave in every limit, so at least (quantity - most) / dual more of a limit would be needed
(IBM's and Harris's delivery quotation from uncommitted output are the same question, e.g. Leachman
et al., Interfaces 26(1), 1996).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import NamedTuple

import numpy as np

from fabstack.errors import Finding, InputError, PlanError, did_you_mean
from fabstack.model import Programme, by_key
from fabstack.model.header import Service
from fabstack.plan.earlier import Earlier
from fabstack.plan.highs import Solution, Status
from fabstack.plan.money import Cash, cash
from fabstack.plan.options import PlanOptions
from fabstack.plan.periods import Periods
from fabstack.plan.program import Arrays
from fabstack.plan.promise_limits import Hold, holds
from fabstack.plan.promise_program import SAME, Order, Promising, promising
from fabstack.plan.run import Solver, accept, solved
from fabstack.plan.types import Floats
from fabstack.plan.warm import Warm
from fabstack.plan.watch import Tell, tell_nobody

__all__ = ["Hold", "Order", "Part", "Price", "Promise", "promise"]

ROUNDING = 1e-5  # relative: what a search over whole numbers cannot tell from nothing
SLACKS = (1e-8, 1e-6, 1e-4)  # of the quantity, by which parts may miss, in turn
NOT_OF_THE_ORDER = ("revenue", "penalty", "fixed")


class Part(NamedTuple):
    """Units that can be handed over in a period."""

    period: int
    quantity: float


class Price(NamedTuple):
    """What an order costs, in USD of the programme's start."""

    usd: float  # with all that it moves
    by_kind: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """The answer to an order; periods count from 0, and None stands for never."""

    order: Order
    periods: Periods
    by: int | None  # period by whose end all of it can be handed over, in parts
    whole: int | None  # first period in which all of it can be handed over at once
    promised: int | None  # that, or the period of the day that was asked for where it is later
    in_time: bool | None  # None: no day was asked for
    by_due: float | None  # units that can be there by the day that was asked for
    most: float  # units by the end of the horizon
    parts: tuple[Part, ...]  # with the least waiting of all ways to have everything by `by`
    holds: tuple[Hold, ...]  # why not a period earlier, the strongest first
    price: Price | None  # of handing it over at once in the promised period
    price_in_parts: Price | None
    is_exact: bool  # False: a search over whole numbers ran out of time, so earlier may be possible
    delivered: Floats = field(repr=False)  # to others, with the order in the plan [want, period]
    committed: Floats = field(repr=False)  # to others in the plan [want, period]


def promise(
    programme: Programme,
    order: Order,
    *,
    options: PlanOptions | None = None,
    earlier: Earlier | None = None,
    invest: bool = False,
    tell: Tell = tell_nobody,
) -> Promise:
    """When an order can be there on the capacity that a plan leaves.

    The plan is `earlier`, or the best one of the programme. With `invest` phases and tools may be
    added for the order.

    Raises:
        InputError: the programme has no such item or place, or the quantity is no amount.
        LimitError: the time limit came before any plan was found, or the program is too large.
        PlanError: the earlier plan's deliveries are not possible in this programme.

    """
    refuse_the_unknown(programme, order)
    options = options or PlanOptions()
    asking = _Asking(promising(programme, order, options), options, tell)
    asking.commit(earlier, invest=invest)
    return asking.answer()


def refuse_the_unknown(programme: Programme, order: Order) -> None:
    """Let pass what can be asked.

    Raises:
        InputError: the programme has no such item or place, or the quantity is no amount.

    """
    findings = []
    if order.item not in by_key(programme.items):
        cure = did_you_mean(order.item, tuple(by_key(programme.items)))
        findings.append(_fault("item", f"there is no item '{order.item}'", "an item", cure))
    if not 0 < order.quantity < np.inf:
        found = f"{order.quantity:g} is no amount"
        findings.append(_fault("quantity", found, "a number above 0"))
    places = (*by_key(programme.plants), *by_key(programme.suppliers))
    for place in order.places:
        if place not in places:
            cure = did_you_mean(place, places)
            findings.append(
                _fault("at", f"there is no place '{place}'", "a plant or supplier", cure)
            )
    days = Periods.of(programme).days
    if order.due is not None and not days[0] <= order.due < days[-1]:
        expected = f"a day from {days[0]} until {days[-1]}"
        findings.append(_fault("due", f"{order.due} lies outside of the plan", expected))
    if findings:
        raise InputError(findings)


def _fault(option: str, message: str, expected: str, cure: str = "") -> Finding:
    return Finding(f"--{option}", 0, 0, f"bad-{option}", message, expected, cure)


def _is_plan(found: Solution) -> bool:
    return found.status in (Status.OPTIMAL, Status.LIMIT)


def _keeps(arrays: Arrays, found: Solution) -> bool:
    """True where a solution with its whole numbers rounded is still one."""
    if not _is_plan(found):
        return False
    activity = arrays.matrix @ found.values
    scale = ROUNDING * np.maximum(1.0, np.abs(activity))
    return bool(((activity >= arrays.low - scale) & (activity <= arrays.high + scale)).all())


class _Asking:
    """Questions about an order, each solved from where the last one ended."""

    def __init__(self, program: Promising, options: PlanOptions, tell: Tell) -> None:
        self.program, self.options, self.tell = program, options, tell
        self.warm: Warm | None = None
        self.is_exact = True
        self.known: dict[int, Solution] = {}  # nearly the most by the end of a period
        self.proved: dict[int, Solution] = {}  # the most
        self.committed: Floats = np.zeros(0)
        self.cash: Cash
        self.cost_usd = 0.0

    def solve(self, arrays: Arrays) -> Solution:
        """The columns that cost least."""
        if not arrays.whole.any():
            if self.warm is None:
                self.warm = Warm(arrays, time_limit_s=self.options.time_limit_s)
                return self.warm.solution
            return self.warm.solve(arrays)
        found = Solver(self.program.model, self.options, self.tell)(arrays)
        self.is_exact = self.is_exact and found.status is not Status.LIMIT
        return found if _keeps(arrays, found) else replace(found, status=Status.NOTHING)

    # --- What is promised already ---------------------------------------------------------------

    def commit(self, earlier: Earlier | None, *, invest: bool) -> None:
        """Hold the deliveries of a plan, its phases and its tools."""
        if earlier is None:
            found = self._planned()
            self.committed = self.program.deliveries(found.values)
            held = self.program if invest else self.program.as_in(found.values)
        else:
            self.committed = self._stored(earlier)
            held = self.program if invest else self.program.decided(earlier)
        self.program = held.held(self.committed)
        self._refer()

    def _planned(self) -> Solution:
        model = self.program.model
        by_class = model.facts.programme.planning.service is Service.LEXICOGRAPHIC
        found = solved(model, Solver(model, self.options, self.tell) if by_class else self.solve)
        accept(found, self.options)
        self.is_exact = found.status is Status.OPTIMAL
        return found

    def _stored(self, earlier: Earlier) -> Floats:
        deliveries = np.zeros((self.program.others.size, self.program.periods))
        for place, row in enumerate(earlier.delivered):
            deliveries[place] = row
        return deliveries

    def _refer(self) -> None:
        """What the plan costs without the order: what the order costs is told against it."""
        found = self.solve(self.program.model.arrays)
        if not _is_plan(found):
            raise PlanError(
                "the plan's deliveries are not possible in this programme; plan it again and "
                "promise on that plan"
            )
        self.cash, self.cost_usd = cash(self.program.model, found.values), found.objective
        self.program = self.program.no_less_safe(found.values)

    # --- The order ------------------------------------------------------------------------------

    def answer(self) -> Promise:
        """All that is told of the order."""
        by = self._first_by()
        given = self._given(self._earliest_parts(self._last if by is None else by))
        whole = None if by is None else self._whole_from(by)
        due, promised = self._due(), whole
        if whole is not None and due is not None and whole < due and self._is_whole_in(due):
            promised = due
        price, with_order = self._priced(self._all_in(promised))
        price_in_parts, with_parts = self._priced(given)
        final = with_parts if with_order is None else with_order
        return Promise(
            order=self.program.order,
            periods=self.program.model.facts.periods,
            by=by,
            whole=whole,
            promised=promised,
            in_time=None if due is None else whole is not None and whole <= due,
            by_due=None if due is None else self._most(due),
            most=self._most(self._last),
            parts=self._parts(given),
            holds=self._why_not_before(by),
            price=price,
            price_in_parts=price_in_parts,
            is_exact=self.is_exact,
            delivered=self.committed if final is None else self.program.deliveries(final.values),
            committed=self.committed,
        )

    @property
    def _last(self) -> int:
        return self.program.periods - 1

    def _due(self) -> int | None:
        """The period of the day that was asked for."""
        day, periods = self.program.order.due, self.program.model.facts.periods
        return None if day is None else periods.at(periods.position(day))

    def _reached(self, last: int) -> float:
        """Units that can be there by the end of a period; all of the order, or nearly the most."""
        if last not in self.known:
            self.known[last] = self._much(0, last)
        return self._units(self.known[last])

    def _most(self, last: int) -> float:
        """The most units that can be there by the end of a period."""
        if last < 0:
            return 0.0
        if not self._is_all(self._reached(last)) and last not in self.proved:
            self.known[last] = self.proved[last] = self.solve(self.program.most(0, last))
        return self._reached(last)

    def _much(self, first: int, last: int) -> Solution:
        is_search = bool(self.program.model.arrays.whole.any())  # a gap would hide the order
        return self.solve(
            self.program.most(first, last) if is_search else self.program.much(first, last)
        )

    def _units(self, found: Solution) -> float:
        return float(self.program.parts(found.values).sum()) if _is_plan(found) else 0.0

    def _is_all(self, units: float) -> bool:
        return units >= self.program.order.quantity * (1 - SAME)

    def _first_by(self) -> int | None:
        """The first period by whose end all can be handed over, and the proof that it is."""
        before, by = -1, self._last
        if not self._is_all(self._most(by)):
            return None
        while by - before > 1:
            middle = (before + by) // 2
            is_all = self._is_all(self._reached(middle))
            before, by = (before, middle) if is_all else (middle, by)
        while self._is_all(self._most(by - 1)):
            by -= 1
        return by

    def _whole_from(self, first: int) -> int | None:
        """The first period from one on in which all can be handed over at once."""
        periods = range(first, self.program.periods)
        return next((period for period in periods if self._is_whole_in(period)), None)

    def _is_whole_in(self, period: int) -> bool:
        """True where all can be handed over in one period, for a price or at any cost."""
        return self._is_all(self._units(self._much(period, period))) or self._is_all(
            self._units(self.solve(self.program.most(period, period)))
        )

    def _all_in(self, period: int | None) -> Floats:
        """The whole order in a period, and nothing else [period]."""
        parts = np.zeros(self.program.periods)
        if period is not None:
            parts[period] = self.program.order.quantity
        return parts

    def _given(self, found: Solution) -> Floats:
        """What the order gets, without what is rounding [period]."""
        parts = self.program.parts(found.values) if _is_plan(found) else self._all_in(None)
        return np.where(parts > ROUNDING * self.program.order.quantity, parts, 0.0)

    def _earliest_parts(self, last: int) -> Solution:
        """All that can be there by the end of a period, each part as early as can be."""
        if self._reached(last) <= SAME * self.program.order.quantity:
            return self.known[last]
        found = self.solve(self.program.earliest_parts(last, self._reached(last)))
        return found if _is_plan(found) else self.known[last]

    def _parts(self, given: Floats) -> tuple[Part, ...]:
        return tuple(
            Part(period, float(given[period])) for period in np.flatnonzero(given).tolist()
        )

    def _priced(self, parts: Floats) -> tuple[Price | None, Solution | None]:
        """What it costs to hand over some parts [period], and the cheapest plan that does it."""
        if not parts.any():
            return None, None
        for slack in SLACKS:
            cheapest = self.solve(self.program.cheapest(parts, slack))
            if _is_plan(cheapest):
                return self._price(cheapest), cheapest
        return None, None

    def _price(self, cheapest: Solution) -> Price:
        money = cash(self.program.model, cheapest.values)
        discount = self.program.model.facts.discount
        by_kind = {
            one.name: float(discount @ (getattr(money, one.name) - getattr(self.cash, one.name)))
            for one in fields(Cash)
            if one.name not in NOT_OF_THE_ORDER
        }
        by_kind["resale"] = -by_kind["resale"]  # a gain
        return Price(cheapest.objective - self.cost_usd, by_kind)

    def _why_not_before(self, by: int | None) -> tuple[Hold, ...]:
        """What keeps the order from being there a period earlier; nothing before the first."""
        last = self._last if by is None else by - 1
        if last < 0:
            return ()
        missing = self.program.order.quantity - self._most(last)
        return holds(self.program, self.proved[last], last, missing)
