"""Sweeps: the outcomes of each run are those of the engine, whoever runs it and however often."""

import csv
import json
import os
import signal
import subprocess
import sys
import time

import pytest
from typer.testing import CliRunner

from fabstack import formats
from fabstack.cli import app
from fabstack.errors import InputError
from fabstack.model.evidence import Risk
from fabstack.plan import Audit, Integers, PlanOptions, plan
from fabstack.ramp import in_future, ramp
from fabstack.results.economics_tables import economics_tables
from fabstack.results.plan_tables import plan_tables
from fabstack.results.ramp_tables import ramp_tables
from fabstack.results.shelf import Borrowed, FolderShelf
from fabstack.results.store import open_run
from fabstack.studies.design_table import crossed, futures, read_design
from fabstack.studies.outcomes import Engine, Settings, outcomes_of, taken, usual
from fabstack.studies.sweep import SweepOptions, Variant, sweep
from fabstack.studies.tasks import Alone
from fabstack.studies.workers import Processes

DURATION = "activities/build/duration"
ENDS = "ramp_activities/*/mean_months"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A programme of two activities with spread, as files."""
    home = tmp_path_factory.mktemp("two-steps")
    (home / "programme.toml").write_text(
        '[programme]\nname = "two-steps"\nstart = 2026-01-01\nend = 2027-12-31\n'
        "[ramp]\nsamples = 64\n"
    )
    (home / "activities.csv").write_text(
        "name,after,duration,claimed\n"
        'build,,"pert(2, 3, 6)",2026-04-30\n'
        'open,build,"triangular(1, 2, 3)",2026-07-31\n'
    )
    return home


@pytest.fixture(scope="module")
def programme(folder):
    return formats.load(folder)


def run(programme, variants, *, crew=None, shelf=None, **options):
    given = {"engine": Engine.RAMP, "outcomes": [ENDS], **options}
    return sweep(
        programme,
        variants,
        SweepOptions(**given),
        crew=crew or Alone(),
        shelf=shelf or Borrowed(),
    )


def values(found):
    rows = found.tables()["sweep_outcomes"].to_dicts()
    return {(row["variant"], row["seed"], row["outcome"]): row["value"] for row in rows}


def test_a_run_says_what_the_engine_says_of_the_changed_programme(programme):
    found = run(programme, [Variant("longer", {DURATION: "pert(4, 6, 12)"})], replications=2)
    changed = formats.set_cell(programme, DURATION, "pert(4, 6, 12)")
    for seed in (1, 2):
        table = ramp_tables(ramp(changed, seed=seed), changed)["ramp_activities"]
        expected = dict(table.select("activity", "mean_months").iter_rows())
        for name, months in expected.items():
            assert values(found)["longer", seed, f"ramp_activities/{name}/mean_months"] == months


def test_a_future_is_the_programme_of_that_future(programme):
    found = run(programme, futures(3), engine=Engine.ECONOMICS, outcomes=[], futures=3)
    sampled = ramp(programme, samples=3, seed=1)
    for i in range(3):
        tables = economics_tables(in_future(programme, sampled, i))
        wanted = taken(tables, "cost_items/*/total_usd", programme.programme.start)
        assert {k[2]: v for k, v in values(found).items() if k[0] == f"future {i + 1}"} == wanted


def test_a_future_says_what_it_drew_and_an_outcome_what_it_hangs_on(project):
    risk = Risk(cell="items/package/make_cost_usd", distribution="uniform(0.2, 0.6)")
    chain = formats.load(project / "programmes" / "toy-chain")
    risky = chain.model_copy(update={"risks": (risk,)})
    outcomes = ["cost_items/package/total_usd"]
    found = run(risky, futures(20), futures=20, engine=Engine.ECONOMICS, outcomes=outcomes)
    drawn = ramp(risky, samples=20, seed=1).futures.draw(risk.cell, risk.distribution)
    inputs = found.tables()["sweep_inputs"]
    assert [float(value) for value in inputs["value"]] == drawn.tolist()
    (row,) = found.tables()["sweep_summary"].to_dicts()
    assert row["strongest_input"] == risk.cell
    assert row["rank_correlation"] == pytest.approx(1.0)
    assert row["mean"] == pytest.approx(0.8 + drawn.mean())  # the die, and the making


def test_the_number_of_workers_changes_no_bit(programme):
    variants = crossed([(DURATION, ["1", "pert(2, 3, 9)", "4"])], programme)
    tables = [
        run(programme, variants, crew=crew, replications=2).tables()
        for crew in (Alone(), Processes(1, print), Processes(2, print))
    ]
    for name, table in tables[0].items():
        assert table.equals(tables[1][name])
        assert table.equals(tables[2][name])


def test_a_wider_study_runs_only_what_is_new(programme, tmp_path):
    shelf = FolderShelf(tmp_path)
    first = run(programme, crossed([(DURATION, ["1", "2"])], programme), shelf=shelf)
    wider = run(
        programme, crossed([(DURATION, ["2", "3", "1"])], programme), shelf=shelf, replications=2
    )
    assert (first.account.found, first.account.done) == (0, 2)
    assert (wider.account.found, wider.account.done) == (2, 4)  # whatever a row is called
    again = run(
        programme, crossed([(DURATION, ["2", "3", "1"])], programme), shelf=shelf, replications=3
    )
    assert (again.account.found, again.account.done) == (6, 3)


def test_whatever_a_run_hangs_on_makes_it_another(programme):
    variants = [Variant("a", {})]
    longer = formats.set_cell(programme, DURATION, "9")

    def digest(which=programme, **options):
        return run(which, variants, **options).runs[0]["digest"]

    digests = [
        digest(),
        digest(longer),
        digest(seed=2),
        digest(settings=Settings(samples=10)),
        digest(outcomes=["ramp_activities/build/mean_months"]),
        digest(engine=Engine.ECONOMICS, outcomes=[]),
    ]
    assert len(set(digests)) == len(digests)
    assert digest() == digests[0]


def test_an_impossible_run_is_a_row_with_the_reason(programme):
    circle = Variant("circle", {"activities/build/after": "open"})
    found = run(programme, [Variant("sound", {}), circle])
    faults = {row["variant"]: row["fault"] for row in found.runs}
    assert faults["sound"] is None
    assert "wait for each other in a circle" in faults["circle"]
    assert {variant for variant, _, _ in values(found)} == {"sound"}


def test_the_strongest_input_is_the_one_that_moves_the_outcome(programme):
    lengths = [str(n) for n in range(1, 7)]
    variants = crossed([(DURATION, lengths), ("ramp/-/correlation", ["0", "0.5"])], programme)
    outcome = "ramp_activities/build/mean_months"
    (row,) = run(programme, variants, outcomes=[outcome]).tables()["sweep_summary"].to_dicts()
    assert row["strongest_input"] == DURATION
    assert row["rank_correlation"] == pytest.approx(1.0, abs=1e-12)
    assert row["runs"] == 12
    assert row["mean"] == pytest.approx(3.5)


def test_totals_are_those_of_all_that_fit(programme):
    tables = ramp_tables(ramp(programme), programme)
    start = programme.programme.start
    every = taken(tables, ENDS, start)
    assert len(every) == 2
    for how, total in (("sum", sum), ("min", min), ("max", max)):
        assert taken(tables, f"{how}({ENDS})", start) == {f"{how}({ENDS})": total(every.values())}
    days = taken(tables, "ramp_activities/open/claimed", start)
    assert days == {"ramp_activities/open/claimed": 211.0}  # 31 July


def test_a_share_is_one_sum_over_another(programme):
    tables = ramp_tables(ramp(programme), programme)
    start = programme.programme.start
    part, whole = "ramp_activities/build/mean_months", ENDS
    (found,) = taken(tables, f"share({part} of {whole})", start).values()
    (one,) = taken(tables, part, start).values()
    assert found == one / sum(taken(tables, whole, start).values())
    assert taken(tables, f"share({part} of ramp_activities/nobody/mean_months)", start) == {}
    with pytest.raises(InputError, match="no table 'ramp_activitis'"):
        run(programme, [Variant("a", {})], outcomes=[f"share({part} of ramp_activitis/x/p50)"])


def test_an_outcome_that_no_table_has_is_refused_before_anything_runs(programme):
    with pytest.raises(InputError) as caught:
        run(programme, [Variant("a", {})], outcomes=["ramp_activitis/x/p50", "ramp_curve/x/share"])
    assert [f.code for f in caught.value.findings] == ["unknown-outcome"] * 2
    assert "did you mean 'ramp_activities'?" in str(caught.value)


# --- Plans of futures -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def unsure(project):
    """The toy chain with a demand and a price that are not known."""
    chain = formats.load(project / "programmes" / "toy-chain")
    risks = (
        Risk(cell="volumes/gadgets:2026-01-01/units_per_year", distribution="uniform(300, 1500)"),
        Risk(cell="items/package/make_cost_usd", distribution="uniform(0.2, 0.6)"),
    )
    return chain.model_copy(update={"risks": risks})


PLANS = {"engine": Engine.PLAN, "outcomes": [], "futures": 6}


def test_plans_of_futures_are_worth_what_plans_from_nothing_are(unsure):
    """Other optima of the same worth may be told; the worth, and what it takes, is one."""
    asked = ["sum(plan_cash/*/net_usd)", "sum(plan_items/*/short)", "sum(plan_items/*/wanted)"]
    found = values(run(unsure, futures(6), **{**PLANS, "outcomes": asked}))
    sampled = ramp(unsure, samples=6, seed=1)
    for k in range(6):
        future = in_future(unsure, sampled, k)
        cold = plan(future, options=PlanOptions(integers=Integers.RELAXED))
        tables = plan_tables(cold, future)
        for outcome, value in outcomes_of(tables, asked, unsure.programme.start).items():
            assert found[f"future {k + 1}", 1, outcome] == pytest.approx(value, rel=1e-7)
    assert len({found[f"future {k + 1}", 1, asked[2]] for k in range(6)}) == 6


def test_a_plan_of_a_future_is_the_same_bits_alone_and_among_others(unsure):
    every, alone = (run(unsure, futures(6)[first:], **PLANS) for first in (0, 5))
    assert every.runs[5:] == alone.runs
    spread_out = run(unsure, futures(6), crew=Processes(2, print), **PLANS)
    assert spread_out.digest == every.digest


def test_what_is_kept_of_a_plan_tells_service_money_dates_and_output(unsure):
    found = run(unsure, futures(1), **{**PLANS, "futures": 1})
    told = {outcome for _, _, outcome in values(found)}
    (row,) = found.runs
    assert row["fault"] is None
    assert {"sum(plan_items/*/short)", "sum(plan_cash/*/capex_usd)"} <= told
    assert {f"sum(plan_starts/*:{one.name}/units_out)" for one in unsure.routes} <= told
    assert any(outcome.startswith("plan_phases/") for outcome in told)
    (service,) = (value for (_, _, name), value in values(found).items() if "share(" in name)
    assert 0 < service <= 1
    assert told <= {*usual(Engine.PLAN, unsure), *(n for n in told if n.startswith("plan_phases/"))}


def test_reasons_are_told_where_they_are_asked_for(unsure):
    short = formats.set_cell(unsure, "volumes/gadgets:2026-01-01/units_per_year", "1e6")
    found = run(short, [Variant("a", {})], engine=Engine.PLAN, outcomes=["plan_short/*/quantity"])
    assert values(found)


def test_a_plan_that_the_checker_disagrees_with_is_a_run_with_that_reason(unsure, monkeypatch):
    wrong = Audit(balance_error=0.1, limit_error=0.0, objective_error=0.0, worst="balance of die")
    monkeypatch.setattr("fabstack.plan.again.audit", lambda _programme, _found: wrong)
    (row,) = run(unsure, futures(1), **{**PLANS, "futures": 1}).runs
    assert "checker disagrees" in row["fault"]
    assert "balance of die" in row["fault"]
    assert row["outcomes"] == {}


# --- The table of a design ------------------------------------------------------------------------


def write(path, *rows):
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows(rows)
    return path


def test_a_design_is_read_with_its_names_and_blanks(programme, tmp_path):
    file = write(
        tmp_path / "design.csv",
        ["# what if it takes longer"],
        ["run", DURATION, "ramp/-/correlation"],
        ["usual", "", ""],
        ["", "pert(4, 6, 12)", "0.5"],
    )
    first, second = read_design(file, programme)
    assert first == Variant("usual", {})
    assert second == Variant("run 2", {DURATION: "pert(4, 6, 12)", "ramp/-/correlation": "0.5"})


def test_every_fault_of_a_design_is_found_at_its_place(programme, tmp_path):
    file = write(
        tmp_path / "design.csv",
        ["run", DURATION, "ramp/-/correlation"],
        ["a", "soon", "0.5"],
        ["a", "2", "7", "more"],
    )
    with pytest.raises(InputError) as caught:
        read_design(file, programme)
    places = [(f.line, f.column, f.code) for f in caught.value.findings]
    assert places[0][:2] == (2, 2)
    assert (3, 1, "repeated-run") in places
    assert any(place[:2] == (3, 3) for place in places)
    assert (3, 4, "too-many-values") in places
    assert all(finding.file == str(file) for finding in caught.value.findings)


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([], "empty-design"),
        ([["run", DURATION]], "empty-design"),
        ([["run", "activities/nobody/duration"], ["a", "1"]], "unknown-cell"),
        ([["run", DURATION, DURATION], ["a", "1", "2"]], "repeated-column"),
    ],
)
def test_designs_that_say_nothing_are_refused(programme, tmp_path, rows, code):
    with pytest.raises(InputError) as caught:
        read_design(write(tmp_path / "design.csv", *rows), programme)
    assert [finding.code for finding in caught.value.findings] == [code]


# --- The command ----------------------------------------------------------------------------------


def command(*words):
    return CliRunner().invoke(app, ["study", "sweep", *map(str, words)])


def test_the_command_writes_a_run_and_finds_its_runs_again(folder, tmp_path):
    words = (folder, "--vary", f"{DURATION}=1,2,3", "--store", tmp_path / "store", "--json")
    first = json.loads(command(*words, "--out", tmp_path / "first").stdout)
    second = json.loads(command(*words, "--workers", 2, "--out", tmp_path / "second").stdout)
    assert (first["runs_now"], first["runs_found"]) == (3, 0)
    assert (second["runs_now"], second["runs_found"]) == (0, 3)
    runs = [open_run(tmp_path / name) for name in ("first", "second")]
    assert runs[0].manifest["tables_digest"] == runs[1].manifest["tables_digest"]
    assert set(runs[0].tables) == {
        "sweep_runs", "sweep_inputs", "sweep_outcomes", "sweep_summary"
    }  # fmt: skip


def test_a_study_that_was_killed_goes_on_where_it_was(folder, tmp_path):
    store = tmp_path / "store"
    lengths = ",".join(str(1 + n / 100) for n in range(60))
    words = ["--vary", f"{DURATION}={lengths}", "--samples", "3000", "--store", str(store)]
    line = [sys.executable, "-m", "fabstack", "study", "sweep", str(folder), *words]
    with subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        until = time.monotonic() + 60
        while len(FolderShelf(store).digests()) < 3 and time.monotonic() < until:
            time.sleep(0.01)
        os.kill(process.pid, signal.SIGKILL)
    done = len(FolderShelf(store).digests())
    assert 3 <= done < 60
    # by another process, as a user would: both read the sources for their digests
    again = [*line, "--json", "--out", str(tmp_path / "resumed")]
    resumed = json.loads(subprocess.run(again, capture_output=True, check=True).stdout)
    assert resumed["runs_found"] == done
    assert resumed["runs_now"] == 60 - done
    fresh = [*words[:-1], str(tmp_path / "other")]
    command(folder, *fresh, "--out", tmp_path / "fresh")
    digests = [open_run(tmp_path / name).manifest["tables_digest"] for name in ("resumed", "fresh")]
    assert digests[0] == digests[1]


def test_plans_of_futures_that_were_killed_end_in_the_same_digest(unsure, tmp_path):
    store, home = tmp_path / "store", tmp_path / "chain"
    formats.save(unsure, home)
    words = [str(home), "--engine", "plan", "--futures", "40", "--json", "--store", str(store)]
    line = [sys.executable, "-m", "fabstack", "study", "sweep", *words]
    with subprocess.Popen(
        [*line, "--workers", "2"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        until = time.monotonic() + 60
        while len(FolderShelf(store).digests()) < 3 and time.monotonic() < until:
            time.sleep(0.01)
        os.kill(process.pid, signal.SIGKILL)
    done = len(FolderShelf(store).digests())
    assert 3 <= done < 40
    resumed = json.loads(subprocess.run(line, capture_output=True, check=True).stdout)
    assert (resumed["runs_found"], resumed["runs_now"]) == (done, 40 - done)
    assert not resumed["failed"]
    fresh = json.loads(command(*words[:-1], tmp_path / "other").stdout)
    assert resumed["digest"] == fresh["digest"]


def test_ctrl_c_ends_the_command_with_what_is_finished(folder, tmp_path):
    store = tmp_path / "store"
    lengths = ",".join(str(1 + n / 100) for n in range(400))
    words = ["--vary", f"{DURATION}={lengths}", "--samples", "3000", "--workers", "2"]
    line = [sys.executable, "-m", "fabstack", "study", "sweep", str(folder), *words]
    line += ["--store", str(store), "--json", "--out", str(tmp_path / "part")]
    with subprocess.Popen(
        line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        until = time.monotonic() + 60
        while len(FolderShelf(store).digests()) < 3 and time.monotonic() < until:
            time.sleep(0.01)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the workers, too
        shown, said = process.communicate(timeout=60)
    answer = json.loads(shown)
    assert process.returncode == 130, said
    assert answer["was_stopped"]
    assert 3 <= answer["runs"] == len(FolderShelf(store).digests()) < 400
    assert open_run(tmp_path / "part").table("sweep_runs").height == answer["runs"]
    assert "Traceback" not in said


def test_options_that_contradict_each_other_are_refused(folder):
    done = command(folder, "--futures", 3, "--vary", f"{DURATION}=1")
    assert done.exit_code != 0
    assert command(folder, "--vary", DURATION).exit_code != 0
    assert command(folder, "--engine", "oracle").exit_code != 0
