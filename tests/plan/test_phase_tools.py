"""Tools that come with an optional phase are there where the plan builds it, and only there."""

from dataclasses import replace
from typing import Any

import plan_samples as s
import pytest

from fabstack.model import Programme
from fabstack.model.choices import Budget, Capacity, ToolOption
from fabstack.model.header import Planning
from fabstack.model.tools import Delivery
from fabstack.plan import plan
from fabstack.plan.checker import audit

FEBRUARY = {"ready": "2026-02", "optional": True, "capex_usd": 100}


def grown(delivered: str = "2026-01", *, phase: dict[str, Any], **more: Any) -> Programme:
    """Twenty parts a month at USD 30; a tool makes ten, and another (USD 70) comes with a phase."""
    tables = {
        "planning": Planning(
            backlog_months=0, max_load_percent=100, shortfall_penalty_percent=0, x_factor=0
        ),
        "plants": (s.plant(),),
        "demands": s.demands(20, 20, 20),
        **more,
    }
    return s.programme(
        months=3,
        items=(s.item(price_usd=30),),
        phases=(s.phase(100), s.phase(100, name="more", **phase)),
        tool_groups=(replace(s.tool_group(1), price_usd=70, floor_m2=5),),
        deliveries=(Delivery(tool_group="tool", date=delivered, tools=1, phase="more"),),
        routes=(s.route(),),
        steps=(s.step(1, s.HOURS_PER_MONTH / 10),),
        **tables,
    )


@pytest.mark.parametrize(
    ("changes", "output", "capital"),
    [
        ({"phase": FEBRUARY}, [10, 20, 20], 100),
        # twenty parts more are worth 600
        ({"phase": {**FEBRUARY, "capex_usd": 601}}, [10, 10, 10], 0),
        # the tool comes later than its phase
        ({"phase": FEBRUARY, "delivered": "2026-03"}, [10, 10, 20], 100),
        # decided in January, and built for a month
        ({"phase": {"ready": None, "build_months": 1, "capex_usd": 100}}, [10, 20, 20], 100),
        # claimed: it is built whatever the plan, and its tool has a date of its own
        ({"phase": {"ready": "2026-02", "capex_usd": 1000}}, [20, 20, 20], 1000),
        # where no phase carries capital, the tool is paid
        ({"phase": {**FEBRUARY, "capex_usd": 0}}, [10, 20, 20], 70),
        ({"phase": {"ready": "2026-02"}}, [20, 20, 20], 70),
    ],
)
def test_the_second_tool_comes_with_its_phase(
    changes: dict[str, Any], output: list[float], capital: float
) -> None:
    found = plan(grown(**changes))
    assert found.output[0] == pytest.approx(output, abs=1e-6)
    assert found.cash.capex.sum() == pytest.approx(capital)
    assert found.objective_usd == pytest.approx(30 * sum(output) - capital)
    assert found.tools[0] == pytest.approx([1 if units < 20 else 2 for units in output])
    assert (found.used_h <= found.usable_h + 1e-6).all()
    assert found.audit is not None
    assert found.audit.holds, found.audit


def test_the_checker_sees_tools_of_a_phase_that_is_not_built() -> None:
    programme = grown(phase=FEBRUARY)
    found = plan(programme)
    assert audit(programme, replace(found, built=())).limit_error > 0.1
    half = tuple(one._replace(share=0.5) for one in found.built)
    assert audit(programme, replace(found, built=half)).limit_error > 0.1


def test_stated_hours_count_for_the_tools_of_a_phase_too() -> None:
    """From March on there are 146.1 hours whoever built what, and they make two parts."""
    stated = Capacity(tool_group="tool", from_date="2026-03", hours_per_month=146.1)
    found = plan(grown(phase=FEBRUARY, capacities=(stated,)))
    assert found.output[0] == pytest.approx([10, 20, 2], abs=1e-6)
    assert found.audit is not None
    assert found.audit.holds, found.audit


@pytest.mark.parametrize(("floor_m2", "output"), [(15, [20, 30, 30]), (10, [20, 20, 20])])
def test_the_tools_of_a_built_phase_stand_on_the_floor(floor_m2: float, output: list[int]) -> None:
    """Two tools of 5 m2 stand on 10 m2: with the one that is bought, there is no room for more."""
    option = ToolOption(tool_group="tool", from_date="2026-01", price_usd=1, most=1)
    found = plan(
        grown(
            phase=FEBRUARY,
            tool_options=(option,),
            plants=(s.plant(floor_m2=floor_m2),),
            demands=s.demands(30, 30, 30),
        )
    )
    assert found.output[0] == pytest.approx(output, abs=1e-6)
    assert found.audit is not None
    assert found.audit.holds, found.audit


def test_a_budget_pays_for_the_tools_of_a_phase() -> None:
    """USD 69 are less than the tool of 70; no phase of the plant carries capital."""
    budget = Budget(name="all", from_date="2026-01", to_date="2026-03-31", capital_usd=69)
    found = plan(grown(phase={**FEBRUARY, "capex_usd": 0}, budgets=(budget,)))
    assert found.output[0] == pytest.approx([10, 10, 10], abs=1e-6)
