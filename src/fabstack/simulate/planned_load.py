"""What a programme's starts ask of its tool groups, before any run: load, and lots on the way."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import NamedTuple

from fabstack.economics.capacity import hours_per_carrier, hours_per_tool_month
from fabstack.model import Programme, by_key
from fabstack.model.days import MINUTES_PER_DAY, MINUTES_PER_MONTH
from fabstack.model.deliveries import dated_deliveries
from fabstack.model.routes import Order, Start


class Stretch(NamedTuple):
    """Carriers of a route that are started at one rate for a while."""

    route: str
    begin_min: float
    end_min: float
    carriers_per_month: float


@dataclass(frozen=True)
class PlannedLoad:
    """The starts of a programme over a window of time, and what they ask for."""

    programme: Programme
    start: date  # of minute 0
    until_min: float

    def shares(self) -> dict[str, float]:
        """Highest planned load of each tool group: hours asked for over hours that it is up.

        Infinite where work comes and no tool is there.
        """
        moments = {0.0, *(stretch.begin_min for stretch in self.stretches), *self._delivery_min()}
        highest = {group.name: 0.0 for group in self.programme.tool_groups}
        for minute in sorted(m for m in moments if 0.0 <= m < self.until_min):
            for name, hours in self._hours_at(minute).items():
                highest[name] = max(highest[name], self._load(name, minute, hours))
        return highest

    def lots(self) -> dict[str, int]:
        """Lots of each route that can be inside in the window, at most.

        Random gaps are taken six standard deviations up (a Poisson count's is its root).
        """
        routes = by_key(self.programme.routes)
        expected: defaultdict[str, float] = defaultdict(float)
        for route, begin_min, end_min, carriers in self.stretches:
            months = (end_min - begin_min) / MINUTES_PER_MONTH
            expected[route] += carriers * months / routes[route].carriers_per_lot + 1
        for order in self.programme.orders:
            expected[order.route] += order.lots
        for lot in self.programme.wip:
            expected[lot.route] += 1
        return {name: math.ceil(lots + 6 * math.sqrt(lots)) for name, lots in expected.items()}

    def peak_carriers_per_min(self, route: str) -> float:
        """The highest rate at which a route is started, of all priorities together."""
        begins = {stretch.begin_min for stretch in self.stretches}
        rates = [self._rates_at(minute).get(route, 0.0) for minute in begins]
        return max(rates, default=0.0) / MINUTES_PER_MONTH

    @cached_property
    def stretches(self) -> tuple[Stretch, ...]:
        """All starts and orders, cut at the ends of the window."""
        found = [*self._started(), *map(self._ordered, self.programme.orders)]
        cut = (
            each._replace(
                begin_min=max(each.begin_min, 0.0), end_min=min(each.end_min, self.until_min)
            )
            for each in found
        )
        return tuple(s for s in cut if s.begin_min < s.end_min and s.carriers_per_month > 0)

    def _started(self) -> Iterator[Stretch]:
        streams: defaultdict[tuple[str, int], list[Start]] = defaultdict(list)
        for row in sorted(self.programme.starts, key=lambda row: row.date):
            streams[row.route, row.priority].append(row)
        for (route, _), rows in streams.items():
            ends = [self._minute(row.date) for row in rows[1:]] + [self.until_min]
            for row, end_min in zip(rows, ends, strict=True):
                yield Stretch(route, self._minute(row.date), end_min, row.carriers_per_month)

    def _ordered(self, order: Order) -> Stretch:
        """The rate of an order; lots that start at once are spread over the whole window."""
        carriers = order.carriers or by_key(self.programme.routes)[order.route].carriers_per_lot
        if order.every_h is None:
            months = self.until_min / MINUTES_PER_MONTH
            rate = order.lots * carriers / months if months else 0.0
            return Stretch(order.route, 0.0, self.until_min, rate)
        begin_min, gap_min = self._minute(order.date) + 60 * order.start_h, 60 * order.every_h
        rate = carriers * MINUTES_PER_MONTH / gap_min
        return Stretch(order.route, begin_min, begin_min + order.lots * gap_min, rate)

    def _delivery_min(self) -> Iterator[float]:
        return (self._minute(delivery.date) for delivery in self.programme.deliveries)

    def _minute(self, day: date) -> float:
        return float((day - self.start).days * MINUTES_PER_DAY)

    def _rates_at(self, minute: float) -> dict[str, float]:
        rates: defaultdict[str, float] = defaultdict(float)
        for stretch in self.stretches:
            if stretch.begin_min <= minute < stretch.end_min:
                rates[stretch.route] += stretch.carriers_per_month
        return rates

    def _hours_at(self, minute: float) -> Mapping[str, float]:
        hours: defaultdict[str, float] = defaultdict(float)
        for route, rate in self._rates_at(minute).items():
            for group, of_carrier in hours_per_carrier(self.programme, route).items():
                hours[group] += rate * of_carrier
        return hours

    def _load(self, group: str, minute: float, hours: float) -> float:
        tools = by_key(self.programme.tool_groups)[group].tools + sum(
            delivery.tools
            for delivery in dated_deliveries(self.programme, group)
            if self._minute(delivery.date) <= minute
        )
        there_h = tools * hours_per_tool_month(self.programme, group)
        return hours / there_h if there_h > 0 else math.inf
