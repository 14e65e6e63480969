"""A whole ramp: what it answers, what moves with it, and that it repeats itself to the bit."""

import hashlib
import math
from datetime import date

import numpy as np
import pytest
from ramp_made import activity, header, programme

from fabstack.errors import InputError
from fabstack.model import by_key
from fabstack.model.evidence import Risk
from fabstack.model.plants import Phase, Plant, PlantKind
from fabstack.model.roadmap import Generation
from fabstack.model.tools import Delivery, ToolGroup
from fabstack.ramp import CADENCE, RampResult, at_percentile, ramp
from fabstack.uncertainty.percentiles import percentile, percentile_interval, share_interval
from fabstack.uncertainty.sensitivity import Sample, ranks


def company(duration: str = "6", *, claimed: str = "2026-05-01", **risky) -> object:
    """A plant claimed for May 2026 whose building takes six months from January."""
    return programme(
        activity("build", duration, claimed=claimed),
        activity("expand", "10", claimed="2026-10-01"),
        plants=[
            Plant(name="fab", kind=PlantKind.FAB, opens="2026-05-01", opens_with="build"),
            Plant(name="new", kind=PlantKind.OTHER, opens_with="expand"),
            Plant(name="old", kind=PlantKind.PCB, opens="2024-01-01"),
        ],
        phases=[
            Phase(
                plant="fab",
                phase="one",
                capacity_per_month=100,
                ready="2026-09-01",
                ready_with="build",
                ramp_months=4,
            ),
            Phase(plant="fab", phase="two", capacity_per_month=50, ready="2027-01-01"),
            Phase(plant="fab", phase="option", capacity_per_month=999, optional=True),
            Phase(plant="old", phase="all", capacity_per_month=7, ready="2024-01-01"),
        ],
        tool_groups=[ToolGroup(name="litho", plant="fab"), ToolGroup(name="drill", plant="old")],
        deliveries=[
            Delivery(tool_group="litho", date="2026-05-01", tools=2),
            Delivery(tool_group="litho", date="2026-12-01", tools=1),
            Delivery(tool_group="drill", date="2026-05-01", tools=3),
        ],
        **risky,
    )


def test_dates_move_by_the_slip_of_their_activities():
    case = company()  # two months late for certain
    moved = at_percentile(case, ramp(case, samples=3), 50)
    opens = {plant.name: plant.opens for plant in moved.plants}
    assert opens == {"fab": date(2026, 7, 1), "new": date(2026, 11, 1), "old": date(2024, 1, 1)}
    ready = {phase.phase: phase.ready for phase in moved.phases}
    assert ready == {
        "one": date(2026, 11, 1),
        "two": date(2027, 3, 1),  # no activity of its own: it moves with the opening
        "option": None,
        "all": date(2024, 1, 1),
    }
    assert [row.date for row in moved.deliveries] == [
        date(2026, 7, 1), date(2027, 2, 1), date(2026, 5, 1),
    ]  # fmt: skip


def test_a_programme_that_keeps_its_dates_stays_as_it_is():
    case = company("4")
    moved = at_percentile(case, ramp(case, samples=3), 90)
    assert moved.phases == case.phases
    assert moved.deliveries == case.deliveries
    assert by_key(moved.plants)["fab"] == by_key(case.plants)["fab"]


def test_later_percentiles_are_later_dates():
    case = company("uniform(4, 16)")
    result = ramp(case, samples=2000)
    opens = [by_key(at_percentile(case, result, q).plants)["fab"].opens for q in (10, 50, 90)]
    assert opens == [result.end_date("build", q) for q in (10, 50, 90)]
    # 5.2, 10 and 14.8 months after the first of January
    exact = [date(2026, 6, 7), date(2026, 11, 1), date(2027, 3, 26)]
    assert all(abs((a - b).days) <= 1 for a, b in zip(opens, exact, strict=True))


def test_capacity_grows_over_the_ramp_and_not_before_the_opening():
    result = ramp(company(), samples=3)
    fab = next(fan for fan in result.capacity if fan.plant == "fab")
    assert fab.claimed[:10].tolist() == [0, 0, 0, 0, 0, 25, 50, 75, 100, 100]
    assert fab.claimed[12] == 150
    assert fab.percentiles[1, 6:12].tolist() == [0, 25, 50, 75, 100, 100]
    assert fab.percentiles[1, 14] == 150


def test_an_uncertain_capacity_is_drawn():
    risk = Risk(cell="phases/old:all/capacity_per_month", distribution="uniform(5, 9)")
    old = next(f for f in ramp(company(risks=[risk]), samples=999).capacity if f.plant == "old")
    assert old.percentiles[:, 0] == pytest.approx([5.4, 7, 8.6], abs=0.01)
    assert (old.claimed == 7).all()


# --- Odds -----------------------------------------------------------------------------------------


def test_an_end_on_the_claimed_day_keeps_the_claim():
    result = ramp(company("4"), samples=2)
    assert result.odds_of_claim("build") == 1
    assert result.odds_by("build", date(2026, 4, 30)) == 0


def test_joint_odds_of_dates_that_exclude_each_other_are_nothing():
    rows = [
        activity("a", "uniform(0, 2)", claimed="2026-02-01"),
        activity("b", 1, "a", claimed="2026-02-01"),
    ]
    result = ramp(programme(*rows), samples=1000)
    assert result.odds_of_claim("a") == 0.5
    assert result.joint_odds(["a"]) == 0.5
    assert result.joint_odds(["a", "b"]) == 0
    assert result.joint_odds([]) == 1


