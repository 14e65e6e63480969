"""The whole program of a plan, block by block."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from fabstack.errors import LimitError
from fabstack.plan.buy import Buying, add_offers
from fabstack.plan.campaigns import Campaigns, add_campaigns
from fabstack.plan.capacity import add_tool_hours
from fabstack.plan.deliver import Delivering, add_demand
from fabstack.plan.facts import Facts
from fabstack.plan.flow import (
    add_balance,
    add_conversions,
    add_lanes,
    initial_stock,
    safety_levels,
    surplus_nodes,
)
from fabstack.plan.inside import output_of_lots_inside, waiting_lots_inside
from fabstack.plan.make import Making, add_routes
from fabstack.plan.people import add_hiring
from fabstack.plan.phases import Choice, add_phases
from fabstack.plan.program import Arrays, LinearProgram
from fabstack.plan.purchases import Purchases, add_purchases
from fabstack.plan.queues import groups_of_corners
from fabstack.plan.regrade import add_regrades
from fabstack.plan.replan import Cells, Replan, add_changes
from fabstack.plan.shelf import add_shelf_lives
from fabstack.plan.types import Ints


class Model(NamedTuple):
    """A linear program and what its columns and rows stand for."""

    facts: Facts
    making: Making
    buying: Buying
    delivering: Delivering
    choices: tuple[Choice, ...]
    campaigns: Campaigns
    purchases: Purchases
    safeguarded: Ints  # stores with a safety stock
    columns: dict[str, Ints]
    rows: dict[str, Ints]
    arrays: Arrays
    changes: Cells | None = None  # where the plan is held to an earlier one

    @property
    def surplus(self) -> Ints:
        """Nodes at which units may be disposed of."""
        return surplus_nodes(self.facts, -self.arrays.low[self.rows["balance"]])


MOST_COLUMNS = 5_000_000  # some 10 GB in the solver


def build(facts: Facts, replan: Replan | None = None) -> Model:
    """The program of a plan: everything that can be done, within everything that limits it.

    With `replan` it is held to an earlier plan.

    Raises:
        LimitError: it would be too large to be solved.

    """
    _refuse_the_too_large(facts)
    lp = LinearProgram()
    arriving = initial_stock(facts) + output_of_lots_inside(facts)
    balance = add_balance(lp, facts, arriving, waiting_lots_inside(facts))
    add_lanes(lp, facts, balance)
    add_conversions(lp, facts, balance)
    add_regrades(lp, facts, balance)
    making = add_routes(lp, facts, balance)
    add_tool_hours(lp, facts, making)
    add_hiring(lp, facts, making.starts)
    choices = add_phases(lp, facts, making)
    purchases = add_purchases(lp, facts, choices)
    buying = add_offers(lp, facts, balance)
    delivering = add_demand(lp, facts, balance)
    add_shelf_lives(lp, facts, lp.columns["stock"], arriving)
    campaigns = add_campaigns(lp, facts, making, delivering)
    changes = None
    if replan is not None:
        changes = add_changes(
            lp,
            facts,
            replan,
            making=making,
            buying=buying,
            choices=choices,
            purchases=purchases,
        )
    return Model(
        facts=facts,
        making=making,
        buying=buying,
        delivering=delivering,
        choices=choices,
        campaigns=campaigns,
        purchases=purchases,
        safeguarded=np.flatnonzero(safety_levels(facts)),
        columns=lp.columns,
        rows=lp.rows,
        arrays=lp.arrays(),
        changes=changes,
    )


def _refuse_the_too_large(facts: Facts) -> None:
    """Count columns before any is made, so that a slip in a table cannot eat the memory."""
    things = {
        "stocks": len(facts.network.stores),
        "lanes of items": len(facts.network.arcs),
        "derived items": len(facts.network.conversions),
        "substitutes and sorted items": len(facts.network.regrades),
        "routes": len(facts.programme.routes),
        "queues": 2 * len(facts.paths.stages) + groups_of_corners(facts).size,
        "offers": len(facts.programme.offers),
        "wants": len({(need.market, need.item) for need in facts.programme.needs})
        + len({(d.item, d.priority, d.price_usd) for d in facts.programme.demands}),
    }
    columns = facts.periods.count * sum(things.values())
    if columns > MOST_COLUMNS:
        largest = max(things, key=lambda name: things[name])
        raise LimitError(
            f"the plan would have {columns:,} columns, {MOST_COLUMNS:,} are the most; most of them "
            f"are {things[largest]:,} {largest} over {facts.periods.count:,} periods"
        )
