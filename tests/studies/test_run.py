"""The whole way, on programmes whose answer can be worked out by hand."""

import json
from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
import pytest

from fabstack import formats
from fabstack.errors import InputError
from fabstack.plan import Status, plan
from fabstack.plan.watch import Watch, searched
from fabstack.results.schema import table_of
from fabstack.results.store import open_run, tables_digest
from fabstack.studies.planned import with_planned_starts
from fabstack.studies.run import RunOptions, answer, run_programme

QUICK = RunOptions(samples=200, replications=1, days=150)


@pytest.fixture(scope="module")
def toy(project):
    return answer(formats.read(project / "programmes" / "toy-chain"), QUICK)


def test_the_toy_chain_goes_short_by_what_its_readme_works_out(toy):
    """160 boards as claimed, 240 on the dates that come true (programmes/toy-chain/README.md)."""
    volumes = toy.tables["plan_volumes"].sum()
    assert volumes["wanted"][0] - volumes["delivered_claimed"][0] == pytest.approx(160, abs=0.1)
    assert volumes["wanted"][0] - volumes["delivered_p50"][0] == pytest.approx(240, abs=0.1)


def test_every_part_of_the_mission_has_claim_finding_answer_and_evidence(toy):
    assert list(toy.summary["mission"]) == ["1", "2", "3"]
    parts = list(toy.summary["mission"].values())
    assert [part["part"] for part in parts] == [1, 2, 3]
    assert [part["holds"] for part in parts] == [True, False, False]
    for part in parts:
        assert part["claim"]
        assert part["finding"]
        assert part["evidence"]


def test_the_bridge_is_what_breaks_first(toy):
    worst = toy.summary["headline"]["breaks_first"]
    assert worst["claim"] == "bridge"
    assert worst["factor"] == pytest.approx(400 / 240, abs=0.01)
    assert toy.summary["headline"]["first_shortage"]["cause"] == "bridge"


def test_units_are_conserved_from_fab_to_board(toy):
    """A wafer gives ten dies, a die a package, a package a board; the rest is in stock."""
    stocks = {row["item"]: row for row in toy.tables["sim_stocks"].to_dicts()}
    for row in stocks.values():
        assert row["received"] + row["produced"] == row["used"] + row["left"]
    assert stocks["die"]["produced"] % 10 == 0
    assert stocks["package"]["produced"] == stocks["die"]["used"]
    assert stocks["board"]["produced"] <= stocks["package"]["used"]


def test_the_simulation_delivers_what_the_plan_starts(toy):
    """Loads are below 4 percent: in the steady months the simulated boards are the planned ones."""
    months = pl.col("month").is_between(date(2027, 1, 1), date(2027, 1, 31))
    planned = toy.tables["plan_items"].filter(months & (pl.col("item") == "board"))["made"][0]
    simulated = toy.tables["sim_output"].filter(months & (pl.col("item") == "board"))
    assert simulated["units_mean"][0] == pytest.approx(planned, rel=0.05)


def test_a_scenario_changes_the_answer(project):
    """Without the bridge 400 boards are short as claimed (programmes/toy-chain/README.md)."""
    loaded = formats.read(project / "programmes" / "toy-chain", "no-bridge")
    volumes = answer(loaded, QUICK).tables["plan_volumes"].sum()
    assert volumes["wanted"][0] - volumes["delivered_claimed"][0] == pytest.approx(400, abs=0.5)


def test_the_same_programme_and_seed_give_the_same_tables_with_one_worker_or_two(project, tmp_path):
    source = project / "programmes" / "toy-chain"
    digests = set()
    for name, workers in (("one", 1), ("again", 1), ("two", 2)):
        options = RunOptions(samples=200, replications=2, days=150, workers=workers)
        run_programme(source, tmp_path / name, options)
        digests.add(tables_digest(tmp_path / name))
    assert len(digests) == 1


def test_another_seed_gives_other_tables(project, tmp_path):
    source = project / "programmes" / "small-line"
    for seed in (1, 2):
        options = RunOptions(samples=50, replications=1, days=80, seed=seed)
        run_programme(source, tmp_path / str(seed), options)
    assert tables_digest(tmp_path / "1") != tables_digest(tmp_path / "2")


