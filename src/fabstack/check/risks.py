"""Rules for what varies between sampled futures: risks and their correlations."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from fabstack.check.faults import Fault, error, warning
from fabstack.check.sources import is_within, number_in
from fabstack.model import Distribution, Kind, Programme, column
from fabstack.model.cells import Cell, value_at
from fabstack.model.evidence import Risk

FAR = 3.0  # times the cell's value: a mean that lies farther away is probably in another unit
_BOUNDED = (Kind.CONSTANT, Kind.UNIFORM, Kind.TRIANGULAR, Kind.PERT, Kind.EMPIRICAL)


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
        return not is_within(value, low, high)
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
