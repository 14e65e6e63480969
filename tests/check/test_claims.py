"""The arithmetic of claims against figures worked out by hand or published."""

import json
import math
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sound_programme import Change, read

from fabstack import check, formats
from fabstack.check import Verdict, verdicts
from fabstack.check.capacity import growth, limits, mix_for, tightest
from fabstack.check.course import likely_course, shortest_course
from fabstack.check.measures import unit_factor
from fabstack.check.people_claims import heads_after
from fabstack.check.requirements import (
    all_units,
    certain_units,
    delivered,
    delivered_to,
    products_per_month,
)
from fabstack.check.words import count
from fabstack.economics.flow import gross_dies
from fabstack.model import Programme, by_key
from fabstack.model.plants import Phase
from fabstack.model.workforce import Skill

HEADER = {"name": "hand", "title": "", "start": "2026-01-01", "end": "2030-12-31"}


def made_of(**tables: Any) -> Programme:
    return Programme.model_validate({"programme": HEADER, **tables})


def verdict_on(claim: str, folder: Path, changes: dict[str, Change] | None = None) -> Verdict:
    found = {verdict.claim: verdict for verdict in verdicts(read(folder, changes).programme)}
    return found[claim]


# --- A million wafers a month and a hundred billion chips --------------------------------------


def million_wafers(measure: str = "chips-per-year", **claim: Any) -> Programme:
    """A fab of 1,000,000 wafers of 300 mm a month with dies of half a reticle (26 x 16.5 mm)."""
    return made_of(
        technologies=[
            {
                "name": "node",
                "carrier": "wafer",
                "diameter_mm": 300,
                "edge_mm": 3,
                "scribe_mm": 0.1,
                "alpha": 3,
                "d0_start_per_cm2": 0.1,
                "d0_mature_per_cm2": 0.1,
                "euv_layers": 25,
                "mask_layers": 80,
            }
        ],
        items=[
            {"name": "wafer", "kind": "wafer"},
            {"name": "die", "kind": "die", "technology": "node", "width_mm": 26, "height_mm": 16.5},
        ],
        components=[{"parent": "die", "child": "wafer"}],
        plants=[{"name": "fab", "kind": "fab", "technology": "node"}],
        phases=[{"plant": "fab", "phase": "all", "capacity_per_month": 1e6}],
        routes=[{"name": "make", "item": "wafer", "plant": "fab"}],
        markets=[{"name": "cars"}],
        volumes=[{"market": "cars", "date": "2026-01-01", "units_per_year": 1000}],
        needs=[{"market": "cars", "item": "die", "from_date": "2026-01-01", "quantity": 1}],
        mission=[{"part": 1, "title": "Chips", "claim": "Chips"}],
        claims=[
            {
                "name": "chips",
                "part": 1,
                "statement": "100 to 200 billion chips a year",
                "measure": measure,
                "subject": "fab",
                "value": 100,
                "high": 200,
                "unit": "billion chips/year",
                **claim,
            }
        ],
    )


def test_a_hundred_billion_chips_need_8333_from_each_of_a_million_wafers_a_month() -> None:
    (verdict,) = verdicts(million_wafers())
    # economics.md, section 0, point 5: 8,300 to 16,700 chips a wafer, 4.2 to 8.5 mm2 each
    low, high = verdict.evidence["chips_per_wafer_needed"]
    assert (low, high) == (
        pytest.approx(1e11 / 12e6, rel=1e-5),
        pytest.approx(2e11 / 12e6, rel=1e-5),
    )
    large, small = verdict.evidence["mm2_per_chip_at_full_yield"]
    assert large == pytest.approx(math.pi * 150**2 / (1e11 / 12e6), rel=1e-5)
    assert (round(large, 1), round(small, 1)) == (8.5, 4.2)


def test_half_reticle_dies_give_a_billion_chips_a_year_and_miss_by_a_factor_of_94() -> None:
    (verdict,) = verdicts(million_wafers())
    # 132 gross dies (economics.md, section 8); negative binomial, alpha 3, 0.429 defects a die
    good = 132 * (1 + 0.1 * 4.29 / 3) ** -3
    assert verdict.evidence["chips_per_year"] == pytest.approx(12e6 * good, rel=1e-5)
    assert 0.7e9 < verdict.evidence["chips_per_year"] < 1.3e9  # economics.md, section 0, point 5
    assert verdict.holds is False
    assert verdict.factor == pytest.approx(1e11 / (12e6 * good), rel=1e-5)
    assert "short by 94" in verdict.finding


