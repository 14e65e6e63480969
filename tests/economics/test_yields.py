"""Yield models: printed figures to their digits, limits, and the order in which they lie.

"economics.md" stands for the reference table of worked examples, section 2.2.
"""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabstack.economics import (
    UnknownNameError,
    YieldModelName,
    anysilicon_murphy_yield,
    bose_einstein_yield,
    d0_for_yield,
    die_yield,
    hennessy_patterson_yield,
    murphy_yield,
    negative_binomial_yield,
    patterson_hennessy_yield,
    poisson_yield,
    rectangular_yield,
    register_yield_model,
    seeds_sqrt_yield,
    seeds_yield,
    textbook_dies,
    yield_model,
    yield_model_names,
)
from fabstack.errors import FabstackError

# economics.md 2.2, "reference m=1.0" and "m=0.5", six digits
AT_ONE = {
    "poisson": 0.367879,
    "rectangular": 0.432332,
    "murphy": 0.399576,
    "seeds": 0.5,
    0.5: 0.577350,
    2: 0.444444,
    3: 0.421875,
    10: 0.385543,
}
AT_HALF = {
    "poisson": 0.606531,
    "rectangular": 0.632121,
    "murphy": 0.619272,
    "seeds": 0.666667,
    0.5: 0.707107,
    2: 0.64,
    3: 0.629738,
    10: 0.613913,
}


@pytest.mark.parametrize(
    ("defects", "model", "share"),
    [(1.0, *item) for item in AT_ONE.items()] + [(0.5, *item) for item in AT_HALF.items()],
)
def test_reference_yields_to_six_digits(defects, model, share):
    name, alpha = (model, 3.0) if isinstance(model, str) else ("negative-binomial", model)
    found = die_yield(name, area_cm2=defects, d0_per_cm2=1.0, alpha=alpha)
    assert found == pytest.approx(share, abs=5e-7)


def test_murphy_on_the_first_n5_test_chip():
    # AnandTech, Dec 2019: 80 % at 17.92 mm2 and D0 1.271; then 32.0 % at 100 mm2
    small = die_yield("murphy", area_cm2=0.1792, d0_per_cm2=1.271)
    large = die_yield("murphy", area_cm2=1.0, d0_per_cm2=1.271)
    assert small == pytest.approx(0.79976, abs=5e-6)
    assert large == pytest.approx(0.32041, abs=5e-6)


def test_good_dies_of_hennessy_and_patterson_fifth_edition():
    # D 0.031, N 13.5, dies of 2.25 and 1.00 cm2: 0.4024 and 0.6622, 109 and 424 good dies
    for area_cm2, share, good in ((2.25, 0.4024, 109), (1.0, 0.6622, 424)):
        found = die_yield("hennessy-patterson", area_cm2=area_cm2, d0_per_cm2=0.031, layers=13.5)
        assert found == pytest.approx(share, abs=5e-5)
        assert round(found * round(textbook_dies(300.0, 100 * area_cm2))) == good


def test_sixth_edition_printed_answers_need_the_fifth_editions_density():
    # it prints D 0.047 and N 12 with answers 120 and 444; only 0.031 gives them
    def good(d0_per_cm2: float, area_cm2: float) -> float:
        share = hennessy_patterson_yield(d0_per_cm2 * area_cm2, 12.0)
        return share * round(textbook_dies(300.0, 100 * area_cm2))

    assert (good(0.031, 2.25), good(0.031, 1.0)) == pytest.approx((120.2, 443.7), abs=0.05)
    assert (round(good(0.047, 2.25)), round(good(0.047, 1.0))) == (81, 369)


def test_patterson_and_hennessy_example_1_10():
    # Computer Organization and Design, 5th ed.: 15 and 20 cm, 84 and 100 dies, $12 and $15
    wafers = [(15.0, 84, 0.020, 12.0, 0.9592, 0.1489), (20.0, 100, 0.031, 15.0, 0.9093, 0.1650)]
    for diameter_cm, dies, d0, wafer_usd, share, usd in wafers:
        area_cm2 = math.pi * diameter_cm**2 / 4 / dies
        found = die_yield("patterson-hennessy", area_cm2=area_cm2, d0_per_cm2=d0)
        assert found == pytest.approx(share, abs=5e-5)
        assert wafer_usd / dies / found == pytest.approx(usd, abs=5e-5)


