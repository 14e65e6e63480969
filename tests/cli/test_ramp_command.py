"""`fabstack ramp` as a user meets it; the command is called through an application of its own."""

import json
import shutil

import pytest
import typer
from typer.testing import CliRunner

from fabstack.cli.ramp import ramp
from fabstack.errors import InputError
from fabstack.results.store import open_run

app = typer.Typer()
app.command()(ramp)


def run(*words: str):
    return CliRunner().invoke(app, list(words))


@pytest.fixture(scope="module")
def texas(project) -> str:
    return str(project / "programmes" / "texas")


def test_the_table_shows_claims_beside_percentiles_and_odds(texas):
    done = run(texas, "--samples", "200")
    assert done.exit_code == 0
    assert "200 futures, seed 1" in done.stdout
    head = next(line for line in done.stdout.splitlines() if line.startswith("milestone"))
    assert head.split() == ["milestone", "claimed", "P10", "P50", "P90", "odds", "outside", "view"]
    line = next(line for line in done.stdout.splitlines() if line.startswith("Full volume"))
    assert "2027-03-31" in line
    assert "%" in line


def test_json_is_one_document_and_repeats_itself(texas):
    first, again = (run(texas, "--samples", "100", "--seed", "3", "--json") for _ in range(2))
    assert first.stdout == again.stdout
    answer = json.loads(first.stdout)
    assert answer["samples"] == 100
    assert answer["seed"] == 3
    assert {"activities", "outside_view", "roadmap", "cadence", "staff", "sensitivity"} <= set(
        answer
    )
    volume = next(row for row in answer["activities"] if row["activity"] == "foplp-volume")
    assert volume["claimed"] == "2027-03-31"
    assert volume["p10"] < volume["p50"] < volume["p90"]


def test_out_writes_a_run_that_holds_every_table(texas, tmp_path):
    done = run(texas, "--samples", "50", "--out", str(tmp_path / "dates"))
    assert done.exit_code == 0, done.output
    found = open_run(tmp_path / "dates")
    assert {"ramp_activities", "ramp_curve", "ramp_people"} <= set(found.tables)
    assert (tmp_path / "dates" / "summary.json").is_file()


def test_a_programme_without_dates_says_so(project):
    done = run(str(project / "programmes" / "single-queue"))
    assert done.exit_code == 0
    assert "No activity claims a date" in done.stdout


def test_a_circle_of_activities_is_told_with_its_line(project, tmp_path):
    folder = tmp_path / "toy"
    shutil.copytree(project / "programmes" / "toy-chain", folder)
    rows = (folder / "activities.csv").read_text()
    rows = rows.replace("packaging,,4", "packaging,fab-opens,4")
    (folder / "activities.csv").write_text(rows.replace("fab,,6", "fab,packaging-opens,6"))
    done = run(str(folder))
    assert isinstance(done.exception, InputError)
    assert {finding.line for finding in done.exception.findings} <= {3, 4}
    assert "in a circle" in str(done.exception)


def test_an_unknown_design_is_a_usage_error_that_names_the_known(texas):
    done = run(texas, "--design", "grid")
    assert done.exit_code == 2
    assert "latin-hypercube" in done.output
