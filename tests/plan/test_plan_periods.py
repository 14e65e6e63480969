"""Periods of several lengths: what a rate, a lag and a date become on them."""

from __future__ import annotations

from datetime import date

import numpy as np
import plan_samples as s
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabstack.model.days import DAYS_PER_MONTH
from fabstack.model.grid import days_of, parts_of
from fabstack.model.header import Planning
from fabstack.model.plants import Lane, Stock
from fabstack.plan import plan
from fabstack.plan.periods import Periods

DAY = 1 / DAYS_PER_MONTH


def periods(spelt: str, months: int = 12) -> Periods:
    return Periods.of(s.programme(months=months, planning=Planning(periods=spelt)))


def test_weeks_months_and_quarters_follow_each_other() -> None:
    # 13 weeks from Thursday, 1 January 2026 end on 2 April: the months begin at its nearest first
    days = days_of("13w 2m q", date(2026, 1, 1), date(2026, 12, 31))
    assert days[0] == date(2026, 1, 1)
    assert days[13] == date(2026, 4, 2)
    assert days[14:] == (date(2026, 5, 1), date(2026, 6, 1), date(2026, 9, 1), date(2026, 12, 1),
                         date(2027, 3, 1))  # fmt: skip


def test_half_a_month_goes_to_the_earlier_first() -> None:
    assert days_of("15d 1m", date(2026, 1, 1), date(2026, 12, 31))[-1] == date(2026, 3, 1)
    assert days_of("14d 1m", date(2026, 1, 1), date(2026, 12, 31))[-1] == date(2026, 2, 1)


@pytest.mark.parametrize("spelt", ["13", "w3", "0w", "3x", "m 2q", "-1w"])
def test_what_is_no_grid_is_refused(spelt: str) -> None:
    with pytest.raises(ValueError, match="'"):
        parts_of(spelt)


def test_a_grid_may_end_before_the_programme() -> None:
    assert periods("4w").count == 4
    assert periods("4w", months=2).days[-1] == date(2026, 1, 29)


def test_a_grid_stops_with_the_period_that_holds_the_last_day() -> None:
    assert periods("24m", months=12).count == 12
    assert periods("2q", months=1).days == (date(2026, 1, 1), date(2026, 4, 1))


def test_a_lag_of_a_week_is_one_week_and_a_lag_of_a_month_lies_in_two_months() -> None:
    on = periods("5w").arrivals([7 * DAY])
    assert on.arrives.tolist() == [1, 2, 3, 4, 5]
    assert on.share == pytest.approx(np.ones(5))
    # what leaves in January (31 days) and travels 10 days arrives to 21/31 in January
    on = periods("2m").arrivals([10 * DAY])
    assert on.arrives.tolist() == [0, 1, 1, 2]
    assert on.share == pytest.approx([21 / 31, 10 / 31, 18 / 28, 10 / 28])


@given(
    st.lists(st.floats(0, 14), min_size=1, max_size=4),
    st.sampled_from(["", "13w 3m 2q", "2q 3w m", "40d", "y"]),
)
def test_all_that_leaves_arrives_once(lags: list[float], spelt: str) -> None:
    grid = periods(spelt)
    on = grid.arrivals(lags)
    left = np.zeros((len(lags), grid.count))
    np.add.at(left, (on.flow, on.leaves), on.share)
    assert left == pytest.approx(np.ones_like(left), abs=1e-8)
    # and on average the lag later, as far as that is within the horizon
    for flow, lag in enumerate(lags):
        is_own = on.flow == flow
        if (on.arrives[is_own] < grid.count).all():
            there = grid.middles[on.arrives[is_own]] - grid.middles[on.leaves[is_own]]
            assert abs((on.share[is_own] * there).sum() / grid.count - lag) < grid.months.max()


def test_a_steady_programme_earns_the_same_on_any_grid() -> None:
    """Capacity, volume and fixed cost go with time, whatever the periods (no interest, no lag)."""
    from fabstack.model.demand import Market, Need, Volume

    def gain(spelt: str) -> float:
        programme = s.programme(
            months=12,
            planning=Planning(periods=spelt, backlog_months=0),
            items=(s.item(price_usd=9, make_cost_usd=2),),
            plants=(s.plant(fixed_cost_usd_per_month=5),),
            phases=(s.phase(30),),
            routes=(s.route(),),
            markets=(Market(name="cars"),),
            volumes=(Volume(market="cars", date="2026-01", units_per_year=480),),
            needs=(Need(market="cars", item="part", from_date="2026-01", quantity=1),),
        )
        return plan(programme).objective_usd / float(Periods.of(programme).edges[-1])

    assert gain("13w 3m 2q") == pytest.approx(gain("365d"), rel=1e-9)
    assert gain("y") == pytest.approx(gain(""), rel=1e-9)


def test_goods_that_travel_ten_days_serve_the_next_week_but_one() -> None:
    # made in week 0 at most 70, sent at once: 4 of 7 days arrive in week 1, 3 in week 2
    programme = s.programme(
        months=2,
        planning=Planning(periods="4w", backlog_months=0, shortfall_penalty_percent=0),
        items=(s.item(price_usd=1),),
        plants=(s.plant(), s.plant("shop")),
        phases=(s.phase(0), s.phase(0, plant="shop")),
        lanes=(Lane(origin="plant", destination="shop", days=10),),
        stocks=(Stock(plant="plant", item="part", initial=70, maximum=0),),
        routes=(s.route(),),
        demands=(*_wanted({"2026-01-08": 100, "2026-01-15": 100}),),
    )
    result = plan(programme)
    assert result.delivered.sum(axis=0) == pytest.approx([0, 40, 30, 0])
    assert result.audit is not None
    assert result.audit.holds


def _wanted(by_day: dict[str, float]) -> tuple[object, ...]:
    from fabstack.model.demand import Demand

    return tuple(Demand(name=day, item="part", date=day, quantity=q) for day, q in by_day.items())
