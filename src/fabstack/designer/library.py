"""What the designer knows: tools, modules and technologies, from one folder laid over another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from fabstack.designer.rows import (
    Band,
    Execution,
    Mask,
    ModuleStep,
    Parameter,
    Staff,
    Technology,
    Tool,
)
from fabstack.formats.places import Place
from fabstack.formats.tables import Table

FLOWS = "flows"
TABLES: Mapping[str, tuple[type, tuple[str, ...]]] = {  # row class, what a later folder replaces
    "tools": (Tool, ("kind",)),
    "masks": (Mask, ("mask",)),
    "modules": (ModuleStep, ("module",)),
    "technologies": (Technology, ("name",)),
    "parameters": (Parameter, ("scope", "name")),
    "staff": (Staff, ("factory",)),
    "bands": (Band, ("technology", "measure")),
}


@dataclass(frozen=True)
class Library:
    """Tables of the shipped data and of a user's, the later over the earlier."""

    tools: Mapping[str, Tool]
    masks: Mapping[str, Mask]
    modules: Mapping[str, tuple[ModuleStep, ...]]
    technologies: Mapping[str, Technology]
    parameters: Mapping[tuple[str, str], Parameter]
    staff: Mapping[str, tuple[Staff, ...]]
    bands: Mapping[tuple[str, str], Band]
    flows: Mapping[str, tuple[Execution, ...]]
    cells: Mapping[int, tuple[Table, int]] = field(repr=False)  # id of a row -> where it stands

    def place(self, row: object, column: str) -> Place:
        """Where a cell of a row stands."""
        table, number = self.cells[id(row)]
        return table.place(number, column)

    def rows(self) -> Iterator[tuple[str, Any]]:
        """Every row after its table; flows are called `flows`."""
        for name in (*TABLES, FLOWS):
            for found in getattr(self, name).values():
                for row in found if isinstance(found, tuple) else (found,):
                    yield name, row
