"""Which delivered tools come: always, or with a phase of their plant."""

from __future__ import annotations

from fabstack.model.lookup import by_key, grouped
from fabstack.model.plants import Phase, is_choice, is_dated
from fabstack.model.programme import Programme
from fabstack.model.tools import Delivery


def phase_of(programme: Programme, delivery: Delivery) -> Phase | None:
    """The phase that tools come with; None where they come whatever is built.

    Raises:
        KeyError: the plant has no such phase; `check` says so before.
    """
    if not delivery.phase:
        return None
    plant = by_key(programme.tool_groups)[delivery.tool_group].plant
    return by_key(programme.phases)[f"{plant}:{delivery.phase}"]


def claimed_deliveries(programme: Programme, group: str) -> list[Delivery]:
    """Deliveries of a tool group that a plan does not decide on."""
    rows = grouped(programme.deliveries, "tool_group")[group]
    return [
        row for row in rows if (phase := phase_of(programme, row)) is None or not is_choice(phase)
    ]


def dated_deliveries(programme: Programme, group: str) -> list[Delivery]:
    """Deliveries of a tool group where nobody has a plan: every phase with a date is built."""
    rows = grouped(programme.deliveries, "tool_group")[group]
    return [row for row in rows if (phase := phase_of(programme, row)) is None or is_dated(phase)]
