"""What every block of the plan reads: the programme and what was worked out of it once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from fabstack.economics.flow import units_per_carrier, yield_share
from fabstack.model import Programme, by_key, grouped
from fabstack.plan.clearing import cleared_groups
from fabstack.plan.network import Network
from fabstack.plan.options import PlanOptions
from fabstack.plan.periods import Periods
from fabstack.plan.stages import Paths, paths
from fabstack.plan.taxes import weights
from fabstack.plan.timing import Timing, timing
from fabstack.plan.types import Floats

NEVER = 1_000_000  # a period beyond every horizon
MATURE_MONTHS = 1200.0  # a supplier's process has done its learning


@dataclass(frozen=True, slots=True)
class Facts:
    """A programme as the planner sees it."""

    programme: Programme
    options: PlanOptions
    periods: Periods
    network: Network
    timings: Mapping[str, Timing]  # by route
    paths: Paths
    money: Floats  # [period] USD at the start that a USD of today's prices is worth in a period
    prices: Floats  # [period] price level, 1 at the start
    discount: Floats  # [period] USD at the start that a USD of the period is worth
    equipment_money: Floats  # [period] as `money`, for a USD spent on tools
    building_money: Floats  # [period] as `money`, for a USD spent on buildings

    @classmethod
    def of(cls, programme: Programme, options: PlanOptions) -> Facts:
        """The facts of a programme under some options."""
        periods = Periods.of(programme)
        prices = (1 + programme.finance.inflation_percent / 100) ** periods.years
        discount = (1 + programme.finance.discount_rate_percent / 100) ** -periods.years
        values = weights(programme, periods, prices, discount)
        timings = {r.name: timing(programme, r, options) for r in programme.routes}
        cleared = cleared_groups(programme, options)
        return cls(
            programme=programme,
            options=options,
            periods=periods,
            network=Network.of(programme),
            timings=timings,
            paths=paths(programme, timings, cleared, float(periods.months.min())),
            money=values.money,
            prices=prices,
            discount=discount,
            equipment_money=values.equipment,
            building_money=values.building,
        )

    def months_open(self, plant: str) -> Floats:
        """Months from the opening of a plant to the middle of each period [period]."""
        opens = by_key(self.programme.plants)[plant].opens
        since = self.periods.position(opens) if opens else 0.0
        months: Floats = np.maximum(self.periods.middles - since, 0.0)
        return months

    def age_months(self, item: str, place: str) -> Floats:
        """How long the process that makes an item at a place has learned [period].

        A derived item is as old as the plant that makes what it comes from; a supplier is mature.
        """
        if place not in by_key(self.programme.plants):
            return np.full(self.periods.count, MATURE_MONTHS)
        makers = sorted(self._makers(item))
        if not makers:
            return np.full(self.periods.count, MATURE_MONTHS)
        here = [place] if place in makers else makers
        ages: Floats = np.max([self.months_open(plant) for plant in here], axis=0)
        return ages

    def _makers(self, item: str) -> set[str]:
        """Plants that make an item, or else what it comes from."""
        waiting, seen, found = [item], set[str](), set[str]()
        while waiting:
            name = waiting.pop()
            if name in seen:
                continue
            seen.add(name)
            routes = grouped(self.programme.routes, "item")[name]
            found |= {route.plant for route in routes}
            if not routes:
                waiting += [c.child for c in grouped(self.programme.components, "parent")[name]]
        return found

    def yields(self, item: str, place: str) -> Floats:
        """Share of an item's units that are good, made at a place [period]."""
        row = by_key(self.programme.items)[item]
        ages = self.age_months(item, place)
        return np.array([yield_share(self.programme, row, age) for age in ages.tolist()])

    def opening(self, plant: str) -> int:
        """Period in which a plant may first have output."""
        opens = by_key(self.programme.plants)[plant].opens
        if opens is None:
            return 0
        at = self.periods.at(self.periods.position(opens))
        return at if at < self.periods.count else NEVER

    def mature_yield(self, item: str) -> float:
        """Share that is good in the end."""
        return yield_share(self.programme, by_key(self.programme.items)[item], MATURE_MONTHS)


def units_out(facts: Facts) -> Floats:
    """Good units of a carrier that leaves a route in a period [route, period]."""
    rows = [
        units_per_carrier(facts.programme, route.name)
        * facts.timings[route.name].line_yield
        * facts.yields(route.item, route.plant)
        for route in facts.programme.routes
    ]
    return np.array(rows).reshape(len(rows), facts.periods.count)
