"""From order to release: when tools arrive, are installed and qualified in each future.

A delivery is released on its stated date, moved by the slip of its phase (or else of its plant's
opening), by what its lead time takes more than stated (one draw for a tool group: a maker is late
with all of them), by what installing and qualifying takes more, and by chance events that name its
tool group.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from fabstack.economics.capacity import hours_per_carrier, hours_per_tool_month
from fabstack.model import Programme, by_key
from fabstack.model.deliveries import phase_of
from fabstack.model.plants import is_dated
from fabstack.model.tools import Delivery, ToolGroup
from fabstack.ramp.futures import INSTALL, LEAD, Futures, tool_slip_name
from fabstack.ramp.plants import Moved
from fabstack.ramp.standstill import Standstill, standstills
from fabstack.ramp.timeline import Timeline
from fabstack.uncertainty.chance import Floats


@dataclass(frozen=True, slots=True, eq=False)
class Arrival:
    """One delivery of a tool group; moments are months since the start, [sample] or [1]."""

    delivery: Delivery
    group: ToolGroup
    ordered: float  # as stated: its date less lead time and installation
    docked: Floats
    released: Floats


def arrivals(
    programme: Programme, futures: Futures, timeline: Timeline, moved: Moved
) -> tuple[Arrival, ...]:
    """Every delivery of the programme."""
    groups, plants = by_key(programme.tool_groups), by_key(programme.plants)
    held = standstills(programme, futures, timeline)
    found = []
    for delivery in programme.deliveries:
        group = groups[delivery.tool_group]
        slip = moved.phase_slip(plants[group.plant], phase_of(programme, delivery))
        due = timeline.months(delivery.date) + slip
        found.append(_arrival(programme, delivery, futures, due, held.get(group.name)))
    return tuple(found)


def _arrival(
    programme: Programme, delivery: Delivery, futures: Futures, due: Floats, held: Standstill | None
) -> Arrival:
    group = by_key(programme.tool_groups)[delivery.tool_group]
    lead = _months(group, "lead_time_months", LEAD, programme, futures)
    until_released = lead + _months(group, "install_months", INSTALL, programme, futures)
    ordered = due - group.lead_time_months - group.install_months
    if held is not None:
        lead, until_released = (
            held.lasting_months(ordered, months) for months in (lead, until_released)
        )
    return Arrival(
        delivery=delivery,
        group=group,
        ordered=float(np.min(ordered)),
        docked=ordered + lead,
        released=ordered + until_released,
    )


def _months(
    group: ToolGroup, column: str, kind: str, programme: Programme, futures: Futures
) -> Floats:
    """What a stage takes: the cell's own value or risk, times the slip of its tool group."""
    slip = programme.ramp.lead_slip if kind == LEAD else programme.ramp.install_slip
    stated = futures.value(f"tool_groups/{group.name}/{column}", getattr(group, column))
    return stated * futures.draw(tool_slip_name(group, kind), slip)


class ToolCapacity:
    """Carriers a month that the released tools of a plant can do, for a mix of its routes."""

    def __init__(
        self, programme: Programme, plant: str, mix: Mapping[str, float], came: tuple[Arrival, ...]
    ) -> None:
        hours = _hours_of_a_mean_carrier(programme, mix)
        self.groups = tuple(
            g for g in programme.tool_groups if g.plant == plant and hours.get(g.name)
        )
        self._per_tool = [
            hours_per_tool_month(programme, group.name) / hours[group.name] for group in self.groups
        ]
        here = [one for one in came if one.group.plant == plant and _comes(programme, one)]
        self._came = [[one for one in here if one.group.name == g.name] for g in self.groups]

    def at(self, moment: float) -> tuple[Floats, Floats]:
        """Carriers a month, [sample] or [1], and which of the groups allows no more."""
        rows = [
            per_tool * (group.tools + _released(came, moment))
            for group, per_tool, came in zip(self.groups, self._per_tool, self._came, strict=True)
        ]
        if not rows:
            return np.array([np.inf]), np.zeros(1)
        every = np.array(np.broadcast_arrays(*rows))
        return every.min(axis=0), every.argmin(axis=0)


def _comes(programme: Programme, arrival: Arrival) -> bool:
    """Whether tools come where nobody has a plan: always, or with a phase that has a date."""
    phase = phase_of(programme, arrival.delivery)
    return phase is None or is_dated(phase)


def _released(came: list[Arrival], moment: float) -> Floats:
    total = np.zeros(1)
    for arrival in came:
        total = total + arrival.delivery.tools * (arrival.released <= moment)
    return total


def _hours_of_a_mean_carrier(programme: Programme, mix: Mapping[str, float]) -> dict[str, float]:
    whole = sum(mix.values())
    hours: dict[str, float] = {}
    for route, carriers in mix.items():
        for group, spent in hours_per_carrier(programme, route).items():
            hours[group] = hours.get(group, 0.0) + spent * carriers / whole
    return hours
