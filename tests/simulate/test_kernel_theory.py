"""The kernel against exact queueing theory, each within four standard errors over 20 runs.

Each case is also run with process times that are 2 % too long, and must then fail.
"""

import math

import numpy as np
import pytest
from kernel_fabs import (
    EXP,
    ONE,
    Sample,
    conwip,
    line,
    lots_per_min,
    mean_stay_min,
    mean_wait_min,
    queue,
    run,
    slowed,
    window,
)

from fabstack.arrays.build import (
    Group,
    Parts,
    Route,
    Step,
    Stop,
    Stream,
    breakdown,
    fab_of,
    maintenance,
    poisson,
)
from fabstack.arrays.chance import constant, erlang, exponential, gamma, lognormal, uniform
from fabstack.arrays.types import Basis, Choice, Clock, ToolState


def holds(measure_with, exact):
    """The measure agrees with theory, and would not if process times were 2 % too long."""
    sample, planted = Sample(measure_with(lambda process: process)), Sample(measure_with(slowed))
    assert sample.agrees_with(exact), f"{sample}, exact {exact:.6g}"
    assert not planted.agrees_with(exact), f"a planted error of 2 % is not seen: {planted}"


# --- One group of tools -------------------------------------------------------------------------


def erlang_c_wait(tools, load):
    """Mean wait in M/M/c with unit service times (Erlang 1917)."""
    offered = tools * load
    top = offered**tools / math.factorial(tools) / (1 - load)
    waits = top / (sum(offered**k / math.factorial(k) for k in range(tools)) + top)
    return waits / (tools * (1 - load))


@pytest.mark.parametrize(
    ("tools", "load", "choice"),
    [
        (1, 0.5, Choice.LONGEST_FREE),
        (1, 0.8, Choice.LONGEST_FREE),
        (2, 0.7, Choice.RANDOM),
        (5, 0.9, Choice.LONGEST_FREE),
        (20, 0.9, Choice.RANDOM),
    ],
)
def test_mean_wait_with_exponential_times_is_erlang_c(tools, load, choice):
    def measure_with(change):
        fab = queue(change(EXP), 1 / (tools * load), tools, choice=choice)
        end_min = 150_000 / (tools * load)
        return lambda seed: mean_wait_min(fab, seed, end_min / 10, end_min)

    holds(measure_with, erlang_c_wait(tools, load))


@pytest.mark.parametrize(
    ("process", "second_moment"),
    [
        (ONE, 1.0),  # M/D/1
        (uniform(0.5, 1.5), 1 + 1 / 12),
        (erlang(1.0, 3), 1 + 1 / 3),
        (gamma(1.0, 1.5), 1 + 2.25),
        (lognormal(math.exp(-0.125), 0.5), math.exp(0.25)),
    ],
)
def test_mean_wait_at_one_tool_is_pollaczek_khinchine(process, second_moment):
    load = 0.75

    def measure_with(change):
        fab = queue(change(process), 1 / load)
        return lambda seed: mean_wait_min(fab, seed, 10_000, 150_000)

    holds(measure_with, load * second_moment / (2 * (1 - load)))


def test_mean_waits_of_two_priorities_are_cobhams():
    """Cobham 1954: W0/(1-r1) for the urgent, W0/((1-r1)(1-r)) for the others."""
    urgent, others = 0.3, 0.45
    residual = (urgent + others) * 2 / 2  # exponential times of mean 1

    def measure_with(change, product):
        fab = fab_of(
            Parts(
                [Group("queue")],
                [Route([Step(0, change(EXP))])],
                [
                    poisson("urgent", 1 / urgent, carriers=1, rank=0, product=0),
                    poisson("others", 1 / others, carriers=1, rank=1, product=1),
                ],
            )
        )
        return lambda seed: mean_stay_min(fab, seed, 5_000, 150_000, product)

    exact = [residual / (1 - urgent), residual / (1 - urgent) / (1 - urgent - others)]
    for product in range(2):
        holds(lambda change, product=product: measure_with(change, product), 1 + exact[product])


# --- Breakdowns and maintenance -----------------------------------------------------------------


