"""Plans held to an earlier one: what is frozen stays, what changes is priced, and reasons."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import plan_samples as s
import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st
from plan_worlds import worlds
from test_plan_choices import one_line

from fabstack.model import Programme
from fabstack.model.choices import ToolOption
from fabstack.model.demand import Demand
from fabstack.model.header import Planning
from fabstack.plan import Code, PlanOptions, PlanResult, plan
from fabstack.plan.decisions import decisions
from fabstack.plan.facts import Facts
from fabstack.plan.replan import Replan, periods_before

EXACT = PlanOptions(gap=0.0)


def held(programme: Programme, earlier: PlanResult, frozen: int = 0, weight: float = 0.0) -> Any:
    result = plan(programme, options=EXACT, replan=Replan(decisions(earlier), frozen, weight))
    assert result.audit is not None
    assert result.audit.holds, result.audit
    return result


def changed(result: PlanResult) -> dict[tuple[str, int], tuple[float, float]]:
    assert result.changes is not None
    return {
        (one.kind, one.period): (round(one.before, 6), round(one.after, 6))
        for one in result.changes
    }


def value_usd(result: PlanResult) -> float:
    assert result.changes is not None
    return sum(one.value_usd for one in result.changes)


def with_demands(programme: Programme, factor: float) -> Programme:
    more = tuple(replace(one, quantity=one.quantity * factor) for one in programme.demands)
    return programme.model_copy(update={"demands": more})


# --- By hand: make 10, 10, 10; buy 0, 2, 2; stock 2, 0, 0 (instance A) ----------------------------


def test_frozen_months_are_those_of_the_earlier_plan() -> None:
    # 4, 14 and 12 are wanted now: free, 8 or 4 + 4 would be made in January and 10 kept in part
    before = plan(s.make_or_buy())
    now = s.make_or_buy(demands=s.demands(4, 14, 12))
    result = held(now, before, frozen=1)
    assert result.starts[0] == pytest.approx([10, 10, 10])
    assert result.stock.sum(axis=0) == pytest.approx([6, 2, 0])
    assert result.bought.sum() == pytest.approx(0)
    assert changed(result) == {("order", 1): (2, 0), ("order", 2): (2, 0)}
    assert not any(one.is_frozen for one in result.changes)


def test_nothing_frozen_and_no_price_is_the_plain_plan_to_the_last_bit() -> None:
    before = plan(s.make_or_buy())
    now = s.make_or_buy(demands=s.demands(9, 9, 16))
    free, result = plan(now, options=EXACT), held(now, before)
    assert (result.starts == free.starts).all()
    assert result.objective_usd == free.objective_usd


def test_an_unchanged_programme_is_planned_without_a_change_at_any_price() -> None:
    before = plan(s.make_or_buy())
    for frozen, weight in ((3, 0.0), (0, 0.5), (1, 2.0)):
        assert changed(held(s.make_or_buy(), before, frozen, weight)) == {}


def test_what_can_no_longer_be_is_changed_by_as_little_as_can_be_and_says_why() -> None:
    before = plan(s.make_or_buy())
    result = held(s.make_or_buy(phases=(s.phase(7),)), before, frozen=2)
    assert result.starts[0] == pytest.approx([7, 7, 7])
    frozen = [one for one in result.changes if one.is_frozen]
    assert [(one.kind, one.period, one.before) for one in frozen] == [
        ("start", 0, pytest.approx(10)),
        ("start", 1, pytest.approx(10)),
    ]
    assert "the phases of plant allow 7 carriers started in 2026-01" in frozen[0].reason
    assert result.bought.sum(axis=0)[:2] == pytest.approx([0, 2])  # orders stay as they were
    # so 1 is short in January, 5 in February; the last month is free to buy
    assert result.short.sum(axis=0) == pytest.approx([1, 5, 0])


def test_a_unit_short_because_the_near_term_is_frozen_says_so() -> None:
    wanted = {"offers": (), "suppliers": ()}
    before = plan(s.make_or_buy(**wanted, demands=s.demands(8, 4, 2)))
    result = held(s.make_or_buy(**wanted, demands=s.demands(9, 4, 2)), before, frozen=1)
    (reason,) = result.reasons
    assert reason.quantity == pytest.approx(1)
    assert reason.code is Code.EARLIER_PLAN
    assert "in the earlier plan and is frozen" in reason.explanation


def test_a_material_that_is_gone_is_the_reason_of_starts_that_cannot_stay() -> None:
    from fabstack.model.items import Component

    chain = {
        "items": (s.item(price_usd=9), s.item("dust", "material")),
        "components": (Component(parent="part", child="dust", quantity=1),),
        "offers": (s.offer(1, 100, item="dust"),),
    }
    before = plan(s.make_or_buy(**chain))
    assert before.starts.sum() > 0
    later = {**chain, "offers": (s.offer(1, 100, item="dust", from_date=s.month(1)),)}
    result = held(s.make_or_buy(**later), before, frozen=1)
    told = {one.kind: one.reason for one in result.changes if one.is_frozen}
    assert "seller does not sell dust in 2026-01" in told["start"]
    assert "the programme does not have it any more" in told["order"]


def test_tools_and_phases_of_the_near_term_stay_bought_and_built() -> None:
    options = (ToolOption(tool_group="tool", from_date=s.month(0), price_usd=150),)
    before = plan(one_line(2, 2, tool_options=options), options=EXACT)
    assert before.bought_tools.sum() == 2
    now = one_line(0, 1, tool_options=options)
    assert plan(now, options=EXACT).bought_tools.sum() == 0
    assert held(now, before, frozen=1).bought_tools.sum() == 2
    more = s.phase(9, name="more", ready=None, optional=True, build_months=1, capex_usd=5)
    wanted = {"phases": (s.phase(1), more), "demands": s.demands(1, 9, 9), "offers": ()}
    built = plan(s.make_or_buy(**wanted), options=EXACT)
    assert [one.decided for one in built.built] == [0]
    quiet = s.make_or_buy(**{**wanted, "demands": s.demands(1, 1, 1)})
    assert held(quiet, built, frozen=1).built == built.built
    assert held(quiet, built).built == ()


def test_a_change_is_made_only_where_it_is_worth_its_price() -> None:
    # 2 fewer are wanted in January. As before, 4, 2 and 2 are kept for 4; without the order of
    # February 4, 0 and 0 for 2, and 2 x 3 are saved: 8 for a change worth 2 x 3
    before = plan(s.make_or_buy())
    now = s.make_or_buy(demands=s.demands(6, 14, 12))
    assert changed(held(now, before, weight=1.3)) == {("order", 1): (2, 0)}
    assert changed(held(now, before, weight=1.4)) == {}


def test_a_plan_of_other_periods_and_a_later_start_can_be_held_to() -> None:
    before = plan(s.make_or_buy())
    head = s.make_or_buy().programme
    later = s.make_or_buy(demands=s.demands(0, 14, 12)).model_copy(
        update={"programme": replace(head, start="2026-02")}
    )
    result = held(later, before, frozen=1)
    assert result.starts[0][0] == pytest.approx(10)
    assert result.ordered[0][0] == pytest.approx(2)
    quarter = s.make_or_buy(planning=Planning(backlog_months=0, periods="q"))
    result = held(quarter, before, frozen=1)
    assert result.starts[0][0] == pytest.approx(30 * 90 / 91.3125, rel=0.02)
    assert result.ordered[0][0] >= 4 - 1e-6


def test_what_was_planned_for_a_quarter_is_spread_over_its_months_by_days() -> None:
    in_quarters = s.make_or_buy(planning=Planning(backlog_months=0, periods="q"))
    before = plan(in_quarters)
    result = held(s.make_or_buy(planning=Planning(backlog_months=0, periods="m")), before, 3)
    carriers = before.starts[0, 0]
    assert result.starts[0] == pytest.approx([carriers * days / 90 for days in (31, 28, 31)])


def test_what_the_programme_has_no_more_is_told() -> None:
    before = plan(s.make_or_buy())
    result = held(s.make_or_buy(offers=(), suppliers=()), before, frozen=2)
    gone = [one for one in result.changes if "does not have it any more" in one.reason]
    assert [(one.kind, one.period, one.is_frozen) for one in gone] == [
        ("order", 1, True),
        ("order", 2, False),
    ]


def test_periods_are_frozen_that_begin_before_a_day() -> None:
    from datetime import date

    periods = Facts.of(s.make_or_buy(), PlanOptions()).periods
    days = [
        date(2025, 1, 1),
        date(2026, 1, 1),
        date(2026, 1, 2),
        date(2026, 2, 2),
        date(2030, 1, 1),
    ]
    assert [periods_before(periods, day) for day in days] == [0, 0, 1, 2, 3]


# --- What must always hold ------------------------------------------------------------------------


@seed(3)
@settings(max_examples=10, deadline=None)
@given(worlds(), st.integers(0, 3), st.sampled_from([0.5, 0.9, 1.2, 2.0]))
def test_what_is_frozen_is_as_before_or_says_why(
    programme: Programme, frozen: int, factor: float
) -> None:
    before = plan(programme, options=EXACT)
    result = held(with_demands(programme, factor), before, frozen)
    told = {(one.kind, one.name, one.period) for one in result.changes if one.reason}
    for place, route in enumerate(result.names.routes):
        for period in range(min(frozen, result.months.size)):
            was, now = before.starts[place, period], result.starts[place, period]
            if ("start", route, period) not in told:
                assert now == pytest.approx(was, rel=1e-6, abs=1e-6)
    # only the demand is another, so all that was done can be done again
    assert not told


@seed(4)
@settings(max_examples=8, deadline=None)
@given(worlds(), st.sampled_from([0.6, 1.3]))
def test_a_higher_price_never_gives_more_change_nor_a_better_plan(
    programme: Programme, factor: float
) -> None:
    programme = programme.model_copy(update={"campaigns": (), "price_breaks": ()})
    relaxed = PlanOptions(gap=0.0, integers="relaxed")
    before = plan(programme, options=relaxed)
    now = with_demands(programme, factor)
    free = plan(now, options=relaxed)
    found = [
        plan(now, options=relaxed, replan=Replan(decisions(before), 0, weight))
        for weight in (1e-3, 0.03, 0.5, 20.0)
    ]
    size = 1 + float(np.abs(free.cash.revenue).sum() + free.cash.penalty.sum())
    values = [value_usd(one) for one in found]
    assert all(b <= a + 1e-6 * (size + a) for a, b in pairwise(values)), values
    for one in found:
        assert one.objective_usd <= free.objective_usd + 1e-7 * size


def test_an_order_more_changes_little_at_a_price_and_a_plan_elsewhere_without_one() -> None:
    orders = (*s.demands(8, 14, 12), Demand(name="new", item="part", date=s.month(2), quantity=3))
    before = plan(s.make_or_buy())
    result = held(s.make_or_buy(demands=orders), before, weight=0.01)
    assert changed(result) == {("order", 2): (2, 5)}
