"""Why an order cannot be there by the end of a period: the limits whose duals prove it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from fabstack.plan.causes import Causes
from fabstack.plan.highs import Solution
from fabstack.plan.promise_program import Promising
from fabstack.plan.words import Cause, Words

ROWS = ("tool_hours", "phases", "supply", "step_above", "people")
COLUMNS = ("starts", "taken", "converted", "stock")
NOTHING = 1e-9  # units of the order for one more unit of a limit: none


class Hold(NamedTuple):
    """A limit on the way to an earlier date; numbers are of one period."""

    kind: str  # code of the kind of cause, as in a plan's reasons
    name: str
    period: int
    amount: float  # there is, all of it in use
    unit: str
    brings: float  # units of the order by that date for one more; 0: not a matter of amounts
    lacks: float | None  # at least so much more would be needed; None: not a matter of amounts
    explanation: str


def holds(program: Promising, solution: Solution, last: int, missing: float) -> tuple[Hold, ...]:
    """What keeps `missing` units from being there by the end of a period, the strongest first."""
    words = Words(program.model, solution)
    found = [*_rows(program, solution, words, missing), *_bounds(program, solution, words, missing)]
    if not found:
        return (_closed(program, solution, last),)
    return tuple(sorted(found, key=_weight))


def _weight(hold: Hold) -> tuple[float, int, str]:
    """What counts most comes first; the same but for rounding, in the order of the periods."""
    return -float(f"{hold.brings * hold.amount:.6g}"), hold.period, hold.name


def _rows(program: Promising, solution: Solution, words: Words, missing: float) -> Iterator[Hold]:
    rows = np.concatenate([program.model.rows[name].ravel() for name in ROWS])
    worth = -solution.duals[rows]
    for row, brings in zip(rows[worth > NOTHING].tolist(), worth[worth > NOTHING], strict=True):
        room = words.room(row, is_row=True)
        cause = words.limit(row, 0.0)
        yield _hold(program, cause, room.amount, room.unit, float(brings), missing)


def _bounds(program: Promising, solution: Solution, words: Words, missing: float) -> Iterator[Hold]:
    columns = np.concatenate([program.model.columns[name].ravel() for name in COLUMNS])
    columns = columns[np.isfinite(program.model.arrays.upper[columns])]
    room = program.model.arrays.upper[columns] - solution.values[columns]
    is_full = (room <= NOTHING * np.maximum(solution.values[columns], 1.0)) & (
        solution.reduced_costs[columns] < -NOTHING
    )
    for column in columns[is_full].tolist():
        limit = words.room(column, is_row=False)
        brings = float(-solution.reduced_costs[column]) if limit.amount > 0 else 0.0
        cause = words.bound(column, 0.0)
        yield _hold(program, cause, limit.amount, limit.unit, brings, missing)


def _hold(
    program: Promising, cause: Cause, amount: float, unit: str, brings: float, missing: float
) -> Hold:
    period = program.model.facts.periods.name(cause.period)
    lacks = missing / brings if brings > 0 else None
    text = cause.explanation.split("; one more")[0]  # a worth in USD is that of a plan
    if lacks is not None:
        text = (
            f"{cause.name} has {amount:,.6g} {unit} in {period}, all of it in use; one more brings "
            f"{brings:,.4g} of {program.order.item}, so at least {lacks:,.6g} more would be needed"
        )
    return Hold(str(cause.code), cause.name, cause.period, amount, unit, brings, lacks, text)


def _closed(program: Promising, solution: Solution, last: int) -> Hold:
    """Where no amount of anything helps: the way that is not open yet, or what nobody makes."""
    nodes = program.model.facts.network.outlets[program.order.item]
    rows = program.model.rows["balance"][np.array(nodes, dtype=np.int64), last]
    cause = Causes(program.model, solution).of(rows, np.inf)
    return _hold(program, cause, 0.0, "", 0.0, 0.0)
