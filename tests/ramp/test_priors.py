"""Durations drawn from published times to build, beside the stated ones."""

import math
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from ramp_made import activity, programme

from fabstack.errors import InputError
from fabstack.model.days import DAYS_PER_MONTH
from fabstack.model.plants import Plant
from fabstack.ramp import ramp
from fabstack.ramp.build_times import BUILD_TIMES, PRIORS, SPREAD, prior
from fabstack.results.ramp_tables import ramp_tables
from fabstack.uncertainty.chance import quantile

CLAIM = {"claimed": date(2028, 1, 1)}


def builds(duration="12", **other):
    return programme(
        activity("build", duration, prior="built-us", **other),
        activity("volume", 2, "build", **CLAIM),
        plants=[Plant(name="fab", kind="fab")],
    )


def test_a_prior_has_the_published_mean():
    """736 days in the United States, 654 in Taiwan (CSET 2021); 38 months (Exyte 2025)."""
    for name, months in {
        "built-us": 736 / DAYS_PER_MONTH,
        "built-taiwan": 654 / DAYS_PER_MONTH,
        "permitted-us": 38,
    }.items():
        median, sigma = prior(name).parameters
        assert median * math.exp(sigma**2 / 2) == pytest.approx(months)
        assert sigma == SPREAD
    assert len(PRIORS) == len(BUILD_TIMES)


def test_an_activity_draws_its_duration_from_the_prior():
    result = ramp(builds(), samples=20_000)
    ends = result.end_months("build")
    assert ends.mean() == pytest.approx(736 / DAYS_PER_MONTH, rel=1e-3)
    assert np.log(ends).std() == pytest.approx(SPREAD, rel=5e-3)
    p90 = float(quantile(prior("built-us"), np.array([0.9]))[0])
    assert np.quantile(result.end_months("volume"), 0.9) == pytest.approx(p90 + 2, abs=0.02)


def test_the_stated_duration_gives_the_second_curve():
    result = ramp(builds("pert(10, 12, 20)"), samples=500)
    stated = ramp(
        programme(
            activity("build", "pert(10, 12, 20)"),
            activity("volume", 2, "build", **CLAIM),
            plants=[Plant(name="fab", kind="fab")],
        ),
        samples=500,
    )
    assert np.array_equal(result.as_stated["volume"], stated.end_months("volume"))
    assert stated.as_stated == {}
    tables = ramp_tables(result, result.programme)
    (row,) = tables["ramp_reference"].to_dicts()
    assert row["view"] == "stated durations"
    assert row["odds_of_claim_percent"] > 99
    assert row["network_p50"] == result.end_date("volume", 50)
    assert set(tables["ramp_reference_curve"]["view"]) == {"stated durations"}
    assert result.odds_of_claim("volume") < 0.5


def test_without_its_luck_a_prior_is_at_its_median():
    result = ramp(builds(), samples=400)
    (driver,) = [one for one in result.drivers if one.outcome == "volume"]
    median = prior("built-us").parameters[0]
    assert driver.mean_months == pytest.approx(result.end_months("build").mean() - median)


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ({"slip": "lognormal(1.15, 0.14)"}, "states slip, but published times"),
        ({"repeat_percent": 20}, "states repeat_percent, but published times"),
        ({"prior": "built-usa"}, "'built-usa', which is no published time.*built-us"),
    ],
)
def test_delays_are_not_counted_twice(other, told):
    case = builds()
    row = replace(case.activities[0], **other)
    with pytest.raises(InputError, match=told):
        ramp(case.model_copy(update={"activities": (row, case.activities[1])}), samples=2)
