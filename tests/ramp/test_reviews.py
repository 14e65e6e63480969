"""Reviews counted by hand; 1 January 2026 is a Thursday."""

import math

import numpy as np
import pytest
from ramp_made import activity, programme

from fabstack.errors import InputError
from fabstack.model.roadmap import Generation, Review
from fabstack.ramp import RampResult, ramp


def chip(*rows, samples: int = 20, **review) -> RampResult:
    settings = {"weekdays": "Tue;Sat", "stop_percent": 100, "cost_days": 1, **review}
    one = Review(name="r", generation="g", until="tape-out", **settings)
    case = programme(*rows, generations=[Generation(name="g")], reviews=[one])
    return ramp(case, samples=samples)


def days(result: RampResult, name: str) -> np.ndarray:
    return result.timeline.days(result.end_months(name))


def work(days: float) -> float:
    return days / 31  # of January


def test_a_review_that_always_stops_costs_its_days_and_those_days_hold_reviews():
    """Work until Thursday 8: Saturday 3 and Tuesday 6 cost two days; Saturday 10 is not reached."""
    result = chip(activity("tape-out", work(7), generation="g"))
    assert days(result, "tape-out") == pytest.approx(9)


def test_a_lost_day_that_is_a_review_day_costs_another():
    """Work until Friday 9 (8 days): 3 and 6 cost two, to Sunday 11; Saturday 10 costs one more."""
    result = chip(activity("tape-out", work(8), generation="g"))
    assert days(result, "tape-out") == pytest.approx(11)


def test_a_review_that_never_stops_costs_nothing():
    result = chip(activity("tape-out", work(20), generation="g"), stop_percent=0)
    assert days(result, "tape-out") == pytest.approx(20)


def test_reviews_hold_what_leads_to_their_last_activity_and_nothing_else():
    rows = [
        activity("design", work(7), generation="g"),
        activity("side", work(7), generation="g"),
        activity("building", work(7)),
        activity("tape-out", 0, "design;building", generation="g"),
        activity("after", work(7), "tape-out", generation="g"),
    ]
    result = chip(*rows)
    assert days(result, "design") == pytest.approx(9)
    assert days(result, "side") == pytest.approx(7)
    assert days(result, "building") == pytest.approx(7)
    assert days(result, "after") == pytest.approx(16)


def test_long_work_is_stretched_by_one_over_the_share_of_days_that_is_left():
    """Each day loses 2/7 x 0.5 x 1 days on average, so work of w days lasts w / (1 - 1/7)."""
    result = chip(activity("tape-out", 60, generation="g"), samples=4000, stop_percent=50)
    stretched = days(result, "tape-out") / result.timeline.days(np.array([60.0]))
    error = 4 * stretched.std() / math.sqrt(4000)
    assert stretched.mean() == pytest.approx(7 / 6, abs=error + 1e-3)


def test_lost_time_is_an_input_of_the_dates():
    result = chip(activity("tape-out", 12, generation="g"), samples=500, stop_percent=20)
    assert [one.input for one in result.influences] == ["activities/tape-out/reviews"]
    assert result.influences[0].rank_correlation == pytest.approx(1)


@pytest.mark.parametrize(
    ("review", "code"),
    [
        ({"weekdays": "Tue;Funday"}, "bad-weekday"),
        ({"weekdays": ";"}, "bad-weekday"),
        ({"cost_days": 4}, "reviews-never-end"),
    ],
)
def test_reviews_that_make_no_sense_are_input_errors(review, code):
    with pytest.raises(InputError) as caught:
        chip(activity("tape-out", 1, generation="g"), **review)
    assert [finding.code for finding in caught.value.findings] == [code]


def test_a_review_until_nothing_known_is_an_input_error():
    with pytest.raises(InputError, match="'tape-out', which does not exist"):
        chip(activity("tapeout", 1, generation="g"))
