"""The checker sees faults in what stands in for what, what is sorted, what spoils, what is kept."""

from __future__ import annotations

from dataclasses import replace

import plan_samples as s
import pytest

from fabstack.model import Programme
from fabstack.model.choices import Campaign
from fabstack.model.header import Planning
from fabstack.model.items import Bin, Substitute
from fabstack.plan import PlanResult, plan
from fabstack.plan.checker import audit


def grades(**changes: object) -> Programme:
    """Mixed parts, at most 12 a month, sorted into good ones that spoil and fair ones."""
    parts: dict[str, object] = {
        "planning": Planning(backlog_months=0, max_load_percent=100, x_factor=0),
        "items": (
            s.item("mixed", make_cost_usd=1),
            s.item("good", price_usd=50, shelf_life_months=1),
            s.item("fair", price_usd=20),
        ),
        "plants": (s.plant(),),
        "tool_groups": (s.tool_group(1),),
        "bins": (
            Bin(item="mixed", bin="good", percent=50),
            Bin(item="mixed", bin="fair", percent=40),
        ),
        "substitutes": (Substitute(item="fair", substitute="good", cost_usd=1),),
        "routes": (s.route("mixed"),),
        "steps": (s.step(1, s.HOURS_PER_MONTH / 12, route="make-mixed"),),
        "campaigns": (campaign(),),
        "demands": (*s.demands(0, 9, 8, item="good"), *s.demands(4, 0, 11, item="fair")),
    }
    return s.programme(months=3, **{**parts, **changes})


def campaign(**changes: object) -> Campaign:
    """A setup that is kept, so that it is paid once."""
    own: dict[str, object] = {"setup_usd": 5.0, "tool_group": "tool", "carries_over": True}
    return Campaign(name="make", from_date=s.month(0), route="make-mixed", **{**own, **changes})


@pytest.fixture(scope="module")
def result() -> PlanResult:
    found = plan(grades())
    assert found.audit is not None
    assert found.audit.holds, found.audit
    return found


def test_a_setup_is_paid_once_and_kept(result: PlanResult) -> None:
    assert result.set_up.sum() == pytest.approx(1)
    assert result.kept_up.sum() == pytest.approx(2)


@pytest.mark.parametrize("name", ["regraded", "set_up", "kept_up"])
def test_less_of_anything_is_seen(result: PlanResult, name: str) -> None:
    array = getattr(result, name)
    assert array.max() > 0, f"the sample has no {name}"
    assert not audit(grades(), replace(result, **{name: 0.9 * array})).holds


@pytest.mark.parametrize(
    "changes",
    [
        {"bins": (Bin(item="mixed", bin="good", percent=50),)},
        {"bins": (*grades().bins[:1], Bin(item="mixed", bin="fair", percent=30))},
        {"substitutes": (Substitute(item="fair", substitute="good", cost_usd=2),)},
        {"campaigns": (campaign(carries_over=False),)},
        {"campaigns": (campaign(setup_usd=6.0),)},
        {
            "items": (
                s.item("mixed", make_cost_usd=1),
                s.item("good", price_usd=50, shelf_life_months=0.5),
                s.item("fair", price_usd=20),
            )
        },
    ],
    ids=["bin", "share", "substitute", "kept", "setup", "shelf"],
)
def test_a_plan_for_another_programme_is_seen(
    result: PlanResult, changes: dict[str, object]
) -> None:
    assert not audit(grades(**changes), result).holds


def test_a_second_kept_setup_of_a_machine_is_seen() -> None:
    two = (
        campaign(),
        Campaign(
            name="other",
            from_date=s.month(0),
            route="make-good",
            tool_group="tool",
            carries_over=True,
        ),
    )
    programme = grades(
        routes=(s.route("mixed"), s.route("good")),
        steps=(s.step(1, 30.0, route="make-mixed"), s.step(1, 30.0, route="make-good")),
        campaigns=two,
    )
    found = plan(programme)
    assert audit(programme, found).holds
    kept, set_up = found.kept_up.copy(), found.set_up.copy()
    set_up[:, 0], kept[:, 1] = 1.0, 1.0
    assert not audit(programme, replace(found, kept_up=kept, set_up=set_up)).holds
