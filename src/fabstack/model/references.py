"""Names that point nowhere: references between tables, inside texts, and addresses of cells.

Problems know table, row and column but no file; `fabstack.formats` attaches the places.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter

from fabstack.errors import did_you_mean
from fabstack.model.cells import SECTION_KEY, Cell, cells_at
from fabstack.model.fields import columns_of
from fabstack.model.lookup import by_key
from fabstack.model.programme import Programme, sections, tables
from fabstack.model.roadmap import occupied, predecessors

_CURES = 20  # looking for the nearest name takes time; nobody reads more of them


@dataclass(frozen=True, slots=True)
class Problem:
    """A cell whose text points at nothing; `row` counts from 0 within its table."""

    table: str
    row: int
    column: str
    code: str
    message: str
    expected: str = ""
    cure: str = ""


def problems(programme: Programme, in_doubt: Collection[str] = ()) -> Iterator[Problem]:
    """Every reference that points nowhere; tables `in_doubt` have names that are not all known."""
    yield from _broken_references(programme, in_doubt)
    yield from _broken_steps(programme, in_doubt)
    yield from _broken_predecessors(programme, in_doubt)
    yield from _broken_limits(programme, in_doubt)
    yield from _broken_phases(programme, in_doubt)
    yield from _broken_delays(programme, in_doubt)
    for table, column in _CELL_COLUMNS:
        yield from _broken_addresses(programme, table, column, in_doubt)


_CELL_COLUMNS = (
    ("sources", "cell"),
    ("risks", "cell"),
    ("correlations", "first"),
    ("correlations", "second"),
    ("changes", "cell"),
)


def noun(table: str) -> str:
    """What one row of a table is called: `tool_groups` -> `tool group`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", tables()[table].__name__).lower()


def _broken_references(programme: Programme, in_doubt: Collection[str]) -> Iterator[Problem]:
    for table, row_class in tables().items():
        for column in columns_of(row_class):
            if column.refers_to and not set(column.refers_to) & set(in_doubt):
                yield from _unknown_names(programme, table, column.name, column.refers_to)


def _unknown_names(
    programme: Programme, table: str, column: str, targets: tuple[str, ...]
) -> Iterator[Problem]:
    known = [name for target in targets for name in by_key(programme.table(target))]
    what = " or ".join(map(noun, targets))
    values = list(map(attrgetter(column), programme.table(table)))
    unknown = set(map(str, set(values) - {None})).difference(known)
    cures = _cures(unknown, known)
    for row, value in enumerate(values if unknown else ()):
        if str(value) in unknown:
            message, cure = f"no {what} '{value}'", cures.get(str(value), "")
            yield Problem(table, row, column, "unknown-reference", message, cure=cure)


def _cures(unknown: Iterable[str], known: Sequence[str]) -> dict[str, str]:
    return {name: did_you_mean(name, known) for name in sorted(unknown)[:_CURES]}


def _broken_steps(programme: Programme, in_doubt: Collection[str]) -> Iterator[Problem]:
    if "steps" in in_doubt:
        return
    for table, column in _STEP_COLUMNS:
        if set(map(attrgetter(column), programme.table(table))) - {None}:
            yield from _unknown_steps(programme, table, column)


_STEP_COLUMNS = (
    ("steps", "rework_to"),
    ("steps", "queue_limit_to"),
    ("steps", "same_tool_as"),
    ("wip", "step"),
)


def _unknown_steps(programme: Programme, table: str, column: str) -> Iterator[Problem]:
    known = set(map(attrgetter("route", "step"), programme.steps))
    values = list(map(attrgetter("route", column), programme.table(table)))
    unknown = {named for named in set(values) if named[1] is not None}.difference(known)
    for row, named in enumerate(values if unknown else ()):
        if named in unknown:
            message = f"route '{named[0]}' has no step {named[1]}"
            yield Problem(table, row, column, "unknown-step", message, "the number of a step")


def _broken_predecessors(programme: Programme, in_doubt: Collection[str]) -> Iterator[Problem]:
    known = tuple(by_key(programme.activities))
    for row, activity in enumerate(programme.activities):
        try:
            names = [before.activity for before in predecessors(activity.after)]
        except ValueError as error:
            form = "activities such as 'shell; tools + 2; design start + 6'"
            yield Problem("activities", row, "after", "bad-predecessor", str(error), form)
            continue
        for name in names if "activities" not in in_doubt else ():
            if name not in known:
                message, cure = f"no activity '{name}'", did_you_mean(name, known)
                yield Problem("activities", row, "after", "unknown-reference", message, cure=cure)


