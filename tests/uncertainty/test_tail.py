"""Means of the worst cases against closed forms; ../shared/reference/ramp.md, 6.7."""

import math

import numpy as np
import pytest
from scipy import special, stats

from fabstack.model import Distribution
from fabstack.uncertainty.chance import quantile
from fabstack.uncertainty.tail import inverse_tail, sample_tail, tail
from fabstack.uncertainty.uniforms import Design, uniforms

# percentiles 90, 95, 99: (VaR, CVaR)
CASES = {
    "N": [(1.281552, 1.754983), (1.644854, 2.062713), (2.326348, 2.665214)],
    "lognormal(1, 0.5)": [(1.897953, 2.461641), (2.276017, 2.858591), (3.200074, 3.841253)],
    "exponential(1)": [(2.302585, 3.302585), (2.995732, 3.995732), (4.605170, 5.605170)],
    "Pareto": [(2.154435, 3.231652), (2.714418, 4.071626), (4.641589, 6.962383)],
    "t4": [(1.533206, 2.499340), (2.131847, 3.202870), (3.746947, 5.220584)],
}
INVERSES = {
    "N": special.ndtri,
    "Pareto": lambda u: (1 - u) ** (-1 / 3),
    "t4": lambda u: special.stdtrit(4, u),
}


def inverse_of(name: str):
    return INVERSES.get(name) or (lambda u: quantile(Distribution.parse(name), u))


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize(("row", "percent"), list(enumerate((90, 95, 99))))
def test_tails_are_those_of_the_closed_forms_to_the_printed_digits(name, row, percent):
    found = inverse_tail(inverse_of(name), percent)
    assert found == pytest.approx(CASES[name][row], abs=6e-7)


@pytest.mark.parametrize("text", ["lognormal(1, 0.5)", "exponential(1)"])
def test_a_distribution_of_a_table_has_the_same_tail(text):
    assert tail(Distribution.parse(text), 95) == pytest.approx(CASES[text][1], abs=6e-7)


def test_the_tail_of_a_uniform_and_of_a_triangle():
    assert tail(Distribution.parse("uniform(0, 1)"), 80) == pytest.approx((0.8, 0.9))
    found = tail(Distribution.parse("triangular(12, 18, 36)"), 90)
    assert found == pytest.approx((29.427329, 31.618220), abs=6e-7)


@pytest.mark.parametrize(("percent", "expected"), [(80, 9.5), (85, 9.666667), (0, 5.5), (95, 10)])
def test_an_atom_at_the_percentile_is_split(percent, expected):
    assert sample_tail(np.arange(1.0, 11.0), percent).mean_beyond == pytest.approx(
        expected, abs=5e-7
    )


def test_a_tail_of_ties_is_their_value():
    assert sample_tail(np.full(7, 3.0), 90) == (3.0, 3.0)


@pytest.mark.parametrize("name", CASES)
def test_a_sample_finds_the_tail_within_four_standard_errors(name):
    n, share = 200_000, 0.9
    shares = uniforms(["x"], samples=n, seed=4, design=Design.PLAIN)["x"]
    values = inverse_of(name)(shares)
    beyond = np.sort(values)[-int(n * (1 - share)) :]
    var, cvar = CASES[name][0]
    # asymptotic: the worst k, and the percentile's own scatter weighted by the distance to it
    error = math.sqrt((beyond.var() + share * (cvar - var) ** 2) / len(beyond))
    assert sample_tail(values, 90).mean_beyond == pytest.approx(cvar, abs=4 * error)


@pytest.mark.parametrize("percent", [-1, 100, 101])
def test_a_percentile_without_a_tail_is_refused(percent):
    with pytest.raises(ValueError, match="from 0 to below 100"):
        sample_tail(np.ones(3), percent)


def test_an_empty_sample_is_refused():
    with pytest.raises(ValueError, match="empty sample"):
        sample_tail(np.empty(0), 90)


def test_the_peer_agrees_on_a_normal_away_from_zero():
    found = tail(Distribution.parse("normal(100, 5)"), 97)
    expected = 100 + 5 * stats.norm.pdf(stats.norm.ppf(0.97)) / 0.03
    assert found.mean_beyond == pytest.approx(expected, rel=1e-8)
