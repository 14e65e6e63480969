"""The border: a programme becomes the arrays that the kernel reads, and the names of their rows.

Crossed once in each direction. Time 0 is the first day of the simulated window; tools of a plant
that is not open yet come when it opens.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
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
from fabstack.arrays.entering import Arrival, Entering, Product, Window
from fabstack.arrays.moving import hops_of, place_of, places_of
from fabstack.arrays.supply import supply_of
from fabstack.arrays.types import NEVER, NONE, Basis, Choice, Clock, Fab, Key, Late, ToolState
from fabstack.model import Distribution, Kind, Programme, by_key, dispatch, grouped
from fabstack.model.days import MINUTES_PER_DAY, MINUTES_PER_MONTH, months_between
from fabstack.model.deliveries import dated_deliveries
from fabstack.model.header import QueueLimits
from fabstack.model.plants import Calendar
from fabstack.model.routes import Basis as ModelBasis
from fabstack.model.routes import Route, Step
from fabstack.model.tools import BatchPolicy, ToolChoice, ToolGroup
from fabstack.model.tools import Clock as ModelClock

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
KEYS = {
    dispatch.Key.PRIORITY: Key.PRIORITY,
    dispatch.Key.SETUP: Key.SETUP,
    dispatch.Key.FIFO: Key.FIFO,
    dispatch.Key.EARLIEST_DUE_DATE: Key.EARLIEST_DUE_DATE,
    dispatch.Key.CRITICAL_RATIO: Key.CRITICAL_RATIO,
    dispatch.Key.SLACK: Key.LEAST_SLACK,
    dispatch.Key.SHORTEST_TIME: Key.SHORTEST_PROCESS,
    dispatch.Key.REMAINING_WORK: Key.SHORTEST_REMAINING,
    dispatch.Key.QUEUE_TIME_RATIO: Key.QUEUE_TIME_RATIO,
    dispatch.Key.QUEUE_TIME_SLACK: Key.QUEUE_TIME_SPREAD,
    dispatch.Key.NEXT_QUEUE: Key.NEXT_QUEUE,
    dispatch.Key.BATCH: Key.FULLEST_BATCH,
}
LATE = {
    QueueLimits.MEASURE: Late.COUNTED,
    QueueLimits.HOLD: Late.HELD,
    QueueLimits.SCRAP: Late.SCRAPPED,
    QueueLimits.REWORK: Late.REWORKED,
}
CHOICES = {
    ToolChoice.RANDOM: Choice.RANDOM,
    ToolChoice.LONGEST_FREE: Choice.LONGEST_FREE,
    ToolChoice.LEAST_USED: Choice.LEAST_USED,
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
    products: tuple[Product, ...]  # of each row of the statistics of lots
    streams: tuple[str, ...]
    stocks: tuple[str, ...]  # items
    purchases: tuple[Arrival, ...]
    own_rules: tuple[str, ...]  # of the user


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
        self.places = places_of(programme)
        self.entering = Entering(programme, window, self.supply.needs, self.stocks)

    def parts(self) -> build.Parts:
        """All that enters the arrays."""
        return build.Parts(
            groups=[self._group(group) for group in self.programme.tool_groups],
            routes=[self._route(route) for route in self.programme.routes],
            streams=self.entering.streams,
            stocks=self._initial_stocks(),
            purchases=self._purchases(),
            inside=self.entering.inside(),
            hops=hops_of(self.programme, self.places, chance_of),
            vehicles=self.programme.simulation.vehicles,
            late_lots=LATE[self.programme.simulation.queue_limits],
            own_rules=len(self.own_rules),
        )

    def names(self) -> Names:
        """The way back."""
        return Names(
            start=self.window.start,
            groups=tuple(self.groups),
            plants=tuple(group.plant for group in self.programme.tool_groups),
            routes=tuple(self.routes),
            products=tuple(self.entering.products),
            streams=tuple(stream.name for stream in self.entering.streams),
            stocks=self.supply.stocks,
            purchases=self.arrivals,
            own_rules=self.own_rules,
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
            keys=self._keys(group),
            choice=CHOICES[group.tool_choice],
            prefers_least_setup=group.least_setup_tool,
            own_rule=self._own_rule(group),
            batch_wait_min=NEVER if group.batch_wait_h is None else group.batch_wait_h * HOUR_MIN,
            looks_ahead=group.batch_policy is BatchPolicy.LOOK_AHEAD,
            is_asked=group.name in self.window.asked,
            load_min=group.load_min,
            unload_min=group.unload_min,
            place=self.places[place_of(group)],
            changes_min=self._changes_min(group),
            least_runs=self._least_runs(group),
            stops=[*self._closures(group), *self._breakdowns(group), *self._maintenances(group)],
            comes_min=comes,
        )

    def _changes_min(self, group: ToolGroup) -> dict[tuple[Hashable, Hashable], float]:
        rows = grouped(self.programme.setups, "tool_group")[group.name]
        return {(row.from_setup or None, row.to_setup): row.setup_min for row in rows}

    def _least_runs(self, group: ToolGroup) -> dict[Hashable, int]:
        rows = grouped(self.programme.setups, "tool_group")[group.name]
        return {row.to_setup: row.minimum_run for row in rows if row.minimum_run > 0}

    def _keys(self, group: ToolGroup) -> tuple[Key, ...]:
        return tuple(
            Key.OWN if key.startswith(dispatch.OWN) else KEYS[dispatch.Key(key)]
            for key in self._rule(group)
        )

    def _rule(self, group: ToolGroup) -> tuple[str, ...]:
        return dispatch.parse_rule(group.dispatch or self.programme.simulation.dispatch)

    def _own_rule(self, group: ToolGroup) -> int:
        """Which of the user's rules the group follows, if any."""
        own = [key for key in self._rule(group) if key.startswith(dispatch.OWN)]
        return self.own_rules.index(own[0].removeprefix(dispatch.OWN)) if own else 0

    @functools.cached_property
    def own_rules(self) -> tuple[str, ...]:
        """The names of the user's rules."""
        keys = (key for group in self.programme.tool_groups for key in self._rule(group))
        own = (key.removeprefix(dispatch.OWN) for key in keys if key.startswith(dispatch.OWN))
        return tuple(dict.fromkeys(own))

    def _comes_min(self, group: ToolGroup) -> list[float]:
        """When each tool may start to work, earliest first; tools after the window stay away."""
        opens = by_key(self.programme.plants)[group.plant].opens
        first = 0.0 if opens is None else max(0.0, self.window.minute(opens))
        comes = [first] * group.tools
        for delivery in dated_deliveries(self.programme, group.name):
            comes += [max(first, self.window.minute(delivery.date))] * delivery.tools
        return sorted(minute for minute in comes if minute < self.window.until_min)

    def _breakdowns(self, group: ToolGroup) -> list[build.Stop]:
        clocks = {ModelClock.CALENDAR: Clock.REPAIR, ModelClock.BUSY: Clock.BUSY}
        return [
            build.breakdown(
                chance_of(one.between, HOUR_MIN),
                chance_of(one.repair, HOUR_MIN),
                clocks[one.clock],
                first=None if one.first is None else chance_of(one.first, HOUR_MIN),
            )
            for one in grouped(self.programme.breakdowns, "tool_group")[group.name]
        ]

    def _maintenances(self, group: ToolGroup) -> list[build.Stop]:
        plans = grouped(self.programme.maintenances, "tool_group")[group.name]
        stops = []
        for plan in plans:
            length = chance_of(plan.duration, HOUR_MIN)
            if plan.every_h is not None:
                first_h = plan.every_h if plan.first_h is None else plan.first_h
                every, first = plan.every_h * HOUR_MIN, first_h * HOUR_MIN
                stops.append(
                    build.maintenance(every, length, first=first, is_staggered=plan.staggered)
                )
            if plan.every_carriers is not None:
                every = plan.every_carriers
                first = every if plan.first_carriers is None else plan.first_carriers
                stops.append(
                    build.maintenance(
                        every, length, Clock.CARRIERS, first=first, is_staggered=plan.staggered
                    )
                )
        return stops

    def _closures(self, group: ToolGroup) -> list[build.Stop]:
        name = by_key(self.programme.plants)[group.plant].calendar
        if name is None or group.name in self.window.delays:
            return []
        return closures(by_key(self.programme.calendars)[name])

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
        return build.Step(
            group=self.groups[step.tool_group],
            process=chance_of(step.process),
            basis=BASES[step.basis],
            interval_min=step.interval_min,
            setup=step.setup or None,
            setup_min=step.setup_min,
            least_carriers=least,
            most_carriers=most,
            batch_family=step.batch_family or None,
            performed_share=step.sampling_percent / 100,
            rework_share=step.rework_percent / 100,
            rework_to=places[step.step if step.rework_to is None else step.rework_to],
            same_tool_as=None if step.same_tool_as is None else places[step.same_tool_as],
            limit_min=None if step.queue_limit_h is None else step.queue_limit_h * HOUR_MIN,
            limit_to=places[step.step if step.queue_limit_to is None else step.queue_limit_to],
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

    # --- Stocks ---------------------------------------------------------------------------------

    def _initial_stocks(self) -> list[int]:
        rows = grouped(self.programme.stocks, "item")
        return [round(sum(row.initial for row in rows[item])) for item in self.supply.stocks]

    def _purchases(self) -> list[build.Purchase]:
        return [
            build.Purchase(
                stock=self.stocks[arrival.item],
                at_min=self.window.minute(arrival.day),
                units=arrival.units,
            )
            for arrival in self.arrivals
        ]

    @functools.cached_property
    def arrivals(self) -> tuple[Arrival, ...]:
        """What is bought, of items that are stocked, on a day of the window; earliest first."""
        kept = (
            arrival
            for arrival in self.window.arrivals
            if arrival.item in self.stocks
            and 0 <= self.window.minute(arrival.day) < self.window.until_min
        )
        return tuple(sorted(kept, key=lambda arrival: arrival.day))


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