def test_a_claim_that_the_fab_can_meet_holds() -> None:
    (verdict,) = verdicts(million_wafers(value=1, high=2))
    assert verdict.holds is True
    assert verdict.factor is not None
    assert verdict.factor < 1


def test_a_fab_without_dies_leaves_the_claim_open() -> None:
    programme = million_wafers().model_copy(update={"components": ()})
    (verdict,) = verdicts(programme)
    assert verdict.holds is None
    assert "makes no dies" in verdict.finding


def test_a_claim_without_a_number_is_open() -> None:
    (verdict,) = verdicts(million_wafers(value=None, high=None))
    assert verdict.holds is None


def test_tools_that_give_less_than_the_phases_limit_the_chips() -> None:
    programme = million_wafers()
    tools: dict[str, Any] = {
        "tool_groups": [{"name": "litho", "plant": "fab", "tools": 1}],
        "steps": [
            {"route": "make", "step": 1, "name": "a", "tool_group": "litho", "process": 25 * 60}
        ],
    }
    limited = Programme.model_validate({**programme.model_dump(), **tools})
    (verdict,) = verdicts(limited)
    assert verdict.evidence["limit"] == "litho"
    # a lot of 25 in 25 hours; 730.5 hours a month; 90 % load of the programme's default
    assert verdict.evidence["wafers_per_month"] == pytest.approx(730.5 * 0.9, rel=1e-5)


def test_a_million_wafers_with_25_euv_layers_need_556_scanners() -> None:
    # economics.md, section 0, point 6: 556 at 1M wspm; 48 sold in 2025
    (note,) = (f for f in check.check(million_wafers()) if f.code == "euv-scanners")
    assert "about 556 EUV scanners" in note.message
    assert "the world got 48 in 2025" in note.message


# --- Texas --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def texas(project: Path) -> formats.Loaded:
    return formats.read(project / "programmes" / "texas")


@pytest.fixture(scope="module")
def texas_verdicts(texas: formats.Loaded) -> dict[str, Verdict]:
    return {verdict.claim: verdict for verdict in verdicts(texas.programme)}


def claim_of(texas: formats.Loaded, measure: str, subject: str, **more: Any) -> str:
    """The name of the claim of Texas about something."""
    (name,) = (
        claim.name
        for claim in texas.programme.claims
        if (claim.measure, claim.subject) == (measure, subject)
        and all(getattr(claim, key) == value for key, value in more.items())
    )
    return name


def test_texas_cannot_make_100_billion_chips_from_a_million_wafers_a_month(
    texas: formats.Loaded, texas_verdicts: dict[str, Verdict]
) -> None:
    verdict = texas_verdicts[claim_of(texas, "chips-per-year", "texas-fab")]
    assert verdict.holds is False
    assert verdict.factor is not None
    assert verdict.factor > 3
    assert "8,330 to 16,700 chips from each wafer: 8.48 to 4.24 mm2" in verdict.finding
    yearly = verdict.evidence["chips_per_year_if_all_wafers_were"]
    assert 0.7e9 < yearly["ai5-die"] < 1.3e9


def test_2000_packages_a_month_do_not_cover_the_cars_of_texas(
    texas: formats.Loaded, texas_verdicts: dict[str, Verdict]
) -> None:
    verdict = texas_verdicts[claim_of(texas, "covers-demand", "bastrop-foplp")]
    assert verdict.holds is False
    assert verdict.evidence["given_per_month"] == 2000
    cars = verdict.evidence["need_by_market"]["cars"]
    assert cars["units_per_month"] > 1e6  # 1.8 million cars a year with a dozen packages each
    assert cars["factor"] == pytest.approx(cars["units_per_month"] / 2000, rel=1e-4)
    assert "cars alone" in verdict.finding


def test_the_build_time_claimed_for_texas_is_below_published_ones(
    texas: formats.Loaded, texas_verdicts: dict[str, Verdict]
) -> None:
    verdict = texas_verdicts[claim_of(texas, "done-by", "fab-volume")]
    assert verdict.holds is False
    assert verdict.evidence["claimed_months"] == pytest.approx(36, abs=0.1)
    # Exyte 2025 by economics.md, section 3.4: 38 months to first output in the US, before the ramp
    assert verdict.evidence["mean_months"] > 38
    assert "published or in the press" in verdict.finding


