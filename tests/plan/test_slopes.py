"""One more and one fewer of a limit, solved again, beside the dual that is printed."""

from __future__ import annotations

from typing import Any

import plan_samples as s
import pytest
from hypothesis import given, seed, settings
from plan_worlds import worlds

from fabstack.model import Programme
from fabstack.model.header import Planning
from fabstack.model.plants import Stock
from fabstack.plan import Integers, PlanOptions, PlanResult, plan

TOLD = PlanOptions(slopes=8)


def sold(*wanted: float, **changes: Any) -> Programme:
    """Parts sold at 30 and made at 1, ten a month at most; nothing is lost but the sale."""
    parts: dict[str, Any] = {
        "planning": Planning(
            backlog_months=0, max_load_percent=100, shortfall_penalty_percent=0, x_factor=0
        ),
        "items": (s.item(make_cost_usd=1, price_usd=30),),
        "plants": (s.plant(),),
        "phases": (s.phase(10),),
        "routes": (s.route(),),
        "demands": s.demands(*wanted),
    }
    return s.programme(months=len(wanted), **{**parts, **changes})


def of_unit(result: PlanResult) -> Any:
    (slope,) = [one for one in result.slopes if one.period is not None]
    return slope


def of_percent(result: PlanResult) -> Any:
    (slope,) = [one for one in result.slopes if one.period is None]
    return slope


def test_where_one_more_and_one_fewer_are_worth_the_dual_that_is_all_there_is_to_say() -> None:
    result = plan(sold(14), options=TOLD)
    slope = of_unit(result)
    assert (slope.kind, slope.name, slope.period) == ("phase-capacity", "plant", 0)
    assert slope.worth_usd == pytest.approx(29)
    assert slope.more_usd == pytest.approx(29)
    assert slope.less_usd == pytest.approx(29)
    assert slope.is_one_number
    assert "solved again" not in result.reasons[0].explanation


def test_one_more_that_passes_a_corner_says_what_it_really_gains() -> None:
    # half a part is short: one more carrier sells half of one, one fewer loses a whole one
    result = plan(sold(10.5), options=TOLD)
    slope = of_unit(result)
    assert (slope.worth_usd, slope.more_usd, slope.less_usd) == pytest.approx((29, 14.5, 29))
    assert not slope.is_one_number
    assert result.reasons[0].explanation.endswith(
        "worth USD 29.00 by duals, and solved again one more gains USD 14.50, "
        "one fewer loses USD 29.00"
    )


def test_a_degenerate_limit_of_all_periods_has_a_gain_and_a_loss() -> None:
    # ten of ten wanted in January and February, and 14 in March: one percent more sells 0.1 in
    # March only, one percent fewer loses 0.1 in each
    stock = {"stocks": (Stock(plant="plant", item="part", maximum=0),)}
    slope = of_percent(plan(sold(10, 10, 14, **stock), options=TOLD))
    assert slope.more_usd == pytest.approx(2.9)
    assert slope.less_usd == pytest.approx(3 * 2.9)
    assert 2.9 - 1e-9 <= slope.worth_usd <= 3 * 2.9 + 1e-9
    assert not slope.is_one_number


def test_a_limit_of_which_there_is_nothing_cannot_be_less() -> None:
    empty = sold(4, phases=(), tool_groups=(s.tool_group(0),), steps=(s.step(1, 10),))
    for slope in plan(empty, options=TOLD).slopes:
        assert slope.less_usd is None
        assert slope.more_usd == pytest.approx(29 / 10)


def test_nothing_is_solved_again_where_that_is_not_asked_for() -> None:
    assert plan(sold(14)).slopes == ()


@seed(6)
@settings(max_examples=8, deadline=None)
@given(worlds())
def test_duals_lie_between_what_one_more_gains_and_one_fewer_loses(programme: Programme) -> None:
    result = plan(programme, options=PlanOptions(slopes=4, integers=Integers.RELAXED))
    size = 1e-6 * (1 + abs(result.objective_usd) + float(result.cash.penalty.sum()))
    for slope in result.slopes:
        if slope.more_usd is not None:
            assert slope.more_usd <= slope.worth_usd + size
        if slope.less_usd is not None:
            assert slope.less_usd >= slope.worth_usd - size
