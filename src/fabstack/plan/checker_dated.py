"""What the checker reads of a programme by its dates: costs, campaigns and what markets want."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import pairwise
from typing import Any

from fabstack.model import Programme, by_key, grouped
from fabstack.model.choices import Campaign
from fabstack.model.demand import Demand, Need
from fabstack.plan.checker_time import Clock


class Dated(Clock):
    """Costs, campaigns and demand, period by period."""

    def __init__(self, programme: Programme) -> None:
        super().__init__(programme)
        self.programme = programme

    # --- Dated costs ----------------------------------------------------------------------------

    def _by_date(self, rows: Sequence[Any], column: str, usual: float, period: int) -> float:
        """Mean over a period of what dated rows say, each until the next, else of the usual."""
        total = usual
        for row in rows:
            value = getattr(row, column)
            later = [other.from_date for other in rows if other.from_date > row.from_date]
            end = min(later, default=None)
            last = end - timedelta(days=1) if end else None
            if value is not None:
                total += self.overlap(period, row.from_date, last) * (value - usual)
        return total

    def cost(self, item: str, column: str, usual: float, period: int) -> float:
        """What `item_costs` says in a column in a period, else what is usual."""
        rows = grouped(self.programme.item_costs, "item")[item]
        return self._by_date(rows, column, usual, period)

    def campaigns(self) -> Iterator[tuple[str, int, Campaign]]:
        """(name, period, terms) of each campaign in each period in whose middle it has terms."""
        rows = self.programme.campaigns
        for row in rows:
            later = [
                o.from_date for o in rows if o.name == row.name and o.from_date > row.from_date
            ]
            first = self.position(row.from_date)
            last = self.position(min(later)) if later else math.inf
            for period in range(self.periods):
                if first <= self.middle(period) < last:
                    yield row.name, period, row

    # --- Demand ---------------------------------------------------------------------------------

    def wanted(self, market: str, item: str, period: int) -> float:
        """Units that a market's products of a period contain."""
        products = self._products(market, period)
        needs = grouped(self.programme.needs, "market")[market]
        return sum(products * self._holds(n, period) for n in needs if n.item == item)

    def _holds(self, need: Need, period: int) -> float:
        return need.quantity * self.overlap(period, need.from_date, need.to_date)

    def _products(self, market: str, period: int) -> float:
        """Area under the market's rate, by trapezoids between its dates."""
        rows = sorted(grouped(self.programme.volumes, "market")[market], key=lambda row: row.date)
        points = [(self.position(row.date), row.units_per_year / 12) for row in rows]
        points += [(math.inf, points[-1][1])] if points else []
        total = 0.0
        for (at, rate), (until, then) in pairwise(points):
            low, high = max(at, self.edges[period]), min(until, self.edges[period + 1])
            if high > low:
                slope = (then - rate) / (until - at)
                total += (high - low) * (rate + slope * ((low + high) / 2 - at))
        return total

    def alike(self) -> list[list[Demand]]:
        """Dated demands that the plan treats as one: same item, class and price."""
        groups: defaultdict[tuple[str, int, tuple[float, ...]], list[Demand]] = defaultdict(list)
        for demand in self.programme.demands:
            prices = tuple(self.price_of(demand, period) for period in range(self.periods))
            groups[demand.item, demand.priority, prices].append(demand)
        return [groups[key] for key in sorted(groups)]

    def price_of(self, demand: Demand, period: int) -> float:
        """USD that one unit of a dated demand brings in a period."""
        if demand.price_usd is not None:
            return demand.price_usd
        return self.price(demand.item, period)

    def price(self, item: str, period: int) -> float:
        """USD that one unit of an item brings in a period."""
        return self.cost(item, "price_usd", by_key(self.programme.items)[item].price_usd, period)

    def due(self, demand: Demand) -> int:
        """Period in which a dated demand is wanted."""
        return max(self.holding(self.position(demand.date)), 0)
