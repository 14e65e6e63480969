"""When plants open and phases are ready in each future, and the capacity that follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol

import numpy as np

from fabstack.model import Programme, by_key, grouped
from fabstack.model.plants import CapacityOf, Phase, Plant, is_dated, limits_output
from fabstack.ramp.futures import Futures
from fabstack.ramp.schedule import Schedule
from fabstack.ramp.timeline import Timeline
from fabstack.uncertainty.chance import Floats

ALWAYS = -np.inf  # a plant without a date of opening has been open from the start
NEVER = np.inf


@dataclass(frozen=True, slots=True, eq=False)
class Opening:
    """When a plant opens and grows; moments are [sample], or [1] where all futures agree."""

    plant: Plant
    opens: Floats
    phases: tuple[Phase, ...]
    ready: tuple[Floats, ...]  # [phase]
    capacities: tuple[Floats, ...]  # [phase] carriers or units a month


class Dates(Protocol):
    """Where the dates of plants and phases come from."""

    def opens(self, plant: Plant) -> Floats:
        """When a plant opens."""
        ...

    def ready(self, plant: Plant, phase: Phase) -> Floats:
        """When a phase is at full capacity."""
        ...


def openings(programme: Programme, futures: Futures, dates: Dates) -> Mapping[str, Opening]:
    """Every plant's opening and phases; those that are left to the planner are left out."""
    return {plant.name: _opening(programme, plant, futures, dates) for plant in programme.plants}


def _opening(programme: Programme, plant: Plant, futures: Futures, dates: Dates) -> Opening:
    phases = tuple(
        phase
        for phase in grouped(programme.phases, "plant")[plant.name]
        if is_dated(phase) and limits_output(phase)
    )
    return Opening(
        plant,
        dates.opens(plant),
        phases,
        tuple(dates.ready(plant, phase) for phase in phases),
        tuple(
            futures.value(
                f"phases/{phase.plant}:{phase.phase}/capacity_per_month", phase.capacity_per_month
            )
            for phase in phases
        ),
    )


def capacity_per_month(opening: Opening, moment: float, weight_of_units: float = 1.0) -> Floats:
    """What the phases give at a moment: straight from nothing to full over their ramp.

    Carriers and units are added as they are, unless units are given a weight.
    """
    total = np.zeros(1)
    for phase, ready, capacity in zip(
        opening.phases, opening.ready, opening.capacities, strict=True
    ):
        weight = weight_of_units if phase.capacity_of is CapacityOf.UNIT else 1.0
        total = total + weight * capacity * _grown(moment, ready, phase.ramp_months)
    return np.where(opening.opens <= moment, total, 0.0)


def _grown(moment: float, ready: Floats, ramp_months: float) -> Floats:
    if ramp_months == 0:
        return (ready <= moment).astype(float)
    return np.clip((moment - ready) / ramp_months + 1, 0.0, 1.0)


@dataclass(frozen=True, slots=True)
class Stated:
    """The dates that the tables state."""

    timeline: Timeline

    def opens(self, plant: Plant) -> Floats:
        """When a plant opens."""
        return self.moment(plant.opens, ALWAYS)

    def ready(self, _plant: Plant, phase: Phase) -> Floats:
        """When a phase is at full capacity."""
        return self.moment(phase.ready, NEVER)

    def moment(self, day: date | None, otherwise: float) -> Floats:
        """A day as a moment, [1]."""
        return np.array([otherwise if day is None else self.timeline.months(day)])


@dataclass(frozen=True, slots=True, eq=False)
class Moved:
    """The stated dates, moved in each future by the slip of the activities that they wait for.

    The slip is the activity's end less its claim (less the stated date where nothing is claimed).
    Where no date is stated, the date is the activity's end itself.
    """

    programme: Programme
    timeline: Timeline
    schedule: Schedule

    def opens(self, plant: Plant) -> Floats:
        """When a plant opens."""
        return self._moved(plant.opens, plant.opens_with, ALWAYS)

    def ready(self, plant: Plant, phase: Phase) -> Floats:
        """When a phase is at full capacity; without an activity it moves with the opening."""
        if phase.ready_with is None:
            return Stated(self.timeline).ready(plant, phase) + self.opening_slip(plant)
        return self._moved(phase.ready, phase.ready_with, NEVER)

    def opening_slip(self, plant: Plant) -> Floats:
        """Months by which the opening comes later than stated; 0 where nothing can move it."""
        if plant.opens_with is None:
            return np.zeros(1)
        return self._slip(plant.opens_with, plant.opens)

    def phase_slip(self, plant: Plant, phase: Phase | None) -> Floats:
        """Months by which a phase, or else its plant, comes later than stated."""
        if phase is None or phase.ready_with is None:
            return self.opening_slip(plant)
        return self._slip(phase.ready_with, phase.ready)

    def _moved(self, stated: date | None, activity: str | None, otherwise: float) -> Floats:
        if activity is None:
            return Stated(self.timeline).moment(stated, otherwise)
        if stated is None:
            return self._end(activity)
        return self.timeline.months(stated) + self._slip(activity, stated)

    def _slip(self, activity: str, stated: date | None) -> Floats:
        claim = by_key(self.programme.activities)[activity].claimed or stated
        if claim is None:
            return np.zeros(1)
        return self._end(activity) - self.timeline.months(claim)

    def _end(self, activity: str) -> Floats:
        end: Floats = self.schedule.ends[self.schedule.network.index(activity)]
        return end
