"""Money over time: closed forms and identities."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabstack.economics import (
    Depreciation,
    annual_capital_cost_usd,
    annuity_factor,
    depreciation_usd,
    discount_factors,
    internal_rate_of_return,
    net_present_value_usd,
    payback_years,
)


@given(st.sampled_from(Depreciation), st.floats(1, 1e9), st.integers(1, 40), st.floats(0, 1))
def test_an_asset_is_written_off_to_its_salvage_value(method, price, life, salvage_share):
    salvage = price * salvage_share
    yearly = depreciation_usd(price, life_years=life, salvage_usd=salvage, method=method)
    assert len(yearly) == life
    assert yearly.min() >= -1e-9 * price
    assert yearly.sum() == pytest.approx(price - salvage, abs=1e-9 * price)


def test_straight_line_over_five_years():
    assert depreciation_usd(100, life_years=5).tolist() == [20] * 5


def test_sum_of_years():
    yearly = depreciation_usd(150, life_years=5, method=Depreciation.SUM_OF_YEARS)
    assert yearly.tolist() == pytest.approx([50, 40, 30, 20, 10])


def test_double_declining_balance_turns_to_a_straight_line():
    # 100 over 5 years: 40, 24, 14.4, then 10.8 twice
    yearly = depreciation_usd(100, life_years=5, method=Depreciation.DECLINING_BALANCE)
    assert yearly.tolist() == pytest.approx([40, 24, 14.4, 10.8, 10.8])


@pytest.mark.parametrize("fault", [{"life_years": 0}, {"life_years": 5, "salvage_usd": 101}])
def test_assets_without_sense_are_refused(fault):
    with pytest.raises(ValueError, match="an asset needs"):
        depreciation_usd(100, **fault)


@given(st.floats(0, 0.5), st.integers(1, 50))
def test_an_annuity_is_the_sum_of_its_payments(rate, years):
    payments = discount_factors(rate, np.arange(1, years + 1))
    assert annuity_factor(rate, years) == pytest.approx(payments.sum())
    assert net_present_value_usd([0] + [1] * years, rate) == pytest.approx(payments.sum())


@given(st.floats(0.001, 0.3), st.integers(1, 30), st.floats(0, 50))
def test_the_annual_cost_pays_an_asset_back(rate, years, salvage):
    annual = annual_capital_cost_usd(100.0, rate, years, salvage_usd=salvage)
    cash = np.array([-100.0] + [annual] * years)
    cash[-1] += salvage
    assert net_present_value_usd(cash, rate) == pytest.approx(0, abs=1e-9)


@given(st.floats(-0.3, 2.0), st.integers(1, 20))
def test_the_rate_of_return_makes_a_flow_worth_nothing(rate, years):
    income = 1 / discount_factors(rate, np.array([years]))[0]
    found = internal_rate_of_return([-1.0] + [0.0] * (years - 1) + [income])
    assert found == pytest.approx(rate, abs=1e-9)


def test_no_single_rate_of_return():
    for cash in ([-1, 3, -2], [1, 2], [0, 0]):
        with pytest.raises(ValueError, match="exactly once"):
            internal_rate_of_return(cash)


def test_payback():
    assert payback_years([-100, 40, 40, 40]) == pytest.approx(2.5)
    assert payback_years([-100, 10]) == math.inf
    assert payback_years([5, 10]) == 0
    assert payback_years([-100, 110], rate_share=0.1) == pytest.approx(1.0)
