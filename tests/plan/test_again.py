"""Plans from a basis are those from nothing, whatever was planned before."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.plan.plan_samples import make_or_buy

from fabstack.errors import LimitError
from fabstack.formats import load, set_cell
from fabstack.model import Programme
from fabstack.model.header import Service
from fabstack.plan import Integers, PlanOptions, plan, resolve
from fabstack.plan.build import build
from fabstack.plan.facts import Facts
from fabstack.plan.highs import minimum
from fabstack.plan.scaling import scaled
from fabstack.plan.warm import Warm
from fabstack.ramp import at_percentile, in_future, ramp

RELAXED = PlanOptions(integers=Integers.RELAXED)


@pytest.fixture(scope="module")
def futures(project: Path) -> list[Programme]:
    """Texas in quarters at its medians, and in five sampled futures."""
    texas = load(project / "programmes" / "texas")
    texas = texas.model_copy(update={"planning": replace(texas.planning, periods="40q")})
    sampled = ramp(texas, samples=50, seed=5)
    numbers = (0, 1, 2, 12, 14)  # in the last two, rows are off unless the last basis is used again
    return [at_percentile(texas, sampled, 50), *(in_future(texas, sampled, k) for k in numbers)]


def test_plans_from_a_basis_are_those_from_nothing(futures: list[Programme]) -> None:
    for programme, found in zip(futures[1:4], resolve(futures[0], futures[1:4]), strict=True):
        cold = plan(programme, options=RELAXED)
        assert found.objective_usd == pytest.approx(cold.objective_usd, rel=1e-9)
        assert found.audit is not None
        assert found.audit.holds, found.audit
        assert found.audit.balance_error < 1e-6


def test_a_plan_does_not_depend_on_what_was_planned_before(futures: list[Programme]) -> None:
    *_, after_others = resolve(futures[0], futures[1:4])
    (alone,) = resolve(futures[0], futures[3:4])
    assert (after_others.starts == alone.starts).all()
    assert (after_others.stock == alone.stock).all()


def test_nothing_is_left_to_do_where_nothing_changes(futures: list[Programme]) -> None:
    first, second = (build(Facts.of(one, RELAXED)).arrays for one in futures[1:3])
    warm = Warm(first)
    warm.solve(second, keep=False)
    assert warm.steps > 0
    warm.solve(first)
    assert warm.steps == 0


def test_duals_from_a_basis_are_in_own_units() -> None:
    """Costs in millions, so that the objective has a unit of its own."""
    arrays = build(Facts.of(make_or_buy(), RELAXED)).arrays
    dear = arrays._replace(cost=arrays.cost * 3e6)
    dearer = arrays._replace(cost=arrays.cost * 4e6)
    found, cold = Warm(dear).solve(dearer), minimum(dearer, time_limit_s=100, gap=0)
    assert found.duals == pytest.approx(cold.duals, rel=1e-9, abs=1e-3)
    assert np.abs(cold.duals).max() > 1e6


def test_a_programme_of_another_shape_is_planned_from_nothing() -> None:
    longer = make_or_buy()
    longer = longer.model_copy(
        update={"programme": replace(longer.programme, end=longer.programme.end.replace(month=5))}
    )
    (found,) = resolve(make_or_buy(), [longer])
    assert found.objective_usd == pytest.approx(plan(longer).objective_usd)


def test_classes_in_strict_order_are_planned_in_that_order(project: Path) -> None:
    """A strict order of classes is several programs: the worth is that of `plan`."""
    chain = load(project / "programmes" / "toy-chain")
    strict = chain.model_copy(
        update={"planning": replace(chain.planning, service=Service.LEXICOGRAPHIC)}
    )
    (found,) = resolve(chain, [strict])
    assert (found.short == plan(strict, options=RELAXED).short).all()
    assert found.audit is not None
    assert found.audit.holds


def test_rows_are_kept_after_thousands_of_steps(futures: list[Programme]) -> None:
    """What is read of HiGHS is worked out at the last basis, not carried along to it."""
    base, *others = (build(Facts.of(one, RELAXED)).arrays for one in (futures[0], *futures[4:]))
    warm = Warm(base)
    for arrays in others:
        scaling = scaled(arrays)
        activity = scaling.arrays.matrix @ (warm.solve(arrays, keep=False).values / scaling.column)
        beyond = np.maximum(scaling.arrays.low - activity, activity - scaling.arrays.high)
        assert warm.steps > 500
        assert beyond.max() < 1e-9


def test_a_limit_of_time_is_told(futures: list[Programme]) -> None:
    with pytest.raises(LimitError, match=r"within 0\.001 s"):
        list(resolve(futures[0], futures[1:], options=PlanOptions(time_limit_s=0.001)))


def test_duals_from_a_basis_promise_the_change() -> None:
    """Instance A: a fourth of the makers' capacity more in a month saves what its dual says."""
    base = make_or_buy()
    more = set_cell(base, "phases/plant:first/capacity_per_month", "10.5")
    before, after = resolve(base, [base, more])
    gained = after.objective_usd - before.objective_usd
    assert gained == pytest.approx(0.5 * float(before.duals.phases.sum()))