def completion_stay(load, service, stops):
    """Mean stay in M/G/1 with preemptive-resume breakdowns (White and Christie 1958).

    `service` and `stops` are (mean, second moment) of service and repair with failures at rate
    `stops[2]`. The second term is what is left of a repair that is met without other lots.
    """
    mean, square = service
    repair, repair_square, rate = stops
    stretched = mean * (1 + rate * repair)
    stretched_square = square * (1 + rate * repair) ** 2 + mean * rate * repair_square
    wait = load * stretched_square / (2 * (1 - load * stretched))
    return stretched + wait, rate * repair_square / (2 * (1 + rate * repair))


@pytest.mark.parametrize(
    ("process", "service", "repair", "repair_square"),
    [(EXP, (1.0, 2.0), exponential(2.0), 8.0), (ONE, (1.0, 1.0), erlang(2.0, 2), 6.0)],
)
@pytest.mark.parametrize("clock", [Clock.REPAIR, Clock.BUSY])
def test_mean_stay_with_breakdowns_is_that_of_completion_times(
    process, service, repair, repair_square, clock
):
    load, rate = 0.6, 0.1
    stop = breakdown(exponential(1 / rate), repair, clock)

    def measure_with(change):
        fab = queue(change(process), 1 / load, stops=[stop])
        return lambda seed: mean_stay_min(fab, seed, 5_000, 150_000)

    stay, met_idle = completion_stay(load, service, (2.0, repair_square, rate))
    holds(measure_with, stay + (met_idle if clock is Clock.REPAIR else 0.0))


def test_tools_are_down_for_repair_over_repair_plus_failure_time_idle_or_busy():
    stop = breakdown(exponential(90.0), exponential(10.0))
    fab = queue(EXP, 2.0, tools=4, stops=[stop])

    def share(seed):
        read, _ = window(fab, seed, 1_000, 100_000)
        return read.state_min[0, ToolState.UNSCHEDULED_DOWN] / read.state_min[0].sum()

    assert Sample(share).agrees_with(0.1)


def test_maintenance_on_a_grid_takes_its_length_of_each_interval():
    stop = maintenance(100.0, uniform(5.0, 15.0))
    read, _ = window(queue(ONE, 2.0, tools=3, stops=[stop]), 1, 0, 300_000)
    share = read.state_min[0, ToolState.SCHEDULED_DOWN] / read.state_min[0].sum()
    assert share == pytest.approx(0.10, rel=0.005)  # 9,000 stops of 10 +- 2.9 min


def test_maintenance_by_carriers_comes_once_for_so_many():
    stop = maintenance(50.0, constant(3.0), Clock.CARRIERS)
    read, _ = window(queue(ONE, 2.0, stops=[stop]), 1, 0, 300_000)
    stops = read.state_min[0, ToolState.SCHEDULED_DOWN] / 3.0
    assert stops == pytest.approx(read.carriers_ended[0] / 50, abs=1)


def test_engineering_and_closed_hours_count_as_their_own_states():
    shift = Stop(
        constant(24.0), constant(8.0), Clock.GRID, ToolState.NON_SCHEDULED, False, constant(16.0)
    )
    trials = Stop(
        constant(100.0), constant(1.0), Clock.GRID, ToolState.ENGINEERING, False, constant(1.0)
    )
    read, _ = window(queue(ONE, 4.0, stops=[shift, trials]), 1, 0, 240_000)
    share = read.state_min[0] / read.state_min[0].sum()
    assert share[ToolState.NON_SCHEDULED] == pytest.approx(1 / 3, rel=1e-3)
    assert share[ToolState.ENGINEERING] == pytest.approx(0.01, rel=1e-3)


# --- Batches ------------------------------------------------------------------------------------


def batch_line(process, interval_min, least, most):
    step = Step(0, process, Basis.BATCH, least_carriers=least, most_carriers=most)
    lots = poisson("lots", interval_min, carriers=1)
    return fab_of(Parts([Group("oven")], [Route([step])], [lots]))


