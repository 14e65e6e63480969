"""What people cost and allow: a fixed crew of each plant, and more for each thousand carriers.

Where hiring limits, for each skill and period

    sum over routes of starts x people for a carrier a month  <=  (people there - crews) x months

People there begin with the headcount, gain the most that can be hired up to the target, and lose
those who leave; a new one counts in full after half the months to full effect.
"""

from __future__ import annotations

import math

import numpy as np

from fabstack.model import Programme, by_key, grouped
from fabstack.model.workforce import Skill
from fabstack.plan.facts import Facts
from fabstack.plan.program import LinearProgram
from fabstack.plan.types import Floats, Ints


def usd_per_month(skill: Skill) -> float:
    """One person of a skill: base pay in the middle of its range, bonus, employer's cost."""
    base_usd = (skill.pay_low_usd_per_year + skill.pay_high_usd_per_year) / 2
    return base_usd * (1 + skill.bonus_percent / 100) * skill.load_factor / 12


def crew_usd_per_month(programme: Programme, plant: str) -> float:
    """People that a plant needs whatever its volume."""
    skills = by_key(programme.skills)
    rows = grouped(programme.staffings, "plant")[plant]
    return sum(row.people * usd_per_month(skills[row.skill]) for row in rows)


def usd_per_carrier(programme: Programme, plant: str) -> float:
    """People for one more carrier started in a plant."""
    skills = by_key(programme.skills)
    rows = grouped(programme.staffings, "plant")[plant]
    return sum(
        row.people_per_1000_per_month / 1000 * usd_per_month(skills[row.skill]) for row in rows
    )


def add_hiring(lp: LinearProgram, facts: Facts, starts: Ints) -> None:
    """Rows of people for what is started [skill, period], where hiring limits."""
    skills = limited_skills(facts.programme)
    room = np.array([free_people(facts, skill) for skill in skills])
    room = room.reshape(len(skills), facts.periods.count) * facts.periods.months
    rows = lp.add_rows("people", room.shape, high=room)
    for skill, row in zip(skills, rows, strict=True):
        for place, route in enumerate(facts.programme.routes):
            each = _people_per_carrier(facts.programme, route.plant, skill.name)
            lp.add_entries(row, starts[place], each)


def limited_skills(programme: Programme) -> list[Skill]:
    """Skills of which there may be too few people."""
    return list(programme.skills) if programme.planning.hiring_limits else []


def _people_per_carrier(programme: Programme, plant: str, skill: str) -> float:
    """People of a skill for each carrier started a month."""
    rows = grouped(programme.staffings, "plant")[plant]
    return sum(row.people_per_1000_per_month / 1000 for row in rows if row.skill == skill)


def free_people(facts: Facts, skill: Skill) -> Floats:
    """People of a skill beside the crews of the open plants, on average [period]."""
    there = np.array([people_there(skill, month) for month in facts.periods.middles.tolist()])
    for row in facts.programme.staffings:
        if row.skill == skill.name:
            opens = by_key(facts.programme.plants)[row.plant].opens
            since = facts.periods.position(opens) if opens else 0.0
            there = there - row.people * facts.periods.share(since, np.inf)
    free: Floats = np.maximum(there, 0.0)
    return free


def people_there(skill: Skill, month: float) -> float:
    """People of a skill so many months after the start, hired as fast as can be."""
    leave = skill.attrition_percent_per_year / 1200
    hired_for = max(month - skill.months_to_productive / 2, 0.0)
    if leave > 0:
        new = skill.hires_per_month / leave * (1 - math.exp(-leave * hired_for))
    else:
        new = skill.hires_per_month * hired_for
    staying = skill.headcount * math.exp(-leave * month)
    return min(staying + new, max(skill.target, skill.headcount))