def test_a_programme_with_errors_is_refused_and_nothing_is_written(project, tmp_path):
    programme = formats.load(project / "programmes" / "toy-chain")
    loop = programme.model_copy(
        update={
            "components": (
                *programme.components,
                type(programme.components[0])(parent="die", child="board", quantity=1),
            )
        }
    )
    formats.save(loop, tmp_path / "loop")
    with pytest.raises(InputError, match="loop"):
        run_programme(tmp_path / "loop", tmp_path / "out", QUICK)
    assert not (tmp_path / "out").exists()


def test_a_run_can_be_opened_again(project, tmp_path):
    said = run_programme(project / "programmes" / "single-queue", tmp_path / "run", QUICK)
    run = open_run(tmp_path / "run")
    assert run.manifest["seed"] == 1
    assert json.dumps(run.summary["headline"]) == json.dumps(said["headline"])
    assert "sim_tool_groups" in run.tables


def test_planned_starts_end_with_the_plan_and_leave_own_starts_alone(project):
    programme = formats.load(project / "programmes" / "toy-chain")
    starts = pl.DataFrame(
        {
            "month": [date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)],
            "route": ["make-wafer"] * 3,
            "carriers_started": [5.0, 5.0, 7.0],
        }
    )
    days = [date(2026, month, 1) for month in (1, 2, 3, 4)]
    periods = pl.DataFrame({"month": days[:3], "until": days[1:], "months": [1.0] * 3})
    plan = {
        "plan_starts": starts,
        "plan_periods": periods,
        "plan_tools": table_of("plan_tools", ()),
    }
    rows = with_planned_starts(programme, plan).starts
    assert [(row.date, row.carriers_per_month) for row in rows] == [
        (date(2026, 1, 1), 5.0),
        (date(2026, 3, 1), 7.0),
        (date(2026, 4, 1), 0.0),
    ]
    again = programme.model_copy(update={"starts": rows[:1]})
    assert with_planned_starts(again, plan).starts == rows[:1]


def test_a_plan_whose_time_ran_out_is_told(project, monkeypatch):
    """Its volumes and starts are read as if it were the best; the reader must know."""

    def cut_off(programme, *, options, tell):
        found = plan(programme, options=options, tell=tell)
        return replace(found, status=Status.LIMIT, gap=0.12)

    monkeypatch.setattr("fabstack.studies.run.plan", cut_off)
    outcome = answer(formats.read(project / "programmes" / "toy-chain"), QUICK)
    told = [finding for finding in outcome.findings if finding.code == "plan-unfinished"]
    assert [finding.severity for finding in told] == ["warning"] * 3
    assert "p50 dates is up to 12 % from the best" in told[1].message
    assert told == [row for row in told if row.as_dict() in outcome.summary["findings"]]


def test_a_plan_that_is_the_best_is_not_told(toy):
    assert not [row for row in toy.findings if row.code == "plan-unfinished"]


def test_a_run_says_how_far_it_is_by_simulated_days_and_by_the_bound_of_its_plans(project):
    """A phase that may be built makes the plan a search, and a search has a bound."""
    loaded = formats.read(project / "programmes" / "toy-chain")
    more = replace(
        loaded.programme.phases[0],
        phase="more",
        ready=date(2027, 1, 1),
        optional=True,
        capex_usd=10,
    )
    programme = loaded.programme.model_copy(update={"phases": (*loaded.programme.phases, more)})
    told = []
    answer(replace(loaded, programme=programme), QUICK, lambda *said: told.append(said))
    shares = [done / of for _, done, of, *_ in told]
    assert shares == sorted(shares)
    assert list(dict.fromkeys(stage for stage, *_ in told)) == [
        *("check", "economics", "ramp", "plan", "simulation", "mission")
    ]
    words = {stage: [said[3] for said in told if said[0] == stage] for stage, *_ in told}
    assert words["simulation"][-1] == "day 150 of 150"
    days = [int(said.split()[1]) for said in words["simulation"][1:]]
    assert days == sorted(days)
    assert [said for said in words["plan"] if ":" not in said] == [
        *("claimed dates", "p50 dates", "p90 dates")
    ]


def test_a_search_is_told_with_its_bound_and_gap():
    watch = Watch(unit_usd=1000.0)
    assert searched(watch) == "solving 0 s"
    watch.values, watch.best, watch.bound = np.zeros(1), -200.0, -201.0
    assert searched(watch) == ("solving 0 s, bound USD 201,000, best USD 200,000, gap 0.50 %")
