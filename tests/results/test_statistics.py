"""Intervals of means."""

import pytest
from scipy.special import stdtrit

from fabstack.results.statistics import half_width_95, student_95


@pytest.mark.parametrize("freedom", [1, 2, 3, 4, 5, 9, 10, 29, 100, 999])
def test_students_t_is_that_of_scipy(freedom):
    assert student_95(freedom) == pytest.approx(float(stdtrit(freedom, 0.975)), rel=1e-12)


def test_one_mean_has_no_interval_and_equal_ones_a_narrow_one():
    assert half_width_95([3.0]) is None
    assert half_width_95([]) is None
    assert half_width_95([3.0, 3.0]) == 0.0
