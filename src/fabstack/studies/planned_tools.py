"""Tools that a plan has: those of the phases that it builds, and those that it buys.

A simulated tool that has come stays: one that the plan sells again goes on working.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import NamedTuple

from fabstack.model import Programme, by_key
from fabstack.model.choices import ToolOption
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
    return (*rows, *_bought(programme, plan))


def _bought(programme: Programme, plan: Tables) -> Iterator[Delivery]:
    """Tools that the plan orders, from the day on which they are released for production."""
    options = by_key(programme.tool_options)
    for ordered, key, bought in plan["plan_tools"].select("month", "option", "bought").iter_rows():
        tools = round(bought)
        if tools:
            option = options[key]
            wait = timedelta(days=_months_to_release(programme, option) * DAYS_PER_MONTH)
            yield Delivery(tool_group=option.tool_group, date=ordered + wait, tools=tools)


def _months_to_release(programme: Programme, option: ToolOption) -> float:
    group = by_key(programme.tool_groups)[option.tool_group]
    lead, install = option.lead_time_months, option.install_months
    return (group.lead_time_months if lead is None else lead) + (
        group.install_months if install is None else install
    )


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
