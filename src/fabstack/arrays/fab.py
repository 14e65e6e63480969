"""The border: a programme becomes the arrays that the kernel reads, and the names of their rows.

Crossed once in each direction. Time 0 is the first day of the simulated window; tools of a plant
that is not open yet come when it opens.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from fabstack.arrays import build
from fabstack.arrays.chance import (
    Chance,
    constant,
    empirical,
    exponential,
    gamma,
    lognormal,
    normal,
    pert,
    triangular,
    uniform,
)
from fabstack.arrays.supply import supply_of
from fabstack.arrays.types import NEVER, NONE, Basis, Clock, Fab, Rule, ToolState
from fabstack.model import Distribution, Kind, Programme, by_key, dispatch, grouped
from fabstack.model.days import MINUTES_PER_DAY, MINUTES_PER_MONTH, months_between
from fabstack.model.plants import Calendar
from fabstack.model.routes import Basis as ModelBasis
from fabstack.model.routes import Order, Route, Start, Step
from fabstack.model.tools import Clock as ModelClock
from fabstack.model.tools import ToolGroup

HOUR_MIN = 60.0

LAWS: Mapping[Kind, Callable[..., Chance]] = {
    Kind.CONSTANT: constant,
    Kind.UNIFORM: uniform,
    Kind.TRIANGULAR: triangular,
    Kind.PERT: pert,
    Kind.EXPONENTIAL: exponential,
    Kind.NORMAL: normal,
    Kind.LOGNORMAL: lognormal,
    Kind.GAMMA: gamma,
    Kind.EMPIRICAL: lambda *values: empirical(values),
}
RULES = {
    dispatch.Key.FIFO: Rule.FIFO,
    dispatch.Key.EARLIEST_DUE_DATE: Rule.EARLIEST_DUE_DATE,
    dispatch.Key.CRITICAL_RATIO: Rule.CRITICAL_RATIO,
}
BASES = {
    ModelBasis.LOT: Basis.LOT,
    ModelBasis.CARRIER: Basis.CARRIER,
    ModelBasis.BATCH: Basis.BATCH,
}


@dataclass(frozen=True, slots=True)
class Names:
    """What the rows of the arrays are called."""

    start: date  # of time 0
    groups: tuple[str, ...]
    plants: tuple[str, ...]  # of each group
    routes: tuple[str, ...]
    products: tuple[tuple[str, int], ...]  # (route, priority) of each row of statistics
    streams: tuple[str, ...]
    stocks: tuple[str, ...]  # items


@dataclass(frozen=True, slots=True)
class Arrival:
    """Bought units that reach a stock on a day."""

    item: str
    day: date
    units: int


@dataclass(frozen=True, slots=True)
class Window:
    """The simulated time and what reaches it from outside."""

    start: date
    until_min: float
    arrivals: Sequence[Arrival] = field(default=())

    def minute(self, day: date) -> float:
        """Minutes from time 0 to a day, negative before it."""
        return (day - self.start).days * MINUTES_PER_DAY


def fab_arrays(programme: Programme, window: Window) -> tuple[Fab, Names]:
    """The arrays of a programme over a window, and the names of their rows."""
    border = _Border(programme, window)
    return build.fab_of(border.parts()), border.names()


def chance_of(distribution: Distribution, factor: float = 1.0) -> Chance:
    """A distribution of the model in the kernel's terms; `factor` changes its unit."""
    return LAWS[distribution.kind](*distribution.parameters).times(factor)


