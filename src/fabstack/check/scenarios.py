"""Rules for scenarios: changes that change nothing."""

from __future__ import annotations

from collections.abc import Iterator

from fabstack.check.faults import Fault, warning
from fabstack.formats.values import value_of
from fabstack.model import Programme, column
from fabstack.model.cells import Cell, value_at


def empty_scenarios(programme: Programme) -> Iterator[Fault]:
    """Scenarios that change nothing because they have no changes."""
    used = {change.scenario for change in programme.changes}
    for scenario in programme.scenarios:
        if scenario.name not in used:
            yield warning(
                scenario,
                "name",
                "empty-scenario",
                f"scenario '{scenario.name}' has no changes",
                expected="rows in changes",
                cure="say in changes which cells it sets",
            )


def idle_changes(programme: Programme) -> Iterator[Fault]:
    """Changes to the value that stands in the cell anyway."""
    for change in programme.changes:
        if _changes_nothing(programme, change.cell, change.value):
            yield warning(
                change,
                "value",
                "no-change",
                f"{change.cell} is {change.value} already",
                expected="another value",
                cure="correct the value, or remove the change",
                judges=Cell.parse(change.cell),
            )


def _changes_nothing(programme: Programme, address: str, text: str) -> bool:
    cell = Cell.parse(address)
    wanted = column(cell.table, cell.column)
    return wanted is not None and bool(value_of(wanted, text) == value_at(programme, cell))
