"""Plans that a person can work out, to the last cent."""

from __future__ import annotations

from dataclasses import replace
from math import exp

import numpy as np
import plan_samples as s
import pytest

from fabstack.model.demand import Market, Need, Volume
from fabstack.model.header import Finance, Planning
from fabstack.model.items import Component
from fabstack.model.plants import Lane, Stock
from fabstack.model.supply import PriceBreak, Rival
from fabstack.model.technology import Technology
from fabstack.plan import Code, Integers, PlanOptions, PlanResult, Status, Supply, plan


def cost(result: PlanResult) -> float:
    return -result.objective_usd


def only(result: PlanResult, name: str) -> list[float]:
    (row,) = getattr(result, name)
    return list(row)


# --- Make or buy ----------------------------------------------------------------------------------


def test_make_or_buy_instance_a_costs_43() -> None:
    # planning survey, section 5.1: make 10, 10, 10; buy 0, 2, 2; stock 2, 0, 0
    result = plan(s.make_or_buy())
    assert cost(result) == pytest.approx(43, abs=1e-9)
    assert only(result, "starts") == pytest.approx([10, 10, 10])
    assert only(result, "bought") == pytest.approx([0, 2, 2])
    assert result.stock.sum(axis=0) == pytest.approx([2, 0, 0])
    assert result.status is Status.OPTIMAL
    assert result.audit is not None
    assert result.audit.holds


def test_making_alone_leaves_the_second_and_third_month_short() -> None:
    # 30 can be made, 34 are wanted; 8 + 2 in stock leave 2 short in month 2 and 2 in month 3
    result = plan(s.make_or_buy(offers=(), suppliers=()))
    assert result.short.sum() == pytest.approx(4)
    assert {reason.code for reason in result.reasons} == {Code.PHASE_CAPACITY}
    assert {reason.cause for reason in result.reasons} == {"plant"}


def test_a_dearer_own_plant_is_left_idle() -> None:
    result = plan(s.make_or_buy(items=(s.item(make_cost_usd=4, value_usd=1),)))
    assert result.starts.sum() == 0
    assert cost(result) == pytest.approx(34 * 3)


def test_capacity_expansion_instance_b_costs_242_and_relaxed_222() -> None:
    # planning survey, section 5.1: demand 5, 9, 14, 14 without stock; a tool makes 5; another costs
    # 100 and comes a month later; make 1; a lost sale costs 30
    programme = s.programme(
        months=4,
        items=(s.item(make_cost_usd=1, price_usd=30),),
        planning=Planning(backlog_months=0, shortfall_penalty_percent=0),
        plants=(s.plant(),),
        phases=(
            s.phase(5),
            *(
                s.phase(
                    5, name=f"more {k}", ready=None, optional=True, build_months=1, capex_usd=100
                )
                for k in range(3)
            ),
        ),
        stocks=(Stock(plant="plant", item="part", maximum=0),),
        routes=(s.route(),),
        demands=s.demands(5, 9, 14, 14),
    )
    all_sales = 30 * 42
    assert all_sales - plan(programme).objective_usd == pytest.approx(242)
    relaxed = plan(programme, options=PlanOptions(integers=Integers.RELAXED))
    assert all_sales - relaxed.objective_usd == pytest.approx(222)


def test_capital_of_a_chosen_phase_that_was_begun_before_the_start_is_paid_at_the_start() -> None:
    # 300 over the three months up to February, two of which lie before January: all in January
    programme = s.programme(
        months=3,
        items=(s.item(price_usd=30),),
        plants=(s.plant(),),
        phases=(s.phase(20, ready="2026-02", optional=True, build_months=3, capex_usd=300),),
        routes=(s.route(),),
        demands=s.demands(0, 20, 20),
    )
    assert plan(programme).cash.capex == pytest.approx([300, 0, 0])


