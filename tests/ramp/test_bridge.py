"""Chance events against closed forms, and bridges against hand counts on the toy chain."""

from datetime import date

import numpy as np
import pytest
from ramp_made import programme as made

from fabstack import load
from fabstack.economics.disruption import compound_poisson
from fabstack.formats import set_cell
from fabstack.model.plants import Plant
from fabstack.model.supply import RiskEvent, Rival
from fabstack.ramp import ramp
from fabstack.ramp.events import up_share
from fabstack.ramp.futures import futures
from fabstack.results.ramp_tables import ramp_tables

MONTH_DAYS = 30.436875


def event(place, per_year, days, sigma=0.0, name="stop"):
    return RiskEvent(
        name=name, place=place, kind="outage", per_year=per_year, days_median=days, days_sigma=sigma
    )


def shares(*events, samples=20_000, years=5):
    fab = made(plants=[Plant(name="fab", kind="fab")], risk_events=events)
    grid = np.arange(12 * years + 1, dtype=float)
    return up_share(fab, futures(fab, samples=samples, seed=1), "fab", grid)


def test_the_time_that_events_take_is_a_compound_poisson_sum():
    stopped = (1 - shares(event("fab", 0.05, 2 * MONTH_DAYS))).sum(axis=0)
    exact = compound_poisson(0.05, 2.0, 0.0, 5.0)  # so seldom that two hardly overlap
    # an event that begins in the last two months is cut: 1/30 of them lose half
    cut = 1 - 1 / 30 / 2
    assert stopped.mean() == pytest.approx(exact.mean * cut, abs=4 * exact.variance**0.5 / 141)
    none = np.exp(-0.25)
    assert (stopped == 0).mean() == pytest.approx(none, abs=4 * (none * (1 - none)) ** 0.5 / 141)


def test_a_lognormal_stop_has_its_mean():
    stopped = (1 - shares(event("fab", 0.2, 10, 0.9), years=20)).sum(axis=0)
    mean = 4 * 10 / MONTH_DAYS * np.exp(0.9**2 / 2)
    spread = (4 * (10 / MONTH_DAYS) ** 2 * np.exp(2 * 0.9**2)) ** 0.5
    assert stopped.mean() == pytest.approx(mean, abs=4 * spread / 141 + 0.01)


def test_events_of_one_row_leave_the_luck_of_another_alone():
    one, other = event("fab", 0.5, 20), event("fab", 0.5, 20, name="fire")
    both = 1 - shares(one, other, samples=200)
    apart = (1 - shares(one, samples=200)) + (1 - shares(other, samples=200))
    assert np.allclose(both, np.minimum(apart, 1))
    assert shares().shape == (60, 1)


# --- Bridges --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def toy(project):
    """100 boards a month need 200 packages; the line opens for 400 in May, a month late."""
    chain = load(project / "programmes" / "toy-chain")
    return set_cell(chain, "phases/packaging:first/capacity_per_month", "400")


def bridge(which, samples=1):
    (found,) = ramp(which, samples=samples).bridges
    return found


def need_of_packages(which):
    from fabstack.check.requirements import all_units, delivered

    return all_units(which, delivered(which, date(2026, 1, 1)))["package"]


def test_what_is_missing_is_bought_until_the_line_opens(toy):
    need, found = need_of_packages(toy), bridge(toy)
    assert (found.item, found.plant) == ("package", "packaging")
    assert found.units[0] == pytest.approx(4 * need)
    assert found.peak_per_month[0] == pytest.approx(need)
    assert found.covered_months[0] == 4.0
    assert found.unmet_normally[0] == pytest.approx(4 * max(need - 60, 0))


def test_rivals_ahead_take_their_share_and_more_in_a_shortage(toy):
    rival = Rival(
        supplier="bridge", customer="big", rank=1, share_percent=50, in_shortage_percent=100
    )
    need, found = need_of_packages(toy), bridge(toy.model_copy(update={"rivals": (rival,)}))
    assert found.unmet_normally[0] == pytest.approx(4 * max(need - 30, 0))
    assert found.unmet_in_shortage[0] == pytest.approx(4 * need)


def test_a_line_that_is_too_small_never_covers(toy):
    need = need_of_packages(toy)
    small = set_cell(toy, "phases/packaging:first/capacity_per_month", str(need / 2))
    found, months = bridge(small), len(ramp(small, samples=1).months)
    assert found.covered_months[0] == np.inf
    assert found.units[0] == pytest.approx(need * 4 + need / 2 * (months - 4))


def test_what_a_stopped_line_does_not_make_is_bought(toy):
    need = need_of_packages(toy)
    small = set_cell(toy, "phases/packaging:first/capacity_per_month", str(need / 2))
    stopped = small.model_copy(update={"risk_events": (event("packaging", 1000, 400),)})
    months = len(ramp(small, samples=1).months)
    assert bridge(stopped).units[0] == pytest.approx(need * months, rel=0.02)


def test_a_later_opening_makes_the_bridge_longer_future_by_future(toy):
    late = set_cell(toy, "activities/packaging-opens/duration", "uniform(3, 9)")
    found = bridge(late, samples=200)
    ends = ramp(late, samples=200).end_months("packaging-opens")
    opens = 3 + ends - 3  # stated on the first of April, the third month; claimed on the same day
    months = np.ceil(opens - 1e-9)
    assert np.array_equal(found.covered_months, months)
    assert found.units == pytest.approx(need_of_packages(toy) * months)


def test_a_supplier_that_is_always_stopped_has_nothing(toy):
    event_ = event("bridge", 1000, 400)
    found = bridge(toy.model_copy(update={"risk_events": (event_,)}))
    assert found.unmet_normally[0] == pytest.approx(found.units[0], rel=0.02)


def test_the_table_names_units_for_each_level_of_service(toy):
    late = set_cell(toy, "activities/packaging-opens/duration", "uniform(3, 9)")
    rows = ramp_tables(ramp(late, samples=200), late)["ramp_bridge"].to_dicts()
    assert [row["service_percent"] for row in rows] == [50, 80, 90, 95]
    units = [row["units"] for row in rows]
    assert units == sorted(units)
    assert units[0] < units[-1]
    assert all(row["covered_by"] is not None for row in rows)


def test_a_plant_that_is_stopped_now_and_then_gives_less(toy):
    """Six stops a year of half a month each take a quarter of it; those that overlap take less."""
    stopped = toy.model_copy(update={"risk_events": (event("boards", 6, MONTH_DAYS / 2),)})
    usual, less = (ramp(which, samples=2000).futures for which in (toy, stopped))
    assert usual.samples == less.samples
    grid = np.arange(13.0)
    up = up_share(stopped, less, "boards", grid)
    assert up.mean() == pytest.approx(1 - 0.25, abs=0.03)
    before, after = (
        {row["month"]: row["p50"] for row in ramp_tables(ramp(w, samples=400), w)["ramp_output"]
         .filter(item="board").to_dicts()}
        for w in (toy, stopped)
    )  # fmt: skip
    months = [m for m in before if before[m] > 0]
    assert months
    assert all(after[m] <= before[m] for m in months)
    assert any(after[m] < before[m] for m in months)
