"""Rules for what backs a programme: sources, risks, correlations, scenarios."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from fabstack.check.faults import Fault, error, note, warning
from fabstack.check.measures import unit_factor
from fabstack.formats.values import value_of
from fabstack.model import Distribution, Kind, Programme, by_key, column, columns_of, tables
from fabstack.model.cells import Cell, value_at
from fabstack.model.evidence import Risk

FAR = 3.0  # times the cell's value: a mean that lies farther away is probably in another unit
_UNSOURCED = ("sources", "risks", "correlations", "scenarios", "changes", "mission", "claims")
_NUMBERS = ("number", "distribution")
_BOUNDED = (Kind.CONSTANT, Kind.UNIFORM, Kind.TRIANGULAR, Kind.PERT, Kind.EMPIRICAL)


def number_in(programme: Programme, address: str) -> float | None:
    """The number in a cell, the mean where it holds a distribution; None where there is none."""
    found = value_at(programme, Cell.parse(address))
    if isinstance(found, Distribution):
        return found.mean
    is_number = isinstance(found, int | float) and not isinstance(found, bool)
    return float(found) if is_number else None


# --- Sources ----------------------------------------------------------------------------------


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
        value = number_in(programme, source.cell)
        low = -math.inf if source.low is None else source.low
        high = math.inf if source.high is None else source.high
        if value is not None and low <= high and not _within(value, low, high):
            yield warning(
                source,
                "low" if value < low else "high",
                "outside-source",
                f"{source.cell} is {value:g}, but '{source.source}' says {low:g} to {high:g}",
                expected=f"{low:g} to {high:g}",
                cure="correct the value, the range or its unit",
                judges=Cell.parse(source.cell),
            )


def _within(value: float, low: float, high: float) -> bool:
    slack = 1e-9 * max(abs(low), abs(high)) if math.isfinite(high - low) else 0.0
    return low - slack <= value <= high + slack


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
    if cell.table == "claims":
        return by_key(programme.claims)[cell.key].unit
    found = column(cell.table, cell.column)
    return found.unit if found else ""


def unsourced_numbers(programme: Programme) -> Iterator[Fault]:
    """Tables with numbers that no source backs; a programme without any source is spared."""
    backed = {source.cell for source in programme.sources}
    for table, row_class in tables().items() if backed else ():
        if table in _UNSOURCED:
            continue
        wanted = [(c.name, c.default) for c in columns_of(row_class) if c.kind in _NUMBERS]
        missing = [
            (row, name)
            for key, row in by_key(programme.table(table)).items()
            for name, default in wanted
            if getattr(row, name) != default and f"{table}/{key}/{name}" not in backed
        ]
        if missing:
            columns = ", ".join(dict.fromkeys(name for _, name in missing))
            yield note(
                *missing[0],
                "no-source",
                f"numbers without a source in {table}: {len(missing):,} (columns {columns})",
                expected="a row in sources with low, high, year and grade",
                cure="add sources, or accept that these are estimates",
            )


# --- Risks ------------------------------------------------------------------------------------


def risks_of_words(programme: Programme) -> Iterator[Fault]:
    """Risks of cells that hold no number."""
    for risk in programme.risks:
        if number_in(programme, risk.cell) is None:
            held = value_at(programme, Cell.parse(risk.cell))
            yield error(
                risk,
                "cell",
                "risk-without-number",
                f"{risk.cell} is {'blank' if held is None else repr(str(held))}: it cannot vary",
                expected="the address of a number",
                cure="name another cell, or write a number there",
            )


def risks_far_from_their_value(programme: Programme) -> Iterator[Fault]:
    """Risks that vary about quite another value than the one that stands in the cell."""
    for risk in programme.risks:
        value = number_in(programme, risk.cell)
        if value is not None and _is_far(risk.distribution, value):
            yield warning(
                risk,
                "distribution",
                "far-from-value",
                f"{risk.distribution} has mean {risk.distribution.mean:.4g}, but {risk.cell} is "
                f"{value:g}",
                expected=f"a distribution about {value:g}",
                cure="correct the value or the distribution; both are in the unit of the cell",
                judges=Cell.parse(risk.cell),
            )


def _is_far(distribution: Distribution, value: float) -> bool:
    if distribution.kind in _BOUNDED:
        low, high = min(distribution.parameters), max(distribution.parameters)
        return not _within(value, low, high)
    mean = distribution.mean
    return value * mean <= 0 or max(mean / value, value / mean) > FAR


def risks_out_of_bounds(programme: Programme) -> Iterator[Fault]:
    """Risks that can give a value which the cell does not allow."""
    for risk in programme.risks:
        cell = Cell.parse(risk.cell)
        found = column(cell.table, cell.column)
        for limit, bound in found.bounds.items() if found else ():
            fault = _beyond(risk, limit, bound)
            if fault:
                yield fault


def _beyond(risk: Risk, limit: str, bound: float) -> Fault | None:
    drawn = risk.distribution
    bounded = drawn.kind in _BOUNDED
    low, high = drawn.lowest, max(drawn.parameters) if bounded else math.inf
    allowed = {"ge": low >= bound, "gt": low > bound, "le": high <= bound, "lt": high < bound}
    if allowed[limit] or (not bounded and (limit == "gt" or low > bound)):
        return None
    end = low if limit in ("ge", "gt") else high
    drawn_end = "any size" if math.isinf(end) else f"{end:g}"
    word = {"ge": "at least", "gt": "above", "le": "at most", "lt": "below"}[limit]
    tell = error if bounded else warning
    return tell(
        risk,
        "distribution",
        "risk-out-of-bounds",
        f"{drawn} can give {drawn_end}, which {risk.cell} does not allow",
        expected=f"{word} {bound:g}",
        cure="narrow the distribution, for example triangular(low, mode, high)",
    )


def idle_correlations(programme: Programme) -> Iterator[Fault]:
    """Correlations of cells that do not vary, or of a cell with itself."""
    varying = {risk.cell for risk in programme.risks}
    for row in programme.correlations:
        for name in ("first", "second"):
            if getattr(row, name) not in varying:
                yield warning(
                    row,
                    name,
                    "no-effect",
                    f"{getattr(row, name)} does not vary, so the correlation has no effect",
                    expected="a cell in risks",
                    cure="add the cell to risks, or remove the correlation",
                )
        if row.first == row.second:
            yield error(
                row,
                "second",
                "correlated-with-itself",
                f"{row.first} is correlated with itself",
                expected="two different cells",
            )


def impossible_correlations(programme: Programme) -> Iterator[Fault]:
    """Correlations that contradict each other: no set of numbers can move together like that."""
    rows = [row for row in programme.correlations if row.first != row.second]
    cells = list(dict.fromkeys(cell for row in rows for cell in (row.first, row.second)))
    place = {cell: i for i, cell in enumerate(cells)}
    matrix = np.eye(len(cells))
    for row in rows:
        first, second = place[row.first], place[row.second]
        matrix[first, second] = matrix[second, first] = row.rho
    if rows and float(np.linalg.eigvalsh(matrix)[0]) < -1e-9:
        strongest = max(rows, key=lambda row: abs(row.rho))
        yield error(
            strongest,
            "rho",
            "impossible-correlations",
            f"the {len(rows)} correlations contradict each other (their matrix has a negative "
            "eigenvalue)",
            expected="a positive semidefinite matrix",
            cure="if a moves with b and b with c, then a must move with c; weaken or add one",
        )


# --- Scenarios --------------------------------------------------------------------------------


def empty_scenarios(programme: Programme) -> Iterator[Fault]:
    """Scenarios that change nothing because they have no changes."""
    used = {change.scenario for change in programme.changes}
    for scenario in programme.scenarios:
        if scenario.name not in used:
            yield warning(
                scenario,
                "name",
                "empty-scenario",
                f"scenario '{scenario.name}' has no changes",
                expected="rows in changes",
                cure="say in changes which cells it sets",
            )


def idle_changes(programme: Programme) -> Iterator[Fault]:
    """Changes to the value that stands in the cell anyway."""
    for change in programme.changes:
        if _changes_nothing(programme, change.cell, change.value):
            yield warning(
                change,
                "value",
                "no-change",
                f"{change.cell} is {change.value} already",
                expected="another value",
                cure="correct the value, or remove the change",
                judges=Cell.parse(change.cell),
            )


def _changes_nothing(programme: Programme, address: str, text: str) -> bool:
    cell = Cell.parse(address)
    wanted = column(cell.table, cell.column)
    return wanted is not None and bool(value_of(wanted, text) == value_at(programme, cell))
