"""What each route starts, gives and takes.

    good units out in t of route r = sum over s of started(r, s) x share of s that leaves in t
                                     x units per carrier x line yield x yield of the item in t

A start of a period leaves the lead time later, split between two months; where carriers wait for
tools on the way (`queues`), what leaves is what was worked at the last of their stages. Components
go in at the start: units per carrier x children per unit, whatever becomes of the carrier. Nothing
starts so early that it would leave before the month in which its plant opens.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from fabstack.economics.flow import children_per_parent, units_per_carrier, yield_share
from fabstack.model import by_key, grouped
from fabstack.model.items import Component
from fabstack.model.routes import Route
from fabstack.plan import prices
from fabstack.plan.facts import Facts, units_out
from fabstack.plan.flow import Balance
from fabstack.plan.load import running_usd
from fabstack.plan.network import Node
from fabstack.plan.people import usd_per_carrier
from fabstack.plan.periods import Arrivals
from fabstack.plan.program import LinearProgram
from fabstack.plan.queues import add_queues
from fabstack.plan.types import Flags, Floats, Ints


class Making(NamedTuple):
    """Starts and what becomes of them."""

    starts: Ints  # columns [route, period]
    legs: Ints  # columns [leg, period] of what begins each leg of a route: starts, then stages
    ends: Ints  # columns [route, period] of what begins the last leg of each route
    units: Floats  # [route, period] good units of a carrier that leaves in the period
    expected: Floats  # [route, period] good units of a carrier that starts in the period
    leaving: Arrivals  # when what begins the last leg of each route leaves it


def add_routes(lp: LinearProgram, facts: Facts, balance: Balance) -> Making:
    """Carriers started on each route, their output and what they take."""
    leads = [facts.timings[route.name].lead_months for route in facts.programme.routes]
    units, last = units_out(facts), facts.paths.last
    expected = _expected(units, facts.periods.arrivals(leads))
    cost_usd = make_usd_per_carrier(facts, expected) + people_usd_per_carrier(facts)[:, None]
    starts = lp.add_columns(
        "starts",
        units.shape,
        cost=cost_usd * facts.money,
        upper=np.where(may_start(facts), np.inf, 0.0),
    )
    legs = add_queues(lp, facts, starts)
    leaving = facts.periods.arrivals([facts.paths.legs[leg].months for leg in last])
    making = Making(starts, legs, legs[last], units, expected, leaving)
    _add_output(lp, facts, balance, making)
    _add_components(lp, facts, balance, starts)
    return making


def _expected(units: Floats, leaving: Arrivals) -> Floats:
    found = np.zeros_like(units)
    last = units.shape[1] - 1  # what leaves after the horizon yields as in its last period
    yields = units[leaving.flow, np.minimum(leaving.arrives, last)]
    np.add.at(found, (leaving.flow, leaving.leaves), leaving.share * yields)
    return found


def may_start(facts: Facts) -> Flags:
    """True where a start leaves no earlier than its plant opens [route, period]."""
    routes = facts.programme.routes
    opening = np.array([facts.opening(route.plant) for route in routes])
    first = facts.periods.first_arrival([facts.timings[route.name].lead_months for route in routes])
    flags: Flags = first >= opening.reshape(-1, 1)
    return flags


def make_usd_per_carrier(facts: Facts, expected: Floats) -> Floats:
    """Making and running tools for a carrier, paid when it starts [route, period]."""
    rows = [prices.make_usd(facts, route.item) for route in facts.programme.routes]
    each = np.array(rows).reshape(expected.shape)
    started = running_usd(facts) + np.array([route.cost_usd for route in facts.programme.routes])
    cost: Floats = each * expected + started.reshape(-1, 1)
    return cost


def people_usd_per_carrier(facts: Facts) -> Floats:
    """People for a carrier, paid when it starts [route]."""
    return np.array([usd_per_carrier(facts.programme, r.plant) for r in facts.programme.routes])


def _add_output(lp: LinearProgram, facts: Facts, balance: Balance, making: Making) -> None:
    nodes = np.array(
        [facts.network.index[Node(r.item, r.plant)] for r in facts.programme.routes], dtype=np.int64
    )
    on = making.leaving
    units = making.units[on.flow, np.minimum(on.arrives, facts.periods.count - 1)]
    rows = balance.at(nodes[on.flow], on.arrives)
    lp.add_entries(rows, making.ends[on.flow, on.leaves], on.share * units)


def _add_components(lp: LinearProgram, facts: Facts, balance: Balance, starts: Ints) -> None:
    for route, columns in zip(facts.programme.routes, starts, strict=True):
        for component in grouped(facts.programme.components, "parent")[route.item]:
            node = facts.network.index[Node(component.child, route.plant)]
            lp.add_entries(
                balance.rows[node], columns, -children_per_carrier(facts, route, component)
            )


def children_per_carrier(facts: Facts, route: Route, component: Component) -> Floats:
    """Children that go into a started carrier [period]."""
    programme = facts.programme
    units = units_per_carrier(programme, route.name)
    if component.quantity is not None:
        return np.full(facts.periods.count, units * children_per_parent(programme, component, 0.0))
    item = by_key(programme.items)[route.item]
    ages = facts.months_open(route.plant).tolist()
    good = [children_per_parent(programme, component, age) for age in ages]
    return units * np.array(
        [one * yield_share(programme, item, age) for one, age in zip(good, ages, strict=True)]
    )
