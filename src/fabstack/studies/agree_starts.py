"""A plan handed to the simulator: its starts, what it buys, and what was under way before.

A plan knows one rate for each period; the simulator starts lots at that rate. Where the programme
says in what manner a route is started (at random, with which priorities and due dates), the plan's
rate is shared out in that manner.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from fabstack.arrays.entering import Arrival
from fabstack.model import Programme, by_key, grouped
from fabstack.model.days import DAYS_PER_MONTH, MINUTES_PER_MONTH
from fabstack.model.routes import Route, Start
from fabstack.plan import PlanResult
from fabstack.plan.types import Floats
from fabstack.results.plan_tables import plan_tables
from fabstack.results.rounding import without_rounding
from fabstack.studies.planned import planned_arrivals, stocks_to_open_with
from fabstack.studies.planned_periods import Flow, Period, amount_between
from fabstack.studies.planned_tools import planned_deliveries

MINUTES_PER_HOUR = 60.0


def executed(programme: Programme, found: PlanResult) -> Programme:
    """The programme with the plan's starts in the place of its own starts and orders."""
    changes = {
        "starts": tuple(_starts(programme, found)),
        "orders": (),
        "stocks": stocks_to_open_with(programme),
        "deliveries": planned_deliveries(programme, plan_tables(found, programme)),
    }
    return programme.model_copy(update=changes)


def supplied(programme: Programme, found: PlanResult) -> list[Arrival]:
    """Stocks and purchases of the plan, and the output of what it started before the window."""
    return planned_arrivals(programme, plan_tables(found, programme), found.lead_months)


def planned_between(found: PlanResult, amounts: Floats, first: date, days: float) -> float:
    """What a row [period] of a plan adds up to from a day on."""
    return amount_between(amounts, _periods(found), first, days)


def planned_output(found: PlanResult, route: str, first: date, days: float) -> float:
    """Good units of a route that leave from a day on."""
    place, lead_days = found.names.routes.index(route), found.lead_months[route] * DAYS_PER_MONTH
    flow = Flow(
        _periods(found), found.starts[place].tolist(), found.output[place].tolist(), lead_days
    )
    return flow.leaving_between(first, days)


def _periods(found: PlanResult) -> list[Period]:
    firsts = found.names.months
    ends = (*firsts[1:], found.names.end)
    return [Period(*row) for row in zip(firsts, ends, found.months.tolist(), strict=True)]


# --- Starts -------------------------------------------------------------------------------------


def _starts(programme: Programme, found: PlanResult) -> Iterator[Start]:
    found = without_rounding(found, programme)
    for name, carriers in zip(found.names.routes, found.starts, strict=True):
        route = by_key(programme.routes)[name]
        for share, manner in _manners(programme, route):
            before = 0.0
            for period, amount in zip(_periods(found), carriers, strict=True):
                rate = float(amount) / period.months * share
                if rate != before:
                    yield replace(manner, date=period.first, carriers_per_month=rate)
                    before = rate
            if before:
                yield replace(manner, date=found.names.end, carriers_per_month=0.0)


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
