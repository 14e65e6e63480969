"""Further cases with exact answers, each from a formula or a program that shares no code with ours.

Sources of the formulas: Kelley (1961) for critical paths; Vose, Risk Analysis, for betaPERT; Wright
(1936) and Crawford (1944) for learning; Thomson (2003) and Aumann and Maschler (1985) for division;
Cobham (1954) for queues; Kruskal (1958) for the copula; Rockafellar and Uryasev (2002) for tails;
Saltelli et al. (2010) and Sobol (2001) for indices.
"""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
from ramp_made import activity, programme
from scipy import integrate, optimize, special, stats

from fabstack.economics.allocation import (
    RULES,
    Customer,
    Division,
    allocated,
    months_in_queue,
    priority_waits,
)
from fabstack.economics.learning import CumulativeAverage, Wright
from fabstack.model import Distribution
from fabstack.model.plants import Plant, SharedLimit
from fabstack.ramp import ramp, reference_class, shortest
from fabstack.ramp.people import heads, month_end_hiring, productive, steady_flow
from fabstack.uncertainty.chance import quantile
from fabstack.uncertainty.copula import Pair, coupled
from fabstack.uncertainty.indices import sobol_indices
from fabstack.uncertainty.tail import tail
from fabstack.uncertainty.uniforms import uniforms

# --- Networks -------------------------------------------------------------------------------------

# activity: duration and what it waits for, with lags ("a+2", "a^1" one after its start)
NETWORKS = [
    {"a": (3, ""), "b": (2, "a"), "c": (4, "a"), "d": (1, "b c")},
    {"a": (5, ""), "b": (4, ""), "c": (3, "a"), "d": (6, "a b"), "e": (2, "c d")},
    {"a": (2, ""), "b": (7, "a^1"), "c": (3, "a+2"), "d": (1, "b c+1")},
    {"a": (4, ""), "b": (4, "a"), "c": (8, ""), "d": (0, "b c"), "e": (3, "d")},  # two are critical
    {"a": (6, ""), "b": (3, "a^4"), "c": (2, "a^2"), "d": (5, "b c"), "e": (9, "c+3")},
    {"a": (1, ""), "b": (2, "a"), "c": (3, "b"), "d": (4, "c"), "e": (5, "d"), "f": (11, "a")},
    {"a": (0, ""), "b": (0, "a"), "c": (2, "b"), "d": (2, "a")},
    {"a": (7, ""), "b": (5, ""), "c": (2, "a b"), "d": (4, "b"), "e": (3, "c d^2"), "f": (6, "d")},
    {"a": (3, ""), "b": (8, "a^3"), "c": (1, "a"), "d": (6, "c+0.5"), "e": (2, "b d")},
    {"a": (10, ""), "b": (1, "a^9"), "c": (1, "b^0.5"), "d": (1, "c"), "e": (0, "a d")},
    {"a": (2.5, ""), "b": (3.5, "a"), "c": (6, ""), "d": (1.25, "b c"), "e": (1.25, "c")},
]


def after(text):
    for one in text.split():
        name, kind, lag = (one[0], one[1:2], one[2:])
        yield name, kind == "^", float(lag or 0)


def as_table(text):
    words = (f"{n}{' start' if start else ''} + {lag:g}" for n, start, lag in after(text))
    return "; ".join(words)


def ends_by_paths(network):
    """The latest of all paths, each walked for itself."""

    def start(name):
        found = [0.0]
        for before, from_start, lag in after(network[name][1]):
            found.append(start(before) + (0 if from_start else network[before][0]) + lag)
        return max(found)

    return {name: start(name) + network[name][0] for name in network}


@pytest.mark.parametrize("network", NETWORKS)
def test_ends_and_critical_activities_of_a_network(network):
    rows = [activity(name, d, as_table(text)) for name, (d, text) in network.items()]
    result = ramp(programme(*rows), samples=1)
    exact = ends_by_paths(network)
    for name, end in exact.items():
        assert result.end_months(name)[0] == pytest.approx(end)
    (finish, *_), last = sorted(exact, key=lambda n: (-exact[n], n)), max(exact.values())
    finishes = [result.dated.network.names[i] for i in result.dated.network.finishes()]
    if finish not in finishes:
        return
    found = result.criticality(finish)
    for name, (duration, text) in network.items():  # longer by a little, and the end moves
        longer = {**network, name: (duration + 1e-3, text)}
        moves = ends_by_paths(longer)[finish] > last + 1e-6
        assert found[name] == float(moves), (name, finish)


