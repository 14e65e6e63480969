"""Times between setups, for each tool group whose steps ask for them.

A blank CURSETUP is any other setup. Pairs without a row take no time, and so does the first setup
of a tool unless a row begins with a blank. MINRUN holds in groups with rule_LSSU alone: that many
lots follow the one for which a tool has changed, before it may change again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from fabstack.formats.autosched import cells
from fabstack.formats.autosched.notes import Notes
from fabstack.formats.autosched.routes import Part
from fabstack.formats.autosched.sheets import Sheets
from fabstack.formats.autosched.table import AsdTable, Row
from fabstack.formats.autosched.tools import Family

Runs = Mapping[str, tuple[Row, int]]  # setup -> its row and the length of its runs
_CRITERIA = ("MINQUEUE", "MAXQUEUE", "MINNUMSTN", "MAXNUMSTN")
_TIME = cells.Spread("SDIST", "STIME", "STIME2", "STUNITS")


class Change(NamedTuple):
    """One row of setup.txt."""

    row: Row
    minutes: float


def add_setups(
    table: AsdTable | None,
    runs: Mapping[str, Runs],
    parts: Mapping[str, Part],
    families: Mapping[str, Family],
    notes: Notes,
    sheets: Sheets,
) -> None:
    """Rows of setups for every group that uses them."""
    changes = _changes(table, notes)
    used = _used(parts)
    for name, family in families.items():
        own = runs.get(family.row["SETUPGRP"], {}) if family.least_setup else {}
        for setup in used.get(name, ()):
            _add(family, setup, changes.get(setup, []), own, sheets)
        if family.least_setup and not own:
            message = f"SETUPGRP '{family.row['SETUPGRP']}' has no setups"
            expected = "a group of the setup group file, whose runs rule_LSSU keeps"
            notes.warn(family.row, "SETUPGRP", "no-runs", message, expected)
    _note_unused(changes, {setup for setups in used.values() for setup in setups}, notes)


def _add(family: Family, setup: str, changes: list[Change], runs: Runs, sheets: Sheets) -> None:
    row, run = runs.get(setup, (None, None))
    for change in changes:
        sheets.add(
            "setups",
            change.row,
            tool_group=family.name,
            from_setup=change.row["CURSETUP"],
            to_setup=setup,
            setup_min=change.minutes,
            minimum_run=run,
        )
    if not changes and row is not None:
        sheets.add(
            "setups", row, tool_group=family.name, to_setup=setup, setup_min=0.0, minimum_run=run
        )


def _changes(table: AsdTable | None, notes: Notes) -> dict[str, list[Change]]:
    """The rows of setup.txt by the setup to which they lead."""
    found: defaultdict[str, list[Change]] = defaultdict(list)
    for row in table.rows if table else ():
        setup, time = cells.required(notes, row, "NEWSETUP"), cells.time(notes, row, _TIME)
        if time is None:
            cells.required(notes, row, "STIME")
            continue
        if time.lowest != time.mean:
            message = f"a random setup time cannot be said; {time.mean:g} min is taken"
            notes.warn(row, "SDIST", "unsupported-value", message, "constant")
        found[setup].append(Change(row, time.mean))
    return dict(found)


def _used(parts: Mapping[str, Part]) -> dict[str, dict[str, None]]:
    """Tool group -> the setups that its steps ask for, in order."""
    found: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for part in parts.values():
        for row in part.steps.rows:
            if row["SETUP"]:
                found[row["STNFAM"]][row["SETUP"]] = None
    return found


def _note_unused(changes: Mapping[str, list[Change]], used: set[str], notes: Notes) -> None:
    for setup in changes.keys() - used:
        for change in changes[setup]:
            message = f"no step asks for setup '{setup}'; this row is left out"
            notes.warn(change.row, "NEWSETUP", "unused-setup", message, "a setup of a step")


def runs_of(table: AsdTable | None, notes: Notes) -> dict[str, Runs]:
    """Setup group -> setup -> the lots of a run; a row without a group belongs to that above it."""
    found: dict[str, dict[str, tuple[Row, int]]] = {}
    group = ""
    for row, group in _with_groups(table):
        for column in _CRITERIA:
            if row[column]:
                message = f"{column} '{row[column]}' is not read"
                notes.warn(row, column, "unsupported-value", message, "MINRUN alone")
        run = cells.count(notes, row, "MINRUN")
        if not group:
            cells.required(notes, row, "SETUPGRP")
        if row["SETUP"] and run is not None:
            found.setdefault(group, {})[row["SETUP"]] = (row, run)
    return dict(found)


def _with_groups(table: AsdTable | None) -> Iterator[tuple[Row, str]]:
    group = ""
    for row in table.rows if table else ():
        group = row["SETUPGRP"] or group
        yield row, group
