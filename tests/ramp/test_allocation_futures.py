"""What suppliers give in sampled futures, against the rules of division and by hand."""

import math
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ramp_made import START, programme

from fabstack import load
from fabstack.economics.allocation import Customer, allocated
from fabstack.formats import set_cell
from fabstack.model.demand import Market, Need, Volume
from fabstack.model.evidence import Claim, Risk
from fabstack.model.items import Component, Item
from fabstack.model.supply import Offer, Rival, Supplier
from fabstack.ramp import ramp
from fabstack.ramp.allocation import Queue, award, queues, terms
from fabstack.ramp.events import Stops, short_share, taken_share
from fabstack.ramp.futures import futures
from fabstack.ramp.judged import with_judged
from fabstack.ramp.judges import Day
from fabstack.results.ramp_tables import ramp_tables

UNITS = st.integers(0, 100).map(float)


def ours(asked, capacity, committed, ahead, beside):
    queue = Queue(np.array([ahead / capacity]), np.array([beside / capacity]))
    found = award(np.array([asked]), np.array([capacity]), np.array([committed]), queue)
    return float(found[0])


@given(UNITS, UNITS.filter(bool), UNITS, UNITS, UNITS)
def test_an_award_is_that_of_the_queue_of_customers(asked, capacity, committed, ahead, beside):
    customers = [
        Customer("us", asked, 2, committed),
        Customer("big", ahead, 1),
        Customer("peer", beside, 2),
    ]
    exact = allocated(capacity, customers)["us"]
    assert ours(asked, capacity, committed, ahead, beside) == pytest.approx(exact, abs=1e-9)


def test_the_cases_of_the_reference():
    """Two classes: 70 and 60 of 100. A minimum of 10 of 30 first, then 90 ahead, capacity 80."""
    assert ours(60, 100, 0, 70, 0) == pytest.approx(30)
    assert ours(30, 80, 10, 90, 0) == pytest.approx(10)
    assert ours(30, 100, 10, 90, 0) == pytest.approx(10)
    assert ours(30, 130, 10, 90, 0) == pytest.approx(30)
    assert ours(70, 80, 0, 0, 50) == pytest.approx(46.667, abs=1e-3)  # phantom orders


@pytest.fixture(scope="module")
def toy(project):
    """100 boards need packages; the line opens a month late, in May; 60 a month are sold."""
    chain = load(project / "programmes" / "toy-chain")
    return set_cell(chain, "phases/packaging:first/capacity_per_month", "400")


def rivals(*rows):
    return tuple(
        Rival(
            supplier="bridge",
            customer=name,
            rank=rank,
            share_percent=share,
            in_shortage_percent=short,
        )
        for name, rank, share, short in rows
    )


def with_rivals(case, *rows, **update):
    return case.model_copy(update={"rivals": rivals(*rows), **update})


def short_of_packages(case, samples=1):
    (found,) = ramp(case, samples=samples).bridges
    return found


def test_a_contract_is_served_before_the_queue(toy):
    need = short_of_packages(toy).units[0] / 4
    queue = ("big", 1, 100, 100), ("us", 2, 50, 50)
    full = with_rivals(toy, *queue)
    assert short_of_packages(full).unmet_normally[0] == pytest.approx(4 * need)
    owed = set_cell(full, "offers/bridge:package:2026-01-01/minimum_per_month", "25")
    assert short_of_packages(owed).unmet_normally[0] == pytest.approx(4 * (need - 25))


def test_equals_share_pro_rata(toy):
    need = short_of_packages(toy).units[0] / 4
    case = with_rivals(toy, ("peer", 2, 50, 100), ("us", 2, 50, 50))
    found = short_of_packages(case)
    for unmet, peer in ((found.unmet_normally, 30), (found.unmet_in_shortage, 60)):
        assert unmet[0] == pytest.approx(4 * (need - 60 * need / (need + peer)))


def in_shortages(case, per_year, months="24"):
    ramped = case.ramp.__class__(
        correlation=0.0, shortages_per_year=per_year, shortage_months=months
    )
    return case.model_copy(update={"ramp": ramped})


def test_a_shortage_is_counted_while_it_lasts(toy):
    """Without one the normal share, with one all the time that of a shortage."""
    queue = ("big", 1, 50, 100), ("us", 2, 50, 50)
    case = with_rivals(toy, *queue)
    never, always = (short_of_packages(in_shortages(case, rate)) for rate in (0, 2000))
    assert never.unmet[0] == never.unmet_normally[0]
    assert always.unmet[0] == pytest.approx(always.unmet_in_shortage[0], rel=1e-3)
    some = short_of_packages(in_shortages(case, 0.5), samples=3000)
    worse = some.unmet > some.unmet_normally + 1e-9
    # the bridge is four months: a shortage must begin in them
    assert worse.mean() == pytest.approx(1 - math.exp(-0.5 * 4 / 12), abs=0.015)
    assert (some.unmet <= some.unmet_in_shortage + 1e-9).all()


