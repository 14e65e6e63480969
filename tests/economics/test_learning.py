"""Learning curves: anchor points and limits."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabstack.economics import (
    Constant,
    Cumulative,
    Exponential,
    LearningCurveName,
    UnknownNameError,
    Wright,
    learning_curve,
    wright_exponent,
)


def test_twenty_percent_for_each_doubling():
    # economics.md 1.4: b -0.32193, 0.64 after 4 times, 0.4765 after 10 times
    curve = Wright(1.0, 0.2)
    assert wright_exponent(0.2) == pytest.approx(-0.32193, abs=5e-6)
    assert curve(4.0) == pytest.approx(0.64)
    assert curve(10.0) == pytest.approx(0.4765, abs=5e-5)


@pytest.mark.parametrize("units", [1, 7, 1000, 1001, 50_000])
@pytest.mark.parametrize("rate", [0.0, 0.2, 0.5, 0.7])
def test_the_total_is_the_sum_of_the_units(units, rate):
    curve = Wright(10.0, rate)
    assert curve.total(units) == pytest.approx(
        float(curve(np.arange(1, units + 1.0)).sum()), rel=1e-11
    )


def test_defects_fall_to_their_floor():
    # economics.md section 8: start 0.8, floor 0.12, four quarters
    curve = Exponential(0.8, 0.12, 4.0)
    assert curve(0.0) == curve(-1.0) == 0.8
    assert curve(4.0) == pytest.approx(0.12 + 0.68 / math.e)
    assert curve(1e9) == pytest.approx(0.12)


def test_cumulative_learning_starts_at_the_start():
    curve = Cumulative(0.8, 0.1, scale=1000.0)
    assert curve(0.0) == pytest.approx(0.8)
    assert curve(1000.0) == pytest.approx(0.1 + 0.7 * 0.8)  # experience has doubled


@given(st.floats(1, 1e6), st.floats(1, 100))
def test_more_experience_never_costs_more(experience, more):
    for curve in (Wright(5.0, 0.2), Exponential(2.0, 1.0, 50.0), Cumulative(2.0, 1.0, 10.0)):
        assert curve(experience * more) <= curve(experience)


def test_curves_take_arrays():
    time = np.array([0.0, 4.0])
    assert Exponential(0.8, 0.12, 4.0)(time).shape == (2,)
    assert Constant(3.0)(time).tolist() == [3.0, 3.0]


def test_curves_have_names():
    assert learning_curve(LearningCurveName.WRIGHT, first=2.0, learning_rate_share=0.5)(2.0) == 1.0
    assert learning_curve("constant", value=0.1)(9.0) == 0.1
    with pytest.raises(UnknownNameError, match="did you mean 'wright'"):
        learning_curve("write")
    with pytest.raises(ValueError, match="learning curve 'wright'"):
        learning_curve("wright", rate=0.2)


def test_rates_and_times_without_sense_are_refused():
    with pytest.raises(ValueError, match=r"0\.2 for 20 %"):
        Wright(1.0, 20.0)
    with pytest.raises(ValueError, match="above 0"):
        Exponential(1.0, 0.5, 0.0)