def test_a_carrier_yields_as_in_the_month_in_which_it_leaves() -> None:
    # 50 % at first, 100 % in the end, by 63 % of the way each month; one month on the way
    technology = Technology(
        name="young",
        carrier="board",
        yield_start_percent=50,
        yield_mature_percent=100,
        learning_months=1,
    )
    programme = s.programme(
        months=2,
        items=(s.item(price_usd=10, technology="young"),),
        technologies=(technology,),
        plants=(s.plant(),),
        phases=(s.phase(100),),
        routes=(s.route(),),
        demands=s.demands(0, 200),
    )
    found = plan(programme, options=PlanOptions(lead_times_months={"make-part": 1}))
    expected = [0, 100 * (1 - 0.5 * exp(-1.5))]
    assert only(found, "output") == pytest.approx(expected)
    assert only(found, "delivered") == pytest.approx(expected)


# --- Time -----------------------------------------------------------------------------------------


def test_a_lead_time_of_two_months_makes_the_first_two_months_short() -> None:
    options = PlanOptions(lead_times_months={"make-part": 2.0})
    result = plan(s.make_or_buy(offers=(), suppliers=()), options=options)
    assert only(result, "output") == pytest.approx([0, 0, 10])
    assert [(r.period, r.code) for r in result.reasons] == [
        (0, Code.LEAD_TIME),
        (1, Code.LEAD_TIME),
        (2, Code.PHASE_CAPACITY),
    ]


def test_a_fractional_lead_time_splits_the_output_between_two_months() -> None:
    programme = s.make_or_buy(offers=(), suppliers=(), phases=(s.phase(100),))
    result = plan(programme, options=PlanOptions(lead_times_months={"make-part": 0.25}))
    started = only(result, "starts")
    # what starts in a month leaves to 75 % in it and to 25 % in the next
    expected = [0.75 * started[0], 0.25 * started[0] + 0.75 * started[1]]
    assert only(result, "output")[:2] == pytest.approx(expected)


def test_an_order_arrives_after_its_lead_time_and_is_paid_then() -> None:
    programme = s.programme(
        months=3,
        finance=Finance(discount_rate_percent=0, holding_cost_percent=0),
        items=(s.item(),),
        suppliers=s.SELLER,
        offers=(s.offer(3, 100, lead_time_months=1),),
        demands=s.demands(5, 7, 0),
    )
    result = plan(programme)
    assert only(result, "ordered") == pytest.approx([7, 0, 0])
    assert only(result, "bought") == pytest.approx([0, 7, 0])
    assert list(result.cash.buy) == pytest.approx([0, 21, 0])
    (reason,) = result.reasons
    assert (reason.period, reason.quantity, reason.code) == (0, 5, Code.LEAD_TIME)


def test_a_plant_gives_nothing_before_the_month_it_opens() -> None:
    programme = s.make_or_buy(offers=(), suppliers=(), plants=(s.plant(opens="2026-02"),))
    result = plan(programme)
    assert only(result, "output") == pytest.approx([0, 10, 10])
    assert result.reasons[0].code is Code.PLANT_NOT_OPEN
    assert result.reasons[0].quantity == pytest.approx(8)


def test_starts_before_the_opening_leave_on_the_opening_month() -> None:
    programme = s.make_or_buy(offers=(), suppliers=(), plants=(s.plant(opens="2026-02"),))
    result = plan(programme, options=PlanOptions(lead_times_months={"make-part": 1.0}))
    assert only(result, "starts")[0] == pytest.approx(10)


def test_a_phase_grows_evenly_from_first_output_to_full() -> None:
    # 12 a month, full on 1 April after two months of ramp: 0, 1/4 and 3/4 of it, then all
    programme = s.programme(
        months=4,
        items=(s.item(price_usd=1),),
        plants=(s.plant(),),
        phases=(s.phase(12, ready="2026-04", ramp_months=2),),
        routes=(s.route(),),
        demands=s.demands(99, 99, 99, 99),
    )
    result = plan(programme)
    assert result.allowed[0] == pytest.approx([0, 3, 9, 12])
    assert only(result, "starts") == pytest.approx([0, 3, 9, 12])
    assert result.reasons[0].code is Code.PLANT_NOT_OPEN


