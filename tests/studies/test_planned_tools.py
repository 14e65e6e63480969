"""The simulator has the tools that the plan buys and builds, and no others."""

from datetime import date

import polars as pl
import pytest

from fabstack import formats
from fabstack.arrays.entering import Window
from fabstack.arrays.fab import fab_arrays
from fabstack.model.choices import Capacity, ToolOption
from fabstack.model.plants import Phase
from fabstack.model.tools import Delivery
from fabstack.plan import plan
from fabstack.results.plan_tables import plan_tables
from fabstack.results.schema import table_of
from fabstack.studies.planned import with_planned_starts
from fabstack.studies.planned_tools import planned_deliveries

DAY = 1440.0


@pytest.fixture(scope="module")
def toy(project):
    return formats.load(project / "programmes" / "toy-chain")


def grown(toy, **phase):
    """Ten presses come with a phase of the board plant, in February 2027."""
    more = Phase(plant="boards", phase="more", capacity_per_month=1, capacity_of="unit", **phase)
    row = Delivery(tool_group="press", date="2027-02-01", tools=10, phase="more")
    return toy.model_copy(update={"phases": (*toy.phases, more), "deliveries": (row,)})


def presses(programme):
    """When each press comes, in days after the opening of a window of two years."""
    fab, names = fab_arrays(programme, Window(date(2026, 1, 1), 730 * DAY))
    there = fab.fixtures.comes_min[fab.fixtures.group == names.groups.index("press")]
    return sorted(there / DAY)


def test_a_phase_that_the_plan_does_not_build_brings_no_tool(toy):
    """A board a month more is not worth a million; one for nothing is."""
    for capex_usd, count in ((1e6, 1), (0.0, 11)):
        programme = grown(toy, ready="2027-02-01", optional=True, capex_usd=capex_usd)
        tables = plan_tables(plan(programme), programme)
        assert len(presses(with_planned_starts(programme, tables))) == count


@pytest.mark.parametrize(
    ("phase", "count"),
    [
        ({"ready": "2027-02-01"}, 11),
        ({"ready": "2027-02-01", "optional": True}, 11),
        ({"optional": True}, 1),
    ],
)
def test_without_a_plan_phases_with_a_date_are_built(toy, phase, count):
    assert len(presses(grown(toy, **phase))) == count


def built(decided, share=1.0):
    row = {"plant": "boards", "phase": "more", "decided": decided, "share": share}
    return {
        "plan_built": pl.DataFrame([row], schema_overrides={"decided": pl.Date}),
        "plan_tools": table_of("plan_tools", ()),
    }


def test_tools_wait_for_the_first_output_of_their_phase(toy):
    """Decided in March and built for two months of 30.4375 days: it gives from the first of May."""
    programme = grown(toy, build_months=2)
    (row,) = planned_deliveries(programme, built(date(2027, 3, 1)))
    assert (row.date, row.tools, row.phase) == (date(2027, 4, 30), 10, "")
    (row,) = planned_deliveries(programme, built(date(2026, 1, 1)))
    assert row.date == date(2027, 2, 1)


@pytest.mark.parametrize(("share", "tools"), [(0.34, [3]), (0.04, []), (1.0, [10])])
def test_half_a_phase_brings_half_its_tools(toy, share, tools):
    programme = grown(toy, ready="2027-02-01", optional=True)
    found = planned_deliveries(programme, built(None, share))
    assert [row.tools for row in found] == tools


def test_a_plan_with_the_phase_and_its_simulation_count_the_same_tools(toy):
    programme = grown(toy, ready="2027-02-01", optional=True)
    found = plan(programme)
    place, month = found.names.groups.index("press"), found.names.months.index(date(2027, 3, 1))
    simulated = presses(with_planned_starts(programme, plan_tables(found, programme)))
    assert found.tools[place, month] == len(simulated) == 11


@pytest.mark.parametrize(("price_usd", "count"), [(1.0, 2), (1e9, 1)])
def test_a_tool_that_the_plan_buys_comes_when_it_is_released(toy, price_usd, count):
    """With ten hours a month the press is short; a second one is bought if it pays.

    It is delivered after two months of 30.4375 days and installed in one more.
    """
    option = ToolOption(
        tool_group="press",
        from_date="2026-01-01",
        most=1,
        price_usd=price_usd,
        lead_time_months=2,
        install_months=1,
        hours_per_month=1000,
    )
    hours = Capacity(tool_group="press", from_date="2026-01-01", hours_per_month=10)
    programme = toy.model_copy(update={"tool_options": (option,), "capacities": (hours,)})
    found = plan(programme)
    tables = plan_tables(found, programme)
    ordered = tables["plan_tools"]["month"].to_list()
    comes = [0.0] + [(day - date(2026, 1, 1)).days + 91 for day in ordered]
    assert len(comes) == count
    assert presses(with_planned_starts(programme, tables)) == pytest.approx(comes)
