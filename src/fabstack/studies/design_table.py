"""A design as a table: columns are cells of a programme, rows are runs."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path

from fabstack import formats
from fabstack.errors import Finding, InputError
from fabstack.model import Programme
from fabstack.studies.sweep import Variant

NAME = "run"  # the column that names a row; rows without a name are numbered


def read_design(file: Path, programme: Programme) -> tuple[Variant, ...]:
    """The runs of a CSV file; a blank leaves a cell as it is, and lines that begin with # are text.

    Raises:
        InputError: the file cannot be read, a column is no cell of the programme, a value does not
            belong into its cell, or two runs have one name; all at once.
    """
    rows = _rows(file)
    if not rows:
        raise InputError([_finding(file, 1, 0, "empty-design", "there is no row with columns")])
    (first, head), *body = rows
    variants, found = [], [*_faults_of_head(file, first, head, programme)]
    if not found:
        for number, (line, row) in enumerate(body, start=1):
            found += _faults_of_row(file, line, head, row, programme)
            variants.append(_variant(number, head, row))
        found += _repeated(file, body, variants)
    if not found and not variants:
        found = [_finding(file, first, 0, "empty-design", "there are columns and no runs")]
    if found:
        raise InputError(found)
    return tuple(variants)


def crossed(
    values: Sequence[tuple[str, Sequence[str]]], programme: Programme
) -> tuple[Variant, ...]:
    """Every combination of the values of some cells.

    Raises:
        InputError: a cell is not there, or a value does not belong into it.
    """
    found = [
        fault
        for cell, texts in values
        for text in texts
        for fault in _refusals(programme, cell, text)
    ]
    if found:
        raise InputError(dict.fromkeys(found))
    cells = [cell for cell, _ in values]
    rows = itertools.product(*(texts for _, texts in values))
    return tuple(
        Variant(f"run {number}", dict(zip(cells, row, strict=True)))
        for number, row in enumerate(rows, start=1)
    )


def futures(count: int) -> tuple[Variant, ...]:
    """Sampled futures of the ramp, each with its dates and risks."""
    return tuple(Variant(f"future {number + 1}", {}, number) for number in range(count))


def _rows(file: Path) -> list[tuple[int, list[str]]]:
    """Lines with their numbers; blank ones and text are left out."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.reader(stream)
            rows = [(reader.line_num, [cell.strip() for cell in row]) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(
            [_finding(file, 0, 0, "unreadable-design", f"cannot be read: {error}")]
        ) from error
    return [(line, row) for line, row in rows if any(row) and not row[0].startswith("#")]


def _variant(number: int, head: list[str], row: list[str]) -> Variant:
    cells = {cell: text for cell, text in zip(head, row, strict=False) if text}
    return Variant(cells.pop(NAME, "") or f"run {number}", cells)


def _faults_of_head(
    file: Path, line: int, head: list[str], programme: Programme
) -> Iterator[Finding]:
    for column, cell in enumerate(head, start=1):
        if head.index(cell) < column - 1:
            yield _finding(file, line, column, "repeated-column", f"'{cell}' stands here twice")
        elif cell != NAME:
            try:
                formats.cell_value(programme, cell)
            except InputError as error:
                yield from (_moved(fault, file, line, column) for fault in error.findings)


def _faults_of_row(
    file: Path, line: int, head: list[str], row: list[str], programme: Programme
) -> Iterator[Finding]:
    if len(row) > len(head):
        message = f"{len(row)} values for {len(head)} columns"
        yield _finding(file, line, len(head) + 1, "too-many-values", message)
    for column, (cell, text) in enumerate(zip(head, row, strict=False), start=1):
        if text and cell != NAME:
            for fault in _refusals(programme, cell, text):
                yield _moved(fault, file, line, column)


def _refusals(programme: Programme, cell: str, text: str) -> tuple[Finding, ...]:
    try:
        formats.set_cell(programme, cell, text)
    except InputError as error:
        return error.findings
    return ()


def _repeated(
    file: Path, body: list[tuple[int, list[str]]], variants: list[Variant]
) -> Iterator[Finding]:
    seen: set[str] = set()
    for (line, _), variant in zip(body, variants, strict=True):
        if variant.name in seen:
            yield _finding(file, line, 1, "repeated-run", f"a run '{variant.name}' stands above")
        seen.add(variant.name)


def _moved(fault: Finding, file: Path, line: int, column: int) -> Finding:
    """The fault at its place in the design."""
    return Finding(str(file), line, column, fault.code, fault.message, fault.expected, fault.cure)


def _finding(file: Path, line: int, column: int, code: str, message: str) -> Finding:
    expected = "a CSV whose first line names cells (table/key/column), then a line for each run"
    return Finding(str(file), line, column, code, message, expected, "see the guide on studies")
