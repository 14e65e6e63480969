"""Networks with known answers: textbooks, order statistics, sums; ../shared/reference/ramp.md, 6.1.

Where the reference is itself a long simulation its error is .002 and does not count.
"""

import math
from datetime import date

import numpy as np
import pytest
from ramp_made import RELIABLE, activity, programme, reliable

from fabstack.model.evidence import Correlation
from fabstack.model.plants import Plant, PlantKind
from fabstack.ramp import Design, RampResult, classic_pert, ramp
from fabstack.ramp.network import network
from fabstack.ramp.schedule import critical, schedule, slack_months
from fabstack.uncertainty.copula import of_ranks
from fabstack.uncertainty.percentiles import percentile

N = 40_000


def ends(result: RampResult, name: str) -> np.ndarray:
    return result.end_months(name)


def check_mean(values: np.ndarray, expected: float) -> None:
    assert values.mean() == pytest.approx(expected, abs=4 * values.std() / math.sqrt(len(values)))


def check_variance(values: np.ndarray, expected: float) -> None:
    """Within 4 standard errors, from the fourth moment."""
    squares = (values - values.mean()) ** 2
    error = squares.std() / math.sqrt(len(values))
    assert values.var() == pytest.approx(expected, abs=4 * error)


def check_share(hits: np.ndarray, expected: float) -> None:
    error = math.sqrt(expected * (1 - expected) / len(hits))
    assert hits.mean() == pytest.approx(expected, abs=4 * error)


# --- T1: Hillier and Lieberman, Reliable Construction ---------------------------------------------


def test_the_textbook_finds_44_weeks_variance_9_and_the_path_of_the_book():
    case = reliable("pert")
    found = classic_pert(case, network(case), "end")
    assert found.mean_months == pytest.approx(44)
    assert found.deviation_months == pytest.approx(3)
    assert found.path == (*"ABCEFJLN", "end")
    assert found.chance_by(47) == pytest.approx(0.841345, abs=5e-7)
    assert found.chance_by(50) == pytest.approx(0.977250, abs=5e-7)


def test_slack_at_the_means_is_that_of_the_book():
    case = reliable("pert")
    net = network(case)
    means = np.array([[row.duration.mean] for row in case.activities])
    dated = schedule(net, means)
    slack = dict(zip(net.names, slack_months(dated, net.index("end"))[:, 0], strict=True))
    expected = {"D": 4, "G": 4, "H": 4, "M": 4, "I": 2, "K": 1}
    assert {name: slack[name] for name in RELIABLE} == pytest.approx(
        {name: expected.get(name, 0) for name in RELIABLE}, abs=1e-9
    )
    on_path = critical(dated, net.index("end"))[:, 0]
    assert [name for name, on in zip(net.names, on_path, strict=True) if on][:-1] == [*"ABCEFJLN"]


@pytest.fixture(scope="module")
def sampled_pert() -> RampResult:
    return ramp(reliable("pert"), samples=N, seed=11)


def test_sampled_pert_is_later_than_the_textbook(sampled_pert):
    values = ends(sampled_pert, "end")
    check_mean(values, 44.326)
    check_variance(values, 2.934**2)
    check_share(values <= 47, 0.8161)


@pytest.mark.parametrize(("percent", "expected"), [(50, 44.194), (80, 46.813), (90, 48.212)])
def test_percentiles_of_the_sampled_network(sampled_pert, percent, expected):
    """Standard error of a percentile: sqrt(p (1 - p) / n) over the density, here at least 0.04."""
    share = percent / 100
    error = math.sqrt(share * (1 - share) / N) / 0.04
    assert percentile(ends(sampled_pert, "end"), percent) == pytest.approx(expected, abs=4 * error)


def test_shares_of_futures_in_which_an_activity_is_critical(sampled_pert):
    found = sampled_pert.criticality("end")
    expected = {
        **dict.fromkeys("ABC", 1.0),
        **dict.fromkeys("EF", 0.831),
        "L": 0.744,
        **dict.fromkeys("JN", 0.9015),
        **dict.fromkeys("DGHM", 0.0985),
        "K": 0.158,
        "I": 0.071,
    }
    for name, share in expected.items():
        error = 4 * math.sqrt(share * (1 - share) / N) + 0.0005  # the figures' own digits
        assert found[name] == pytest.approx(share, abs=error), name


