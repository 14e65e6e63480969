"""`fabstack simulate`: the document, what-if options, event log, snapshots and WIP tables."""

import json
import shutil

import polars as pl
import pytest

from autosched_folders import plain
from fabstack import formats
from fabstack.cli import exit_code
from fabstack.results.store import open_run


@pytest.fixture(scope="module")
def fab(tmp_path_factory):
    """A small AutoSched model with orders, WIP and limited queue times."""
    return plain(tmp_path_factory.mktemp("model"))


@pytest.fixture
def simulated(capsys, fab):
    """Runs the command; gives its document."""

    def run(*options, programme=fab, until="20d", code=0):
        words = ["simulate", str(programme), "--json", "--replications", "2", *map(str, options)]
        assert exit_code([*words, *(["--until", until] if until else [])]) == code
        run.said = capsys.readouterr()
        return json.loads(run.said.out)

    return run


def without_clock(document):
    return {name: value for name, value in document.items() if name != "performance"}


def test_the_document_has_what_the_field_asks_for(simulated):
    found = simulated()
    assert [lot["name"] for lot in found["lots"]] == [
        "Lot_1",
        "Lot_2",
        "Hot_1",
        "Hot_1 #2",
    ]
    lot = found["lots"][0]
    assert (lot["product"], lot["route"], lot["priority"]) == ("part_1", "r_1", 10)
    assert set(lot["cycle_time_days"]) == {"mean", "ci95", "p50", "p95"}
    assert lot["x_factor"] > 1
    assert lot["completed"] > 0
    assert lot["replications"] == 2
    assert [row["name"] for row in found["initial_wip"]] == ["r_1"]
    assert found["initial_wip"][0]["completed"] == 2
    for group in found["toolgroups"]:
        down = group["down_percent"] + group["pm_percent"] + group["non_scheduled_percent"]
        assert group["availability_percent"] == pytest.approx(100 - down)
        assert {"utilisation_of_available_percent", "setup_percent", "tools"} <= set(group)
    assert [(row["from_step"], row["to_step"]) for row in found["queue_times"]] == [(3, 5)]
    assert found["performance"]["lot_steps"] > 0
    assert {"events", "wall_s", "lot_steps_per_s", "peak_memory_mb", "setup_s"} <= set(
        found["performance"]
    )


def test_a_rule_of_ones_own_changes_the_run_and_a_wrong_one_is_told(simulated):
    plainly = without_clock(simulated())
    assert without_clock(simulated("--rule", "priority > spt")) != plainly
    refused = simulated("--rule", "priority > nonsense", code=2)
    assert "nonsense" in refused["findings"][0]["message"]


def test_due_dates_are_spread_for_all_lots_that_enter(simulated, fab):
    """The spread changes who is on time and nothing of a run by arrival."""
    rule = ("--rule", "priority > fifo")
    fixed, spread = simulated(*rule), simulated(*rule, "--due-spread", "1")
    assert fixed["toolgroups"] == spread["toolgroups"]
    assert fixed["lots"][0]["cycle_time_days"] == spread["lots"][0]["cycle_time_days"]
    assert fixed["lots"][0]["tardiness_days_mean"] != spread["lots"][0]["tardiness_days_mean"]


def test_what_a_reader_could_not_take_over_is_told_on_stderr(simulated, tmp_path):
    simulated(programme=plain(tmp_path / "fab", notes="more"), until="1d")
    assert "notes.txt" in simulated.said.err


def test_a_run_that_is_cut_and_resumed_prints_the_same_document(simulated, tmp_path):
    file = tmp_path / "cut.npz"
    whole = without_clock(simulated("--seed", "7"))
    cut = simulated("--seed", "7", "--snapshot-at", "9d", "--snapshot", file)
    resumed = simulated("--resume", file, "--workers", "2", until=None)
    assert without_clock(cut) == whole
    assert without_clock(resumed) == whole


def test_half_a_snapshot_is_refused(simulated, tmp_path):
    assert "--snapshot" in simulated("--snapshot-at", "9d", code=2)["findings"][0]["file"]
    assert "day 20" in simulated(
        "--snapshot-at", "30d", "--snapshot", tmp_path / "x", code=2
    )["findings"][0]["message"]  # fmt: skip


