"""The checker's look at tools that are bought: how many, where they stand, what they cost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta

from fabstack.model import by_key, grouped
from fabstack.model.choices import Budget, ToolOption
from fabstack.plan.checker_money import paid_for_tools, spent_on
from fabstack.plan.checker_terms import Terms
from fabstack.plan.result import PlanResult

Error = tuple[float, str]


def hours_of_bought(terms: Terms, result: PlanResult) -> defaultdict[tuple[str, int], float]:
    """Usable hours of bought tools that are not sold yet, by tool group and period."""
    hours: defaultdict[tuple[str, int], float] = defaultdict(float)
    for option, ordered, bought, sold in terms.tool_orders(result):
        released, each = terms.tool_released(option, ordered), terms.tool_hours(option)
        for period in range(terms.periods):
            months = terms.common(period, released, terms.edges[-1])
            hours[option.tool_group, period] += bought * months * each
            if period > ordered:
                hours[option.tool_group, period] -= sold * terms.months(period) * each
    return hours


def hours_of_built(terms: Terms, result: PlanResult) -> defaultdict[tuple[str, int], float]:
    """Usable hours of the tools of built phases, where no table says the hours."""
    hours: defaultdict[tuple[str, int], float] = defaultdict(float)
    for built in result.built:
        for group, tools, released in terms.tools_with(built):
            each = terms.hours_of_one(group.name)
            given = grouped(terms.programme.capacities, "tool_group")[group.name]
            until = min([terms.position(row.from_date) for row in given], default=terms.edges[-1])
            for period in range(terms.periods):
                hours[group.name, period] += tools * each * terms.common(period, released, until)
    return hours


def tool_errors(terms: Terms, result: PlanResult) -> Iterator[Error]:
    """Whole tools, no more than there are to be had, none sold that is not there."""
    is_whole = result.options.integers == "whole"
    owned: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)  # (released, tools)
    gone: defaultdict[str, float] = defaultdict(float)
    in_all: defaultdict[str, float] = defaultdict(float)
    for option, period, bought, sold in terms.tool_orders(result):
        key = f"{option.tool_group}:{option.from_date}"
        what = f"tools of {option.tool_group} in period {period}"
        if is_whole:
            yield abs(bought - round(bought)) + abs(sold - round(sold)), what
        yield max(-bought, -sold, 0.0), what
        if not terms.overlap(period, option.from_date, option.to_date):
            yield bought, what
        owned[key].append((terms.tool_released(option, period), bought))
        gone[key] += sold
        in_all[key] += bought
        there = sum(n for at, n in owned[key] if at <= terms.edges[period] + 1e-9)
        yield max(gone[key] - there, 0.0), what
        if option.most is not None:
            yield max(in_all[key] - option.most, 0.0), what
    yield from _floor_errors(terms, result)
    yield from _budget_errors(terms, result)


def _floor_errors(terms: Terms, result: PlanResult) -> Iterator[Error]:
    groups = by_key(terms.programme.tool_groups)
    with_options = {groups[option.tool_group].plant for option in terms.programme.tool_options}
    for plant in terms.programme.plants:
        is_limited = plant.floor_m2 and plant.name in with_options
        for period in range(terms.periods if is_limited else 0):
            taken = 0.0
            for option, ordered, bought, sold in terms.tool_orders(result):
                group = groups[option.tool_group]
                if group.plant == plant.name:
                    there = _docked(terms, option, ordered, period) * bought
                    taken += group.floor_m2 * (there - sold * (ordered < period))
            taken += _floor_of_built(terms, result, plant.name, period)
            taken -= _floor_built(terms, result, plant.name, period)
            excess = taken - _free(terms, plant.name, plant.floor_m2, period)
            yield max(excess, 0.0) / plant.floor_m2, f"floor of {plant.name} in period {period}"


def _floor_of_built(terms: Terms, result: PlanResult, plant: str, period: int) -> float:
    return sum(
        group.floor_m2 * tools
        for built in result.built
        if built.plant == plant
        for group, tools, released in terms.tools_with(built)
        if released < terms.edges[period + 1]
    )


def _floor_built(terms: Terms, result: PlanResult, plant: str, period: int) -> float:
    """Floor that the phases add that a plan builds."""
    phases = by_key(terms.programme.phases)
    return sum(
        built.share * phases[f"{plant}:{built.phase}"].floor_m2
        for built in result.built
        if built.plant == plant and built.first_output < terms.edges[period + 1]
    )


def _docked(terms: Terms, option: ToolOption, ordered: int, period: int) -> bool:
    return terms.tool_delivered(option, ordered) < terms.edges[period + 1]


def _free(terms: Terms, plant: str, floor_m2: float, period: int) -> float:
    for group in grouped(terms.programme.tool_groups, "plant")[plant]:
        floor_m2 -= group.tools * group.floor_m2
        for delivery in grouped(terms.programme.deliveries, "tool_group")[group.name]:
            is_there = terms.position(delivery.date) < terms.edges[period + 1]
            if is_there and not terms.is_open_choice(delivery):
                floor_m2 -= delivery.tools * group.floor_m2
    for phase in grouped(terms.programme.phases, "plant")[plant]:
        if phase.ready is not None and not phase.optional:
            first_output = terms.position(phase.ready) - phase.ramp_months
            floor_m2 += phase.floor_m2 * (first_output < terms.edges[period + 1])
    return max(floor_m2, 0.0)


def _budget_errors(terms: Terms, result: PlanResult) -> Iterator[Error]:
    for budget in terms.programme.budgets:
        spent = sum(usd for usd in _spent(terms, result, budget))
        excess = max(spent - budget.capital_usd, 0.0) / max(budget.capital_usd, 1.0)
        yield excess, f"budget {budget.name}"


def _spent(terms: Terms, result: PlanResult, budget: Budget) -> Iterator[float]:
    """Capital that a plan chose to spend within the days of a budget."""
    groups, phases = by_key(terms.programme.tool_groups), by_key(terms.programme.phases)
    first = terms.position(budget.from_date)
    last = terms.position(budget.to_date + timedelta(days=1))
    shares = [terms.common(p, first, last) / terms.months(p) for p in range(terms.periods)]
    for option, period, bought, _ in terms.tool_orders(result):
        if budget.plant in (None, groups[option.tool_group].plant):
            when = min(terms.holding(terms.tool_delivered(option, period)), terms.periods - 1)
            yield bought * terms.tool_price(option) * shares[when]
    for built in result.built:
        if budget.plant in (None, built.plant):
            phase = phases[f"{built.plant}:{built.phase}"]
            yield from (-usd * shares[when] for when, usd in spent_on(terms, phase, built))
            yield from (-usd * shares[when] for when, usd in paid_for_tools(terms, built))
