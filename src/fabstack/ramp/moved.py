"""A programme whose plants open, grow and get their tools as late as the sampled futures say."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from fabstack.model import Programme, by_key
from fabstack.model.plants import Phase, Plant
from fabstack.model.tools import Delivery
from fabstack.ramp.plants import dated
from fabstack.ramp.result import RampResult
from fabstack.uncertainty.chance import Floats
from fabstack.uncertainty.percentiles import percentile


def at_percentile(programme: Programme, result: RampResult, percent: float) -> Programme:
    """The programme with its dates at a percentile, each for itself; what never moves stays.

    A plant's `opens` and a phase's `ready` move by the slip of their activities; a phase without an
    activity, and the deliveries of a plant's tools, move with the plant's opening.
    """
    return programme.model_copy(
        update={
            "plants": tuple(_plant(row, result, percent) for row in programme.plants),
            "phases": tuple(_phase(row, programme, result, percent) for row in programme.phases),
            "deliveries": tuple(
                _delivery(row, programme, result, percent) for row in programme.deliveries
            ),
        }
    )


def _plant(plant: Plant, result: RampResult, percent: float) -> Plant:
    if plant.opens_with is None:
        return plant
    return replace(plant, opens=_day(result.moved.opens(plant), result, percent))


def _phase(phase: Phase, programme: Programme, result: RampResult, percent: float) -> Phase:
    plant = by_key(programme.plants)[phase.plant]
    if not dated(phase) or (phase.ready_with is None and plant.opens_with is None):
        return phase
    return replace(phase, ready=_day(result.moved.ready(plant, phase), result, percent))


def _delivery(
    delivery: Delivery, programme: Programme, result: RampResult, percent: float
) -> Delivery:
    group = by_key(programme.tool_groups)[delivery.tool_group]
    plant = by_key(programme.plants)[group.plant]
    if plant.opens_with is None:
        return delivery
    moved = result.timeline.months(delivery.date) + result.moved.opening_slip(plant)
    return replace(delivery, date=_day(moved, result, percent))


def _day(moments: Floats, result: RampResult, percent: float) -> date:
    return result.timeline.day(percentile(moments, percent))
