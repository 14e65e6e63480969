"""The checker's own reading of a programme: plain loops, one period at a time, no arrays."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import timedelta

from fabstack.economics.capacity import (
    hours_per_tool_month,
    job_min,
    lot_visits,
    open_share,
    step_min_per_carrier,
    steps_of,
    survival,
    with_wear,
)
from fabstack.economics.flow import children_per_parent, units_per_carrier, yield_share
from fabstack.model import Programme, by_key, grouped
from fabstack.model.choices import ToolOption
from fabstack.model.items import Component
from fabstack.model.plants import CapacityOf, Phase
from fabstack.model.routes import Route
from fabstack.model.supply import Offer
from fabstack.model.tools import Delivery, ToolGroup
from fabstack.model.workforce import Skill
from fabstack.plan.checker_dated import Dated
from fabstack.plan.options import PlanOptions
from fabstack.plan.result import Built, PlanResult

MINUTES_PER_MONTH = 365.25 / 12 * 1440
LONG_AGO = 1200.0  # months that a supplier's process has learned


class Terms(Dated):
    """What a programme allows and asks for, period by period."""

    def __init__(self, programme: Programme, options: PlanOptions) -> None:
        super().__init__(programme)
        self.options = options
        self.cleared = {row.tool_group for row in programme.clearing_points if options.clearing}
        self.leads = {route.name: self._lead_months(route) for route in programme.routes}
        self._units: dict[tuple[str, int], float] = {}

    def worth(self, period: int) -> float:
        """USD of the start that a USD of today's prices is worth in the middle of a period."""
        return self.prices(period) * self.discount(period)

    def prices(self, period: int) -> float:
        """Price level in the middle of a period."""
        growth = 1 + self.programme.finance.inflation_percent / 100
        return float(growth ** (self.middle(period) / 12))

    def discount(self, period: int) -> float:
        """USD of the start that a USD of a period is worth."""
        growth = 1 + self.programme.finance.discount_rate_percent / 100
        return float(growth ** (-self.middle(period) / 12))

    # --- Routes ---------------------------------------------------------------------------------

    def _lead_months(self, route: Route) -> float:
        steps = steps_of(self.programme, route.name)
        given = self.options.lead_times_months.get(route.name, route.lead_time_months)
        if given is not None and self.cleared.isdisjoint(step.tool_group for step in steps):
            return given
        worked_min = sum(minutes for _, minutes in self._with_queues(route))
        worked_min += max(len(steps) - 1, 0) * route.move.mean if route.move else 0.0
        return worked_min / open_share(self.programme, route.plant) / MINUTES_PER_MONTH

    def _with_queues(self, route: Route) -> list[tuple[int, float]]:
        """(step, minutes of a lot there), with the queues whose length is a matter of factors."""
        usual = self.options.x_factors.get(by_key(self.programme.plants)[route.plant].kind, 1.0)
        factors = (self.options.x_factor, self.programme.planning.x_factor, usual)
        factor = next(factor for factor in factors if factor is not None)
        rows = steps_of(self.programme, route.name)
        cleared = {row.step for row in rows if row.tool_group in self.cleared}
        return [(n, stay * (1 if n in cleared else factor)) for n, stay in self._stays(route)]

    def _stays(self, route: Route) -> list[tuple[int, float]]:
        """(step, minutes of a lot in its tools without queues)."""
        groups = by_key(self.programme.tool_groups)
        found = []
        steps = steps_of(self.programme, route.name)
        for step, visits in zip(steps, lot_visits(steps), strict=True):
            group = groups[step.tool_group]
            once = job_min(route, step) + group.load_min + group.unload_min
            found.append((step.step, visits * once))
        return found

    def step_lags(self, route: Route, middle: float = 0.5) -> dict[int, float]:
        """Step -> months from the start of a lot to the middle of the step, or another part."""
        groups = {step.tool_group for step in steps_of(self.programme, route.name)}
        stays = self._stays(route) if self.cleared.isdisjoint(groups) else self._with_queues(route)
        total = sum(minutes for _, minutes in stays)
        found, passed = {}, 0.0
        for step, minutes in stays:
            at_min = passed + minutes * middle
            found[step] = self.leads[route.name] * at_min / total if total else 0.0
            passed += minutes
        return found

    def hours_of_start(self, route: Route) -> list[tuple[str, float, float, int]]:
        """(tool group, months after the start, hours for a carrier, step)."""
        lags, alive, found = self.step_lags(route), 1.0, []
        steps = steps_of(self.programme, route.name)
        for step, visits in zip(steps, lot_visits(steps), strict=True):
            busy_h = step_min_per_carrier(self.programme, route, step) / 60
            hours = with_wear(self.programme, step.tool_group, busy_h) * visits
            found.append((step.tool_group, lags[step.step], alive * hours, step.step))
            alive *= survival(step)
        return found

    def alive_at(self, route: Route, number: int | None = None) -> float:
        """Share of started carriers that reach a step, or the end."""
        alive = 1.0
        for step in steps_of(self.programme, route.name):
            if number is None or step.step < number:
                alive *= survival(step)
        return alive

    def units_of_carrier(self, route: Route, period: int) -> float:
        """Good units of a started carrier that leaves in a period."""
        period = min(period, self.periods - 1)
        at = (route.name, period)
        if at not in self._units:
            item = by_key(self.programme.items)[route.item]
            good = yield_share(self.programme, item, self._months_open(route.plant, period))
            units = units_per_carrier(self.programme, route.name) * self.alive_at(route)
            self._units[at] = units * good
        return self._units[at]

    def expected_units(self, route: Route, period: int) -> float:
        """Good units of a carrier that starts in a period."""
        shares = self.paid(period, self.leads[route.name])
        return sum(share * self.units_of_carrier(route, when) for when, share in shares)

    def children_of_start(self, route: Route, component: Component, period: int) -> float:
        """Children that go into a carrier started in a period."""
        age = self._months_open(route.plant, period)
        each = children_per_parent(self.programme, component, age)
        if component.quantity is None:
            each *= yield_share(self.programme, by_key(self.programme.items)[route.item], age)
        return each * units_per_carrier(self.programme, route.name)

    def opening(self, plant: str) -> int:
        """First period with output."""
        opens = by_key(self.programme.plants)[plant].opens
        return self.holding(self.position(opens)) if opens else 0

    def _months_open(self, plant: str, period: int) -> float:
        opens = by_key(self.programme.plants)[plant].opens
        return max(self.middle(period) - (self.position(opens) if opens else 0.0), 0.0)

    def usable_hours(self, group_name: str, period: int) -> float:
        """Tool hours that a plan may use."""
        group = by_key(self.programme.tool_groups)[group_name]
        tools = float(group.tools)
        for delivery in grouped(self.programme.deliveries, "tool_group")[group_name]:
            if not self.is_open_choice(delivery):
                tools += delivery.tools * self.overlap(period, delivery.date, None)
        usual = tools * self.hours_of_one(group_name)
        rows = grouped(self.programme.capacities, "tool_group")[group_name]
        return self.months(period) * self._by_date(rows, "hours_per_month", usual, period)

    def people_there(self, skill: Skill, month: float) -> float:
        """People of a skill so many months after the start, hired as fast as can be."""
        leaving = skill.attrition_percent_per_year / 100 / 12
        hiring = max(month - skill.months_to_productive / 2, 0.0)
        new = skill.hires_per_month * hiring
        if leaving:
            new = skill.hires_per_month * -math.expm1(-leaving * hiring) / leaving
        people = skill.headcount / math.exp(leaving * month) + new
        return min(people, max(skill.headcount, skill.target))

    # --- Tools that are bought ------------------------------------------------------------------

    def tool_orders(self, result: PlanResult) -> Iterator[tuple[ToolOption, int, float, float]]:
        """(option, period, tools ordered, tools sold)."""
        options = by_key(self.programme.tool_options)
        for place, key in enumerate(result.names.options):
            for period in range(self.periods):
                bought, sold = result.bought_tools[place, period], result.sold_tools[place, period]
                yield options[key], period, float(bought), float(sold)

    def _of_group(self, option: ToolOption, column: str) -> float:
        """A number of an option, or else of its tool group."""
        own = getattr(option, column)
        group = by_key(self.programme.tool_groups)[option.tool_group]
        return float(getattr(group, column) if own is None else own)

    def tool_price(self, option: ToolOption) -> float:
        """Price of one tool."""
        return self._of_group(option, "price_usd")

    def tool_delivered(self, option: ToolOption, period: int) -> float:
        """Position at which a tool ordered in a period is delivered."""
        return self.edges[period] + self._of_group(option, "lead_time_months")

    def tool_released(self, option: ToolOption, period: int) -> float:
        """Position from which it works."""
        return self.tool_delivered(option, period) + self._of_group(option, "install_months")

    def hours_of_one(self, group_name: str) -> float:
        """Hours a month that a plan may use of one tool."""
        each = hours_per_tool_month(self.programme, group_name)
        return each * self._load_share(group_name)

    def tool_hours(self, option: ToolOption) -> float:
        """Hours a month that one gives."""
        if option.hours_per_month is not None:
            return option.hours_per_month
        return self.hours_of_one(option.tool_group)

    def _load_share(self, group_name: str) -> float:
        group = by_key(self.programme.tool_groups)[group_name]
        percent = group.max_load_percent or self.programme.planning.max_load_percent
        return percent / 100 * self.options.efficiencies.get(group_name, 1.0)

    # --- Derived items --------------------------------------------------------------------------

    def children_of_conversion(self, component: Component, place: str, period: int) -> float:
        """Children for one good unit of a derived item."""
        programme = self.programme
        age = self._age_of_derived(component.parent, place, period)
        each = children_per_parent(programme, component, age)
        if component.quantity is None:
            return each
        return each / yield_share(programme, by_key(programme.items)[component.parent], age)

    def _age_of_derived(self, item: str, place: str, period: int) -> float:
        makers = self._makers(item, set())
        if place not in by_key(self.programme.plants) or not makers:
            return LONG_AGO
        plants = {place} if place in makers else makers
        return max(self._months_open(plant, period) for plant in plants)

    def _makers(self, item: str, above: set[str]) -> set[str]:
        routes = grouped(self.programme.routes, "item")[item]
        if routes or item in above:
            return {route.plant for route in routes}
        found: set[str] = set()
        for component in grouped(self.programme.components, "parent")[item]:
            found |= self._makers(component.child, above | {item})
        return found

    # --- Phases ---------------------------------------------------------------------------------

    def phase_gives(self, phase: Phase, first_output: float, period: int) -> float:
        """Capacity of a phase in a period, growing evenly over its ramp from its first output."""
        ramp, full = phase.ramp_months, first_output + phase.ramp_months
        growing = 0.0
        if ramp > 0:
            ends = (self.edges[period], self.edges[period + 1])
            reached = [min(max(at - first_output, 0.0), ramp) for at in ends]
            growing = (reached[1] ** 2 - reached[0] ** 2) / (2 * ramp)
        return phase.capacity_per_month * (growing + self.common(period, full, math.inf))

    def claimed_capacity(self, plant: str, counted: CapacityOf, period: int) -> float:
        """Capacity of the phases that come whatever the plan."""
        return sum(
            self.phase_gives(phase, self.position(phase.ready) - phase.ramp_months, period)
            for phase in grouped(self.programme.phases, "plant")[plant]
            if phase.capacity_of is counted and phase.ready is not None and not phase.optional
        )

    def is_open_choice(self, delivery: Delivery) -> bool:
        """Whether tools come only where the plan builds their phase."""
        plant = by_key(self.programme.tool_groups)[delivery.tool_group].plant
        return any(
            phase.phase == delivery.phase and (phase.optional or phase.ready is None)
            for phase in grouped(self.programme.phases, "plant")[plant]
        )

    def tools_with(self, built: Built) -> Iterator[tuple[ToolGroup, float, float]]:
        """(tool group, tools, position of their release) of a phase that is built."""
        for group in grouped(self.programme.tool_groups, "plant")[built.plant]:
            for delivery in grouped(self.programme.deliveries, "tool_group")[group.name]:
                if delivery.phase == built.phase:
                    released = max(self.position(delivery.date), built.first_output)
                    yield group, built.share * delivery.tools, released

    # --- Offers ---------------------------------------------------------------------------------

    def in_force(self, offer: Offer, period: int) -> float:
        """Share of a period in which an offer holds."""
        later = [
            other.from_date
            for other in grouped(self.programme.offers, "supplier")[offer.supplier]
            if other.item == offer.item and other.from_date > offer.from_date
        ]
        ends = [day - timedelta(days=1) for day in later]
        ends += [offer.to_date] if offer.to_date else []
        return self.overlap(period, offer.from_date, min(ends, default=None))

    def left_for_us(self, supplier: str) -> float:
        """Share of a supplier's capacity that the customers ahead leave."""
        rivals = grouped(self.programme.rivals, "supplier")[supplier]
        ours = [rival.rank for rival in rivals if rival.customer == "us"]
        left = 100.0
        for rival in rivals:
            if rival.customer != "us" and (not ours or rival.rank < min(ours)):
                normal = self.options.supply == "normal"
                left -= rival.share_percent if normal else rival.in_shortage_percent
        return max(left, 0.0) / 100

    def price_of_order(self, offer: Offer, quantity: float) -> float:
        """What a month's order costs, with its price breaks."""
        breaks = sorted(
            (row.from_quantity, row.price_usd, row.all_units)
            for row in grouped(self.programme.price_breaks, "item")[offer.item]
            if row.supplier == offer.supplier
        )
        total, at, price = 0.0, 0.0, offer.price_usd
        for begins, lower, is_for_all in breaks:
            total += max(min(quantity, begins) - at, 0.0) * price
            reached = quantity >= begins * (1 - 1e-9)
            total -= begins * (price - lower) if is_for_all and reached else 0.0
            at, price = begins, lower
        return total + max(quantity - at, 0.0) * price
