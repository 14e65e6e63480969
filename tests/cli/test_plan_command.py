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


@pytest.fixture(scope="module")
def grown(toy, tmp_path_factory):
    """A run of the toy chain, and the chain with an order more."""
    folder = tmp_path_factory.mktemp("again")
    assert run(toy, "--out", str(folder / "before")).exit_code == 0
    shutil.copytree(toy, folder / "toy")
    order = "name,item,date,quantity,priority,price_usd\nnew,board,2026-06,60,1,25\n"
    (folder / "toy" / "demands.csv").write_text(order, encoding="utf-8")
    return str(folder / "toy"), str(folder / "before")


def test_a_plan_held_to_an_earlier_one_tells_what_changes(grown, tmp_path):
    programme, before = grown
    words = ("--from", before, "--freeze", "2026-05", "--keep-close", "0.05")
    done = run(programme, *words, "--out", str(tmp_path / "after"))
    assert done.exit_code == 0, done.output
    assert "Against the earlier plan, frozen until 2026-05-01" in done.stdout
    found = open_run(tmp_path / "after")
    table = found.table("plan_changes")
    assert str(table["month"].min()) == "2026-05-01"  # nothing of the frozen months differs
    assert not table["frozen"].any()
    told = found.summary["changes"]
    assert list(told) == ["frozen_until", "keep_close", "value_usd", "value_by_kind_usd", "rows"]
    assert told["value_usd"] == pytest.approx(table["value_usd"].sum())


def test_without_an_earlier_plan_nothing_is_said_of_changes_and_nothing_can_be_frozen(toy, capsys):
    assert json.loads(run(toy, "--json").stdout)["changes"] is None
    assert exit_code(["plan", toy, "--freeze", "2"]) == 2
    assert "there is no earlier plan to hold to" in capsys.readouterr().err


def test_a_freeze_that_is_no_day_or_number_is_refused(grown, capsys):
    programme, before = grown
    assert exit_code(["plan", programme, "--from", before, "--freeze", "soon"]) == 2
    assert "'soon' is no date" in capsys.readouterr().err


def test_where_a_dual_is_one_slope_of_several_gain_and_loss_are_told(toy, tmp_path):
    """Of 726 boards a year 60.5 are wanted a month; the bridge brings 60 in each of four.

    One percent more, 0.6 in each, finds 0.5 to be sold; one percent less loses 0.6 of each.
    """
    folder = tmp_path / "toy"
    shutil.copytree(toy, folder)
    (folder / "scenarios" / "half").mkdir(parents=True)
    (folder / "scenarios" / "half" / "volumes.csv").write_text(
        "market,date,units_per_year\ngadgets,2026-01,726\n", encoding="utf-8"
    )
    done = run(str(folder), "--scenario", "half")
    told = "solved again, 1 % more gains USD 47, 1 % less loses USD 55; the dual is one slope"
    assert told in done.stdout
    assert "one more gains" not in done.stdout  # of one month one more is one number
    answer = json.loads(run(str(folder), "--scenario", "half", "--json").stdout)
    bridge = answer["bottlenecks"][0]
    assert (bridge["name"], bridge["is_one_number"]) == ("bridge:package:2026-01-01", False)
    assert (
        bridge["gain_usd"]
        < bridge["one_percent_more_usd"] * (1 + 1e-6)
        <= bridge["loss_usd"] * 1.01
    )
    assert {one["step"] for one in answer["slopes"]} == {"one unit", "one percent in every month"}
    plain = json.loads(run(str(folder), "--scenario", "half", "--slopes", "0", "--json").stdout)
    assert plain["slopes"] == []
    assert plain["bottlenecks"][0]["gain_usd"] is None
