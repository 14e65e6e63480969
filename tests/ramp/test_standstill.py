"""Events that hold up activities, deliveries and vendor lines, against hand arithmetic."""

import math
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ramp_made import activity, programme
from scipy import stats

from fabstack import load
from fabstack.errors import InputError
from fabstack.model.days import DAYS_PER_MONTH
from fabstack.model.evidence import Claim, Risk
from fabstack.model.plants import Plant
from fabstack.model.references import problems
from fabstack.model.supply import RiskEvent, VendorLine
from fabstack.model.tools import Delivery, ToolGroup
from fabstack.ramp import ramp
from fabstack.ramp.events import Span, Stops, stops, up_share
from fabstack.ramp.futures import futures
from fabstack.ramp.standstill import Standstill, horizon

MONTH = DAYS_PER_MONTH  # days


def event(delays, per_year=0.1, months=3.0, sigma=0.0, kind="delay", name="strike", place="fab"):
    return RiskEvent(
        name=name,
        place=place,
        kind=kind,
        per_year=per_year,
        days_median=months * MONTH,
        days_sigma=sigma,
        delays=delays,
    )


def site(*rows, events=(), **tables):
    return programme(*rows, plants=[Plant(name="fab", kind="fab")], risk_events=events, **tables)


def lasting(begins, months, start, work):
    held = Standstill(Stops(np.array(begins, float)[:, None], np.array(months, float)[:, None]))
    return float(held.lasting_months(np.array([start]), np.array([work]))[0])


def test_work_by_hand():
    assert lasting([5], [2], 0, 4) == 4  # over before it begins
    assert lasting([5], [2], 0, 5) == 5  # it ends in the same moment
    assert lasting([5], [2], 0, 6) == 8
    assert lasting([5], [2], 5, 1) == 3  # begins in the same moment
    assert lasting([5], [2], 6, 1) == 2  # half of the event is over
    assert lasting([5], [2], 7, 1) == 1
    assert lasting([5], [2], 6, 0) == 0  # what takes no time is not held up
    assert lasting([3, 5], [2, 4], 0, 4) == 10  # the first lets the second in
    assert lasting([3, 3], [2, 4], 0, 4) == 10  # together they add up
    assert lasting([math.inf], [0], 0, 4) == 4


@given(
    st.lists(st.tuples(st.integers(0, 20), st.integers(0, 9)), max_size=6),
    st.integers(0, 20),
    st.integers(1, 20),
)
def test_work_goes_on_day_by_day(events, start, work):
    """A clock that counts down what stands in the way, then a day of work, again and again."""
    events = sorted(events)
    now, done, waiting = start, 0, sum(max(b + m - start, 0) for b, m in events if b < start)
    coming = [(b, m) for b, m in events if b >= start]
    while True:
        while coming and coming[0][0] <= now and done < work:
            waiting += coming.pop(0)[1]
        if done == work:
            break
        if waiting:
            waiting -= 1
        else:
            done += 1
        now += 1
    begins, months = zip(*events, strict=True) if events else ((), ())
    assert lasting(begins, months, start, work) == now - start


def test_an_event_moves_the_activity_that_it_names_and_what_waits_for_it():
    case = site(activity("a", 6), activity("b", 1, "a"), activity("c", 6), events=[event("a")])
    result = ramp(case, samples=4000)
    span = horizon(case, result.timeline)
    found = stops(case.risk_events[0], result.futures, span)
    alone = result.futures.first(4000)
    assert alone.samples == 4000
    by_hand = []
    for begins, months in zip(found.begins.T, found.months.T, strict=True):
        end = 6.0
        for at, taken in sorted(zip(begins, months, strict=True)):
            end += taken if at < end else 0.0
        by_hand.append(end)
    assert result.end_months("a") == pytest.approx(by_hand)
    assert result.end_months("b") == pytest.approx(np.array(by_hand) + 1)
    assert (result.end_months("c") == 6).all()


def test_how_often_an_activity_is_held_up_is_a_poisson_chance():
    """0.4 events a year in half a year: none with e^-0.2."""
    case = site(activity("a", 6), events=[event("a", per_year=0.4, months=1)])
    ends = ramp(case, samples=20_000).end_months("a")
    none = math.exp(-0.2)
    assert (ends == 6).mean() == pytest.approx(none, abs=4 * math.sqrt(none * (1 - none) / 20_000))


def test_counts_follow_poissons_law_and_lengths_the_lognormal():
    case = site(events=[event("", per_year=0.3, months=2, sigma=0.5)])
    drawn = futures(case, samples=50_000, seed=3)
    found = stops(case.risk_events[0], drawn, Span(0, 120))
    counts = np.isfinite(found.begins).sum(axis=0)
    for k in range(8):
        share = stats.poisson(3.0).pmf(k)
        assert (counts == k).mean() == pytest.approx(share, abs=4e-4)  # stratified
    lengths = found.months[np.isfinite(found.begins)]
    assert np.median(lengths) == pytest.approx(2, rel=4 * 0.5 * 1.2533 / len(lengths) ** 0.5)
    assert np.log(lengths).std() == pytest.approx(0.5, rel=0.01)


