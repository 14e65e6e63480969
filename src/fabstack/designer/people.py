"""Who works in a designed plant: fixed, by volume and by tools, rounded up for each role."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from fabstack.designer.rows import Staff
from fabstack.designer.sizing import ToolGroup


@dataclass(frozen=True, slots=True)
class Role:
    """People of one role."""

    role: str
    people: int


def people_of(
    rules: Sequence[Staff], groups: Sequence[ToolGroup], carriers_per_month: float
) -> tuple[Role, ...]:
    """The people of a plant by role (form of the CSM workbook 2001)."""
    return tuple(Role(rule.role, _people(rule, groups, carriers_per_month)) for rule in rules)


def _people(rule: Staff, groups: Sequence[ToolGroup], carriers_per_month: float) -> int:
    by_tools = sum(
        group.tools * getattr(rule, kind) * group.people(kind)
        for group in groups
        for kind in ("operators", "technicians", "engineers")
    )
    total: float = rule.fixed + rule.per_1000_per_month * carriers_per_month / 1000 + by_tools
    return math.ceil(total - 1e-9)
