"""`fabstack promise` as a user meets it."""

import json
import shutil

import pytest
from typer.testing import CliRunner

from fabstack.cli import app, exit_code

KEYS = [
    "programme", "scenario", "item", "quantity", "due", "at", "is_possible", "is_exact", "earliest",
    "earliest_in_parts", "promised", "period", "in_time", "units_by_due", "units_within_horizon",
    "parts", "cost", "cost_in_parts", "limits",
]  # fmt: skip


def run(*words):
    return CliRunner().invoke(app, ["promise", *words])


@pytest.fixture(scope="module")
def toy(project):
    return str(project / "programmes" / "toy-chain")


def test_the_answer_has_date_parts_cost_and_limits_under_stable_keys(toy):
    """Boards leave at 150 a month and 100 are wanted: 50 a month are free from May 2026 on."""
    answer = json.loads(run(toy, "--item", "board", "--quantity", "120", "--json").stdout)
    assert list(answer) == KEYS
    assert answer["earliest"] == answer["earliest_in_parts"] == "2026-07-31"
    assert [round(part["quantity"], 4) for part in answer["parts"]] == [50, 50, 20]
    assert answer["parts"][-1]["total"] == pytest.approx(120)
    assert answer["cost"]["usd"] == pytest.approx(sum(answer["cost"]["by_kind_usd"].values()))
    assert answer["limits"][0]["brings"] == pytest.approx(1)


def test_what_does_not_fit_is_answered_with_what_does_and_exit_code_0(toy):
    done = run(toy, "--item", "board", "--quantity", "1500")
    assert done.exit_code == 0
    assert done.stdout.startswith("1,500 board: never within the horizon; 1,000 can be had")
    assert "Why no more" in done.stdout


def test_a_date_that_cannot_be_kept_says_how_much_can_be_there(toy):
    done = run(toy, "--item", "board", "--quantity", "120", "--due", "2026-06")
    assert "not by 2026-06-01, when 100 can be there; all at once by 2026-07-31" in done.stdout


def test_a_plan_at_hand_is_used_and_one_of_another_programme_is_refused(toy, tmp_path, capsys):
    assert exit_code(["plan", toy, "--out", str(tmp_path / "run")]) == 0
    done = run(toy, "--item", "board", "--quantity", "50", "--run", str(tmp_path / "run"))
    assert "50 board: all at once by 2026-05-31" in done.stdout
    shutil.copytree(toy, tmp_path / "other")
    text = (tmp_path / "other" / "volumes.csv").read_text(encoding="utf-8")
    (tmp_path / "other" / "volumes.csv").write_text(text.replace("1200", "1201"), encoding="utf-8")
    capsys.readouterr()
    words = ["--item", "board", "--quantity", "50", "--run", str(tmp_path / "run")]
    assert exit_code(["promise", str(tmp_path / "other"), *words]) == 2
    assert "planned from another state of the programme" in capsys.readouterr().err


def test_faults_of_the_question_are_told_together(toy, capsys):
    assert exit_code(["promise", toy, "--item", "bord", "--quantity", "0", "--at", "fob"]) == 2
    told = capsys.readouterr().err
    assert "did you mean 'board'?" in told
    assert "did you mean 'fab'?" in told
    assert "0 is no amount" in told
    assert exit_code(["promise", toy, "--item", "board", "--quantity", "1", "--due", "soon"]) == 2
    assert "'soon' is no date" in capsys.readouterr().err
