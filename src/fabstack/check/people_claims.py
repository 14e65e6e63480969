"""Claims about people: can they be hired in time, and for that pay.

heads(t) = H / a + (heads now - H / a) exp(-a t)      hires H a month, attrition a a month
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from fabstack.check.capacity import tightest
from fabstack.check.course import likely_course
from fabstack.check.measures import claimed
from fabstack.check.output_claims import usual_mix
from fabstack.check.verdict import Verdict
from fabstack.check.words import count, plain, usd
from fabstack.model import Programme, by_key, grouped
from fabstack.model.days import DAYS_PER_MONTH, months_between
from fabstack.model.evidence import Claim, Grade
from fabstack.model.workforce import Skill


class Moment(NamedTuple):
    """People of a skill on a day."""

    day: date
    needed: float
    heads: float  # the most that can be there

    @property
    def load(self) -> float:
        """Needed over the most that can be there."""
        return self.needed / self.heads if self.heads else math.inf


class Job(NamedTuple):
    """An activity that needs people of a skill."""

    first: date
    last: date
    people: float


def staff_claim(programme: Programme, claim: Claim) -> Verdict:
    """Whether a skill can be hired by when it is needed, inside the range of pay."""
    skill = by_key(programme.skills)[claim.subject]
    moments = list(_moments(programme, skill))
    worst = max(moments, key=lambda moment: moment.load, default=None)
    enough = None if worst is None else worst.load <= 1
    paid, pay_in_words = _pay(programme, claim, skill)
    return Verdict(
        claim=claim.name,
        holds=_both(enough, paid),
        finding=f"{claim.statement}: {_hiring_in_words(worst)}; {pay_in_words}.",
        factor=plain(worst.load) if worst else None,
        evidence={
            "headcount": skill.headcount,
            "target": skill.target,
            "heads_in_the_long_run": plain(heads_after(skill, 1200.0)),
            "scarcest_day": worst.day.isoformat() if worst else None,
            "needed": plain(worst.needed) if worst else None,
            "heads": plain(worst.heads) if worst else None,
        },
    )


def _both(*answers: bool | None) -> bool | None:
    if False in answers:
        return False
    return None if None in answers else True


def heads_after(skill: Skill, months: float) -> float:
    """The most people of a skill after some months of hiring."""
    leave = skill.attrition_percent_per_year / 100 / 12
    if leave == 0:
        return skill.headcount + skill.hires_per_month * months
    steady = skill.hires_per_month / leave
    return steady + (skill.headcount - steady) * math.exp(-leave * months)


# --- When they are needed -----------------------------------------------------------------------


def _moments(programme: Programme, skill: Skill) -> Iterator[Moment]:
    """Need and supply whenever an activity begins or a plant grows."""
    begin, end = programme.programme.start, programme.programme.end
    jobs = list(_jobs(programme, skill))
    for day in sorted(_days(programme, skill, jobs)):
        needed = _in_activities(jobs, day) + _in_plants(programme, skill, day)
        if begin <= day <= end and needed > 0:
            yield Moment(day, needed, heads_after(skill, months_between(begin, day)))


def _days(programme: Programme, skill: Skill, jobs: Sequence[Job]) -> set[date]:
    plants = {row.plant for row in grouped(programme.staffings, "skill")[skill.name]}
    opening = {plant.opens for plant in programme.plants if plant.name in plants}
    growing = {phase.ready for phase in programme.phases if phase.plant in plants}
    starting = {job.first for job in jobs}
    return {day for day in opening | growing | starting if day is not None}


def _jobs(programme: Programme, skill: Skill) -> Iterator[Job]:
    """The activities that need a skill, in their likely course."""
    course = likely_course(programme)
    for activity in grouped(programme.activities, "skill")[skill.name] if course else ():
        if course is not None and activity.people:
            first, last = course.start[activity.name], course.end[activity.name]
            yield Job(_day(programme, first), _day(programme, last), activity.people)


def _day(programme: Programme, months: float) -> date:
    """The day so many months after the start, but not long after the end."""
    header = programme.programme
    last = months_between(header.start, header.end) + 1
    return header.start + timedelta(days=round(min(months, last) * DAYS_PER_MONTH))


def _in_activities(jobs: Sequence[Job], day: date) -> float:
    return sum(job.people for job in jobs if job.first <= day < job.last)


def _in_plants(programme: Programme, skill: Skill, day: date) -> float:
    total = 0.0
    for row in grouped(programme.staffings, "skill")[skill.name]:
        opens = by_key(programme.plants)[row.plant].opens
        if opens is None or opens <= day:
            mix = usual_mix(programme, row.plant, day)
            carriers = tightest(programme, row.plant, mix, day).carriers_per_month if mix else 0.0
            total += row.people + row.people_per_1000_per_month * _finite(carriers) / 1000
    return total


def _finite(carriers: float) -> float:
    return carriers if math.isfinite(carriers) else 0.0


def _hiring_in_words(worst: Moment | None) -> str:
    if worst is None:
        return "nobody is needed at a known time"
    most = f"{count(worst.heads)} can be there"
    if worst.load <= 1:
        return (
            f"at most {count(worst.needed)} are needed at once, on {worst.day:%d %B %Y}, and {most}"
        )
    return f"{count(worst.needed)} are needed on {worst.day:%d %B %Y}, but at most {most}"


# --- Pay ----------------------------------------------------------------------------------------


def _pay(programme: Programme, claim: Claim, skill: Skill) -> tuple[bool | None, str]:
    """Whether the claimed pay reaches the published range, and the comparison in words."""
    ends = claimed(claim) or (skill.pay_low_usd_per_year, skill.pay_high_usd_per_year)
    pay = usd(ends[1]) if ends[0] == ends[1] else f"{usd(ends[0])} to {count(ends[1])}"
    published = _published_pay(programme, skill)
    if published is None:
        return None, f"no published range backs the pay of {pay}"
    low, high = published
    enough = ends[1] >= low
    word = "reaches" if enough else "stays below"
    return enough, f"pay of {pay} {word} the published {usd(low)} to {count(high)}"


def _published_pay(programme: Programme, skill: Skill) -> tuple[float, float] | None:
    """Lowest and highest pay that is published or in the press; neither a claim nor an estimate."""
    backed = by_key(programme.sources)
    cells = [f"skills/{skill.name}/pay_{end}_usd_per_year" for end in ("low", "high")]
    found = [backed[cell] for cell in cells if cell in backed]
    outside = [source for source in found if source.grade in (Grade.PUBLISHED, Grade.PRESS)]
    ends = [end for source in outside for end in (source.low, source.high) if end is not None]
    return (min(ends), max(ends)) if ends else None
