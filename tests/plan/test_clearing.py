"""Queues that grow with the load: by hand, at their limits, and through every part of a plan."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import plan_samples as s
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plan_worlds import worlds

from fabstack.errors import InputError
from fabstack.model import Programme
from fabstack.model.choices import Capacity, ClearingPoint, ToolOption
from fabstack.model.demand import Demand
from fabstack.model.header import Finance, Planning
from fabstack.model.routes import Wip
from fabstack.plan import Code, Integers, PlanOptions, PlanResult, plan
from fabstack.plan.checker import audit
from fabstack.plan.clearing import through
from fabstack.results.plan_tables import plan_tables

BY_LOAD = PlanOptions(clearing=True)
CURVE = ((0, 0), (1, 50), (3, 75), (9, 90))  # hours of waiting work for each tool, percent
MACHINE_H = s.HOURS_PER_MONTH  # of one tool in a month
TRUE_HOLDING = Finance(discount_rate_percent=0, holding_cost_percent=60)


def points(*known: tuple[float, float], group: str = "tool") -> tuple[ClearingPoint, ...]:
    return tuple(
        ClearingPoint(tool_group=group, waiting_h=hours, load_percent=load) for hours, load in known
    )


def line(*wanted: float, tools: int = 2, **changes: Any) -> Programme:
    """A carrier takes one of the tools for an hour; a unit in stock costs more than one waiting."""
    parts: dict[str, Any] = {
        "finance": TRUE_HOLDING,
        "items": (s.item(price_usd=10, value_usd=5),),
        "plants": (s.plant(),),
        "tool_groups": (s.tool_group(tools),),
        "routes": (s.route(),),
        "steps": (s.step(1, 1.0),),
        "demands": s.demands(*wanted),
        "clearing_points": points(*CURVE),
    }
    return s.programme(months=len(wanted), **{**parts, **changes})


def waits(load: float) -> float:
    """Hours of work that wait for a tool at a load, on CURVE."""
    return float(np.interp(100 * load, [p[1] for p in CURVE], [p[0] for p in CURVE]))


def held(found: PlanResult) -> PlanResult:
    assert found.audit is not None
    assert found.audit.holds, found.audit.worst
    return found


# --- By hand --------------------------------------------------------------------------------------


def test_a_function_runs_through_its_points_and_is_level_beyond() -> None:
    curve = through(points(*CURVE))
    assert [curve.load(w) for w in (0, 0.5, 2, 3, 6, 99)] == pytest.approx(
        [0, 0.25, 0.625, 0.75, 0.825, 0.9]
    )


def test_a_function_is_cut_at_the_load_that_a_plan_may_use() -> None:
    curve = through(points(*CURVE), most=0.8)
    assert [curve.load(w) for w in (3, 5, 6, 99)] == pytest.approx([0.75, 0.8, 0.8, 0.8])
    low = through(points((0, 60), (5, 90)), most=0.5)
    assert [low.load(w) for w in (0, 5)] == pytest.approx([0.5, 0.5])


@pytest.mark.parametrize("load", [0.3, 0.6, 0.8, 0.88])
def test_in_the_steady_state_as_much_waits_as_the_function_asks(load: float) -> None:
    month = 2 * load * MACHINE_H
    found = held(plan(line(*[month] * 5), options=BY_LOAD))
    assert found.short.sum() == pytest.approx(0, abs=1e-6)
    assert found.waiting[0, 2] == pytest.approx(2 * waits(load), rel=1e-6)
    assert found.worked[0, 2] == pytest.approx(month, rel=1e-6)
    table = plan_tables(found, line(*[month] * 5))["plan_queues"].row(2, named=True)
    assert table["load_percent"] == pytest.approx(100 * load, rel=1e-6)
    # Little: what waits over what leaves in a day
    assert table["wait_days"] == pytest.approx(2 * waits(load) / month * 365.25 / 12, rel=1e-6)
    fixed = 1 / MACHINE_H  # an hour in the tool, which a lead time has beside the queue
    expected = fixed + float(found.waiting.sum() / found.worked.sum())
    assert found.lead_months["make-part"] == pytest.approx(expected, rel=1e-9)


def test_a_wait_takes_as_many_days_in_weeks_as_in_months() -> None:
    wanted = tuple(
        Demand(name=f"w{week}", item="part", date=date(2026, 1, 1 + 7 * week), quantity=270)
        for week in range(4)
    )
    planning = Planning(backlog_months=0, max_load_percent=100, periods="4w")
    programme = line(0, 0, planning=planning, demands=wanted)
    found = held(plan(programme, options=BY_LOAD))
    load = 270 / (2 * 7 * 24)
    # each week an hour's work is still in the tools at the end
    assert found.waiting[0, 1] == pytest.approx(2 * waits(load), rel=1e-3)
    waited_days = found.waiting[0].sum() / found.worked[0].sum() * 7
    assert found.lead_months["make-part"] * 365.25 / 12 == pytest.approx(waited_days + 1 / 24)
    table = plan_tables(found, programme)["plan_queues"].row(1, named=True)
    assert table["wait_days"] == pytest.approx(2 * waits(load) / 270 * 7, rel=1e-3)


def test_more_than_the_last_point_is_never_worked() -> None:
    found = held(plan(line(*[3 * MACHINE_H] * 3), options=BY_LOAD))
    assert found.worked[0] == pytest.approx([1.8 * MACHINE_H] * 3, rel=1e-6)
    assert {reason.code for reason in found.reasons} == {Code.TOOL_HOURS}
    assert {reason.cause for reason in found.reasons} == {"tool"}


def test_the_load_that_a_plan_may_use_limits_it_too() -> None:
    planning = Planning(backlog_months=0, max_load_percent=80)
    found = held(plan(line(*[3 * MACHINE_H] * 3, planning=planning), options=BY_LOAD))
    assert found.worked[0] == pytest.approx([1.6 * MACHINE_H] * 3, rel=1e-6)
    given = (Capacity(tool_group="tool", from_date=s.month(0), hours_per_month=1000),)
    found = held(
        plan(line(*[9999] * 3, planning=planning, capacities=given), options=BY_LOAD)
    )  # of given hours the function alone takes its share
    assert found.worked[0] == pytest.approx([900] * 3, rel=1e-6)


def test_an_hour_more_is_worth_what_it_is_worth_at_the_last_point() -> None:
    """9 of 10 hours are worked, and each carrier is worth 10 and a penalty of half of it."""
    found = plan(line(*[3 * MACHINE_H] * 3), options=replace(BY_LOAD, slopes=9))
    worth = found.duals.tool_hours[0, 1]
    waiting_usd = 9 / MACHINE_H * (5 * 0.6 / 12 + 0.001 * 10)  # of one tool, for an hour
    assert worth == pytest.approx(0.9 * 15 - waiting_usd, rel=1e-6)
    (slope,) = [one for one in found.slopes if one.kind == "tool-hours" and one.period == 1]
    assert slope.more_usd == pytest.approx(worth, rel=1e-6)
    assert slope.is_one_number


# --- Limits ---------------------------------------------------------------------------------------


def test_without_queues_starts_and_gain_are_those_of_fixed_capacity() -> None:
    steps = (s.step(1, 30.0), s.step(2, 20.0, group="other"), s.step(3, 40.0))
    more = {"tool_groups": (s.tool_group(2), s.tool_group(1, name="other")), "steps": steps}
    programme = line(9, 9, 22, 30, **more)
    fixed = plan(programme, options=PlanOptions(x_factor=1.0))
    both = (*points((0, 100)), *points((0, 100), group="other"))
    programme = programme.model_copy(update={"clearing_points": both})
    free = held(plan(programme, options=replace(BY_LOAD, x_factor=1.0)))
    assert free.objective_usd == pytest.approx(fixed.objective_usd, rel=1e-3)


@given(world=worlds(), load=st.floats(0.2, 1), waits_h=st.floats(0, 50), data=st.data())
@settings(max_examples=15, deadline=None)
def test_generated_plans_hold_and_a_better_function_is_never_worse(
    world: Programme, load: float, waits_h: float, data: Any
) -> None:
    known = [(0.0, 0.0), (waits_h + 1, 70 * load), (3 * waits_h + 9, 99 * load)]
    world = world.model_copy(update={"price_breaks": ()})  # half of one has no true price
    groups = data.draw(st.sampled_from([("tool",), ("press",), ("tool", "press")]))
    programme, better = (
        world.model_copy(update={"clearing_points": sum((points(*p, group=g) for g in groups), ())})
        for p in (known, [(hours / 2, percent) for hours, percent in known])
    )
    relaxed = replace(BY_LOAD, integers=Integers.RELAXED)
    found, more = (held(plan(one, options=relaxed)) for one in (programme, better))
    room = 1e-6 * (abs(found.objective_usd) + float(np.abs(found.cash.revenue).sum()) + 1)
    assert more.objective_usd >= found.objective_usd - room


# --- Several stages -------------------------------------------------------------------------------


def test_two_products_share_a_function_by_their_hours() -> None:
    month, load = 0.8 * 2 * MACHINE_H, 0.8
    programme = line(
        0,
        items=(s.item("part", price_usd=10, value_usd=5), s.item("kit", price_usd=10, value_usd=5)),
        routes=(s.route("part"), s.route("kit")),
        steps=(s.step(1, 1.0), s.step(1, 1.0, route="make-kit")),
        demands=(
            *s.demands(*[0.3 * month] * 5),
            *s.demands(*[0.7 * month] * 5, item="kit"),
        ),
    ).model_copy(update={"programme": line(*[1] * 5).programme})
    found = held(plan(programme, options=BY_LOAD))
    assert found.waiting[:, 2].sum() == pytest.approx(2 * waits(load), rel=1e-6)
    for waiting, worked in zip(found.waiting[:, 2], found.worked[:, 2], strict=True):
        assert worked > 0
        assert waiting > 0  # nothing is worked of what does not wait
    assert found.worked[:, 2] == pytest.approx([0.3 * month, 0.7 * month], rel=1e-6)


@pytest.mark.parametrize(("between_h", "queues"), [(1.0, 1), (729.5, 2)])
def test_visits_that_lie_near_each_other_are_one_queue(between_h: float, queues: int) -> None:
    load = 0.6
    month = load * 2 * MACHINE_H / 3  # of carriers that take three hours in two visits
    programme = line(
        *[month] * 6,
        tool_groups=(s.tool_group(2), s.tool_group(999, name="other")),
        steps=(s.step(1, 1.0), s.step(2, between_h, group="other"), s.step(3, 2.0)),
    )
    found = held(plan(programme, options=replace(BY_LOAD, x_factor=1.0)))
    assert len(found.names.queues) == queues
    # an hour before the second queue, a carrier in the tool takes 1 of 730.5 into the next month
    assert found.waiting_h[:, 3].sum() == pytest.approx(2 * waits(load), rel=1e-4)
    # on average 1.5 h of work lie ahead of one that waits, where both visits are one queue
    if queues == 1:
        assert found.waiting[0, 3] == pytest.approx(2 * waits(load) / 1.5, rel=1e-6)


def test_hours_of_other_tools_are_asked_for_when_the_queue_has_let_a_carrier_go() -> None:
    """The queue holds 9 h of work for each tool until it works; what it keeps asks for no more."""
    programme = line(
        *[1.8 * MACHINE_H] * 3,
        tool_groups=(s.tool_group(2), s.tool_group(999, name="other")),
        steps=(s.step(1, 1.0), s.step(2, 3.0, group="other")),
    )
    found = held(plan(programme, options=replace(BY_LOAD, x_factor=0.0)))
    (other,) = [i for i, name in enumerate(found.names.groups) if name == "other"]
    assert found.starts[0].sum() - found.worked[0].sum() == pytest.approx(18, rel=1e-3)
    assert found.used_h[other] == pytest.approx(3 * found.worked[0], rel=1e-2)


# --- The other parts of a plan --------------------------------------------------------------------


def test_lots_inside_come_to_the_queue_and_are_worked_from_it() -> None:
    wip = (Wip(name="lot", route="make-part", step=1, carriers=100),)
    programme = line(100, 0, 0, wip=wip)
    found = held(plan(programme, options=BY_LOAD))
    assert found.delivered.sum() == pytest.approx(100, rel=1e-6)
    # as much is left in the queue as 100 carriers in a month need there
    assert found.starts.sum() == pytest.approx(2 * waits(50 / MACHINE_H), abs=0.3)


def test_a_bought_tool_works_off_the_queue() -> None:
    option = ToolOption(
        tool_group="tool", from_date=s.month(0), price_usd=1, lead_time_months=0, most=2
    )
    programme = line(*[2 * MACHINE_H] * 4, tool_options=(option,))
    found = held(plan(programme, options=BY_LOAD))
    assert found.bought_tools.sum() == pytest.approx(2)
    assert found.short.sum() == pytest.approx(0, abs=1e-6)
    assert found.waiting[0, 2] == pytest.approx(4 * waits(0.5), rel=1e-6)


def test_a_plan_window_by_window_holds_and_has_no_more() -> None:
    programme = line(*[700, 1250, 300, 1200, 1100, 900])
    whole = plan(programme, options=BY_LOAD)
    rolled = held(plan(programme, options=replace(BY_LOAD, window=3)))
    assert rolled.objective_usd <= whole.objective_usd + 1e-6
    assert rolled.objective_usd >= whole.objective_usd * (1 - rolled.gap) - 1e-6


def test_a_given_lead_time_gives_way_where_the_route_waits_by_load() -> None:
    routes = (s.route(lead_time_months=2.0),)
    found = held(plan(line(100, 100, 100, routes=routes), options=BY_LOAD))
    assert found.lead_months["make-part"] < 0.1
    assert any("lead time given for make-part is not used" in text for text in found.assumptions)
    fixed = plan(line(100, 100, 100, routes=routes))
    assert fixed.lead_months["make-part"] == 2.0
    assert any("clearing functions" in text for text in fixed.assumptions)


def test_queues_that_nobody_described_are_refused() -> None:
    with pytest.raises(InputError, match="no tool group has a clearing"):
        plan(line(1, clearing_points=()), options=BY_LOAD)


# --- The checker ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def busy() -> tuple[Programme, PlanResult]:
    wip = (Wip(name="lot", route="make-part", step=1, carriers=20),)
    steps = (s.step(1, 1.0), s.step(2, 2.0, group="other"))
    groups = (
        s.tool_group(2, running_cost_usd_per_h=0.3),
        s.tool_group(4, name="other", running_cost_usd_per_h=0.2),
    )
    programme = line(1200, 1250, 1300, 900, wip=wip, steps=steps, tool_groups=groups)
    return programme, held(plan(programme, options=BY_LOAD))


def test_tools_cost_what_they_run_wherever_their_hours_are_asked_for(
    busy: tuple[Programme, PlanResult],
) -> None:
    _, found = busy
    assert found.cash.make == pytest.approx((0.3 * 1 + 0.2 * 2) * found.starts[0])


@pytest.mark.parametrize("name", ["starts", "worked", "waiting", "output", "used_h"])
@pytest.mark.parametrize("factor", [1.001, 0.999])
def test_the_checker_sees_a_thousandth(
    busy: tuple[Programme, PlanResult], name: str, factor: float
) -> None:
    programme, found = busy
    changed = getattr(found, name).copy()
    changed[np.unravel_index(changed.argmax(), changed.shape)] *= factor
    assert not audit(programme, replace(found, **{name: changed})).holds


def test_the_checker_sees_another_function_and_lots_that_never_came(
    busy: tuple[Programme, PlanResult],
) -> None:
    programme, found = busy
    low = points(*((hours, 0.999 * load) for hours, load in CURVE))
    assert not audit(programme.model_copy(update={"clearing_points": low}), found).holds
    assert not audit(programme.model_copy(update={"wip": ()}), found).holds
    dear = replace(programme.finance, holding_cost_percent=61.0)
    assert not audit(programme.model_copy(update={"finance": dear}), found).holds
