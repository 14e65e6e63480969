"""Lots that enter: streams with a period, lots listed one by one, and lots inside at the start.

A row with REPEAT is a stream of RPT# lots (LOTSPERRPT of them at once), one with CURSTEP a lot that
waits there when the run begins, any other a single lot. DUE - START holds for each lot of a stream.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from fabstack.errors import did_you_mean
from fabstack.formats.autosched import cells
from fabstack.formats.autosched.cells import DAY, HOUR
from fabstack.formats.autosched.notes import Notes
from fabstack.formats.autosched.routes import Part, step_number
from fabstack.formats.autosched.sheets import Sheets
from fabstack.formats.autosched.table import AsdTable, Row

_HOT = ("HOTLOT", "SUPERHOTLOT")
_RANGE = re.compile(r"DU\[ *(\d+) *, *(\d+) *\]")
_MOST_AT_ONCE = 1000


@dataclass(slots=True)
class Orders:
    """The rows of all order files, and what they say together."""

    tables: Sequence[AsdTable]
    notes: Notes
    start: datetime
    due_spread_percent: float
    names: Counter[tuple[str, str]] = field(default_factory=Counter)

    def own_name(self, table: str, row: Row) -> str:
        """LOT, with a number behind it from the second lot of this name on."""
        name = cells.required(self.notes, row, "LOT")
        self.names[table, name] += 1
        return name if self.names[table, name] == 1 else f"{name} #{self.names[table, name]}"


def first_start(tables: Sequence[AsdTable]) -> datetime | None:
    """The earliest START, where the model says no other first moment."""
    moments = (cells.moment_in(row["START"]) for table in tables for row in table.rows)
    return min((moment for moment in moments if moment is not None), default=None)


def last_start(tables: Sequence[AsdTable]) -> datetime | None:
    """The latest START of any row."""
    moments = (cells.moment_in(row["START"]) for table in tables for row in table.rows)
    return max((moment for moment in moments if moment is not None), default=None)


def lot_sizes(tables: Sequence[AsdTable]) -> Mapping[str, Counter[int]]:
    """Part -> how many rows ask for lots of each size."""
    found: defaultdict[str, Counter[int]] = defaultdict(Counter)
    for table in tables:
        for row in table.rows:
            size = _size_in(row["PIECES"])
            if size:
                found[row["PART"]][size] += 1
    return found


def _size_in(text: str) -> int | None:
    drawn = _RANGE.fullmatch(text)
    if drawn:
        return round((int(drawn[1]) + int(drawn[2])) / 2)
    return int(float(text)) if text.replace(".", "", 1).isdecimal() else None


def _size(row: Row, notes: Notes) -> int | None:
    if _RANGE.fullmatch(row["PIECES"]):
        size = _size_in(row["PIECES"])
        message = f"a random lot size cannot be said; every lot has {size} pieces"
        notes.warn(row, "PIECES", "unsupported-value", message, "a whole number")
        return size
    cells.required(notes, row, "PIECES")
    return cells.count(notes, row, "PIECES")


def add_orders(orders: Orders, parts: Mapping[str, Part], sheets: Sheets) -> None:
    """Rows of orders and wip."""
    for table in orders.tables:
        for row in table.rows:
            part = _part(row, parts, orders.notes)
            if part is None:
                continue
            if row["CURSTEP"]:
                _add_wip(orders, row, part, sheets)
            else:
                _add_order(orders, row, part, sheets)


def _part(row: Row, parts: Mapping[str, Part], notes: Notes) -> Part | None:
    name = row["PART"]
    if name not in parts:
        cure = did_you_mean(name, [*parts])
        notes.error(row, "PART", "unknown-reference", f"no part '{name}'", "a part", cure)
    return parts.get(name)


def _add_order(orders: Orders, row: Row, part: Part, sheets: Sheets) -> None:
    notes = orders.notes
    start = cells.moment(notes, row, "START") or orders.start
    midnight = start.replace(hour=0, minute=0, second=0)
    hot = [cells.truth(notes, row, column) for column in _HOT]
    due = _due_days(row, start, notes)
    repeated = _repetition(row, notes)
    size, priority = _size(row, notes), cells.count(notes, row, "PRIOR")
    for _ in range(_at_once(row, notes)):
        sheets.add(
            "orders",
            row,
            name=orders.own_name("orders", row),
            route=part.route,
            date=start.date(),
            start_h=cells.tidy((start - midnight).total_seconds() / 3600) or None,
            carriers=size,
            priority=priority,
            due_days=due,
            due_spread_percent=orders.due_spread_percent if due is not None else None,
            reserves_tools=any(hot) or None,
            **repeated,
        )


def _repetition(row: Row, notes: Notes) -> dict[str, Any]:
    if not row["REPEAT"]:
        return {}
    cells.required(notes, row, "RPT#", " beside REPEAT")
    if row["RDIST"] not in ("", "constant"):
        message = f"RDIST is '{row['RDIST']}'; lots are started evenly"
        notes.warn(row, "RDIST", "unsupported-value", message, "constant")
    every = cells.minutes(notes, row, "REPEAT", "RUNITS")
    return {
        "lots": cells.count(notes, row, "RPT#"),
        "every_h": None if every is None else cells.tidy(every / HOUR),
    }


def _at_once(row: Row, notes: Notes) -> int:
    """How many lots start together; each of them becomes an order of its own."""
    lots = cells.count(notes, row, "LOTSPERRPT")
    if lots is not None and not 1 <= lots <= _MOST_AT_ONCE:
        message = f"LOTSPERRPT is {lots}"
        notes.error(row, "LOTSPERRPT", "out-of-bounds", message, f"1 to {_MOST_AT_ONCE}")
        return 1
    return lots or 1


def _due_days(row: Row, start: datetime, notes: Notes) -> float | None:
    due = cells.moment(notes, row, "DUE")
    return None if due is None else cells.tidy((due - start).total_seconds() / 60 / DAY)


def _add_wip(orders: Orders, row: Row, part: Part, sheets: Sheets) -> None:
    notes = orders.notes
    started = cells.moment(notes, row, "START")
    for column in _HOT:
        if cells.truth(notes, row, column):
            message = f"{column} of a lot that is inside at the start is not read"
            notes.warn(row, column, "unsupported-value", message, "no")
    if row["REPEAT"]:
        message = "REPEAT stands beside CURSTEP; the lot is there once"
        notes.warn(row, "REPEAT", "unsupported-value", message, "a blank cell")
    sheets.add(
        "wip",
        row,
        name=orders.own_name("wip", row),
        route=part.route,
        step=step_number(part, row, "CURSTEP", notes),
        carriers=_size(row, notes),
        priority=cells.count(notes, row, "PRIOR"),
        started=started.date() if started and started.date() < orders.start.date() else None,
        due_days=_due_days(row, orders.start, notes),
    )
