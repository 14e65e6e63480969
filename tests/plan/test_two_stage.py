"""Two-stage problems with answers known from books, and against each other."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.sparse import csc_matrix

from fabstack.plan.highs import minimum
from fabstack.plan.program import Arrays
from fabstack.plan.stochastic import Answer, Method, Risk, TwoStage, Worth, cvar, worth
from fabstack.plan.stochastic.decomposed import Tell, decomposed, tell_nobody
from fabstack.plan.types import Floats
from fabstack.uncertainty.tail import sample_tail

INF = np.inf


def program(
    cost: list[float],
    rows: list[list[float]],
    low: list[float],
    high: list[float],
    **more: list[Any],
) -> Arrays:
    """A small program with columns from 0 on."""
    size = len(cost)
    return Arrays(
        cost=np.array(cost, dtype=float),
        lower=np.zeros(size),
        upper=np.array(more.get("upper", [INF] * size), dtype=float),
        whole=np.array(more.get("whole", [False] * size)),
        low=np.array(low, dtype=float),
        high=np.array(high, dtype=float),
        matrix=csc_matrix(np.array(rows, dtype=float)),
    )


def farmer(tonnes_percent: float) -> Arrays:
    """The farmer of Birge and Louveaux (Introduction to Stochastic Programming, 1.1) in one year.

    Columns: acres of wheat, corn and beets; wheat and corn bought; wheat, corn sold; beets sold
    within and beyond the quota.
    """
    wheat, corn, beets = (each * tonnes_percent / 100 for each in (2.5, 3.0, 20.0))
    return program(
        [150, 230, 260, 238, 210, -170, -150, -36, -10],
        [
            [1, 1, 1, 0, 0, 0, 0, 0, 0],
            [wheat, 0, 0, 1, 0, -1, 0, 0, 0],
            [0, corn, 0, 0, 1, 0, -1, 0, 0],
            [0, 0, -beets, 0, 0, 0, 0, 1, 1],
        ],
        [-INF, 200, 240, -INF],
        [500, INF, INF, 0],
        upper=[INF] * 7 + [6000, INF],
    )


def farmers() -> TwoStage:
    years = tuple(farmer(percent) for percent in (80, 100, 120))
    return TwoStage(years, np.full(3, 1 / 3), np.zeros(3), np.arange(3))


METHODS = (Method.EXTENSIVE, Method.DECOMPOSED)


@pytest.mark.parametrize("method", METHODS)
def test_the_farmer_of_birge_and_louveaux(method: Method) -> None:
    found = worth(farmers(), Risk(), method=method)
    assert found.recourse == pytest.approx(-108_390, abs=0.5)
    assert found.expected_of_mean == pytest.approx(-107_240, abs=0.5)
    assert found.wait_and_see == pytest.approx(-115_406, abs=0.5)
    assert found.stochastic == pytest.approx(1_150, abs=1)
    assert found.perfect_information == pytest.approx(7_016, abs=1)
    assert found.best.first == pytest.approx([170, 80, 250])
    assert found.of_mean.first == pytest.approx([120, 80, 300])
    assert found.best.costs == pytest.approx([-48_820, -109_350, -167_000], abs=0.5)


def newsvendor(demands: Floats, price: float, cost: float) -> TwoStage:
    """Order first, sell then: columns ordered and sold."""
    futures = tuple(
        program([cost, -price], [[-1, 1], [0, 1]], [-INF, -INF], [0, demand]) for demand in demands
    )
    count = demands.size
    return TwoStage(futures, np.full(count, 1 / count), np.zeros(count), np.array([0]))


@pytest.mark.parametrize("method", METHODS)
def test_a_newsvendor_orders_the_critical_ratio(method: Method) -> None:
    demands = np.linspace(100.0, 200.0, 21)  # alike likely
    found = worth(newsvendor(demands, price=10, cost=4), Risk(), method=method)
    # the smallest quantity with at least 60 % of the demands at or below it: (10 - 4) / 10
    assert found.best.first == pytest.approx([160])  # 13 of 21
    sold = np.minimum(demands, 160).mean()
    assert found.recourse == pytest.approx(4 * 160 - 10 * sold)
    assert found.wait_and_see == pytest.approx(-6 * demands.mean())
    assert found.expected_of_mean == pytest.approx(4 * 150 - 10 * np.minimum(demands, 150).mean())


@pytest.mark.parametrize("method", METHODS)
def test_only_the_worst_counts_where_its_weight_is_large(method: Method) -> None:
    """The worst half of the futures are those of low demand: the critical ratio among them."""
    demands = np.arange(1.0, 21.0)
    found = worth(newsvendor(demands, price=10, cost=3.5), Risk(1e6, 0.5), method=method)
    assert found.best.first == pytest.approx([7], abs=1e-3)  # 7 of 10 are at least 65 %


def random_problem(seed: int, *, whole: bool = False) -> TwoStage:
    """Products made of capacity that is bought first; all numbers differ between the futures."""
    draw = np.random.default_rng(seed)
    products, tools, futures = 6, 4, 7
    price = draw.uniform(5, 30, products)
    programs = []
    use = draw.uniform(0, 2, (tools, products))
    buy = draw.uniform(3, 9, tools)
    for _ in range(futures):
        hours = draw.uniform(0.6, 1.1, tools)
        rows = np.hstack([-np.diag(hours), use * draw.uniform(0.9, 1.1, use.shape)])
        first_only = np.concatenate([buy, np.zeros(products)])
        programs.append(
            program(
                [*buy, *(-price * draw.uniform(0.8, 1.2, products))],
                [*rows.tolist(), first_only.tolist()],
                [-INF] * (tools + 1),
                [*draw.uniform(0, 2, tools), 120.0],
                upper=[20] * tools + draw.uniform(1, 9, products).tolist(),
                whole=[whole] * tools + [False] * products,
            )
        )
    chances = draw.uniform(1, 3, futures)
    constants = draw.uniform(-5, 5, futures)
    return TwoStage(tuple(programs), chances / chances.sum(), constants, np.arange(tools))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("risk", [Risk(), Risk(0.7, 0.8)])
@pytest.mark.parametrize("whole", [False, True])
def test_cuts_and_one_program_come_to_the_same(seed: int, risk: Risk, whole: bool) -> None:
    problem = random_problem(seed, whole=whole)
    found = {method: worth(problem, risk, method=method) for method in METHODS}
    extensive, apart = (found[method].recourse for method in METHODS)
    assert apart == pytest.approx(extensive, rel=1e-6)
    assert found[Method.DECOMPOSED].best.rounds > 0
    for one in found.values():
        assert holds_together(one)


def holds_together(found: Worth) -> bool:
    """WS <= RP <= EEV."""
    rounding = 1e-6 * abs(found.recourse)
    return (
        found.wait_and_see <= found.recourse + rounding
        and found.recourse <= found.expected_of_mean + rounding
    )


def test_what_cannot_be_kept_is_cut_off() -> None:
    """One future takes at most 3 of what is ordered first, the mean one 6."""
    futures = tuple(
        program([-1, 0], [[1, 1], [1, 0]], [room, -INF], [room, 10]) for room in (3.0, 9.0)
    )
    problem = TwoStage(futures, np.full(2, 0.5), np.zeros(2), np.array([0]))
    for method in METHODS:
        found = worth(problem, Risk(), method=method)
        assert found.best.first == pytest.approx([3])
        assert found.expected_of_mean == INF
        assert found.stochastic == INF


@pytest.mark.parametrize("method", METHODS)
def test_what_is_decided_first_keeps_to_what_every_future_allows(method: Method) -> None:
    futures = tuple(
        program([-1, 0], [[1, 1]], [-INF], [20], upper=[most, 1]) for most in (3.0, 9.0)
    )
    problem = TwoStage(futures, np.full(2, 0.5), np.zeros(2), np.array([0]))
    found = worth(problem, Risk(), method=method)
    assert found.best.first == pytest.approx([3])
    assert found.of_mean.first == pytest.approx([3])
    assert found.wait_and_see == pytest.approx(-6)  # known beforehand, each takes what it allows


@pytest.mark.parametrize("seed", range(3))
def test_more_weight_on_the_worst_costs_on_average_and_spares_the_worst(seed: int) -> None:
    weights = (0.0, 0.5, 2.0, 10.0)
    found = worth(random_problem(seed), Risk(0.0, 0.8), weights=weights)
    means = [one.mean for one in found.others]
    worst = [one.cvar for one in found.others]
    assert np.all(np.diff(means) >= -1e-6)
    assert np.all(np.diff(worst) <= 1e-6)


def test_the_worst_cases_are_averaged_as_in_a_sample() -> None:
    costs = np.random.default_rng(1).normal(size=37)
    for tail in (0.0, 0.5, 0.93, 0.99):
        own = cvar(costs, np.full(37, 1 / 37), tail)
        assert own == pytest.approx(sample_tail(costs, 100 * tail).mean_beyond)


def many_tools(seed: int) -> TwoStage:
    """So many first columns that cuts alone swing from end to end of what is allowed."""
    draw = np.random.default_rng(seed)
    count, futures = 12, 5
    cost = np.concatenate([draw.uniform(2, 4, count), np.full(count, -10.0)])
    programs = []
    for _ in range(futures):
        rows = np.hstack([-np.eye(count), np.eye(count)])
        upper = np.concatenate([np.full(count, 1e4), draw.uniform(5, 15, count)])
        programs.append(
            program(
                cost.tolist(), rows.tolist(), [-INF] * count, [0.0] * count, upper=upper.tolist()
            )
        )
    return TwoStage(
        tuple(programs), np.full(futures, 1 / futures), np.zeros(futures), np.arange(count)
    )


def decompose(problem: TwoStage, tell: Tell = tell_nobody, gap: float = 1e-9) -> Answer:
    """From nothing at all, with the costs of the futures alone as a bound."""
    alone = [minimum(one, time_limit_s=100, gap=0) for one in problem.programs]
    firsts = np.array([one.values[problem.first] for one in alone])
    return decomposed(
        problem,
        Risk(),
        least=np.array([one.objective for one in alone]),
        begin=[firsts.mean(axis=0)],
        spread=np.ptp(firsts, axis=0),
        gap=gap,
        tell=tell,
    )


@pytest.mark.parametrize("seed", range(3))
def test_a_box_keeps_cuts_near_the_best(seed: int) -> None:
    """Each tool is a newsvendor of its own: the optimum is known, and found in a few rounds."""
    problem = many_tools(seed)
    demands = np.array([one.upper[12:] for one in problem.programs])
    ratios = 1 - problem.programs[0].cost[:12] / 10
    bought = [
        np.quantile(d, r, method="inverted_cdf") for d, r in zip(demands.T, ratios, strict=True)
    ]
    found = decompose(problem)
    assert found.first == pytest.approx(bought, abs=1e-5)
    assert found.rounds <= 18  # 22 to 25 where the box is left out


def test_a_search_that_is_stopped_gives_its_best_with_its_gap() -> None:
    told: list[tuple[int, float, float]] = []

    def stop(rounds: int, cost: float, gap: float) -> None:
        told.append((rounds, cost, gap))
        if rounds == 2:
            raise KeyboardInterrupt

    problem = many_tools(0)
    stopped, found = decompose(problem, stop), decompose(problem)
    assert stopped.rounds == len(told) == 2
    assert stopped.gap == told[-1][2] > found.gap
    assert stopped.weighed == told[-1][1] >= found.weighed
    bound = stopped.weighed - stopped.gap * abs(stopped.weighed)
    assert bound <= found.weighed + 1e-9 * abs(found.weighed)
