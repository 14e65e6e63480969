"""What-if: a programme with some of its cells set to other values, given as text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from fabstack.errors import Finding, InputError, did_you_mean
from fabstack.formats.columns import fault_of
from fabstack.formats.faults import Fault, fault_from
from fabstack.formats.places import Place
from fabstack.formats.values import thing_in, value_of
from fabstack.model import Column, Programme, by_key, column, key_columns, key_of
from fabstack.model.cells import Cell, changed, row_at, value_at, with_value, with_values
from fabstack.model.counting import things_counted
from fabstack.model.evidence import Change
from fabstack.model.references import Problem, address_fault, problems

Where = Callable[[Cell], Place]


def by_address(cell: Cell) -> Place:
    """The place of a cell of a programme that has no file: its address."""
    return Place(str(cell))


def cell_value(programme: Programme, cell: Cell | str) -> Any:
    """What stands in a cell.

    Raises:
        InputError: there is no such cell.
    """
    return value_at(programme, _existing(programme, cell))


def set_cell(programme: Programme, cell: Cell | str, text: str) -> Programme:
    """The programme with `text` in one cell, read as it would be in a file.

    Raises:
        InputError: there is no such cell, or the text does not belong into it.
    """
    cell = _existing(programme, cell)
    value = _new_value(programme, cell, text)
    if isinstance(value, Fault):
        raise InputError([value.at(by_address(cell))])
    return _sound(with_value(programme, cell, value), [cell], by_address)


def with_scenario(programme: Programme, name: str, where: Where = by_address) -> Programme:
    """The programme with the changes of the scenario called `name`.

    Raises:
        InputError: there is no such scenario, or its changes break the programme.
    """
    changes = changes_of(programme, name, where)
    sources = {cell: value_cell(change) for cell, change in changes.items()}
    values = {cell: _new_value(programme, cell, change.value) for cell, change in changes.items()}
    faults = {cell: value for cell, value in values.items() if isinstance(value, Fault)}
    if faults:
        raise InputError(fault.at(where(sources[cell])) for cell, fault in faults.items())
    new = with_values(programme, values)
    return _sound(new, changes, lambda cell: where(sources.get(cell, cell)))


def changes_of(programme: Programme, name: str, where: Where = by_address) -> Mapping[Cell, Change]:
    """The changes of a scenario by the cell that each sets.

    Raises:
        InputError: there is no such scenario.
    """
    known = tuple(by_key(programme.scenarios))
    if name not in known:
        fault = Fault("unknown-scenario", f"no scenario '{name}'", cure=did_you_mean(name, known))
        raise InputError([fault.at(where(Cell("scenarios", name, "name")))])
    return {
        Cell.parse(change.cell): change for change in programme.changes if change.scenario == name
    }


def change_faults(programme: Programme) -> Iterator[tuple[int, Fault]]:
    """Changes whose value does not belong into their cell, with the number of their row."""
    for row, change in enumerate(programme.changes):
        if address_fault(programme, change.cell) is None:
            value = _new_value(programme, Cell.parse(change.cell), change.value)
            if isinstance(value, Fault):
                yield row, value


def value_cell(change: Change) -> Cell:
    """The cell in which the new value of a change stands."""
    return Cell("changes", key_of(change), "value")


def _existing(programme: Programme, cell: Cell | str) -> Cell:
    fault = address_fault(programme, str(cell))
    if fault:
        raise InputError([Fault("unknown-cell", fault[0], cure=fault[1]).at(Place(str(cell)))])
    return Cell.parse(str(cell))


def _new_value(programme: Programme, cell: Cell, text: str) -> Any:
    """The value that `text` stands for in a cell, or the Fault that forbids it."""
    wanted = _column(cell)
    if cell.column in key_columns(cell.table):
        return Fault("change-of-key", f"{cell.column} names its row and cannot be changed")
    value = value_of(wanted, text)
    if isinstance(value, Fault):
        return value
    row = row_at(programme, cell)
    try:
        changed(row, cell.column, value)
    except ValidationError as error:
        return fault_of(error.errors(include_url=False)[0], wanted)
    return wrong_thing(programme, row, wanted, thing_in(wanted, text)) or value


def wrong_thing(programme: Programme, row: Any, column: Column, thing: str) -> Fault | None:
    """The fault of a cell that counts one thing where its row counts another."""
    right = things_counted(programme, row, column.counts) if thing else frozenset()
    if not right or thing in right:
        return None
    expected = " or ".join(f"{name}s" for name in sorted(right))
    return Fault("wrong-unit", f"{column.name} is in {thing}s", expected)


def _column(cell: Cell) -> Column:
    found = column(cell.table, cell.column)
    assert found is not None, "addresses are checked before"
    return found


def _sound(programme: Programme, cells: Iterable[Cell], where: Where) -> Programme:
    """The programme itself, unless setting `cells` has left a reference without its target."""
    if not any(_column(cell).kind in ("text", "integer") for cell in cells):
        return programme
    findings = [_finding(programme, problem, where) for problem in problems(programme)]
    if findings:
        raise InputError(findings)
    return programme


def _finding(programme: Programme, problem: Problem, where: Where) -> Finding:
    key = key_of(programme.table(problem.table)[problem.row])
    return fault_from(problem).at(where(Cell(problem.table, key, problem.column)))
