"""Hiring month by month: how many are wanted, how many are there, and what they cost.

People join all through a month at a limited rate and leave at a rate in proportion, H' = h - a H;
a month is solved exactly, so with steady hiring every month lies on the closed form. Newcomers grow
straight from no effect to full effect.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fabstack.economics.flow import units_per_carrier
from fabstack.model import Programme, grouped
from fabstack.model.lookup import follows_from
from fabstack.model.plants import Staffing
from fabstack.model.workforce import Skill
from fabstack.ramp.futures import Futures
from fabstack.ramp.pieces import Keep, MakeAll
from fabstack.ramp.plants import Opening, capacity_per_month
from fabstack.ramp.schedule import Schedule
from fabstack.uncertainty.chance import Floats
from fabstack.uncertainty.percentiles import fan

NEVER = np.inf
MEDIAN = 1  # of the three percentiles of a fan
ROUNDING = 1e-9  # of the target that hiring may miss by arithmetic alone


@dataclass(frozen=True, slots=True, eq=False)
class Staff:
    """One skill over the horizon, on the first of each month."""

    skill: Skill
    wanted: Floats  # [month] median
    heads: Floats  # [percentile 10 50 90, month]
    productive: Floats  # [month] median, in experts
    cost_usd: Floats  # [month] mean, of the month that begins
    stock_usd: Floats  # [month] of which stock
    reached_months: Floats  # [sample] when the heads first cover the target; inf: not in time
    short_person_months: Floats  # [sample] of experts that were wanted and not there
    covered: Floats  # [month, sample] share of the wanted experts that is there, at most 1


@dataclass(frozen=True, slots=True)
class Turnover:
    """What a month does: the share of heads that stay, and of its joiners that are still there."""

    stay: Floats
    joined: Floats


def steady_flow(attrition_per_year: Floats) -> Turnover:
    """A month of H' = h - a H: stay e^(-a/12), joined (1 - e^(-a/12)) / (a/12)."""
    leaving = attrition_per_year / 12
    nobody = leaving == 0
    joined = np.where(nobody, 1.0, -np.expm1(-leaving) / np.where(nobody, 1.0, leaving))
    return Turnover(np.exp(-leaving), joined)


def month_end_hiring(attrition_per_month: Floats) -> Turnover:
    """A month in which a share leaves and newcomers come on its last day."""
    return Turnover(1 - attrition_per_month, np.ones_like(attrition_per_month))


def hired(wanted: Floats, first: Floats, hires_per_month: Floats, turnover: Turnover) -> Floats:
    """Newcomers of each month, [month, sample]: as many as are missing a month later, if they can.

    `wanted` is [month, sample]; the last month hires nobody, for nothing comes after it.
    """
    width = np.broadcast_shapes(
        wanted.shape, first.shape, hires_per_month.shape, turnover.stay.shape
    )
    there, hires = first, np.zeros(width)
    for month in range(len(wanted) - 1):
        staying = there * turnover.stay
        missing = np.maximum(wanted[month + 1] - staying, 0.0) / turnover.joined
        hires[month] = np.minimum(missing, hires_per_month)
        there = staying + hires[month] * turnover.joined
    return hires


def heads(first: Floats, hires: Floats, turnover: Turnover) -> Floats:
    """People on the first of each month, [month, sample]."""
    path = np.empty(hires.shape)
    path[0] = first
    for month in range(len(hires) - 1):
        path[month + 1] = path[month] * turnover.stay + hires[month] * turnover.joined
    return path


def productive(
    there: Floats, hires: Floats, turnover: Turnover, months_to_productive: float
) -> Floats:
    """Effect of the people on the first of each month, in full-time experts, [month, sample].

    Those who joined in the last month count as just arrived, those of the month before as one month
    old, and so on; the first day's people are experts.
    """
    effect = there.copy()
    for month in range(1, len(hires)):  # by month, so that its futures stay in the cache
        for age in range(min(math.ceil(months_to_productive), month)):
            learning = 1 - age / months_to_productive
            left = turnover.joined * turnover.stay**age
            effect[month] -= learning * left * hires[month - 1 - age]
    return effect


# --- A programme's people -------------------------------------------------------------------------


def staff(
    programme: Programme,
    futures: Futures,
    dated: Schedule,
    openings: Mapping[str, Opening],
    grid_months: Floats,
    keep: Keep | None = None,
) -> tuple[Staff, ...]:
    """Every skill over the horizon; `grid_months` are the first days of the months and one more."""
    keep = keep or MakeAll()

    def of_skill(skill: Skill) -> Staff:
        def make() -> Sequence[Floats]:
            needed = _needed(programme, skill, dated, openings, grid_months)
            return _course(skill, futures, needed, grid_months)

        return Staff(skill, *keep.piece(f"people/{skill.name}", make))

    return tuple(map(of_skill, programme.skills))


def _course(
    skill: Skill, futures: Futures, needed: Floats, grid_months: Floats
) -> Sequence[Floats]:
    """Everything of a `Staff` after its skill."""
    value, team = _value(skill, futures), _team(skill, futures, needed)
    cash, stock = pay_usd_per_month(
        skill,
        value("pay_low_usd_per_year", skill.pay_low_usd_per_year),
        value("pay_high_usd_per_year", skill.pay_high_usd_per_year),
    )
    return (
        fan(team.wanted)[MEDIAN],
        fan(team.heads),
        fan(team.effect)[MEDIAN],
        (team.heads * (cash + stock)).mean(axis=1),
        (team.heads * stock).mean(axis=1),
        _first_month(team.heads >= team.target * (1 - ROUNDING), grid_months),
        np.maximum(team.wanted - team.effect, 0.0).sum(axis=0),
        _covered(team.effect, needed),
    )


