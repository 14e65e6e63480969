"""Parts and their routes.

PTIME is for a lot, a piece or a batch (PTPER). On a cascading tool the second column, BatchInterval
or PartInterval, says after which time the next lot or piece may follow. SVESTN with FORSTEP keeps
the tool of a step for a later one. RWKSTEP, FORSTEP and STEP_CQT name steps as STEP does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fabstack.errors import did_you_mean
from fabstack.formats.autosched import cells
from fabstack.formats.autosched.cells import HOUR, Spread
from fabstack.formats.autosched.notes import Notes
from fabstack.formats.autosched.sheets import Sheets
from fabstack.formats.autosched.table import AsdTable, Row
from fabstack.formats.autosched.tools import PLANT, SAME_FAMILY, Family
from fabstack.model.routes import Basis

BASES = {"per_lot": Basis.LOT, "per_piece": Basis.CARRIER, "per_batch": Basis.BATCH}
USUAL_LOT = 25  # wafers, where no order says how many
_PROCESS = Spread("PDIST", "PTIME", "PTIME2", "PTUNITS")
_INTERVALS = {
    "per_lot": ("BatchInterval", "BatchIntUnits"),
    "per_piece": ("PartInterval", "PartIntUnits"),
}


@dataclass(slots=True)
class Part:
    """A product with its route."""

    row: Row
    route: str  # its name in the programme
    steps: AsdTable
    numbers: dict[str, int] = field(default_factory=dict)  # STEP -> number in the programme
    kept_by: dict[int, int] = field(default_factory=dict)  # step -> the one whose tool it needs


def parts_of(table: AsdTable, routes: Mapping[str, AsdTable], notes: Notes) -> dict[str, Part]:
    """The parts by name; a route that several parts share is theirs one by one."""
    shared = Counter(row["ROUTE"] for row in table.rows)
    found: dict[str, Part] = {}
    for row in table.rows:
        name, route = cells.required(notes, row, "PART"), cells.required(notes, row, "ROUTE")
        file = cells.required(notes, row, "ROUTEFILE")
        if name in found:
            notes.error(row, "PART", "duplicate-key", f"'{name}' stands twice", "each name once")
        elif name and route and file in routes:
            own = route if shared[route] == 1 else f"{route} {name}"
            part = found[name] = Part(row, own, routes[file])
            _number_steps(part, notes)
            _keep_tools(part, notes)
    return found


def _number_steps(part: Part, notes: Notes) -> None:
    """STEP as the number of a step; where it is a word, steps are numbered in order."""
    rows = _rows(part)
    names = [row["STEP"] for row in rows]
    if all(name.isdecimal() for name in names):
        numbers = [int(name) for name in names]
    else:
        numbers = list(range(1, len(names) + 1))
    for row, name, at in zip(rows, names, numbers, strict=True):
        if part.numbers.setdefault(name, at) != at or not name:
            message = f"step '{name}' stands twice in route '{row['ROUTE']}'"
            notes.error(row, "STEP", "duplicate-key", message, "each step once")


def _rows(part: Part) -> list[Row]:
    route = part.row["ROUTE"]
    return [row for row in part.steps.rows if row["ROUTE"] == route]


def _keep_tools(part: Part, notes: Notes) -> None:
    for row in _rows(part):
        keeps = cells.truth(notes, row, "SVESTN")
        if keeps != bool(row["FORSTEP"]):
            message = "SVESTN and FORSTEP do not go together"
            expected = "yes and the later step, or both blank"
            notes.error(row, "FORSTEP", "half-written", message, expected)
        later = step_number(part, row, "FORSTEP", notes) if keeps else None
        if later is None:
            continue
        if later in part.kept_by:
            message = f"step {later} already needs the tool of step {part.kept_by[later]}"
            notes.error(row, "FORSTEP", "two-dedications", message, "one step")
        part.kept_by[later] = part.numbers[row["STEP"]]


def step_number(part: Part, row: Row, column: str, notes: Notes) -> int | None:
    """The number of the step that a cell names."""
    name = row[column]
    if not name or name in part.numbers:
        return part.numbers.get(name)
    message = f"route '{part.row['ROUTE']}' has no step '{name}'"
    cure = did_you_mean(name, [*part.numbers])
    notes.error(row, column, "unknown-step", message, "a value of STEP", cure)
    return None


def add_routes(
    parts: Mapping[str, Part],
    families: Mapping[str, Family],
    lots: Mapping[str, Counter[int]],
    notes: Notes,
    sheets: Sheets,
) -> None:
    """Rows of items, routes and steps; `lots` counts the sizes of the lots of each part."""
    for name, part in parts.items():
        group, family = part.row["PARTGRP"], part.row["PARTFAM"]
        title = f"{family} ({group})" if group and family else family or group
        sizes = lots.get(name) or Counter([USUAL_LOT])
        sheets.add("items", part.row, name=name, kind="wafer", title=title)
        sheets.add(
            "routes",
            part.row,
            name=part.route,
            item=name,
            plant=PLANT,
            carriers_per_lot=sizes.most_common(1)[0][0],
        )
        if not _rows(part):
            message = f"'{part.steps.file}' has no route '{part.row['ROUTE']}'"
            notes.error(part.row, "ROUTE", "empty-route", message, "steps with this ROUTE")
        for row in _rows(part):
            _add_step(part, row, families, notes, sheets)


def _add_step(
    part: Part, row: Row, families: Mapping[str, Family], notes: Notes, sheets: Sheets
) -> None:
    family = families.get(row["STNFAM"])
    sheets.add(
        "steps",
        row,
        route=part.route,
        step=part.numbers[row["STEP"]],
        name=row["DESC"] or row["STEP"],
        tool_group=row["STNFAM"],
        process=cells.time(notes, row, _PROCESS),
        **_basis(part, row, family, notes),
        **_setup(row, notes),
        sampling_percent=cells.number(notes, row, "StepPercent"),
        **_rework(part, row, notes),
        **_queue_limit(part, row, notes),
        same_tool_as=part.kept_by.get(part.numbers[row["STEP"]]),
    )


def _basis(part: Part, row: Row, family: Family | None, notes: Notes) -> dict[str, Any]:
    per = cells.one_of(notes, row, "PTPER", tuple(BASES)) or "per_lot"
    intervals = {
        column: cells.minutes(notes, row, column, unit) for column, unit in _INTERVALS.values()
    }
    own = intervals.pop(_INTERVALS[per][0]) if per in _INTERVALS else None
    for column, value in intervals.items():
        if value is not None:
            message = f"{column} does not go with {per}"
            notes.error(row, column, "unexpected-value", message, "a blank cell")
    if family is not None and (own is not None) != family.cascades:
        _note_cascade(row, family, per, notes)
    return {"basis": BASES[per], "interval_min": own or None, **_batch(part, row, family, notes)}


def _note_cascade(row: Row, family: Family, per: str, notes: Notes) -> None:
    column = _INTERVALS.get(per, ("PTPER",))[0]
    has = "none" if family.cascades else "one"
    message = f"'{family.name}' has STNCAP '{family.row['STNCAP']}', but this step has {has} of it"
    expected = "an interval where STNCAP is 2, and nowhere else"
    cure = "the step is read by its own columns: without an interval it takes lots one by one"
    notes.warn(row, column, "odd-interval", message.replace("of it", "interval"), expected, cure)


def _batch(part: Part, row: Row, family: Family | None, notes: Notes) -> dict[str, Any]:
    batches = row["PTPER"] == "per_batch"
    least, most = cells.count(notes, row, "BATCHMN"), cells.count(notes, row, "BATCHMX")
    if batches != bool(least and most):
        message = (
            f"PTPER is '{row['PTPER']}', BATCHMN '{row['BATCHMN']}', BATCHMX '{row['BATCHMX']}'"
        )
        notes.error(row, "PTPER", "half-written", message, "both sizes with per_batch, else none")
    if not batches:
        return {}
    criterion = "" if family is None else family.row["BATCHCRITF"]
    shared = part.route != part.row["ROUTE"]
    together = f"{row['ROUTE']} {row['STEP']}" if shared else None
    if criterion == SAME_FAMILY:
        together = f"{part.row['PARTFAM']} {row['STEP']}"
    return {"batch_minimum": least, "batch_maximum": most, "batch_family": together}


def _setup(row: Row, notes: Notes) -> dict[str, Any]:
    if not row["SETUP"]:
        if row["WHEN"] or row["STIME"]:
            message = "WHEN or STIME stands without SETUP"
            notes.error(row, "SETUP", "half-written", message, "the name of a setup")
        return {}
    if cells.one_of(notes, row, "WHEN", ("need", "always")) == "always":
        message = "a setup before every lot cannot be said; it is done when needed"
        notes.warn(row, "WHEN", "unsupported-value", message, "need")
    return {"setup": row["SETUP"], "setup_min": cells.minutes(notes, row, "STIME", "STUNITS")}


def _rework(part: Part, row: Row, notes: Notes) -> dict[str, Any]:
    if bool(row["RWKSTEP"]) != bool(row["REWORK"]):
        message = "RWKSTEP and REWORK do not go together"
        notes.error(row, "RWKSTEP", "half-written", message, "a step and a percentage")
    if row["RWKTYPE"]:
        cells.one_of(notes, row, "RWKTYPE", ("lot",))
    return {
        "rework_percent": cells.number(notes, row, "REWORK"),
        "rework_to": step_number(part, row, "RWKSTEP", notes),
    }


def _queue_limit(part: Part, row: Row, notes: Notes) -> dict[str, Any]:
    limit = cells.minutes(notes, row, "CQT", "CQTUNITS")
    return {
        "queue_limit_h": None if limit is None else cells.tidy(limit / HOUR),
        "queue_limit_to": step_number(part, row, "STEP_CQT", notes),
    }
