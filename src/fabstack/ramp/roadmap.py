"""When each chip is in volume, and how long it takes from one to the next."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from fabstack.model import Programme
from fabstack.ramp.schedule import Schedule
from fabstack.ramp.timeline import Timeline
from fabstack.uncertainty.chance import Floats


def volumes(programme: Programme, dated: Schedule, timeline: Timeline) -> Mapping[str, Floats]:
    """Moment of volume of each generation that has one, [sample].

    A generation without an activity is in volume on its claimed date.
    """
    samples = dated.ends.shape[1]
    found: dict[str, Floats] = {}
    for generation in programme.generations:
        if generation.volume_with is not None:
            found[generation.name] = dated.ends[dated.network.index(generation.volume_with)]
        elif generation.claimed_volume is not None:
            found[generation.name] = np.full(samples, timeline.months(generation.claimed_volume))
    return found


def gaps(moments: Mapping[str, Floats]) -> Floats:
    """Months from each volume to the next one in time, [gap, sample]; empty below two chips."""
    if len(moments) < 2:
        return np.empty((0, 0))
    in_order = np.sort(np.array(list(moments.values())), axis=0)
    return np.diff(in_order, axis=0)
