"""What a ramp found: moments of every activity in every future, and the questions it answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from fabstack.errors import InputError
from fabstack.model import Programme, by_key
from fabstack.model.roadmap import Activity
from fabstack.ramp.bridge import Bridge
from fabstack.ramp.equipment import Arrival
from fabstack.ramp.faults import finding
from fabstack.ramp.futures import Futures
from fabstack.ramp.inputs import Input
from fabstack.ramp.learning import YieldFan
from fabstack.ramp.odds import Odds
from fabstack.ramp.output import Output
from fabstack.ramp.people import Staff
from fabstack.ramp.plants import Moved, Opening
from fabstack.ramp.removal import Driver
from fabstack.ramp.roadmap import gaps
from fabstack.ramp.schedule import Schedule, critical
from fabstack.ramp.timeline import SAME_MONTHS, Timeline
from fabstack.uncertainty.chance import Floats
from fabstack.uncertainty.percentiles import (
    Interval,
    percentile,
    percentile_interval,
    share_interval,
)
from fabstack.uncertainty.sensitivity import Influence
from fabstack.uncertainty.uniforms import Design


@dataclass(frozen=True, slots=True, eq=False)
class CapacityFan:
    """Capacity of a plant on the first of each month, carriers or units a month."""

    plant: str
    claimed: Floats  # [month]
    percentiles: Floats  # [percentile 10 50 90, month]


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class RampResult:
    """Sampled futures of one programme; moments are calendar months since its start."""

    programme: Programme
    samples: int
    seed: int
    design: Design
    timeline: Timeline
    futures: Futures
    dated: Schedule
    reference: Mapping[str, Floats]  # activity -> [sample] end by the outside view
    as_stated: Mapping[str, Floats]  # activity -> [sample] end without published times to build
    critical_share: Mapping[str, Floats]  # finish -> [activity] share of futures
    openings: Mapping[str, Opening]
    capacity: tuple[CapacityFan, ...]
    volumes: Mapping[str, Floats]  # generation -> [sample]
    people: tuple[Staff, ...]
    yields: tuple[YieldFan, ...]
    arrivals: tuple[Arrival, ...]
    output: Output
    bridges: tuple[Bridge, ...]
    influences: tuple[Influence, ...]
    drivers: tuple[Driver, ...]  # inputs by the finish without them
    odds: tuple[Odds, ...]  # of the claims
    unjudged: Mapping[str, str] = field(default_factory=dict)  # claim -> why it has no chance
    inputs: tuple[Input, ...]  # of the dates
    titles: Mapping[str, str]  # input -> words for people
    months: tuple[date, ...]  # first days of the horizon's months

    @property
    def starts_months(self) -> Floats:
        """When every activity starts, [sample, activity]."""
        return self.dated.starts.T

    @property
    def ends_months(self) -> Floats:
        """When every activity ends, [sample, activity]."""
        return self.dated.ends.T

    @property
    def moved(self) -> Moved:
        """Where the dates of plants and phases move."""
        return Moved(self.programme, self.timeline, self.dated)

    def end_months(self, activity: str) -> Floats:
        """When one activity ends, [sample].

        Raises:
            InputError: there is no such activity.
        """
        moments: Floats = self.dated.ends[self.dated.network.index(activity)]
        return moments

    def end_date(self, activity: str, percent: float) -> date:
        """The day by which an activity has ended in `percent` of the futures."""
        return self.timeline.day(percentile(self.end_months(activity), percent))

    def end_date_interval(self, activity: str, percent: float) -> tuple[date, date]:
        """Two days that enclose that day in all futures, not only the sampled, with 95 %."""
        low, high = percentile_interval(self.end_months(activity), percent)
        return self.timeline.day(low), self.timeline.day(high)

    def odds_by(self, activity: str, day: date) -> float:
        """Share of futures in which an activity has ended when a day begins."""
        return float(self._in_time(self.end_months(activity), day).mean())

    def odds_of_claim(self, activity: str) -> float | None:
        """Share of futures in which an activity keeps its claimed date; None without a claim."""
        claimed = self._row(activity).claimed
        return None if claimed is None else self.odds_by(activity, claimed)

    def joint_odds(self, activities: Sequence[str]) -> float:
        """Share of futures in which all these activities keep their claimed dates at once.

        Raises:
            InputError: an activity does not exist or claims no date.
        """
        rows = [self._row(name) for name in activities]
        silent = [row.name for row in rows if row.claimed is None]
        if silent:
            raise InputError([finding("no-claim", f"'{name}' claims no date") for name in silent])
        kept = np.ones(self.samples, dtype=bool)
        for row in rows:
            if row.claimed is not None:
                kept &= self._in_time(self.end_months(row.name), row.claimed)
        return float(kept.mean())

    def odds_interval(self, share: float) -> Interval:
        """Where the true chance lies, with 95 %, when a share of these futures was counted."""
        return share_interval(round(share * self.samples), self.samples)

    def criticality(self, finish: str) -> Mapping[str, float]:
        """Share of futures in which each activity decided when `finish` ended."""
        shares = critical(self.dated, self.dated.network.index(finish)).mean(axis=1)
        return dict(zip(self.dated.network.names, shares.tolist(), strict=True))

    def cadence_months(self) -> Floats:
        """Mean months between successive volumes, [sample]; empty below two chips."""
        between = gaps(self.volumes)
        return between.mean(axis=0) if len(between) else np.empty(0)

    def longest_gap_months(self) -> Floats:
        """The longest time between two successive volumes, [sample]; empty below two chips."""
        between = gaps(self.volumes)
        return between.max(axis=0) if len(between) else np.empty(0)

    def cadence_odds(self, months: float = 12.0) -> float | None:
        """Share of futures in which no gap between volumes is longer; None below two chips."""
        longest = self.longest_gap_months()
        return float((longest <= months + SAME_MONTHS).mean()) if longest.size else None

    def _in_time(self, moments: Floats, day: date) -> np.ndarray:
        return moments <= self.timeline.months(day) + SAME_MONTHS

    def _row(self, activity: str) -> Activity:
        self.dated.network.index(activity)
        return by_key(self.programme.activities)[activity]
