"""What people cost: a fixed crew of each plant, and more for each thousand carriers."""

from __future__ import annotations

from fabstack.model import Programme, by_key, grouped
from fabstack.model.workforce import Skill


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
