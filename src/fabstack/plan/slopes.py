"""What one more of a limit is worth, and what one fewer costs, by solving again.

A dual is a slope at a point. In a degenerate optimum it is one of several, between the gain of one
more and the loss of one fewer (the optimum of a linear program is concave in its limits, e.g.
Bertsimas and Tsitsiklis, Introduction to Linear Optimization, section 5.2); and one more may pass
the next corner. So for the limits that are told, both are worked out: with the whole numbers as
they are, from the basis of the plan, which takes a few steps each.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from fabstack.model import key_of
from fabstack.plan.build import Model
from fabstack.plan.buy import capacity_left
from fabstack.plan.capacity import usable_hours
from fabstack.plan.highs import Solution, Status
from fabstack.plan.phases import allowed, built_hours, limits
from fabstack.plan.program import Arrays
from fabstack.plan.purchases import hours_added
from fabstack.plan.result import Reason, Slope
from fabstack.plan.types import Floats, Ints
from fabstack.plan.warm import Warm

PERCENT = 0.01
SAME = 1e-4  # relative: slopes that differ by less are one
EXACT = 1e-9  # of all the money of a plan: to which its optimum is known


class Limit(NamedTuple):
    """Something that limits a plan in every period."""

    kind: str
    place: int
    one_percent_usd: float  # of it in every period, by duals


def slopes(
    model: Model, solution: Solution, reasons: Sequence[Reason], count: int
) -> tuple[Slope, ...]:
    """Slopes of the limits of the largest shortfalls, and of the scarcest limits as a whole."""
    if not count:
        return ()
    again = _Again(model, solution)
    return (*_of_reasons(again, reasons, count), *_of_limits(again, count))


class _Again:
    """The program of a plan, with its whole numbers held, solved with more or less of a limit."""

    def __init__(self, model: Model, solution: Solution) -> None:
        self.model, self.solution = model, solution
        self.arrays = _held(model.arrays, solution.values)
        self.warm = Warm(self.arrays)
        self.error_usd = EXACT * float(np.abs(model.arrays.cost * solution.values).sum())

    def gain(self, rows: Ints, amounts: Floats) -> float | None:
        """What some more (below 0: less) of some limits brings; None where that cannot be."""
        high = self.arrays.high.copy()
        high[rows] += amounts
        found = self.warm.solve(self.arrays._replace(high=high), keep=False)
        if found.status is not Status.OPTIMAL:
            return None
        return self.warm.solution.objective - found.objective

    def slope(self, slope: Slope, rows: Ints, amounts: Floats) -> Slope:
        """With what is gained by so much more, and lost by so much less."""
        more, less = self.gain(rows, amounts), self.gain(rows, -amounts)
        slope = slope._replace(more_usd=more, less_usd=None if less is None else -less)
        return slope._replace(is_one_number=_is_one_number(slope, self.error_usd))


def _held(arrays: Arrays, values: Floats) -> Arrays:
    at = np.round(values)
    return arrays._replace(
        lower=np.where(arrays.whole, at, arrays.lower),
        upper=np.where(arrays.whole, at, arrays.upper),
        whole=np.zeros_like(arrays.whole),
    )


def _is_one_number(slope: Slope, error_usd: float) -> bool:
    known = [usd for usd in (slope.more_usd, slope.less_usd) if usd is not None]
    size = max(abs(usd) for usd in (slope.worth_usd, *known))
    return all(abs(usd - slope.worth_usd) <= SAME * size + error_usd for usd in known)


# --- Limits of shortfalls -------------------------------------------------------------------------


def _of_reasons(again: _Again, reasons: Sequence[Reason], count: int) -> Iterator[Slope]:
    """A unit of each limit behind the largest shortfalls."""
    missing: dict[int, float] = {}
    first: dict[int, Reason] = {}
    for reason in reasons:
        if reason.limit_row >= 0:
            missing[reason.limit_row] = missing.get(reason.limit_row, 0.0) + reason.quantity
            first.setdefault(reason.limit_row, reason)
    for row in sorted(missing, key=lambda row: (-missing[row], row))[:count]:
        reason = first[row]
        slope = Slope(str(reason.code), reason.cause, reason.cause_period, reason.worth_usd, row)
        yield again.slope(slope, np.array([row]), np.ones(1))


def told(reasons: Sequence[Reason], found: Sequence[Slope]) -> tuple[Reason, ...]:
    """The reasons, with both slopes said where they are not the one number of the dual."""
    words = {slope.row: _in_words(slope) for slope in found if not slope.is_one_number}
    return tuple(
        reason._replace(explanation=f"{reason.explanation}{words[reason.limit_row]}")
        if reason.limit_row in words
        else reason
        for reason in reasons
    )


def _in_words(slope: Slope) -> str:
    parts = [
        f"{words} USD {usd:,.2f}"
        for words, usd in (("one more gains", slope.more_usd), ("one fewer loses", slope.less_usd))
        if usd is not None
    ]
    return f" by duals, and solved again {', '.join(parts)}"


# --- The scarcest limits --------------------------------------------------------------------------


def _of_limits(again: _Again, count: int) -> Iterator[Slope]:
    """One percent of each of the scarcest limits, in every period."""
    amounts = _amounts(again.model, again.solution)
    found = sorted(_scarce(again, amounts), key=lambda one: (-one.one_percent_usd, one))
    names = _names(again.model)
    for one in found[:count]:
        slope = Slope(one.kind, names[one.kind][one.place], None, one.one_percent_usd)
        rows = again.model.rows[BLOCKS[one.kind]][one.place]
        yield again.slope(slope, rows, PERCENT * amounts[one.kind][one.place])


BLOCKS = {"tool-hours": "tool_hours", "phase": "phases", "supplier": "supply"}


def _scarce(again: _Again, amounts: dict[str, Floats]) -> Iterator[Limit]:
    for kind, block in BLOCKS.items():
        duals = -again.solution.duals[again.model.rows[block]]
        worth = PERCENT * (duals * amounts[kind]).sum(axis=1)
        for place in np.flatnonzero(worth > 0).tolist():
            yield Limit(kind, place, float(worth[place]))


def _amounts(model: Model, solution: Solution) -> dict[str, Floats]:
    """What there is of each limit [thing, period]."""
    facts, columns = model.facts, model.columns
    bought, sold, built = (
        solution.values[columns[n]] for n in ("bought_tools", "sold_tools", "built")
    )
    return {
        "tool-hours": usable_hours(facts)
        + hours_added(facts, model.purchases, bought, sold)
        + built_hours(facts, model.choices, built),
        "phase": allowed(facts, model.choices, built),
        "supplier": capacity_left(facts, model.buying),
    }


def _names(model: Model) -> dict[str, list[str]]:
    return {
        "tool-hours": [group.name for group in model.facts.programme.tool_groups],
        "phase": [limit.plant for limit in limits(model.facts)],
        "supplier": [key_of(one.offer) for one in model.buying.terms],
    }
