"""The cycle time of a design and its parts: process, waiting for tools, transport, dwell.

Raw process time explains .2 to .8 days of a mask layer, large groups of like tools queue little, and
fabs need 1.2 to 1.5 days (CSM survey, SMT2020; tools.md 0.6). What neither tools nor transport
explain is dwell: holds, engineering, stockers, reticles, operators. It is found by difference.
"""

from __future__ import annotations

from dataclasses import dataclass

from fabstack.designer import Design, programme_of
from fabstack.economics.capacity import job_min, lot_visits, raw_process_min, steps_of
from fabstack.errors import PlanError
from fabstack.model import Programme, by_key
from fabstack.model.days import MINUTES_PER_DAY


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
            raise PlanError(
                f"{_in_words(asked, times)} is not more than process and transport alone: "
                f"{_in_words(times.least_days, times)}; no number of tools reaches it"
            )
        return asked

    def _days(self, times: RawTimes) -> float:
        if self.days_per_level is not None:
            return self.days_per_level * times.levels
        if self.x_factor is not None:
            return self.x_factor * times.process_days
        if self.days is None:
            raise ValueError("a target has days, days for each level, or an X-factor")
        return self.days


def _in_words(days: float, times: RawTimes) -> str:
    return (
        f"a cycle time of {days:.2f} days ({days / times.levels:.3f} for each mask layer, "
        f"X-factor {days / times.process_days:.2f})"
    )


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
    transport_min = ways * (route.move.mean if route.move else 0.0)
    return RawTimes(
        process_days=(raw_process_min(programme, route.name) - transport_min) / MINUTES_PER_DAY,
        held_days=_held_min(programme, visits) / MINUTES_PER_DAY,
        transport_days=transport_min / MINUTES_PER_DAY,
        ways=ways,
        levels=max(design.flow.levels, 1),
    )


def _held_min(programme: Programme, visits: list[float]) -> float:
    route, groups = programme.routes[0], by_key(programme.tool_groups)
    total = 0.0
    for step, count in zip(steps_of(programme, route.name), visits, strict=True):
        group = groups[step.tool_group]
        total += count * (job_min(route, step) + group.load_min + group.unload_min)
    return total


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
