"""Work that stands still while a chance event lasts, of activities, tools and makers that it names.

An event that begins while the work goes on, or lasts when it should begin, moves the work's end by
what it takes. Where several events overlap their times add up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from fabstack.model import Programme
from fabstack.model.supply import RiskEvent
from fabstack.ramp.events import Span, Stops, stops
from fabstack.ramp.futures import Futures, event_name
from fabstack.ramp.schedule import Stretch
from fabstack.ramp.timeline import Timeline, month_grid
from fabstack.uncertainty.chance import Floats


@dataclass(frozen=True, slots=True, eq=False)
class Standstill:
    """When something stands still, in the order in which that begins."""

    stops: Stops

    def lasting_months(self, start_months: Floats, work_months: Floats) -> Floats:
        """From a start to the end of the work, [sample]."""
        end = start_months + work_months
        for begins, months in zip(*self.stops, strict=True):
            left = np.where(begins < start_months, begins + months - start_months, months)
            hits = (begins < end) & (left > 0) & (work_months > 0)
            end = end + np.where(hits, left, 0.0)
        return np.asarray(end - start_months)


def event_stretches(
    programme: Programme, futures: Futures, timeline: Timeline
) -> Mapping[int, Stretch]:
    """How events lengthen the activities that they name."""
    held = standstills(programme, futures, timeline)
    rows = enumerate(programme.activities)
    return {i: held[row.name].lasting_months for i, row in rows if row.name in held}


def standstills(
    programme: Programme, futures: Futures, timeline: Timeline
) -> Mapping[str, Standstill]:
    """Everything that an event holds up in a future, by its name."""
    rows: dict[str, list[RiskEvent]] = {}
    for row in programme.risk_events:
        for name in row.named if futures.varies(event_name(row)) else ():
            rows.setdefault(name, []).append(row)
    span = horizon(programme, timeline)
    return {name: Standstill(_in_order(found, futures, span)) for name, found in rows.items()}


def horizon(programme: Programme, timeline: Timeline) -> Span:
    """The months of the programme."""
    grid = month_grid(programme)
    return Span(timeline.months(grid[0]), timeline.months(grid[-1]))


def _in_order(rows: list[RiskEvent], futures: Futures, span: Span) -> Stops:
    found = [stops(row, futures, span) for row in rows]
    begins, months = (np.concatenate(parts) for parts in zip(*found, strict=True))
    order = np.argsort(begins, axis=0, kind="stable")
    return Stops(*(np.take_along_axis(part, order, axis=0) for part in (begins, months)))