@pytest.mark.parametrize(("share", "d0"), [(0.92, 0.0426), (0.95, 0.026)])
def test_defect_density_behind_a_yield_of_patterson_and_hennessy(share, d0):
    # 2 cm2; printed 0.042 (cut off) and 0.026
    found = d0_for_yield("patterson-hennessy", share, area_cm2=2.0)
    assert found == pytest.approx(d0, abs=5e-5)


def test_a_yield_without_an_area_says_little():
    # economics.md 2.2: 40 to 45 % is D0 of about 0.86 on 1 cm2 and 0.20 on 4.29 cm2 (Poisson)
    assert d0_for_yield("poisson", 0.425, area_cm2=1.0) == pytest.approx(0.86, abs=0.005)
    assert d0_for_yield("poisson", 0.425, area_cm2=4.29) == pytest.approx(0.20, abs=0.005)


def test_google_example_of_bose_einstein():
    # google/chiplets-cost-model unit test: effective area 378.14 mm2, D0 0.1, N 2: 52.65 %
    found = die_yield("bose-einstein", area_cm2=3.7814, d0_per_cm2=0.1, layers=2)
    assert found == pytest.approx(0.5265, abs=5e-5)


@pytest.mark.parametrize(
    ("d0", "murphy", "clustered"),
    [(0.1, 0.661, 0.670), (0.2, 0.451, 0.470), (0.3, 0.316, 0.343), (0.5, 0.169, 0.198)],
)
def test_yield_of_half_a_reticle(d0, murphy, clustered):
    # economics.md 2.2: 429 mm2
    assert die_yield("murphy", area_cm2=4.29, d0_per_cm2=d0) == pytest.approx(murphy, abs=5e-4)
    found = die_yield("negative-binomial", area_cm2=4.29, d0_per_cm2=d0, alpha=3)
    assert found == pytest.approx(clustered, abs=5e-4)


def test_the_curve_that_others_call_seeds():
    # MST planner and ICE: exp(-sqrt(m))
    assert seeds_sqrt_yield(4.0) == pytest.approx(math.exp(-2))


def test_the_curve_that_one_calculator_calls_murphy():
    # AnySilicon: ((1 - exp(-m/a)) / (m/a))^a; at a = 1 half of Murphy's square
    assert anysilicon_murphy_yield(0.7, 1.0) ** 2 == pytest.approx(murphy_yield(0.7))
    assert anysilicon_murphy_yield(0.7, math.inf) == pytest.approx(math.exp(-0.35))
    assert anysilicon_murphy_yield(0.7, 1e7) == pytest.approx(math.exp(-0.35))


def test_critical_area_scales_the_defects():
    half = die_yield("seeds", area_cm2=2.0, d0_per_cm2=0.5, critical_area_ratio=0.5)
    assert half == die_yield("seeds", area_cm2=1.0, d0_per_cm2=0.5)


@pytest.mark.parametrize("model", yield_model_names())
def test_no_defects_lose_nothing(model):
    assert die_yield(model, area_cm2=3.0, d0_per_cm2=0.0) == 1.0


@pytest.mark.parametrize("model", yield_model_names())
@pytest.mark.parametrize("defects", [5e-324, 1e-300, 1e-17, 1e-9])
def test_next_to_no_defects_lose_next_to_nothing(model, defects):
    least = 1 - 2 * math.sqrt(defects)  # the square-root curve falls steepest
    assert least <= die_yield(model, area_cm2=defects, d0_per_cm2=1.0) <= 1.0


@pytest.mark.parametrize("model", yield_model_names())
def test_very_many_defects_leave_nothing(model):
    assert die_yield(model, area_cm2=1e9, d0_per_cm2=1e9) < 1e-8


@pytest.mark.parametrize("model", yield_model_names())
def test_arrays_give_what_their_numbers_give(model):
    areas = np.array([0.0, 0.1, 1.0, 8.58])
    together = die_yield(model, area_cm2=areas, d0_per_cm2=0.3, alpha=2.0, layers=3.0)
    alone = [die_yield(model, area_cm2=a, d0_per_cm2=0.3, alpha=2.0, layers=3.0) for a in areas]
    assert together.tolist() == pytest.approx(alone, rel=1e-14)


DEFECTS = st.floats(1e-6, 50)


@given(DEFECTS)
def test_models_lie_in_the_order_of_their_spread(defects):
    # the wider the spread of the density, the higher the yield at the same mean (Jensen)
    ordered = [
        poisson_yield(defects),
        murphy_yield(defects),
        rectangular_yield(defects),
        seeds_yield(defects),
    ]
    assert ordered == sorted(ordered)


