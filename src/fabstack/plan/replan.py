"""A plan held to an earlier one: the near term as it was, the rest changed at a price.

    done(c) - more(c) + less(c)  =  done before(c)        for each decision c

A decision is a start, an order, a tool bought or sold, a phase built, in its period. Frozen ones
may not differ; where that has become impossible, they differ by as little value as can be (a
program of its own, solved first), and the rest of the plan begins there. All others cost `weight x
value of what is changed`: the l1 distance to the earlier plan, so that few things change rather
than many a little (less nervous plans, as in Kazan, Nagi and Rump, Computers & Operations Research
27, 2000).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_matrix

from fabstack.model import key_of
from fabstack.plan.buy import Buying
from fabstack.plan.earlier import Earlier
from fabstack.plan.facts import Facts
from fabstack.plan.make import Making
from fabstack.plan.periods import Periods
from fabstack.plan.phases import Choice
from fabstack.plan.program import Arrays, LinearProgram
from fabstack.plan.purchases import Purchases
from fabstack.plan.types import Flags, Floats, Ints
from fabstack.plan.worth import worths_usd

ROUNDING = 1e-9  # of an amount: what a solver cannot tell from nothing


class Replan(NamedTuple):
    """What a plan is held to, and how."""

    earlier: Earlier
    frozen: int = 0  # periods, the first ones, whose decisions stay as they were
    weight: float = 0.0  # price of a change elsewhere, as a share of the value that is changed


class Cell(NamedTuple):
    """One decision."""

    kind: str
    name: str
    period: int
    columns: Ints  # that add up to it
    before: float
    worth_usd: float  # of a unit, at the programme's start


class Cells(NamedTuple):
    """All decisions that are compared; some are held by a row of the program."""

    all: tuple[Cell, ...]
    sums: csr_matrix  # [cell, column]
    before: Floats  # [cell]
    worth_usd: Floats  # [cell]
    frozen: Flags  # [cell]
    held: Ints  # cells that have a row
    more: Ints  # [held] columns
    less: Ints  # [held] columns

    def after(self, values: Floats) -> Floats:
        """What is done under some values of the columns [cell]."""
        done: Floats = self.sums @ values[: self.sums.shape[1]]
        return done

    def value_usd(self, values: Floats) -> float:
        """Value of all that is changed."""
        return float(self.worth_usd @ np.abs(self.after(values) - self.before))


def periods_before(periods: Periods, day: date) -> int:
    """How many periods begin before a day."""
    return sum(first < day for first in periods.days[:-1])


def add_changes(
    lp: LinearProgram,
    facts: Facts,
    replan: Replan,
    *,
    making: Making,
    buying: Buying,
    choices: tuple[Choice, ...],
    purchases: Purchases,
) -> Cells:
    """Rows that hold decisions to an earlier plan, and columns of what is changed."""
    found = (
        *_starts(lp, facts, replan.earlier, making),
        *_orders(lp, facts, replan.earlier, buying),
        *_tools(lp, facts, replan.earlier, purchases),
        *_phases(lp, facts, replan.earlier, choices),
    )
    periods = np.array([cell.period for cell in found], dtype=np.int64)
    frozen = periods < replan.frozen
    worth = np.array([cell.worth_usd for cell in found])
    before = np.array([cell.before for cell in found])
    held = np.flatnonzero(frozen | (replan.weight > 0))
    cost = np.where(frozen[held], 0.0, replan.weight * worth[held])
    upper = np.where(frozen[held], 0.0, np.inf)
    sums = _sums(found, lp.count)
    rows = lp.add_rows("changes", held.shape, low=before[held], high=before[held])
    more = lp.add_columns("changed_more", held.shape, cost=cost, upper=upper)
    less = lp.add_columns("changed_less", held.shape, cost=cost, upper=upper)
    lp.add_entries(rows, more, -1.0)
    lp.add_entries(rows, less, 1.0)
    for row, place in zip(rows.tolist(), held.tolist(), strict=True):
        lp.add_entries(np.array([row]), found[place].columns, 1.0)
    return Cells(found, sums, before, worth, frozen, held, more, less)


def _sums(found: tuple[Cell, ...], columns: int) -> csr_matrix:
    rows = np.repeat(np.arange(len(found)), [cell.columns.size for cell in found])
    at = np.concatenate([cell.columns for cell in found] or [np.empty(0, dtype=np.int64)])
    return csr_matrix((np.ones(at.size), (rows, at)), shape=(len(found), columns))


# --- Decisions ------------------------------------------------------------------------------------


def _starts(lp: LinearProgram, facts: Facts, earlier: Earlier, making: Making) -> Iterator[Cell]:
    worth = worths_usd(facts.programme)
    for place, route in enumerate(facts.programme.routes):
        before = _spread(earlier, earlier.starts.get(route.name), facts.periods)
        usd = making.expected[place] * worth[route.item] * facts.money
        yield from _by_period("start", route.name, making.starts[place], before, usd)


def _orders(lp: LinearProgram, facts: Facts, earlier: Earlier, buying: Buying) -> Iterator[Cell]:
    worth, taken = worths_usd(facts.programme), lp.columns["taken"]
    for place, one in enumerate(buying.terms):
        name = key_of(one.offer)
        before = _spread(earlier, earlier.orders.get(name), facts.periods)
        columns = taken[buying.step_of == place].T
        usd = worth[one.offer.item] * facts.money
        yield from _by_period("order", name, columns, before, usd)


def _tools(
    lp: LinearProgram, facts: Facts, earlier: Earlier, purchases: Purchases
) -> Iterator[Cell]:
    for kind, column, known in (
        ("buy-tool", "bought_tools", earlier.bought_tools),
        ("sell-tool", "sold_tools", earlier.sold_tools),
    ):
        for place, one in enumerate(purchases.terms):
            name = key_of(one.option)
            amounts = known.get(name)
            nothing = np.zeros(facts.periods.count)
            before = nothing if amounts is None else earlier.moved(amounts, facts.periods)
            usd = (one.price_usd or 1.0) * facts.money
            yield from _by_period(kind, name, lp.columns[column][place], before, usd)


def _phases(
    lp: LinearProgram, facts: Facts, earlier: Earlier, choices: tuple[Choice, ...]
) -> Iterator[Cell]:
    for place, one in enumerate(choices):
        period, day = one.decided, None
        if period is not None:
            day = facts.periods.day(period)
        else:
            begins = one.first_output - one.phase.build_months
            period = max(facts.periods.at(begins), 0)
        phase = one.phase
        before = earlier.built.get((phase.plant, phase.phase, day), 0.0)
        usd = (phase.capex_usd or 1.0) * facts.money[min(period, facts.periods.count - 1)]
        columns = lp.columns["built"][place : place + 1]
        yield Cell("build", f"{phase.plant}:{phase.phase}", period, columns, before, float(usd))


def _spread(earlier: Earlier, amounts: Floats | None, periods: Periods) -> Floats:
    return np.zeros(periods.count) if amounts is None else earlier.spread(amounts, periods)


def _by_period(
    kind: str, name: str, columns: Ints, before: Floats, worth_usd: Floats
) -> Iterator[Cell]:
    for period, (amount, usd) in enumerate(zip(before.tolist(), worth_usd.tolist(), strict=True)):
        own = np.atleast_1d(columns[period])
        yield Cell(kind, name, period, own, amount, usd if usd > 0 else 1.0)


# --- What is frozen and no longer possible --------------------------------------------------------


def least_change(arrays: Arrays, cells: Cells) -> Arrays:
    """The program that changes as little value of what is frozen as can be."""
    frozen = cells.frozen[cells.held]
    columns = np.concatenate([cells.more[frozen], cells.less[frozen]])
    cost, upper = np.zeros(arrays.cost.size), arrays.upper.copy()
    cost[columns] = np.tile(cells.worth_usd[cells.held][frozen], 2)
    upper[columns] = np.inf
    return arrays._replace(cost=cost, upper=upper)


def allowing(arrays: Arrays, cells: Cells, values: Floats) -> Arrays:
    """The program in which what is frozen may differ by what it does under some values."""
    frozen = cells.frozen[cells.held]
    upper = arrays.upper.copy()
    room = ROUNDING * np.maximum(1.0, cells.before[cells.held][frozen])
    for columns in (cells.more[frozen], cells.less[frozen]):
        upper[columns] = values[columns] * (1 + ROUNDING) + room
    return arrays._replace(upper=upper)
