"""Rules for sources: what backs the numbers of a programme, and what does not fit them."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator

from fabstack.check.faults import Fault, error, note, warning
from fabstack.check.measures import unit_factor
from fabstack.model import (
    Column,
    Distribution,
    Programme,
    by_key,
    column,
    columns_of,
    key_of,
    tables,
)
from fabstack.model.cells import Cell, cells_at, value_at
from fabstack.model.sourcing import backed_cells

_UNSOURCED = ("sources", "risks", "correlations", "scenarios", "changes", "mission", "claims")
_NUMBERS = ("number", "distribution")


def reversed_ranges(programme: Programme) -> Iterator[Fault]:
    """Sources whose low is above their high."""
    for source in programme.sources:
        if source.low is not None and source.high is not None and source.low > source.high:
            yield error(
                source,
                "low",
                "reversed-range",
                f"the range of {source.cell} runs from {source.low:g} to {source.high:g}",
                expected=f"at most {source.high:g}",
                cure="swap low and high",
            )


def values_outside_their_source(programme: Programme) -> Iterator[Fault]:
    """Values that their own source does not allow."""
    for source in programme.sources:
        low = -math.inf if source.low is None else source.low
        high = math.inf if source.high is None else source.high
        if (low, high) == (-math.inf, math.inf):
            continue
        for cell in cells_at(programme, Cell.parse(source.cell)):
            value = number_in(programme, str(cell))
            if value is not None and low <= high and not is_within(value, low, high):
                yield warning(
                    source,
                    "low" if value < low else "high",
                    "outside-source",
                    f"{cell} is {value:g}, but '{source.source}' says {low:g} to {high:g}",
                    expected=f"{low:g} to {high:g}",
                    cure="correct the value, the range or its unit",
                    judges=cell,
                )


def wrong_source_units(programme: Programme) -> Iterator[Fault]:
    """Sources in another unit than the cell they speak of."""
    for source in programme.sources:
        unit = _unit_of(programme, source.cell)
        factor = unit_factor(source.unit, unit) if unit else 1.0
        if factor != 1.0:
            measures = "measures something else" if factor is None else f"is {factor:g} {unit}"
            yield warning(
                source,
                "unit",
                "wrong-source-unit",
                f"the source of {source.cell} is in {source.unit}, which {measures}",
                expected=unit,
                cure=f"low and high are read in {unit}; convert them",
            )


def _unit_of(programme: Programme, address: str) -> str:
    cell = Cell.parse(address)
    if cell.table == "claims" and cell.key in by_key(programme.claims):
        return by_key(programme.claims)[cell.key].unit
    found = column(cell.table, cell.column)
    return found.unit if found else ""


def unsourced_numbers(programme: Programme) -> Iterator[Fault]:
    """Tables with numbers that no source backs; a programme without any source is spared."""
    backed = backed_cells(programme)
    for table, row_class in tables().items() if backed else ():
        if table in _UNSOURCED:
            continue
        missing = {
            column.name: rows
            for column in columns_of(row_class)
            if column.kind in _NUMBERS and (rows := _unsourced(programme, table, column, backed))
        }
        if missing:
            name = next(iter(missing))
            total = sum(map(len, missing.values()))
            yield note(
                missing[name][0],
                name,
                "no-source",
                f"numbers without a source in {table}: {total:,} (columns {', '.join(missing)})",
                expected="a row in sources with low, high, year and grade",
                cure="add sources, or accept that these are estimates",
            )


def _unsourced(
    programme: Programme, table: str, column: Column, backed: Collection[str]
) -> list[object]:
    """Rows with a number of their own in a column that no source backs."""
    rows = programme.table(table)
    own = [row for row in rows if getattr(row, column.name) != column.default]
    if not any(cell.startswith(f"{table}/") for cell in backed):
        return own
    return [row for row in own if f"{table}/{key_of(row)}/{column.name}" not in backed]


def number_in(programme: Programme, address: str) -> float | None:
    """The number in a cell, the mean where it holds a distribution; None where there is none."""
    found = value_at(programme, Cell.parse(address))
    if isinstance(found, Distribution):
        return found.mean
    is_number = isinstance(found, int | float) and not isinstance(found, bool)
    return float(found) if is_number else None


def is_within(value: float, low: float, high: float) -> bool:
    """Whether a value lies between two ends, rounding apart."""
    slack = 1e-9 * max(abs(low), abs(high)) if math.isfinite(high - low) else 0.0
    return low - slack <= value <= high + slack
