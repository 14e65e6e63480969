"""Figures and floors of a run that a command made, as the API gives them."""

import io
import shutil

import polars as pl
import pytest

from fabstack.cli import exit_code
from fabstack.serve.figures import Figures, pictures
from fabstack.serve.problems import Problem


@pytest.fixture
def toy(context, toy_run):
    shutil.copytree(toy_run, context.runs.shelf.root / "toy")
    return context.runs.run("toy")


def test_every_figure_of_the_report_is_given_or_says_what_is_missing(client, toy):
    drawn = 0
    for picture in pictures():
        found = client.get(f"/api/runs/toy/figures/{picture.name}", params={"quiet": True})
        assert found.status_code == 200, picture.name
        drawn += "data" in found.json()
        assert "data" in found.json() or found.json()["missing"]
    assert drawn > 10


def test_a_figure_has_its_rows_as_csv(client, toy):
    rows = pl.read_csv(io.BytesIO(client.get("/api/runs/toy/figures/volumes/csv").content))
    assert rows.height > 0


def test_figures_are_drawn_once_and_no_more_are_kept_than_fit(toy, monkeypatch):
    figures = Figures()
    first = figures.json(toy, "volumes")
    monkeypatch.setattr("fabstack.serve.figures._drawn", lambda *_: pytest.fail("drawn again"))
    assert figures.json(toy, "volumes") is first
    monkeypatch.undo()
    monkeypatch.setattr("fabstack.serve.figures.MOST_BYTES", len(first) + 10)
    figures.json(toy, "claims")
    assert sum(map(len, figures._kept.values())) == figures._size <= len(first) + 10


def test_a_figure_that_is_none_is_told(toy):
    with pytest.raises(Problem, match="there is no figure"):
        Figures().json(toy, "volume")


def test_the_floor_is_what_the_plan_says(client, toy):
    floors = client.get("/api/runs/toy/floors").json()
    plan = toy.table("plan_capacity").filter(~pl.col("tool_group").str.starts_with("phase:"))
    assert set(floors) == set(plan["plant"])
    for plant in floors:
        floor = client.get(f"/api/runs/toy/floors/{plant}").json()
        for group in floor["groups"]:
            mine = plan.filter((pl.col("plant") == plant) & (pl.col("tool_group") == group["name"]))
            told = dict(zip(floor["times"], group["load_percent"], strict=True))
            for month, load in mine.select("month", "load_percent").iter_rows():
                assert told[str(month)] == (
                    None if load is None else pytest.approx(load, abs=0.051)
                )


@pytest.fixture
def line(context, project):
    """Five days of a small line, followed by day."""
    out = context.runs.shelf.root / "line"
    words = ["simulate", str(project / "programmes" / "small-line"), "--daily", "--until", "5d"]
    assert exit_code([*words, "--out", str(out)]) == 0
    return context.runs.run("line")


def test_the_floor_by_day_has_states_and_queues(client, line):
    rows = line.table("sim_tool_group_days").sort("day")
    floor = client.get("/api/runs/line/floors/line").json()
    assert floor["source"] == "sim_tool_group_days"
    assert len(floor["times"]) == 5
    down = ["scheduled_down_percent", "unscheduled_down_percent"]
    columns = {
        "productive_percent": "productive_percent",
        "queue_lots": "queue_lots_mean",
        "tools": "tools_mean",
        "load_percent": "utilisation_of_available_percent",
    }
    for group in floor["groups"]:
        mine = rows.filter(pl.col("tool_group") == group["name"])
        for field, column in columns.items():
            assert group[field] == pytest.approx(mine[column].to_list(), abs=0.051), field
        assert group["down_percent"] == pytest.approx(
            mine.select(down).sum_horizontal().to_list(), abs=0.051
        )
    assert max(max(group["queue_lots"]) for group in floor["groups"]) > 0.5


def test_a_floor_of_an_older_version_lacks_queues_and_no_more(client, line):
    file = next(line.folder.rglob("sim_tool_group_days.parquet"))
    rows = pl.read_parquet(file)
    rows.drop("queue_lots_mean", "tools_mean").write_parquet(file)
    floor = client.get("/api/runs/line/floors/line").json()
    assert {len(group["queue_lots"]) for group in floor["groups"]} == {0}
    assert {len(group["load_percent"]) for group in floor["groups"]} == {5}
    rows.drop("productive_percent").write_parquet(file)
    assert client.get("/api/runs/line/floors/line").status_code == 422


def test_a_plant_that_is_none_is_told(client, toy):
    assert client.get("/api/runs/toy/floors/moon").status_code == 404
    plant = next(iter(client.get("/api/runs/toy/floors").json()))
    other = client.get(f"/api/runs/toy/floors/{plant}", params={"source": "plan_items"})
    assert other.status_code == 404