@given(DEFECTS, st.floats(0.1, 50), st.floats(1.01, 10))
def test_clusters_raise_the_yield(defects, alpha, more):
    clustered = negative_binomial_yield(defects, alpha)
    assert clustered >= negative_binomial_yield(defects, alpha * more) >= poisson_yield(defects)


@given(DEFECTS)
def test_negative_binomial_holds_poisson_and_seeds(defects):
    assert negative_binomial_yield(defects, math.inf) == pytest.approx(poisson_yield(defects))
    assert negative_binomial_yield(defects, 1e12) == pytest.approx(poisson_yield(defects), rel=1e-6)
    assert negative_binomial_yield(defects, 1.0) == pytest.approx(seeds_yield(defects))
    assert negative_binomial_yield(defects, 2.0) == pytest.approx(patterson_hennessy_yield(defects))
    assert bose_einstein_yield(defects, 1.0) == pytest.approx(seeds_yield(defects))


@given(st.sampled_from(list(YieldModelName)), st.floats(0, 100), st.floats(0, 10))
def test_more_defects_never_raise_a_yield(model, defects, more):
    fewer = die_yield(model, area_cm2=1.0, d0_per_cm2=defects)
    assert 0 <= die_yield(model, area_cm2=1.0, d0_per_cm2=defects + more) <= fewer <= 1


@given(st.sampled_from(list(YieldModelName)), st.floats(0.01, 1), st.floats(0.1, 9))
def test_the_density_behind_a_yield_gives_it_back(model, share, area):
    d0 = d0_for_yield(model, share, area_cm2=area, alpha=2.0, layers=4.0)
    found = die_yield(model, area_cm2=area, d0_per_cm2=d0, alpha=2.0, layers=4.0)
    assert found == pytest.approx(share, rel=1e-9)


@pytest.mark.parametrize("share", [0.0, -0.1, 1.5, math.nan])
def test_no_density_lies_behind_an_impossible_yield(share):
    with pytest.raises(ValueError, match="no defect density"):
        d0_for_yield("murphy", share, area_cm2=1.0)


@pytest.mark.parametrize(
    "fault",
    [
        {"area_cm2": -1},
        {"d0_per_cm2": math.nan},
        {"alpha": 0},
        {"layers": -1},
        {"area_cm2": math.inf},
    ],
)
def test_numbers_without_sense_are_refused(fault):
    with pytest.raises(ValueError, match="must be"):
        die_yield("murphy", **({"area_cm2": 1.0, "d0_per_cm2": 0.1} | fault))


def test_names_may_be_written_loosely():
    assert yield_model("Negative_Binomial") is yield_model("negative-binomial")


def test_an_unknown_model_names_the_nearest():
    with pytest.raises(UnknownNameError, match="did you mean 'murphy'"):
        die_yield("murfy", area_cm2=1.0, d0_per_cm2=0.1)


def test_a_model_of_ones_own_is_one_line_away():
    name = "test-linear"
    register_yield_model(name, lambda defects, *, alpha, layers: np.maximum(1 - defects, 0.0))
    assert die_yield(name, area_cm2=0.5, d0_per_cm2=0.5) == 0.75
    with pytest.raises(ValueError, match="already"):
        register_yield_model(name, yield_model("murphy"))
    with pytest.raises(ValueError, match="write it like"):
        register_yield_model("My Model!", yield_model("murphy"))


class _Offer:
    """An entry point, as an installed package declares it."""

    def __init__(self, name: str, value: str, loaded: object) -> None:
        self.name, self.value, self._loaded = name, value, loaded

    def load(self) -> object:
        if isinstance(self._loaded, Exception):
            raise self._loaded
        return self._loaded


def test_models_of_installed_packages_are_found(monkeypatch):
    offers = [
        _Offer("half_always", "plug:half", lambda defects, *, alpha, layers: 0.5 + 0 * defects),
        _Offer("broken", "plug:broken", ImportError("no module 'plug'")),
    ]

    def installed(group: str) -> list[_Offer]:
        assert group == "fabstack.yield_models"
        return offers

    monkeypatch.setattr("importlib.metadata.entry_points", installed)
    assert {"half-always", "broken"} <= set(yield_model_names())
    assert die_yield("half-always", area_cm2=1.0, d0_per_cm2=1.0) == 0.5
    with pytest.raises(FabstackError, match="cannot be loaded: no module 'plug'"):
        yield_model("broken")
