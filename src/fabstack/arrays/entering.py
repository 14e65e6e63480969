"""What enters the plants: started and ordered lots, and those that are inside already."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from fabstack.arrays import build
from fabstack.arrays.chance import constant, exponential
from fabstack.arrays.types import NEVER
from fabstack.model import Programme, by_key, grouped
from fabstack.model.days import MINUTES_PER_DAY, MINUTES_PER_MONTH
from fabstack.model.routes import Order, Route, Start, Wip

HOUR_MIN = 60.0


class Product(NamedTuple):
    """Lots that are counted together."""

    route: str
    priority: int
    name: str  # of the order that they belong to; blank: started, or listed one by one
    was_inside: bool  # at minute 0, since an unknown day


@dataclass(frozen=True, slots=True)
class Arrival:
    """Bought units that reach a stock on a day."""

    item: str
    day: date
    units: int
    supplier: str = ""  # blank: from a store that is not simulated


@dataclass(frozen=True, slots=True)
class Window:
    """The simulated time and what reaches it from outside."""

    start: date
    until_min: float
    arrivals: Sequence[Arrival] = field(default=())
    asked: frozenset[str] = frozenset()  # tool groups whose next lot the caller chooses
    delays: frozenset[str] = frozenset()  # tool groups that no calendar closes

    def minute(self, day: date) -> float:
        """Minutes from time 0 to a day, negative before it."""
        return (day - self.start).days * MINUTES_PER_DAY


class Entering:
    """The streams of lots of a programme, and which of them are counted together."""

    def __init__(
        self,
        programme: Programme,
        window: Window,
        needs: Mapping[str, Mapping[str, float]],
        stocks: Mapping[str, int],
    ) -> None:
        self.programme = programme
        self.window = window
        self.needs = needs
        self.stocks = stocks
        self.routes = {route.name: i for i, route in enumerate(programme.routes)}
        self.products: dict[Product, int] = {}
        self.ranks = _ranks(programme)
        self.streams = self._streams()

    def _product(self, route: str, priority: int, name: str = "", *, inside: bool = False) -> int:
        product = Product(route, priority, name, inside)
        return self.products.setdefault(product, len(self.products))

    def _streams(self) -> list[build.Stream]:
        routes = by_key(self.programme.routes)
        streams = [
            stream
            for name, rows in grouped(self.programme.starts, "route").items()
            for priority in sorted({row.priority for row in rows}, reverse=True)
            if grouped(self.programme.steps, "route")[name]
            for stream in self._started(routes[name], [r for r in rows if r.priority == priority])
        ]
        streams += [self._ordered(routes[order.route], order) for order in self.programme.orders]
        return streams + self._wip_streams()

    def _started(self, route: Route, rows: Sequence[Start]) -> list[build.Stream]:
        """The stream of a route at one priority; its rate changes from row to row."""
        rows = sorted(rows, key=lambda row: row.date)
        rates = self._intervals(route, rows)
        first = rows[0]
        opens = by_key(self.programme.plants)[route.plant].opens
        if all(interval >= NEVER for _, interval in rates):
            return []
        return [
            build.Stream(
                name=f"{route.name}:{first.priority}",
                route=self.routes[route.name],
                product=self._product(route.name, first.priority),
                carriers=route.carriers_per_lot,
                rank=self.ranks[first.priority],
                gap=exponential(1.0) if first.spread else constant(1.0),
                intervals=rates,
                needs=self._needs(route, route.carriers_per_lot),
                first_min=0.0 if opens is None else max(0.0, self.window.minute(opens)),
                due_after_min=NEVER if first.due_days is None else first.due_days * MINUTES_PER_DAY,
                due_spread_share=first.due_spread_percent / 100,
            )
        ]

    def _intervals(self, route: Route, rows: Sequence[Start]) -> list[tuple[float, float]]:
        """(until minute, minutes between lots) of each rate that touches the window."""
        ends = [self.window.minute(row.date) for row in rows[1:]] + [NEVER]
        before = max(0.0, self.window.minute(rows[0].date))
        rates = [(before, NEVER)] if before > 0 else []
        for row, end in zip(rows, ends, strict=True):
            if end > 0:
                lots = row.carriers_per_month / route.carriers_per_lot
                rates.append((end, MINUTES_PER_MONTH / lots if lots > 0 else NEVER))
        return rates

    def _needs(self, route: Route, carriers: int, lots: int = 1) -> list[tuple[int, int]]:
        """Units of each stock that lots which enter together take: whole ones for each lot."""
        return [
            (self.stocks[item], lots * math.ceil(units * carriers - 1e-9))
            for item, units in self.needs[route.name].items()
        ]

    def _ordered(self, route: Route, order: Order) -> build.Stream:
        """The stream of an order: its lots one by one, or at an interval."""
        is_periodic = order.lots > 1 and order.every_h is not None
        name = order.name if order.lots > 1 else ""
        first_min = self.window.minute(order.date) + order.start_h * HOUR_MIN
        carriers = order.carriers or route.carriers_per_lot
        return build.Stream(
            name=f"order:{order.name}",
            route=self.routes[route.name],
            product=self._product(route.name, order.priority, name),
            carriers=carriers,
            rank=self.ranks[order.priority],
            needs=self._needs(route, carriers, 1 if is_periodic else order.lots),
            due_after_min=self._due_after_min(order, first_min),
            due_spread_share=order.due_spread_percent / 100,
            reserves=order.reserves_tools,
            **(_periodic(order, first_min) if is_periodic else _at_once(order, first_min)),
        )

    def _due_after_min(self, order: Order, first_min: float) -> float:
        if order.due_days is not None:
            return order.due_days * MINUTES_PER_DAY
        return NEVER if order.due is None else self.window.minute(order.due) - first_min

    def _wip_streams(self) -> list[build.Stream]:
        """A stream without entries for each kind of lots that are already inside."""
        kinds = sorted({_kind(lot) for lot in self.programme.wip})
        return [
            build.Stream(
                name=f"wip:{route}:{priority}" + ("" if is_new else ":started"),
                route=self.routes[route],
                product=self._product(route, priority, inside=is_new),
                rank=self.ranks[priority],
                entries=0,
            )
            for route, priority, is_new in kinds
        ]

    def inside(self) -> list[build.Inside]:
        """The lots that are inside already, those that have waited for longest first."""
        kinds = sorted({_kind(lot) for lot in self.programme.wip})
        first = len(self.streams) - len(kinds)
        streams = {kind: first + i for i, kind in enumerate(kinds)}
        return [
            build.Inside(
                stream=streams[_kind(lot)],
                step=self.places[lot.route, lot.step],
                carriers=round(lot.carriers),
                rank=self.ranks[lot.priority],
                entered_min=0.0 if lot.started is None else self.window.minute(lot.started),
                due_min=self._wip_due_min(lot),
                since_min=-lot.since_h * HOUR_MIN,
            )
            for lot in sorted(self.programme.wip, key=lambda lot: -lot.since_h)
        ]

    def _wip_due_min(self, lot: Wip) -> float:
        if lot.due_days is not None:
            return lot.due_days * MINUTES_PER_DAY
        return NEVER if lot.due is None else self.window.minute(lot.due)

    @functools.cached_property
    def places(self) -> dict[tuple[str, int], int]:
        """Where each step stands on its route, from 0."""
        return {
            (route, number): place
            for route, steps in grouped(self.programme.steps, "route").items()
            for place, number in enumerate(sorted(step.step for step in steps))
        }


def _kind(lot: Wip) -> tuple[str, int, bool]:
    """Lots that are counted together: of one route and priority, since a known day or not."""
    return (lot.route, lot.priority, lot.started is None)


def _at_once(order: Order, first_min: float) -> dict[str, Any]:
    """All lots of an order enter at one minute, unless that is past."""
    return {
        "lots": order.lots,
        "first_min": first_min,
        "intervals": [(NEVER, 1.0)],
        "entries": 1 if first_min >= 0.0 else 0,
    }


def _periodic(order: Order, first_min: float) -> dict[str, Any]:
    """The lots of an order enter at an interval; those of before time 0 are past."""
    gap_min = (order.every_h or 0.0) * HOUR_MIN
    past = max(0, math.ceil(-first_min / gap_min))
    return {
        "first_min": first_min + past * gap_min,
        "intervals": [(NEVER, gap_min)],
        "entries": max(order.lots - past, 0),
    }


def _ranks(programme: Programme) -> dict[int, int]:
    """Priorities as ranks: the largest priority is rank 0 and goes first."""
    rows: list[Start | Order] = [*programme.starts, *programme.orders]
    found = {row.priority for row in rows} | {lot.priority for lot in programme.wip} | {0}
    return {priority: rank for rank, priority in enumerate(sorted(found, reverse=True))}
