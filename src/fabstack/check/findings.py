"""Faults become findings: each gets its place, and no kind floods the list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from fabstack.check.faults import Fault
from fabstack.errors import Finding
from fabstack.formats import Loaded, Place
from fabstack.model.cells import Cell
from fabstack.model.programme import sections

SHOWN = 20  # of one code in one column; a column of alike faults is one mistake

Where = Callable[[Cell], Place]


def findings(faults: Iterable[Fault], where: Where) -> tuple[Finding, ...]:
    """The faults in order of their places; of many alike ones the first few."""
    return tuple(sorted(_finding(fault, where(fault.cell)) for fault in _shown(faults)))


def in_files(loaded: Loaded) -> Where:
    """Places in the files that a programme was read from."""
    return lambda cell: loaded.place(*cell)


def by_table(cell: Cell) -> Place:
    """The file that a cell of a programme would stand in, had it been saved."""
    return Place("programme.toml" if cell.table in sections() else f"{cell.table}.csv")


def _finding(fault: Fault, place: Place) -> Finding:
    return Finding(
        *place, fault.code, fault.message, fault.expected, fault.cure, str(fault.severity)
    )


def _shown(faults: Iterable[Fault]) -> Iterator[Fault]:
    seen: Counter[tuple[str, str, str]] = Counter()
    last: dict[tuple[str, str, str], Fault] = {}
    for fault in faults:
        kind = (fault.cell.table, fault.cell.column, fault.code)
        seen[kind] += 1
        if seen[kind] <= SHOWN:
            yield fault
        else:
            last.setdefault(kind, fault)
    for kind, fault in last.items():
        more = seen[kind] - SHOWN
        yield replace(fault, message=f"{more} more rows have the same fault from here on", cure="")
