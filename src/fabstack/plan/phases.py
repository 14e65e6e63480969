"""Phases of a plant: what they allow in a period, and the choice to build one.

    carriers started(t) or good units out(t)  <=  claimed(t) + sum over choices of built x gives(t)

A claimed phase grows evenly from `ready - ramp_months` to full at `ready`. An optional phase is
built or not; without a date the planner also chooses the period of the decision: first output
after `build_months`, full `ramp_months` later. Capital is spent evenly from decision to first
output.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from fabstack.model.plants import CapacityOf, Phase, is_choice, limits_output
from fabstack.plan.facts import Facts
from fabstack.plan.make import Making
from fabstack.plan.options import Integers
from fabstack.plan.phase_tools import count_of, hours_of, price_usd
from fabstack.plan.program import LinearProgram
from fabstack.plan.types import Floats, Ints


class Limit(NamedTuple):
    """What all phases of a plant that count the same thing allow together."""

    plant: str
    counted: CapacityOf


class Choice(NamedTuple):
    """To build a phase from a period on."""

    phase: Phase
    decided: int | None  # period; None: for its own date
    first_output: float  # on the axis of periods
    full: float


def limits(facts: Facts) -> list[Limit]:
    """The limits of all plants."""
    phases = [phase for phase in facts.programme.phases if limits_output(phase)]
    return list({Limit(phase.plant, phase.capacity_of): None for phase in phases})


def add_phases(lp: LinearProgram, facts: Facts, making: Making) -> tuple[Choice, ...]:
    """Rows of phase capacity [limit, period] and columns of the choices to build."""
    wanted = limits(facts)
    rows = lp.add_rows("phases", (len(wanted), facts.periods.count), high=claimed(facts))
    for limit, row in zip(wanted, rows, strict=True):
        _add_use(lp, facts, making, limit, row)
    found = choices(facts)
    whole = facts.options.integers is Integers.WHOLE
    cost = [_cost_usd(facts, choice) for choice in found]
    built = lp.add_columns("built", (len(found),), cost=cost, upper=1.0, whole=whole)
    for choice, column in zip(found, built, strict=True):
        if limits_output(choice.phase):
            limit = Limit(choice.phase.plant, choice.phase.capacity_of)
            lp.add_entries(rows[wanted.index(limit)], column, -gives(facts, choice))
        lp.add_entries(
            lp.rows["tool_hours"], column, -hours_of(facts, choice.phase, choice.first_output)
        )
    _add_once(lp, found, built)
    return tuple(found)


def _cost_usd(facts: Facts, choice: Choice) -> float:
    """Worth at the start of what a choice and its tools cost."""
    phase = (spending(facts, choice) * capital_money(facts)).sum()
    tools = (tool_spending(facts, choice) * facts.equipment_money).sum()
    return float(phase + tools)


def _add_use(lp: LinearProgram, facts: Facts, making: Making, limit: Limit, row: Ints) -> None:
    for place, route in enumerate(facts.programme.routes):
        if route.plant != limit.plant:
            continue
        if limit.counted is CapacityOf.CARRIER:
            lp.add_entries(row, making.starts[place], 1.0)
        else:
            _add_units_out(lp, making, place, row)


def _add_units_out(lp: LinearProgram, making: Making, place: int, row: Ints) -> None:
    on = making.leaving
    here = np.flatnonzero((on.flow == place) & (on.arrives < row.size))
    leaves, arrives = on.leaves[here], on.arrives[here]
    amount = on.share[here] * making.units[place, arrives]
    lp.add_entries(row[arrives], making.ends[place, leaves], amount)


def _add_once(lp: LinearProgram, found: list[Choice], built: Ints) -> None:
    """A phase is built once at most."""
    phases = list(dict.fromkeys((c.phase.plant, c.phase.phase) for c in found))
    rows = lp.add_rows("once", (len(phases),), high=1.0)
    place = {phase: i for i, phase in enumerate(phases)}
    of = np.array([place[c.phase.plant, c.phase.phase] for c in found], dtype=np.int64)
    lp.add_entries(rows[of], built, 1.0)


def claimed(facts: Facts) -> Floats:
    """What the phases allow that come whatever the plan [limit, period]."""
    found = {limit: np.zeros(facts.periods.count) for limit in limits(facts)}
    for phase in facts.programme.phases:
        if limits_output(phase) and not is_choice(phase):
            full = _ready(facts, phase)
            growth = _growth(facts, full - phase.ramp_months, full)
            capacity = phase.capacity_per_month * growth
            found[Limit(phase.plant, phase.capacity_of)] += capacity
    return np.array(list(found.values())).reshape(len(found), facts.periods.count)


def _ready(facts: Facts, phase: Phase) -> float:
    return facts.periods.position(phase.ready) if phase.ready else np.inf


def choices(facts: Facts) -> list[Choice]:
    """Every way to build an optional phase."""
    return [
        choice
        for phase in facts.programme.phases
        if is_choice(phase)
        for choice in _choices_of(facts, phase)
    ]


def _choices_of(facts: Facts, phase: Phase) -> list[Choice]:
    build, ramp, edges = phase.build_months, phase.ramp_months, facts.periods.edges.tolist()
    if phase.ready is not None:
        full = _ready(facts, phase)
        return [Choice(phase, None, full - ramp, full)]
    return [
        Choice(phase, decided, begins + build, begins + build + ramp)
        for decided, begins in enumerate(edges[:-1])
        if begins + build < edges[-1]
    ]


def decided_at(facts: Facts, choice: Choice) -> float:
    """When a choice is made, in months from the start: at the latest when building begins."""
    if choice.decided is not None:
        return float(facts.periods.edges[choice.decided])
    return max(choice.first_output - choice.phase.build_months, 0.0)


def gives(facts: Facts, choice: Choice) -> Floats:
    """What a choice adds to its limit [period]."""
    growth = _growth(facts, choice.first_output, choice.full)
    return choice.phase.capacity_per_month * growth


def allowed(facts: Facts, found: tuple[Choice, ...], built: Floats) -> Floats:
    """What all phases allow, claimed and built [limit, period]."""
    total = claimed(facts)
    place = {limit: i for i, limit in enumerate(limits(facts))}
    for choice, share in zip(found, built, strict=True):
        if share > 0 and limits_output(choice.phase):
            total[place[Limit(choice.phase.plant, choice.phase.capacity_of)]] += share * gives(
                facts, choice
            )
    return total


def floor_added(facts: Facts, phase: Phase, first_output: float) -> Floats:
    """Production floor of a phase at the end of each period, m2 [period]."""
    added: Floats = np.where(first_output < facts.periods.edges[1:], phase.floor_m2, 0.0)
    return added


def claimed_floor(facts: Facts, plant: str) -> Floats:
    """Production floor that the claimed phases of a plant add, m2 [period]."""
    total = np.zeros(facts.periods.count)
    for phase in facts.programme.phases:
        if phase.plant == plant and not is_choice(phase):
            total += floor_added(facts, phase, _ready(facts, phase) - phase.ramp_months)
    return total


def built_hours(facts: Facts, found: tuple[Choice, ...], built: Floats) -> Floats:
    """Usable hours of the tools of what is built [group, period]."""
    shape = (len(facts.programme.tool_groups), facts.periods.count)
    each = (
        share * hours_of(facts, choice.phase, choice.first_output)
        for choice, share in zip(found, built, strict=True)
        if share > 0
    )
    return sum(each, np.zeros(shape))


def built_tools(facts: Facts, found: tuple[Choice, ...], built: Floats) -> Floats:
    """Tools of what is built, averaged over each period [group, period]."""
    shape = (len(facts.programme.tool_groups), facts.periods.count)
    each = (
        share * count_of(facts, choice.phase, choice.first_output)
        for choice, share in zip(found, built, strict=True)
        if share > 0
    )
    return sum(each, np.zeros(shape))


def most_built_hours(facts: Facts) -> Floats:
    """Usable hours of the tools of all phases that may be built, each by its first choice."""
    first = {(one.phase.plant, one.phase.phase): one for one in reversed(choices(facts))}
    return built_hours(facts, tuple(first.values()), np.ones(len(first)))


def _growth(facts: Facts, begins: float, full: float) -> Floats:
    """Months of full capacity in each period, which grows evenly in between [period]."""
    edges = facts.periods.edges
    if full > begins:
        grown = np.clip(edges - begins, 0.0, full - begins) ** 2 / (2 * (full - begins))
    else:
        grown = np.zeros(edges.size)
    return np.diff(grown + np.maximum(edges - full, 0.0))


def capital_money(facts: Facts) -> Floats:
    """USD of the start that a USD of a phase's capital counts for [period]."""
    share = facts.programme.finance.equipment_share_percent / 100
    mixed: Floats = share * facts.equipment_money + (1 - share) * facts.building_money
    return facts.money if facts.equipment_money is facts.money else mixed