def test_five_years_for_a_fab_agree_with_published_durations(
    texas: formats.Loaded, texas_verdicts: dict[str, Verdict]
) -> None:
    verdict = texas_verdicts[claim_of(texas, "build-months", "texas-fab")]
    assert verdict.holds is True


def test_contradicted_claims_of_texas_are_warnings_at_their_lines(texas: formats.Loaded) -> None:
    found = {f.line for f in check.check(texas) if f.code == "claim-contradicted"}
    lines = Path(texas.place("claims", "ai-chips").file).read_text().splitlines()
    wanted = ("chips-per-year,texas-fab", "covers-demand,bastrop-foplp", "done-by,fab-volume")
    for words in wanted:
        assert next(i for i, line in enumerate(lines, 1) if words in line) in found


def test_there_is_a_verdict_on_every_claim_of_texas_in_order(texas: formats.Loaded) -> None:
    found = verdicts(texas.programme)
    assert [v.claim for v in found] == [claim.name for claim in texas.programme.claims]
    assert all(v.finding.endswith(".") and len(v.finding) < 1000 for v in found)


def test_verdicts_can_be_written_as_json_without_nan(texas: formats.Loaded) -> None:
    for verdict in verdicts(texas.programme):
        assert json.loads(json.dumps(verdict.as_dict(), allow_nan=False)) == verdict.as_dict()


# --- Demand through the bill of materials -------------------------------------------------------


