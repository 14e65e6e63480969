"""Verdicts on claims, from tables made by hand."""

from datetime import date

import polars as pl
import pytest

from fabstack.check.verdict import Verdict
from fabstack.model import Programme
from fabstack.studies.mission import Findings, all_hold, judged, mission

BASE = {
    "programme": {"name": "hand", "title": "", "start": "2026-01", "end": "2026-12"},
    "items": [
        {"name": "wafer", "kind": "wafer"},
        {"name": "chip", "kind": "package"},
        {"name": "box", "kind": "system"},
    ],
    "components": [
        {"parent": "chip", "child": "wafer", "quantity": 0.1},
        {"parent": "box", "child": "chip", "quantity": 3},
    ],
    "plants": [{"name": "fab", "kind": "fab"}],
    "routes": [{"name": "make", "item": "wafer", "plant": "fab"}],
    "markets": [{"name": "users"}],
    "needs": [{"market": "users", "item": "box", "from_date": "2026-01", "quantity": 1}],
    "mission": [{"part": 1, "title": "Part", "claim": "It is said"}],
}
STATIC = {"holds": None, "finding": "only a run can tell"}


def flow(month: int, bought: float, made: float) -> dict:
    row = {"month": date(2026, month, 1), "item": "chip", "kind": "package"}
    return row | {"bought": bought, "made": made}


TABLES = {
    "plan_periods": pl.DataFrame(
        {
            "month": [date(2026, m, 1) for m in (1, 2, 3)],
            "until": [date(2026, m, 1) for m in (2, 3, 4)],
            "months": [1.0, 1.0, 1.0],
        }
    ),
    "plan_items": pl.DataFrame([flow(1, 60, 0), flow(2, 30, 70), flow(3, 0, 100)]),
    "plan_short": pl.DataFrame(
        [{"month": date(2026, 1, 1), "item": "box", "quantity": 10.0, "cause": "x"}]
    ),
    "ramp_activities": pl.DataFrame(
        [
            {
                "activity": "open",
                "p10": date(2026, 2, 1),
                "p50": date(2026, 4, 1),
                "p90": date(2026, 8, 1),
            }
        ]
    ),
    "ramp_curve": pl.DataFrame(
        {
            "activity": ["open"] * 5,
            "date": [date(2026, m, 1) for m in (2, 3, 4, 6, 8)],
            "probability": [0.1, 0.4, 0.5, 0.7, 0.9],
        }
    ),
    "ramp_cadence": pl.DataFrame({"percentile": [10, 50, 90], "months": [10.0, 13.0, 20.0]}),
    "ramp_capacity": pl.DataFrame(
        [
            {
                "month": date(2026, m, 1),
                "plant": "fab",
                "p10": 10.0 * m,
                "p50": 20.0 * m,
                "p90": 30.0 * m,
            }
            for m in range(1, 13)
        ]
    ),
    "sim_products": pl.DataFrame({"plant": ["fab"]}),
}


def verdict(measure: str, static: dict | None = None, tables=None, **claim) -> Verdict:
    row = {"name": "c", "part": 1, "statement": "Said", "measure": measure, **claim}
    programme = Programme.model_validate(BASE | {"claims": [row]})
    found = Findings(programme, TABLES | (tables or {}), lambda names: 0.25 * len(names))
    return judged(found, [Verdict(claim="c", **(static or STATIC))])[0]


@pytest.mark.parametrize(
    ("day", "odds", "holds"),
    [
        ("2026-01-15", 0, False),
        ("2026-03-15", 40, False),
        ("2026-04-10", 50, None),
        ("2026-07-01", 70, None),
        ("2026-08-01", 90, True),
    ],
)
def test_a_date_holds_from_four_in_five_futures_and_fails_below_every_second(day, odds, holds):
    found = verdict("done-by", subject="open", date=day)
    assert found.evidence["odds_percent"] == odds
    assert found.holds is holds


def test_a_date_of_an_activity_that_nobody_sampled_is_open():
    assert verdict("done-by", subject="nothing", date="2026-04").holds is None


def test_the_chance_of_several_dates_is_that_of_all_at_once():
    found = verdict("joint-odds", subject="a;b")
    assert found.evidence["odds_percent"] == 50
    assert found.holds is None


def test_a_cadence_is_judged_by_the_median_and_factor():
    found = verdict("cadence-months", value=12)
    assert found.holds is False
    assert found.factor == pytest.approx(13 / 12)