def test_a_late_unit_is_wanted_for_the_backlog_months_and_no_longer() -> None:
    def short_after(months: int) -> float:
        programme = s.programme(
            months=6,
            items=(s.item(price_usd=10),),
            planning=Planning(backlog_months=months, backlog_penalty_percent=1),
            plants=(s.plant(opens="2026-04"),),
            phases=(s.phase(100),),
            routes=(s.route(),),
            demands=s.demands(20, 0, 0, 0, 0, 0),
        )
        return float(plan(programme).short.sum())

    # wanted in January, made in April: three months late
    assert [short_after(months) for months in (0, 2, 3, 4)] == pytest.approx([20, 20, 0, 0])


def test_a_backlog_costs_its_share_of_the_price_for_each_month() -> None:
    programme = s.programme(
        months=3,
        items=(s.item(price_usd=10),),
        planning=Planning(backlog_months=6, backlog_penalty_percent=5),
        plants=(s.plant(opens="2026-03"),),
        phases=(s.phase(100),),
        routes=(s.route(),),
        demands=s.demands(20, 0, 0),
    )
    result = plan(programme)
    assert only(result, "backlog") == pytest.approx([20, 20, 0])
    assert result.cash.penalty.sum() == pytest.approx(2 * 20 * 0.5)
    assert result.npv_usd == pytest.approx(200)
    assert result.objective_usd == pytest.approx(180)


def test_money_is_discounted_to_the_start_from_the_middle_of_each_month() -> None:
    finance = Finance(discount_rate_percent=12, holding_cost_percent=0, inflation_percent=3)
    programme = s.programme(
        months=2,
        finance=finance,
        items=(s.item(price_usd=10),),
        plants=(s.plant(fixed_cost_usd_per_month=1),),
        routes=(s.route(),),
        demands=s.demands(0, 20),
    )
    factors = [(1.03 / 1.12) ** ((t + 0.5) / 12) for t in range(2)]
    result = plan(programme)
    assert result.npv_usd == pytest.approx(200 * factors[1] - sum(factors))
    assert result.cash.revenue[1] == pytest.approx(200 * 1.03 ** (1.5 / 12))


# --- Chains ---------------------------------------------------------------------------------------


def two_levels() -> s.Programme:
    """A board of two packages at 80 %, a package from a bought lead frame at 50 %."""
    return s.programme(
        months=2,
        items=(
            s.item("board", "board", price_usd=100, make_cost_usd=5, yield_percent=80),
            s.item("package", make_cost_usd=2, yield_percent=50),
            s.item("frame", "material"),
        ),
        components=(
            Component(parent="board", child="package", quantity=2),
            Component(parent="package", child="frame", quantity=1),
        ),
        plants=(s.plant(),),
        routes=(s.route("board"), s.route("package")),
        suppliers=s.SELLER,
        offers=(s.offer(1, 1000, item="frame"),),
        demands=s.demands(8, 0, item="board"),
    )


def test_two_levels_with_yields_take_the_children_of_what_fails_too() -> None:
    # 8 good boards are 10 started, 20 packages, 40 started, 40 frames
    result = plan(two_levels())
    assert result.starts[:, 0] == pytest.approx([10, 40])
    assert result.bought[0, 0] == pytest.approx(40)
    # making is paid for good units: 8 x 5 + 20 x 2, and 40 frames
    assert result.objective_usd == pytest.approx(800 - 40 - 40 - 40)


