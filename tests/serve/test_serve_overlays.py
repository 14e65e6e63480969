"""Several runs in one figure: every line is what the run's own table says."""

import io
import shutil

import polars as pl
import pytest
from serving import write_run

from fabstack.results.store import RunWriter
from fabstack.serve.overlays import OVERLAYS


@pytest.fixture
def runs(context, toy_run):
    """A whole run twice, and one that lacks its tables."""
    root = context.runs.shelf.root
    for name in ("toy", "other"):
        shutil.copytree(toy_run, root / name)
    write_run(root, "small")
    return root


def figure(client, name, *names, quiet=False):
    given = {"run": list(names), "quiet": quiet}
    return client.get(f"/api/compare/figures/{name}", params=given)


@pytest.mark.parametrize("name", list(OVERLAYS))
def test_every_figure_has_a_line_of_each_run_in_every_panel(client, runs, name):
    found = figure(client, name, "toy", "other", quiet=True).json()
    if "missing" in found:
        assert set(OVERLAYS[name].tables) - {
            file.stem for file in (runs / "toy").rglob("*.parquet")
        }
        return
    panels = len(found["layout"]["annotations"])
    names = [trace["name"] for trace in found["data"]]
    assert names.count("toy") == names.count("other") == panels > 0


def test_most_figures_are_drawn_for_whole_runs(client, runs):
    drawn = ["data" in figure(client, name, "toy", "other", quiet=True).json() for name in OVERLAYS]
    assert sum(drawn) >= 4


def test_lines_are_the_sums_of_the_plan(client, runs, context):
    rows = pl.read_csv(
        io.BytesIO(
            client.get("/api/compare/figures/output/csv", params={"run": ["toy", "other"]}).content
        ),
        try_parse_dates=True,
    )
    plan = context.runs.run("other").table("plan_items")
    items = plan.group_by("item").agg(pl.col("wanted", "delivered").sum())
    wanted = items.filter(pl.col("wanted") > 0)
    mine = rows.filter(pl.col("run") == "other")
    assert set(mine["panel"]) == set(wanted["item"])
    for item, total, delivered in wanted.iter_rows():
        last = mine.filter(pl.col("panel") == item).sort("x").row(-1, named=True)
        assert last["y"] == pytest.approx(delivered)
        assert last["wanted"] == pytest.approx(total)


def test_a_demand_that_all_share_is_drawn_once_and_others_in_their_colours(client, runs):
    shared = figure(client, "output", "toy", "other").json()["data"]
    panels = sum(trace["name"] == "toy" for trace in shared)
    assert sum(trace["name"] == "wanted" for trace in shared) == panels
    months = pl.date_range(pl.date(2030, 1, 1), pl.date(2030, 3, 1), "1mo", eager=True)
    for name, wanted in (("low", 1.0), ("high", 2.0)):
        plan = pl.DataFrame({"month": months, "item": "car", "kind": "system"}).with_columns(
            *(pl.lit(wanted).alias(column) for column in
              ("made", "bought", "converted", "used", "delivered", "wanted", "short",
               "backlog_end", "stock_end"))
        )  # fmt: skip
        with RunWriter(runs / name, programme="toy", seed=1, command="fabstack plan") as run:
            run.table("plan_items", plan)
    apart = figure(client, "output", "low", "high").json()["data"]
    dashed = {t["name"]: t["line"]["color"] for t in apart if t["name"].startswith("wanted")}
    solid = {t["name"]: t["line"]["color"] for t in apart if t["name"] in ("low", "high")}
    assert dashed == {f"wanted: {name}": colour for name, colour in solid.items()}
    assert len(set(solid.values())) == 2


def test_a_run_without_the_tables_is_left_out_and_too_few_are_told(client, runs):
    names = {
        trace["name"] for trace in figure(client, "money", "toy", "small", "other").json()["data"]
    }
    assert names == {"toy", "other"}
    alone = figure(client, "money", "toy", "small")
    assert alone.status_code == 422
    assert "Fewer than two" in alone.json()["detail"]
    assert "missing" in figure(client, "money", "toy", "small", quiet=True).json()


def test_what_makes_no_sense_is_refused(client, runs):
    assert figure(client, "none", "toy", "other").status_code == 404
    assert figure(client, "money", "toy").status_code == 422
    assert figure(client, "money", "toy", "none").status_code == 404
    assert figure(client, "money", *["toy"] * 7).status_code == 422
    assert figure(client, "money", "toy", "toy").status_code == 422  # one run, said twice