def test_the_share_of_a_month_in_shortage_by_hand():
    one = Stops(np.array([[0.5], [2.75]]), np.array([[1.0], [9.0]]))
    assert taken_share([one], np.arange(5.0))[:, 0].tolist() == [0.5, 0.5, 0.25, 1.0]
    assert taken_share([], np.arange(5.0)).tolist() == [[0.0]] * 4


def test_the_time_in_shortage_is_that_of_the_process(toy):
    """Spells of 6 months, 0.05 a year: nearly never two at once; the last half spell is cut."""
    case = in_shortages(toy, 0.05, "6")
    grid = np.arange(121.0)
    share = short_share(case, futures(case, samples=20_000, seed=1), grid).mean(axis=1)
    assert share[30:].mean() == pytest.approx(0.05 / 12 * 6, rel=0.05)
    assert share[0] < share[3] < share[9]


def test_what_rivals_want_in_a_shortage_may_vary(toy):
    case = with_rivals(toy, ("big", 1, 0, 50), ("us", 2, 50, 50))
    cell = "rivals/bridge:big/in_shortage_percent"
    risky = case.model_copy(update={"risks": (Risk(cell=cell, distribution="uniform(0, 100)"),)})
    result = ramp(risky, samples=50)
    (found,) = result.bridges
    wanted = result.futures.draw(cell, risky.risks[0].distribution)
    need = found.units / 4
    assert found.unmet_in_shortage == pytest.approx(4 * (need - 60 * (1 - wanted / 100)))


def test_a_bridge_fails_in_futures_with_a_shortage(toy):
    """60 packages a month are enough for 25 boards, but for a shortage in January."""
    small = set_cell(toy, "volumes/gadgets:2026-01-01/units_per_year", "300")
    claim = Claim(
        name="gap", part=1, statement="gap", measure="bridge", subject="package",
        date=date(2026, 4, 1),
    )  # fmt: skip
    case = in_shortages(with_rivals(small, ("big", 1, 0, 100), ("us", 2, 50, 50)), 6.0)
    plants = tuple(replace(plant, opens_with=None) for plant in case.plants)
    case = case.model_copy(
        update={"claims": (claim,), "activities": (), "phases": (), "plants": plants}
    )
    (odds,) = with_judged(ramp(case, samples=1000), most=1000).odds
    exact = math.exp(-6 / 12)
    assert odds.chance == pytest.approx(exact, abs=4 * math.sqrt(exact * (1 - exact) / 1000))
    assert [one.title for one in odds.causes] == ["months of world-wide shortage"]


def test_what_is_neither_made_nor_sold_comes_of_its_parts(project):
    """AI4's package is put together outside of a bought wafer's die and a bought service."""
    texas = load(project / "programmes" / "texas")
    result = with_judged(ramp(texas, samples=25))
    bridge = next(one for one in result.odds if one.claim == "bridge")
    assert -100 < bridge.margin_median < 0
    assert list(terms(texas, "ai4-package", date(2026, 1, 1))) == []
    assert queues(texas, "tsmc")[1].ahead[0] == pytest.approx(0.97)


def test_a_set_is_as_scarce_as_its_scarcest_part():
    """100 sets a month of a lid and two screws; 80 lids and 150 screws are sold, none is made."""
    case = programme(
        items=[Item(name=name, kind="package") for name in ("set", "lid", "screw")],
        components=[
            Component(parent="set", child="lid", quantity=1),
            Component(parent="set", child="screw", quantity=2),
        ],
        markets=[Market(name="shops")],
        needs=[Need(market="shops", item="set", from_date=START, quantity=1)],
        volumes=[Volume(market="shops", date=START, units_per_year=1200)],
    )
    most = {"lid": 80.0, "screw": 150.0}
    common = {"supplier": "s", "from_date": START, "price_usd": 1}
    parts = [Offer(item=name, capacity_per_month=most[name], **common) for name in most]
    case = case.model_copy(update={"offers": tuple(parts), "suppliers": (Supplier(name="s"),)})
    day = Day(case, lambda item, asked, _day: min(asked, most[item]), START)
    assert day.share("set", bought=True) == pytest.approx(0.75)
    assert day.share("set", bought=False) == 0
    whole = Offer(item="set", capacity_per_month=90, **common)
    sold = case.model_copy(update={"offers": (*parts, whole)})
    assert Day(sold, lambda *_: 90.0, START).share("set", bought=True) == pytest.approx(0.9)


def test_the_table_of_bridges_tells_all_three(toy):
    case = in_shortages(with_rivals(toy, ("big", 1, 0, 100), ("us", 2, 50, 50)), 0.5)
    row = ramp_tables(ramp(case, samples=100), case)["ramp_bridge"].row(0, named=True)
    names = ("enough_in_shortage_percent", "enough_percent", "enough_normally_percent")
    assert row[names[0]] <= row[names[1]] <= row[names[2]]
