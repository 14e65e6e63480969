"""What reviews cost, by hand, and published times to build."""

import pytest
from ramp_made import activity, header, programme

from fabstack.model.roadmap import Generation, Review
from fabstack.model.workforce import Skill
from fabstack.ramp import ramp
from fabstack.ramp.build_times import BUILD_TIMES, BUILT
from fabstack.ramp.missed import meetings, missed_days
from fabstack.results.ramp_tables import ramp_tables


def review(weekdays, **other):
    return Review(name="design", generation="ai5", until="layout", weekdays=weekdays, **other)


@pytest.mark.parametrize(
    ("weekdays", "days"),
    [
        ("Mon", 7.0),  # a week later
        ("Tue;Sat", (4 * 3 + 3 * 4) / 7),
        ("Mon;Tue;Wed;Thu;Fri;Sat;Sun", 1.0),
        ("Mon;Wed;Fri", (2 * 2 + 2 * 3 + 3 * 2) / 7),
    ],
)
def test_a_missed_meeting_adds_the_gap_that_follows(weekdays, days):
    assert missed_days(review(weekdays)) == pytest.approx(days)


def made(**other):
    designer = Skill(
        name="designer", headcount=20, pay_low_usd_per_year=180_000, pay_high_usd_per_year=186_000,
        load_factor=1.2,
    )  # fmt: skip
    return programme(
        activity("layout", 2, generation="ai5", skill="designer", people=12),
        activity("board", 3, "layout"),
        generations=(Generation(name="ai5"),),
        skills=(designer,),
        programme=header(),
        **other,
    )


def found(which):
    result = ramp(which, samples=4)
    (one,) = meetings(which, result.futures, result.dated, result.timeline)
    return one


def test_meetings_and_pay_are_those_of_the_reviewed_work():
    """January and February 2026: 59 days, from a Thursday on: 8 Tuesdays and 9 Saturdays."""
    one = found(made(reviews=(review("Tue;Sat"),)))
    assert (one.meetings, one.stops, one.lost_days) == (8 + 9, 0.0, 0.0)
    assert one.people == pytest.approx(12)
    a_day = 12 * 183_000 * 1.2 / 12 / 30.436875
    assert one.pay_usd_per_day == pytest.approx(a_day, rel=1e-3)
    assert one.missed_usd == pytest.approx(24 / 7 * a_day, rel=1e-3)


def test_stops_are_meetings_times_their_chance():
    one = found(made(reviews=(review("Tue;Sat", stop_percent=10, cost_days=2),)))
    assert one.meetings >= 17
    assert one.stops == pytest.approx(one.meetings / 10)
    assert one.lost_days == pytest.approx(one.stops * 2)


def test_published_times_are_the_printed_ones():
    printed = {(one.region, one.span == BUILT): one for one in BUILD_TIMES}
    assert printed["United States", True].value * 30.436875 == pytest.approx(736, abs=0.5)
    assert printed["United States", True].high * 30.436875 == pytest.approx(918, abs=0.5)
    taiwan = printed["Taiwan", False]
    assert (taiwan.low, taiwan.value, taiwan.high) == (19, 19, 26)
    assert all(one.low <= one.value <= one.high and one.source for one in BUILD_TIMES)
    assert len({(one.region, one.span) for one in BUILD_TIMES}) == len(BUILD_TIMES)


def test_a_claimed_time_stands_beside_what_is_published(project):
    from fabstack import load

    texas = load(project / "programmes" / "texas")
    table = ramp_tables(ramp(texas, samples=50), texas)["ramp_build_times"]
    assert table["claim"].unique().to_list() == ["five-years"]
    assert table["claimed_months"].unique().to_list() == [60.0]
    assert table["network_p50_months"][0] > 45
    assert table.height == len(BUILD_TIMES)
