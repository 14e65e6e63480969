"""The inputs of the dates as people would name them, with what each activity owes to them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from fabstack.model import Programme, grouped
from fabstack.model.roadmap import Activity
from fabstack.model.supply import VendorLine
from fabstack.ramp.futures import LINE_COLUMNS, Futures, duration_cell, slip_name
from fabstack.ramp.schedule import Schedule
from fabstack.ramp.work import Work, first_months, taking_place
from fabstack.uncertainty.chance import Floats

SAME = 1e-9  # months; less is rounding


class Input(NamedTuple):
    """Something that varies, and the activity whose time it changes."""

    name: str
    title: str
    activity: int
    values: Floats  # [sample]


def date_inputs(
    programme: Programme, futures: Futures, dated: Schedule, work: Work
) -> Iterator[Input]:
    """Everything that moves dates; `work` is what was dated."""
    number = {row.name: i for i, row in enumerate(programme.activities)}
    for i, activity in enumerate(programme.activities):
        title = activity.title or activity.name
        for name, words, values in _parts(activity, futures):
            yield Input(name, words.format(title), i, values)
        if i in work.repeats:
            words = f"months lost in repeats of {title}"
            yield Input(f"activities/{activity.name}/repeats", words, i, work.repeats[i])
        if any(review.generation == activity.generation for review in programme.reviews):
            yield from _reviews(activity, i, dated.ends[i] - dated.starts[i] - work.months[i])
    for line in programme.vendor_lines:
        users = grouped(programme.activities, "vendor_line")[line.name]
        for cell, words, values in _line_parts(line, futures) if users else ():
            yield from (Input(cell, words, number[user.name], values) for user in users)


def _line_parts(line: VendorLine, futures: Futures) -> Iterator[tuple[str, str, Floats]]:
    for column in LINE_COLUMNS:
        cell = f"vendor_lines/{line.name}/{column}"
        if futures.varies(cell):
            words = f"{column.replace('_', ' ')} of {line.title or line.name}"
            yield cell, words, futures.drawn(cell, getattr(line, column))


def _parts(activity: Activity, futures: Futures) -> Iterator[tuple[str, str, Floats]]:
    prefix = f"activities/{activity.name}"
    if futures.varies(duration_cell(activity)):
        yield duration_cell(activity), "duration of {}", first_months(activity, futures)
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