def test_fewer_futures_have_the_same_events():
    case = site(activity("a", 24), events=[event("a", per_year=1, sigma=0.7)])
    many, few = ramp(case, samples=400), ramp(case, samples=400).futures.first(50)
    span = horizon(case, many.timeline)
    whole, part = (stops(case.risk_events[0], f, span) for f in (many.futures, few))
    assert np.array_equal(whole.begins[: len(part.begins), :50], part.begins)


def test_delays_that_name_something_stop_nothing_else():
    named, unnamed, outage = (
        site(activity("a", 6), events=[event(delays, 2.0, 6, kind=kind)])
        for delays, kind in (("a", "delay"), ("", "delay"), ("a", "outage"))
    )
    grid = np.arange(61.0)
    up = [
        up_share(case, futures(case, samples=200, seed=1), "fab", grid).mean()
        for case in (named, unnamed, outage)
    ]
    assert up[0] == 1
    assert up[1] < 0.6
    assert up[2] == up[1]
    assert ramp(outage, samples=200).end_months("a").mean() > 7


def test_without_the_event_the_date_is_sooner_by_what_it_takes():
    case = site(activity("a", 6, claimed=date(2026, 7, 1)), events=[event("a", 0.4, 3)])
    result = ramp(case, samples=1000)
    (driver,) = result.drivers
    assert driver.input == "risk_events/strike/happens"
    assert driver.title == "months that the delay 'strike' takes"
    assert driver.mean_months == pytest.approx(result.end_months("a").mean() - 6)
    assert driver.odds_gain == pytest.approx(1 - (result.end_months("a") == 6).mean())


def test_a_chance_hangs_on_the_event():
    claim = Claim(
        name="in-time", part=1, statement="In time", measure="done-by", subject="a",
        date=date(2027, 1, 1),
    )  # fmt: skip
    case = site(activity("a", 12), events=[event("a", 0.4, 3)], claims=[claim])
    (odds,) = ramp(case, samples=4000).odds
    assert odds.chance == pytest.approx(math.exp(-0.4), abs=0.03)
    assert [one.input for one in odds.causes] == ["risk_events/strike/happens"]
    assert odds.causes[0].odds_low > odds.causes[0].odds_high


def test_a_tool_group_that_is_named_gets_its_tools_later():
    group = ToolGroup(name="litho", plant="fab", lead_time_months=12, install_months=2)
    other = replace(group, name="etch")
    rows = [Delivery(tool_group=g, date="2028-01-01", tools=1) for g in ("litho", "etch")]
    case = site(
        tool_groups=[group, other], deliveries=rows, events=[event("litho", 0.5, 4, kind="export")]
    )
    result = ramp(case, samples=3000)
    litho, etch = result.arrivals
    assert (etch.released == 24).all()
    found = stops(case.risk_events[0], result.futures, horizon(case, result.timeline))
    # ordered after 10 months, on the dock after 22, released after 24
    for which, work in ((litho.docked, 12), (litho.released, 14)):
        by_hand = [
            10 + lasting([b for b, _ in one], [m for _, m in one], 10, work)
            for one in (
                sorted(zip(*pair, strict=True))
                for pair in zip(found.begins.T, found.months.T, strict=True)
            )
        ]
        assert which == pytest.approx(by_hand)
    assert (litho.released > 24).mean() > 0.3


def test_a_stopped_maker_delivers_later():
    line = VendorLine(name="euv", from_date="2026-01-01", units_per_year="12", share_percent="100")
    rows = [activity("install", 1, vendor_line="euv", line_tools=6)]
    case = site(*rows, events=[event("euv", 1.0, 5)], vendor_lines=[line])
    result = ramp(case, samples=2000)
    found = stops(case.risk_events[0], result.futures, horizon(case, result.timeline))
    first = np.sort(found.begins, axis=0)[0]
    ends = result.end_months("install")
    assert np.array_equal(ends == 6, first >= 6)  # half of a year's twelve tools
    assert ends[first < 6].min() == pytest.approx(11)
    assert result.drivers[0].input == "risk_events/strike/happens"


def test_an_event_that_delays_nothing_known_is_a_finding():
    case = site(activity("build", 1), events=[event("biuld; build")])
    with pytest.raises(InputError, match=r"delays 'biuld', which does not exist.*build"):
        ramp(case, samples=2)


def test_the_spelling_of_a_delay_is_checked_with_its_line(project):
    chain = load(project / "programmes" / "toy-chain")
    held = event("packaging-open", place="packaging")
    (found,) = problems(chain.model_copy(update={"risk_events": (held,)}))
    assert (found.table, found.row, found.column) == ("risk_events", 0, "delays")
    assert "packaging-opens" in found.cure


def test_a_rate_that_varies_is_drawn():
    case = site(activity("a", 60), events=[event("a", 0.0, 1)])
    risk = Risk(cell="risk_events/strike/per_year", distribution="uniform(0, 2)")
    risky = case.model_copy(update={"risks": (risk,)})
    result = ramp(risky, samples=2000)
    rate = result.futures.draw(risk.cell, risk.distribution)
    assert result.end_months("a")[rate < 0.02].mean() < 60.5
    assert result.end_months("a")[rate > 1.8].mean() > 66
