"""Which columns of a plan must be decided before its future shows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from enum import StrEnum

import numpy as np

from fabstack.errors import Finding, InputError
from fabstack.plan.build import Model
from fabstack.plan.extract import objective_usd
from fabstack.plan.money import cash, tax_usd
from fabstack.plan.phases import decided_at
from fabstack.plan.stochastic.problem import TwoStage
from fabstack.plan.types import Floats, Ints


class Decision(StrEnum):
    """What is decided before the future shows."""

    PHASES = "phases"  # optional phases of plants
    TOOLS = "tools"  # orders and sales of tools
    ORDERS = "orders"  # orders to suppliers, with the price steps and minima of their contracts
    STARTS = "starts"  # starts of routes


BLOCKS = {
    Decision.TOOLS: ("bought_tools", "sold_tools"),
    Decision.ORDERS: ("taken", "step_open"),
    Decision.STARTS: ("starts",),
}
FIRST = (Decision.PHASES, Decision.TOOLS, Decision.ORDERS)


def two_stage(
    models: Sequence[Model],
    chances: Floats,
    *,
    names: Sequence[str],
    until: float,
    decisions: Collection[Decision] = FIRST,
) -> TwoStage:
    """One problem of the plans of several futures.

    What begins before `until` (months from the start) is decided for all futures alike.

    Raises:
        InputError: the futures are not of one shape; every one that differs is named.

    """
    findings = [
        _other_shape(name, difference)
        for name, model in zip(names, models, strict=True)
        if (difference := _difference(models[0], model))
    ]
    if findings:
        raise InputError(findings)
    return TwoStage(
        programs=tuple(model.arrays for model in models),
        chances=chances / chances.sum(),
        constants=np.array([constant_usd(model) for model in models]),
        first=first_columns(models, until, decisions),
    )


def first_columns(models: Sequence[Model], until: float, decisions: Collection[Decision]) -> Ints:
    """Columns of what is decided before a position on the axis of months, in order."""
    periods = models[0].facts.periods
    is_early = periods.edges[:-1] < until
    found = [
        models[0].columns[block][:, is_early].ravel()
        for decision in decisions
        for block in BLOCKS.get(decision, ())
    ]
    if Decision.PHASES in decisions:
        begins = np.array([_begins(models, place) for place in range(len(models[0].choices))])
        found.append(models[0].columns["built"][begins < until])
    return np.sort(np.concatenate([np.zeros(0, dtype=np.int64), *found]))


def _begins(models: Sequence[Model], place: int) -> float:
    """When a way to build a phase is decided, in the earliest future."""
    return min(decided_at(model.facts, model.choices[place]) for model in models)


def constant_usd(model: Model) -> float:
    """Cost in the objective that no column changes: fixed costs, and what is claimed anyway."""
    nothing = np.zeros(model.arrays.cost.size)
    return -objective_usd(model.facts, cash(model, nothing), tax_usd(model, nothing))


def _difference(first: Model, other: Model) -> str:
    """What one has more of than the other; nothing where they are of one shape."""
    for ours, theirs in ((first.columns, other.columns), (first.rows, other.rows)):
        for name, block in ours.items():
            if block.shape != theirs[name].shape:
                return f"{theirs[name].shape} of '{name}', not {block.shape}"
    return ""


def _other_shape(name: str, difference: str) -> Finding:
    return Finding(
        file=f"future {name}",
        line=0,
        column=0,
        code="other-shape",
        message=f"its plan has {difference}",
        expected="futures in which numbers differ, and the same things exist",
        cure="keep the horizon, first stocks at 0 or above 0, and routes and offers as they are",
    )
