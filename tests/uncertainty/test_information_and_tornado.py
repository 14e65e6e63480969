"""The value of knowing, and swings of one input at a time, against closed forms."""

import math

import numpy as np
import pytest
from scipy import stats

from fabstack.model import Distribution
from fabstack.uncertainty.information import best_decision, information_on, perfect_information
from fabstack.uncertainty.tornado import tornado
from fabstack.uncertainty.uniforms import Design, uniforms

N = 40_000


def normal(name: str, deviation: float) -> np.ndarray:
    shares = uniforms([name], samples=N, seed=2, design=Design.LATIN_HYPERCUBE)[name]
    return deviation * stats.norm.ppf(shares)


def test_a_risky_and_a_safe_decision():
    """Act for X + Y, or not for 0, both around nothing: knowing is worth sd / sqrt(2 pi)."""
    x, y = normal("x", 3), normal("y", 4)
    payoffs = np.array([x + y, np.zeros(N)])
    error = 4 * 5 / math.sqrt(N)
    unit = 1 / math.sqrt(2 * math.pi)
    assert perfect_information(payoffs) == pytest.approx(5 * unit, abs=error)
    assert information_on(payoffs, x, 100) == pytest.approx(3 * unit, abs=error)
    assert information_on(payoffs, y, 100) == pytest.approx(4 * unit, abs=error)
    assert information_on(payoffs, normal("idle", 1)) < 0.1


def test_a_decision_that_is_always_best_makes_knowing_worthless():
    payoffs = np.array([[3.0, 4.0, 5.0], [1.0, 2.0, 3.0]])
    assert best_decision(payoffs) == 0
    assert perfect_information(payoffs) == 0


def test_knowing_an_event_that_may_happen_is_worth_all_that_hangs_on_it():
    event = np.repeat([0.0, 1.0], [700, 300])
    payoffs = np.array([10.0 - 20 * event, np.zeros(1000)])
    assert information_on(payoffs, event) == pytest.approx(7.0 - 4.0)
    assert perfect_information(payoffs) == pytest.approx(3.0)


def test_the_newsvendors_uncertainty_costs_what_the_textbook_says():
    """Uniform demand 0 to 1, price 1, cost c: best order 1 - c gains (1 - c)^2 / 2; knowing
    demand gains (1 - c) / 2, so knowing is worth c (1 - c) / 2."""
    demand = (np.arange(4000) + 0.5) / 4000
    orders, c = np.linspace(0, 1, 201), 0.3
    payoffs = np.array([np.minimum(demand, q) - c * q for q in orders])
    payoffs_known = (1 - c) * demand
    assert orders[best_decision(payoffs)] == pytest.approx(1 - c)
    assert payoffs.mean(axis=1).max() == pytest.approx((1 - c) ** 2 / 2, abs=1e-4)
    worth = payoffs_known.mean() - payoffs.mean(axis=1).max()
    assert worth == pytest.approx(c * (1 - c) / 2, abs=1e-4)
    assert perfect_information(payoffs) == pytest.approx(worth, abs=2e-3)


@pytest.mark.parametrize("payoffs", [np.ones(3), np.empty((0, 3)), np.array([[np.nan]])])
def test_payoffs_that_are_none_are_refused(payoffs):
    with pytest.raises(ValueError, match="finite numbers"):
        perfect_information(payoffs)
    with pytest.raises(ValueError, match="3 of the input"):
        information_on(np.ones((2, 4)), np.ones(3))


def test_a_tornado_swings_by_the_percentiles_of_each_input():
    inputs = {
        "a": Distribution.parse("uniform(0, 10)"),
        "b": Distribution.parse("normal(100, 4)"),
        "c": Distribution.parse("3"),
    }
    first, second = tornado(lambda v: 2 * v["a"] - v["b"] + v["c"], inputs)
    assert (first.input, first.at_low, first.at_high) == ("a", 2 - 97, 18 - 97)
    assert second.input == "b"
    assert second.at_low - second.at_high == pytest.approx(2 * 4 * stats.norm.ppf(0.9))


def test_a_tornado_without_anything_that_varies_is_empty():
    assert tornado(lambda v: v["c"], {"c": Distribution.parse("3")}) == ()
