"""Programmes for the agreement of plan and simulation."""

from dataclasses import replace

from fabstack.model import Programme
from fabstack.model.demand import Market, Need, Volume

HOURS_PER_YEAR = 8766.0


def with_demand_at_release_rate(programme: Programme) -> Programme:
    """A folder with periodic orders only, as one that a market asks for: all it releases."""
    routes = {route.name: route for route in programme.routes}
    rates: dict[str, float] = {}
    for order in programme.orders:
        if order.every_h is not None:
            item = routes[order.route].item
            units = (order.carriers or routes[order.route].carriers_per_lot) / order.every_h
            rates[item] = rates.get(item, 0.0) + units * HOURS_PER_YEAR
    start = programme.programme.start
    return programme.model_copy(
        update={
            "items": tuple(replace(item, price_usd=1000.0) for item in programme.items),
            "markets": tuple(Market(name=item, title=item) for item in rates),
            "needs": tuple(
                Need(market=item, item=item, from_date=start, quantity=1) for item in rates
            ),
            "volumes": tuple(
                Volume(market=item, date=start, units_per_year=rate) for item, rate in rates.items()
            ),
            "planning": replace(programme.planning, max_load_percent=100.0, backlog_months=0),
        }
    )