def test_the_value_of_a_unit_is_its_cost_down_the_bill_of_materials() -> None:
    result = plan(two_levels())
    value = {
        node.item: row[0] for node, row in zip(result.names.nodes, result.duals.units, strict=True)
    }
    assert value["frame"] == pytest.approx(1)
    assert value["package"] == pytest.approx(2 + 1 / 0.5)
    assert value["board"] == pytest.approx(5 + 2 * 4 / 0.8)


def test_a_derived_item_comes_into_being_at_once_where_its_components_are() -> None:
    programme = s.programme(
        months=1,
        items=(
            s.item("kit", "system", price_usd=10, make_cost_usd=1),
            s.item("half"),
            s.item("nut"),
        ),
        components=(
            Component(parent="kit", child="half", quantity=2),
            Component(parent="kit", child="nut", quantity=4, yield_percent=80),
        ),
        plants=(s.plant(),),
        routes=(s.route("half"),),
        suppliers=s.SELLER,
        offers=(s.offer(0.1, 1000, item="nut"),),
        demands=s.demands(6, item="kit"),
    )
    result = plan(programme)
    assert result.converted.sum() == pytest.approx(6)
    assert result.starts[0, 0] == pytest.approx(12)
    assert result.bought[0, 0] == pytest.approx(6 * 4 / 0.8)


def test_a_lane_takes_its_days_and_its_price() -> None:
    programme = s.programme(
        months=3,
        items=(s.item("board", "board", price_usd=50), s.item("package")),
        components=(Component(parent="board", child="package", quantity=1),),
        plants=(s.plant("here"), s.plant("there")),
        routes=(s.route("package", plant="here"), s.route("board", plant="there")),
        lanes=(Lane(origin="here", destination="there", days=365.25 / 12, cost_usd=2),),
        demands=s.demands(0, 0, 4, item="board"),
    )
    result = plan(programme)
    assert result.sent.sum() == pytest.approx(4)
    assert result.cash.transport.sum() == pytest.approx(8)
    assert result.starts[0, 2] == 0, "a package of the last month would come too late"


def test_a_place_with_lanes_ships_by_them_alone() -> None:
    programme = s.programme(
        months=1,
        items=(s.item(price_usd=5),),
        plants=(s.plant("far"), s.plant("near")),
        suppliers=s.SELLER,
        offers=(s.offer(1, 10),),
        lanes=(Lane(origin="seller", destination="far", cost_usd=1),),
        demands=s.demands(3),
    )
    result = plan(programme)
    assert [(way.origin, way.destination) for way in result.names.ways] == [("seller", "far")]
    assert result.objective_usd == pytest.approx(3 * (5 - 1 - 1))


# --- Tools ----------------------------------------------------------------------------------------


def shop(tools: int, **more: object) -> s.Programme:
    """One tool group, one hour for a carrier, two months of too much demand."""
    return s.programme(
        months=2,
        items=(s.item(price_usd=10),),
        plants=(s.plant(),),
        tool_groups=(s.tool_group(tools),),
        routes=(s.route(),),
        steps=(s.step(1, 1.0),),
        demands=s.demands(2000, 2000),
        **more,
    )


def test_tool_hours_bind_and_their_dual_is_the_profit_of_an_hour() -> None:
    options = PlanOptions(lead_times_months={"make-part": 0.0})
    result = plan(shop(2), options=options)
    assert result.starts[0] == pytest.approx([2 * s.HOURS_PER_MONTH] * 2)
    # an hour makes one: its price and the penalty of half the price are gained
    assert result.duals.tool_hours[0] == pytest.approx([15, 15])
    assert {(r.code, r.cause) for r in result.reasons} == {(Code.TOOL_HOURS, "tool")}
    assert [r.worth_usd for r in result.reasons] == pytest.approx([15, 15])


