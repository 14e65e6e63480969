"""What is wrong with a cell, and how many such faults are shown."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from fabstack.errors import Finding
from fabstack.formats.places import Place
from fabstack.model.references import Problem

SHOWN_PER_COLUMN = 20  # of the same code; a whole column of wrong cells is one mistake, not 10,000


class Fault(NamedTuple):
    """A finding that does not know yet where it stands."""

    code: str
    message: str
    expected: str = ""
    cure: str = ""

    def at(self, place: Place) -> Finding:
        """The same as a finding."""
        return Finding(*place, self.code, self.message, self.expected, self.cure)


def fault_from(problem: Problem) -> Fault:
    """A problem of the model as a fault."""
    return Fault(problem.code, problem.message, problem.expected, problem.cure)


class CellFault(NamedTuple):
    """A fault of a cell; row -1 is the header, cell -1 the row as a whole."""

    row: int
    cell: int
    fault: Fault


def shown(faults: Iterable[CellFault]) -> Iterator[CellFault]:
    """The first few faults of each kind in each column, and how many more there are."""
    seen: defaultdict[tuple[int, str], int] = defaultdict(int)
    last: dict[tuple[int, str], CellFault] = {}
    for found in sorted(faults, key=lambda found: found[:2]):
        kind = (found.cell, found.fault.code)
        seen[kind] += 1
        if seen[kind] <= SHOWN_PER_COLUMN:
            yield found
        elif kind not in last:
            last[kind] = found
    for kind, found in last.items():
        more = seen[kind] - SHOWN_PER_COLUMN
        message = f"{more} more cells of this column have the same fault from here on"
        yield found._replace(fault=Fault(found.fault.code, message))


class Unreadable(Exception):
    """A whole file cannot be read; `finding` says why."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(str(finding))
        self.finding = finding