def spending(facts: Facts, choice: Choice) -> Floats:
    """Capital of a choice, in today's prices [period]; none of it is lost beyond the horizon."""
    build = choice.phase.build_months
    begins = choice.first_output - build
    if choice.decided is not None:
        begins = float(facts.periods.edges[choice.decided])
    spent = _evenly(facts, begins, begins + build)
    spent[0] += _evenly_before(begins, build)
    spent[-1] += 1.0 - spent.sum()
    return choice.phase.capex_usd * spent


def tool_spending(facts: Facts, choice: Choice) -> Floats:
    """What the tools of a choice cost beside its capital, in today's prices [period]."""
    return price_usd(facts, choice.phase, choice.first_output)


def claimed_spending(facts: Facts) -> Floats:
    """Capital of the claimed phases [period]; what was spent before the start is gone."""
    total = np.zeros(facts.periods.count)
    for phase in facts.programme.phases:
        if not is_choice(phase):
            first_output = _ready(facts, phase) - phase.ramp_months
            begins = first_output - phase.build_months
            total += phase.capex_usd * _evenly(facts, begins, first_output)
    return total


def _evenly(facts: Facts, begins: float, ends: float) -> Floats:
    """Share of what is spent evenly between two positions [period]; at once where they are one."""
    if ends > begins:
        share: Floats = facts.periods.share(begins, ends) * facts.periods.months / (ends - begins)
        return share
    now: Floats = (facts.periods.numbers == facts.periods.at(begins)).astype(np.float64)
    return now


def _evenly_before(begins: float, build: float) -> float:
    """Share that lies before the start of the horizon."""
    if build > 0:
        return float(np.clip(-begins / build, 0.0, 1.0))
    return float(begins < 0)
