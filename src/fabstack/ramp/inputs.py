"""The inputs of the dates as people would name them, with what each activity owes to them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from fabstack.model import Programme
from fabstack.model.roadmap import Activity
from fabstack.ramp.futures import Futures, duration_cell, slip_name
from fabstack.ramp.schedule import Schedule
from fabstack.ramp.work import first_months, repeats_months, taking_place
from fabstack.uncertainty.chance import Floats

SAME = 1e-9  # months; less is rounding


class Input(NamedTuple):
    """Something that varies, and the activity whose time it changes."""

    name: str
    title: str
    activity: int
    values: Floats  # [sample]


def date_inputs(
    programme: Programme, futures: Futures, dated: Schedule, work: Floats
) -> Iterator[Input]:
    """Everything that moves dates; `work` is [activity, sample] as it was dated."""
    for i, activity in enumerate(programme.activities):
        title = activity.title or activity.name
        for name, words, values in _parts(activity, futures):
            yield Input(name, words.format(title), i, values)
        yield from _reviews(activity, i, dated.ends[i] - dated.starts[i] - work[i])


def _parts(activity: Activity, futures: Futures) -> Iterator[tuple[str, str, Floats]]:
    prefix = f"activities/{activity.name}"
    if futures.varies(duration_cell(activity)):
        yield duration_cell(activity), "duration of {}", first_months(activity, futures)
    if futures.varies(f"{prefix}/repeats"):
        yield f"{prefix}/repeats", "months lost in repeats of {}", repeats_months(activity, futures)
    if futures.varies(f"{prefix}/takes-place"):
        yield f"{prefix}/takes-place", "whether it comes to {}", taking_place(activity, futures)
    slip = futures.stated(activity, "slip")
    if slip is not None and futures.varies(slip_name(activity, slip)):
        owner = activity.plant or activity.generation or activity.name
        name = slip_name(activity, slip)
        yield name, f"execution slip of {owner}", futures.draw(name, slip)


def _reviews(activity: Activity, number: int, lost_months: Floats) -> Iterator[Input]:
    if np.ptp(lost_months) > SAME:
        title = activity.title or activity.name
        name = f"activities/{activity.name}/reviews"
        yield Input(name, f"months lost in reviews of {title}", number, lost_months)
