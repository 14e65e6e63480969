"""What an end gains without a risk, the chance of a claim, and what it hangs on."""

import math
from datetime import date

import numpy as np
import pytest
from ramp_made import activity, header, programme

from fabstack.model.evidence import Claim, Correlation, Measure, Risk
from fabstack.model.plants import Phase, Plant, PlantKind
from fabstack.model.roadmap import Generation, Review
from fabstack.model.workforce import Skill
from fabstack.ramp import RampResult, in_future, ramp
from fabstack.ramp.odds import explained

N = 20_000


def by_input(result: RampResult, outcome: str) -> dict:
    return {one.input: one for one in result.drivers if one.outcome == outcome}


# --- Without a risk -------------------------------------------------------------------------------


def test_without_an_event_the_end_is_sooner_by_its_chance_times_its_length():
    rows = [
        activity("deferral", 12, chance_percent=33),
        activity("build", "uniform(8, 12)", "deferral"),
    ]
    found = by_input(ramp(programme(*rows), samples=1000), "build")
    # a latin hypercube has 330 futures of 1000 with the event
    assert found["activities/deferral/takes-place"].mean_months == pytest.approx(0.33 * 12)
    assert found["activities/build/duration"].mean_months == pytest.approx(0, abs=0.01)


def test_what_is_critical_most_often_need_not_be_what_delays_most():
    """A steady path of 10 months decides in nine of ten futures; the rare event costs the time."""
    rows = [
        activity("steady", "uniform(9.9, 10.1)"),
        activity("event", 60, chance_percent=10),
        activity("end", 0, "steady;event"),
    ]
    result = ramp(programme(*rows), samples=1000)
    assert result.criticality("end")["steady"] == pytest.approx(0.9)
    first, second = result.drivers[:2]
    assert first.input == "activities/event/takes-place"
    assert first.mean_months == pytest.approx(5, abs=0.01)
    assert abs(second.mean_months) < 0.02


def test_a_slip_repeats_and_reviews_can_be_taken_away():
    rows = [
        activity("a", 10, generation="x", slip="lognormal(1.2, 0.1)"),
        activity("b", 4, "a", repeat_percent=50, repeat_most=1),
        activity("c", 2, "b", generation="x"),
    ]
    review = Review(
        name="r", generation="x", until="a", weekdays="Tue", stop_percent=50, cost_days=2
    )
    case = programme(*rows, generations=[Generation(name="x")], reviews=[review])
    found = by_input(ramp(case, samples=1000), "c")
    slip = found["activities/x/slip lognormal(1.2, 0.1)"].mean_months
    assert slip > 10 * (1.2 * math.exp(0.005) - 1)  # reviews stretch what slips
    assert found["activities/b/repeats"].mean_months == pytest.approx(2)
    # a day of work in seven is lost to each review day and its lost days: 1 / (1 - 1/7)
    lost = found["activities/a/reviews"].mean_months
    assert lost == pytest.approx(10 * 1.2 * math.exp(0.005) / 6, rel=0.03)


def test_the_gain_in_odds_is_that_of_the_claimed_date():
    rows = [
        activity("event", 12, chance_percent=40),
        activity("build", "uniform(8, 12)", "event", claimed=date(2026, 12, 1)),
    ]
    one = by_input(ramp(programme(*rows), samples=1000), "build")["activities/event/takes-place"]
    assert one.odds_gain == pytest.approx(0.75 - 0.45, abs=0.04)


# --- The chance of a claim ------------------------------------------------------------------------


def claimed(measure: Measure, subject: str, **other) -> Claim:
    return Claim(name="c", part=1, statement="it holds", measure=measure, subject=subject, **other)


def only(result: RampResult):
    (one,) = result.odds
    return one


def test_a_date_is_kept_in_the_share_of_futures_that_end_by_it_with_wilsons_interval():
    claim = claimed(Measure.DONE_BY, "a", date=date(2026, 9, 1))
    one = only(ramp(programme(activity("a", "uniform(0, 10)"), claims=[claim]), samples=1000))
    assert one.chance == pytest.approx(0.8)
    z = 1.959963984540054
    centre = (800 + z * z / 2) / (1000 + z * z)
    half = z / (1000 + z * z) * math.sqrt(800 * 200 / 1000 + z * z / 4)
    assert one.interval == pytest.approx((centre - half, centre + half))
    assert (one.margin_median, one.unit) == (pytest.approx(3, abs=0.01), "month")


