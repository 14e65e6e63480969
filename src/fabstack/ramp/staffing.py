"""Work that takes longer because people are missing: half of them do half of it in a month.

An activity with a skill and people needs them all the time. Where the skill's experts do not cover
what its running activities and open plants need, all of its work goes on at the covered share. That
moves dates, dates move needs, and so the network is dated again until nothing moves by an hour, or
24 times: hiring lags need, so dates may swing a little for good.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from fabstack.model import Programme, by_key, grouped
from fabstack.model.workforce import Skill
from fabstack.ramp.futures import Futures
from fabstack.ramp.limits import Ints
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
    mean = np.zeros((len(grid) - 1, dated.ends.shape[1]))
    most = np.zeros_like(mean)
    for row in grouped(programme.activities, "skill")[skill.name]:
        i = dated.network.index(row.name)
        months = _touched(grid, dated.starts[i], dated.ends[i])
        begins, ends = grid[:-1][months, None], grid[1:][months, None]
        inside = np.minimum(dated.ends[i], ends) - np.maximum(dated.starts[i], begins)
        share = np.maximum(inside, 0.0) / (ends - begins)
        mean[months] += row.people * share
        most[months] = np.maximum(most[months], row.people * (share > 0))
    return np.maximum(mean, most)


def _touched(grid: Floats, starts: Floats, ends: Floats) -> slice:
    """The months in which something goes on in any future."""
    first = int(np.searchsorted(grid, starts.min(), side="right")) - 1
    return slice(max(first, 0), max(int(np.searchsorted(grid, ends.max())), 0))


class _Pace:
    """How fast work goes on in each month of the horizon; before and after it at full speed."""

    def __init__(self, grid: Floats, covered: Floats) -> None:
        """From the moments [month + 1] and the share of experts [month, sample] or [month, 1]."""
        self._grid = grid
        self._pace = np.maximum(covered, SLOWEST)
        work = self._pace * np.diff(grid)[:, None]
        self._done = np.concatenate([np.zeros((1, work.shape[1])), np.cumsum(work, axis=0)])
        self._futures = np.arange(work.shape[1])

    def lasting(self, start: Floats, work: Floats) -> Floats:
        """Months that work takes from its start, [sample]."""
        end = self._when(self._by(start) + work)
        return np.where(work > 0, np.maximum(end - start, 0.0), 0.0)

    def _by(self, moment: Floats) -> Floats:
        """Work that one who begins on the first day has done by a moment."""
        first, last = self._grid[0], self._grid[-1]
        month = np.clip(np.searchsorted(self._grid, moment, "right") - 1, 0, len(self._pace) - 1)
        inside = np.clip(moment, first, last) - self._grid[month]
        beyond = np.minimum(moment - first, 0.0) + np.maximum(moment - last, 0.0)
        done: Floats = self._done[month, self._futures]
        return np.asarray(done + inside * self._pace[month, self._futures] + beyond)

    def _when(self, done: Floats) -> Floats:
        """When so much work is done."""
        month, whole = self._month_of(done), self._done[-1]
        left = done - self._done[month, self._futures]
        inside = self._grid[month] + left / self._pace[month, self._futures]
        ends = [self._grid[0] + done, self._grid[-1] + done - whole]
        return np.asarray(np.select([done < 0, done >= whole], ends, inside))

    def _month_of(self, done: Floats) -> Ints:
        """The last month that begins with no more work done, by halving."""
        month, last = np.zeros(len(done), dtype=np.int64), len(self._pace) - 1
        step = 1 << last.bit_length()
        while step := step // 2:
            ahead = np.minimum(month + step, last)
            month = np.where(self._done[ahead, self._futures] <= done, ahead, month)
        return month


def _then(first: Stretch | None, pace: _Pace) -> Stretch:
    """What makes an activity longer anyway, and then the pace of its people."""
    if first is None:
        return pace.lasting

    def lasting_months(start_months: Floats, work_months: Floats) -> Floats:
        return pace.lasting(start_months, first(start_months, work_months))

    return lasting_months
