"""What a tool does with its time (SEMI E10, E79), and how many tools a flow needs."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StateTimes:
    """Hours of a tool in each of the six basic states of SEMI E10."""

    productive_h: float
    standby_h: float = 0.0
    engineering_h: float = 0.0
    scheduled_down_h: float = 0.0
    unscheduled_down_h: float = 0.0
    non_scheduled_h: float = 0.0

    @property
    def uptime_h(self) -> float:
        """Time in which the tool could do its work: productive, standby or engineering."""
        return self.productive_h + self.standby_h + self.engineering_h

    @property
    def operations_h(self) -> float:
        """All time but non-scheduled."""
        return self.uptime_h + self.scheduled_down_h + self.unscheduled_down_h

    @property
    def total_h(self) -> float:
        """All six states."""
        return self.operations_h + self.non_scheduled_h

    @property
    def operational_uptime_share(self) -> float:
        """Uptime in operations time."""
        return self.uptime_h / self.operations_h

    @property
    def productive_share(self) -> float:
        """Productive time in total time: the total utilisation of E10."""
        return self.productive_h / self.total_h


def mean_time_between_failures_h(productive_h: float, failures: float) -> float:
    """MTBF_p: productive time between failures; infinite where nothing failed."""
    return productive_h / failures if failures else math.inf


def mean_time_to_repair_h(repair_h: float, failures: float) -> float:
    """MTTR: unscheduled repair time for each failure."""
    return repair_h / failures if failures else 0.0


def overall_equipment_efficiency(
    *,
    availability_share: float,
    operational_share: float = 1.0,
    rate_share: float = 1.0,
    quality_share: float = 1.0,
) -> float:
    """OEE = availability x performance (operational x rate efficiency) x quality (SEMI E79)."""
    return availability_share * operational_share * rate_share * quality_share


def equipment_efficiency_of(
    good_units: float, *, theoretical_min_per_unit: float, total_h: float
) -> float:
    """OEE as theoretical production time of the good units in total time: the same by E79."""
    return good_units * theoretical_min_per_unit / 60 / total_h


def units_per_month(
    *,
    hours_per_month: float,
    rate_per_h: float,
    visits: float = 1.0,
    availability_share: float = 1.0,
    standby_share: float = 0.0,
    rework_share: float = 0.0,
) -> float:
    """Units a month that one tool carries through all visits of a route."""
    productive_h = hours_per_month * availability_share * (1 - standby_share)
    return productive_h * rate_per_h * (1 - rework_share) / visits


@dataclass(frozen=True, slots=True)
class Work:
    """What one step asks of a kind of tool."""

    starts_per_month: float
    tool_min: float  # time of one tool for one unit and visit
    visits: float = 1.0
    rework_share: float = 0.0

    @property
    def tool_h_per_month(self) -> float:
        """Hours a month that the step needs."""
        return self.starts_per_month * self.visits * (1 + self.rework_share) * self.tool_min / 60


def tools_needed(
    work: Iterable[Work],
    *,
    hours_per_month: float,
    availability_share: float = 1.0,
    max_load_share: float = 1.0,
) -> int:
    """Tools for all steps of a kind: ceil(sum of hours / (hours x availability x maximum load)).

    A maximum load below 1 is the buffer against queues.
    """
    available_h = hours_per_month * availability_share * max_load_share
    if not available_h > 0:
        raise ValueError("a tool that is never available cannot be counted")
    tools = sum(step.tool_h_per_month for step in work) / available_h
    return math.ceil(tools - 1e-9)
