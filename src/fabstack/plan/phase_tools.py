"""Tools that come with an optional phase: they are there where the plan builds it.

    hours of the group in t  +=  built x tools x hours of a tool x share of t after its release

A tool is released on its stated date, but not before the first output of its phase. It is paid then
too, unless the phases of the plant carry the capital.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from fabstack.economics.capacity import hours_per_tool_month
from fabstack.model import grouped
from fabstack.model.deliveries import phase_of
from fabstack.model.plants import Phase
from fabstack.plan.capacity import load_share, ungiven_share
from fabstack.plan.facts import Facts
from fabstack.plan.types import Floats


class PhaseTools(NamedTuple):
    """One delivery of a phase that is built."""

    group: int
    tools: int
    released: float  # on the axis of periods
    hours: Floats  # [period] that a plan may use


def tools_of(facts: Facts, phase: Phase, first_output: float) -> Iterator[PhaseTools]:
    """The tools of an optional phase with its first output at a position."""
    programme = facts.programme
    for place, group in enumerate(programme.tool_groups):
        rows = grouped(programme.deliveries, "tool_group")[group.name]
        each_h = hours_per_tool_month(programme, group.name) * load_share(facts, group)
        for row in (row for row in rows if phase_of(programme, row) is phase):
            released = max(facts.periods.position(row.date), first_output)
            months = facts.periods.share(released, np.inf) * facts.periods.months
            hours = row.tools * each_h * months * ungiven_share(facts, group.name)
            yield PhaseTools(place, row.tools, released, hours)


def hours_of(facts: Facts, phase: Phase, first_output: float) -> Floats:
    """Usable hours of the tools of a phase [group, period]."""
    found = np.zeros((len(facts.programme.tool_groups), facts.periods.count))
    for one in tools_of(facts, phase, first_output):
        found[one.group] += one.hours
    return found


def count_of(facts: Facts, phase: Phase, first_output: float) -> Floats:
    """Tools of a phase that are released, averaged over each period [group, period]."""
    found = np.zeros((len(facts.programme.tool_groups), facts.periods.count))
    for one in tools_of(facts, phase, first_output):
        found[one.group] += one.tools * facts.periods.share(one.released, np.inf)
    return found


def floor_m2(facts: Facts, phase: Phase, first_output: float) -> Floats:
    """Floor that the tools of a phase take at the end of each period [period]."""
    groups, found = facts.programme.tool_groups, np.zeros(facts.periods.count)
    for one in tools_of(facts, phase, first_output):
        found += groups[one.group].floor_m2 * one.tools * (one.released < facts.periods.edges[1:])
    return found


def price_usd(facts: Facts, phase: Phase, first_output: float) -> Floats:
    """What the tools of a phase cost beside its capital, in today's prices [period]."""
    found = np.zeros(facts.periods.count)
    if carries_capital(facts, phase.plant):
        return found
    for one in tools_of(facts, phase, first_output):
        period = facts.periods.at(one.released)
        if 0 <= period < found.size:
            found[period] += one.tools * facts.programme.tool_groups[one.group].price_usd
    return found


def carries_capital(facts: Facts, plant: str) -> bool:
    """Whether the capital of a plant's phases holds its tools."""
    return any(phase.capex_usd for phase in grouped(facts.programme.phases, "plant")[plant])
