"""What a plan decided comes back from its stored tables as it was."""

import numpy as np
import plan_samples as s
import pytest
from test_plan_choices import one_line

from fabstack.errors import InputError
from fabstack.formats import load
from fabstack.model.choices import ToolOption
from fabstack.plan import plan
from fabstack.plan.decisions import decisions
from fabstack.plan.earlier import Earlier
from fabstack.plan.facts import Facts
from fabstack.plan.options import PlanOptions
from fabstack.plan.periods import Periods
from fabstack.results.plan_decisions import earlier_of
from fabstack.results.plan_tables import plan_tables
from fabstack.results.store import RunWriter, open_run


def stored(programme, folder):
    result = plan(programme)
    with RunWriter(folder, programme="sample") as writer:
        for name, table in plan_tables(result, programme).items():
            writer.table(name, table)
        writer.summary({})
    return result, earlier_of(open_run(folder))


def same(one, other, size):
    """The same rows where there are any, to what counts as rounding in a table."""
    for name in set(one) | set(other):
        found, expected = (rows.get(name, np.zeros(size)) for rows in (one, other))
        assert found == pytest.approx(expected, abs=1e-8 * max(1.0, np.abs(expected).max()))


@pytest.mark.parametrize("name", ["toy-chain", "small-line"])
def test_a_stored_plan_has_the_decisions_of_the_plan(project, tmp_path, name):
    result, found = stored(load(project / "programmes" / name), tmp_path / "run")
    expected = decisions(result)
    assert found.days == expected.days
    same(found.starts, expected.starts, len(result.months))
    same(found.orders, expected.orders, len(result.months))
    for own, other in zip(found.delivered, expected.delivered, strict=False):
        assert own == pytest.approx(other, abs=1e-6)


def test_tools_and_phases_come_back_with_the_day_of_their_decision(tmp_path):
    options = (ToolOption(tool_group="tool", from_date=s.month(0), price_usd=60),)
    more = s.phase(9, name="more", ready=None, optional=True, build_months=1, capex_usd=1)
    programme = one_line(
        1, 3.5, tool_groups=(s.tool_group(1),), tool_options=options, phases=(s.phase(2), more)
    )
    result, found = stored(programme, tmp_path / "run")
    assert found.built == decisions(result).built
    assert list(found.built.values()) == [1.0]
    assert sum(row.sum() for row in found.bought_tools.values()) == result.bought_tools.sum() > 0


def test_flows_are_spread_by_days_and_whole_numbers_go_where_they_begin():
    months = Periods.of(s.programme(months=6))
    quarters = Facts.of(_quarters(), PlanOptions()).periods
    earlier = Earlier(days=months.days, starts={}, orders={})
    amounts = np.array([31.0, 28.0, 31.0, 3.0, 0.0, 2.0])
    assert earlier.spread(amounts, quarters) == pytest.approx([90, 5])
    assert earlier.moved(amounts, quarters) == pytest.approx([90, 5])
    back = Earlier(days=quarters.days, starts={}, orders={})
    assert back.spread(np.array([90.0, 91.0]), months) == pytest.approx([31, 28, 31, 30, 31, 30])
    assert back.moved(np.array([90.0, 91.0]), months) == pytest.approx([90, 0, 0, 91, 0, 0])


def test_a_plan_of_the_same_periods_is_spread_onto_itself_to_the_last_bit():
    periods = Periods.of(s.programme(months=17))
    amounts = np.random.default_rng(1).random(17)
    earlier = Earlier(days=periods.days, starts={}, orders={})
    assert (earlier.spread(amounts, periods) == amounts).all()


def _quarters():
    from fabstack.model.header import Planning

    return s.programme(months=6, planning=Planning(periods="2q"))


def test_a_run_without_a_plan_is_refused_with_the_cure(tmp_path):
    with RunWriter(tmp_path / "run", programme="sample") as writer:
        writer.summary({})
    with pytest.raises(InputError, match=r"no table plan_periods.*plan the programme again"):
        earlier_of(open_run(tmp_path / "run"))
