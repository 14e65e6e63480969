"""When plants open and phases are ready in each future, and the capacity that follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from fabstack.model import Programme, by_key, grouped
from fabstack.model.days import month_index, month_start, months_between
from fabstack.model.plants import Phase, Plant
from fabstack.ramp.chance import Floats
from fabstack.ramp.futures import Futures
from fabstack.ramp.schedule import Schedule

ALWAYS = -np.inf  # a plant without a date of opening has been open from the start


@dataclass(frozen=True, slots=True, eq=False)
class Opening:
    """When a plant opens; months since the programme's start, [sample] or [1]."""

    plant: Plant
    opens: Floats
    phases: tuple[Floats, ...]  # [phase] when each is ready
    capacities: tuple[Floats, ...]  # [phase] carriers or units a month
    ramps: tuple[float, ...]  # [phase] months from first output to full capacity


def month_grid(programme: Programme) -> Floats:
    """First days of the horizon's months, and the one after, in months since the start."""
    start, end = programme.programme.start, programme.programme.end
    months = month_index(start, end) + 2
    return np.array([months_between(start, month_start(start, i)) for i in range(months)])


def claimed_openings(programme: Programme, futures: Futures) -> Mapping[str, Opening]:
    """Openings on the dates that the tables state."""
    return {
        plant.name: _opening(
            programme,
            plant,
            futures,
            opens=_claimed(programme, plant.opens, ALWAYS),
            ready=[_claimed(programme, phase.ready, np.inf) for phase in built(programme, plant)],
        )
        for plant in programme.plants
    }


def sampled_openings(
    programme: Programme, dated: Schedule, futures: Futures
) -> Mapping[str, Opening]:
    """Openings moved by the slip of the activities that they wait for."""
    moves = Moves(programme, dated)
    return {
        plant.name: _opening(
            programme,
            plant,
            futures,
            opens=moves.opens(plant),
            ready=[moves.ready(plant, phase) for phase in built(programme, plant)],
        )
        for plant in programme.plants
    }


def built(programme: Programme, plant: Plant) -> list[Phase]:
    """Phases that are not left to the planner."""
    phases = grouped(programme.phases, "plant")[plant.name]
    return [phase for phase in phases if phase.ready is not None or phase.ready_with is not None]


def capacity_per_month(opening: Opening, moment: float) -> Floats:
    """What the phases give at a moment: straight from nothing to full over their ramp."""
    total = np.zeros(1)
    for ready, capacity, ramp in zip(
        opening.phases, opening.capacities, opening.ramps, strict=True
    ):
        total = total + capacity * _grown(moment, ready, ramp)
    return np.where(opening.opens <= moment, total, 0.0)


def _grown(moment: float, ready: Floats, ramp: float) -> Floats:
    if ramp == 0:
        return (ready <= moment).astype(float)
    return np.clip((moment - ready) / ramp + 1, 0.0, 1.0)


def _opening(
    programme: Programme, plant: Plant, futures: Futures, *, opens: Floats, ready: list[Floats]
) -> Opening:
    phases = built(programme, plant)
    cells = [f"phases/{phase.plant}:{phase.phase}/capacity_per_month" for phase in phases]
    return Opening(
        plant,
        opens,
        tuple(ready),
        tuple(
            futures.value(cell, phase.capacity_per_month)
            for cell, phase in zip(cells, phases, strict=True)
        ),
        tuple(phase.ramp_months for phase in phases),
    )


def _claimed(programme: Programme, day: date | None, otherwise: float) -> Floats:
    return np.array([otherwise if day is None else months_between(programme.programme.start, day)])


class Moves:
    """How far the dates of plants and phases move in each future, by their activities."""

    def __init__(self, programme: Programme, dated: Schedule) -> None:
        self._programme = programme
        self._dated = dated
        self._activities = by_key(programme.activities)

    def opens(self, plant: Plant) -> Floats:
        """When a plant opens, [sample] or [1]."""
        return self._moved(plant.opens, plant.opens_with, ALWAYS)

    def ready(self, plant: Plant, phase: Phase) -> Floats:
        """When a phase is ready: by its own activity, else it moves with the plant's opening."""
        if phase.ready_with is not None:
            return self._moved(phase.ready, phase.ready_with, np.inf)
        claimed = _claimed(self._programme, phase.ready, np.inf)
        return claimed + self.opening_slip(plant)

    def opening_slip(self, plant: Plant) -> Floats:
        """Months from the stated to the sampled opening; 0 where nothing moves it."""
        if plant.opens is None or plant.opens_with is None:
            return np.zeros(1)
        return self.opens(plant) - _claimed(self._programme, plant.opens, ALWAYS)

    def _moved(self, stated: date | None, activity: str | None, otherwise: float) -> Floats:
        """A stated date, later by the slip of an activity against its own claim.

        Without a stated date or without a claim the date is the activity's end itself.
        """
        if activity is None:
            return _claimed(self._programme, stated, otherwise)
        end: Floats = self._dated.ends[self._dated.network.index(activity)]
        claim = self._activities[activity].claimed
        if stated is None or claim is None:
            return end
        return np.add(end, months_between(claim, stated))
