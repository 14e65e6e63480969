"""Missing people make work longer, by hand and in closed form."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ramp_made import activity, header, programme

from fabstack.model.header import Ramp
from fabstack.model.workforce import Skill
from fabstack.ramp import ramp
from fabstack.ramp.staffing import _Pace


def made(*activities, skills, delays=True, **other):
    found = programme(*activities, skills=skills, **other)
    return found.model_copy(update={"ramp": Ramp(correlation=0, staff_delays=delays)})


def ends(which, samples=1):
    result = ramp(which, samples=samples)
    return {row.name: result.end_months(row.name) for row in which.activities}


def skill(headcount, **other):
    return Skill(name="designers", headcount=headcount, **other)


def work(name, months, people, after="", **other):
    return activity(name, months, after, skill="designers", people=people, **other)


def test_half_of_the_people_take_twice_as_long():
    found = ends(made(work("a", 4, 10), skills=[skill(5)]))
    assert found["a"] == pytest.approx(8.0)


def test_enough_people_change_no_bit():
    rows = work("a", "pert(2, 3, 6)", 10), work("b", "pert(1, 2, 4)", 8, "a")
    with_delays = ends(made(*rows, skills=[skill(10)]), samples=50)
    without = ends(made(*rows, skills=[skill(10)], delays=False), samples=50)
    for name in ("a", "b"):
        assert np.array_equal(with_delays[name], without[name])


def test_without_the_switch_nobody_waits():
    found = ends(made(work("a", 4, 10), skills=[skill(1)], delays=False))
    assert found["a"] == pytest.approx(4.0)


def test_work_side_by_side_shares_its_people():
    """20 are needed and 10 are there: both at half speed, until the shorter one has ended."""
    rows = work("a", 3, 10), work("b", 6, 10)
    found = ends(made(*rows, skills=[skill(10)]))
    assert found["a"] == pytest.approx(6.0, abs=2e-3)  # settled to within an hour
    assert found["b"] == pytest.approx(9.0, abs=2e-3)  # 3 months of it in 6, the rest at full speed


def test_who_is_hired_helps_from_the_month_of_joining():
    """5 of 10 in the first month, then all: half a month is lost."""
    found = ends(made(work("a", 4, 10), skills=[skill(5, hires_per_month=5)]))
    assert found["a"] == pytest.approx(4.5)


def test_what_follows_begins_later_and_others_do_not():
    rows = work("a", 4, 10), activity("b", 1, "a"), activity("c", 1)
    found = ends(made(*rows, skills=[skill(5)]))
    assert (found["b"][0], found["c"][0]) == (pytest.approx(9.0), pytest.approx(1.0))


def test_nobody_at_all_still_ends():
    found = ends(made(work("a", 4, 10), skills=[skill(0)], programme=header(end="2026-12-31")))
    # a hundredth of the work in each month of the horizon, and the rest at full speed after it
    assert found["a"] == pytest.approx(12 + 4 - 0.12)


def test_fewer_people_never_end_one_activity_sooner():
    last = 0.0
    for headcount in (12, 10, 7, 4, 2, 1):
        end = ends(made(work("a", 5, 10), skills=[skill(headcount)]))["a"][0]
        assert end >= last - 1e-9
        last = end


def month_by_month(grid, pace, start, work):
    """When work ends that goes on at the pace of each month, and at full speed outside of them."""
    now, left = start, work
    if now + work <= grid[0]:
        return now + work
    if now < grid[0]:
        now, left = grid[0], now + work - grid[0]
    for ends, share in zip(grid[1:], pace, strict=True):
        if now < ends:
            if (ends - now) * share >= left:
                return now + left / share
            now, left = ends, left - (ends - now) * share
    return now + left


@given(
    st.lists(st.sampled_from([0.01, 0.25, 0.5, 1.0]), min_size=1, max_size=9),
    st.floats(-3, 12),
    st.floats(0, 12),
)
def test_work_goes_on_at_the_pace_of_each_month(shares, start, work):
    grid = np.cumsum([0.5, *[1.0] * len(shares)])
    pace = _Pace(grid, np.array([shares, shares[::-1]]).T)
    for future, own in enumerate((shares, shares[::-1])):
        lasting = pace.lasting(np.full(2, start), np.full(2, work))[future]
        assert start + lasting == pytest.approx(month_by_month(grid, own, start, work), abs=1e-9)
