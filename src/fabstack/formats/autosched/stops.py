"""Breakdowns and maintenance: calendars, and the tools to which they are attached.

An attachment to an area (stngrp) holds for each tool of each of its groups by itself. The time to
failure runs from the end of the repair; the interval of maintenance from start to start. FOA is
when the first one comes; of n tools the k-th has its first maintenance at k/n of it, for else all
tools of a group would stop at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fabstack.errors import did_you_mean
from fabstack.formats.autosched import cells
from fabstack.formats.autosched.cells import HOUR, Spread
from fabstack.formats.autosched.notes import Notes
from fabstack.formats.autosched.sheets import Sheets
from fabstack.formats.autosched.table import AsdTable, Row
from fabstack.formats.autosched.tools import Family

Calendars = Mapping[str, Row]
_FAILURE = Spread("MTTFDIST", "MTTF", "MTTF2", "MTTFUNITS")
_REPAIR = Spread("MTTRDIST", "MTTR", "MTTR2", "MTTRUNITS")
_FIRST = Spread("FOADIST", "FOA", "FOA2", "FOAUNITS")
_PIECES = ("", "pieces", "piece")


def add_stops(
    downs: AsdTable | None,
    plans: AsdTable | None,
    attachments: AsdTable | None,
    families: Mapping[str, Family],
    notes: Notes,
    sheets: Sheets,
) -> None:
    """Rows of breakdowns and maintenances for each attachment."""
    known = {
        "down": _named(downs, "DOWNCALNAME", notes),
        "pm": _named(plans, "PMCALNAME", notes),
    }
    add = {"down": _add_breakdown, "pm": _add_maintenance}
    used: set[tuple[str, str]] = set()
    for row in attachments.rows if attachments else ():
        kind = cells.one_of(notes, row, "CALTYPE", tuple(known))
        if not kind:
            continue
        calendar = _calendar(row, known[kind], notes)
        used.add((kind, row["CALNAME"]))
        for family in _attached(row, families, notes):
            if calendar is not None:
                add[kind](calendar, row, family, notes, sheets)
    for kind, calendars in known.items():
        _note_unattached({n: row for n, row in calendars.items() if (kind, n) not in used}, notes)


def _named(table: AsdTable | None, column: str, notes: Notes) -> dict[str, Row]:
    found: dict[str, Row] = {}
    for row in table.rows if table else ():
        name = cells.required(notes, row, column)
        if found.setdefault(name, row) is not row:
            notes.error(row, column, "duplicate-key", f"'{name}' stands twice", "each name once")
    return found


def _calendar(row: Row, known: Calendars, notes: Notes) -> Row | None:
    name = row["CALNAME"]
    if name not in known:
        cure = did_you_mean(name, [*known])
        message = f"no calendar '{name}' of type '{row['CALTYPE']}'"
        notes.error(row, "CALNAME", "unknown-reference", message, cure=cure)
    return known.get(name)


def _attached(row: Row, families: Mapping[str, Family], notes: Notes) -> Sequence[Family]:
    """The tool groups to which a calendar is attached."""
    kind = cells.one_of(notes, row, "RESTYPE", ("stngrp", "stnfam"))
    name = row["RESNAME"]
    known = [*families] if kind == "stnfam" else sorted({f.area for f in families.values()})
    found = [f for f in families.values() if name == (f.name if kind == "stnfam" else f.area)]
    if kind and not found:
        what = "tool group" if kind == "stnfam" else "area"
        cure = did_you_mean(name, known)
        notes.error(row, "RESNAME", "unknown-reference", f"no {what} '{name}'", cure=cure)
    return found if kind else ()


def _note_unattached(calendars: Calendars, notes: Notes) -> None:
    for name, row in calendars.items():
        message = f"'{name}' is attached to no tool and never happens"
        notes.warn(row, "", "unattached", message, "a row in the file of attachments")


def _add_breakdown(calendar: Row, row: Row, family: Family, notes: Notes, sheets: Sheets) -> None:
    cells.one_of(notes, calendar, "DOWNCALTYPE", ("mttf_by_cal",))
    sheets.add(
        "breakdowns",
        row,
        tool_group=family.name,
        name=row["CALNAME"],
        between=cells.time(notes, calendar, _FAILURE, per=HOUR),
        repair=cells.time(notes, calendar, _REPAIR, per=HOUR),
        first=cells.time(notes, row, _FIRST, per=HOUR),
    )


def _add_maintenance(calendar: Row, row: Row, family: Family, notes: Notes, sheets: Sheets) -> None:
    kinds = {"mtbpm_by_cal": _by_hours, "mtbpm_by_pieces": _by_pieces}
    kind = cells.one_of(notes, calendar, "PMCALTYPE", tuple(kinds))
    if row["FOADIST"] not in ("", "constant"):
        message = f"FOADIST is '{row['FOADIST']}'; its mean is taken"
        notes.warn(row, "FOADIST", "unsupported-value", message, "constant")
    if kind:
        sheets.add(
            "maintenances",
            row,
            tool_group=family.name,
            name=row["CALNAME"],
            duration=cells.time(notes, calendar, _REPAIR, per=HOUR),
            **kinds[kind](calendar, row, notes),
        )


def _by_hours(calendar: Row, row: Row, notes: Notes) -> dict[str, Any]:
    every = cells.minutes(notes, calendar, "MTBPM", "MTBPMUNITS")
    first = cells.minutes(notes, row, "FOA", "FOAUNITS")
    hours = {"every_h": every, "first_h": first}
    return {name: None if at is None else cells.tidy(at / HOUR) for name, at in hours.items()}


def _by_pieces(calendar: Row, row: Row, notes: Notes) -> dict[str, Any]:
    for place, column in ((calendar, "MTBPMUNITS"), (row, "FOAUNITS")):
        if place[column] not in _PIECES:
            message = f"{column} is '{place[column]}' where pieces are counted"
            notes.error(place, column, "unknown-unit", message, "pieces")
    return {
        "every_carriers": cells.number(notes, calendar, "MTBPM"),
        "first_carriers": cells.number(notes, row, "FOA"),
    }