@pytest.mark.parametrize("seed", range(10))
def test_crews_by_trying_all_orders(seed):
    """Two crews, six jobs, some that wait: the shortest schedule by lists of all orders."""
    rng = np.random.default_rng(seed)
    lengths = rng.integers(1, 8, 6).tolist()
    waits = {i: [j for j in range(i) if rng.random() < 0.25] for i in range(6)}

    def length(order):
        ends, free = {}, [0, 0]
        for i in order:
            ready = max((ends[j] for j in waits[i]), default=0)
            crew = min(range(2), key=lambda c: (max(free[c], ready), -free[c]))
            ends[i] = free[crew] = max(free[crew], ready) + lengths[i]
        return max(ends.values())

    orders = (
        order
        for order in itertools.permutations(range(6))
        if all(order.index(j) < order.index(i) for i in waits for j in waits[i])
    )
    rows = [
        activity(f"j{i}", n, "; ".join(f"j{j}" for j in waits[i]), plant="fab", limit="crew")
        for i, n in enumerate(lengths)
    ]
    site = programme(
        *rows,
        plants=[Plant(name="fab", kind="fab")],
        shared_limits=[SharedLimit(plant="fab", name="crew", units=2)],
    )
    assert shortest(site).months == min(map(length, orders))


@pytest.mark.parametrize("count", [2, 3, 4, 6, 10])
@pytest.mark.parametrize("mean", [1.0, 3.5])
def test_the_longest_of_exponentials(count, mean):
    """The harmonic sum; variance the sum of the inverse squares."""
    rows = [activity(f"a{i}", f"exponential({mean})") for i in range(count)]
    names = "; ".join(row.name for row in rows)
    ends = ramp(programme(*rows, activity("end", 0, names)), samples=40_000).end_months("end")
    exact = mean * sum(1 / k for k in range(1, count + 1))
    deviation = mean * math.sqrt(sum(1 / k**2 for k in range(1, count + 1)))
    assert ends.mean() == pytest.approx(exact, abs=4 * deviation / 200)
    assert ends.std() == pytest.approx(deviation, rel=0.04)


# --- Distributions --------------------------------------------------------------------------------

POINTS = [
    (0, 1, 2), (0, 0, 1), (0, 1, 1), (1, 1.2, 9), (3, 5, 8), (3, 5, 9), (4, 6, 12), (8, 15, 22),
    (12, 16, 26), (2, 9, 9.5), (0.3, 0.7, 2), (100, 101, 200),
]  # fmt: skip


@pytest.mark.parametrize(("low", "mode", "high"), POINTS)
def test_three_points_as_beta_and_as_triangle(low, mode, high):
    shares = (np.arange(400_000) + 0.5) / 400_000
    width = high - low
    beta = stats.beta(1 + 4 * (mode - low) / width, 1 + 4 * (high - mode) / width, low, width)
    triangle = stats.triang((mode - low) / width, low, width)
    for kind, exact in (("pert", beta), ("triangular", triangle)):
        drawn = quantile(Distribution.parse(f"{kind}({low}, {mode}, {high})"), shares)
        assert drawn.mean() == pytest.approx(exact.mean(), abs=1e-5 * width)
        assert drawn.var() == pytest.approx(exact.var(), rel=1e-4)
        p10, p80 = quantile(
            Distribution.parse(f"{kind}({low}, {mode}, {high})"), np.array([0.1, 0.8])
        )
        assert (p10, p80) == pytest.approx((exact.ppf(0.1), exact.ppf(0.8)), rel=1e-8)
    mean = (low + 4 * mode + high) / 6
    assert beta.mean() == pytest.approx(mean)
    assert beta.var() == pytest.approx((mean - low) * (high - mean) / 7)


