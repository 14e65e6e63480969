"""Curves of a ramp and of learning; ../shared/reference/ramp.md, 6.5."""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import quad

from fabstack.economics.growth import Experience, Gompertz, Logistic, good_output
from fabstack.economics.learning import (
    CumulativeAverage,
    Exponential,
    Wright,
    learning_rate,
    wright_exponent,
)
from fabstack.economics.yields import die_yield


def test_crawfords_units_and_their_sum():
    curve = Wright(100, 0.2)
    expected = (100, 80, 70.2104, 64, 59.5637, 56.1683, 53.4490, 51.2)
    assert [curve(n) for n in range(1, 9)] == pytest.approx(expected, abs=5e-5)
    assert curve.total(8) == pytest.approx(534.5914, abs=5e-5)


def test_wrights_average_is_not_crawfords_unit():
    curve = CumulativeAverage(100, 0.2)
    assert curve(8) == pytest.approx(51.2)
    assert curve.total(8) == pytest.approx(409.6)
    assert curve.unit(8) == pytest.approx(35.4573, abs=5e-5)
    assert curve.unit(1) == 100
    assert math.fsum(curve.unit(n) for n in range(1, 9)) == pytest.approx(409.6)


@pytest.mark.parametrize(("rate", "b"), [(0.1, -0.152003), (0.15, -0.234465), (0.3, -0.514573)])
def test_exponents_of_learning(rate, b):
    assert wright_exponent(rate) == pytest.approx(b, abs=5e-7)


def test_a_fall_to_512_in_three_doublings_is_a_curve_of_80_percent():
    assert learning_rate((1_000, 8_000), (1.0, 0.512)) == pytest.approx(0.2)
    units = (10, 30, 90, 400)
    assert learning_rate(units, tuple(Wright(7, 0.13)(n) for n in units)) == pytest.approx(0.13)


@pytest.mark.parametrize(("units", "values"), [((5, 5), (1, 2)), ((1, 2), (1, 0)), ((1,), (1,))])
def test_a_fit_without_a_slope_is_refused(units, values):
    with pytest.raises(ValueError, match="two different units"):
        learning_rate(units, values)


@pytest.mark.parametrize(
    ("quarter", "density", "negative_binomial", "poisson"),
    [
        (0, 0.8, 0.10147, 0.03232),
        (4, 0.37016, 0.27958, 0.20434),
        (8, 0.21203, 0.45182, 0.40269),
        (16, 0.13245, 0.59430, 0.56653),
    ],
)
def test_defects_fall_and_the_yield_of_a_die_of_429_mm2_rises(
    quarter, density, negative_binomial, poisson
):
    now = Exponential(0.8, 0.12, 4)(quarter)
    assert now == pytest.approx(density, abs=5e-6)
    for name, expected in (("negative-binomial", negative_binomial), ("poisson", poisson)):
        found = die_yield(name, area_cm2=4.29, d0_per_cm2=now, alpha=3)
        assert found == pytest.approx(expected, abs=5e-6)


def test_the_density_of_a_fifth_comes_after_eight_and_a_half_quarters():
    curve = Exponential(0.8, 0.12, 4)
    assert curve.when(0.2) == pytest.approx(8.560265, abs=5e-7)
    assert curve.when(0.8) == 0
    for never in (0.12, 0.1, 0.9):
        with pytest.raises(ValueError, match="never reached"):
            curve.when(never)


def test_a_logistic_ramp():
    curve = Logistic(100, 0.5, 12)
    assert curve.when(0.1) == pytest.approx(7.605551, abs=5e-7)
    assert curve.when(0.9) == pytest.approx(16.394449, abs=5e-7)
    assert curve.area(0, 24) == pytest.approx(1200, abs=1e-9)
    assert curve.area(3, 20) == pytest.approx(quad(curve, 3, 20)[0])
    assert curve(np.array([12.0])) == pytest.approx([50])
    module = Logistic.from_spread(20_000, 6, 12)
    assert module.when(0.9) - module.when(0.1) == pytest.approx(12)


def test_a_gompertz_ramp():
    curve = Gompertz(100, 5, 0.3)
    assert curve.inflection == pytest.approx(5.364793, abs=5e-7)
    assert curve(curve.inflection) == pytest.approx(36.7879, abs=5e-5)
    assert curve.when(0.5) == pytest.approx(6.586503, abs=5e-7)
    slopes = np.diff(curve(np.linspace(0, 20, 20001)))
    assert np.argmax(slopes) / 1000 == pytest.approx(curve.inflection, abs=0.002)


def test_the_discrete_ramp_counted_by_hand():
    """Starts min(m, 10), yield min(.3 + .05 m, .8) by start month, three months of cycle."""
    months = np.arange(1, 16)
    starts, yields = np.minimum(months, 10.0), np.minimum(0.3 + 0.05 * months, 0.8)
    out = good_output(starts, yields, 3)
    expected = {4: 0.35, 5: 0.80, 6: 1.35, 7: 2.00, 10: 4.55, 13: 8.00}
    assert {m: out[m - 1] for m in expected} == pytest.approx(expected)
    assert math.fsum(out) == pytest.approx(51.75)


def test_a_cycle_of_half_a_period_splits_the_output():
    out = good_output(np.array([10.0, 0, 0]), np.ones(3), 0.5)
    assert out.tolist() == [5, 5, 0]
    assert good_output(np.ones(3), np.ones(3), 7).tolist() == [0, 0, 0]


def test_experience_of_wafers_and_of_engineers_both_count():
    curve = Experience(0.8, wafer_scale=1000, engineering_scale=50)
    assert curve(0.0, 0.0) == pytest.approx(0.8)
    assert curve(1000.0, 0.0) / 0.8 == pytest.approx(2**-0.25)
    assert curve(1000.0, 150.0) / curve(1000.0, 0.0) == pytest.approx(4**-0.2)
    assert replace(curve, disturbance=0.5)(0.0, 0.0) == pytest.approx(0.8 * math.exp(0.5))
    assert curve(np.array([0.0, 1000.0]), 0.0) == pytest.approx([0.8, 0.8 * 2**-0.25])
