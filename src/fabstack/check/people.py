"""Rules for people: pay ranges, and skills that are needed but cannot be hired."""

from __future__ import annotations

from collections.abc import Iterator

from fabstack.check.faults import Fault, error, note, warning
from fabstack.model import Programme


def reversed_pay(programme: Programme) -> Iterator[Fault]:
    """Pay ranges whose low end is above their high end."""
    for skill in programme.skills:
        low, high = skill.pay_low_usd_per_year, skill.pay_high_usd_per_year
        if low > high:
            yield error(
                skill,
                "pay_low_usd_per_year",
                "reversed-range",
                f"pay of '{skill.name}' runs from USD {low:,.0f} to USD {high:,.0f}",
                expected=f"at most {high:,.0f}, or a higher high end",
                cure="swap the two, or write both",
            )


def unhirable_skills(programme: Programme) -> Iterator[Fault]:
    """Skills of which more are wanted than there are, and of which nobody is hired."""
    for skill in programme.skills:
        if skill.target > skill.headcount and skill.hires_per_month == 0:
            yield warning(
                skill,
                "hires_per_month",
                "no-hiring",
                f"{skill.target:g} people of skill '{skill.name}' are wanted, there are "
                f"{skill.headcount:g}, and none is hired",
                expected="a rate above 0",
                cure="write how many can be hired in a month",
            )


def idle_skills(programme: Programme) -> Iterator[Fault]:
    """Skills that no plant and no activity needs."""
    used = {row.skill for row in programme.staffings} | {row.skill for row in programme.activities}
    for skill in programme.skills:
        if skill.name not in used:
            found = f"no plant and no activity needs skill '{skill.name}'"
            cure = "name it in staffings or activities, or remove it"
            yield note(skill, "name", "unused-skill", found, cure=cure)
