"""The cycle time of a design and its parts: process, waiting for tools, transport, dwell.

Raw process time explains .2 to .8 days of a mask layer, large groups of like tools queue little;
fabs need 1.2 to 1.5 days (CSM survey, SMT2020; tools.md 0.6). What neither tools nor transport
explain is dwell: holds, engineering, stockers, reticles, operators. It is found by difference.
"""

from __future__ import annotations

from dataclasses import dataclass

from fabstack.designer import Design, programme_of
from fabstack.economics.capacity import job_min, lot_visits, move_min, steps_of
from fabstack.errors import PlanError
from fabstack.model import Programme, by_key
from fabstack.model.days import MINUTES_PER_DAY
from fabstack.model.routes import Route


@dataclass(frozen=True, slots=True)
class Target:
    """A cycle time that is asked for; exactly one of the three is given."""

    days_per_level: float | None = None  # mask layer, or visit where there are no masks
    x_factor: float | None = None  # cycle time over raw process time, transport not in it
    days: float | None = None

    def of(self, times: RawTimes) -> float:
        """Days.

        Raises:
            PlanError: no number of tools reaches it.
        """
        asked = self._days(times)
        if asked <= times.least_days:
            raise PlanError(times.too_little_words(asked))
        return asked

    def _days(self, times: RawTimes) -> float:
        if self.days_per_level is not None:
            return self.days_per_level * times.levels
        if self.x_factor is not None:
            return self.x_factor * times.process_days
        if self.days is None:
            raise ValueError("a target has days, days for each level, or an X-factor")
        return self.days


@dataclass(frozen=True, slots=True)
class RawTimes:
    """What a lot needs on a route without any waiting, on average."""

    process_days: float  # in tools: process, loading, and what follows a cascade's last carrier
    held_days: float  # of it while the lot holds its tool up
    transport_days: float
    ways: float  # between two steps
    levels: int  # mask layers, or visits

    @property
    def least_days(self) -> float:
        """The cycle time that endless tools would give, without dwell."""
        return self.process_days + self.transport_days

    def too_little_words(self, asked_days: float, waits_days: float = 0.0) -> str:
        """Why a target is out of reach, and the least that is not."""
        least = self._in_words(self.least_days + waits_days)
        waits = ", and waits that no tool takes away (stops, the rest of a batch)"
        return (
            f"a cycle time of {self._in_words(asked_days)} is out of reach for any number of tools:"
            f" process and transport{waits if waits_days else ''} alone take {least}"
        )

    def _in_words(self, days: float) -> str:
        each, factor = days / self.levels, days / self.process_days
        return f"{days:.2f} days ({each:.3f} for each mask layer, X-factor {factor:.2f})"

    def dwell_min(self, days: float) -> float:
        """Minutes of dwell on each way, where a lot's dwell comes to so many days."""
        return max(days, 0.0) * MINUTES_PER_DAY / self.ways if self.ways else 0.0

    def dwell_days(self, dwell_min: float) -> float:
        """Days of a lot's dwell, where each way has so many minutes of it."""
        return dwell_min * self.ways / MINUTES_PER_DAY


def raw_times(design: Design) -> RawTimes:
    """Times of a design's route, each step as often as a lot is expected there."""
    programme = programme_of(design.with_dwell(0.0))
    route = programme.routes[0]
    steps = steps_of(programme, route.name)
    visits = lot_visits(steps)
    # No way leads to the first step, before it is done again.
    ways = sum(visits) - steps[0].sampling_percent / 100
    held_min, passage_min = _in_tools_min(programme, visits)
    return RawTimes(
        process_days=(held_min + passage_min) / MINUTES_PER_DAY,
        held_days=held_min / MINUTES_PER_DAY,
        transport_days=ways * _mean_way_min(route) / MINUTES_PER_DAY,
        ways=ways,
        levels=max(design.flow.levels, 1),
    )


def _in_tools_min(programme: Programme, visits: list[float]) -> tuple[float, float]:
    """Minutes that a lot holds tools up, and that it is in cascades beyond those."""
    route, groups = programme.routes[0], by_key(programme.tool_groups)
    held = passage = 0.0
    for step, count in zip(steps_of(programme, route.name), visits, strict=True):
        group = groups[step.tool_group]
        held += count * (job_min(route, step) + group.load_min + group.unload_min)
        # A designed programme tells the passage as a part of the way that begins there.
        passage += count * (move_min(programme, group, group) - _mean_way_min(route))
    return held, passage


def _mean_way_min(route: Route) -> float:
    return route.move.mean if route.move else 0.0


@dataclass(frozen=True, slots=True)
class CycleTime:
    """Days of a lot, by what they go into."""

    process_days: float
    queue_days: float  # waiting for tools, and for their stops
    transport_days: float
    dwell_days: float  # by difference

    @property
    def days(self) -> float:
        """All of it."""
        return self.process_days + self.queue_days + self.transport_days + self.dwell_days

    @property
    def x_factor(self) -> float:
        """Cycle time over raw process time."""
        return self.days / self.process_days