def test_triangular_durations_move_the_answer_more_than_the_method_does():
    values = ends(ramp(reliable("triangular"), samples=N, seed=11), "end")
    check_mean(values, 46.236)
    check_share(values <= 47, 0.5936)


# --- T3: a series of four ------------------------------------------------------------------------


def test_taylors_series_has_mean_24_variance_5():
    rows = ["pert(5, 8, 17)", "pert(3, 5, 7)", "pert(4, 6, 8)", "pert(3, 4, 5)"]
    chain = [activity(f"a{i}", text, f"a{i - 1}" if i else "") for i, text in enumerate(rows)]
    case = programme(*chain)
    found = classic_pert(case, network(case), "a3")
    assert found.mean_months == pytest.approx(24)
    assert found.deviation_months**2 == pytest.approx(5)
    assert found.chance_by(28) == pytest.approx(0.963181, abs=5e-7)
    values = ends(ramp(case, samples=N), "a3")
    check_mean(values, 24)
    # the four betas' own variances, (mean - low)(high - mean) / 7
    check_variance(values, (4 * 8 + 2 * 2 + 2 * 2 + 1 * 1) / 7)


# --- T5: where paths merge ------------------------------------------------------------------------


def merged(texts: list[str], rank_correlation: float = 0.0) -> RampResult:
    rows = [activity(f"a{i}", text) for i, text in enumerate(texts)]
    gate = activity("gate", 0, ";".join(row.name for row in rows))
    pair = [
        Correlation(
            first="activities/a0/duration", second="activities/a1/duration", rho=rank_correlation
        )
    ]
    return ramp(
        programme(*rows, gate, correlations=pair if rank_correlation else []), samples=N, seed=3
    )


def test_the_later_of_two_normals_is_late_by_0_564_deviations():
    values = ends(merged(["normal(20, 1)"] * 2), "gate")
    check_mean(values, 20 + 0.564190)
    check_variance(values, 0.681690)


def test_the_latest_of_three_normals_is_late_by_0_846_deviations():
    check_mean(ends(merged(["normal(20, 1)"] * 3), "gate"), 20 + 0.846284)


@pytest.mark.parametrize(
    ("rho", "mean", "variance", "first"),
    [(0.0, 21.152194, 7.780108, 0.655422), (0.5, 20.654196, 9.290485, 0.710450)],
)
def test_clarks_maximum_of_two_correlated_normals(rho, mean, variance, first):
    result = merged(["normal(20, 3)", "normal(18, 4)"], of_ranks(rho))
    check_mean(ends(result, "gate"), mean)
    check_variance(ends(result, "gate"), variance)
    check_share(ends(result, "a0") > ends(result, "a1"), first)


def test_the_later_of_two_exponentials():
    result = merged(["exponential(4)", "exponential(6)"])
    check_mean(ends(result, "gate"), 7.6)
    check_share(ends(result, "a0") > ends(result, "a1"), 0.4)


def test_the_last_of_five_exponentials_is_a_sum_of_fractions():
    values = ends(merged(["exponential(1)"] * 5), "gate")
    check_mean(values, 2.283333)
    check_variance(values, 1.463611)


@pytest.mark.parametrize(("gates", "expected"), [(3, 0.512), (5, 0.32768), (10, 0.107374)])
def test_gates_that_each_hold_in_four_of_five_futures_rarely_hold_together(gates, expected):
    claimed = date(2026, 9, 1)  # eight months of ten
    rows = [activity(f"g{i}", "uniform(0, 10)", claimed=claimed) for i in range(gates)]
    result = ramp(programme(*rows), samples=N, seed=5)
    assert result.odds_of_claim("g0") == pytest.approx(0.8, abs=1e-4)
    error = math.sqrt(expected * (1 - expected) / N)
    names = [row.name for row in rows]
    assert result.joint_odds(names) == pytest.approx(expected, abs=4 * error)


# --- T7: a series of normals, and what drives it --------------------------------------------------