def test_a_carrier_that_is_scrapped_asks_for_no_tools_behind_its_step() -> None:
    # half is lost at the first step, so that an hour of the second step serves two starts
    programme = s.programme(
        months=1,
        items=(s.item(price_usd=10),),
        plants=(s.plant(),),
        tool_groups=(s.tool_group(10, name="early"), s.tool_group(1, name="late")),
        routes=(s.route(),),
        steps=(replace(s.step(1, 1, group="early"), yield_percent=50), s.step(2, 1, group="late")),
        demands=s.demands(2000),
    )
    found = plan(programme, options=PlanOptions(lead_times_months={"make-part": 0}))
    assert only(found, "starts") == pytest.approx([2 * s.HOURS_PER_MONTH])
    assert only(found, "output") == pytest.approx([s.HOURS_PER_MONTH])


def test_a_plan_uses_no_more_than_the_target_load() -> None:
    planning = Planning(max_load_percent=80, backlog_months=0)
    options = PlanOptions(lead_times_months={"make-part": 0.0}, efficiencies={"tool": 0.5})
    result = plan(shop(2, planning=planning), options=options)
    assert result.used_h[0] == pytest.approx([0.8 * 0.5 * 2 * s.HOURS_PER_MONTH] * 2)


def test_tools_are_asked_for_as_late_in_the_lead_time_as_their_step_comes() -> None:
    # two steps of equal length in two months: the first is used in the month of the start and half
    # of the time, the second in the month after it (their middles lie at 1/2 and 3/2 months)
    programme = s.programme(
        months=4,
        items=(s.item(make_cost_usd=1),),
        plants=(s.plant(),),
        tool_groups=(s.tool_group(9, name="early"), s.tool_group(9, name="late")),
        routes=(s.route(),),
        steps=(s.step(1, 10, group="early"), s.step(2, 10, group="late")),
        demands=s.demands(0, 0, 8, 0),
    )
    result = plan(programme, options=PlanOptions(lead_times_months={"make-part": 2.0}))
    assert only(result, "starts") == pytest.approx([8, 0, 0, 0])
    assert result.used_h[0] == pytest.approx([40, 40, 0, 0])
    assert result.used_h[1] == pytest.approx([0, 40, 40, 0])


def test_the_lead_time_is_process_time_times_x_factor() -> None:
    result = plan(shop(2), options=PlanOptions(x_factors={s.plant().kind: 3.0}))
    assert result.lead_months["make-part"] == pytest.approx(3.0 / s.HOURS_PER_MONTH)


# --- Suppliers ------------------------------------------------------------------------------------


def trade(**changes: object) -> s.Programme:
    """An item that is only bought."""
    parts: dict[str, object] = {
        "items": (s.item(price_usd=10),),
        "suppliers": s.SELLER,
        "offers": (s.offer(4, 100),),
        "demands": s.demands(90),
    }
    return s.programme(months=1, **{**parts, **changes})


RIVALS = (
    Rival(supplier="seller", customer="big", rank=1, share_percent=30, in_shortage_percent=60),
    Rival(supplier="seller", customer="bigger", rank=2, share_percent=10, in_shortage_percent=50),
    Rival(supplier="seller", customer="us", rank=3, share_percent=50, in_shortage_percent=50),
    Rival(supplier="seller", customer="small", rank=4, share_percent=40, in_shortage_percent=40),
)


def test_customers_ahead_of_us_are_served_first() -> None:
    result = plan(trade(rivals=RIVALS))
    assert only(result, "bought") == pytest.approx([60])
    (reason,) = result.reasons
    assert (reason.code, reason.cause, reason.quantity) == (
        Code.SUPPLIER_CAPACITY,
        "seller",
        pytest.approx(30),
    )
    assert reason.worth_usd == pytest.approx(10 + 5 - 4)


def test_in_a_shortage_they_leave_nothing() -> None:
    result = plan(trade(rivals=RIVALS), options=PlanOptions(supply=Supply.SHORTAGE))
    assert result.bought.sum() == 0


