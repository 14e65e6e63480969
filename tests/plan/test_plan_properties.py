"""What holds for every plan, on generated programmes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import plan_samples as s
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from plan_worlds import worlds

from fabstack.model import Programme
from fabstack.plan import Integers, PlanOptions, PlanResult, Status, plan
from fabstack.plan.build import build
from fabstack.plan.facts import Facts
from fabstack.plan.highs import minimum

EXACT = PlanOptions(gap=0.0)
RELAXED = PlanOptions(integers=Integers.RELAXED)
tried = settings(
    max_examples=20, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)


def size(result: PlanResult) -> float:
    return 1.0 + float(np.abs(result.cash.revenue).sum() + result.cash.penalty.sum())


@tried
@given(worlds())
def test_there_is_always_a_plan_that_the_checker_confirms(programme: Programme) -> None:
    result = plan(programme, options=EXACT)
    assert result.status is Status.OPTIMAL
    assert result.audit is not None
    assert result.audit.holds, result.audit


@tried
@given(worlds())
def test_reasons_add_up_to_what_is_short(programme: Programme) -> None:
    result = plan(programme, options=EXACT)
    told = np.zeros(result.short.shape)
    for reason in result.reasons:
        told[reason.wish, reason.period] += reason.quantity
        assert reason.explanation
        assert reason.worth_usd >= 0
    assert told == pytest.approx(result.short, rel=1e-9, abs=1e-9)


def _with(programme: Programme, table: str, change: Callable[[Any], dict[str, Any]]) -> Programme:
    rows = tuple(replace(row, **change(row)) for row in programme.table(table))
    return programme.model_copy(update={table: rows})


More = Callable[[Programme], Programme]
MORE: tuple[More, ...] = (
    lambda world: _with(
        world, "phases", lambda p: {"capacity_per_month": p.capacity_per_month + 7}
    ),
    lambda world: _with(world, "tool_groups", lambda group: {"tools": group.tools + 1}),
    lambda world: _with(world, "capacities", lambda r: {"hours_per_month": r.hours_per_month + 9}),
    lambda world: _with(
        world, "offers", lambda o: {"capacity_per_month": o.capacity_per_month * 1.5}
    ),
    lambda world: _with(world, "offers", lambda offer: {"price_usd": offer.price_usd * 0.8}),
    lambda world: world.model_copy(update={"rivals": ()}),
    lambda world: world.model_copy(update={"budgets": ()}),
    lambda world: _with(world, "tool_options", lambda option: {"price_usd": option.price_usd / 2}),
    lambda world: _with(world, "campaigns", lambda row: {"setup_h": row.setup_h / 2}),
)


@settings(tried, max_examples=180)
@given(worlds(), st.sampled_from(MORE))
def test_more_of_anything_is_never_worse(programme: Programme, more: More) -> None:
    before = plan(programme, options=EXACT)
    after = plan(more(programme), options=EXACT)
    assert after.objective_usd >= before.objective_usd - 1e-7 * size(before)


@tried
@given(worlds())
def test_whole_numbers_are_never_better_than_relaxed_ones(programme: Programme) -> None:
    whole, relaxed = plan(programme, options=EXACT), plan(programme, options=RELAXED)
    assert whole.objective_usd <= relaxed.objective_usd + 1e-7 * size(whole)


@tried
@given(worlds())
def test_a_dual_is_a_slope_of_the_optimum(programme: Programme) -> None:
    """A convex optimum lies above its tangent on both sides."""
    model = build(Facts.of(programme, RELAXED))
    base = minimum(model.arrays, time_limit_s=60, gap=0)
    tight = np.flatnonzero(np.isfinite(model.arrays.high) & (np.abs(base.duals) > 1e-6))[:8]
    for row in tight.tolist():
        for step in (0.25, -0.25):
            low, high = model.arrays.low.copy(), model.arrays.high.copy()
            high[row] += step
            low[row] += step if np.isfinite(low[row]) else 0.0
            moved = minimum(model.arrays._replace(low=low, high=high), time_limit_s=60, gap=0)
            if moved.status is Status.OPTIMAL:
                slope = base.duals[row] * step
                assert moved.objective >= base.objective + slope - 1e-6 * (1 + abs(base.objective))


@tried
@given(worlds())
def test_twice_the_demand_with_twice_of_everything_gains_twice(programme: Programme) -> None:
    programme = programme.model_copy(update={"campaigns": ()})  # a setup does not grow
    once = plan(programme, options=RELAXED)
    twice = plan(_doubled(programme), options=RELAXED)
    fixed = float(once.discount @ (once.cash.fixed + _crew(once)))
    if programme.planning.objective == "after-tax":
        fixed *= 1 - programme.finance.tax_rate_percent / 100
    assert twice.objective_usd + fixed == pytest.approx(
        2 * (once.objective_usd + fixed), abs=1e-6 * size(twice)
    )


def _crew(result: PlanResult) -> np.ndarray:
    """People whatever the volume: 0.1 smiths at 15 a month and 1.35 times that to the employer."""
    return 0.1 * 15 * 1.35 * result.months / result.discount * result.money


DOUBLED = {
    "phases": ("capacity_per_month", "capex_usd"),
    "stocks": ("initial", "maximum", "safety"),
    "tool_groups": ("tools",),
    "deliveries": ("tools",),
    "capacities": ("hours_per_month",),
    "plants": ("floor_m2",),
    "tool_options": ("most",),
    "budgets": ("capital_usd",),
    "wip": ("carriers",),
    "offers": ("capacity_per_month", "minimum_per_month"),
    "price_breaks": ("from_quantity",),
    "volumes": ("units_per_year",),
    "demands": ("quantity",),
}


def _doubled(programme: Programme) -> Programme:
    for table, columns in DOUBLED.items():
        programme = _with(programme, table, lambda row, columns=columns: _twice(row, columns))
    return programme


def _twice(row: Any, columns: tuple[str, ...]) -> dict[str, Any]:
    return {c: getattr(row, c) * 2 for c in columns if getattr(row, c) is not None}


def test_the_same_programme_gives_the_same_plan_to_the_last_bit() -> None:
    first, second = (plan(s.make_or_buy()) for _ in range(2))
    for name in ("starts", "bought", "stock", "delivered", "short"):
        assert getattr(first, name).tobytes() == getattr(second, name).tobytes()


def test_an_opening_a_month_later_is_never_better() -> None:
    early = s.make_or_buy(plants=(s.plant(opens="2026-01"),))
    late = s.make_or_buy(plants=(s.plant(opens="2026-02"),))
    assert plan(late).objective_usd <= plan(early).objective_usd
    assert early.plants[0].opens is not None
    assert early.plants[0].opens + timedelta(days=31) == late.plants[0].opens