def gi_m_1_wait(batch, rate):
    """Mean wait of a batch in E_k/M/1 with unit service: s/(1-s), s = A*(1-s) (Takacs 1962)."""
    root = 0.5
    for _ in range(1000):
        root = (rate / (rate + 1 - root)) ** batch
    return root / (1 - root)


def test_mean_wait_for_full_batches_is_that_of_erlang_arrivals():
    batch, rate = 4, 2.8

    def measure_with(change):
        fab = batch_line(change(EXP), 1 / rate, batch, batch)
        return lambda seed: mean_wait_min(fab, seed, 5_000, 60_000)

    holds(measure_with, gi_m_1_wait(batch, rate) + (batch - 1) / (2 * rate))


def bulk_wait(rate, least, most, states=1500):
    """Mean wait in M/M(a,b)/1 (Neuts 1967) from its Markov chain, solved up to `states` waiting.

    State n < least: idle with n waiting; state least + n: busy with n waiting.
    """
    size = least + states
    flow = np.zeros((size, size))
    for n in range(least):
        flow[n, n + 1 if n + 1 < least else least] += rate
    for n in range(states):
        busy = least + n
        if n + 1 < states:
            flow[busy, busy + 1] += rate
        flow[busy, n if n < least else least + n - min(n, most)] += 1.0
    flow -= np.diag(flow.sum(axis=1))
    balance = np.vstack([flow.T, np.ones(size)])
    shares = np.linalg.lstsq(balance, np.r_[np.zeros(size), 1.0], rcond=None)[0]
    waiting = np.r_[np.arange(least), np.arange(states)]
    return float(shares @ waiting) / rate


def test_mean_wait_for_batches_of_two_to_five_is_that_of_the_markov_chain():
    rate, least, most = 3.5, 2, 5

    def measure_with(change):
        fab = batch_line(change(EXP), 1 / rate, least, most)
        return lambda seed: mean_wait_min(fab, seed, 5_000, 60_000)

    holds(measure_with, bulk_wait(rate, least, most, states=300))


# --- Networks -----------------------------------------------------------------------------------


def test_mean_stay_in_a_tandem_is_the_sum_of_its_queues():
    """Jackson 1957: each group behaves as M/M/1 on its own."""

    def measure_with(change):
        fab = fab_of(line([change(EXP), exponential(0.5), exponential(0.8)], 1 / 0.7))
        return lambda seed: mean_stay_min(fab, seed, 5_000, 100_000)

    rate = 0.7
    holds(measure_with, 1 / (1 - rate) + 1 / (2 - rate) + 1 / (1 / 0.8 - rate))


def test_mean_stay_in_a_reentrant_line_has_product_form():
    """Kelly 1975: FIFO, one exponential mean for all visits to a group."""
    rate = 0.35

    def measure_with(change):
        times = [change(EXP), exponential(0.5), change(EXP), exponential(0.5)]
        fab = fab_of(line(times, 1 / rate, groups=[0, 1, 0, 1]))
        return lambda seed: mean_stay_min(fab, seed, 5_000, 150_000)

    holds(measure_with, 2 / (1 - 2 * rate) + 2 / (2 - 2 * rate))


def test_mean_stay_with_rework_is_that_of_feedback():
    """Half of the lots go back to the first step: its queues see twice the rate."""
    rate = 0.35

    def measure_with(change):
        steps = [Step(0, change(EXP)), Step(1, change(EXP), rework_share=0.5, rework_to=0)]
        fab = fab_of(
            Parts(
                [Group("first"), Group("second")],
                [Route(steps)],
                [poisson("lots", 1 / rate, carriers=1)],
            )
        )
        return lambda seed: mean_stay_min(fab, seed, 5_000, 150_000)

    holds(measure_with, 2 * 2 / (1 - 2 * rate))


def test_sampling_thins_a_stream():
    """A step that 40 % of lots visit is M/M/1 at 40 % of the rate."""
    rate = 1.5

    def measure_with(change):
        step = Step(0, change(EXP), performed_share=0.4)
        fab = fab_of(
            Parts([Group("metrology")], [Route([step])], [poisson("lots", 1 / rate, carriers=1)])
        )
        return lambda seed: mean_wait_min(fab, seed, 5_000, 150_000)

    holds(measure_with, 0.6 / (1 - 0.6))


