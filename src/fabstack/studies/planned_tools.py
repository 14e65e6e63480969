"""Tools that a plan has: those of the phases that it builds come, those of the others do not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import NamedTuple

from fabstack.model import Programme
from fabstack.model.days import DAYS_PER_MONTH
from fabstack.model.deliveries import phase_of
from fabstack.model.plants import Phase, is_choice
from fabstack.model.tools import Delivery
from fabstack.studies.planned_periods import Tables


class _Part(NamedTuple):
    """A phase, or a part of it, that is built."""

    first_output: date
    share: float


def planned_deliveries(programme: Programme, plan: Tables) -> tuple[Delivery, ...]:
    """The deliveries with what the plan decided about them.

    Tools of a phase that it builds come on their date, but not before the first output of the
    phase; of half a phase (where integers are relaxed) half of them, rounded, come.
    """
    rows = []
    for row in programme.deliveries:
        phase = phase_of(programme, row)
        if phase is None or not is_choice(phase):
            rows.append(replace(row, phase=""))
        else:
            rows += _decided(row, list(_parts(phase, plan)))
    return tuple(rows)


def _decided(row: Delivery, parts: list[_Part]) -> Iterator[Delivery]:
    for part in parts:
        tools = round(part.share * row.tools)
        if tools:
            day = max(row.date, part.first_output)
            yield replace(row, date=day, tools=tools, phase="")


def _parts(phase: Phase, plan: Tables) -> Iterator[_Part]:
    built = plan["plan_built"].filter(plant=phase.plant, phase=phase.phase)
    for decided, share in built.select("decided", "share").iter_rows():
        if decided is None:
            assert phase.ready is not None
            first = phase.ready - timedelta(days=phase.ramp_months * DAYS_PER_MONTH)
        else:
            first = decided + timedelta(days=phase.build_months * DAYS_PER_MONTH)
        yield _Part(first, share)