TAILS = {
    "lognormal(3, 0.2)": stats.lognorm(0.2, scale=3),
    "lognormal(30, 0.9)": stats.lognorm(0.9, scale=30),
    "exponential(4)": stats.expon(scale=4),
    "gamma(2, 0.5)": stats.gamma(4, scale=0.5),
    "gamma(1, 1.5)": stats.gamma(1 / 2.25, scale=2.25),
    "uniform(3, 11)": stats.uniform(3, 8),
    "triangular(0, 0, 4)": stats.triang(0, 0, 4),
    "triangular(2, 8, 9)": stats.triang(6 / 7, 2, 7),
    "pert(1, 2, 9)": stats.beta(1.5, 4.5, 1, 8),
    "pert(12, 18, 36)": stats.beta(2, 4, 12, 24),
    "normal(50, 4)": stats.norm(50, 4),
}


@pytest.mark.parametrize("text", TAILS)
@pytest.mark.parametrize("percent", [75, 90, 97.5])
def test_a_tail_by_integration(text, percent):
    exact, share = TAILS[text], percent / 100
    at = exact.ppf(share)
    upper = exact.ppf(1 - 1e-15)
    beyond, _ = integrate.quad(lambda x: x * exact.pdf(x), at, upper, limit=200, epsabs=1e-12)
    found = tail(Distribution.parse(text), percent)
    assert found == pytest.approx((at, beyond / (1 - share)), rel=2e-6)


@pytest.mark.parametrize("rho", [-0.8, -0.5, -0.2, 0.1, 0.2, 0.4, 0.6, 0.8, 0.95, 0.99])
def test_ranks_of_a_gaussian_copula(rho):
    columns = uniforms(["x", "y"], samples=60_000, seed=2)
    both = coupled(columns, [Pair("x", "y", rho)])
    x, y = both["x"], both["y"]
    error = 4 / math.sqrt(60_000)
    assert stats.spearmanr(x, y).statistic == pytest.approx(
        6 / math.pi * math.asin(rho / 2), abs=error
    )
    assert stats.kendalltau(x, y).statistic == pytest.approx(
        2 / math.pi * math.asin(rho), abs=error
    )
    above = ((x > 0.5) & (y > 0.5)).mean()
    assert above == pytest.approx(0.25 + math.asin(rho) / 2 / math.pi, abs=error)
    tails = ((x > 0.9) & (y > 0.9)).mean()
    exact = stats.multivariate_normal([0, 0], [[1, rho], [rho, 1]]).cdf([-special.ndtri(0.9)] * 2)
    assert tails == pytest.approx(exact, abs=4 * math.sqrt(max(exact, 1e-5) / 60_000))


@pytest.mark.parametrize(
    ("median", "other", "percent"),
    [(1.15, 1.29, 80), (1.36, 1.76, 80), (1.36, 2.26, 95), (1, 1.5, 70), (2, 1, 10), (1.2, 3, 99)],
)
def test_a_reference_class_goes_through_its_two_points(median, other, percent):
    _, sigma = reference_class(median, other, percent).parameters
    exact = stats.lognorm(sigma, scale=median)
    assert exact.ppf([0.5, percent / 100]) == pytest.approx([median, other])


# --- Learning, hiring and spins -------------------------------------------------------------------


@pytest.mark.parametrize("learned", [0.05, 0.1, 0.15, 0.2, 0.25, 0.3])
@pytest.mark.parametrize("units", [1, 2, 7, 40])
def test_learning_curves(learned, units):
    exponent = math.log(1 - learned) / math.log(2)
    unit, average = Wright(250, learned), CumulativeAverage(250, learned)
    assert unit(units) == pytest.approx(250 * units**exponent)
    assert unit.total(units) == pytest.approx(sum(250 * k**exponent for k in range(1, units + 1)))
    assert average(units) == pytest.approx(250 * units**exponent)
    assert unit(2 * units) / unit(units) == pytest.approx(1 - learned)


