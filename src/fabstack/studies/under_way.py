"""What a plan has on its way when a simulated window opens: lots that were started before.

A simulation begins with empty lines. What the plan's older lots would have brought comes from
outside instead, day by day over the lead time of their route.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from fabstack.arrays.entering import Arrival
from fabstack.arrays.supply import output_of
from fabstack.economics.flow import units_per_carrier, yield_share
from fabstack.model import Programme, by_key
from fabstack.model.days import DAYS_PER_MONTH, months_between
from fabstack.model.routes import Route
from fabstack.plan import PlanOptions
from fabstack.plan.timing import timing
from fabstack.studies.planned_periods import Flow, Tables, periods_of


def lots_under_way(
    programme: Programme, plan: Tables, opens: date, lead_months: Mapping[str, float]
) -> Iterator[Arrival]:
    """Whole units by day that leave in the first lead time of each route.

    `lead_months` are those that the plan was made with, where they are not the programme's own.
    """
    periods = periods_of(plan)
    rows = plan["plan_starts"].sort("month").partition_by("route", as_dict=True)
    for route in programme.routes:
        if (route.name,) not in rows:
            continue
        own = timing(programme, route, PlanOptions()).lead_months
        days = lead_months.get(route.name, own) * DAYS_PER_MONTH
        started, output = (
            rows[route.name,][name].to_list() for name in ("carriers_started", "units_out")
        )
        flow = Flow(periods, started, output, days)
        item, factor = _stocked(programme, route, opens)
        told = 0
        for day in range(math.ceil(days)):
            units = math.floor(flow.leaving_between(opens, min(day + 1, days)) * factor)
            if units > told:
                yield Arrival(item, opens + timedelta(day), units - told)
                told = units


def _stocked(programme: Programme, route: Route, day: date) -> tuple[str, float]:
    """The item that a route brings to a stock, and its units for a good unit of the route's own."""
    opens = by_key(programme.plants)[route.plant].opens or day
    months = max(months_between(opens, day), 0.0)
    stocked = output_of(programme, route, {route.plant: months})
    own = by_key(programme.items)[route.item]
    good = units_per_carrier(programme, route.name) * yield_share(programme, own, months)
    return stocked.item, stocked.units_per_carrier * stocked.yield_share / good if good else 0.0
