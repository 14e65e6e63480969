"""Inverses of distributions against closed forms; figures of ../shared/reference/ramp.md, T6."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

from fabstack.model import Distribution, Kind
from fabstack.uncertainty.chance import is_random, quantile

MIDDLES = (np.arange(200_000) + 0.5) / 200_000
SPELLINGS = [
    "uniform(2, 5)",
    "triangular(12, 18, 36)",
    "triangular(3, 3, 9)",
    "pert(12, 18, 36)",
    "pert(2, 5, 14)",
    "exponential(7)",
    "normal(20, 3)",
    "lognormal(1.36, 0.31)",
    "gamma(10, 0.5)",
    "gamma(10, 2)",
]


def at(text: str, *shares: float) -> np.ndarray:
    return quantile(Distribution.parse(text), np.array(shares))


def test_pert_percentiles_are_those_of_the_beta_distribution():
    assert at("pert(12, 18, 36)", 0.1, 0.5, 0.8, 0.9) == pytest.approx(
        [14.69364, 19.53144, 23.76462, 26.01337], abs=5e-6
    )
    assert at("pert(2, 5, 14)", 0.8) == pytest.approx([7.88231], abs=5e-6)


def test_triangular_percentiles_follow_from_two_square_roots():
    assert at("triangular(12, 18, 36)", 0.8, 0.9) == pytest.approx([26.70484, 29.42733], abs=5e-6)


@pytest.mark.parametrize(
    ("text", "mean", "variance"),
    [
        ("pert(1, 2, 9)", 3, 1.714286),
        ("pert(2, 5, 14)", 6, 4.571429),
        ("pert(12, 18, 36)", 20, 18.285714),
        ("triangular(12, 18, 36)", 22, 26),
    ],
)
def test_three_point_moments_are_exact_and_not_a_sixth_of_the_range(text, mean, variance):
    """var = (mean - low)(high - mean) / 7 for betaPERT with weight 4; middles of 200,000 strata."""
    drawn = quantile(Distribution.parse(text), MIDDLES)
    assert drawn.mean() == pytest.approx(mean, abs=1e-5)
    assert drawn.var() == pytest.approx(variance, rel=1e-4)


@pytest.mark.parametrize("text", SPELLINGS)
def test_mean_of_all_quantiles_is_the_mean_that_the_model_states(text):
    distribution = Distribution.parse(text)
    assert quantile(distribution, MIDDLES).mean() == pytest.approx(distribution.mean, rel=2e-4)


@pytest.mark.parametrize("text", SPELLINGS)
def test_quantiles_never_fall_and_never_leave_the_range(text):
    distribution = Distribution.parse(text)
    drawn = quantile(distribution, MIDDLES)
    assert (np.diff(drawn) >= 0).all()
    assert drawn.min() >= distribution.lowest
    assert np.isfinite(quantile(distribution, np.array([0.0, 1.0]))).all()


def test_lognormal_is_given_by_its_median_and_its_sigma():
    assert at("lognormal(1.36, 0.31)", 0.5, special.ndtr(1.0)) == pytest.approx(
        [1.36, 1.36 * math.exp(0.31)]
    )


def test_gamma_has_the_stated_coefficient_of_variation():
    drawn = quantile(Distribution.parse("gamma(10, 0.5)"), MIDDLES)
    assert drawn.std() / drawn.mean() == pytest.approx(0.5, rel=1e-3)


def test_a_normal_is_cut_at_nothing_as_in_the_simulator():
    assert at("normal(1, 10)", 0.01, 0.5)[0] == 0.0


def test_an_empirical_distribution_gives_its_values_alike_and_in_order():
    drawn = quantile(Distribution.parse("empirical(9, 1, 4, 4)"), np.array([0.1, 0.3, 0.6, 0.9]))
    assert drawn.tolist() == [1, 4, 4, 9]


def test_an_exponential_median_is_the_mean_times_the_logarithm_of_2():
    assert at("exponential(10)", 0.5)[0] == pytest.approx(10 * math.log(2))


@settings(max_examples=30, deadline=None)
@given(
    low=st.floats(0, 50),
    first=st.floats(0, 1),
    width=st.floats(1e-3, 100),
)
def test_the_spline_of_many_pert_draws_equals_the_exact_inverse(low, first, width):
    mode = min(low + first * width, low + width)
    distribution = Distribution(Kind.PERT, (low, mode, low + width))
    shares = MIDDLES[::40]
    one_by_one = np.concatenate([quantile(distribution, part) for part in np.split(shares, 10)])
    assert quantile(distribution, shares) == pytest.approx(one_by_one, abs=1e-9 * (low + width))


@pytest.mark.parametrize(
    "text", ["5", "uniform(3, 3)", "pert(2, 2, 2)", "triangular(1, 1, 1)", "normal(4, 0)"]
)
def test_a_distribution_without_width_is_a_number(text):
    distribution = Distribution.parse(text)
    assert not is_random(distribution)
    assert quantile(distribution, MIDDLES[::1000]) == pytest.approx(distribution.mean)
