"""Why units are short: one primary reason for each.

Take the cheapest way to have one more unit where it is missing, all the way down the bill of
materials (`ways`). If it costs more than a delivery is worth, the unit is not worth serving.
Otherwise something on that way must be exhausted, or the plan would not be the best one: the
plan's optimum is the proof. The primary reason is the exhausted limit with the largest rent, that
is dual value times what the unit takes of it. A way that is closed (a plant that opens later)
comes before any rent; where there is no way at all, the reason is what the way lacks first.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from fabstack.plan.build import Model
from fabstack.plan.causes import Causes, tight
from fabstack.plan.conflict import Conflicts
from fabstack.plan.deliver import Wish, due_period, penalties_usd, prices_usd
from fabstack.plan.highs import Solution
from fabstack.plan.result import Code, Reason
from fabstack.plan.types import Floats, Ints
from fabstack.plan.words import Cause


class Gap(NamedTuple):
    """Units of a wish that are given up in a period."""

    period: int
    wish: int
    market: str
    quantity: float


def reasons(model: Model, solution: Solution) -> tuple[Reason, ...]:
    """The reason for every unit short, by period, then by want."""
    gaps = sorted(_gaps(model, solution))
    if not gaps:
        return ()
    found = _causes(model, solution, {(gap.wish, gap.period) for gap in gaps})
    conflicts = Conflicts(model, solution, tight(model, solution))
    limits = {at: conflicts.of(_outlets(model, at)) for at in found}
    return tuple(
        _reason(model, gap, found[gap.wish, gap.period])._replace(
            limits=limits[gap.wish, gap.period]
        )
        for gap in gaps
    )


def _causes(
    model: Model, solution: Solution, places: set[tuple[int, int]]
) -> dict[tuple[int, int], Cause]:
    """What stands in the way of a wish in a period."""
    causes = Causes(model, solution)
    worth_usd = _worth_usd(model)
    delivered = _delivered(model, solution)
    short = solution.values[model.columns["short"]]
    found = {}
    for at in sorted(places):
        cause = causes.of(_outlets(model, at), worth_usd[at])
        found[at] = _or_yield(cause, delivered[at], short[at])
    return found


def _gaps(model: Model, solution: Solution) -> Iterator[Gap]:
    delivered = _delivered(model, solution)
    short = solution.values[model.columns["short"]]
    for place, wish in enumerate(model.delivering.wishes):
        if len(wish.orders) > 1:
            yield from _gaps_of_orders(model, place, delivered[place], short[place])
        else:
            for period in np.flatnonzero(short[place] > 0).tolist():
                yield Gap(period, place, wish.market, float(short[place, period]))


def _gaps_of_orders(model: Model, place: int, delivered: Floats, short: Floats) -> Iterator[Gap]:
    """Orders are served from the oldest on; what is given up falls to the next ones in line."""
    waiting = _Line(model, model.delivering.wishes[place])
    for period in np.flatnonzero((delivered > 0) | (short > 0)).tolist():
        for _ in waiting.taken(delivered[period]):
            pass
        for name, quantity in waiting.taken(short[period]):
            yield Gap(period, place, name, float(quantity))


class _Line:
    """Dated demands of one kind, waiting in the order of their dates."""

    def __init__(self, model: Model, wish: Wish) -> None:
        horizon = model.facts.periods.count
        due = [o for o in wish.orders if due_period(model.facts, o) < horizon]
        self.orders = deque((order.name, order.quantity) for order in due)

    def taken(self, quantity: float) -> Iterator[tuple[str, float]]:
        """The next `quantity` units, by order."""
        while quantity > 0 and self.orders:
            name, wanted = self.orders.popleft()
            part = min(wanted, quantity) if self.orders else quantity  # the last takes the rounding
            quantity -= part
            if wanted > part:
                self.orders.appendleft((name, wanted - part))
            yield name, part


def _delivered(model: Model, solution: Solution) -> Floats:
    total = np.zeros(model.columns["short"].shape)
    np.add.at(total, model.delivering.outlets[:, 0], solution.values[model.columns["delivered"]])
    return total


def _worth_usd(model: Model) -> Floats:
    """What a delivery instead of a unit short is worth, in USD of the start [wish, period]."""
    wishes = model.delivering.wishes
    _, lost_usd = penalties_usd(model.facts, wishes)
    worth: Floats = (prices_usd(model.facts, wishes) + lost_usd) * model.facts.money
    return worth


def _outlets(model: Model, at: tuple[int, int]) -> Ints:
    """Balance rows from which a wish can be served in a period."""
    wish, period = at
    nodes = model.delivering.outlets[model.delivering.outlets[:, 0] == wish, 1]
    rows: Ints = model.rows["balance"][nodes, period]
    return rows


def _or_yield(cause: Cause, delivered: float, short: float) -> Cause:
    """Yield is the reason where mature yields alone would have covered the shortfall."""
    is_capacity = cause.code in (Code.TOOL_HOURS, Code.PHASE_CAPACITY)
    if not is_capacity or delivered * (cause.immaturity - 1) < short:
        return cause
    text = f"yields are not mature yet, and {cause.explanation}"
    return cause._replace(code=Code.YIELD, explanation=text)


def _reason(model: Model, gap: Gap, cause: Cause) -> Reason:
    item = model.delivering.wishes[gap.wish].item
    return Reason(
        period=gap.period,
        wish=gap.wish,
        market=gap.market,
        item=item,
        quantity=gap.quantity,
        code=cause.code,
        cause=cause.name or item,
        cause_period=cause.period,
        worth_usd=float(cause.worth_usd),
        explanation=cause.explanation,
        limit_row=cause.row,
    )
