"""Plans window by window: feasible by the checker, and never further from the best than told."""

from __future__ import annotations

import numpy as np
import pytest
from benchmarks.plan import chain
from tests.plan.plan_samples import make_or_buy

from fabstack.model import Programme
from fabstack.model.choices import Campaign
from fabstack.plan import PlanOptions, Status, plan
from fabstack.plan.build import build
from fabstack.plan.facts import Facts
from fabstack.plan.highs import Solution, minimum
from fabstack.plan.program import Arrays
from fabstack.plan.rolling import (
    column_periods,
    longest_lag,
    merge_rows,
    row_periods,
    window_by_window,
)


@pytest.fixture(scope="module")
def tight() -> Programme:
    """A chain in which 97 % of all hours are needed."""
    return chain(15, months=36, groups=4)


@pytest.mark.parametrize("window", [4, 9, 20, 36, 50])
def test_the_best_lies_between_the_bound_and_what_is_found(tight: Programme, window: int) -> None:
    best = plan(tight)
    found = plan(tight, options=PlanOptions(window=window))
    assert found.status is Status.OPTIMAL
    assert found.audit is not None
    assert found.audit.holds, found.audit
    rounding = 1e-7 * abs(best.objective_usd)
    bound = found.objective_usd + found.gap * abs(found.objective_usd)
    assert found.objective_usd <= best.objective_usd + rounding
    assert best.objective_usd <= bound + rounding
    if window >= 36:
        assert found.gap <= 1e-9
        assert found.objective_usd == pytest.approx(best.objective_usd, rel=1e-9)


def test_the_gap_is_that_to_the_first_window_and_no_window_is_impossible(tight: Programme) -> None:
    model, asked = build(Facts.of(tight, PlanOptions())), []

    def solve(arrays: Arrays) -> Solution:
        asked.append(minimum(arrays, time_limit_s=100, gap=0))
        return asked[-1]

    found = window_by_window(model, solve, 9)
    assert [one.status for one in asked] == [Status.OPTIMAL] * 5  # from 0, 8, 16, 24 and 32 on
    first, reached = asked[0].objective, float(model.arrays.cost @ found.values)
    assert found.objective == pytest.approx(reached)
    assert found.gap == pytest.approx((reached - first) / abs(reached))


def test_a_sum_of_rows_is_kept_by_whatever_keeps_the_rows(tight: Programme) -> None:
    model = build(Facts.of(tight, PlanOptions()))
    best = minimum(model.arrays, time_limit_s=100, gap=0)
    for fine in (0, 7, 35, 36):
        merged = merge_rows(model.arrays, model, fine).arrays
        activity = merged.matrix @ best.values
        room = 1e-6 * np.maximum(np.abs(activity), 1)
        assert (activity >= merged.low - room).all()
        assert (activity <= merged.high + room).all()
        late = -(-(36 - fine) // 6)
        dated = sum(block.shape[0] for block in model.rows.values() if block.ndim == 2)
        assert merged.low.size == dated * (fine + late)


def test_nothing_kept_takes_anything_of_a_merged_period(tight: Programme) -> None:
    model = build(Facts.of(tight, PlanOptions()))
    of_column, of_row = column_periods(model), row_periods(model)
    lag = longest_lag(model, of_column, of_row)
    entries = model.arrays.matrix.tocoo()
    assert lag == 1  # stock, backlog and leads of up to half a month
    assert (of_row[entries.row] - of_column[entries.col] <= lag).all()
    assert (of_row[entries.row] >= of_column[entries.col]).all()


def test_make_or_buy_in_windows_is_still_43() -> None:
    found = plan(make_or_buy(), options=PlanOptions(window=2))
    assert found.cash.net.sum() == pytest.approx(-43)


def test_setups_in_windows_are_near_the_best_and_say_how_near() -> None:
    base = make_or_buy()
    names = tuple(route.name for route in base.routes)
    setup = Campaign(name="lot", route=names[0], from_date="2026-01", setup_usd=7.0)
    lots = base.model_copy(update={"campaigns": (setup,)})
    best, found = plan(lots), plan(lots, options=PlanOptions(window=2))
    assert found.objective_usd <= best.objective_usd + 1e-6
    bound = found.objective_usd + found.gap * abs(found.objective_usd)
    assert best.objective_usd <= bound + 1e-6


def test_the_reader_is_told() -> None:
    found = plan(make_or_buy(), options=PlanOptions(window=2))
    assert any("window by window" in sentence for sentence in found.assumptions)
    assert not any("window" in sentence for sentence in plan(make_or_buy()).assumptions)
