"""Sobol's indices of functions with known ones; ../shared/reference/ramp.md, 6.4."""

import math

import numpy as np
import pytest

from fabstack.model import Distribution
from fabstack.uncertainty.indices import sobol_indices
from fabstack.uncertainty.uniforms import Design

N = 2**15
ANGLE = Distribution.parse(f"uniform({-math.pi!r}, {math.pi!r})")
UNIT = Distribution.parse("uniform(0, 1)")


def ishigami(b: float):
    def model(x):
        return np.sin(x["1"]) + 7 * np.sin(x["2"]) ** 2 + b * x["3"] ** 4 * np.sin(x["1"])

    return model


def g_function(*a: float):
    def model(x):
        factors = [(np.abs(4 * x[str(i)] - 2) + a_i) / (1 + a_i) for i, a_i in enumerate(a)]
        return np.prod(factors, axis=0)

    return model


def close(found: float, exact: float) -> bool:
    """Within 1 %, or within .001 of the variance where the index is nearly nothing."""
    return found == pytest.approx(exact, rel=0.01, abs=0.001)


@pytest.mark.parametrize(
    ("b", "firsts", "totals", "pair"),
    [
        (0.1, (0.313905, 0.442411, 0), (0.557589, 0.442411, 0.243684), 0.243684),
        (0.05, (0.218519, 0.686895, 0), (0.313105, 0.686895, 0.094587), 0.094587),
    ],
)
def test_ishigami(b, firsts, totals, pair):
    inputs = dict.fromkeys("123", ANGLE)
    groups = [("1",), ("2",), ("3",), ("1", "3")]
    found = sobol_indices(ishigami(b), inputs, samples=N, seed=1, groups=groups)
    for one, first, total in zip(found, firsts, totals, strict=False):
        assert close(one.first, first), one
        assert close(one.total, total), one
    interaction = found[3].first - found[0].first - found[2].first
    assert interaction == pytest.approx(pair, rel=0.01)


G4 = (0.0, 1.0, 4.5, 9.0, 99.0, 99.0, 99.0, 99.0)


@pytest.mark.parametrize(
    ("a", "firsts", "totals"),
    [
        (
            G4,
            (0.716192, 0.179048, 0.023676, 0.007162, *[0.000072] * 4),
            (0.787144, 0.242198, 0.034317, 0.010460, *[0.000105] * 4),
        ),
        ((1.0, 2.0, 3.0), (0.567426, 0.252189, 0.141856), (0.600701, 0.278897, 0.159370)),
    ],
)
def test_g_function(a, firsts, totals):
    inputs = {str(i): UNIT for i in range(len(a))}
    found = sobol_indices(g_function(*a), inputs, samples=N, seed=1)
    for one, first, total in zip(found, firsts, totals, strict=True):
        assert close(one.first, first), one
        assert close(one.total, total), one


def test_a_sum_of_one_two_and_three_has_shares_of_fourteenths():
    inputs = dict.fromkeys("123", UNIT)
    found = sobol_indices(lambda x: sum(i * x[str(i)] for i in (1, 2, 3)), inputs, samples=N)
    for one, share in zip(found, (1 / 14, 4 / 14, 9 / 14), strict=True):
        assert close(one.first, share)
        assert close(one.total, share)


def test_a_product_of_two_has_an_interaction_of_a_seventh():
    inputs = {"x": UNIT, "y": UNIT}
    both = [("x",), ("y",), ("x", "y")]
    x, y, pair = sobol_indices(lambda v: v["x"] * v["y"], inputs, samples=N, groups=both)
    assert close(x.first, 3 / 7)
    assert close(y.first, 3 / 7)
    assert pair.first - x.first - y.first == pytest.approx(1 / 7, rel=0.01)
    assert pair.total == pytest.approx(1, abs=0.01)


def test_plain_samples_stay_within_their_intervals_as_often_as_these_say():
    """400 intervals of 95 %: between 364 and 396 hits are within 4 standard deviations of 380."""
    inputs, hits = {"x": UNIT, "y": UNIT}, 0
    for seed in range(200):
        one, _ = sobol_indices(
            lambda v: v["x"] * v["y"], inputs, samples=2000, seed=seed, design=Design.PLAIN
        )
        hits += one.first_interval.low <= 3 / 7 <= one.first_interval.high
        hits += one.total_interval.low <= 4 / 7 <= one.total_interval.high
    assert 360 <= hits <= 396


def test_what_never_moves_the_outcome_explains_nothing():
    inputs = {"x": UNIT, "idle": UNIT, "fixed": Distribution.parse("3")}
    x, idle = sobol_indices(lambda v: v["x"] + v["fixed"], inputs, samples=64)
    assert idle.first == idle.total == 0
    assert x.inputs == ("x",)


def test_a_constant_outcome_has_no_variance_to_share():
    (one,) = sobol_indices(lambda v: np.ones_like(v["x"]), {"x": UNIT}, samples=16)
    assert (one.first, one.total) == (0, 0)


def test_outcomes_without_end_unknown_inputs_and_one_sample_are_refused():
    with pytest.raises(ValueError, match="finite"):
        sobol_indices(lambda v: np.full_like(v["x"], np.nan), {"x": UNIT}, samples=4)
    with pytest.raises(ValueError, match="not among the varying inputs: z"):
        sobol_indices(lambda v: v["x"], {"x": UNIT}, samples=4, groups=[("z",)])
    with pytest.raises(ValueError, match="at least 2"):
        sobol_indices(lambda v: v["x"], {"x": UNIT}, samples=1)


def test_the_same_seed_gives_the_same_bits():
    inputs = {"x": UNIT, "y": UNIT}
    runs = [sobol_indices(lambda v: v["x"] * v["y"], inputs, samples=64, seed=3) for _ in "ab"]
    assert runs[0] == runs[1]


def test_a_peer_finds_the_same_indices():
    """SALib, if it is here, on the same function with its own samples."""
    saltelli = pytest.importorskip("SALib.sample.sobol")
    analyze = pytest.importorskip("SALib.analyze.sobol")
    problem = {"num_vars": 3, "names": list("123"), "bounds": [[-math.pi, math.pi]] * 3}
    points = saltelli.sample(problem, 4096, calc_second_order=False, seed=1)
    outcomes = ishigami(0.1)({name: points[:, i] for i, name in enumerate("123")})
    peer = analyze.analyze(problem, outcomes, calc_second_order=False, seed=1)
    ours = sobol_indices(ishigami(0.1), dict.fromkeys("123", ANGLE), samples=4096)
    for i, one in enumerate(ours):
        assert one.first == pytest.approx(peer["S1"][i], abs=peer["S1_conf"][i] * 2 + 0.005)
        assert one.total == pytest.approx(peer["ST"][i], abs=peer["ST_conf"][i] * 2 + 0.005)