class _Team(NamedTuple):
    """People of a skill on the first of each month, [month, sample]."""

    target: Floats  # [sample] or [1]
    wanted: Floats
    heads: Floats
    effect: Floats  # in experts


def covered_share(skill: Skill, futures: Futures, needed: Floats) -> Floats:
    """Share of the needed experts [month, sample] that is there, at most 1."""
    return _covered(_team(skill, futures, needed).effect, needed)


def _value(skill: Skill, futures: Futures) -> Callable[[str, float], Floats]:
    def value(column: str, otherwise: float) -> Floats:
        return futures.value(f"skills/{skill.name}/{column}", otherwise)

    return value


def _team(skill: Skill, futures: Futures, needed: Floats) -> _Team:
    """Who is hired, and what they can do, for what is needed."""
    value = _value(skill, futures)
    first = value("headcount", skill.headcount)
    target = value("target", skill.target or skill.headcount)
    turnover = steady_flow(
        value("attrition_percent_per_year", skill.attrition_percent_per_year) / 100
    )
    wanted = np.maximum(needed, target)
    hires = hired(wanted, first, value("hires_per_month", skill.hires_per_month), turnover)
    there = heads(first, hires, turnover)
    effect = productive(there, hires, turnover, skill.months_to_productive)
    return _Team(target, wanted, there, effect)


def _covered(effect: Floats, needed: Floats) -> Floats:
    """Of what work asks for, not of the target: a target ahead of its work holds nobody up."""
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(needed > 0, np.maximum(effect, 0.0) / needed, 1.0)
    return np.asarray(np.minimum(share, 1.0))


def pay_usd_per_month(
    skill: Skill, low_usd_per_year: Floats, high_usd_per_year: Floats
) -> tuple[Floats, Floats]:
    """What one costs a month in cash and in stock, at the middle of the pay range.

    Cash is base and bonus with the employer's load; stock is a share of base, bonus and stock.
    """
    base = (low_usd_per_year + high_usd_per_year) / 2 / 12
    pay = base * (1 + skill.bonus_percent / 100)
    equity = skill.equity_percent / 100
    return pay * skill.load_factor, pay * equity / (1 - equity)


def _first_month(reached: NDArray[np.bool_], grid_months: Floats) -> Floats:
    found = np.where(reached.any(axis=0), grid_months[reached.argmax(axis=0)], NEVER)
    return np.asarray(found, dtype=np.float64)


def plant_people(
    programme: Programme, skill: Skill, openings: Mapping[str, Opening], grid_months: Floats
) -> Floats:
    """People whom open plants ask for, [month, sample] or [month, 1]."""
    parts = [
        _plant_needs(row, openings[row.plant], carriers_per_unit(programme, row.plant), grid_months)
        for row in grouped(programme.staffings, "skill")[skill.name]
    ]
    months = range(len(grid_months) - 1)
    return _stacked([sum((part(month) for part in parts), np.zeros(1)) for month in months])


def _needed(
    programme: Programme,
    skill: Skill,
    dated: Schedule,
    openings: Mapping[str, Opening],
    grid_months: Floats,
) -> Floats:
    """People whom open plants and running activities ask for, [month, sample] or [month, 1]."""
    crews = plant_people(programme, skill, openings, grid_months)
    parts: list[Callable[[int], Floats]] = [crews.__getitem__]
    for activity in grouped(programme.activities, "skill")[skill.name]:
        i = dated.network.index(activity.name)
        if activity.people:
            parts.append(_activity_needs(dated, i, activity.people, grid_months))
    months = range(len(grid_months) - 1)
    return _stacked([sum((part(month) for part in parts), np.zeros(1)) for month in months])


def _plant_needs(
    row: Staffing, opening: Opening, carriers: float, grid_months: Floats
) -> Callable[[int], Floats]:
    def people(month: int) -> Floats:
        now = grid_months[month]
        started = capacity_per_month(opening, now, carriers)
        crew = row.people + row.people_per_1000_per_month / 1000 * started
        return np.where(opening.opens <= now, crew, 0.0)

    return people


@follows_from("routes", "items", "technologies")
def carriers_per_unit(programme: Programme, plant: str) -> float:
    """Carriers that a unit of a plant's capacity takes, at least: of the item that fits best.

    A capacity in units does not say of which item; so the people it asks for are a lower bound.
    """
    routes = grouped(programme.routes, "plant")[plant]
    return 1 / max((units_per_carrier(programme, route.name) for route in routes), default=1.0)


def _activity_needs(
    dated: Schedule, activity: int, people: float, grid_months: Floats
) -> Callable[[int], Floats]:
    starts, ends = dated.starts[activity], dated.ends[activity]

    def average(month: int) -> Floats:
        begin, end = grid_months[month], grid_months[month + 1]
        overlap = np.minimum(ends, end) - np.maximum(starts, begin)
        share: Floats = np.maximum(overlap, 0.0) / (end - begin)
        return people * share

    return average


def _stacked(rows: list[Floats]) -> Floats:
    width = max(len(row) for row in rows)
    return np.array([np.broadcast_to(row, width) for row in rows])
