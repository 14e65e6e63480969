"""Operating curves against queueing theory, and what a user may do to a study."""

import json
import math

import pytest

from fabstack import load
from fabstack.cli import exit_code
from fabstack.model import Programme
from fabstack.results.catalogue import TABLES
from fabstack.results.store import open_run
from fabstack.studies import operating_curve as study
from fabstack.studies.changes import with_due_spread, with_load, with_rule
from fabstack.studies.operating_curve import CurveOptions, operating_curve

DAY = 1440.0


@pytest.fixture(scope="module")
def queue(project):
    return load(project / "programmes" / "single-queue")


def curve_of(programme, **options):
    defaults = {"until_min": 1500 * DAY, "warm_up_min": 100 * DAY, "replications": 5}
    return operating_curve(programme, CurveOptions(**{**defaults, **options}))


def test_the_x_factor_of_one_queue_is_one_over_the_idle_share(queue):
    """M/M/1: time in the system over service time = 1 / (1 - load)."""
    points = curve_of(queue, loads_percent=[50, 80, 90]).tables()["curve_points"].to_dicts()
    for point in points:
        load = point["utilisation_percent"] / 100
        assert point["utilisation_percent"] == pytest.approx(point["load_percent"], abs=1.0)
        error = point["x_factor_ci95"] / 2.776 * 4  # four standard errors; t of 4 is 2.776
        assert point["x_factor"] == pytest.approx(1 / (1 - load), abs=error)
        assert point["replications"] == 5


@pytest.fixture(scope="module")
def compared(project):
    """Due dates drawn wide, so that going by them differs from going by arrival."""
    programme = with_due_spread(load(project / "programmes" / "small-line"), 90)
    return curve_of(
        programme, until_min=120 * DAY, warm_up_min=20 * DAY, loads_percent=[60, 95],
        rules=["priority > fifo", "priority > edd", "fifo"], replications=3,
    )  # fmt: skip


def test_rules_meet_the_same_luck(compared):
    """A rule in another spelling differs by nothing; else the interval is that of the pairs."""
    rows = compared.tables()["curve_differences"].to_dicts()
    assert len(rows) == 2 * 3
    for row in rows:
        if {row["rule"], row["against"]} == {"priority > fifo", "fifo"}:
            assert row["cycle_time_days_difference"] == 0.0
            assert row["cycle_time_days_difference_ci95"] == 0.0
            continue
        by_rule = {p.rule: p for p in compared.points if p.load_percent == row["load_percent"]}
        first, second = (
            [compared.samples[by_rule[rule]][seed].cycle_time_days for seed in (1, 2, 3)]
            for rule in (row["against"], row["rule"])
        )
        apart = [b - a for a, b in zip(first, second, strict=True)]
        mean = sum(apart) / 3
        deviation = math.sqrt(sum((value - mean) ** 2 for value in apart) / 2)
        assert row["cycle_time_days_difference"] == pytest.approx(mean)
        half = 4.302653 * deviation / math.sqrt(3)  # t of 2 degrees of freedom
        assert row["cycle_time_days_difference_ci95"] == pytest.approx(half, rel=1e-5)


def test_more_load_takes_more_time(compared):
    rows = compared.tables()["curve_points"].to_dicts()
    by_load = {row["load_percent"]: row for row in rows if row["rule"] == "priority > fifo"}
    assert by_load[60]["cycle_time_days_mean"] < by_load[95]["cycle_time_days_mean"]
    assert by_load[60]["starts_factor"] < by_load[95]["starts_factor"]


def test_tables_are_as_catalogued(compared):
    for name, frame in compared.tables().items():
        assert tuple(frame.columns) == TABLES[name].column_names


def test_threads_change_nothing(queue):
    options = {"until_min": 200 * DAY, "loads_percent": [50, 90], "replications": 2}
    one, two = (curve_of(queue, workers=workers, **options).tables() for workers in (1, 2))
    assert all(one[name].equals(two[name]) for name in one)


def test_a_study_that_is_stopped_keeps_the_finished_points(queue, monkeypatch):
    real = study.results_of

    def stopped(tasks, workers, stop):
        found = real(tasks, workers, stop)
        yield from (next(found) for _ in range(3))
        raise KeyboardInterrupt

    monkeypatch.setattr(study, "results_of", stopped)
    curve = curve_of(queue, until_min=200 * DAY, loads_percent=[50, 90], replications=2)
    assert curve.was_stopped
    counts = [row["replications"] for row in curve.tables()["curve_points"].to_dicts()]
    assert counts == [2, 1]


def test_load_scales_starts_and_periodic_orders_and_nothing_else():
    programme = Programme.model_validate(
        {
            "programme": {"name": "x", "title": "", "start": "2026-01-01", "end": "2027-01-01"},
            "items": [{"name": "wafer", "kind": "wafer"}],
            "plants": [{"name": "fab", "kind": "fab"}],
            "tool_groups": [{"name": "tool", "plant": "fab", "tools": 1}],
            "routes": [{"name": "make", "item": "wafer", "plant": "fab"}],
            "steps": [
                {"route": "make", "step": 1, "name": "do", "tool_group": "tool", "process": 1}
            ],
            "starts": [{"route": "make", "date": "2026-01-01", "carriers_per_month": 100}],
            "orders": [
                {"name": "a", "route": "make", "date": "2026-01-01", "lots": 10, "every_h": 3},
                {"name": "b", "route": "make", "date": "2026-01-01", "lots": 10},
            ],
        }
    )
    fuller = with_load(programme, 1.5)
    assert fuller.starts[0].carriers_per_month == 150
    assert (fuller.orders[0].every_h, fuller.orders[0].lots) == (2.0, 15)
    assert fuller.orders[1] == programme.orders[1]
    assert with_rule(programme, "edd").tool_groups[0].dispatch == "edd"


def test_the_command_prints_one_document_and_writes_a_run(project, tmp_path, capsys):
    line, out = project / "programmes" / "single-queue", tmp_path / "curve"
    words = ["study", "operating-curve", str(line), "--loads", "40,60", "--until", "100d"]
    options = ["--rule", "fifo", "--rule", "spt", "--replications", "2", "--workers", "2"]
    assert exit_code([*words, *options, "--json", "--out", str(out)]) == 0
    said = capsys.readouterr()
    found = json.loads(said.out)
    assert [(p["load_percent"], p["rule"]) for p in found["points"]] == [
        (40, "fifo"),
        (40, "spt"),
        (60, "fifo"),
        (60, "spt"),
    ]
    assert len(found["differences"]) == 2
    assert said.err == ""
    assert open_run(out).tables == ("curve_differences", "curve_points")
    assert exit_code([*words, "--replications", "2"]) == 0
    assert "own" in capsys.readouterr().out


def test_wrong_loads_and_programmes_without_starts_are_told(project, tmp_path, capsys):
    line = str(project / "programmes" / "single-queue")
    assert exit_code(["study", "operating-curve", line, "--loads", "70,120,x"]) == 2
    said = capsys.readouterr().err
    assert "'120' is no load" in said
    assert "'x' is no load" in said
    toy = str(project / "programmes" / "toy-chain")
    assert exit_code(["study", "operating-curve", toy]) == 2
    assert "no starts to scale" in capsys.readouterr().err
