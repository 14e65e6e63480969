"""Tools that may be bought and sold again, in whole numbers.

    hours of the group in u  +=  hours of a tool x share of u after its release     for each bought
    sum of sold up to u      <=  sum of bought and released up to the start of u
    sum of floor_m2 x (tools there)  <=  floor of the plant and of its phases
    capital of chosen phases and tools within a budget's days  <=  the budget

A tool is ordered at the start of a period, paid when it is delivered, and released for production
after its installation. One that is sold works until the end of the period, and brings its resale
value then. Floor and budgets bind what is chosen; what a programme claims is there already.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from fabstack.economics.capacity import hours_per_tool_month
from fabstack.model import by_key
from fabstack.model.choices import ToolOption
from fabstack.model.deliveries import claimed_deliveries
from fabstack.plan.capacity import load_share, tools
from fabstack.plan.facts import Facts
from fabstack.plan.options import Integers
from fabstack.plan.phase_tools import floor_m2
from fabstack.plan.phases import Choice, claimed_floor, floor_added, spending, tool_spending
from fabstack.plan.program import LinearProgram
from fabstack.plan.types import Flags, Floats, Ints


class Terms(NamedTuple):
    """An option on the axis of periods."""

    option: ToolOption
    group: int
    price_usd: float
    delivered: Floats  # [period] position at which an order of the period is delivered
    released: Floats  # [period] position from which it works
    may_order: Flags  # [period]
    hours: Floats  # [period] of one tool that is there for the whole period
    floor_m2: float


class Purchases(NamedTuple):
    """All options."""

    terms: tuple[Terms, ...]


def terms(facts: Facts) -> list[Terms]:
    """All options to buy tools."""
    return [_terms(facts, option) for option in facts.programme.tool_options]


def _terms(facts: Facts, option: ToolOption) -> Terms:
    periods = facts.periods
    groups = by_key(facts.programme.tool_groups)
    group = groups[option.tool_group]
    delivered = periods.edges[:-1] + _or(option.lead_time_months, group.lead_time_months)
    released = delivered + _or(option.install_months, group.install_months)
    in_force = periods.share(periods.position(option.from_date), periods.after(option.to_date))
    usual = hours_per_tool_month(facts.programme, group.name) * load_share(facts, group)
    return Terms(
        option=option,
        group=list(groups).index(group.name),
        price_usd=_or(option.price_usd, group.price_usd),
        delivered=delivered,
        released=released,
        may_order=(in_force > 0) & (released < periods.edges[-1]),
        hours=_or(option.hours_per_month, usual) * periods.months,
        floor_m2=group.floor_m2,
    )


def _or(given: float | None, usual: float) -> float:
    return usual if given is None else given


def add_purchases(lp: LinearProgram, facts: Facts, choices: tuple[Choice, ...]) -> Purchases:
    """Columns of tools bought and sold [option, period], and the rows that limit them."""
    found = Purchases(tuple(terms(facts)))
    shape = (len(found.terms), facts.periods.count)
    may = np.array([one.may_order for one in found.terms]).reshape(shape)
    most = np.array([_most(one.option) for one in found.terms]).reshape(-1, 1)
    whole = facts.options.integers is Integers.WHOLE
    bought = lp.add_columns(
        "bought_tools",
        shape,
        cost=price_usd(facts, found),
        upper=np.where(may, most, 0.0),
        whole=whole,
    )
    is_sold = np.array([one.option.resale_percent > 0 for one in found.terms]).reshape(-1, 1)
    sold = lp.add_columns(
        "sold_tools",
        shape,
        cost=-resale_usd(found)[:, None] * facts.money,
        upper=np.where(is_sold, np.inf, 0.0) * np.ones(shape[1]),
        whole=whole,
    )
    _add_hours(lp, facts, found, bought, sold)
    _add_counts(lp, facts, found, bought, sold)
    _add_floors(lp, facts, found, bought, sold)
    _add_floors_of_phases(lp, facts, choices)
    _add_budgets(lp, facts, found, bought, choices)
    return found


def _most(option: ToolOption) -> float:
    return np.inf if option.most is None else float(option.most)


def price_usd(facts: Facts, found: Purchases) -> Floats:
    """Worth at the start of what a tool ordered in a period costs [option, period]."""
    paid = delivery_periods(facts, found)
    price = np.array([one.price_usd for one in found.terms]).reshape(-1, 1)
    usd: Floats = price * facts.equipment_money[paid]
    return usd


def delivery_periods(facts: Facts, found: Purchases) -> Ints:
    """Period in which an order of a period is delivered and paid [option, period]."""
    shape = (len(found.terms), facts.periods.count)
    at = [[facts.periods.at(d) for d in one.delivered.tolist()] for one in found.terms]
    paid: Ints = np.minimum(np.array(at, dtype=np.int64).reshape(shape), shape[1] - 1)
    return paid


def resale_usd(found: Purchases) -> Floats:
    """What a tool brings that is sold again [option]."""
    return np.array([one.price_usd * one.option.resale_percent / 100 for one in found.terms])


def working(facts: Facts, one: Terms) -> Floats:
    """Share of each period in which a tool ordered in another works [order, period]."""
    rows = [facts.periods.share(at, np.inf) for at in one.released.tolist()]
    return np.array(rows).reshape(facts.periods.count, facts.periods.count)


def _later(facts: Facts) -> Floats:
    """1 where a period comes after another [period, period]."""
    return np.triu(np.ones((facts.periods.count, facts.periods.count)), 1)


def _add_hours(lp: LinearProgram, facts: Facts, found: Purchases, bought: Ints, sold: Ints) -> None:
    for one, buys, sells in zip(found.terms, bought, sold, strict=True):
        rows = lp.rows["tool_hours"][one.group]
        lp.add_entries(rows, buys[:, None], -working(facts, one) * one.hours)
        lp.add_entries(rows, sells[:, None], _later(facts) * one.hours)


def _add_counts(
    lp: LinearProgram, facts: Facts, found: Purchases, bought: Ints, sold: Ints
) -> None:
    """No more tools in all than there are to be had, and none sold that is not there."""
    most = np.array([_most(one.option) for one in found.terms])
    in_all = lp.add_rows("most_tools", most.shape, high=most)
    lp.add_entries(in_all[:, None], bought, 1.0)
    rows = lp.add_rows("own_tools", sold.shape, high=0.0)
    for one, row, buys, sells in zip(found.terms, rows, bought, sold, strict=True):
        lp.add_entries(row, sells[:, None], _later(facts) + np.eye(row.size))
        is_there = one.released[:, None] <= facts.periods.edges[:-1] + 1e-9
        lp.add_entries(row, buys[:, None], -1.0 * is_there)


def _add_floors(
    lp: LinearProgram, facts: Facts, found: Purchases, bought: Ints, sold: Ints
) -> None:
    """Floor of each plant that limits and has options [plant, period]."""
    plants = floors(facts)
    room = np.array([free_m2(facts, plant) for plant in plants])
    shape = (len(plants), facts.periods.count)
    rows = lp.add_rows("floor", shape, high=room.reshape(shape))
    for one, buys, sells in zip(found.terms, bought, sold, strict=True):
        plant = facts.programme.tool_groups[one.group].plant
        if plant in plants:
            row = rows[plants.index(plant)]
            docked = one.delivered[:, None] < facts.periods.edges[1:]
            lp.add_entries(row, buys[:, None], one.floor_m2 * docked)
            lp.add_entries(row, sells[:, None], -one.floor_m2 * _later(facts))


def _add_floors_of_phases(lp: LinearProgram, facts: Facts, choices: tuple[Choice, ...]) -> None:
    plants = floors(facts)
    for choice, column in zip(choices, lp.columns["built"], strict=True):
        if choice.phase.plant in plants:
            row = lp.rows["floor"][plants.index(choice.phase.plant)]
            at = choice.phase, choice.first_output
            lp.add_entries(row, column, floor_m2(facts, *at) - floor_added(facts, *at))


def floors(facts: Facts) -> list[str]:
    """Plants whose floor limits what may be bought."""
    groups = by_key(facts.programme.tool_groups)
    bought_for = {groups[option.tool_group].plant for option in facts.programme.tool_options}
    plants = facts.programme.plants
    return [plant.name for plant in plants if plant.floor_m2 and plant.name in bought_for]


def free_m2(facts: Facts, plant: str) -> Floats:
    """Floor that the tools of a programme leave at the end of each period [period]."""
    groups = facts.programme.tool_groups
    taken = np.zeros(facts.periods.count)
    for group in groups:
        if group.plant == plant:
            taken += group.floor_m2 * group.tools
            for delivery in claimed_deliveries(facts.programme, group.name):
                there = facts.periods.position(delivery.date) < facts.periods.edges[1:]
                taken += group.floor_m2 * delivery.tools * there
    floor = by_key(facts.programme.plants)[plant].floor_m2 + claimed_floor(facts, plant)
    free: Floats = np.maximum(floor - taken, 0.0)
    return free


def _add_budgets(
    lp: LinearProgram, facts: Facts, found: Purchases, bought: Ints, choices: tuple[Choice, ...]
) -> None:
    budgets, periods = facts.programme.budgets, facts.periods
    rows = lp.add_rows("budget", (len(budgets),), high=[one.capital_usd for one in budgets])
    paid = delivery_periods(facts, found)
    for budget, row in zip(budgets, rows, strict=True):
        inside = periods.share(periods.position(budget.from_date), periods.after(budget.to_date))
        for place, one in enumerate(found.terms):
            if budget.plant in (None, facts.programme.tool_groups[one.group].plant):
                lp.add_entries(row, bought[place], one.price_usd * inside[paid[place]])
        for choice, column in zip(choices, lp.columns["built"], strict=True):
            if budget.plant in (None, choice.phase.plant):
                spent = spending(facts, choice) + tool_spending(facts, choice)
                usd = float((spent * inside).sum())
                lp.add_entries(np.array([row]), np.array([column]), usd)


def tools_there(facts: Facts, found: Purchases, bought: Floats, sold: Floats) -> Floats:
    """Tools released for production, bought ones among them, averaged [group, period]."""
    total = tools(facts)
    for one, buys, sells in zip(found.terms, bought, sold, strict=True):
        total[one.group] += buys @ working(facts, one) - sells @ _later(facts)
    return total


def hours_added(facts: Facts, found: Purchases, bought: Floats, sold: Floats) -> Floats:
    """Usable hours of tools that were bought [group, period]."""
    hours = np.zeros((len(facts.programme.tool_groups), facts.periods.count))
    for one, buys, sells in zip(found.terms, bought, sold, strict=True):
        hours[one.group] += (buys @ working(facts, one) - sells @ _later(facts)) * one.hours
    return hours


def most_hours_added(facts: Facts) -> Floats:
    """Usable hours of all tools that might be bought [group, period]."""
    hours = np.zeros((len(facts.programme.tool_groups), facts.periods.count))
    for one in terms(facts):
        if one.may_order.any():
            first = int(np.flatnonzero(one.may_order)[0])
            share = facts.periods.share(float(one.released[first]), np.inf)
            each = share * one.hours
            hours[one.group, each > 0] += _most(one.option) * each[each > 0]
    return hours
