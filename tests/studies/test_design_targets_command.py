"""`fabstack design fab` with a cycle time: what it prints, writes, and how it ends."""

import json
from pathlib import Path
from typing import Any

import pytest
from tests.studies.tiny_fabs import tiny_folder
from typer.testing import CliRunner

from fabstack.cli import app, exit_code
from fabstack.economics.capacity import raw_process_min
from fabstack.formats import load
from fabstack.simulate import simulate

VOLUME = 73_050.0  # wafers a month


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_folder(tmp_path_factory.mktemp("tiny"))


def _words(folder: Path, *more: str, volume: str = "73050") -> list[str]:
    volumes = ["--wspm", volume] if volume else []
    library = ["--library", str(folder), "--technology", "rough"]
    return ["design", "fab", *library, *volumes, *more]


def _answer(folder: Path, *more: str, volume: str = "73050") -> dict[str, Any]:
    done = CliRunner().invoke(app, [*_words(folder, *more, volume=volume), "--json"])
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_the_plant_that_is_written_simulates_as_was_told(folder: Path, tmp_path: Path) -> None:
    told = _answer(folder, "--days-per-mask", "0.6", "--out", str(tmp_path / "plant"))
    assert told["holds"] is True
    assert told["days_per_mask_layer"] == pytest.approx(0.6, rel=0.1)
    programme = load(tmp_path / "plant")
    counts = {group.name: group.tools for group in programme.tool_groups}
    assert counts == {group["tool_group"]: group["tools"] for group in told["groups"]}
    raw_days = raw_process_min(programme, programme.routes[0].name) / 1440  # of a run's X-factor
    assert raw_days == pytest.approx(told["raw_process_days"], rel=1e-5)
    assert told["cycle_time_days"] / raw_days == pytest.approx(told["x_factor"], rel=1e-5)
    run = simulate(programme, until_min=200 * 1440, warm_up_min=50 * 1440, replications=1)
    first, last = run.replications[0].readings
    period = last.since(first)
    left = float(period.carriers_left.sum()) / 150 * 365.25 / 12
    assert left == pytest.approx(VOLUME * 0.96, rel=0.01)
    stays = run.replications[0].finished
    days = float((stays.left_min - stays.entered_min).mean()) / 1440
    assert days == pytest.approx(told["cycle_time_days"], rel=0.1)


def test_the_bands_are_the_published_ranges_with_those_of_times(folder: Path) -> None:
    told = _answer(folder, "--x-factor", "3")
    assert told["x_factor"] == pytest.approx(3, rel=0.1)
    assert told["bands"] == told["published"]
    measures = [row["measure"] for row in told["bands"]]
    wanted = ["days_per_mask_layer", "raw_process_days_per_mask_layer", "x_factor"]
    assert measures[-3:] == wanted


def test_the_shipped_ranges_of_times_are_those_of_fabs() -> None:
    from fabstack.designer import read_library

    bands = read_library().bands
    band = bands["fab", "days_per_mask_layer"]
    assert (band.low, band.high) == (1.2, 1.5)
    assert ("fab", "x_factor") in bands


def test_the_text_splits_the_cycle_time(folder: Path) -> None:
    done = CliRunner().invoke(app, _words(folder, "--days-per-mask", "0.6"))
    assert done.exit_code == 0, done.output
    for words in ("raw process", "waiting for tools", "transport", "calibrated by difference"):
        assert words in done.output
    assert "limits next" in done.output
    assert "busiest" in done.output


def test_phases_are_told_with_their_orders(folder: Path, tmp_path: Path) -> None:
    phases = "2027-01:20000,2028-01:73050"
    words = ("--phases", phases, "--x-factor", "3", "--out", str(tmp_path / "plant"))
    told = _answer(folder, *words, volume="")
    assert [phase["ready"] for phase in told["phases"]] == ["2027-01-01", "2028-01-01"]
    assert told["phases"][0]["tools"] + told["phases"][1]["bought_tools"] == told["tools"]
    for row in told["phases"][1]["purchases"]:
        assert row["order"] <= row["dock"] <= row["release"] == "2028-01-01"
    assert load(tmp_path / "plant").deliveries


def test_a_target_out_of_reach_ends_with_3_and_the_least(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(_words(folder, "--days-per-mask", "0.05")) == 3
    told = capsys.readouterr().err
    assert "out of reach for any number of tools" in told
    assert "process and transport alone take" in told


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--days-per-mask", "1", "--x-factor", "2"), "two-targets"),
        (("--days-per-mask", "-1"), "out-of-range"),
        (("--x-factor", "many"), "bad-quantity"),
        (("--phases", "5,6", "--x-factor", "2"), "one-volume"),
    ],
)
def test_options_that_contradict_are_refused(
    folder: Path, words: tuple[str, ...], code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(_words(folder, *words)) == 2
    assert f"[{code}]" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("phases", "code"),
    [("5,4", "bad-phase"), ("2028-01:5,2027-01:6", "bad-phase"), ("soon:5", "bad-date"), ("", "")],
)
def test_phases_that_make_no_sense_are_refused(
    folder: Path, phases: str, code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_code(_words(folder, "--phases", phases, "--x-factor", "2", volume="")) == 2
    assert code in capsys.readouterr().err
    assert exit_code(_words(folder, "--phases", "5,6", volume="")) == 2
    assert "no-target" in capsys.readouterr().err