@pytest.mark.parametrize(("groups", "cards"), [(3, 2), (4, 8)])
def test_throughput_of_a_balanced_closed_line_is_w_over_w0_plus_w_minus_1(groups, cards):
    """Practical worst case (Hopp and Spearman): exact for exponential times."""

    def measure_with(change):
        fab = conwip([change(EXP)] * groups, cards)
        return lambda seed: lots_per_min(fab, seed, 1_000, 40_000)

    holds(measure_with, cards / (groups + cards - 1))


@pytest.mark.parametrize("cards", [1, 3, 5, 12])
def test_throughput_of_deterministic_conwip_is_the_smaller_of_w_over_t0_and_bottleneck(cards):
    """Best case (Hopp and Spearman): T0 = 5.5 min, the slowest group takes 2 min."""
    fab = conwip([ONE, constant(2.0), constant(0.5), constant(2.0)], cards)
    assert lots_per_min(fab, 1, 110, 1_210) == pytest.approx(min(cards / 5.5, 0.5), rel=1e-3)


def test_throughput_of_machines_and_one_repairman_is_exact():
    """Machine-repairman model: 6 machines, MTTF 5, MTTR 1 (a closed network of two groups)."""
    machines, per_failure = 6, 0.2
    weights = [math.perm(machines, n) * per_failure**n for n in range(machines + 1)]
    busy = 1 - weights[0] / sum(weights)

    def measure_with(change):
        fab = conwip([change(exponential(5.0)), change(EXP)], machines, tools=[machines, 1])
        return lambda seed: lots_per_min(fab, seed, 1_000, 60_000)

    holds(measure_with, busy)


# --- What enters and what is lost ---------------------------------------------------------------


def test_a_changing_rate_starts_as_many_lots_as_each_period_asks_for():
    periods = [(1_000.0, 1.0), (2_000.0, 1e15), (3_000.0, 0.25), (1e15, 2.0)]
    gap = exponential(1.0)
    stream = Stream("ramp", carriers=1, gap=gap, intervals=periods)
    fab = fab_of(Parts([Group("fast", 50)], [Route([Step(0, constant(0.1))])], [stream]))

    def entries(low, high):
        def count(seed):
            entered = run(fab, seed, 5_000.0).finished.entered_min
            return float(((entered >= low) & (entered < high)).sum())

        return Sample(count)

    assert entries(0, 1_000).agrees_with(1_000)
    assert entries(1_000, 2_000).values.sum() == 0
    assert entries(2_000, 3_000).agrees_with(4_000)
    assert entries(3_000, 4_000).agrees_with(500)


def test_even_spacing_carries_over_from_one_rate_to_the_next():
    """Half a gap at one rate plus half a gap at the next."""
    stream = Stream("ramp", carriers=1, intervals=[(25.0, 10.0), (1e15, 4.0)])
    fab = fab_of(Parts([Group("fast", 9)], [Route([Step(0, constant(0.5))])], [stream]))
    entered = run(fab, 1, 40.0).finished.entered_min
    assert entered.tolist() == [0.0, 10.0, 20.0, 27.0, 31.0, 35.0, 39.0]


def test_wafers_survive_as_often_as_the_steps_say():
    steps = [Step(0, ONE, carrier_scrap_share=0.1), Step(0, ONE, lot_scrap_share=0.2)]
    lots = poisson("lots", 5.0, carriers=20)
    fab = fab_of(Parts([Group("etch", 3)], [Route(steps)], [lots]))

    def shares(seed):
        read, _ = window(fab, seed, 0, 20_000)
        ended = read.left[0] + read.scrapped[0]
        return read.carriers_left[0] / (20 * ended), read.left[0] / ended

    assert Sample(lambda seed: shares(seed)[0]).agrees_with(0.9 * 0.8)
    assert Sample(lambda seed: shares(seed)[1]).agrees_with(0.8)
