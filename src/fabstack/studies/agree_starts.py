"""A plan handed to the simulator: its starts, what it buys, and what was under way before.

A plan knows one rate for each period; the simulator starts lots at that rate. Where the programme
says in what manner a route is started (at random, with which priorities and due dates), the plan's
rate is shared out in that manner.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from fabstack.arrays.entering import Arrival
from fabstack.arrays.supply import output_of
from fabstack.economics.flow import units_per_carrier, yield_share
from fabstack.model import Programme, by_key, grouped
from fabstack.model.days import DAYS_PER_MONTH, MINUTES_PER_MONTH, months_between
from fabstack.model.routes import Route, Start
from fabstack.plan import PlanResult
from fabstack.plan.types import Floats
from fabstack.results.plan_tables import plan_tables
from fabstack.results.rounding import without_rounding
from fabstack.studies.planned import planned_arrivals, stocks_to_open_with, window_start

MINUTES_PER_HOUR = 60.0


def executed(programme: Programme, found: PlanResult) -> Programme:
    """The programme with the plan's starts in the place of its own starts and orders."""
    changes = {
        "starts": tuple(_starts(programme, found)),
        "orders": (),
        "stocks": stocks_to_open_with(programme),
    }
    return programme.model_copy(update=changes)


def supplied(programme: Programme, found: PlanResult) -> list[Arrival]:
    """Stocks and purchases of the plan, and the output of what it started before the window."""
    arrivals = planned_arrivals(programme, plan_tables(found, programme))
    for place, name in enumerate(found.names.routes):
        route = by_key(programme.routes)[name]
        arrivals += _under_way(programme, found, route, found.output[place])
    return arrivals


def period_ends(found: PlanResult) -> list[date]:
    """The day after each period of a plan."""
    firsts = found.names.months
    last = firsts[-1] + timedelta(days=float(found.months[-1]) * DAYS_PER_MONTH)
    return [*firsts[1:], last]


def planned_between(found: PlanResult, amounts: Floats, first: date, days: float) -> float:
    """What a row [period] of a plan adds up to from a day on; a month has 30.4375 days."""
    total, begin = 0.0, (first - found.names.months[0]).days
    for place, end_day in enumerate(period_ends(found)):
        start = (found.names.months[place] - found.names.months[0]).days
        end = (end_day - found.names.months[0]).days
        within = max(0.0, min(end, begin + days) - max(start, begin))
        total += float(amounts[place]) / float(found.months[place]) * within / DAYS_PER_MONTH
    return total


# --- Starts -------------------------------------------------------------------------------------


def _starts(programme: Programme, found: PlanResult) -> Iterator[Start]:
    found = without_rounding(found, programme)
    for name, carriers in zip(found.names.routes, found.starts, strict=True):
        route = by_key(programme.routes)[name]
        for share, manner in _manners(programme, route):
            before = 0.0
            for first, amount, months in zip(
                found.names.months, carriers, found.months, strict=True
            ):
                rate = float(amount) / float(months) * share
                if rate != before:
                    yield replace(manner, date=first, carriers_per_month=rate)
                    before = rate
            if before:
                yield replace(manner, date=period_ends(found)[-1], carriers_per_month=0.0)


def _manners(programme: Programme, route: Route) -> list[tuple[float, Start]]:
    """How the programme itself starts a route: (share of its carriers, a start of that kind)."""
    first: dict[int, Start] = {}
    rates: dict[int, float] = {}
    for own in (*grouped(programme.starts, "route")[route.name], *_periodic(programme, route)):
        first.setdefault(own.priority, own)
        rates[own.priority] = rates.get(own.priority, 0.0) + own.carriers_per_month
    total = sum(rates.values())
    if total == 0:
        return [
            (1.0, Start(route=route.name, date=programme.programme.start, carriers_per_month=0.0))
        ]
    return [(rates[priority] / total, own) for priority, own in first.items()]


def _periodic(programme: Programme, route: Route) -> Iterator[Start]:
    """The orders of a route that repeat themselves, as rates."""
    for order in grouped(programme.orders, "route")[route.name]:
        if order.every_h is not None:
            carriers = order.carriers or route.carriers_per_lot
            yield Start(
                route=route.name,
                date=order.date,
                carriers_per_month=carriers * MINUTES_PER_MONTH / MINUTES_PER_HOUR / order.every_h,
                priority=order.priority,
                due_days=order.due_days,
                due_spread_percent=order.due_spread_percent,
            )


# --- Under way ----------------------------------------------------------------------------------


def _under_way(
    programme: Programme, found: PlanResult, route: Route, output: Floats
) -> Iterator[Arrival]:
    """Whole units by day that leave in the first lead time: their lots were started before."""
    opening, days = window_start(programme), found.lead_months[route.name] * DAYS_PER_MONTH
    item, factor = _stocked(programme, route, opening)
    told = 0
    for day in range(math.ceil(days)):
        until = planned_between(found, output, opening, min(day + 1, days)) * factor
        if math.floor(until) > told:
            yield Arrival(item, opening + timedelta(day), math.floor(until) - told)
            told = math.floor(until)


def _stocked(programme: Programme, route: Route, day: date) -> tuple[str, float]:
    """The item that a route brings to a stock, and its units for a good unit of the route's own."""
    opens = by_key(programme.plants)[route.plant].opens or day
    months = max(months_between(opens, day), 0.0)
    stocked = output_of(programme, route, {route.plant: months})
    own = by_key(programme.items)[route.item]
    good = units_per_carrier(programme, route.name) * yield_share(programme, own, months)
    return stocked.item, stocked.units_per_carrier * stocked.yield_share / good if good else 0.0