def _broken_limits(programme: Programme, in_doubt: Collection[str]) -> Iterator[Problem]:
    for row, activity in enumerate(programme.activities):
        try:
            names = [one.limit for one in occupied(activity.limit)]
        except ValueError as error:
            yield Problem("activities", row, "limit", "bad-limit", str(error), "crew 2; crane")
            continue
        for name in names if "shared_limits" not in in_doubt else ():
            yield from _unknown_limit(programme, row, activity.plant, name)


def _broken_phases(programme: Programme, in_doubt: Collection[str]) -> Iterator[Problem]:
    if {"tool_groups", "phases"} & set(in_doubt):
        return
    groups = by_key(programme.tool_groups)
    for row, delivery in enumerate(programme.deliveries):
        if not delivery.phase or delivery.tool_group not in groups:
            continue
        plant = groups[delivery.tool_group].plant
        known = [phase.phase for phase in programme.phases if phase.plant == plant]
        if delivery.phase not in known:
            others = [one.plant for one in programme.phases if one.phase == delivery.phase]
            elsewhere = f", but plant '{others[0]}' has" if others else ""
            message = f"plant '{plant}' has no phase '{delivery.phase}'{elsewhere}"
            expected = f"a phase of the plant of tool group '{delivery.tool_group}', or blank"
            cure = did_you_mean(delivery.phase, known)
            yield Problem("deliveries", row, "phase", "unknown-reference", message, expected, cure)


def _unknown_limit(
    programme: Programme, row: int, plant: str | None, name: str
) -> Iterator[Problem]:
    known = [limit.name for limit in programme.shared_limits if limit.plant == plant]
    if name not in known:
        message = f"plant '{plant or ''}' has no shared limit '{name}'"
        cure = did_you_mean(name, sorted(known))
        yield Problem("activities", row, "limit", "unknown-reference", message, cure=cure)


def _broken_delays(programme: Programme, in_doubt: Collection[str]) -> Iterator[Problem]:
    if _DELAYED & set(in_doubt):
        return
    known = [name for table in sorted(_DELAYED) for name in by_key(programme.table(table))]
    for row, event in enumerate(programme.risk_events):
        for name in sorted(set(event.named).difference(known)):
            message = f"no activity, tool group or vendor line '{name}'"
            cure = did_you_mean(name, known)
            yield Problem("risk_events", row, "delays", "unknown-reference", message, cure=cure)


_DELAYED = frozenset({"activities", "tool_groups", "vendor_lines"})


def _broken_addresses(
    programme: Programme, table: str, column: str, in_doubt: Collection[str]
) -> Iterator[Problem]:
    for row, value in enumerate(programme.table(table)):
        address = getattr(value, column)
        fault = address_fault(programme, address, in_doubt, of_many=table == "sources")
        if fault:
            yield Problem(table, row, column, "unknown-cell", fault[0], cure=fault[1])


def address_fault(
    programme: Programme, address: str, in_doubt: Collection[str] = (), *, of_many: bool = False
) -> tuple[str, str] | None:
    """What is wrong with the address of a cell, and the cure; None where the cell exists.

    With `of_many`, an address may fit many rows (see `cells_at`), but at least one.
    """
    try:
        cell = Cell.parse(address)
    except ValueError as error:
        return str(error), ""
    classes = {**sections(), **tables()}
    if cell.table not in classes:
        return f"'{address}': no table '{cell.table}'", did_you_mean(cell.table, tuple(classes))
    columns = [known.name for known in columns_of(classes[cell.table])]
    if cell.column not in columns:
        message = f"'{address}': no column '{cell.column}' in {cell.table}"
        return message, did_you_mean(cell.column, columns)
    keys = _keys(programme, cell.table)
    if cell.key in keys or cell.table in in_doubt:
        return None
    if of_many and set(cells_at(programme, cell)) - {cell}:
        return None
    return f"'{address}': no row '{cell.key}' in {cell.table}", did_you_mean(cell.key, tuple(keys))


def _keys(programme: Programme, table: str) -> Collection[str]:
    if table in sections():
        return (SECTION_KEY,)
    return by_key(programme.table(table)).keys()