@pytest.mark.parametrize("leaving", [0.01, 0.07, 0.12, 0.28, 1.0])
@pytest.mark.parametrize(("first", "hires"), [(0, 20), (300, 0), (90, 7.5)])
def test_hiring_solves_its_equation(leaving, first, hires):
    """H' = h - a H, months of a year's rate, by a solver that knows nothing of the solution."""
    flow = steady_flow(np.array([leaving]))
    path = heads(np.array([float(first)]), np.full((37, 1), float(hires)), flow)[:, 0]
    solved = integrate.solve_ivp(
        lambda _, h: hires - leaving / 12 * h, (0, 36), [float(first)], t_eval=range(37),
        rtol=1e-10, atol=1e-9,
    )  # fmt: skip
    assert path == pytest.approx(solved.y[0], rel=1e-7, abs=1e-7)


@pytest.mark.parametrize("months_to_productive", [1, 3, 4.5, 6, 12, 18])
@pytest.mark.parametrize("leaving", [0.0, 0.02])
def test_experts_counted_head_by_head(months_to_productive, leaving):
    """Everybody for himself: who joined so many months ago and has not left, and what he can."""
    stay = month_end_hiring(np.array([leaving]))
    hires = np.array([[5.0], [0], [8], [3], [0], [0], [9], [1], [4], [2], [7], [6]])
    there = heads(np.array([10.0]), hires, stay)
    found = productive(there, hires, stay, months_to_productive)[:, 0]
    for month in range(len(hires)):
        experts = 10 * (1 - leaving) ** month
        for joined in range(month):
            age = month - joined - 1
            left = hires[joined, 0] * (1 - leaving) ** age
            experts += left * min(age / months_to_productive, 1)
        assert found[month] == pytest.approx(experts)


@pytest.mark.parametrize(
    ("first", "later"),
    [(14, 55), (20, 55), (24, 24), (30, 80), (50, 50), (60, 10), (80, 90), (95, 40)],
)
def test_spins_until_silicon_is_good(first, later):
    """Mean 1 + (1 - p1) / p2 attempts of a month each, and their distribution."""
    row = activity(
        "spin", 1, repeat="1", repeat_percent=100 - first, repeat_again_percent=100 - later
    )
    ends = ramp(programme(row), samples=40_000).end_months("spin")
    p1, p2 = first / 100, later / 100
    deviation = math.sqrt((1 - p1) * (2 - p2) / p2**2 - ((1 - p1) / p2) ** 2)
    assert ends.mean() == pytest.approx(1 + (1 - p1) / p2, abs=4 * deviation / 200)
    for k in range(1, 5):
        exact = p1 if k == 1 else (1 - p1) * (1 - p2) ** (k - 2) * p2
        assert (ends == k).mean() == pytest.approx(exact, abs=4 * math.sqrt(0.25 / 40_000))


# --- Allocation -----------------------------------------------------------------------------------

CLAIMS = [
    (80, (50, 40, 30)), (100, (50, 40, 30)), (10, (50, 40, 30)), (119, (50, 40, 30)),
    (7, (1, 2, 3, 4)), (5, (10, 10)), (200, (100, 200, 300)), (390, (100, 200, 300)),
    (30, (3, 90, 4, 4)), (60, (5, 60, 0, 10)), (1, (1000, 1)),
]  # fmt: skip


def by_bisection(capacity, claims, award):
    """The level at which awards add up to the capacity."""
    level = optimize.brentq(lambda x: sum(award(x, c) for c in claims) - capacity, 0, 10_000)
    return [award(level, c) for c in claims]


@pytest.mark.parametrize(("capacity", "claims"), CLAIMS)
def test_rules_of_division_by_bisection(capacity, claims):
    total, half = sum(claims), [c / 2 for c in claims]
    equal = by_bisection(capacity, claims, lambda x, c: min(x, c))
    losses = by_bisection(total - capacity, claims, lambda x, c: min(x, c))
    if capacity <= total / 2:
        talmud = by_bisection(capacity, half, lambda x, c: min(x, c))
    else:
        lost = by_bisection(total - capacity, half, lambda x, c: min(x, c))
        talmud = [c - loss for c, loss in zip(claims, lost, strict=True)]
    exact = {
        Division.PRO_RATA: [c * Fraction(capacity, total) for c in claims],
        Division.EQUAL_AWARDS: equal,
        Division.EQUAL_LOSSES: [c - loss for c, loss in zip(claims, losses, strict=True)],
        Division.CONTESTED: talmud,
    }
    for rule, awards in exact.items():
        found = RULES[rule](capacity, np.array(claims, dtype=float))
        assert found == pytest.approx([float(a) for a in awards], abs=1e-8), rule


