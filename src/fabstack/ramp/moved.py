"""A programme whose plants open, grow and get their tools as late as the sampled futures say."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Protocol

import numpy as np

from fabstack.model import Programme, by_key
from fabstack.model.cells import Cell, value_at, with_values
from fabstack.model.plants import Phase, Plant, is_dated
from fabstack.model.tools import Delivery
from fabstack.ramp.equipment import Arrival
from fabstack.ramp.futures import Futures
from fabstack.ramp.plants import Moved
from fabstack.ramp.schedule import Schedule
from fabstack.ramp.timeline import Timeline
from fabstack.uncertainty.chance import Floats
from fabstack.uncertainty.percentiles import percentile

Pick = Callable[[Floats], float]  # one moment or number out of those of all futures


class Dates(Protocol):
    """What moves the dates of a programme: a whole `RampResult`, or only its dates."""

    @property
    def programme(self) -> Programme:
        """What was sampled."""
        ...

    @property
    def samples(self) -> int:
        """How many futures there are."""
        ...

    @property
    def timeline(self) -> Timeline:
        """The calendar around the programme's start."""
        ...

    @property
    def futures(self) -> Futures:
        """What was drawn."""
        ...

    @property
    def arrivals(self) -> Sequence[Arrival]:
        """Every delivery, in their order."""
        ...

    @property
    def moved(self) -> Moved:
        """Where the dates of plants and phases move."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class DatedFutures:
    """The dates of sampled futures, before anything follows from them."""

    programme: Programme
    samples: int
    timeline: Timeline
    futures: Futures
    dated: Schedule
    arrivals: tuple[Arrival, ...]

    @property
    def moved(self) -> Moved:
        """Where the dates of plants and phases move."""
        return Moved(self.programme, self.timeline, self.dated)


def at_percentile(programme: Programme, result: Dates, percent: float) -> Programme:
    """The programme with its dates at a percentile, each for itself; what never moves stays.

    A plant's `opens` and a phase's `ready` move by the slip of their activities; a phase without an
    activity moves with the plant's opening. Tools move with their phase, or else with the opening,
    and come later for what their lead times, installation and chance events take.
    """
    return _moved(programme, result, lambda moments: percentile(moments, percent))


def in_future(programme: Programme, result: Dates, future: int) -> Programme:
    """The programme as it turns out in one future: its dates, and every cell of the risks.

    Cells that hold a distribution get the number that was drawn. This is what a planner or a check
    has to cope with if that future comes; the same number means the same future for all of them.

    Raises:
        IndexError: there is no such future.
    """
    if not 0 <= future < result.samples:
        raise IndexError(f"no future {future} among {result.samples}")

    def pick(values: Floats) -> float:
        return float(values[future if len(values) > 1 else 0])

    drawn = {cell: pick(values) for cell, values in _risks(result.futures).items()}
    return _moved(with_values(programme, _typed(programme, drawn)), result, pick)


@lru_cache(maxsize=1)  # asked for again in each future
def _risks(futures: Futures) -> Mapping[Cell, Floats]:
    """The values of every cell of the risks, [sample] or [1]."""
    return {Cell.parse(cell): futures.draw(cell, own) for cell, own in futures.risks.items()}


def _typed(programme: Programme, drawn: Mapping[Cell, float]) -> dict[Cell, float | int]:
    """Numbers drawn for columns that count are rounded."""
    whole = {cell for cell in drawn if isinstance(value_at(programme, cell), int)}
    return {cell: round(value) if cell in whole else value for cell, value in drawn.items()}


def _moved(programme: Programme, result: Dates, pick: Pick) -> Programme:
    return programme.model_copy(
        update={
            "plants": tuple(_plant(row, result, pick) for row in programme.plants),
            "phases": tuple(_phase(row, programme, result, pick) for row in programme.phases),
            "deliveries": tuple(_deliveries(programme, result, pick)),
        }
    )


def _plant(plant: Plant, result: Dates, pick: Pick) -> Plant:
    if plant.opens_with is None:
        return plant
    return replace(plant, opens=_day(result.moved.opens(plant), result, pick))


def _phase(phase: Phase, programme: Programme, result: Dates, pick: Pick) -> Phase:
    plant = by_key(programme.plants)[phase.plant]
    if not is_dated(phase) or (phase.ready_with is None and plant.opens_with is None):
        return phase
    return replace(phase, ready=_day(result.moved.ready(plant, phase), result, pick))


def _deliveries(programme: Programme, result: Dates, pick: Pick) -> Iterator[Delivery]:
    """Tools on the days of their release."""
    released = np.array([pick(one.released) for one in result.arrivals])
    days = result.timeline.first_days(released)
    for row, day in zip(programme.deliveries, days, strict=True):
        yield row if row.date == day else replace(row, date=day)


def _day(moments: Floats, result: Dates, pick: Pick) -> date:
    return result.timeline.day(pick(moments))
