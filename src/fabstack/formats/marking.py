"""What is wrong between tables joins the faults of the cells in which it shows."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from itertools import chain

from fabstack.formats.faults import CellFault, Fault, fault_from
from fabstack.formats.scenarios import change_faults, wrong_thing
from fabstack.formats.tables import Table
from fabstack.model import Programme, column
from fabstack.model.references import problems

Marks = Iterator[tuple[str, int, str, Fault]]  # table, row, column, what is wrong


def mark_problems(
    programme: Programme, tables: Mapping[str, Table], unreadable: Collection[str]
) -> None:
    """Add what is wrong between tables to their faults, unless a cell is faulty anyway."""
    in_doubt = {name for name, table in tables.items() if table.names_in_doubt}.union(unreadable)
    faulty = {
        (name, found.row, found.cell) for name, table in tables.items() for found in table.faults
    }
    marks = chain(
        _broken(programme, in_doubt),
        (("changes", row, "value", fault) for row, fault in change_faults(programme)),
        _wrong_things(programme, tables),
    )
    for name, row, column_name, fault in marks:
        cell = tables[name].cell(column_name)
        if cell is not None and (name, row, cell) not in faulty:
            tables[name].faults.append(CellFault(row, cell, fault))


def _broken(programme: Programme, in_doubt: Collection[str]) -> Marks:
    for problem in problems(programme, in_doubt):
        yield problem.table, problem.row, problem.column, fault_from(problem)


def _wrong_things(programme: Programme, tables: Mapping[str, Table]) -> Marks:
    for name, table in tables.items():
        for column_name, things in table.things.items():
            counted = column(name, column_name)
            assert counted is not None
            for row, thing in things.items():
                fault = wrong_thing(programme, table.rows[row], counted, thing)
                if fault:
                    yield name, row, column_name, fault
