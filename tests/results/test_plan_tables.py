"""A plan as tables: the numbers of the plan, labelled, sorted and whole."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from fabstack.formats import load
from fabstack.plan import plan
from fabstack.plan.highs import FEASIBILITY
from fabstack.results.plan_tables import plan_tables


@pytest.fixture(scope="module")
def made(project):
    programme = load(project / "programmes" / "toy-chain")
    result = plan(programme)
    return programme, result, plan_tables(result, programme)


def test_units_add_up_to_those_of_the_plan(made):
    _, result, tables = made
    items = tables["plan_items"]
    for column, array in (
        ("made", result.output),
        ("bought", result.bought),
        ("converted", result.converted),
        ("delivered", result.delivered),
        ("short", result.short),
        ("stock_end", result.stock),
    ):
        assert items[column].sum() == pytest.approx(array.sum())
    assert tables["plan_starts"]["carriers_started"].sum() == pytest.approx(result.starts.sum())
    assert tables["plan_bought"]["cost_usd"].sum() == pytest.approx(result.cash.buy.sum())


def test_reasons_add_up_to_the_items_shortfall(made):
    _, _, tables = made
    told = tables["plan_short"].group_by("month", "item").agg(pl.col("quantity").sum())
    short = tables["plan_items"].filter(pl.col("short") > 0).select("month", "item", "short")
    both = short.join(told, on=["month", "item"], how="full", coalesce=True)
    assert both["quantity"].to_list() == pytest.approx(both["short"].to_list())


def test_rows_are_sorted_and_months_are_firsts(made):
    _, _, tables = made
    for name, table in tables.items():
        if "month" in table.columns:
            assert table["month"].is_sorted(), name
            assert set(table["month"].dt.day().to_list()) <= {1}


def test_phases_say_when_they_are_ready(made):
    programme, _, tables = made
    assert tables["plan_phases"].height == len(programme.phases)
    assert tables["plan_phases"]["built"].all()


def test_net_is_revenue_less_what_is_paid(made):
    _, _, tables = made
    cash = tables["plan_cash"]
    got = cash["revenue_usd"] + cash["resale_usd"]
    others = {"month", "revenue_usd", "resale_usd", "penalty_usd"}
    others |= {"net_usd", "tax_usd", "discounted_usd"}
    paid = [column for column in cash.columns if column not in others]
    difference = got - cash.select(pl.sum_horizontal(paid)).to_series()
    assert difference.to_list() == pytest.approx(cash["net_usd"].to_list())


FLOWS = (
    *("starts", "output", "converted", "bought", "used", "delivered", "short", "backlog"),
    *("stock", "paid", "used_h", "counted"),
)


def with_more(result, share):
    """The plan with a share of the largest number of each array wherever that has nothing."""
    added = {}
    for name in FLOWS:
        array = getattr(result, name)
        added[name] = np.where(array == 0, share * array.max(initial=0.0), array)
    short = result.reasons[0]._replace(period=0, quantity=share * result.short.max())
    return replace(result, **added, reasons=(*result.reasons, short))


def test_what_the_solver_cannot_tell_from_nothing_is_nothing(made):
    """Rows are kept to 1e-9 of the size of their numbers; a tenth of that leaves no trace."""
    programme, result, tables = made
    noisy = plan_tables(with_more(result, FEASIBILITY / 10), programme)
    for name, table in tables.items():
        assert_frame_equal(noisy[name], table, check_exact=True)


@pytest.mark.parametrize("column", ["made", "bought", "used", "short", "stock_end"])
def test_a_small_flow_that_is_more_than_rounding_stays(made, column):
    programme, result, tables = made
    items = plan_tables(with_more(result, 1000 * FEASIBILITY), programme)["plan_items"]
    assert (items[column] > 0).sum() > (tables["plan_items"][column] > 0).sum()


def test_a_plan_keeps_every_bit(made):
    programme, result, _ = made
    noisy = with_more(result, FEASIBILITY / 10)
    kept = noisy.stock.copy()
    plan_tables(noisy, programme)
    assert (noisy.stock == kept).all()
