"""Draws depend on their keys alone, are uniform and unrelated, and follow their laws."""

import math

import numba
import numpy as np
import pytest
from scipy import special, stats

from fabstack.arrays import types as t
from fabstack.arrays.build import Group, Parts, Route, Step, Stream, fab_of
from fabstack.arrays.chance import (
    constant,
    empirical,
    erlang,
    exponential,
    gamma,
    lognormal,
    normal,
    pert,
    triangular,
    uniform,
)
from fabstack.arrays.types import Draw
from fabstack.simulate import kernel_chance as chance
from fabstack.simulate.kernel_tables import Handle, step_at
from fabstack.simulate.world import new_world, seeded

DRAWS = 200_000


@numba.njit
def shares(key, place, times, count):
    values = np.empty(count)
    for number in range(count):
        bits = chance.keyed(key, chance.numbered(number, place, times))
        values[number] = chance.share(bits)
    return values


@numba.njit
def drawn(world, key, count):
    """Draws of the process time of step 0 for lots with keys from `key` on."""
    values = np.empty(count)
    for number in range(count):
        lot = chance.keyed(key, number)
        values[number] = chance.drawn(world, step_at(world, 0).process, lot, np.int64(7))
    return values


@numba.njit
def normals(values):
    return np.array([chance.normal(value) for value in values])


def times_of(process, count=DRAWS, seed=1):
    parts = Parts([Group("tool")], [Route([Step(0, process)])], [Stream("lots", entries=0)])
    handle = Handle(new_world(fab_of(parts), 1))
    return drawn(handle.world, seeded(np.array([5], np.uint64), seed)[0], count)


def near(values, exact, spread):
    return abs(np.mean(values) - exact) < 4 * spread / math.sqrt(len(values))


def test_draws_are_uniform():
    values = np.concatenate([shares(np.uint64(key), 0, 0, 1000) for key in range(100)])
    assert stats.kstest(values, "uniform").pvalue > 1e-3
    assert values.min() > 0.0
    assert values.max() < 1.0


def test_draws_of_neighbouring_keys_purposes_places_and_visits_are_unrelated():
    """Every pair of axes of a grid of keys; a planted shared key has correlation 1."""
    grid = np.array(
        [
            [
                [shares(np.uint64(key), place, visit, 16) for visit in range(8)]
                for place in range(16)
            ]
            for key in range(64)
        ]
    )
    assert np.unique(grid).size == grid.size
    for axis in range(grid.ndim):
        here, there = (np.take(grid, range(k, grid.shape[axis] - 1 + k), axis) for k in (0, 1))
        assert abs(np.corrcoef(here.ravel(), there.ravel())[0, 1]) < 4 / math.sqrt(here.size)


def test_each_purpose_has_a_number_of_its_own():
    assert len(set(Draw)) == len(Draw)
    assert max(Draw) < 2**8


def test_another_seed_gives_unrelated_draws():
    one, other = (times_of(uniform(0.0, 1.0), 20_000, seed) for seed in (1, 2))
    assert abs(np.corrcoef(one, other)[0, 1]) < 4 / math.sqrt(20_000)


@pytest.mark.parametrize(
    ("process", "mean", "deviation", "law"),
    [
        (uniform(2.0, 6.0), 4.0, 4 / math.sqrt(12), stats.uniform(2, 4)),
        (exponential(3.0), 3.0, 3.0, stats.expon(scale=3)),
        (triangular(1.0, 2.0, 6.0), 3.0, 1.0801234, stats.triang(0.2, 1, 5)),
        (triangular(1.0, 1.0, 4.0), 2.0, 0.70710678, stats.triang(0.0, 1, 3)),
        (pert(1.0, 2.0, 6.0), 2.5, 0.8660254, stats.beta(1.8, 4.2, 1, 5)),
        (normal(50.0, 5.0), 50.0, 5.0, stats.norm(50, 5)),
        (
            lognormal(2.0, 0.7),
            2 * math.exp(0.245),
            2 * math.exp(0.245) * math.sqrt(math.expm1(0.49)),
            stats.lognorm(0.7, scale=2),
        ),
        (gamma(4.0, 0.5), 4.0, 2.0, stats.gamma(4, scale=1)),
        (gamma(4.0, 2.0), 4.0, 8.0, stats.gamma(0.25, scale=16)),
        (erlang(6.0, 3), 6.0, 6 / math.sqrt(3), stats.gamma(3, scale=2)),
    ],
)
def test_a_law_has_its_mean_spread_and_shape(process, mean, deviation, law):
    values = times_of(process)
    assert process.mean_min == pytest.approx(mean)
    assert near(values, mean, deviation)
    fourth = law.stats(moments="k") + 3
    assert near((values - mean) ** 2, deviation**2, deviation**2 * math.sqrt(fourth - 1))
    assert stats.kstest(values[:20_000], law.cdf).pvalue > 1e-3


def test_a_constant_is_constant_and_an_empirical_law_gives_its_values_alike():
    assert set(times_of(constant(2.5), 100)) == {2.5}
    values, counts = np.unique(times_of(empirical((1.0, 2.0, 5.0))), return_counts=True)
    assert values.tolist() == [1.0, 2.0, 5.0]
    assert stats.chisquare(counts).pvalue > 1e-3


@pytest.mark.parametrize("factor", [60.0, 0.25])
@pytest.mark.parametrize(
    "process",
    [
        constant(2.0),
        uniform(2.0, 6.0),
        exponential(3.0),
        triangular(1.0, 2.0, 6.0),
        pert(1.0, 2.0, 6.0),
        normal(50.0, 5.0),
        lognormal(2.0, 0.7),
        gamma(4.0, 0.5),
        empirical((1.0, 2.0)),
    ],
)
def test_another_unit_scales_every_draw(process, factor):
    scaled = times_of(process.times(factor), 1_000)
    assert scaled == pytest.approx(times_of(process, 1_000) * factor, rel=1e-12)
    assert process.times(factor).mean_min == pytest.approx(process.mean_min * factor)


def test_the_normal_inverse_equals_scipys_to_14_digits():
    below = np.r_[1e-300, 1e-100, 1e-20, 1e-12, 1e-6, np.linspace(0.001, 0.5, 200)]
    values = np.r_[below, 1 - below[below > 1e-10]]
    assert normals(values) == pytest.approx(special.ndtri(values), rel=1e-14, abs=1e-14)


def test_tables_are_listed_in_the_order_of_a_world():
    parts = (t.Fab, t.State, t.Calendar, t.Logs)
    assert list(t.TABLES) == [name for part in parts for name in part._fields]
