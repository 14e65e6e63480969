from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fabstack.ramp.timeline import Timeline

DAYS = st.dates(date(1950, 1, 1), date(2200, 12, 31))
STARTS = st.dates(date(2000, 1, 1), date(2050, 12, 31))


@given(STARTS, DAYS)
def test_a_day_becomes_a_moment_and_the_same_day_again(start, day):
    line = Timeline(start)
    assert line.day(line.months(day)) == day


@given(STARTS, DAYS)
@example(date(2050, 2, 1), date(1950, 1, 1))  # more than a hundred years before the start
def test_moments_and_days_from_the_start_are_one_scale(start, day):
    line = Timeline(start)
    moment = line.months(day)
    assert line.days(np.array([moment]))[0] == pytest.approx((day - start).days, abs=1e-6)
    back = line.moments(np.array([float((day - start).days)]))
    assert back[0] == pytest.approx(moment, abs=1e-9)


def test_months_are_those_of_the_calendar():
    line = Timeline(date(2025, 9, 1))
    assert line.months(date(2025, 9, 1)) == 0
    assert line.months(date(2027, 3, 1)) == 18
    assert line.months(date(2025, 9, 16)) == 0.5
    assert line.day(18.0) == date(2027, 3, 1)


def test_an_end_inside_a_day_is_done_on_the_next():
    line = Timeline(date(2026, 1, 1))
    assert line.day(1.0) == date(2026, 2, 1)
    assert line.day(1.001) == date(2026, 2, 2)


@pytest.mark.parametrize("months", [-1e9, 1e9])
def test_moments_beyond_all_calendars_stay_at_their_ends(months):
    day = Timeline(date(2026, 1, 1)).day(months)
    assert abs(day - date(2026, 1, 1)) > timedelta(days=30_000)
