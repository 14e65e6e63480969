"""The ramp of the mission: it holds together and says what the sources say."""

from datetime import date

import pytest

from fabstack import formats
from fabstack.model import Programme
from fabstack.ramp import RampResult, at_percentile, ramp


@pytest.fixture(scope="module")
def texas(project) -> Programme:
    return formats.load(project / "programmes" / "texas")


@pytest.fixture(scope="module")
def result(texas) -> RampResult:
    return ramp(texas, samples=2000, seed=1)


def test_the_panel_line_is_late_in_both_views(result):
    """Reference, summary 9: the outside view's P50 is 23 months after September 2025."""
    claimed = date(2027, 3, 31)
    assert result.odds_by("foplp-volume", claimed) < 0.25
    assert (result.reference["foplp-volume"] > result.timeline.months(claimed)).mean() > 0.75


def test_a_fab_takes_about_five_years_from_its_decision(result):
    """Row 6 and reference summary 2: 61.5 months before slip and deferral, so P50 lies above."""
    months = result.end_months("fab-volume") - result.timeline.months(date(2026, 1, 31))
    assert float(sorted(months)[len(months) // 10]) > 52
    assert 61.5 < float(sorted(months)[len(months) // 2]) < 80


def test_all_dates_at_once_are_less_likely_than_any(texas, result):
    names = [row.name for row in texas.activities if row.claimed is not None]
    assert result.joint_odds(names) <= min(result.odds_of_claim(name) for name in names)


def test_ends_follow_starts_and_finishes_are_always_critical_to_themselves(result):
    assert (result.ends_months >= result.starts_months).all()
    for finish in result.critical_share:
        assert result.criticality(finish)[finish] == 1


def test_later_percentiles_open_every_plant_later(texas, result):
    early, middle, late = (at_percentile(texas, result, q) for q in (10, 50, 90))
    for a, b, c in zip(early.plants, middle.plants, late.plants, strict=True):
        assert a.opens <= b.opens <= c.opens
    assert len(late.deliveries) == len(texas.deliveries)


def test_every_claimed_end_has_inputs_that_move_it(texas, result):
    outcomes = {one.outcome for one in result.influences}
    assert {row.name for row in texas.activities if row.claimed is not None} <= outcomes
