"""Dividing what is short, against hand results; ../shared/reference/ramp.md, 6.6."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabstack.economics.allocation import (
    RULES,
    Customer,
    Division,
    allocated,
    months_in_queue,
    priority_waits,
    take_or_pay_usd,
)

THIRDS = {
    (80, Division.PRO_RATA): (33.333, 26.667, 20),
    (80, Division.EQUAL_AWARDS): (26.667, 26.667, 26.667),
    (80, Division.EQUAL_LOSSES): (36.667, 26.667, 16.667),
    (100, Division.PRO_RATA): (41.667, 33.333, 25),
    (100, Division.EQUAL_AWARDS): (35, 35, 30),
    (100, Division.EQUAL_LOSSES): (43.333, 33.333, 23.333),
}


def peers(*claims: float) -> list[Customer]:
    return [Customer(f"c{i}", claim) for i, claim in enumerate(claims)]


@pytest.mark.parametrize(("case", "awards"), list(THIRDS.items()))
def test_claims_of_50_40_and_30_by_each_rule(case, awards):
    capacity, rule = case
    found = allocated(capacity, peers(50, 40, 30), rule)
    assert list(found.values()) == pytest.approx(awards, abs=5e-4)


@pytest.mark.parametrize(
    ("estate", "awards"),
    [(100, (33.3333, 33.3333, 33.3333)), (200, (50, 75, 75)), (300, (50, 100, 150))],
)
def test_the_talmuds_three_estates(estate, awards):
    found = allocated(estate, peers(100, 200, 300), Division.CONTESTED)
    assert list(found.values()) == pytest.approx(awards, abs=5e-5)


def test_the_first_class_is_served_before_the_second():
    found = allocated(100, [Customer("one", 70), Customer("two", 60, rank=2)])
    assert found == {"one": 70, "two": 30}


@pytest.mark.parametrize(
    ("capacity", "awards"),
    [(80, (10, 38.889, 31.111)), (100, (10, 50, 40)), (130, (30, 50, 40))],
)
def test_a_commitment_comes_before_the_class(capacity, awards):
    us = Customer("us", 30, rank=2, committed=10)
    found = allocated(capacity, [us, Customer("a", 50), Customer("b", 40)])
    assert list(found.values()) == pytest.approx(awards, abs=5e-4)


def test_phantom_orders_pay_under_pro_rata():
    assert list(allocated(80, peers(70, 50)).values()) == pytest.approx((46.667, 33.333), abs=5e-4)


@given(
    st.floats(0, 1e6),
    st.lists(st.floats(0, 1e6), min_size=1, max_size=8),
    st.sampled_from(list(Division)),
)
def test_no_award_is_negative_or_above_its_claim_and_nothing_is_lost(capacity, claims, rule):
    awards = RULES[rule](min(capacity, math.fsum(claims)), np.array(claims))
    tolerance = 1e-9 * (1 + math.fsum(claims))
    assert all(-tolerance <= a <= c + tolerance for a, c in zip(awards, claims, strict=True))
    assert math.fsum(awards) == pytest.approx(min(capacity, math.fsum(claims)), abs=tolerance)


@given(st.floats(0.1, 1e3), st.floats(0, 1e3), st.floats(0, 1e3))
def test_the_contested_garment_of_two_is_concede_and_divide(capacity, first, second):
    """Each concedes what lies beyond its claim, the rest is split (Aumann and Maschler 1985)."""
    estate = min(capacity, first + second)
    conceded = max(estate - second, 0), max(estate - first, 0)
    rest = (estate - sum(conceded)) / 2
    found = RULES[Division.CONTESTED](estate, np.array([first, second]))
    assert list(found) == pytest.approx([part + rest for part in conceded], abs=1e-6)


def test_a_higher_rank_never_suffers_from_a_lower_one():
    alone = allocated(90, [Customer("a", 60), Customer("b", 50)])
    beside = allocated(90, [Customer("a", 60), Customer("b", 50), Customer("c", 500, rank=2)])
    assert {name: beside[name] for name in alone} == alone
    assert beside["c"] == 0


@pytest.mark.parametrize(
    ("capacity", "customers"),
    [
        (-1, peers(1)),
        (math.nan, peers(1)),
        (1, peers(math.inf)),
        (1, [Customer("a", 1), Customer("a", 2)]),
    ],
)
def test_nonsense_is_refused(capacity, customers):
    with pytest.raises(ValueError, match=r"numbers from 0 on|same name"):
        allocated(capacity, customers)


def test_nobody_asks_and_nobody_gets():
    assert allocated(10, []) == {}
    assert allocated(0, peers(5, 0)) == {"c0": 0, "c1": 0}


def test_the_second_class_waits_fifteen_months():
    wait = months_in_queue(10, first_backlog=40, first_arrivals_per_month=6, ahead=20)
    assert wait == 15
    assert months_in_queue(10, first_backlog=1, first_arrivals_per_month=10, ahead=0) == math.inf
    assert months_in_queue(10, first_backlog=0, first_arrivals_per_month=10, ahead=0) == 0


def test_the_fluid_wait_is_what_a_day_by_day_queue_finds():
    backlog, ahead, day = 40.0, 20.0, 1 / 4096
    days = 0
    while backlog + ahead > 1e-9:
        backlog += 6 * day
        first = min(10 * day, backlog)
        backlog -= first
        ahead -= min(10 * day - first, ahead)
        days += 1
        if ahead <= 1e-9 and backlog <= 6 * day + 1e-9:
            break
    assert days * day == pytest.approx(15, abs=0.01)


def test_cobhams_waits_and_the_law_of_conservation():
    first, second = priority_waits(1.0, [0.3, 0.4])
    assert (first, second) == pytest.approx((1.0, 3.3333), abs=5e-5)
    assert 0.3 * first + 0.4 * second == pytest.approx(0.7 * 0.7 / 0.3)
    with pytest.raises(ValueError, match="no steady state"):
        priority_waits(1.0, [0.6, 0.4])


def test_taking_70_of_100_costs_150():
    assert take_or_pay_usd(100, 70, 10, 0.5) == 150
    assert take_or_pay_usd(100, 120, 10, 0.5) == 0
