"""The whole programme of Texas: every month, every plant."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from fabstack.formats import load
from fabstack.model import Programme
from fabstack.plan import Code, PlanOptions, PlanResult, Status, plan
from fabstack.results.plan_tables import plan_tables


@pytest.fixture(scope="module")
def texas(project: Path) -> Programme:
    return load(project / "programmes" / "texas")


@pytest.fixture(scope="module")
def result(texas: Programme) -> PlanResult:
    """The long clock is for busy machines."""
    return plan(texas, options=PlanOptions(time_limit_s=500))


@pytest.fixture(scope="module")
def tables(texas: Programme, result: PlanResult) -> dict[str, pl.DataFrame]:
    return plan_tables(result, texas)


def test_it_is_solved_within_the_gap_and_the_checker_agrees(result: PlanResult) -> None:
    assert result.status is Status.OPTIMAL
    assert result.gap <= 1e-3
    assert result.audit is not None
    assert result.audit.holds, result.audit


def test_it_is_small_enough_to_be_solved_while_someone_waits(result: PlanResult) -> None:
    assert result.columns < 50_000  # design, section 5: what interactive use can bear
    assert result.build_s < 2.0


def test_every_want_is_delivered_late_or_short(result: PlanResult) -> None:
    given = result.delivered.sum(axis=1) + result.short.sum(axis=1)
    assert given == pytest.approx(result.wanted.sum(axis=1))


def test_nothing_comes_out_of_a_plant_that_is_not_open(
    texas: Programme, result: PlanResult
) -> None:
    for route, out in zip(texas.routes, result.output, strict=True):
        opens = next(plant.opens for plant in texas.plants if plant.name == route.plant)
        for month, units in zip(result.names.months, out, strict=True):
            if opens is not None and (month.year, month.month) < (opens.year, opens.month):
                assert units == 0


def test_every_reason_names_a_cause_that_the_programme_has(
    texas: Programme, result: PlanResult
) -> None:
    known = {
        Code.TOOL_HOURS: {group.name for group in texas.tool_groups},
        Code.YIELD: {g.name for g in texas.tool_groups} | {p.name for p in texas.plants},
        Code.PHASE_CAPACITY: {plant.name for plant in texas.plants},
        Code.PLANT_NOT_OPEN: {plant.name for plant in texas.plants},
        Code.SUPPLIER_CAPACITY: {supplier.name for supplier in texas.suppliers},
    }
    items = {item.name for item in texas.items}
    for reason in result.reasons:
        assert reason.cause in known.get(reason.code, items)


def test_tables_are_whole(tables: dict[str, pl.DataFrame], result: PlanResult) -> None:
    for name, table in tables.items():
        for column in table.select(pl.selectors.float()).iter_columns():
            assert np.isfinite(column.drop_nulls().to_numpy()).all(), (name, column.name)
    assert tables["plan_short"]["quantity"].sum() == pytest.approx(result.short.sum())
    discounted = tables["plan_cash"]["discounted_usd"].sum()
    assert discounted == pytest.approx(result.npv_usd, rel=1e-9)


def test_balance_of_every_item_over_all_places(
    texas: Programme, tables: dict[str, pl.DataFrame], result: PlanResult
) -> None:
    """In and out of the whole network, apart from what is on a lane or thrown away."""
    moving = {way.item for way in result.names.ways}
    first = {stock.item: stock.initial for stock in texas.stocks}
    sums = tables["plan_items"].group_by("item").agg(
        pl.col("made", "bought", "converted", "used", "delivered").sum(),
        pl.col("stock_end").last(),
    )  # fmt: skip
    still = sums.filter(~pl.col("item").is_in(list(moving | set(first))))
    assert still.height > 0
    for row in still.iter_rows(named=True):
        came = row["made"] + row["bought"] + row["converted"]
        went = row["used"] + row["delivered"] + row["stock_end"]
        assert went == pytest.approx(came, rel=1e-6, abs=1e-3)
