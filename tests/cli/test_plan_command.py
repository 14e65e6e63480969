"""`fabstack plan` as a user meets it."""

import json
import shutil

import pytest
import typer
from typer.testing import CliRunner

from fabstack.cli import exit_code
from fabstack.cli.plan import plan
from fabstack.results.store import open_run

app = typer.Typer()
app.command()(plan)


def run(*words):
    return CliRunner().invoke(app, list(words))


@pytest.fixture(scope="module")
def toy(project) -> str:
    return str(project / "programmes" / "toy-chain")


@pytest.fixture
def faulty(project, tmp_path):
    folder = tmp_path / "toy"
    shutil.copytree(project / "programmes" / "toy-chain", folder)
    (folder / "routes.csv").write_text("name,item,plant\nmake-board,bord,boards\n")
    return str(folder)


def test_the_answer_shows_volumes_sources_bottlenecks_and_reasons(toy):
    done = run(toy)
    assert done.exit_code == 0, done.output
    for words in (
        "optimal, gap 0.00 %",
        "the independent checker agrees",
        "item   year  wanted  delivered  short",
        "make or buy",
        "1 % more is worth USD",
        "Why units are short",
        "supplier-capacity; first bridge can make 60 package",
    ):
        assert words in done.stdout


def test_json_is_one_document_with_the_whole_plan(toy):
    answer = json.loads(run(toy, "--json").stdout)
    assert answer["status"] == "optimal"
    assert answer["checked"]["holds"] is True
    assert answer["gap"] == 0
    wanted = sum(row["wanted"] for row in answer["demand"])
    given = sum(row["delivered"] + row["short"] for row in answer["demand"])
    assert given == pytest.approx(wanted)
    assert answer["short"][0]["month"] == "2026-01-01"
    assert answer["cost_usd"]["revenue_usd"] > 0


def test_out_writes_a_run_that_holds_every_table(toy, tmp_path):
    done = run(toy, "--out", str(tmp_path / "planned"))
    assert done.exit_code == 0, done.output
    found = open_run(tmp_path / "planned")
    assert {"plan_items", "plan_short", "plan_cash", "plan_capacity"} <= set(found.tables)
    assert found.summary["programme"] == "toy-chain"


def test_x_factor_zero_makes_routes_take_no_time(toy):
    answer = json.loads(run(toy, "--x-factor", "0", "--json").stdout)
    assert set(answer["lead_months"].values()) == {0.0}


def test_relaxed_plans_without_whole_numbers(toy):
    answer = json.loads(run(toy, "--relaxed", "--json").stdout)
    assert answer["size"]["whole_columns"] == 0


def test_a_broken_reference_is_told_with_its_cure_and_exit_code_2(faulty, capsys):
    assert exit_code(["plan", faulty]) == 2
    said = capsys.readouterr().err
    assert "no item 'bord'" in said or "'bord'" in said
    assert "Traceback" not in said


def test_stdout_holds_nothing_but_the_document(toy, capfd):
    assert exit_code(["plan", toy, "--json"]) == 0
    json.loads(capfd.readouterr().out)