def series(*deviations: float, correlation: float = 0.0) -> RampResult:
    plant = Plant(name="p", kind=PlantKind.FAB)
    rows = [
        activity(f"a{i}", f"normal(100, {sd})", f"a{i - 1}" if i else "", plant="p")
        for i, sd in enumerate(deviations)
    ]
    return ramp(programme(*rows, correlation=correlation, plants=[plant]), samples=N, seed=9)


def test_deviations_3_4_and_12_make_13():
    check_variance(ends(series(3, 4, 12), "a2"), 169)


def test_influences_are_the_shares_of_the_variance():
    found = {one.input: one for one in series(3, 4, 12).influences if one.outcome == "a2"}
    for i, (correlation, share) in enumerate(
        [(3 / 13, 0.053254), (4 / 13, 0.094675), (12 / 13, 0.852071)]
    ):
        one = found[f"activities/a{i}/duration"]
        # error of a correlation: (1 - rho^2) / sqrt(n); a share moves twice rho as fast
        error = 4 * (1 - correlation**2) / math.sqrt(N)
        assert one.variance_share == pytest.approx(share, abs=2 * correlation * error + 0.001)
        assert one.rank_correlation == pytest.approx(of_ranks(correlation), abs=4 * error)


@pytest.mark.parametrize(("rho", "deviation"), [(0.0, 6.324555), (0.3, 12.165525)])
def test_correlation_hides_in_the_spread_of_a_sum(rho, deviation):
    check_variance(ends(series(*[2] * 10, correlation=rho), "a9"), deviation**2)


def test_tasks_that_always_move_together_add_up_their_deviations():
    pairs = [
        Correlation(first=f"activities/a{i}/duration", second=f"activities/a{j}/duration", rho=1)
        for i in range(10)
        for j in range(i)
    ]
    rows = [activity(f"a{i}", "normal(100, 2)", f"a{i - 1}" if i else "") for i in range(10)]
    values = ends(ramp(programme(*rows, correlations=pairs), samples=N), "a9")
    check_variance(values, 400)


def test_us_fab_phases_in_a_row_take_five_years():
    """Summary 2 of the reference: mean 61.5 months, sd 4.6 alone and 6.9 with correlation 0.3."""
    phases = [(8, 15, 22), (12, 16, 26), (6, 9, 14), (4, 6, 10), (5, 8, 14), (3, 5, 9)]
    for correlation, deviation in ((0.0, 4.6), (0.3, 6.9)):
        plant = Plant(name="p", kind=PlantKind.FAB)
        rows = [
            activity(f"a{i}", f"pert{points}", f"a{i - 1}" if i else "", plant="p")
            for i, points in enumerate(phases)
        ]
        case = programme(*rows, correlation=correlation, plants=[plant])
        values = ends(ramp(case, samples=10_000), "a5")
        assert values.mean() == pytest.approx(61.5, abs=0.1)
        assert values.std() == pytest.approx(deviation, abs=0.1)


# --- More samples, other designs ------------------------------------------------------------------


def test_more_samples_make_the_intervals_narrower():
    def width(samples: int) -> float:
        low, high = ramp(reliable("pert"), samples=samples).end_date_interval("end", 50)
        return (high - low).days

    assert width(200) > 2 * width(5_000) > 0


@pytest.mark.parametrize("design", list(Design))
def test_every_design_finds_the_same_network(design):
    result = ramp(reliable("pert"), samples=8192, seed=2, design=design)
    again = ramp(reliable("pert"), samples=8192, seed=2, design=design)
    check_mean(ends(result, "end"), 44.326)
    assert result.dated.ends.tobytes() == again.dated.ends.tobytes()
    assert result.influences == again.influences


def test_stratified_dates_scatter_less_than_independent_ones():
    def scatter(design: Design) -> float:
        runs = (ramp(reliable("pert"), samples=200, seed=s, design=design) for s in range(25))
        return float(np.std([ends(run, "end").mean() for run in runs]))

    assert scatter(Design.LATIN_HYPERCUBE) < 0.6 * scatter(Design.PLAIN)
    assert scatter(Design.PLAIN) == pytest.approx(2.934 / math.sqrt(200), rel=0.5)
