"""Work that takes longer because people are missing: half of them do half of it in a month.

An activity with a skill and people needs them all the time. Where the skill's experts do not cover
what its running activities and open plants need, all of its work goes on at the covered share. That
moves dates, dates move needs, and so the network is dated again until nothing moves by an hour, or
24 times: hiring lags need, so dates may swing a little for good.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from fabstack.model import Programme, by_key, grouped
from fabstack.model.workforce import Skill
from fabstack.ramp.futures import Futures
from fabstack.ramp.network import Network
from fabstack.ramp.people import covered_share, plant_people
from fabstack.ramp.plants import Moved, openings
from fabstack.ramp.schedule import Schedule, Stretch, schedule
from fabstack.ramp.timeline import Timeline, month_grid
from fabstack.uncertainty.chance import Floats

MOST_ROUNDS = 24
SETTLED_MONTHS = 1e-3  # dates that move by less than an hour stay
SLOWEST = 0.01  # share at which work goes on when nobody is there; it must end some day


def with_staff(
    programme: Programme,
    network: Network,
    futures: Futures,
    timeline: Timeline,
    months: Floats,
    held: Mapping[int, Stretch],
) -> Schedule:
    """The dates where missing people make work longer, if the programme says that they do."""
    dated = schedule(network, months, held)
    skills = _short_skills(programme)
    if not programme.ramp.staff_delays or not skills:
        return dated
    grid = np.array([timeline.months(day) for day in month_grid(programme)])
    for _ in range(MOST_ROUNDS):
        before = dated
        opened = openings(programme, futures, Moved(programme, timeline, before))
        slow = dict(held)
        for skill in skills:
            crews = plant_people(programme, skill, opened, grid)
            need = crews + _needed(programme, skill, before, grid)
            pace = _Pace(grid, covered_share(skill, futures, need))
            for row in grouped(programme.activities, "skill")[skill.name]:
                if row.people:
                    i = network.index(row.name)
                    slow[i] = _then(held.get(i), pace)
        dated = schedule(network, months, slow)
        if np.abs(dated.ends - before.ends).max() < SETTLED_MONTHS:
            break
    return dated


def _short_skills(programme: Programme) -> list[Skill]:
    """Skills that an activity asks for."""
    asked = {row.skill for row in programme.activities if row.people}
    return [skill for name, skill in by_key(programme.skills).items() if name in asked]


def _needed(programme: Programme, skill: Skill, dated: Schedule, grid: Floats) -> Floats:
    """People whom activities ask for, [month, sample].

    The mean of a month, but no less than any one of its activities asks for while it runs: one that
    ends in the middle of a month needs all of its people until then.
    """
    begins, ends = grid[:-1, None], grid[1:, None]
    mean, most = np.zeros((len(grid) - 1, dated.ends.shape[1])), np.zeros(1)
    for row in grouped(programme.activities, "skill")[skill.name]:
        i = dated.network.index(row.name)
        inside = np.minimum(dated.ends[i], ends) - np.maximum(dated.starts[i], begins)
        share = np.maximum(inside, 0.0) / (ends - begins)
        mean += row.people * share
        most = np.maximum(most, row.people * (share > 0))
    return np.maximum(mean, most)


@dataclass(frozen=True, slots=True, eq=False)
class _Pace:
    """How fast work goes on in each month of the horizon; before and after it at full speed."""

    grid: Floats  # [month + 1]
    covered: Floats  # [month, sample] or [month, 1]

    def lasting(self, start: Floats, work: Floats) -> Floats:
        """Months that work takes from its start, [sample]."""
        samples = np.broadcast_shapes(start.shape, work.shape, self.covered.shape[1:])
        now, left = (
            np.array(np.broadcast_to(start, samples)),
            np.array(np.broadcast_to(work, samples)),
        )
        now, left = self._before(now, left)
        for month in range(len(self.covered)):
            pace = np.maximum(np.broadcast_to(self.covered[month], samples), SLOWEST)
            inside = np.clip(self.grid[month + 1] - np.maximum(now, self.grid[month]), 0.0, None)
            spent = np.where((left > 0) & (now < self.grid[month + 1]), inside, 0.0)
            spent = np.minimum(spent, left / pace)
            now, left = now + spent, np.maximum(left - spent * pace, 0.0)
        return now + left - start

    def _before(self, now: Floats, left: Floats) -> tuple[Floats, Floats]:
        done = np.minimum(np.maximum(self.grid[0] - now, 0.0), left)
        return now + done, left - done


def _then(first: Stretch | None, pace: _Pace) -> Stretch:
    """What makes an activity longer anyway, and then the pace of its people."""
    if first is None:
        return pace.lasting

    def lasting_months(start_months: Floats, work_months: Floats) -> Floats:
        return pace.lasting(start_months, first(start_months, work_months))

    return lasting_months