def test_take_or_pay_is_paid_for_what_is_not_taken() -> None:
    offers = (s.offer(4, 100, minimum_per_month=95, shortfall_share=0.25),)
    result = plan(trade(offers=offers))
    assert only(result, "unmet") == pytest.approx([5])
    assert result.cash.buy[0] == pytest.approx(90 * 4 + 5 * 4 * 0.25)


def test_a_minimum_makes_a_dearer_offer_used() -> None:
    own = {"plants": (s.plant(),), "routes": (s.route(),)}  # making costs nothing
    offers = (s.offer(4, 100, minimum_per_month=50),)
    result = plan(trade(offers=offers, **own))
    assert result.bought.sum() + result.unmet.sum() == pytest.approx(50)


def test_a_price_break_makes_only_the_units_above_it_cheaper() -> None:
    breaks = (PriceBreak(supplier="seller", item="part", from_quantity=50, price_usd=1),)
    result = plan(trade(price_breaks=breaks))
    assert result.cash.buy[0] == pytest.approx(50 * 4 + 40 * 1)
    assert result.whole_columns == 1


def test_a_cheap_step_is_closed_below_its_quantity() -> None:
    # 40 are wanted: the cheap price from 50 on must not be had
    breaks = (PriceBreak(supplier="seller", item="part", from_quantity=50, price_usd=1),)
    result = plan(trade(price_breaks=breaks, demands=s.demands(40)))
    assert result.cash.buy[0] == pytest.approx(160)


def test_a_later_offer_replaces_the_one_before_it() -> None:
    offers = (s.offer(4, 100), s.offer(6, 100, from_date="2026-02"))
    result = plan(s.programme(months=2, items=(s.item(price_usd=10),), suppliers=s.SELLER,
                              offers=offers, demands=s.demands(100, 100)))  # fmt: skip
    assert list(result.cash.buy) == pytest.approx([400, 600])


def test_a_unit_that_costs_more_than_it_gains_is_not_worth_serving() -> None:
    result = plan(trade(offers=(s.offer(40, 100),)))
    (reason,) = result.reasons
    assert reason.code is Code.NOT_WORTH_SERVING
    assert "USD 40.00" in reason.explanation
    assert "USD 15.00" in reason.explanation


def test_what_nobody_makes_or_sells_is_named() -> None:
    programme = s.programme(
        months=1,
        items=(s.item(price_usd=10), s.item("dust", "material")),
        components=(Component(parent="part", child="dust", quantity=1),),
        plants=(s.plant(),),
        routes=(s.route(),),
        demands=s.demands(3),
    )
    (reason,) = plan(programme).reasons
    assert (reason.code, reason.cause) == (Code.MATERIAL, "dust")


def test_a_demand_without_any_source_is_short_for_want_of_material() -> None:
    (reason,) = plan(s.programme(months=1, items=(s.item(),), demands=s.demands(3))).reasons
    assert (reason.code, reason.cause) == (Code.MATERIAL, "part")


def test_yield_is_the_reason_where_mature_yields_would_have_been_enough() -> None:
    # half of the units are good on the first day, nearly all in the end; ten are wanted of ten
    technology = Technology(
        name="young", carrier="board", yield_start_percent=50, learning_months=1000
    )
    programme = s.programme(
        months=1,
        items=(s.item(price_usd=10, technology="young"),),
        technologies=(technology,),
        plants=(s.plant(),),
        phases=(s.phase(16),),
        routes=(s.route(),),
        demands=s.demands(12),
    )
    (reason,) = plan(programme).reasons
    assert reason.code is Code.YIELD


# --- Stock ----------------------------------------------------------------------------------------


def test_first_stock_is_used_before_anything_is_made() -> None:
    stocks = (Stock(plant="plant", item="part", initial=8),)
    result = plan(s.make_or_buy(stocks=stocks))
    # 8 at hand are 8 fewer to make or buy: none to buy, and 26 to make, 2 of them a month early
    assert cost(result) == pytest.approx(26 + 0.5 * 8 + 0.5 * (result.stock.sum() - 8), abs=1.0)
    assert result.bought.sum() == pytest.approx(0)


