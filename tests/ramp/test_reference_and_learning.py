"""The outside view (../shared/reference/ramp.md, 6.2 and summary 9) and yields that learn (6.5)."""

import math

import numpy as np
import pytest
from ramp_made import activity, header, programme

from fabstack.economics.flow import yield_share
from fabstack.model import Distribution, by_key
from fabstack.model.evidence import Risk
from fabstack.model.items import Component, Item, ItemKind
from fabstack.model.plants import Plant, PlantKind
from fabstack.model.routes import Route
from fabstack.model.technology import Carrier, Technology
from fabstack.ramp import RampResult, ramp, reference_class
from fabstack.uncertainty.chance import quantile
from fabstack.uncertainty.percentiles import percentile

MIDDLES = (np.arange(100_000) + 0.5) / 100_000


def test_a_reference_class_is_a_lognormal_through_two_percentiles():
    ratio = reference_class(1.25, 1.60, 80)
    assert ratio.parameters == pytest.approx((1.25, 0.293315), abs=5e-7)
    assert math.log(ratio.parameters[0]) == pytest.approx(0.223144, abs=5e-7)
    assert ratio.mean == pytest.approx(1.304944, abs=5e-7)
    assert quantile(ratio, np.array([0.95]))[0] == pytest.approx(2.025069, abs=5e-7)
    assert (quantile(ratio, MIDDLES) <= 1).mean() == pytest.approx(0.223399, abs=2e-5)
    assert reference_class(1.00, 1.74, 90).parameters[1] == pytest.approx(0.4322, abs=5e-5)


@pytest.mark.parametrize("case", [(1.25, 1.6, 50), (1.25, 1.1, 80), (0, 1, 80), (1.2, -1, 80)])
def test_percentiles_that_no_class_has_are_refused(case):
    with pytest.raises(ValueError, match="cannot be percentile"):
        reference_class(*case)


@pytest.fixture(scope="module")
def panel_line() -> RampResult:
    """Tools in September 2025, volume claimed 17 months later, ratio lognormal(1.35, .30)."""
    row = activity(
        "volume", "uniform(1, 2)", claimed="2027-02-01", promised="2025-09-01",
        reference_slip=str(Distribution.parse("lognormal(1.35, 0.30)")),
    )  # fmt: skip
    return ramp(programme(row), samples=20_000)


@pytest.mark.parametrize(("percent", "months"), [(10, 15.6), (50, 23.0), (80, 29.5), (90, 33.7)])
def test_the_outside_view_stretches_the_promised_duration(panel_line, percent, months):
    since_promise = panel_line.reference["volume"] + 4  # the programme starts in January
    assert percentile(since_promise, percent) == pytest.approx(months, abs=0.06)


def test_the_outside_view_leaves_the_network_alone(panel_line):
    assert panel_line.end_months("volume").max() <= 2
    assert panel_line.odds_of_claim("volume") == 1
    assert {one.input for one in panel_line.influences} == {"activities/volume/duration"}


# --- Learning -------------------------------------------------------------------------------------


def fab(*, opens: str | None, duration: str = "12", risks=()) -> RampResult:
    tables = {
        "technologies": [
            Technology(
                name="logic", carrier=Carrier.WAFER, alpha=3, d0_start_per_cm2=0.8,
                d0_mature_per_cm2=0.12, learning_months=12, diameter_mm=300,
            ),
            Technology(
                name="panel", carrier=Carrier.PANEL, yield_start_percent=75,
                yield_mature_percent=94, learning_months=9,
            ),
            Technology(name="mature", carrier=Carrier.WAFER),
        ],
        "items": [
            Item(name="wafer", kind=ItemKind.WAFER, technology="mature"),
            Item(
                name="die", kind=ItemKind.DIE, technology="logic", width_mm=26, height_mm=16.5,
                yield_percent=90,
            ),
            Item(name="package", kind=ItemKind.PACKAGE, technology="panel"),
        ],
        "components": [Component(parent="die", child="wafer")],
        "plants": [
            Plant(name="fab", kind=PlantKind.FAB, opens=opens, opens_with="build"),
            Plant(name="line", kind=PlantKind.PACKAGING),
        ],
        "routes": [
            Route(name="wafer", item="wafer", plant="fab"),
            Route(name="package", item="package", plant="line"),
        ],
        "risks": list(risks),
    }  # fmt: skip
    row = activity("build", duration)
    return ramp(programme(row, programme=header(), **tables), samples=500)


def test_dies_learn_from_the_opening_of_their_fab_as_the_cost_chain_says():
    """D0 .8, floor .12, 4 quarters, 4.29 cm2, NB(3): .10147, .27958, .45182 at quarters 0, 4, 8."""
    result = fab(opens="2027-01-01")
    curve = {fan.item: fan.percentiles[1] for fan in result.yields}["die"]
    assert (curve[:12] == 0).all()
    assert curve[[12, 24, 36]] / 0.9 == pytest.approx([0.10147, 0.27958, 0.45182], abs=5e-6)
    die = by_key(result.programme.items)["die"]
    assert curve[50] == pytest.approx(yield_share(result.programme, die, 38))


def test_a_plant_without_a_date_of_opening_learns_from_the_start():
    result = fab(opens="2027-01-01")
    curve = {fan.item: fan.percentiles[1] for fan in result.yields}["package"]
    package = by_key(result.programme.items)["package"]
    assert curve[[0, 7]] == pytest.approx(
        [yield_share(result.programme, package, months) for months in (0, 7)]
    )


def test_what_does_not_learn_has_no_curve():
    assert [fan.item for fan in fab(opens=None).yields] == ["die", "package"]


def test_a_late_opening_and_an_uncertain_floor_both_spread_the_yield():
    late = fab(opens=None, duration="uniform(6, 18)")
    spread = {fan.item: fan.percentiles for fan in late.yields}["die"]
    assert spread[0, 12] == 0 < spread[2, 12]
    floor = Risk(
        cell="technologies/logic/d0_mature_per_cm2", distribution="triangular(0.08, 0.12, 0.25)"
    )
    fixed = {fan.item: fan.percentiles for fan in fab(opens=None).yields}["die"]
    risky = {fan.item: fan.percentiles for fan in fab(opens=None, risks=[floor]).yields}["die"]
    assert fixed[0, -1] == fixed[2, -1]
    assert risky[0, -1] < fixed[1, -1] < risky[2, -1]
