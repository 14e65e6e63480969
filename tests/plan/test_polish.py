"""What a search has found is made better piece by piece, and never worse."""

from __future__ import annotations

import numpy as np
import plan_samples as s
import pytest

from fabstack.model.choices import Campaign, ItemCost
from fabstack.plan.build import Model, build
from fabstack.plan.facts import Facts
from fabstack.plan.highs import minimum
from fabstack.plan.options import PlanOptions
from fabstack.plan.pieces import lot_pieces
from fabstack.plan.polish import polished
from fabstack.plan.solver import Status, keeps, read, run, solver_of
from fabstack.plan.types import Floats

NAMES = ("a", "b", "c")


@pytest.fixture(scope="module")
def model() -> Model:
    """Three items with setups on one machine over nine months."""
    units = np.random.default_rng(7).integers(5, 40, (3, 9))
    programme = s.programme(
        months=9,
        items=tuple(s.item(name) for name in NAMES),
        item_costs=tuple(
            ItemCost(item=name, from_date=s.month(0), holding_usd_per_month=1.0) for name in NAMES
        ),
        plants=(s.plant(),),
        phases=(s.phase(float(units.sum() / 9 * 1.3 + 20)),),
        routes=tuple(s.route(name) for name in NAMES),
        campaigns=tuple(
            Campaign(name=name, from_date=s.month(0), route=f"make-{name}", setup_usd=60.0)
            for name in NAMES
        ),
        demands=tuple(
            demand
            for name, row in zip(NAMES, units.tolist(), strict=True)
            for demand in s.demands(*row, item=name)
        ),
    )
    return build(Facts.of(programme, PlanOptions(x_factor=0)))


def lot_for_lot(model: Model) -> Floats:
    """A plan with every setup in every month."""
    lower = model.arrays.lower.copy()
    lower[model.columns["set_up"]] = 1.0
    return minimum(model.arrays._replace(lower=lower), time_limit_s=60, gap=0.0).values


def test_pieces_lead_from_a_setup_in_every_month_to_far_fewer(model: Model) -> None:
    arrays, begin = model.arrays, lot_for_lot(model)
    pieces = [np.isin(np.arange(arrays.cost.size), row) for row in model.columns["set_up"]]
    found = polished(arrays, begin, pieces, 60)
    assert keeps(arrays, found)
    setups = found[model.columns["set_up"]]
    assert setups == pytest.approx(np.round(setups))
    best = minimum(arrays, time_limit_s=60, gap=1e-6).objective
    assert best - 1e-6 <= arrays.cost @ found < 0.5 * arrays.cost @ begin + 0.5 * best


def test_one_piece_that_is_all_leads_to_the_optimum(model: Model) -> None:
    found = polished(model.arrays, lot_for_lot(model), [model.arrays.whole], 60)
    best = minimum(model.arrays, time_limit_s=60, gap=1e-6).objective
    assert model.arrays.cost @ found == pytest.approx(best)


def test_without_time_or_pieces_nothing_changes(model: Model) -> None:
    begin = lot_for_lot(model)
    assert polished(model.arrays, begin, [model.arrays.whole], 0.0) is begin
    assert polished(model.arrays, begin, [], 60) is begin


def test_every_setup_is_free_in_a_run_of_periods_and_in_one_of_campaigns(model: Model) -> None:
    free = np.sum(lot_pieces(model), axis=0)
    assert free[model.columns["set_up"]].min() >= 2
    assert not free[~model.arrays.whole].any()


def test_what_a_search_has_found_by_its_limit_is_a_plan_though_a_bound_is_missed(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its whole columns count; the others are solved again."""
    monkeypatch.setattr("fabstack.plan.solver.keeps", lambda *_: False)
    solver = solver_of(model.arrays, {"mip_max_improving_sols": 1, "mip_rel_gap": 0.0})
    run(solver)
    found = read(solver, model.arrays)
    assert found.status is Status.LIMIT
    assert 0 < found.gap < np.inf