class _Border:
    """One crossing: the programme on one side, parts with indices on the other."""

    def __init__(self, programme: Programme, window: Window) -> None:
        self.programme = programme
        self.window = window
        self.groups = {group.name: i for i, group in enumerate(programme.tool_groups)}
        self.routes = {route.name: i for i, route in enumerate(programme.routes)}
        self.plants = {plant.name: i for i, plant in enumerate(programme.plants)}
        self.supply = supply_of(programme, self._months_open())
        self.stocks = {item: i for i, item in enumerate(self.supply.stocks)}
        self.products: dict[tuple[str, int], int] = {}
        self.ranks = _ranks(programme)
        self.streams = self._streams()

    def parts(self) -> build.Parts:
        """All that enters the arrays."""
        return build.Parts(
            groups=[self._group(group) for group in self.programme.tool_groups],
            routes=[self._route(route) for route in self.programme.routes],
            streams=self.streams,
            stocks=self._initial_stocks(),
            purchases=self._purchases(),
            inside=self._inside(),
            hops=self._hops(),
        )

    def names(self) -> Names:
        """The way back."""
        return Names(
            start=self.window.start,
            groups=tuple(self.groups),
            plants=tuple(group.plant for group in self.programme.tool_groups),
            routes=tuple(self.routes),
            products=tuple(self.products),
            streams=tuple(stream.name for stream in self.streams),
            stocks=self.supply.stocks,
        )

    def _months_open(self) -> dict[str, float]:
        """Age of each plant in the middle of the window: one yield stands for the whole of it."""
        middle_months = self.window.until_min / 2 / MINUTES_PER_MONTH
        return {
            plant.name: months_between(
                plant.opens or self.programme.programme.start, self.window.start
            )
            + middle_months
            for plant in self.programme.plants
        }

    # --- Tools ----------------------------------------------------------------------------------

    def _group(self, group: ToolGroup) -> build.Group:
        comes = self._comes_min(group)
        return build.Group(
            name=group.name,
            tools=len(comes),
            rule=RULES[dispatch.Key(self._rule(group)[-1])],
            handling_min=group.load_min + group.unload_min,
            area=self.plants[group.plant],
            stops=[*self._closures(group), *self._breakdowns(group), *self._maintenances(group)],
            comes_min=comes,
        )

    def _rule(self, group: ToolGroup) -> tuple[str, ...]:
        return dispatch.parse_rule(group.dispatch or self.programme.simulation.dispatch)

    def _comes_min(self, group: ToolGroup) -> list[float]:
        """When each tool may start to work, earliest first; tools after the window stay away."""
        opens = by_key(self.programme.plants)[group.plant].opens
        first = 0.0 if opens is None else max(0.0, self.window.minute(opens))
        comes = [first] * group.tools
        for delivery in grouped(self.programme.deliveries, "tool_group")[group.name]:
            comes += [max(first, self.window.minute(delivery.date))] * delivery.tools
        return sorted(minute for minute in comes if minute < self.window.until_min)

    def _breakdowns(self, group: ToolGroup) -> list[build.Stop]:
        clocks = {ModelClock.CALENDAR: Clock.REPAIR, ModelClock.BUSY: Clock.BUSY}
        return [
            build.breakdown(
                chance_of(one.between, HOUR_MIN), chance_of(one.repair, HOUR_MIN), clocks[one.clock]
            )
            for one in grouped(self.programme.breakdowns, "tool_group")[group.name]
        ]

    def _maintenances(self, group: ToolGroup) -> list[build.Stop]:
        plans = grouped(self.programme.maintenances, "tool_group")[group.name]
        stops = []
        for plan in plans:
            length = chance_of(plan.duration, HOUR_MIN)
            if plan.every_h is not None:
                stops.append(build.maintenance(plan.every_h * HOUR_MIN, length))
            if plan.every_carriers is not None:
                stops.append(build.maintenance(plan.every_carriers, length, Clock.CARRIERS))
        return stops

    def _closures(self, group: ToolGroup) -> list[build.Stop]:
        name = by_key(self.programme.plants)[group.plant].calendar
        return [] if name is None else closures(by_key(self.programme.calendars)[name])

    # --- Routes ---------------------------------------------------------------------------------

    def _route(self, route: Route) -> build.Route:
        steps = sorted(grouped(self.programme.steps, "route")[route.name], key=lambda s: s.step)
        places = {step.step: i for i, step in enumerate(steps)}
        output = self.supply.outputs[route.name]
        return build.Route(
            steps=[self._step(route, step, places) for step in steps],
            stock=self.stocks.get(output.item, int(NONE)),
            units_per_carrier=output.units_per_carrier,
            yield_share=output.yield_share,
            delay=constant(self._delay_min(route, output.item)),
        )

    def _step(self, route: Route, step: Step, places: Mapping[int, int]) -> build.Step:
        least, most = self._batch(route, step)
        group = by_key(self.programme.tool_groups)[step.tool_group]
        return build.Step(
            group=self.groups[step.tool_group],
            process=tool_time(step, route.carriers_per_lot, group.load_min + group.unload_min),
            basis=Basis.LOT if step.interval_min is not None else BASES[step.basis],
            least_carriers=least,
            most_carriers=most,
            batch_family=step.batch_family or None,
            performed_share=step.sampling_percent / 100,
            rework_share=step.rework_percent / 100,
            rework_to=places[step.rework_to] if step.rework_to is not None else places[step.step],
            carrier_scrap_share=1 - step.yield_percent / 100,
            lot_scrap_share=step.lot_scrap_percent / 100,
        )

    def _batch(self, route: Route, step: Step) -> tuple[int, int]:
        if step.basis is not ModelBasis.BATCH:
            return 0, 0
        most = step.batch_maximum or route.carriers_per_lot
        return max(1, math.ceil(step.batch_minimum)), math.floor(most)

    def _delay_min(self, route: Route, item: str) -> float:
        """Days on the lane from a route's plant to the first plant that uses its item."""
        users = [r.plant for r in self.programme.routes if item in self.supply.needs[r.name]]
        lanes = by_key(self.programme.lanes)
        found = [lanes[key] for user in users if (key := f"{route.plant}:{user}") in lanes]
        return found[0].days * MINUTES_PER_DAY if found else 0.0

    def _hops(self) -> list[list[Chance]]:
        """Transport between two steps: within a plant, as its first route that has any says."""
        nothing = constant(0.0)
        hops = [[nothing] * len(self.plants) for _ in self.plants]
        for route in reversed(self.programme.routes):
            if route.move is not None:
                place = self.plants[route.plant]
                hops[place][place] = chance_of(route.move)
        return hops

    # --- What enters ----------------------------------------------------------------------------

    def _product(self, route: str, priority: int) -> int:
        return self.products.setdefault((route, priority), len(self.products))

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
                needs=self._lot_needs(route),
                first_min=0.0 if opens is None else max(0.0, self.window.minute(opens)),
                due_after_min=NEVER if first.due_days is None else first.due_days * MINUTES_PER_DAY,
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

    def _lot_needs(self, route: Route) -> list[tuple[int, int]]:
        return [
            (self.stocks[item], math.ceil(units * route.carriers_per_lot - 1e-9))
            for item, units in self.supply.needs[route.name].items()
        ]

    def _ordered(self, route: Route, order: Order) -> build.Stream:
        gap_min = 0.0 if order.every_h is None else order.every_h * HOUR_MIN
        first_min = self.window.minute(order.date)
        due_min = NEVER if order.due is None else self.window.minute(order.due)
        listed = [
            build.Listed(
                at_min=first_min + i * gap_min,
                carriers=order.carriers or route.carriers_per_lot,
                rank=self.ranks[order.priority],
                due_min=min(due_min + i * gap_min, NEVER),
            )
            for i in range(order.lots)
            if 0 <= first_min + i * gap_min < self.window.until_min
        ]
        return build.Stream(
            name=f"order:{order.name}",
            route=self.routes[route.name],
            product=self._product(route.name, order.priority),
            rank=self.ranks[order.priority],
            listed=listed,
            needs=self._lot_needs(route),
            entries=len(listed),
        )

    def _wip_streams(self) -> list[build.Stream]:
        """A stream without entries for each route and priority of the lots already inside."""
        kinds = sorted({(lot.route, lot.priority) for lot in self.programme.wip})
        return [
            build.Stream(
                name=f"wip:{route}:{priority}",
                route=self.routes[route],
                product=self._product(route, priority),
                rank=self.ranks[priority],
                entries=0,
            )
            for route, priority in kinds
        ]

    def _inside(self) -> list[build.Inside]:
        streams = {stream.name: i for i, stream in enumerate(self.streams)}
        return [
            build.Inside(
                stream=streams[f"wip:{lot.route}:{lot.priority}"],
                step=self._place(lot.route, lot.step),
                carriers=round(lot.carriers),
                rank=self.ranks[lot.priority],
                entered_min=0.0 if lot.started is None else self.window.minute(lot.started),
                due_min=NEVER if lot.due is None else self.window.minute(lot.due),
            )
            for lot in self.programme.wip
        ]

    def _place(self, route: str, step: int) -> int:
        steps = sorted(row.step for row in grouped(self.programme.steps, "route")[route])
        return steps.index(step)

    def _initial_stocks(self) -> list[int]:
        rows = grouped(self.programme.stocks, "item")
        return [round(sum(row.initial for row in rows[item])) for item in self.supply.stocks]

    def _purchases(self) -> list[build.Purchase]:
        return [
            build.Purchase(
                stock=self.stocks[arrival.item],
                at_min=max(0.0, self.window.minute(arrival.day)),
                units=arrival.units,
            )
            for arrival in self.window.arrivals
            if arrival.item in self.stocks
            and 0 <= self.window.minute(arrival.day) < self.window.until_min
        ]