def test_the_event_log_holds_every_move_of_the_first_replication(simulated, tmp_path):
    file = tmp_path / "log.parquet"
    plainly = without_clock(simulated())
    assert without_clock(simulated("--event-log", file, "--out", tmp_path / "run")) == plainly
    log = pl.read_parquet(file)
    assert log["time_ticks"].is_sorted()
    assert log["time_ticks"].max() < 20 * 1440 * 3600
    counts = dict(log["what"].cast(pl.String).value_counts().iter_rows())
    alone = simulated("--replications", "1")
    assert counts["ended"] == alone["performance"]["lot_steps"]
    assert counts["left"] == sum(lot["completed"] for lot in alone["lots"] + alone["initial_wip"])
    assert counts["entered"] == sum(lot["started"] for lot in alone["lots"]) + 2
    of_tools = log.filter(pl.col("what").is_in(["stopped", "went_on"]))
    assert of_tools["lot"].null_count() == of_tools["step"].null_count() == of_tools.height
    assert of_tools["stop"].null_count() == of_tools["tool_group"].null_count() == 0
    first = log.filter((pl.col("order") == "Lot_1") & (pl.col("lot") == 0))
    steps = first.filter(pl.col("what") == "started")
    assert steps["step"].to_list()[:4] == [1, 2, 3, 4]
    assert steps["tool_group"].cast(pl.String).to_list()[:4] == ["FURN", "WET", "ETCH", "LITHO"]
    assert set(first["product"].cast(pl.String)) == {"part_1"}
    assert [path.name for path in tmp_path.iterdir() if "partial" in path.name] == []


def test_files_that_cannot_be_written_are_told_before_the_run(simulated, tmp_path):
    file = tmp_path / "no" / "such" / "file"
    options = ("--event-log", file, "--snapshot", file, "--snapshot-at", "1d", "--wip-table", file)
    found = simulated(*options, code=2)["findings"]
    assert [one["file"] for one in found] == ["--event-log", "--snapshot", "--wip-table"]


def test_an_event_log_that_fails_is_told_in_one_line(simulated, tmp_path):
    (tmp_path / "log.partial").mkdir()
    assert "cannot write" in simulated("--event-log", tmp_path / "log", code=2)["message"]


def test_tables_by_day_lie_in_the_run_folder(simulated, tmp_path):
    simulated("--out", tmp_path / "plain")
    simulated("--daily", "--out", tmp_path / "daily")
    assert "sim_days" in open_run(tmp_path / "plain").tables
    assert "sim_tool_group_days" not in open_run(tmp_path / "plain").tables
    daily = open_run(tmp_path / "daily").table("sim_tool_group_days")
    assert daily.height == 20 * daily["tool_group"].n_unique()


def test_lots_inside_at_the_end_start_another_run(simulated, fab, tmp_path):
    """The lots inside by step at the end are those at the start of the run that goes on."""
    table = tmp_path / "wip.csv"
    simulated("--wip-table", table, "--replications", "1")
    assert "starts_on = 2018-01-21" in simulated.said.err
    model = tmp_path / "going-on"
    formats.save(formats.read(fab).programme, model)
    shutil.copy(table, model / "wip.csv")
    settings = model / "programme.toml"
    text = settings.read_text(encoding="utf-8")
    start = "\nstarts_on = 2018-01-21\n"
    text = text.replace("[simulation]\n", f"[simulation]{start}", 1)
    if start not in text:
        text += f"\n[simulation]{start}"
    settings.write_text(text, encoding="utf-8")
    before = formats.read(model).programme.wip
    simulated("--wip-table", tmp_path / "same.csv", programme=model, until="0.001min")
    now = pl.read_csv(tmp_path / "same.csv").filter(pl.col("name").str.starts_with("wip-"))
    places = sorted(now.select("route", pl.col("step").cast(pl.String)).iter_rows())
    assert places == sorted((lot.route, str(lot.step)) for lot in before)
    later = simulated(programme=model, until="60d")
    assert sum(lot["completed"] for lot in later["lots"]) > 0


def test_the_readable_form_shows_lots_groups_and_speed(capsys, fab):
    assert exit_code(["simulate", str(fab), "--until", "20d", "--replications", "2"]) == 0
    said = capsys.readouterr().out
    for words in ("Lot_1", "inside at the start", "LITHO", "lot-steps in", "queue times"):
        assert words in said
