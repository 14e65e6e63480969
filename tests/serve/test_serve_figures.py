"""Figures and floors of a run that a command made, as the API gives them."""

import io
import shutil

import polars as pl
import pytest

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


def test_a_plant_that_is_none_is_told(client, toy):
    assert client.get("/api/runs/toy/floors/moon").status_code == 404
    plant = next(iter(client.get("/api/runs/toy/floors").json()))
    other = client.get(f"/api/runs/toy/floors/{plant}", params={"source": "plan_items"})
    assert other.status_code == 404
