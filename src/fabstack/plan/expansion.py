"""What one more tool is worth, from when on, and what limits then.

    worth(g, t)  =  sum over u >= t of dual of an hour(g, u) x hours of a tool in u

to first order, in USD of the start. The month told is that in which a tool brings most beyond its
price. Duals hold for a first small amount only and know no whole numbers; so the scarcest groups
are solved again with the tool there (`exact`), and the limit that costs most then is what binds
next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from fabstack.economics.capacity import hours_per_tool_month
from fabstack.plan.build import Model
from fabstack.plan.capacity import load_share
from fabstack.plan.facts import Facts
from fabstack.plan.highs import Solution, Status
from fabstack.plan.program import Arrays
from fabstack.plan.result import Expansion
from fabstack.plan.types import Floats
from fabstack.plan.words import Words

Solve = Callable[[Arrays], Solution]
LIMITS = ("tool_hours", "phases", "supply", "people")


def expansions(model: Model, solution: Solution, solve: Solve, exact: int) -> tuple[Expansion, ...]:
    """What a tool more of each scarce group is worth, the dearest first; the first ones exactly."""
    found = sorted(_by_duals(model, solution), key=lambda one: (-one.worth_usd, one.tool_group))
    names = [group.name for group in model.facts.programme.tool_groups]
    return tuple(
        _solved_again(model, solution, solve, names.index(one.tool_group), one)
        if place < exact
        else one
        for place, one in enumerate(found)
    )


def hours_of_tools(facts: Facts) -> Floats:
    """Hours that one tool of each group gives a plan [group, period]."""
    groups = facts.programme.tool_groups
    each = [hours_per_tool_month(facts.programme, g.name) * load_share(facts, g) for g in groups]
    hours: Floats = np.array(each).reshape(-1, 1) * facts.periods.months
    return hours


def _by_duals(model: Model, solution: Solution) -> Iterator[Expansion]:
    facts = model.facts
    value = -solution.duals[model.rows["tool_hours"]] * hours_of_tools(facts)
    worth = np.cumsum(value[:, ::-1], axis=1)[:, ::-1]
    for place, group in enumerate(facts.programme.tool_groups):
        price = group.price_usd * facts.equipment_money
        if worth[place].max(initial=0.0) > 0:
            gain = worth[place] - price
            period = int(np.flatnonzero(gain >= gain.max() - 1e-9 * worth[place, 0])[-1])
            yield Expansion(
                tool_group=group.name,
                period=period,
                worth_usd=float(worth[place, period]),
                price_usd=float(price[period]),
            )


def _solved_again(
    model: Model, solution: Solution, solve: Solve, place: int, one: Expansion
) -> Expansion:
    arrays, rows = model.arrays, model.rows["tool_hours"][place, one.period :]
    high = arrays.high.copy()
    high[rows] += hours_of_tools(model.facts)[place, one.period :]
    found = solve(arrays._replace(high=high))
    if found.status not in (Status.OPTIMAL, Status.LIMIT):
        return one
    return one._replace(
        exact_usd=solution.objective - found.objective,
        binds_next=binds_most(model._replace(arrays=arrays._replace(high=high)), found, one.period),
    )


def binds_most(model: Model, solution: Solution, since: int) -> str:
    """The limit that costs most from a period on: its duals times what is used of it."""
    activity = model.arrays.matrix @ solution.values
    most, name = 0.0, ""
    words = Words(model, solution)
    for block in LIMITS:
        rows = model.rows[block]
        cost = np.maximum(-solution.duals[rows], 0.0) * activity[rows]
        total = cost[:, since:].sum(axis=1) if rows.size else np.zeros(0)
        if total.size and total.max() > most:
            place = int(total.argmax())
            most, name = float(total[place]), words.limit(int(rows[place, since]), 0.0).name
    return name
