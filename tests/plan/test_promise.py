"""Promises: when a new order can be there, worked out by hand, and what must always hold."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import plan_samples as s
import pytest
from hypothesis import assume, given, seed, settings
from hypothesis import strategies as st
from plan_worlds import worlds
from test_plan_choices import HOURS, one_line

from fabstack.errors import InputError, PlanError
from fabstack.model import Programme
from fabstack.model.choices import Campaign, ToolOption
from fabstack.model.demand import Demand
from fabstack.model.header import Planning
from fabstack.model.items import Component
from fabstack.model.plants import Lane, Stock
from fabstack.plan import PlanOptions, plan
from fabstack.plan.decisions import decisions
from fabstack.plan.promise import Order, Promise, promise

EXACT = PlanOptions(gap=0.0)


def ten_a_month(**changes: Any) -> Programme:
    """10 a month can be made at 1 and kept at 0.5; 8, 4 and 2 are taken: 2, 6 and 8 are free."""
    parts: dict[str, Any] = {"offers": (), "suppliers": (), "demands": s.demands(8, 4, 2)}
    return s.make_or_buy(**{**parts, **changes})


def asked(quantity: float, programme: Programme | None = None, **more: Any) -> Promise:
    order = Order("part", quantity, more.pop("due", None), more.pop("places", ()))
    return promise(ten_a_month() if programme is None else programme, order, **more)


def parts_of(found: Promise) -> dict[int, float]:
    return {part.period: part.quantity for part in found.parts}


# --- By hand --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("quantity", "period", "usd"),
    [
        (2, 0, 2),  # made in January
        (2.5, 1, 2.5),  # made in February, where 6 are free
        (8, 1, 8 + 2 * 0.5),  # two of them made in January and kept a month
        (9, 2, 9 + 1 * 0.5),  # 8 in March, one kept from February
        (16, 2, 16 + 6 * 0.5 + 2 * 1.0),  # six kept a month, two kept two
    ],
)
def test_an_order_gets_what_is_free_and_costs_making_and_keeping(
    quantity: float, period: int, usd: float
) -> None:
    found = asked(quantity)
    assert (found.by, found.whole, found.promised) == (period, period, period)
    assert found.price is not None
    assert found.price.usd == pytest.approx(usd, rel=1e-6)
    assert sum(found.price.by_kind.values()) == pytest.approx(usd, rel=1e-6)
    assert found.most == pytest.approx(quantity)


def test_in_parts_every_unit_comes_as_early_as_it_can() -> None:
    found = asked(9)
    assert parts_of(found) == pytest.approx({0: 2, 1: 6, 2: 1}, rel=1e-6)
    assert found.price_in_parts is not None
    assert found.price_in_parts.usd == pytest.approx(9, rel=1e-6)  # nothing is kept


def test_more_than_is_free_is_never_there_and_what_is_free_is_told() -> None:
    found = asked(17)
    assert (found.by, found.whole, found.promised, found.price) == (None, None, None, None)
    assert found.most == pytest.approx(16)
    assert sum(parts_of(found).values()) == pytest.approx(16)
    assert {hold.period for hold in found.holds} == {0, 1, 2}
    assert found.holds[0].lacks == pytest.approx(1, rel=1e-6)


def test_what_limits_an_earlier_date_is_told_with_what_one_more_brings() -> None:
    (hold,) = asked(8).holds  # by January only 2 of 8
    assert (hold.kind, hold.name, hold.period) == ("phase-capacity", "plant", 0)
    assert hold.amount == pytest.approx(10)
    assert hold.brings == pytest.approx(1)
    assert hold.lacks == pytest.approx(6)
    assert "plant has 10 carriers in 2026-01" in hold.explanation


def test_nothing_limits_an_order_for_the_first_period() -> None:
    assert asked(1).holds == ()


def test_what_others_get_does_not_change() -> None:
    found = asked(16)
    assert found.committed == pytest.approx(np.diag([8.0, 4.0, 2.0]).sum(axis=0).reshape(1, 3))
    assert found.delivered == pytest.approx(found.committed, rel=1e-6)


def test_a_day_that_was_asked_for_is_kept_where_it_can_be() -> None:
    found = asked(2, due=date(2026, 3, 10))
    assert (found.whole, found.promised, found.in_time) == (0, 2, True)
    assert found.price is not None
    assert found.price.usd == pytest.approx(2, rel=1e-6)  # made in March, not kept
    late = asked(9, due=date(2026, 2, 10))
    assert (late.promised, late.in_time) == (2, False)
    assert late.by_due == pytest.approx(8)


def test_where_nothing_can_be_kept_all_at_once_is_later_than_in_parts() -> None:
    # nothing keeps: 2 + 6 are there by February in parts, 8 at once only in March
    found = asked(8, ten_a_month(stocks=(Stock(plant="plant", item="part", maximum=0),)))
    assert (found.by, found.whole) == (1, 2)
    never = asked(9, ten_a_month(stocks=(Stock(plant="plant", item="part", maximum=0),)))
    assert (never.by, never.whole, never.price) == (2, None, None)
    assert never.price_in_parts is not None


def test_where_a_later_day_has_no_room_the_order_comes_before_it() -> None:
    # nothing keeps, and March is full: what is wanted in March is handed over in January
    programme = ten_a_month(
        demands=s.demands(8, 4, 10), stocks=(Stock(plant="plant", item="part", maximum=0),)
    )
    found = asked(2, programme, due=date(2026, 3, 10))
    assert (found.whole, found.promised, found.in_time) == (0, 0, True)


def test_a_long_lead_time_is_what_limits_the_first_months() -> None:
    # bought with a lead time of two months and sent on for one: there in the fourth
    programme = s.programme(
        months=6,
        items=(s.item(),),
        plants=(s.plant(),),
        suppliers=s.SELLER,
        offers=(s.offer(5, 100, lead_time_months=2),),
        lanes=(Lane(origin="seller", destination="plant", days=30.4375),),
    )
    found = promise(programme, Order("part", 40))
    assert found.whole == 3
    (hold,) = found.holds
    assert hold.kind == "lead-time"
    assert hold.lacks is None
    assert "lead times" in hold.explanation


def test_hours_of_a_tool_on_the_way_are_found_through_the_bill_of_materials() -> None:
    # a board takes two parts, a part 1/4 of the only tool's month: 4 parts, 2 boards a month
    programme = s.programme(
        months=4,
        planning=Planning(backlog_months=0, max_load_percent=100, x_factor=0),
        items=(s.item(), s.item("board", "board")),
        components=(Component(parent="board", child="part", quantity=2),),
        plants=(s.plant(),),
        tool_groups=(s.tool_group(1),),
        routes=(s.route(), s.route("board")),
        steps=(s.step(1, HOURS / 4),),
        demands=s.demands(1, 1, item="board"),
    )
    found = promise(programme, Order("board", 4))  # 1, 1, 2 and 2 are free
    assert found.whole == 2
    assert {(hold.kind, hold.name) for hold in found.holds} == {("tool-hours", "tool")}
    # 2 of 4 are there by February, and an hour is 1 / (2 x HOURS / 4) of a board
    assert found.holds[0].brings == pytest.approx(2 / HOURS)
    assert found.holds[0].lacks == pytest.approx(HOURS)


def test_tools_are_bought_for_an_order_only_where_that_is_asked_for() -> None:
    options = (ToolOption(tool_group="tool", from_date=s.month(0), price_usd=60),)
    line = one_line(1, 1, 1, tool_groups=(s.tool_group(1),), tool_options=options)
    assert asked(2, line).by is None
    found = asked(2, line, invest=True)
    assert found.whole == 0
    assert found.price is not None
    assert found.price.usd == pytest.approx(2 * 60, rel=1e-6)


def test_an_order_may_need_a_setup_of_its_own() -> None:
    # 4 are wanted in January; a setup costs 7, so the order is made with them or pays its own
    campaign = Campaign(name="parts", from_date=s.month(0), route="make-part", setup_usd=7)
    programme = ten_a_month(demands=s.demands(10, 0, 0), campaigns=(campaign,))
    found = asked(3, programme)
    assert found.whole == 1
    assert found.price is not None
    assert found.price.usd == pytest.approx(3 + 7, rel=1e-5)


def test_a_plan_with_setups_keeps_deliveries_that_are_no_round_numbers() -> None:
    # a part takes 180 h and a setup 71 h of the 730.5 h of two tools at half load in a month; what
    # is delivered is held far more closely than a search tells whole numbers apart by itself
    campaign = Campaign(
        name="parts",
        from_date=s.month(0),
        route="make-part",
        tool_group="tool",
        setup_usd=7,
        setup_h=71,
    )
    programme = s.programme(
        months=6,
        planning=Planning(backlog_months=0, max_load_percent=50, x_factor=0),
        items=(s.item(make_cost_usd=1, value_usd=5, price_usd=80),),
        plants=(s.plant(),),
        stocks=(Stock(plant="plant", item="part", initial=5, maximum=30, safety=2),),
        tool_groups=(s.tool_group(2),),
        routes=(s.route(units_per_carrier=1),),
        steps=(s.step(1, 180),),
        campaigns=(campaign,),
        demands=s.demands(60, 7, 34, 14, 45, 48),
    )
    result = plan(programme, options=EXACT)
    found = promise(programme, Order("part", 4), options=EXACT, earlier=decisions(result))
    assert found.committed == pytest.approx(result.delivered)
    assert found.delivered == pytest.approx(result.delivered, rel=1e-6, abs=1e-6)


def test_an_order_that_moves_others_to_a_dear_source_is_there_all_the_same() -> None:
    # a part takes 100 h, and 30.5 h a month are free: it takes those of 70 chips, which can be
    # bought at 1,000 each
    programme = s.programme(
        months=3,
        planning=Planning(backlog_months=0, max_load_percent=100, x_factor=0),
        items=(s.item(), s.item("chip", price_usd=2000)),
        plants=(s.plant(),),
        tool_groups=(s.tool_group(1),),
        routes=(s.route(), s.route("chip")),
        steps=(s.step(1, 100), s.step(1, 1, route="make-chip")),
        suppliers=s.SELLER,
        offers=(s.offer(1000, 500, item="chip"),),
        demands=s.demands(700, 700, 700, item="chip"),
    )
    found = asked(1, programme)
    assert (found.by, found.whole) == (0, 0)
    assert found.price is not None
    assert found.price.usd == pytest.approx(1000 * (800 - HOURS), rel=1e-6)


def test_it_may_be_handed_over_only_at_a_named_place() -> None:
    # what near makes reaches far a month later
    programme = ten_a_month(
        plants=(s.plant(), s.plant("far")),
        lanes=(Lane(origin="plant", destination="far", days=30.4375),),
        demands=(),
    )
    assert asked(5, programme).whole == 0
    found = asked(5, programme, places=("far",))
    assert found.whole == 1
    assert found.holds


# --- A stored plan, and faults --------------------------------------------------------------------


def test_a_plan_at_hand_is_promised_on_as_it_is() -> None:
    # the plan makes 10, 10, 10 at 1, buys 0, 2, 2 at 3 and keeps 2 of January at 0.5 (instance A);
    # with the order it buys five more and has nothing to keep
    programme = s.make_or_buy()
    earlier = decisions(plan(programme))
    found = promise(programme, Order("part", 5), earlier=earlier)
    assert found.whole == 0
    assert found.price is not None
    assert found.price.usd == pytest.approx(5 * 3 - 2 * 0.5, rel=1e-6)
    assert found.committed.sum() == pytest.approx(34)


def test_a_plan_that_is_no_longer_possible_is_told_with_the_cure() -> None:
    earlier = decisions(plan(s.make_or_buy()))
    smaller = s.make_or_buy(phases=(s.phase(1),), offers=(s.offer(3, 5),))
    with pytest.raises(PlanError, match="plan it again"):
        promise(smaller, Order("part", 1), earlier=earlier)


def test_everything_that_is_wrong_with_an_order_is_told_at_once() -> None:
    order = Order("prat", -1, date(2030, 1, 1), ("plnat",))
    with pytest.raises(InputError) as caught:
        promise(ten_a_month(), order)
    found = {finding.code: finding.cure for finding in caught.value.findings}
    assert set(found) == {"bad-item", "bad-quantity", "bad-due", "bad-at"}
    assert found["bad-item"] == "did you mean 'part'?"
    assert found["bad-at"] == "did you mean 'plant'?"


# --- What must always hold ------------------------------------------------------------------------

ITEMS = st.sampled_from(["part", "board", "kit"])


@seed(11)
@settings(max_examples=12, deadline=None)
@given(worlds(), ITEMS, st.integers(1, 60))
def test_others_keep_their_deliveries_and_more_is_never_sooner(
    programme: Programme, item: str, quantity: int
) -> None:
    earlier = decisions(plan(programme, options=EXACT))
    small, large = (
        promise(programme, Order(item, q), options=EXACT, earlier=earlier)
        for q in (float(quantity), 1.5 * quantity)
    )
    horizon = small.periods.count
    for one in (small, large):
        size = 1e-6 * max(1.0, float(one.committed.max(initial=0.0)))
        assert one.delivered == pytest.approx(one.committed, abs=size)
        if one.whole is not None:
            assert one.by is not None
            assert one.by <= one.whole
        assert (one.by is None) == (one.most < one.order.quantity * (1 - 1e-6))
    assert (horizon if small.by is None else small.by) <= (
        horizon if large.by is None else large.by
    )
    assert small.most <= large.most + 1e-6 * quantity


@seed(12)
@settings(max_examples=10, deadline=None)
@given(st.lists(st.integers(0, 12), min_size=4, max_size=4), st.integers(1, 25))
def test_what_is_promised_can_be_planned_as_an_order_and_not_a_period_sooner(
    wanted: list[int], quantity: int
) -> None:
    """With a class of its own below all others, a plan gives the order what is left to it."""
    planning = Planning(backlog_months=0, max_load_percent=100, service="lexicographic")
    programme = s.programme(
        months=4,
        planning=planning,
        items=(s.item(make_cost_usd=1),),
        plants=(s.plant(),),
        phases=(s.phase(10),),
        routes=(s.route(),),
        demands=s.demands(*wanted, priority=5),
    )
    assume(programme.demands)
    found = promise(programme, Order("part", float(quantity)))
    for period in range(4):
        given = _given_as_an_order(programme, quantity, period)
        is_there = found.whole is not None and period >= found.whole
        assert (given >= quantity - 1e-6) == is_there, (period, given, found.whole)


def _given_as_an_order(programme: Programme, quantity: int, period: int) -> float:
    order = Demand(name="new", item="part", date=s.month(period), quantity=quantity, priority=1)
    result = plan(replace_demands(programme, order))
    place = [want.market for want in result.names.wants].index("new")
    return float(result.delivered[place].sum())


def replace_demands(programme: Programme, order: Demand) -> Programme:
    return programme.model_copy(update={"demands": (*programme.demands, replace(order))})