def test_a_stock_limit_holds_and_surplus_is_thrown_away() -> None:
    stocks = (Stock(plant="plant", item="part", initial=50, maximum=1),)
    result = plan(s.make_or_buy(stocks=stocks))
    assert result.stock.max() <= 1 + 1e-9
    assert result.disposed.sum() == pytest.approx(50 - 8 - 1)


def test_a_safety_stock_is_kept_unless_it_costs_more_than_it_is_worth() -> None:
    items = (s.item(price_usd=100, value_usd=1),)  # a missing unit costs 5 a month
    stocks = (Stock(plant="plant", item="part", safety=3),)
    result = plan(s.make_or_buy(items=items, stocks=stocks))
    assert result.stock.sum(axis=0) == pytest.approx([3, 3, 3])


# --- Markets --------------------------------------------------------------------------------------


def test_a_market_wants_the_area_under_its_rate() -> None:
    # 1,200 a year in January rising evenly to 2,400 a year in March, then level
    programme = s.programme(
        months=4,
        items=(s.item(price_usd=1),),
        markets=(Market(name="cars"),),
        volumes=(
            Volume(market="cars", date="2026-01", units_per_year=1200),
            Volume(market="cars", date="2026-03", units_per_year=2400),
        ),
        needs=(
            Need(market="cars", item="part", from_date="2026-01", to_date="2026-03-31", quantity=2),
        ),
    )
    result = plan(programme)
    assert only(result, "wanted") == pytest.approx([2 * 125, 2 * 175, 2 * 200, 0])


def test_the_higher_class_is_served_first() -> None:
    programme = s.programme(
        months=1,
        items=(s.item(price_usd=10),),
        plants=(s.plant(),),
        phases=(s.phase(10),),
        routes=(s.route(),),
        demands=(
            s.Demand(name="low", item="part", date="2026-01", quantity=8, priority=0),
            s.Demand(name="high", item="part", date="2026-01", quantity=8, priority=5),
        ),
    )
    result = plan(programme)
    assert [(r.market, r.quantity) for r in result.reasons] == [("low", pytest.approx(6))]


def test_orders_that_are_alike_are_served_from_the_oldest_on() -> None:
    programme = s.programme(
        months=2,
        items=(s.item(price_usd=10),),
        planning=Planning(backlog_months=3, backlog_penalty_percent=1),
        plants=(s.plant(),),
        phases=(s.phase(10),),
        routes=(s.route(),),
        demands=(
            s.Demand(name="first", item="part", date="2026-01-05", quantity=7),
            s.Demand(name="second", item="part", date="2026-01-20", quantity=7),
            s.Demand(name="third", item="part", date="2026-02-01", quantity=9),
        ),
    )
    # 23 are wanted and 20 can be made; of January's 14 ten are made, three given up, one is late
    result = plan(programme)
    assert only(result, "backlog") == pytest.approx([1, 0])
    assert [(r.market, r.quantity) for r in result.reasons] == [("second", pytest.approx(3))]


# --- Whatever is given ----------------------------------------------------------------------------


def test_an_empty_programme_has_an_empty_plan() -> None:
    result = plan(s.programme(months=2))
    assert result.objective_usd == 0
    assert result.reasons == ()


def test_every_unit_short_has_exactly_one_reason() -> None:
    for programme in (s.make_or_buy(offers=(), suppliers=()), shop(1), trade(rivals=RIVALS)):
        result = plan(programme)
        told = np.zeros(result.short.shape)
        for reason in result.reasons:
            told[reason.wish, reason.period] += reason.quantity
        assert told == pytest.approx(result.short, rel=1e-9)


def test_options_are_told_in_the_result() -> None:
    options = PlanOptions(class_weight=3.0)
    assert plan(s.make_or_buy(), options=options).options == replace(options)
