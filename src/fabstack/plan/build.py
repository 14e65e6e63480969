"""The whole program of a plan, block by block."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from fabstack.plan.buy import Buying, add_offers
from fabstack.plan.capacity import add_tool_hours
from fabstack.plan.deliver import Delivering, add_demand
from fabstack.plan.facts import Facts
from fabstack.plan.flow import (
    add_balance,
    add_conversions,
    add_lanes,
    initial_stock,
    safety_levels,
)
from fabstack.plan.inside import output_of_lots_inside
from fabstack.plan.make import Making, add_routes
from fabstack.plan.phases import Choice, add_phases
from fabstack.plan.program import Arrays, LinearProgram
from fabstack.plan.types import Ints


class Model(NamedTuple):
    """A linear program and what its columns and rows stand for."""

    facts: Facts
    making: Making
    buying: Buying
    delivering: Delivering
    choices: tuple[Choice, ...]
    safeguarded: Ints  # stores with a safety stock
    columns: dict[str, Ints]
    rows: dict[str, Ints]
    arrays: Arrays


def build(facts: Facts) -> Model:
    """The program of a plan: everything that can be done, within everything that limits it."""
    lp = LinearProgram()
    balance = add_balance(lp, facts, initial_stock(facts) + output_of_lots_inside(facts))
    add_lanes(lp, facts, balance)
    add_conversions(lp, facts, balance)
    making = add_routes(lp, facts, balance)
    add_tool_hours(lp, facts, making)
    choices = add_phases(lp, facts, making)
    buying = add_offers(lp, facts, balance)
    delivering = add_demand(lp, facts, balance)
    return Model(
        facts=facts,
        making=making,
        buying=buying,
        delivering=delivering,
        choices=choices,
        safeguarded=np.flatnonzero(safety_levels(facts)),
        columns=lp.columns,
        rows=lp.rows,
        arrays=lp.arrays(),
    )
