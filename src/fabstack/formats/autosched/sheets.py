"""Rows of a programme's tables, each cell with its place in the model that it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fabstack.formats.autosched.table import Row
from fabstack.formats.places import Place
from fabstack.formats.tables import Sheet
from fabstack.formats.values import text_in
from fabstack.model import columns_of, tables

# table -> column of the programme -> column of the model
ORIGINS: Mapping[str, Mapping[str, str]] = {
    "items": {"name": "PART", "title": "PARTFAM"},
    "routes": {"name": "ROUTE", "item": "PART"},
    "tool_groups": {
        "name": "STNFAM",
        "area": "STNGRP",
        "bay": "STNFAMLOC",
        "tools": "STNQTY",
        "load_min": "LTIME",
        "unload_min": "ULTIME",
        "dispatch": "FWLRANK",
        "least_setup_tool": "WAKERESRANK",
    },
    "breakdowns": {"name": "CALNAME", "tool_group": "RESNAME", "first": "FOA"},
    "maintenances": {
        "name": "CALNAME",
        "tool_group": "RESNAME",
        "first_h": "FOA",
        "first_carriers": "FOA",
    },
    "setups": {"from_setup": "CURSETUP", "to_setup": "NEWSETUP", "setup_min": "STIME"},
    "moves": {"from_bay": "FROMLOC", "to_bay": "TOLOC", "move": "DTIME"},
    "steps": {
        "route": "ROUTE",
        "step": "STEP",
        "name": "DESC",
        "tool_group": "STNFAM",
        "process": "PTIME",
        "basis": "PTPER",
        "batch_minimum": "BATCHMN",
        "batch_maximum": "BATCHMX",
        "setup": "SETUP",
        "setup_min": "STIME",
        "sampling_percent": "StepPercent",
        "rework_percent": "REWORK",
        "rework_to": "RWKSTEP",
        "queue_limit_h": "CQT",
        "queue_limit_to": "STEP_CQT",
    },
    "orders": {
        "name": "LOT",
        "route": "PART",
        "date": "START",
        "start_h": "START",
        "carriers": "PIECES",
        "lots": "RPT#",
        "every_h": "REPEAT",
        "priority": "PRIOR",
        "due_days": "DUE",
        "reserves_tools": "HOTLOT",
    },
    "wip": {
        "name": "LOT",
        "route": "PART",
        "step": "CURSTEP",
        "carriers": "PIECES",
        "priority": "PRIOR",
        "started": "START",
        "due_days": "DUE",
    },
}


@dataclass(slots=True)
class Origins:
    """The grid of a table whose rows come from rows of the model."""

    file: str
    columns: tuple[str, ...]  # of the model, "" where a column comes from none
    rows: list[Row | None] = field(default_factory=list)

    def place(self, row: int, cell: int) -> Place:
        """The place of a cell in the model's own files."""
        origin = self.rows[row] if 0 <= row < len(self.rows) else None
        if origin is None:
            return Place(self.file)
        return origin.place(self.columns[cell] if cell >= 0 else "")


class Sheets:
    """The tables of a programme while they are filled."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self._rows: dict[str, list[list[str]]] = {}
        self._origins: dict[str, Origins] = {}
        self._columns = {
            name: [column.name for column in columns_of(row)] for name, row in tables().items()
        }

    def add(self, table: str, origin: Row | None, **cells: Any) -> None:
        """Add a row that comes from a row of the model; None is a blank cell."""
        if table not in self._rows:
            known = ORIGINS.get(table, {})
            columns = tuple(known.get(column, "") for column in self._columns[table])
            self._rows[table], self._origins[table] = [], Origins(self.folder, columns)
        given = {name: _text(value) for name, value in cells.items() if value is not None}
        self._rows[table].append([given.pop(name, "") for name in self._columns[table]])
        assert not given, f"{table} has no columns {given}"
        self._origins[table].rows.append(origin)

    def sheets(self) -> dict[str, Sheet]:
        """Every table that has rows."""
        return {
            name: Sheet(name, tuple(self._columns[name]), rows, self._origins[name])
            for name, rows in self._rows.items()
        }


def _text(value: Any) -> str:
    return value if type(value) is str else text_in(value)
