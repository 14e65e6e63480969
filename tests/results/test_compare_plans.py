"""Two plans side by side: service, cost, items, tools and phases."""

from datetime import date

import polars as pl
import pytest

from fabstack import formats
from fabstack.plan import plan
from fabstack.results.compare_plans import compare_plans
from fabstack.results.plan_tables import plan_tables
from fabstack.results.store import RunWriter, open_run


@pytest.fixture(scope="module")
def runs(project, tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    for scenario in (None, "no-bridge"):
        programme = formats.load(project / "programmes" / "toy-chain", scenario)
        with RunWriter(folder / str(scenario), programme="toy") as writer:
            for name, table in plan_tables(plan(programme), programme).items():
                writer.table(name, table)
            writer.summary({})
    return [open_run(folder / name) for name in ("None", "no-bridge")]


def test_without_the_bridge_240_packages_are_not_bought_and_240_boards_are_short(runs):
    """160 boards are short with it and 400 without (programmes/toy-chain/README.md)."""
    found = compare_plans(*runs)
    items = {(row["item"], row["what"]): row for row in found["items"]}
    assert items["package", "bought"]["difference"] == pytest.approx(-240, abs=0.1)
    assert items["board", "short"]["a"] == pytest.approx(160, abs=0.1)
    assert items["board", "short"]["b"] == pytest.approx(400, abs=0.1)
    months = [
        row for row in found["by_month"] if (row["item"], row["what"]) == ("package", "bought")
    ]
    assert [row["month"] for row in months] == [date(2026, m, 1) for m in (1, 2, 3, 4)]
    assert [row["difference"] for row in months] == pytest.approx([-60] * 4, abs=0.1)


def test_service_is_told_by_class_and_money_by_kind(runs):
    found = compare_plans(*runs)
    (row,) = found["service"]
    assert row["a_percent"] == pytest.approx(100 * 2240 / 2400, abs=0.01)
    assert row["difference"] == pytest.approx(-10, abs=0.01)
    cost = {row["kind"]: row["difference"] for row in found["cost"]}
    assert cost["buy_usd"] == pytest.approx(-1200, rel=1e-3)
    assert cost["revenue_usd"] == pytest.approx(-240 * 20, rel=1e-3)


def test_a_plan_differs_from_itself_in_nothing(runs):
    found = compare_plans(runs[0], runs[0])
    assert not any(found[part] for part in ("items", "by_month", "tools", "phases"))
    assert all(row["difference"] == 0 for row in (*found["cost"], *found["service"]))


def test_tools_and_phases_that_only_one_plan_has_are_told(tmp_path, runs):
    tables = {name: runs[0].table(name) for name in runs[0].tables}
    more = {
        "plan_tools": pl.DataFrame(
            {
                "month": [date(2026, 2, 1)],
                "option": ["oven:2026-01-01"],
                "tool_group": ["oven"],
                "bought": [2.0],
                "sold": [0.0],
            }
        ),
        "plan_built": pl.DataFrame(
            {"plant": ["fab"], "phase": ["two"], "decided": [None], "share": [1.0]},
            schema_overrides={"decided": pl.Date},
        ),
    }
    with RunWriter(tmp_path / "more", programme="toy") as writer:
        for name, table in (tables | more).items():
            writer.table(name, table)
        writer.summary({})
    found = compare_plans(runs[0], open_run(tmp_path / "more"))
    (tool,) = found["tools"]
    assert (tool["tool_group"], tool["what"], tool["a"], tool["b"]) == ("oven", "bought", 0, 2)
    (phase,) = found["phases"]
    assert (phase["phase"], phase["decided"], phase["difference"]) == ("two", None, 1.0)


def test_runs_without_a_plan_are_not_compared_as_plans(tmp_path, runs):
    with RunWriter(tmp_path / "none", programme="toy") as writer:
        writer.summary({})
    assert compare_plans(runs[0], open_run(tmp_path / "none")) is None