@pytest.mark.parametrize("capacity", range(0, 160, 12))
def test_commitments_come_before_ranks(capacity):
    """15 are committed, 10 of them to us; 85 more are wanted ahead of our other 20."""
    customers = [Customer("us", 30, 2, 10), Customer("big", 50, 1), Customer("other", 40, 1, 5)]
    found = allocated(capacity, customers, Division.EQUAL_AWARDS)
    assert sum(found.values()) == pytest.approx(min(capacity, 120))
    if capacity >= 15:
        assert found["us"] == pytest.approx(10 + min(max(capacity - 15 - 85, 0), 20))


@pytest.mark.parametrize("rates", [(0.3, 0.4), (0.1, 0.1, 0.1), (0.5, 0.2, 0.2), (0.05, 0.9)])
def test_waits_of_classes_add_up_as_work_is_conserved(rates):
    """Kleinrock: the load times the waits of all classes is that of one class, whoever is first."""
    load = sum(rates)
    waits = priority_waits(1.0, rates)
    assert sum(r * w for r, w in zip(rates, waits, strict=True)) == pytest.approx(
        load * load / (1 - load)
    )
    assert waits[0] == pytest.approx(load / (1 - rates[0]))
    assert waits == sorted(waits)


@pytest.mark.parametrize(("backlog", "arrivals", "ahead"), [(40, 6, 20), (0, 9, 3), (5, 0, 5)])
def test_a_queue_day_by_day(backlog, arrivals, ahead):
    """10 a month for the first class, then for us, in steps of a thousandth of a month."""
    months, first, before = 0, float(backlog), float(ahead)
    while first > 1e-9 or before > 1e-9:
        first += arrivals / 1000
        served = min(first, 0.01)
        first, before, months = first - served, before - (0.01 - served), months + 1
    exact = months_in_queue(
        10, first_backlog=backlog, first_arrivals_per_month=arrivals, ahead=ahead
    )
    assert months / 1000 == pytest.approx(exact, abs=0.01)


# --- Indices --------------------------------------------------------------------------------------

UNIT = Distribution.parse("uniform(0, 1)")


@pytest.mark.parametrize(
    "a", [(0, 0), (0.5, 2), (1, 1, 1), (0, 1, 9), (3, 3, 3, 3), (0, 99), (0.2, 0.4, 0.8, 1.6)]
)
def test_other_g_functions(a):
    """V_i = 1 / 3 (1 + a_i)^2, V = prod (1 + V_i) - 1."""
    own = [1 / (3 * (1 + a_i) ** 2) for a_i in a]
    whole = math.prod(1 + v for v in own) - 1
    totals = [v * math.prod(1 + w for j, w in enumerate(own) if j != i) for i, v in enumerate(own)]

    def model(x):
        return np.prod(
            [(np.abs(4 * x[str(i)] - 2) + a_i) / (1 + a_i) for i, a_i in enumerate(a)], axis=0
        )

    found = sobol_indices(model, {str(i): UNIT for i in range(len(a))}, samples=2**14, seed=5)
    for one, first, total in zip(found, own, totals, strict=True):
        assert one.first == pytest.approx(first / whole, rel=0.01, abs=0.002)
        assert one.total == pytest.approx(total / whole, rel=0.01, abs=0.002)


@pytest.mark.parametrize("weights", [(1, 1), (3, 4, 12), (1, 2, 3, 4), (5, 0.1)])
def test_shares_of_weighted_sums(weights):
    squares = sum(w * w for w in weights)
    inputs = {str(i): Distribution.parse("normal(100, 3)") for i in range(len(weights))}
    found = sobol_indices(
        lambda x: sum(w * x[str(i)] for i, w in enumerate(weights)), inputs, samples=2**13, seed=1
    )
    for one, weight in zip(found, weights, strict=True):
        assert one.first == pytest.approx(weight**2 / squares, rel=0.01, abs=0.002)
        assert one.total == pytest.approx(weight**2 / squares, rel=0.01, abs=0.002)
