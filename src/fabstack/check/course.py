"""The likely course of the activities: mean durations, no slips, repeats or unlikely delays.

It is a lower estimate of the mean: where paths meet the later one counts, and slips only add.
Times are months since the programme's start, as in the ramp.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fabstack.check.circles import in_order
from fabstack.check.dates import links
from fabstack.model import Programme, by_key
from fabstack.model.days import months_between
from fabstack.model.roadmap import Activity, predecessors

LIKELY_PERCENT = 50.0


@dataclass(frozen=True, slots=True)
class Course:
    """Start and end of each activity, and which one it waited for last."""

    start: Mapping[str, float]
    end: Mapping[str, float]
    waited_for: Mapping[str, str | None]

    def path_to(self, activity: str) -> list[str]:
        """The activities that decide when one ends, the first first."""
        path: list[str] = []
        here: str | None = activity
        while here is not None:
            path.append(here)
            here = self.waited_for[here]
        return path[::-1]

    def months_to(self, activity: str) -> float:
        """Months from the start of the path to the end of an activity."""
        return self.end[activity] - self.start[self.path_to(activity)[0]]


def likely_course(programme: Programme) -> Course | None:
    """The course with mean durations; None where activities wait in a circle."""
    return _course(programme, lambda activity: activity.duration.mean)


def shortest_course(programme: Programme) -> Course | None:
    """The course with every activity at its shortest."""
    return _course(programme, lambda activity: activity.duration.lowest)


def _course(programme: Programme, months: Callable[[Activity], float]) -> Course | None:
    order = in_order(links(programme))
    if order is None:
        return None
    rows = by_key(programme.activities)
    start: dict[str, float] = {}
    end: dict[str, float] = {}
    waited_for: dict[str, str | None] = {}
    for name in dict.fromkeys([*order, *rows]):
        takes_place = rows[name].chance_percent >= LIKELY_PERCENT
        length = months(rows[name]) if takes_place else 0.0
        start[name], waited_for[name] = _begin(programme, rows[name], length, start, end)
        end[name] = start[name] + length
    return Course(start, end, waited_for)


def _begin(
    programme: Programme,
    activity: Activity,
    length: float,
    start: Mapping[str, float],
    end: Mapping[str, float],
) -> tuple[float, str | None]:
    """When an activity starts, and what it waited for last."""
    waits = predecessors(activity.after)
    times = [
        (
            (start if p.from_start else end)[p.activity] + p.lag_months - p.to_end * length,
            p.activity,
        )
        for p in waits
    ]
    first = -math.inf if waits else 0.0
    if activity.earliest is not None:
        first = months_between(programme.programme.start, activity.earliest)
    last, name = max(times, default=(-math.inf, ""))
    return (last, name) if last >= first else (first, None)
