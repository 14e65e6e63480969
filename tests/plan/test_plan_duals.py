"""What a plan prints as the worth of one more unit is the slope of its optimum.

The optimum of a linear program is concave in its right-hand sides: one more unit gains at most the
dual, one less loses at least that. Where both slopes are one number the dual is that number; where
they differ the optimum is degenerate, and the dual lies between them (e.g. Bertsimas and
Tsitsiklis, Introduction to Linear Optimization, section 5.2).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import plan_samples as s
import pytest
from hypothesis import given, seed, settings
from plan_worlds import worlds
from test_plan_choices import HOURS, bought, one_line
from test_plan_peers import two_products

from fabstack.formats import load
from fabstack.model import Programme
from fabstack.model.choices import ToolOption
from fabstack.model.header import Finance
from fabstack.plan import Integers, PlanOptions, plan
from fabstack.plan.build import Model, build
from fabstack.plan.facts import Facts
from fabstack.plan.highs import Status, minimum

RELAXED = PlanOptions(integers=Integers.RELAXED)
BLOCKS = {"tool_hours": "tool_hours", "phases": "phases", "supply": "supply"}
STEPS = (1.0, 1e-3)
COUNT = 50


class Slopes(NamedTuple):
    """Of the optimum at a limit, in USD for a unit more."""

    printed: float
    gained: float  # by a unit more
    lost: float  # by a unit less
    step: float
    size: float  # of the numbers in the objective

    @property
    def is_degenerate(self) -> bool:
        return abs(self.gained - self.lost) * self.step > 1e-7 * self.size


def test_fifty_limits_of_several_programmes_are_worth_what_is_printed(project: Path) -> None:
    found = [
        slopes
        for programme in _programmes(project)
        for slopes in _slopes(programme, np.random.default_rng(5))
    ]
    assert len(found) >= COUNT
    for one in found:
        slack = 1e-6 * max(one.size, 1.0) / one.step
        assert one.gained <= one.printed + slack, one
        assert one.lost >= one.printed - slack, one
        if not one.is_degenerate:
            assert one.printed == pytest.approx(one.gained, abs=slack)
    # the test would prove little if most were degenerate, or worth nothing
    steady = [one for one in found if not one.is_degenerate]
    assert len(steady) > len(found) / 3
    assert sum(one.printed > 0 for one in steady) > 5


def _programmes(project: Path) -> Iterator[Programme]:
    for name in ("toy-chain", "small-line"):
        yield load(project / "programmes" / name)
    yield two_products()
    yield s.make_or_buy()
    yield s.make_or_buy(offers=(), suppliers=(), demands=s.demands(8, 14, 30))
    yield one_line(3, 4, 9, tool_groups=(s.tool_group(2),))


def _slopes(programme: Programme, rng: np.random.Generator) -> Iterator[Slopes]:
    """Some limits of a programme that have a price, and some that have none."""
    printed = plan(programme, options=RELAXED).duals
    model = build(Facts.of(programme, RELAXED))
    base = minimum(model.arrays, time_limit_s=60, gap=0)
    size = float(np.abs(model.arrays.cost * base.values).sum())
    places = [
        (float(dual), int(row))
        for block, name in BLOCKS.items()
        for dual, row in zip(getattr(printed, name).ravel(), model.rows[block].ravel(), strict=True)
    ]
    worth = [place for place in places if place[0] > 1e-9]
    for dual, row in (*_some(worth, 5, rng), *_some(places, 2, rng)):
        for step in STEPS:
            gained = _moved(model, row, step)
            lost = _moved(model, row, -step)
            if gained is not None and lost is not None:
                change = (base.objective - gained) / step, (lost - base.objective) / step
                yield Slopes(dual, *change, step, size)


def _some(rows: list[Any], count: int, rng: np.random.Generator) -> list[Any]:
    return [rows[i] for i in rng.permutation(len(rows))[:count]]


def _moved(model: Model, row: int, step: float) -> float | None:
    """The optimum with a little more or less of a limit; None where there is less than nothing."""
    high = model.arrays.high.copy()
    high[row] += step
    if high[row] < 0:
        return None
    found = minimum(model.arrays._replace(high=high), time_limit_s=60, gap=0)
    assert found.status is Status.OPTIMAL
    return found.objective


# --- One more tool


def test_one_more_tool_is_worth_its_hours_until_the_next_step_limits() -> None:
    # 3 parts of 100 wanted in two months; one tool cuts one a month, three weld 3 / 1.6 = 1.875
    programme = one_line(
        3,
        3,
        tool_groups=(s.tool_group(1, name="cut", price_usd=30), s.tool_group(3, name="weld")),
        tool_options=(),
        steps=(s.step(1, HOURS, group="cut"), s.step(2, 1.6 * HOURS, group="weld")),
    )
    (one,) = plan(programme, options=PlanOptions(expand=1)).expansions
    assert (one.tool_group, one.period) == ("cut", 0)
    assert one.worth_usd == pytest.approx(200)  # another part in each month
    assert one.price_usd == pytest.approx(30)
    assert one.exact_usd == pytest.approx(175)  # of which the welders let 0.875 pass
    assert one.binds_next == "weld"


def test_whole_tools_make_one_more_worth_what_a_new_search_finds() -> None:
    # 3.5 parts of 100 wanted; one tool is there, two are bought at 60, and half a part is short.
    # An hour would sell more of it, 100 for a tool of hours; a tool there saves buying one.
    options = (ToolOption(tool_group="tool", from_date=s.month(0), price_usd=60),)
    programme = one_line(3.5, tool_groups=(s.tool_group(1),), tool_options=options)
    result = plan(programme, options=PlanOptions(expand=1))
    assert bought(result) == [2]
    (one,) = result.expansions
    assert one.worth_usd == pytest.approx(100)
    assert one.exact_usd == pytest.approx(60)


def test_nothing_scarce_has_no_expansion() -> None:
    assert plan(one_line(1, tool_groups=(s.tool_group(2),), tool_options=())).expansions == ()


# --- Later due dates


@seed(7)
@settings(max_examples=15, deadline=None)
@given(worlds())
def test_a_later_due_date_is_never_worse_where_stock_costs_nothing(programme: Programme) -> None:
    """All that can be delivered on a day can be kept until a later one, if keeping is free."""
    free = programme.model_copy(
        update={
            "finance": Finance(discount_rate_percent=0, holding_cost_percent=0),
            "item_costs": (),
            "stocks": (),
            "markets": (),
            "volumes": (),
            "needs": (),
        }
    )
    last = max(demand.date for demand in free.demands)
    later = free.model_copy(
        update={"demands": tuple(replace(one, date=last) for one in free.demands)}
    )
    exact = PlanOptions(gap=0.0)
    before, after = plan(free, options=exact), plan(later, options=exact)
    size = 1 + float(np.abs(before.cash.revenue).sum() + before.cash.penalty.sum())
    assert after.objective_usd >= before.objective_usd - 1e-7 * size
