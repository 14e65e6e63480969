"""The catalogue says exactly what the converters deliver."""

import polars as pl
import pytest

from fabstack.results.catalogue import TABLES, Engine, Holds, column_of
from fabstack.results.economics_tables import economics_tables, sources_table
from fabstack.results.ramp_tables import ramp_tables

DTYPES = {
    Holds.DATE: lambda dtype: dtype == pl.Date,
    Holds.TEXT: lambda dtype: dtype == pl.String or dtype == pl.Enum,
    Holds.NUMBER: lambda dtype: dtype == pl.Float64,
    Holds.WHOLE: lambda dtype: dtype.is_integer(),
    Holds.FLAG: lambda dtype: dtype == pl.Boolean,
}


def assert_as_catalogued(tables, engine):
    """Every table is in the catalogue with its columns, their order and their types."""
    expected = {name for name, table in TABLES.items() if table.engine is engine}
    assert set(tables) <= expected, set(tables) - expected
    for name, frame in tables.items():
        assert tuple(frame.columns) == TABLES[name].column_names, name
        for column in TABLES[name].columns:
            assert DTYPES[column.holds](frame.schema[column.name]), (name, column.name)
        assert frame.unique(list(TABLES[name].keys)).height == frame.height, name


@pytest.fixture(scope="module")
def toy(project):
    from fabstack import load

    return load(project / "programmes" / "toy-chain")


def test_economics_tables_are_as_catalogued(toy):
    assert_as_catalogued(economics_tables(toy) | {"sources": sources_table(toy)}, Engine.ECONOMICS)


def test_ramp_tables_are_as_catalogued(toy):
    from fabstack.ramp import ramp

    assert_as_catalogued(ramp_tables(ramp(toy, samples=64, seed=1), toy), Engine.RAMP)


def test_plan_tables_are_as_catalogued(toy):
    plan_tables = pytest.importorskip("fabstack.results.plan_tables").plan_tables
    from fabstack.plan import plan

    assert_as_catalogued(plan_tables(plan(toy), toy), Engine.PLAN)


def test_simulation_tables_are_as_catalogued(project):
    from fabstack import load
    from fabstack.results.simulate_tables import simulate_tables
    from fabstack.simulate.run import Keep, simulate

    programme = load(project / "programmes" / "small-line")
    result = simulate(programme, until_min=90 * 1440.0, keep=Keep(daily_tools=True))
    assert_as_catalogued(simulate_tables(result, programme), Engine.SIMULATION)


def test_keys_are_columns_and_names_do_not_repeat():
    for table in TABLES.values():
        assert set(table.keys) <= set(table.column_names)
        assert len(set(table.column_names)) == len(table.columns)


def test_every_column_has_a_meaning_and_money_is_in_usd():
    for table in TABLES.values():
        assert table.meaning.endswith(".")
        for column in table.columns:
            assert column.meaning
            if column.name.endswith("_usd"):
                assert column.unit == "USD"
            if column.name.endswith("_percent"):
                assert column.unit == "percent"


def test_a_column_is_found_by_name():
    assert column_of("plan_cash", "net_usd").unit == "USD"
    assert column_of("plan_cash", "nothing") is None
    assert column_of("nothing", "net_usd") is None


def test_the_page_of_the_documentation_is_that_of_the_catalogue(project):
    from fabstack.results.reference import results_reference

    page = project / "docs" / "reference" / "results.md"
    assert page.read_text(encoding="utf-8") == results_reference()
