"""First decisions by name: what is built, ordered and started before the future shows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from fabstack.model import key_of
from fabstack.plan.build import Model
from fabstack.plan.stochastic import TwoStage
from fabstack.plan.types import Floats

Row = dict[str, Any]
NOTHING = 1e-6  # a decision of less is the solver's rounding

KINDS = {
    "bought_tools": "tool ordered",
    "sold_tools": "tool sold",
    "taken": "order",
    "starts": "start",
}


def decided(model: Model, problem: TwoStage, best: Floats, mean: Floats) -> Iterator[Row]:
    """Each first decision with its amount in two plans, those that are nothing in both left out."""
    amounts = {
        column: (one, other)
        for column, one, other in zip(
            problem.first.tolist(), best.tolist(), mean.tolist(), strict=True
        )
        if max(abs(one), abs(other)) > NOTHING
    }
    yield from _phases(model, amounts)
    for block, kind in KINDS.items():
        yield from _by_period(model, amounts, block, kind)


def _phases(model: Model, amounts: dict[int, tuple[float, float]]) -> Iterator[Row]:
    for column, choice in zip(model.columns["built"].tolist(), model.choices, strict=True):
        if column in amounts:
            decided_in = None if choice.decided is None else model.facts.periods.day(choice.decided)
            name = f"{choice.phase.plant}:{choice.phase.phase}"
            yield _row("phase", name, decided_in or choice.phase.ready, *amounts[column])


def _by_period(
    model: Model, amounts: dict[int, tuple[float, float]], block: str, kind: str
) -> Iterator[Row]:
    """Price steps of an offer are added up."""
    names = _names(model)[block]
    found: defaultdict[tuple[str, int], list[tuple[float, float]]] = defaultdict(list)
    for name, columns in zip(names, model.columns[block].tolist(), strict=True):
        for period, column in enumerate(columns):
            if column in amounts:
                found[name, period].append(amounts[column])
    for (name, period), parts in found.items():
        best, mean = (sum(part) for part in zip(*parts, strict=True))
        yield _row(kind, name, model.facts.periods.day(period), best, mean)


def _names(model: Model) -> dict[str, list[str]]:
    options = [key_of(one.option) for one in model.purchases.terms]
    offers = [key_of(one.offer) for one in model.buying.terms]
    return {
        "bought_tools": options,
        "sold_tools": options,
        "taken": [offers[place] for place in model.buying.step_of],
        "starts": [route.name for route in model.facts.programme.routes],
    }


def _row(kind: str, name: str, day: Any, best: float, mean: float) -> Row:
    return {"decision": kind, "name": name, "date": day, "planned": best, "of_mean": mean}
