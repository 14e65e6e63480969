"""Tools bought in whole numbers, floor, budgets, resale, and money after tax: by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import plan_samples as s
import pytest

from fabstack.model import Programme
from fabstack.model.choices import Budget, ToolOption
from fabstack.model.header import Finance, Objective, Planning
from fabstack.model.plants import Staffing, Stock
from fabstack.model.workforce import Skill
from fabstack.plan import Code, Integers, PlanOptions, PlanResult, plan

HOURS = s.HOURS_PER_MONTH


def one_line(*wanted: float, months: int | None = None, **changes: Any) -> Programme:
    """Parts that take a tool a month, sold at 100 each; nothing keeps, no tool on the first day."""
    parts: dict[str, Any] = {
        "planning": Planning(
            backlog_months=0, shortfall_penalty_percent=0, max_load_percent=100, x_factor=0
        ),
        "items": (s.item(price_usd=100),),
        "plants": (s.plant(),),
        "stocks": (Stock(plant="plant", item="part", maximum=0),),
        "tool_groups": (s.tool_group(0, price_usd=150, floor_m2=2),),
        "tool_options": (ToolOption(tool_group="tool", from_date=s.month(0)),),
        "routes": (s.route(),),
        "steps": (s.step(1, HOURS),),
        "demands": s.demands(*wanted),
    }
    return s.programme(months=months or len(wanted), **{**parts, **changes})


def bought(result: PlanResult) -> list[float]:
    assert result.audit is not None
    assert result.audit.holds, result.audit
    return list(result.bought_tools.sum(axis=0))


def test_a_tool_is_bought_where_two_months_pay_for_it() -> None:
    # one part for two months earns 200 with a tool of 150; a second tool would sell one part only
    result = plan(one_line(2, 1))
    assert bought(result) == [1, 0]
    assert result.objective_usd == pytest.approx(200 - 150)
    assert result.short.sum() == pytest.approx(1)


def test_half_a_tool_is_none() -> None:
    # 1.5 parts a month for four months: a second tool would sell 4 x 0.5 parts for 200
    assert bought(plan(one_line(1.5, 1.5, 1.5, 1.5))) == [2, 0, 0, 0]
    assert bought(plan(one_line(1.2, 1.2, 1.2, 1.2))) == [1, 0, 0, 0]
    relaxed = plan(one_line(1.2, 1.2), options=PlanOptions(integers=Integers.RELAXED))
    assert bought(relaxed) == pytest.approx([1.2, 0])


def test_a_tool_sold_again_works_to_the_end_of_its_period() -> None:
    # one month earns 100, and 60 % of 150 come back: 100 - 150 + 90; without it nothing is made
    resale = (ToolOption(tool_group="tool", from_date=s.month(0), resale_percent=60),)
    result = plan(one_line(1, 0, tool_options=resale))
    assert bought(result) == [1, 0]
    assert result.sold_tools.sum() == 1
    assert result.objective_usd == pytest.approx(40)
    assert bought(plan(one_line(1, 0))) == [0, 0]


def test_delivery_and_installation_take_their_time() -> None:
    slow = (
        ToolOption(tool_group="tool", from_date=s.month(0), lead_time_months=1, install_months=0.5),
    )
    result = plan(one_line(1, 1, 1, 1, tool_options=slow))
    assert bought(result) == [1, 0, 0, 0]
    assert result.delivered.sum(axis=0) == pytest.approx([0, 0.5, 1, 1])
    assert result.cash.capex == pytest.approx([0, 150, 0, 0])


def test_the_floor_of_the_plant_holds_so_many_tools() -> None:
    result = plan(one_line(9, 9, 9, plants=(s.plant(floor_m2=5),)))
    assert bought(result) == [2, 0, 0]


def test_a_budget_lets_buy_what_it_pays_and_the_rest_later() -> None:
    budget = Budget(name="first", from_date="2026-01-01", to_date="2026-01-31", capital_usd=310)
    result = plan(one_line(3, 3, 3, budgets=(budget,)))
    assert bought(result) == [2, 1, 0]


def test_a_dearer_tool_of_which_no_more_are_to_be_had_is_not_bought_twice() -> None:
    few = (ToolOption(tool_group="tool", from_date=s.month(0), most=1),)
    assert bought(plan(one_line(3, 3, 3, tool_options=few))) == [1, 0, 0]


# --- After tax


def taxed(objective: Objective, price: float) -> PlanResult:
    """Two years; a tool sells a part of 10 a month; 40 % tax, written off over two years."""
    finance = Finance(
        discount_rate_percent=0,
        holding_cost_percent=0,
        tax_rate_percent=40,
        equipment_life_years=2,
    )
    planning = Planning(
        backlog_months=0,
        shortfall_penalty_percent=0,
        max_load_percent=100,
        x_factor=0,
        objective=objective,
    )
    return plan(
        one_line(
            *([1.0] * 24),
            finance=finance,
            planning=planning,
            items=(s.item(price_usd=10),),
            tool_options=(
                ToolOption(tool_group="tool", from_date=s.month(0), price_usd=price, most=1),
            ),
        )
    )


def test_after_tax_a_gain_is_less_by_the_tax() -> None:
    # 240 earned, 100 spent and written off: tax is 40 % of 140
    result = taxed(Objective.AFTER_TAX, 100)
    assert result.npv_usd == pytest.approx(140)
    assert result.npv_after_tax_usd == pytest.approx(0.6 * 140)
    assert result.objective_usd == pytest.approx(0.6 * 140)
    assert result.tax.sum() == pytest.approx(56)
    # in the first month half a month's part of two years is written off
    assert result.tax[0] == pytest.approx(0.4 * (10 - 100 / 48))
    assert result.tax[5] == pytest.approx(0.4 * (10 - 100 / 24))


def test_before_tax_both_values_are_told() -> None:
    result = taxed(Objective.CASH, 100)
    assert result.objective_usd == pytest.approx(140)
    assert result.npv_after_tax_usd == pytest.approx(84)


def test_with_interest_a_tool_may_pay_before_tax_and_not_after() -> None:
    """Written off over years, a tool saves tax later than its capital is spent."""
    finance = {"discount_rate_percent": 30, "holding_cost_percent": 0, "equipment_life_years": 50}

    def count(objective: str) -> float:
        planning = Planning(
            backlog_months=0,
            shortfall_penalty_percent=0,
            max_load_percent=100,
            x_factor=0,
            objective=objective,
        )
        programme = one_line(
            *([1.0] * 24),
            finance=Finance(tax_rate_percent=50, **finance),
            planning=planning,
            items=(s.item(price_usd=10),),
            tool_options=(
                ToolOption(tool_group="tool", from_date=s.month(0), price_usd=170, most=1),
            ),
        )
        return float(np.sum(bought(plan(programme))))

    assert count("cash") == 1
    assert count("after-tax") == 0


# --- People, and classes in strict order


def test_people_who_can_be_hired_limit_what_is_started() -> None:
    # 4 at the start, 2 more a month, at most 9; one in a crew, half a person for each carrier
    smith = Skill(name="smith", headcount=4, hires_per_month=2, target=9)
    staffing = Staffing(plant="plant", skill="smith", people=1, people_per_1000_per_month=500)
    planning = Planning(backlog_months=0, shortfall_penalty_percent=0, hiring_limits=True)
    result = plan(
        s.programme(
            months=4,
            planning=planning,
            items=(s.item(price_usd=1),),
            plants=(s.plant(),),
            stocks=(Stock(plant="plant", item="part", maximum=0),),
            routes=(s.route(),),
            skills=(smith,),
            staffings=(staffing,),
            demands=s.demands(50, 50, 50, 50),
        )
    )
    # in the middles of the months there are 5, 7, 9 and 9
    assert result.delivered.sum(axis=0) == pytest.approx([8, 12, 16, 16])
    assert {reason.code for reason in result.reasons} == {Code.PEOPLE}
    assert result.reasons[0].limits == "smith has 4 months of work in 2026-01"
    assert result.audit is not None
    assert result.audit.holds


def two_classes(service: str) -> PlanResult:
    """10 hours for a cheap part of the high class or for dear kits of the low one."""
    planning = Planning(backlog_months=0, service=service)
    return plan(
        s.programme(
            months=1,
            planning=planning,
            items=(s.item(price_usd=1), s.item("kit", price_usd=90)),
            plants=(s.plant(),),
            phases=(s.phase(10),),
            routes=(s.route(), s.route("kit")),
            demands=(*s.demands(7, priority=5), *s.demands(8, item="kit", priority=1)),
        )
    )


def test_money_may_outweigh_a_class_but_not_where_classes_are_strict() -> None:
    weighted, strict = two_classes("weighted"), two_classes("lexicographic")
    kits = [want.item for want in strict.names.wants].index("kit")
    assert weighted.delivered[kits] == pytest.approx([8])
    assert strict.delivered[kits] == pytest.approx([3])
    assert strict.short[1 - kits] == pytest.approx([0], abs=1e-5)
    assert strict.audit is not None
    assert strict.audit.holds
