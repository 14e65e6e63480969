"""What a rule finds, before anyone knows in which file it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from fabstack.model import Programme, key_of, sections, tables
from fabstack.model.cells import SECTION_KEY, Cell


class Severity(StrEnum):
    """How bad a fault is: errors stop a run, the others do not."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong or doubtful with a cell; a blank column means its whole row."""

    cell: Cell
    severity: Severity
    code: str
    message: str
    expected: str = ""
    cure: str = ""
    judges: Cell | None = None  # the cell that was held against evidence or against another cell


Rule = Callable[[Programme], Iterable[Fault]]

_TABLES = {row_class: name for name, row_class in {**tables(), **sections()}.items()}


def cell_of(row: object, column: str = "") -> Cell:
    """The address of a cell of a row; a blank column gives that of the row."""
    table = _TABLES[type(row)]
    return Cell(table, SECTION_KEY if table in sections() else key_of(row), column)


def error(row: object, column: str, code: str, message: str, **more: Any) -> Fault:
    """A fault that stops a run; `more` are `expected`, `cure` and `judges`."""
    return Fault(cell_of(row, column), Severity.ERROR, code, message, **more)


def warning(row: object, column: str, code: str, message: str, **more: Any) -> Fault:
    """A fault that is probably a mistake."""
    return Fault(cell_of(row, column), Severity.WARNING, code, message, **more)


def note(row: object, column: str, code: str, message: str, **more: Any) -> Fault:
    """Something to know."""
    return Fault(cell_of(row, column), Severity.NOTE, code, message, **more)
