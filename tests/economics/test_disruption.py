"""Events, recovery and bridges; ../shared/reference/ramp.md, 5 and 6.6."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabstack.economics.disruption import (
    bridge_stock,
    compound_poisson,
    critical_service,
    largest_gap,
    lost_time,
    recovering_output,
)


def test_losses_of_five_years_are_a_compound_poisson_sum():
    found = compound_poisson(0.5, 1.5, 2.0, 5.0)
    assert found == pytest.approx((3.75, 15.625, 0.082085), abs=5e-7)


def test_a_sample_of_events_has_the_same_moments():
    rng, n = np.random.default_rng(3), 100_000
    counts = rng.poisson(2.5, n)
    shape = (1.5 / 2) ** 2
    totals = rng.gamma(shape * counts.clip(1), 1.5 / shape) * (counts > 0)
    exact = compound_poisson(0.5, 1.5, 2.0, 5.0)
    assert totals.mean() == pytest.approx(exact.mean, abs=4 * math.sqrt(exact.variance / n))
    assert (totals == 0).mean() == pytest.approx(exact.chance_of_none, abs=4 * 0.28 / math.sqrt(n))


def test_recovery_is_straight_and_costs_the_stop_and_half_of_the_climb():
    """Naka 2021: restart on day 29, full on day 97; 29 + 68 / 2 days of output are lost."""
    days = np.arange(0, 200, 0.01)
    share = recovering_output(days, np.array([10.0]), np.array([29.0]), np.array([68.0]))
    assert share[days < 10].min() == 1
    assert np.interp(10 + 29 + 34, days, share) == pytest.approx(0.5)
    assert (1 - share).sum() * 0.01 == pytest.approx(29 + 34, abs=0.02)
    assert lost_time(np.array([29.0]), np.array([68.0])) == pytest.approx(63)


def test_of_two_events_the_worse_counts():
    moments = np.array([5.0, 12.0, 30.0])
    share = recovering_output(
        moments, np.array([0.0, 10.0]), np.array([2.0, 5.0]), np.array([6.0, 0.0])
    )
    assert share.tolist() == [0.5, 0.0, 1.0]


def test_a_bridge_covers_the_wanted_share_of_futures_and_not_a_unit_more():
    shortfalls = np.arange(1.0, 101.0)
    assert bridge_stock(shortfalls, 95) == 95
    assert bridge_stock(shortfalls, 100) == 100
    for wrong in (0, 101):
        with pytest.raises(ValueError, match="service level"):
            bridge_stock(shortfalls, wrong)


def test_the_stock_that_just_lasts_is_the_largest_lead_of_need_over_supply():
    need, supply = np.array([[5.0], [5], [5], [5]]), np.array([[7.0], [0], [4], [99]])
    assert largest_gap(need, supply).tolist() == [4]  # 2 over, then 5 and 1 missing


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=12))
def test_with_that_stock_nothing_is_ever_short_and_with_less_something_is(rows):
    need, supply = (np.array([[row[k]] for row in rows], dtype=float) for k in (0, 1))
    stock = float(largest_gap(need, supply)[0])
    level = stock + np.cumsum(supply - need)
    assert level.min() >= 0
    assert stock == 0 or level.min() == 0


def test_a_unit_short_that_costs_nine_times_a_unit_over_asks_for_90_percent():
    assert critical_service(9, 1) == 90
