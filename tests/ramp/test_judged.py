"""Chances of claims about demand and supply, on the toy chain with one number that varies."""

from datetime import date

import numpy as np
import pytest

from fabstack import load
from fabstack.check.output_claims import coverage_claim
from fabstack.formats import set_cell
from fabstack.model.evidence import Claim, Measure, Risk
from fabstack.ramp import in_future, ramp
from fabstack.ramp.judged import with_judged
from fabstack.ramp.judges import Future, covers
from fabstack.ramp.odds import explained

VOLUME = "volumes/gadgets:2026-01-01/units_per_year"


def nothing_sold(_item, _asked, _day):
    return 0.0


def claim(name, measure, subject, **other):
    return Claim(name=name, part=1, statement=name, measure=measure, subject=subject, **other)


CLAIMS = (
    claim("own", "covers-demand", "boards"),
    claim("no-outside", "self-supply", "board", date=date(2026, 2, 1)),
    claim("gap", "bridge", "package", date=date(2026, 4, 1)),
    claim("spend", "chip-spend", "", value=1300 * 20, unit="USD/year"),
    claim("packing", "done-by", "packaging-opens", date=date(2026, 4, 1)),
)


@pytest.fixture(scope="module")
def toy(project):
    """100 boards a month on average, 50 to 250; 150 are made; 60 packages are bought till April."""
    chain = load(project / "programmes" / "toy-chain")
    risk = Risk(cell=VOLUME, distribution="uniform(600, 3000)")
    return chain.model_copy(update={"risks": (risk,), "claims": CLAIMS})


@pytest.fixture(scope="module")
def odds(toy):
    found = with_judged(ramp(toy, samples=2000), most=2000)
    return {one.claim: one for one in found.odds}


def test_the_chance_is_that_of_the_demand_that_can_be_met(odds):
    for name, most in {"own": 150, "no-outside": 150, "gap": 60}.items():
        exact = (most / 0.995 - 50) / 200
        assert odds[name].chance == pytest.approx(exact, abs=0.002), name  # stratified futures
        assert odds[name].interval.low < exact < odds[name].interval.high


def test_a_claim_says_what_it_hangs_on(odds):
    for name in ("own", "no-outside"):
        (cause,) = odds[name].causes
        assert cause.input == VOLUME
        assert cause.title == "units per year of gadgets, 2026-01-01"
        assert (cause.odds_low, cause.odds_high) == (1.0, 0.0)
    assert odds["own"].margin_median == pytest.approx(0.0, abs=0.2)  # 150 of 150 in the median
    assert odds["own"].unit == "percent"


def test_claims_stay_in_their_order_and_those_of_dates_stay_as_they_were(toy, odds):
    assert list(odds) == [c.name for c in CLAIMS if c.name in odds]
    dates = {one.claim: one for one in ramp(toy, samples=2000).odds}
    assert dates["packing"] == odds["packing"]


def test_fewer_futures_are_the_first_ones(toy):
    result = ramp(toy, samples=300)
    drawn = result.futures.draw(VOLUME, toy.risks[0].distribution)[:40]
    few = {one.claim: one for one in with_judged(result, most=40).odds}
    assert few["own"].chance == float((drawn / 12 <= 150 / 0.995).mean())


def test_a_kind_that_nobody_needs_has_no_chance(toy):
    odd = claim("no-wafers", "self-supply", "substrate")
    found = with_judged(ramp(toy.model_copy(update={"claims": (odd,)}), samples=10))
    assert found.odds == ()


def test_a_covered_demand_is_judged_as_the_check_judges_it(toy):
    result = ramp(toy, samples=60)
    for future in range(60):
        one = in_future(toy, result, future)
        verdict = coverage_claim(one, CLAIMS[0])
        holds, spare, _ = covers(Future(one, nothing_sold), CLAIMS[0])
        assert holds == verdict.holds
        assert spare == pytest.approx(100 / verdict.factor - 100, abs=1e-2)


def test_more_capacity_never_lowers_a_chance(toy):
    wider = set_cell(toy, "phases/boards:first/capacity_per_month", "180")
    chances = [
        {one.claim: one.chance for one in with_judged(ramp(which, samples=200)).odds}
        for which in (toy, wider)
    ]
    assert chances[1]["own"] > chances[0]["own"]
    assert chances[1]["gap"] == chances[0]["gap"]


def test_what_differs_by_rounding_alone_hangs_on_nothing():
    noise = 117.588 + np.random.default_rng(1).random(200) * 1e-12
    assert explained(np.arange(200.0), noise) == 0.0


def test_texas_gives_a_chance_to_every_dated_or_counted_claim(project):
    texas = load(project / "programmes" / "texas")
    found = with_judged(ramp(texas, samples=20))
    by_name = {one.claim: one for one in found.odds}
    measures = {c.measure for c in texas.claims if c.name not in by_name}
    assert measures == {Measure.PACKAGED_AT}
    assert found.unjudged["dojo-arizona"].startswith("it is not confirmed: Public reports")
    assert all(one.causes or one.why for one in found.odds)
    assert [len(one.causes) <= 3 for one in found.odds]
    certain = {"mature-node", "queue-tsmc", "queue-samsung", "one-chain"}
    assert {name for name in certain if by_name[name].chance == 1} == certain
    chips = next(one for one in found.odds if one.claim == "ai-chips")
    assert -90 < chips.margin_median < -80  # a seventh of the chips claimed can be made