def test_a_market_between_two_volumes_builds_the_mean_in_the_middle(tmp_path: Path) -> None:
    programme = read(tmp_path / "p").programme
    days = (date(2027, 12, 31) - date(2026, 1, 1)).days
    half = date.fromordinal(date(2026, 1, 1).toordinal() + days // 2)
    expected = 600_000 + 600_000 * (days // 2) / days
    assert products_per_month(programme, "cars", half) == pytest.approx(expected / 12)
    assert products_per_month(programme, "racks", date(2027, 6, 1)) == 500
    assert products_per_month(programme, "cars", date(2025, 12, 31)) == 0


def test_a_need_counts_on_its_first_and_last_day_only_in_its_window(tmp_path: Path) -> None:
    programme = read(tmp_path / "p").programme
    assert delivered_to(programme, "racks", date(2026, 12, 31))["brain"] == 500 * 8
    assert delivered_to(programme, "racks", date(2027, 1, 1))["brain"] == 500 * 10


def test_dated_demands_are_spread_over_the_horizon(tmp_path: Path) -> None:
    programme = read(tmp_path / "p").programme
    months = (date(2027, 12, 31) - date(2026, 1, 1)).days / (365.25 / 12)
    wanted = delivered(programme, date(2026, 1, 1))["chip"]
    assert wanted == pytest.approx(2 * 50_000 + 1000 / months)


def test_dies_wafers_and_blanks_follow_from_packages_by_hand(tmp_path: Path) -> None:
    programme = read(tmp_path / "p").programme
    found = all_units(programme, {"chip": 950.0})
    dies = gross_dies(programme, "die")
    # 95 % of the packages are good, 99 % of the dies survive the assembly
    assert found["die"] == pytest.approx(950 / 0.95 / 0.99)
    # 0.1 defects per cm2 on 1.2 cm2, Poisson
    assert found["wafer"] == pytest.approx(found["die"] / (dies * math.exp(-0.12)))
    # line: one wafer in a hundred is lost at a step, 98 % composite yield of the technology
    assert found["blank"] == pytest.approx(found["wafer"] / (0.99 * 0.98))
    assert found["frame"] == pytest.approx(950 / 0.95)


def test_nothing_is_needed_for_certain_behind_what_can_be_bought(tmp_path: Path) -> None:
    changes: dict[str, Change] = {
        "offers": (
            "frames,blank,2026-01-01,,100",
            "frames,wafer,2026-01-01,,5000,9000,\nframes,blank,2026-01-01,,100",
        )
    }
    programme = read(tmp_path / "p", changes).programme
    found = certain_units(programme, {"chip": 950.0})
    assert found["wafer"] > 0
    assert found.get("blank", 0.0) == 0.0


# --- What a plant can start ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "share"),
    [("2026-01-29", 0.0), ("2026-03-01", 0.5), ("2026-04-01", 1.0), ("2027-01-01", 1.0)],
)
def test_a_phase_grows_evenly_until_it_is_ready(day: str, share: float) -> None:
    phase = Phase(
        plant="p",
        phase="one",
        capacity_per_month=1,
        ready=date(2026, 4, 1),
        ramp_months=62 / 30.4375,
    )
    assert growth(phase, date.fromisoformat(day)) == pytest.approx(share, abs=0.02)


def test_a_phase_without_a_date_counts_only_among_all_that_is_to_be_built() -> None:
    phase = Phase(plant="p", phase="maybe", capacity_per_month=1, ready=None)
    assert (growth(phase, date(2030, 1, 1)), growth(phase, None)) == (0.0, 1.0)


def test_the_tightest_of_phases_and_tools_limits_a_plant(tmp_path: Path) -> None:
    programme = read(tmp_path / "p").programme
    mix = mix_for(programme, "line", {"chip": 1000.0, "brain": 0.0})
    found = {limit.name: limit.carriers_per_month for limit in limits(programme, "line", mix, None)}
    # chips of 20 x 20 mm on 510 x 515 mm with margin 10 and gap 0.1 mm: 24 x 24
    assert found["phases"] == pytest.approx(400_000 / (24 * 24 * 0.95))
    # one saw, 10 min a panel and 1 h of blade change after 5,000; 6 days of 20 h, 10 days closed
    hours = 730.5 * 6 / 7 * 20 / 24 * (1 - 10 / 365.25) * 0.9
    assert found["saw"] == pytest.approx(hours / (10 / 60 + 1 / 5000))
    assert tightest(programme, "line", mix, None).name == "phases"


def test_a_plant_that_is_not_open_starts_nothing(tmp_path: Path) -> None:
    changes: dict[str, Change] = {
        "claims": ("covers-demand,line,,,,2027-12-31", "covers-demand,line,,,,2026-02-01")
    }
    verdict = verdict_on("covered", tmp_path / "p", changes)
    assert verdict.holds is False
    assert verdict.factor is None
    assert "not open" in verdict.finding


def test_output_below_the_claim_fails_by_the_factor(tmp_path: Path) -> None:
    changes: dict[str, Change] = {"claims": ("line,100000,,packages", "line,1000000,,packages")}
    verdict = verdict_on("packages", tmp_path / "p", changes)
    assert (verdict.holds, verdict.factor) == (False, 2.5)
    assert "short by 2.5 times of the 1 million claimed" in verdict.finding


def test_starts_a_day_are_read_as_starts_a_month(tmp_path: Path) -> None:
    changes: dict[str, Change] = {"claims": ("fab,3000,,wafers/month", "fab,100,,wafers/day")}
    verdict = verdict_on("starts", tmp_path / "p", changes)
    assert verdict.evidence["claimed"] == pytest.approx(3043.75)


def test_coverage_compares_what_is_needed_with_what_can_be_given(tmp_path: Path) -> None:
    verdict = verdict_on("covered", tmp_path / "p")
    assert verdict.holds is True
    cars, racks = (verdict.evidence["need_by_market"][name] for name in ("cars", "racks"))
    assert cars["units_per_month"] == pytest.approx(200_000)
    assert racks["units_per_month"] == pytest.approx(5_000)
    assert cars["factor"] == pytest.approx(0.5)


def test_a_plant_whose_items_nobody_needs_leaves_its_claim_open(tmp_path: Path) -> None:
    changes: dict[str, Change] = {
        "claims": ("covers-demand,line,,,,2027-12-31", "covers-demand,line,,,,2025-06-30")
    }
    assert verdict_on("covered", tmp_path / "p", changes).holds is None


# --- Money, processes, suppliers ----------------------------------------------------------------


def test_the_spend_on_chips_is_units_times_price(tmp_path: Path) -> None:
    verdict = verdict_on("money", tmp_path / "p")
    months = (date(2027, 12, 31) - date(2026, 1, 1)).days / (365.25 / 12)
    chips = 12 * (200_000 + 1000 / months) * 10
    assert verdict.evidence["usd_per_year"] == pytest.approx(chips + 12 * 5_000 * 300, rel=1e-5)
    assert verdict.holds is True  # USD 42 million and 50 are within a factor of 2


def test_money_that_is_another_order_of_size_fails(tmp_path: Path) -> None:
    changes: dict[str, Change] = {"claims": ("50,100,million", "50,100,billion")}
    verdict = verdict_on("money", tmp_path / "p", changes)
    assert verdict.holds is False
    assert verdict.factor == pytest.approx(1190, rel=0.01)


def test_the_claim_turned_round_fails(tmp_path: Path) -> None:
    changes: dict[str, Change] = {"claims": ("coarse;fine", "fine;coarse")}
    assert verdict_on("cheap", tmp_path / "a").holds is True
    assert verdict_on("cheap", tmp_path / "b", changes).holds is False


def test_a_process_that_is_cheaper_in_one_thing_only_leaves_it_open(tmp_path: Path) -> None:
    changes: dict[str, Change] = {"technologies": ("3e7,4e8", "3e7,1e8")}
    assert verdict_on("cheap", tmp_path / "p", changes).holds is None


def test_the_queue_leaves_what_those_ahead_do_not_want(tmp_path: Path) -> None:
    verdict = verdict_on("queue", tmp_path / "p")
    assert verdict.evidence["place"] == 2
    assert verdict.evidence["left_percent"] == 70
    assert verdict.evidence["left_in_shortage_percent"] == 40
    assert verdict.evidence["ahead"] == ["Apple"]


def test_a_programme_that_is_served_first_stands_behind_nobody(tmp_path: Path) -> None:
    changes: dict[str, Change] = {"rivals": ("foundry,Apple,1,", "foundry,Apple,4,")}
    verdict = verdict_on("queue", tmp_path / "p", changes)
    assert (verdict.holds, verdict.evidence["place"]) == (False, 1)


def test_a_place_is_confirmed_by_a_published_source_alone(tmp_path: Path) -> None:
    estimate: dict[str, Change] = {"sources": ("its annual report,published", "a guess,estimate")}
    assert verdict_on("place", tmp_path / "a").holds is True
    assert verdict_on("place", tmp_path / "b", estimate).holds is None


# --- Time ---------------------------------------------------------------------------------------


def network(*rows: dict[str, Any]) -> Programme:
    return made_of(activities=list(rows))


def test_the_course_adds_mean_durations_along_the_longest_path() -> None:
    programme = network(
        {"name": "a", "duration": "pert(2, 3, 10)"},  # mean 4
        {"name": "b", "duration": 1, "after": "a"},
        {"name": "c", "duration": 3, "after": "a start + 2"},
        {"name": "d", "duration": 1, "after": "b; c + 1"},
    )
    course = likely_course(programme)
    assert course is not None
    assert course.end == {"a": 4.0, "b": 5.0, "c": 5.0, "d": 7.0}
    assert course.path_to("d") == ["a", "c", "d"]
    assert course.months_to("d") == 7.0


def test_the_shortest_course_takes_the_low_ends() -> None:
    programme = network(
        {"name": "a", "duration": "pert(2, 3, 10)"}, {"name": "b", "duration": 1, "after": "a"}
    )
    course = shortest_course(programme)
    assert course is not None
    assert course.end["b"] == 3.0


def test_an_unlikely_delay_is_left_out_and_a_likely_one_is_not() -> None:
    for percent, end in ((33, 2.0), (67, 32.0)):
        programme = network(
            {"name": "a", "duration": 1},
            {"name": "deferral", "duration": 30, "after": "a", "chance_percent": percent},
            {"name": "b", "duration": 1, "after": "deferral"},
        )
        course = likely_course(programme)
        assert course is not None
        assert course.end["b"] == end


def test_a_path_counts_from_its_own_start(tmp_path: Path) -> None:
    programme = network(
        {"name": "a", "duration": 5, "earliest": "2027-01-01"},
        {"name": "b", "duration": 1, "after": "a"},
    )
    course = likely_course(programme)
    assert course is not None
    assert course.months_to("b") == pytest.approx(6.0)
    assert course.start["a"] == pytest.approx(365 / (365.25 / 12))


def test_a_date_before_the_mean_durations_end_fails_and_a_later_one_is_left_to_chance(
    tmp_path: Path,
) -> None:
    early: dict[str, Change] = {"claims": ("volume,,,,2026-06-30", "volume,,,,2026-05-01")}
    verdict = verdict_on("in-volume", tmp_path / "a", early)
    assert verdict.holds is False
    # 31/6 months on the way; 120 days are left of them
    assert verdict.factor == pytest.approx((31 / 6) / (120 / (365.25 / 12)), rel=1e-5)
    assert verdict_on("in-volume", tmp_path / "b").holds is None


def test_fewer_months_than_the_mean_durations_fail(tmp_path: Path) -> None:
    changes: dict[str, Change] = {"claims": ("line,6,,months", "line,3,,months")}
    verdict = verdict_on("built", tmp_path / "p", changes)
    assert verdict.holds is False
    assert verdict.factor == pytest.approx(31 / 6 / 3, rel=1e-5)
    assert "1 of 3; a survey of lines" in verdict.finding


# --- People -------------------------------------------------------------------------------------


def test_heads_without_attrition_grow_by_the_hires() -> None:
    skill = Skill(name="s", headcount=10, hires_per_month=2)
    assert heads_after(skill, 6) == 22


def test_heads_with_attrition_tend_to_hires_over_attrition() -> None:
    skill = Skill(name="s", headcount=10, hires_per_month=2, attrition_percent_per_year=12)
    assert heads_after(skill, 5000) == pytest.approx(200)
    # the first month, by small steps of dh/dt = H - a h
    heads, steps = 10.0, 100_000
    for _ in range(steps):
        heads += (2 - 0.01 * heads) / steps
    assert heads_after(skill, 1) == pytest.approx(heads, rel=1e-6)


def test_people_who_cannot_be_there_in_time_fail_the_claim(tmp_path: Path) -> None:
    changes: dict[str, Change] = {"skills": ("engineer,40,60,2", "engineer,30,60,2")}
    verdict = verdict_on("people", tmp_path / "p", changes)
    assert verdict.holds is False
    # 10 build the line, 20 run the fab and 2 for each 1,000 of its 4,000 wafers
    assert verdict.evidence["needed"] == 38
    assert verdict.evidence["heads"] == 30


def test_pay_below_the_published_range_fails(tmp_path: Path) -> None:
    changes: dict[str, Change] = {"claims": ("engineer,90000,150000", "engineer,40000,60000")}
    verdict = verdict_on("people", tmp_path / "p", changes)
    assert verdict.holds is False
    assert "stays below the published USD 80,000 to 170,000" in verdict.finding


def test_pay_that_only_the_claim_backs_is_left_open(tmp_path: Path) -> None:
    text = "cell,low,high,unit,year,source,grade\n"
    assert verdict_on("people", tmp_path / "p", {"sources": text}).holds is None


# --- Small things -------------------------------------------------------------------------------


@pytest.mark.parametrize("claim", ["own", "both"])
def test_what_only_a_run_can_tell_is_left_open(claim: str, tmp_path: Path) -> None:
    verdict = verdict_on(claim, tmp_path / "p")
    assert verdict.holds is None
    assert "only a run can tell" in verdict.finding


@pytest.mark.parametrize(
    ("unit", "wanted", "factor"),
    [
        ("wafers/month", "1/month", 1.0),
        ("robots/year", "1/year", 1.0),
        ("billion chips/year", "1/year", 1e9),
        ("years", "month", 12.0),
        ("1/in2", "1/cm2", 1 / 2.54**2),
        ("", "mm", 1.0),
        ("mm", "1/month", None),
        ("wafers", "month", None),
    ],
)
def test_units_in_words_are_compared(unit: str, wanted: str, factor: float | None) -> None:
    found = unit_factor(unit, wanted)
    assert found == (None if factor is None else pytest.approx(factor))


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0.25, "0.25"),
        (6.809, "6.81"),
        (999.4, "999"),
        (999.6, "1,000"),
        (8333.3, "8,330"),
        (999_600, "1 million"),
        (1e11, "100 billion"),
        (math.inf, "any number of"),
    ],
)
def test_numbers_in_sentences_have_three_digits(number: float, words: str) -> None:
    assert count(number) == words


def test_the_claims_of_the_sound_programme_cover_every_judge(tmp_path: Path) -> None:
    programme = read(tmp_path / "p").programme
    from fabstack.check.arithmetic import JUDGES

    assert {claim.measure for claim in programme.claims} >= set(JUDGES)
    assert len(by_key(programme.claims)) == len(verdicts(programme))