def test_a_cadence_that_nine_in_ten_futures_keep_holds():
    assert verdict("cadence-months", value=20).holds is True


@pytest.mark.parametrize(("day", "holds"), [("2026-02", False), ("2026-03", True)])
def test_self_supply_means_that_nothing_is_bought_after_the_date(day, holds):
    assert verdict("self-supply", subject="package", date=day).holds is holds


QUARTER = {
    "plan_periods": pl.DataFrame(
        {"month": [date(2026, 1, 1)], "until": [date(2026, 4, 1)], "months": [3.0]}
    ),
    "plan_items": pl.DataFrame([flow(1, 90, 180)]),
}


def test_a_day_within_a_quarter_cuts_it_by_its_days():
    """February and March have 59 of the 90 days, and January 31."""
    later = verdict("self-supply", tables=QUARTER, subject="package", date="2026-02-01")
    assert later.evidence["bought_units"] == pytest.approx(59)
    assert later.evidence["made_units"] == pytest.approx(118)
    sooner = verdict("bridge", tables=QUARTER, subject="package", date="2026-02-01")
    assert sooner.evidence["bought_units"] == pytest.approx(31)
    assert sooner.evidence["missing_units"] == pytest.approx(30 * 31 / 90)


def test_a_bridge_lacks_what_short_systems_would_have_needed():
    """10 boxes of 3 chips were short in January; 60 were bought then."""
    found = verdict("bridge", subject="package", date="2026-02")
    assert found.evidence["missing_units"] == 30
    assert found.factor == pytest.approx(90 / 60)
    assert found.holds is False


@pytest.mark.parametrize(("value", "holds"), [(120, True), (200, None), (300, False)])
def test_a_capacity_must_be_there_in_time_and_not_only_on_paper(value, holds):
    """At the end of the year nine futures in ten have 120, half of them 240."""
    found = verdict(
        "carriers-per-month", {"holds": True, "finding": ""}, subject="fab", value=value
    )
    assert found.holds is holds


def test_a_capacity_that_arithmetic_refutes_stays_refuted():
    static = {"holds": False, "finding": "not on paper"}
    assert verdict("carriers-per-month", static, subject="fab", value=1).finding == "not on paper"


BUILT = {
    "holds": True,
    "finding": "long enough if nothing slips",
    "evidence": {"path": {"permit": "2", "open": "0"}, "starts_after_days": 31, "mean_months": 2.0},
}


@pytest.mark.parametrize(
    ("months", "odds", "holds"), [(1.8, 40, False), (2.1, 50, None), (7, 90, True)]
)
def test_a_time_to_build_is_held_against_the_futures_as_a_date_is(months, odds, holds):
    """Counted from the first of February, half of the futures are there on the first of April."""
    found = verdict("build-months", BUILT, subject="fab", value=months)
    assert found.evidence["odds_percent"] == odds
    assert found.holds is holds
    assert found.factor == pytest.approx(59 / (365.25 / 12) / months)
    assert "the median future takes 2 months (0 to 6 in eight of ten futures)" in found.finding


def test_a_time_to_build_that_arithmetic_refutes_stays_refuted():
    static = BUILT | {"holds": False, "finding": "too short"}
    assert verdict("build-months", static, subject="fab", value=1).finding == "too short"


def test_one_chain_names_what_is_missing():
    found = verdict("one-chain")
    assert found.holds is False
    assert found.evidence["gaps"] == ["not in the plan: box"]


@pytest.mark.parametrize(
    ("answers", "whole"),
    [([], None), ([True, True], True), ([True, None], None), ([None, False], False)],
)
def test_a_part_holds_when_all_its_claims_do(answers, whole):
    assert all_hold(answers) is whole


def test_what_fails_is_said_first():
    claims = [
        {"name": n, "part": 1, "statement": n, "measure": "staff"} for n in ("good", "open", "bad")
    ]
    programme = Programme.model_validate(BASE | {"claims": claims})
    verdicts = [
        Verdict(claim=name, holds=holds, finding=name)
        for name, holds in (("good", True), ("open", None), ("bad", False))
    ]
    part = mission(programme, verdicts)[0]
    assert part["finding"] == "bad open good"
    assert part["holds"] is False
    assert list(part["evidence"]) == ["good", "open", "bad"]
