"""The checker sees every fault that is planted into a plan."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import plan_samples as s
import pytest

from fabstack.model import Programme
from fabstack.model.header import Planning
from fabstack.model.items import Component
from fabstack.model.plants import Lane, Stock
from fabstack.model.routes import Wip
from fabstack.plan import PlanOptions, PlanResult, plan
from fabstack.plan.checker import audit

OPTIONS = PlanOptions(lead_times_months={"make-part": 0.5})


def busy() -> Programme:
    """A programme in which every array of a plan has something in it."""
    return s.programme(
        months=4,
        planning=Planning(backlog_months=2, max_load_percent=100),
        items=(
            s.item("board", "board", price_usd=90, value_usd=9),
            s.item("part", make_cost_usd=2, value_usd=3),
            s.item("kit", "system", price_usd=150, make_cost_usd=1),
            s.item("dust", "material"),
        ),
        components=(
            Component(parent="board", child="part", quantity=2),
            Component(parent="part", child="dust", quantity=1),
            Component(parent="kit", child="board", quantity=1),
        ),
        plants=(s.plant("near"), s.plant("far")),
        phases=(
            s.phase(30, plant="near"),
            s.phase(9, plant="far", capacity_of="unit"),
            s.phase(
                4,
                plant="far",
                name="more",
                ready=None,
                optional=True,
                capacity_of="unit",
                capex_usd=30,
            ),
        ),
        lanes=(Lane(origin="near", destination="far", days=3, cost_usd=1),),
        stocks=(
            Stock(plant="far", item="board", initial=3, safety=6, maximum=9),
            Stock(plant="near", item="part", initial=30, maximum=0),
            Stock(plant="near", item="dust", initial=500, maximum=0),
        ),
        tool_groups=(s.tool_group(1, plant="near"),),
        routes=(s.route("part", plant="near"), s.route("board", plant="far")),
        steps=(s.step(1, 30.0),),
        wip=(Wip(name="lot", route="make-part", step=1, carriers=2),),
        suppliers=s.SELLER,
        offers=(s.offer(2, 40, item="dust", minimum_per_month=40),),
        demands=(*s.demands(4, 30, 4, 0, item="board"), *s.demands(5, 9, 9, 0, item="kit")),
    )


@pytest.fixture(scope="module")
def result() -> PlanResult:
    return plan(busy(), options=OPTIONS)


def test_the_plan_as_it_is_holds(result: PlanResult) -> None:
    assert result.audit is not None
    assert result.audit.holds
    assert result.audit.worst in ("", result.audit.worst)


FLOWS = [
    "starts",
    "output",
    "converted",
    "ordered",
    "bought",
    "unmet",
    "sent",
    "stock",
    "disposed",
    "missing",
    "delivered",
    "served",
    "backlog",
    "short",
    "wanted",
    "used_h",
]


@pytest.mark.parametrize("name", FLOWS)
def test_a_thousandth_more_or_less_of_any_flow_is_seen(result: PlanResult, name: str) -> None:
    array = getattr(result, name)
    assert array.max() > 0, f"the sample has no {name}"
    for factor in (1.001, 0.999):
        changed = array.copy()
        largest = np.unravel_index(array.argmax(), array.shape)
        changed[largest] *= factor
        assert not audit(busy(), replace(result, **{name: changed})).holds


@pytest.mark.parametrize("name", ["starts", "stock", "short", "ordered"])
def test_a_negative_flow_is_seen(result: PlanResult, name: str) -> None:
    changed = getattr(result, name).copy()
    changed.flat[0] = -0.01
    assert not audit(busy(), replace(result, **{name: changed})).holds


def test_another_objective_is_seen(result: PlanResult) -> None:
    told = replace(result, objective_usd=result.objective_usd * 1.0001)
    found = audit(busy(), told)
    assert not found.holds
    assert found.worst == "objective"


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("phases", {"capacity_per_month": 8.0}),
        ("tool_groups", {"tools": 0}),
        ("offers", {"capacity_per_month": 11.0}),
        ("offers", {"lead_time_months": 1.0}),
        ("stocks", {"maximum": 1.0, "safety": 0.0}),
        ("stocks", {"initial": 2.0}),
        ("plants", {"opens": "2026-03"}),
        ("lanes", {"days": 9.0}),
        ("lanes", {"cost_usd": 1.1}),
        ("components", {"quantity": 2.5}),
        ("demands", {"quantity": 3.5}),
        ("items", {"yield_percent": 90.0}),
        ("wip", {"carriers": 3.0}),
    ],
)
def test_a_plan_of_another_programme_does_not_hold(
    result: PlanResult, table: str, change: dict[str, Any]
) -> None:
    rows = busy().table(table)
    other = busy().model_copy(update={table: tuple(replace(row, **change) for row in rows)})
    assert not audit(other, result).holds


def test_a_unit_late_for_too_long_is_seen(result: PlanResult) -> None:
    patient = replace(result, backlog=result.backlog.copy())
    impatient = busy().model_copy(
        update={"planning": Planning(backlog_months=0, max_load_percent=100)}
    )
    found = audit(impatient, patient)
    assert not found.holds
    assert "backlog" in found.worst
