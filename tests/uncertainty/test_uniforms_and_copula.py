"""Designs and correlations; closed forms of ../shared/reference/ramp.md, 6.7."""

import numpy as np
import pytest
from scipy import stats

from fabstack.errors import InputError
from fabstack.model import Distribution
from fabstack.uncertainty.chance import quantile
from fabstack.uncertainty.copula import Pair, coupled, of_ranks, of_scores
from fabstack.uncertainty.uniforms import Design, uniforms

N = 100_000


def two(rho: float, *, samples: int = N, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    columns = uniforms(["x", "y"], samples=samples, seed=seed, design=Design.PLAIN)
    joined = coupled(columns, [Pair("x", "y", rho)])
    return joined["x"], joined["y"]


@pytest.mark.parametrize("design", list(Design))
def test_the_same_seed_gives_the_same_bits_and_another_seed_others(design):
    first, again, other = (
        uniforms(["a", "b"], samples=500, seed=seed, design=design)["b"] for seed in (7, 7, 8)
    )
    assert first.tobytes() == again.tobytes()
    assert first.tobytes() != other.tobytes()


@pytest.mark.parametrize("design", [Design.LATIN_HYPERCUBE, Design.PLAIN])
def test_another_input_changes_nobody_elses_luck(design):
    alone = uniforms(["a"], samples=100, seed=3, design=design)["a"]
    beside = uniforms(["z", "a", "q"], samples=100, seed=3, design=design)["a"]
    assert alone.tobytes() == beside.tobytes()


@pytest.mark.parametrize("samples", [1, 2, 7, 1000])
def test_a_latin_hypercube_has_one_share_in_each_stratum(samples):
    shares = uniforms(["a"], samples=samples, seed=5)["a"]
    assert sorted((shares * samples).astype(int)) == list(range(samples))


def test_stratified_means_scatter_far_less_than_independent_ones():
    def means(design: Design) -> list[float]:
        return [
            uniforms(["a"], samples=256, seed=seed, design=design)["a"].mean() for seed in range(50)
        ]

    spread = {design: np.std(means(design)) for design in Design}
    assert spread[Design.PLAIN] == pytest.approx(np.sqrt(1 / 12 / 256), rel=0.4)
    assert spread[Design.LATIN_HYPERCUBE] < spread[Design.PLAIN] / 20
    assert spread[Design.SOBOL] < spread[Design.PLAIN] / 20


def test_columns_of_neighbouring_names_are_independent():
    names = [f"activities/a{i}/duration" for i in range(20)]
    columns = uniforms(names, samples=10_000, seed=1)
    matrix = np.corrcoef(np.array(list(columns.values())))
    assert np.abs(matrix - np.eye(20)).max() < 4 / np.sqrt(10_000) * 1.2  # 190 pairs


@pytest.mark.parametrize(("samples", "seed"), [(0, 1), (10, -1)])
def test_no_samples_and_negative_seeds_are_refused(samples, seed):
    with pytest.raises(ValueError, match="natural numbers"):
        uniforms(["a"], samples=samples, seed=seed)


# rho, Spearman, Kendall, P(both above median), P(both above P90)
CASES = [
    (0.3, 0.287564, 0.193973, 0.298493, 0.021616),
    (0.5, 0.482584, 0.333333, 0.333333, 0.032402),
    (0.7, 0.682911, 0.493634, 0.373408, 0.046779),
    (0.9, 0.891456, 0.712867, 0.428217, 0.068865),
]


@pytest.mark.parametrize(("rho", "spearman", "kendall", "median", "tail"), CASES)
def test_a_gaussian_copula_has_its_closed_forms(rho, spearman, kendall, median, tail):
    x, y = two(rho)
    error = 4 / np.sqrt(N)
    assert of_ranks(rho) == pytest.approx(spearman, abs=5e-7)
    assert stats.spearmanr(x, y).statistic == pytest.approx(spearman, abs=error)
    assert stats.kendalltau(x, y).statistic == pytest.approx(kendall, abs=error)
    assert ((x > 0.5) & (y > 0.5)).mean() == pytest.approx(median, abs=error * 0.5)
    expected = error * np.sqrt(tail * (1 - tail))
    assert ((x > 0.9) & (y > 0.9)).mean() == pytest.approx(tail, abs=expected)


@pytest.mark.parametrize(("spearman", "rho"), [(0.5, 0.517638), (0.7, 0.716736)])
def test_a_wanted_rank_correlation_needs_a_larger_one_of_scores(spearman, rho):
    assert of_scores(spearman) == pytest.approx(rho, abs=5e-7)
    assert of_ranks(of_scores(spearman)) == pytest.approx(spearman)


@pytest.mark.parametrize(
    ("first", "second", "rho", "pearson"),
    [
        ("lognormal(1, 0.5)", "lognormal(1, 0.5)", 0.5, 0.468791),
        ("lognormal(1, 0.3)", "lognormal(1, 0.6)", 0.5, 0.466184),
        ("exponential(1)", "exponential(1)", 0.5, 0.453075),
        ("exponential(1)", "exponential(1)", 0.8, 0.769628),
    ],
)
def test_linear_correlation_of_skewed_inputs_is_weaker_than_that_of_their_scores(
    first, second, rho, pearson
):
    x, y = two(rho)
    a, b = (quantile(Distribution.parse(t), u) for t, u in ((first, x), (second, y)))
    error = np.std([np.corrcoef(*part)[0, 1] for part in np.split(np.array([a, b]), 50, axis=1)])
    assert np.corrcoef(a, b)[0, 1] == pytest.approx(pearson, abs=4 * error / np.sqrt(50))


@pytest.mark.parametrize("rho", [-1.0, -0.4, 0.0, 0.6, 1.0])
def test_correlation_leaves_every_margin_as_it_was(rho):
    columns = uniforms(["x", "y"], samples=999, seed=2)
    joined = coupled(columns, [Pair("x", "y", rho)])
    for name, shares in columns.items():
        assert np.sort(joined[name]).tobytes() == np.sort(shares).tobytes()
    assert stats.spearmanr(joined["x"], joined["y"]).statistic == pytest.approx(
        of_ranks(rho), abs=0.12
    )


def test_chains_of_pairs_form_one_matrix_and_strangers_stay_apart():
    columns = uniforms(list("abcd"), samples=20_000, seed=1)
    joined = coupled(columns, [Pair("a", "b", 0.8), Pair("b", "c", 0.8), Pair("a", "c", 0.5)])
    found = stats.spearmanr(np.array([joined[name] for name in "abc"]).T).statistic
    assert found[0, 1] == pytest.approx(of_ranks(0.8), abs=0.02)
    assert found[0, 2] == pytest.approx(of_ranks(0.5), abs=0.02)
    assert joined["d"].tobytes() == columns["d"].tobytes()


def test_correlations_that_contradict_each_other_are_an_input_error():
    columns = uniforms(list("abc"), samples=10, seed=1)
    with pytest.raises(InputError, match="contradict each other"):
        coupled(columns, [Pair("a", "b", 0.9), Pair("b", "c", 0.9), Pair("a", "c", -0.9)])
