"""The inputs of the dates as people would name them, with what each activity owes to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np

from fabstack.model import Programme, grouped
from fabstack.model.cells import Cell
from fabstack.model.roadmap import Activity
from fabstack.model.supply import RiskEvent, VendorLine
from fabstack.ramp.events import shortages, stops
from fabstack.ramp.futures import (
    LINE_COLUMNS,
    SHORTAGES,
    Futures,
    duration_cell,
    event_name,
    slip_name,
)
from fabstack.ramp.schedule import Schedule
from fabstack.ramp.standstill import horizon
from fabstack.ramp.timeline import Timeline
from fabstack.ramp.work import Work, first_months, taking_place
from fabstack.uncertainty.chance import Floats

SAME = 1e-9  # months; less is rounding
NOT_AN_ACTIVITY = -1


class Input(NamedTuple):
    """Something that varies, and the activity whose time it changes."""

    name: str
    title: str
    activity: int  # or NOT_AN_ACTIVITY
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
    yield from _delays(programme, futures, number)
    for line in programme.vendor_lines:
        users = grouped(programme.activities, "vendor_line")[line.name]
        for cell, words, values in _line_parts(line, futures) if users else ():
            yield from (Input(cell, words, number[user.name], values) for user in users)


def number_inputs(programme: Programme, futures: Futures) -> Iterator[Input]:
    """Everything else that varies: cells of the risks, events and shortages."""
    for cell, distribution in futures.risks.items():
        if futures.varies(cell):
            title = _title(Cell.parse(cell))
            yield Input(cell, title, NOT_AN_ACTIVITY, futures.draw(cell, distribution))
    span = horizon(programme, Timeline(programme.programme.start))
    for row in programme.risk_events:
        if futures.varies(event_name(row)):
            months = stops(row, futures, span).months.sum(axis=0)
            yield Input(event_name(row), event_title(row), NOT_AN_ACTIVITY, months)
    if futures.varies(SHORTAGES):
        months = shortages(programme, futures, span).months.sum(axis=0)
        yield Input(SHORTAGES, "months of world-wide shortage", NOT_AN_ACTIVITY, months)


def _title(cell: Cell) -> str:
    return f"{cell.column.replace('_', ' ')} of {cell.key.replace(':', ', ')}"


def _delays(programme: Programme, futures: Futures, number: Mapping[str, int]) -> Iterator[Input]:
    """Events that hold up activities, by name or through a vendor line that they wait for."""
    span = horizon(programme, Timeline(programme.programme.start))
    users = grouped(programme.activities, "vendor_line")
    for row in programme.risk_events:
        through = (activity.name for name in row.named for activity in users[name])
        held = [name for name in dict.fromkeys((*row.named, *through)) if name in number]
        if held and futures.varies(event_name(row)):
            months = stops(row, futures, span).months.sum(axis=0)
            for name in held:
                yield Input(event_name(row), event_title(row), number[name], months)


def event_title(row: RiskEvent) -> str:
    """What an event is as an input."""
    return f"months that the {row.kind} '{row.name}' takes"


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