def tool_time(step: Step, carriers: int, handling_min: float) -> Chance:
    """Time that a lot keeps a tool, without handling.

    A cascade takes its next lot while the last one is still inside, so a lot keeps it for one
    interval a carrier, handling included. Throughput is exact so; the time in the tool is short by
    the first carrier's process time less an interval.
    """
    chance = chance_of(step.process)
    if step.interval_min is None or step.process.mean <= 0:
        return chance
    kept_min = max(carriers * step.interval_min - handling_min, 0.0)
    return chance.times(kept_min / step.process.mean)


def closures(calendar: Calendar) -> list[build.Stop]:
    """Hours in which a plant is closed, as stops of its tools: daily, weekly and once a year.

    Where both days and hours are limited, the free days are spread over the daily closure.
    """
    week_h, closed_days = 7 * 24.0, 7 - calendar.days_per_week
    stops = []
    if calendar.hours_per_day < 24:
        open_h = calendar.hours_per_day * calendar.days_per_week / 7
        stops.append(_closed(every_h=24.0, hours=24.0 - open_h, first_h=open_h))
    elif closed_days > 0:
        hours = 24 * closed_days
        stops.append(_closed(every_h=week_h, hours=hours, first_h=week_h - hours))
    if calendar.shutdown_days_per_year > 0:
        year_h, hours = 365.25 * 24, 24 * calendar.shutdown_days_per_year
        stops.append(_closed(every_h=year_h, hours=hours, first_h=year_h - hours))
    return stops


def _closed(*, every_h: float, hours: float, first_h: float) -> build.Stop:
    return build.Stop(
        between=constant(every_h * HOUR_MIN),
        length=constant(hours * HOUR_MIN),
        clock=Clock.GRID,
        state=ToolState.NON_SCHEDULED,
        first=constant(first_h * HOUR_MIN),
    )


def _ranks(programme: Programme) -> dict[int, int]:
    """Priorities as ranks: the largest priority is rank 0 and goes first."""
    rows: list[Start | Order] = [*programme.starts, *programme.orders]
    found = {row.priority for row in rows} | {lot.priority for lot in programme.wip} | {0}
    return {priority: rank for rank, priority in enumerate(sorted(found, reverse=True))}
