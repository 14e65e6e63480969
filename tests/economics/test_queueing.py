"""Closed formulas of queues (economics.md 2.7), and limits where they must agree."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabstack.economics import (
    batch_forming_wait,
    departure_scv,
    effective_time,
    erlang_b,
    erlang_c,
    fab_cycle_days,
    kingman_wait,
    mmm_wait,
    sakasegawa_wait,
    uptime_share,
    work_in_process,
    x_factor,
)


@pytest.mark.parametrize(("load", "wait"), [(0.8, 4), (0.9, 9), (0.95, 19)])
def test_kingman_of_one_exponential_tool(load, wait):
    found = kingman_wait(load, service_time=1.0, arrival_scv=1.0, service_scv=1.0)
    assert found == pytest.approx(wait)


def test_sakasegawa():
    assert sakasegawa_wait(0.9, tools=1, service_time=1.0) == pytest.approx(9.0, abs=5e-5)
    assert sakasegawa_wait(0.9, tools=3, service_time=1.0) == pytest.approx(2.74925, abs=5e-6)


def test_exact_wait_of_three_tools():
    assert mmm_wait(0.9, tools=3, service_time=1.0) == pytest.approx(2.72354, abs=5e-6)


def test_overload_waits_for_ever():
    assert mmm_wait(1.0, tools=2, service_time=1.0) == math.inf
    assert erlang_c(5.0, 4) == 1.0


@given(st.floats(0.01, 0.99), st.integers(1, 40))
def test_erlang_c_by_its_sum(load, tools):
    offered = load * tools
    terms = [offered**n / math.factorial(n) for n in range(tools)]
    last = offered**tools / math.factorial(tools) / (1 - load)
    assert erlang_c(offered, tools) == pytest.approx(last / (sum(terms) + last))
    assert erlang_b(offered, tools) <= erlang_c(offered, tools)


@given(st.floats(0.01, 0.99))
def test_one_tool_is_the_same_by_all_formulas(load):
    wait = mmm_wait(load, tools=1, service_time=2.0)
    assert wait == pytest.approx(sakasegawa_wait(load, tools=1, service_time=2.0))
    kingman = kingman_wait(load, service_time=2.0, arrival_scv=1.0, service_scv=1.0)
    assert wait == pytest.approx(kingman)


def test_breakdowns_lengthen_and_spread_the_process_time():
    # Hopp and Spearman: 15 min, A = 0.8 from 12.4 h up and 3.1 h of repair; by hand
    time = effective_time(
        15.0,
        natural_scv=0.25,
        mean_time_to_failure=744.0,
        mean_time_to_repair=186.0,
        repair_scv=0.0,
    )
    assert uptime_share(744.0, 186.0) == pytest.approx(0.8)
    assert time.mean == pytest.approx(18.75)
    assert time.scv == pytest.approx(0.25 + 0.8 * 0.2 * 186 / 15)


@given(st.floats(0, 1), st.floats(1, 10))
def test_exponential_queues_leave_exponentially(load, tools):
    # Burke: Poisson in, Poisson out
    found = departure_scv(load, arrival_scv=1.0, service_scv=1.0, tools=tools)
    assert found == pytest.approx(1.0)


def test_a_full_tool_leaves_as_it_works_and_an_idle_one_as_lots_arrive():
    assert departure_scv(1.0, arrival_scv=4.0, service_scv=0.5) == pytest.approx(0.5)
    assert departure_scv(0.0, arrival_scv=4.0, service_scv=0.5) == pytest.approx(4.0)


def test_waiting_for_a_batch():
    # lots come every 10 min; of a batch of 5 the first waits 40, the last 0, 20 in the mean
    assert batch_forming_wait(5.0, 0.1) == pytest.approx(20.0)


def test_wip_of_100000_wafers_a_month():
    # economics.md 2.7: 80 masks x 1.2 days = 96 d, 315,800 wafers (a month of 30.4 days)
    days = fab_cycle_days(80.0, 1.2)
    assert days == pytest.approx(96)
    assert work_in_process(100_000 / 30.4, days) == pytest.approx(315_800, abs=50)
    assert x_factor(days, 32.0) == pytest.approx(3.0)


def test_formulas_take_arrays():
    loads = np.array([0.8, 0.9, 0.95])
    waits = kingman_wait(loads, service_time=1.0, arrival_scv=1.0, service_scv=1.0)
    assert waits.tolist() == pytest.approx([4, 9, 19])
