"""Repeats, chances and slips against closed forms; ../shared/reference/ramp.md, 6.5."""

import math

import numpy as np
import pytest
from ramp_made import activity, programme

from fabstack.model.evidence import Risk
from fabstack.model.plants import Plant, PlantKind
from fabstack.ramp.futures import futures
from fabstack.ramp.network import network
from fabstack.ramp.work import repeats, work

N = 50_000
SHARES = (np.arange(1_000_000) + 0.5) / 1_000_000


def spins(first_success: float, later_success: float) -> np.ndarray:
    chances = np.array([1 - first_success]), np.array([1 - later_success])
    return 1 + repeats(SHARES, *chances)


@pytest.mark.parametrize(
    ("first", "later", "mean"), [(0.14, 0.55, 2.563636), (0.24, 0.55, 2.381818), (0.3, 0.3, 3.3333)]
)
def test_mean_number_of_spins(first, later, mean):
    assert spins(first, later).mean() == pytest.approx(mean, abs=1e-4)


def test_spins_are_distributed_as_the_chances_say():
    found = spins(0.14, 0.55)
    shares = [(found == 1).mean(), (found == 2).mean(), (found == 3).mean(), (found >= 4).mean()]
    assert shares == pytest.approx([0.14, 0.473, 0.21285, 0.17415], abs=2e-6)


def test_without_a_later_chance_of_failure_there_is_at_most_one_repeat():
    found = repeats(SHARES, np.array([0.3]), np.array([0.0]))
    assert set(found) == {0, 1}
    assert found.mean() == pytest.approx(0.3, abs=1e-5)


def months(case, *, samples: int = N, seed: int = 1) -> np.ndarray:
    return work(case, network(case), futures(case, samples=samples, seed=seed)).months


def drawn(row, **tables) -> np.ndarray:
    case = programme(row, **tables)
    return months(case, seed=4)[0]


def check(values: np.ndarray, expected: float) -> None:
    assert values.mean() == pytest.approx(expected, abs=4 * values.std() / math.sqrt(N) + 1e-12)


def test_work_without_spread_is_the_number_in_the_table():
    assert (drawn(activity("a", 7)) == 7).all()


@pytest.mark.parametrize(
    ("row", "mean"),
    [
        # first attempt, then .80 / (1 - .45) repeats of mean 6.1666667
        (activity("a", "pert(1, 2, 4)", repeat_percent=80, repeat_again_percent=45,
                  repeat="pert(3, 5.5, 12)"), 13 / 6 + 0.8 / 0.55 * 37 / 6),
        (activity("a", "exponential(4)", repeat_percent=30), 4 / 0.7),
        (activity("a", "uniform(20, 40)", chance_percent=33), 0.33 * 30),
        (activity("a", "pert(8, 15, 22)", slip="lognormal(1.15, 0.14)"),
         15 * 1.15 * math.exp(0.14**2 / 2)),
    ],
)  # fmt: skip
def test_mean_work_is_what_the_columns_promise(row, mean):
    check(drawn(row), mean)


def test_an_activity_that_does_not_take_place_takes_no_time():
    values = drawn(activity("deferral", "uniform(20, 40)", chance_percent=25))
    assert ((values == 0) | (values >= 20)).all()
    assert (values > 0).mean() == pytest.approx(0.25, abs=1e-4)


def test_repeats_are_drawn_each_for_itself():
    """Var of a sum of a geometric number N of durations: E[N] var + Var[N] mean^2 (Wald)."""
    values = drawn(activity("a", "uniform(1, 3)", repeat_percent=50))
    expected = 2 * (4 / 12) + 2 * 2**2
    squares = (values - values.mean()) ** 2
    assert values.var() == pytest.approx(expected, abs=4 * squares.std() / math.sqrt(N))


def test_activities_of_one_plant_share_their_slip_and_those_of_another_do_not():
    plants = [Plant(name=name, kind=PlantKind.FAB) for name in ("p", "q")]
    rows = [
        activity("a", 10, plant="p", slip="lognormal(1.15, 0.14)"),
        activity("b", 20, plant="p", slip="lognormal(1.15, 0.14)"),
        activity("c", 10, plant="q", slip="lognormal(1.15, 0.14)"),
        activity("d", 10, plant="p", slip="lognormal(1.36, 0.31)"),
    ]
    case = programme(*rows, plants=plants)
    a, b, c, d = months(case, samples=1000)
    assert b == pytest.approx(2 * a)
    assert abs(np.corrcoef(a, c)[0, 1]) < 0.15
    assert abs(np.corrcoef(a, d)[0, 1]) < 0.15


def test_a_risk_replaces_the_number_in_its_cell():
    risks = [
        Risk(cell="activities/a/duration", distribution="uniform(5, 7)"),
        Risk(cell="activities/b/chance_percent", distribution="uniform(0, 100)"),
    ]
    case = programme(activity("a", 100), activity("b", 1, chance_percent=0), risks=risks)
    a, b = months(case)
    assert 5 <= a.min() < a.max() <= 7
    check(b, 0.5)


def test_a_risk_replaces_a_distribution_too():
    risk = Risk(cell="activities/a/slip", distribution="uniform(2, 4)")
    values = drawn(activity("a", 10, slip="lognormal(1.15, 0.14)"), risks=[risk])
    assert 20 <= values.min() < values.max() <= 40