def test_odds_of_a_date_that_nobody_claims_are_an_input_error():
    result = ramp(programme(activity("a", 1)), samples=2)
    assert result.odds_of_claim("a") is None
    with pytest.raises(InputError, match="'a' claims no date"):
        result.joint_odds(["a"])
    with pytest.raises(InputError, match="no activity 'x'"):
        result.joint_odds(["x"])


def test_wilsons_interval_of_8_in_10():
    """Wilson (1927): 0.4902 to 0.9433 for 8 hits of 10 at 95 %."""
    assert share_interval(8, 10) == pytest.approx((0.4902, 0.9433), abs=5e-5)
    assert share_interval(0, 10).low == 0


def test_percentile_intervals_hold_the_truth_as_often_as_they_say():
    rng = np.random.default_rng(1)
    hits = 0
    for _ in range(1000):
        low, high = percentile_interval(rng.random(100), 80)
        hits += low <= 0.8 <= high
    assert hits / 1000 >= 0.95 - 4 * math.sqrt(0.95 * 0.05 / 1000)
    assert hits < 1000
    assert percentile_interval(np.array([3.0]), 50) == (3, 3)


# --- The roadmap ----------------------------------------------------------------------------------


def chips(*durations: str) -> RampResult:
    rows = [activity(f"a{i}", text) for i, text in enumerate(durations)]
    generations = [
        Generation(name="g-old", claimed_volume="2026-01-01"),
        Generation(name="g-unknown"),
        *(Generation(name=f"g{i}", volume_with=row.name) for i, row in enumerate(rows)),
    ]
    return ramp(programme(*rows, generations=generations), samples=1000)


def test_cadence_is_the_mean_gap_and_the_longest_gap_decides_a_yearly_chip():
    result = chips("10", "30")
    assert list(result.volumes) == ["g-old", "g0", "g1"]
    assert (result.cadence_months() == 15).all()
    assert (result.longest_gap_months() == 20).all()
    assert result.cadence_odds() == 0
    assert result.cadence_odds(20) == 1


def test_chips_that_overtake_each_other_are_counted_in_time():
    result = chips("uniform(0, 24)", "12")
    assert result.cadence_odds() == pytest.approx(1.0)
    assert {one.input for one in result.influences if one.outcome == CADENCE} == {
        "activities/a0/duration"
    }


def test_one_chip_has_no_cadence():
    result = ramp(programme(generations=[Generation(name="g", claimed_volume="2026-01-01")]))
    assert result.cadence_odds() is None
    assert result.cadence_months().size == 0


# --- Influences -----------------------------------------------------------------------------------


def test_ranks_share_the_middle_of_equals():
    assert ranks(np.array([5.0, 1, 5, 9])).tolist() == [1.5, 0, 1.5, 3]


def test_only_what_leads_to_a_date_is_among_its_inputs():
    rows = [activity("a", "uniform(1, 2)"), activity("b", "uniform(1, 2)"), activity("c", 0, "a")]
    result = ramp(programme(*rows), samples=500)
    assert {one.input for one in result.influences if one.outcome == "c"} == {
        "activities/a/duration"
    }


def test_the_titles_of_inputs_are_words_for_people():
    result = ramp(
        programme(
            activity("deferral", "lognormal(30, 0.5)", chance_percent=33, title="Deferral"),
            activity("spin", "1", "deferral", repeat_percent=50, slip="lognormal(1.1, 0.1)"),
        ),
        samples=500,
    )
    assert result.titles == {
        "activities/deferral/duration": "duration of Deferral",
        "activities/deferral/takes-place": "whether it comes to Deferral",
        "activities/spin/repeats": "months lost in repeats of spin",
        "activities/spin/slip lognormal(1.1, 0.1)": "execution slip of spin",
    }


def test_shares_of_correlated_inputs_add_up_to_one():
    x = np.linspace(0, 1, 50)
    found = Sample({"a": x, "b": x, "still": np.ones(50)}).influences("y", x)
    assert [(one.input, one.variance_share) for one in found] == [("a", 0.5), ("b", 0.5)]


# --- Repeatable -----------------------------------------------------------------------------------


def digest(result: RampResult) -> str:
    parts = [
        result.dated.ends.tobytes(),
        *(fan.percentiles.tobytes() for fan in result.capacity),
        *(staff.heads.tobytes() for staff in result.people),
        repr(result.influences).encode(),
    ]
    return hashlib.sha256(b"".join(parts)).hexdigest()


def test_the_same_seed_gives_the_same_bits():
    case = company("pert(3, 5, 14)")
    first, again, other = (digest(ramp(case, samples=400, seed=seed)) for seed in (5, 5, 6))
    assert first == again != other


def test_another_activity_leaves_everybodys_luck_as_it_was():
    row = activity("a", "pert(3, 5, 14)", repeat_percent=40)
    alone = ramp(programme(row), samples=400).end_months("a")
    beside = ramp(programme(activity("z", "uniform(1, 2)"), row), samples=400).end_months("a")
    assert alone.tobytes() == beside.tobytes()


def test_a_whole_ramp_of_nothing_is_empty():
    result = ramp(programme(programme=header(end=date(2026, 6, 30))), samples=10)
    assert result.ends_months.shape == (10, 0)
    assert len(result.months) == 6
    assert result.capacity == ()


def test_one_future_is_enough():
    result = ramp(company("pert(3, 5, 14)"), samples=1)
    assert percentile(result.end_months("build"), 10) == result.end_months("build")[0]