def test_the_three_inputs_that_matter_most_come_in_their_order():
    spreads = {"small": 1, "large": 6, "middle": 3, "tiny": 0.3}
    rows = [activity(name, f"uniform(0, {width})") for name, width in spreads.items()]
    chain = [activity("x", "uniform(0, 99)")]  # leads nowhere
    for i, row in enumerate(rows):
        chain.append(activity(row.name, str(row.duration), rows[i - 1].name if i else ""))
    claim = claimed(Measure.DONE_BY, "tiny", date=date(2026, 6, 15))
    one = only(ramp(programme(*chain, claims=[claim]), samples=4000))
    assert [cause.input for cause in one.causes] == [
        f"activities/{name}/duration" for name in ("large", "middle", "small")
    ]
    large = one.causes[0]
    assert large.odds_low > 0.99
    assert large.odds_high < 0.1


def test_a_claim_that_never_holds_hangs_on_what_moves_its_margin():
    claim = claimed(Measure.DONE_BY, "b", date=date(2026, 1, 2))
    rows = [activity("a", "uniform(5, 6)"), activity("b", "uniform(5, 9)", "a")]
    one = only(ramp(programme(*rows, claims=[claim]), samples=1000))
    assert one.chance == 0
    assert [cause.input for cause in one.causes] == [
        "activities/b/duration", "activities/a/duration",
    ]  # fmt: skip
    # var(b) / (var(a) + var(b)) = 16 / 17; slices of a tenth leave a hundredth of it inside
    assert one.causes[0].share == pytest.approx(16 / 17 * 0.99, abs=0.02)


def test_slices_explain_the_first_order_index_and_nothing_of_chance():
    rng = np.random.default_rng(1)
    x, y = rng.random((2, N))
    assert explained(x, x * y) == pytest.approx(3 / 7, abs=0.02)
    assert explained(x, y) < 0.002
    assert explained(x, np.ones(N)) == 0
    assert explained((x > 0.5).astype(float), 3.0 * (x > 0.5)) == pytest.approx(1)


def test_capacity_cadence_joint_dates_build_times_and_people_have_their_odds():
    plant = Plant(name="fab", kind=PlantKind.FAB, opens="2026-07-01", opens_with="build")
    phase = Phase(plant="fab", phase="one", capacity_per_month=100, ready_with="build")
    rows = [
        activity("build", "uniform(4, 8)", claimed=date(2026, 7, 1), plant="fab"),
        activity("chip-1", "uniform(1, 3)", claimed=date(2026, 3, 1)),
        activity("chip-2", 12, "chip-1"),
    ]
    claims = [
        claimed(Measure.CARRIERS_PER_MONTH, "fab", value=100, unit="wafers/month",
                date=date(2026, 7, 1)),
        claimed(Measure.CADENCE_MONTHS, "", value=12),
        claimed(Measure.JOINT_ODDS, "build; chip-1"),
        claimed(Measure.BUILD_MONTHS, "fab", value=7),
        claimed(Measure.STAFF, "s", date=date(2026, 5, 1)),
        claimed(Measure.ONE_CHAIN, ""),
    ]  # fmt: skip
    claims = [Claim(**{**vars_of(c), "name": f"c{i}"}) for i, c in enumerate(claims)]
    case = programme(
        *rows, plants=[plant], phases=[phase], claims=claims,
        generations=[Generation(name="g1", volume_with="chip-1"),
                     Generation(name="g2", volume_with="chip-2")],
        skills=[Skill(name="s", headcount=0, target=9, hires_per_month=3)],
    )  # fmt: skip
    found = {one.claim: one.chance for one in ramp(case, samples=2000).odds}
    expected = {"c0": 0.5, "c1": 1.0, "c2": 0.25, "c3": 0.75, "c4": 1.0}
    assert found == pytest.approx(expected, abs=4 * math.sqrt(0.25 / 2000))


def vars_of(row) -> dict:
    return {name: getattr(row, name) for name in row.__dataclass_fields__}


# --- One future -----------------------------------------------------------------------------------


def test_one_future_has_its_dates_and_the_numbers_drawn_in_it():
    plant = Plant(name="fab", kind=PlantKind.FAB, opens="2026-07-01", opens_with="build")
    skills = [Skill(name="s", headcount=10), Skill(name="t", headcount=5)]
    cells = ["skills/s/headcount", "skills/t/headcount"]
    case = programme(
        activity("build", "uniform(4, 8)", claimed=date(2026, 7, 1)),
        plants=[plant], skills=skills,
        risks=[Risk(cell=cell, distribution="uniform(1, 3)") for cell in cells],
        correlations=[Correlation(first=cells[0], second=cells[1], rho=1)],
        programme=header(),
    )  # fmt: skip
    result = ramp(case, samples=50)
    worlds = [in_future(case, result, i) for i in range(50)]
    heads = [world.skills[0].headcount for world in worlds]
    assert heads == result.futures.value(cells[0], 0).tolist()
    assert (
        np.argsort(heads).tolist() == np.argsort([w.skills[1].headcount for w in worlds]).tolist()
    )
    for i, world in enumerate(worlds):
        assert world.plants[0].opens == result.timeline.day(result.end_months("build")[i])
    with pytest.raises(IndexError):
        in_future(case, result, 50)
