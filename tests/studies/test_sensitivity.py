"""What a ramp hangs on, against closed forms."""

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from fabstack.cli import app
from fabstack.errors import InputError
from fabstack.formats import save
from fabstack.model import Programme
from fabstack.model.evidence import Claim, MissionRow
from fabstack.model.header import Header, Ramp
from fabstack.model.plants import Plant
from fabstack.model.roadmap import Activity
from fabstack.results.shelf import Borrowed
from fabstack.results.store import open_run
from fabstack.studies.promises import information_months, payoffs, perfect_months
from fabstack.studies.sensitivity import SensitivityOptions, sensitivity
from fabstack.studies.tasks import Alone
from fabstack.studies.workers import Processes

HEADER = Header(name="made", start="2026-01-01", end="2035-12-31")


def programme(*activities, correlation=0.0, **tables):
    return Programme(
        programme=HEADER, ramp=Ramp(correlation=correlation), activities=activities, **tables
    )


def series(**options):
    """Uniform durations in series, with deviations 3 : 4 : 12 (case T7 of the reference)."""
    rows = (("a", 6, ""), ("b", 8, "a"), ("c", 24, "b"))
    return programme(
        *(Activity(name=n, duration=f"uniform(0, {w})", after=after) for n, w, after in rows),
        **options,
    )


def study(which, *of, crew=None, shelf=None, samples=1024, **options):
    return sensitivity(
        which,
        SensitivityOptions(of=of, samples=samples, **options),
        crew=crew or Alone(),
        shelf=shelf or Borrowed(),
    )


def rows(found, name):
    return found.tables[f"sensitivity_{name}"].to_dicts()


def test_a_sum_has_the_shares_of_its_variances():
    found = study(series(), "milestone:c", samples=4096)
    shares = {row["inputs"]: row for row in rows(found, "groups")}
    for name, exact in {"a": 0.053254, "b": 0.094675, "c": 0.852071}.items():
        row = shares[f"activities/{name}/duration"]
        assert row["first_percent"] == pytest.approx(100 * exact, abs=1)
        assert row["total_percent"] == pytest.approx(100 * exact, abs=1)
        assert row["total_low_percent"] <= row["total_percent"] <= row["total_high_percent"]
    assert [row["rank"] for row in rows(found, "groups")] == [1, 2, 3]


def test_a_tornado_swings_from_p10_to_p90_around_the_medians():
    found = study(series(), "milestone:c", samples=64)
    told = [(row["input"][11], row["at_low"], row["at_high"]) for row in rows(found, "inputs")]
    middle = 3 + 4 + 12
    expected = [
        ("c", middle - 9.6, middle + 9.6), ("b", middle - 3.2, middle + 3.2),
        ("a", middle - 2.4, middle + 2.4),
    ]  # fmt: skip
    for (name, low, high), wanted in zip(told, expected, strict=True):
        assert name == wanted[0]
        assert (low, high) == pytest.approx(wanted[1:])


def test_repeats_are_still_in_a_tornado():
    """At P90 of a chance of one half for each repeat there are three, each of the median length."""
    failing = Activity(name="a", duration=2, repeat_percent=50, repeat="uniform(1, 3)")
    (row,) = rows(study(programme(failing), "milestone:a", samples=16), "inputs")
    assert (row["at_low"], row["at_high"]) == (2.0, 8.0)


def test_inputs_that_move_together_are_one_group():
    plant = Plant(name="fab", kind="fab")
    together = (
        Activity(name=n, plant="fab", duration="uniform(0, 1)", after=after)
        for n, after in (("a", ""), ("b", "a"))
    )
    alone = Activity(name="c", duration="uniform(0, 1)", after="b")
    found = study(
        programme(*together, alone, correlation=0.5, plants=(plant,)), "milestone:c", samples=4096
    )
    groups = {row["inputs"]: row["first_percent"] for row in rows(found, "groups")}
    assert set(groups) == {
        "activities/a/duration; activities/b/duration", "activities/c/duration"
    }  # fmt: skip
    rho = 6 / np.pi * np.arcsin(0.25)  # of the ranks, and so of uniform numbers
    exact = (2 + 2 * rho) / (3 + 2 * rho)
    assert groups["activities/a/duration; activities/b/duration"] == pytest.approx(
        100 * exact, abs=1.5
    )


def test_percentiles_and_worst_cases_are_those_of_the_sample():
    found = study(series(), "milestone:c", samples=1024)
    points = {row["percentile"]: row for row in rows(found, "percentiles")}
    assert all(row["low"] <= row["value"] <= row["high"] for row in points.values())
    assert points[50]["value"] == pytest.approx(19, abs=1)
    worst = rows(found, "worst")
    ends = [row["value"] for row in worst if row["input"] == "activities/c/duration"]
    assert len(ends) == 51  # 5 % of 1024
    assert ends == sorted(ends, reverse=True)
    assert min(ends) >= points[95]["value"] * (1 - 1e-9)
    shares = [row["share_percent"] for row in worst if row["input"] == "activities/c/duration"]
    assert np.mean(shares) > 90
    tail = rows(found, "outcomes")[0]["worst_fifth_mean"]
    assert points[80]["value"] < tail < max(ends)


def test_a_claim_is_worst_where_it_has_least_to_spare():
    claim = Claim(
        name="on-time", part=1, statement="c by 2027", measure="done-by", subject="c",
        date="2027-01-01",
    )  # fmt: skip
    row = MissionRow(part=1, title="Dates", claim="c by 2027")
    found = study(series(claims=(claim,), mission=(row,)), "claim:on-time", "milestone:c")
    worst = [r for r in rows(found, "worst") if r["input"] == "activities/c/duration"]
    margins = [r["value"] for r in worst if r["outcome"] == "claim:on-time"]
    ends = [r["value"] for r in worst if r["outcome"] == "milestone:c"]
    assert margins == pytest.approx([12 - end for end in ends])
    assert study(series(claims=(claim,), mission=(row,)), samples=4).asked[0].name == "milestone:c"


def test_the_worth_of_the_future_of_a_uniform_date_is_that_of_the_newsvendor():
    """U(0, 10): promise 8; too late a promise costs 64/20, being late 4 x 4/20, together 4."""
    moments = 10 * (np.arange(20_000) + 0.5) / 20_000
    assert perfect_months(moments) == pytest.approx(4.0, abs=2e-3)
    # known in 20 slices of half a month, a twentieth of the whole: a twentieth of 4 is left
    assert information_months(moments, moments / 10) == pytest.approx(4 - 0.2, abs=0.01)
    assert information_months(moments, np.tile([0.2, 0.8], 10_000)) == pytest.approx(0, abs=1e-3)
    assert (payoffs(moments) <= 0).all()
    assert payoffs(moments).mean(axis=1).argmax() == 79  # percentile 80 is promised


def test_the_number_of_workers_and_a_stop_change_no_bit(tmp_path):
    class StopsAfterThree(Alone):
        def results(self, job, tasks):
            for done, result in enumerate(super().results(job, tasks), start=1):
                yield result
                if done == 3:
                    raise KeyboardInterrupt

    shelf = Borrowed()
    stopped = study(series(), "milestone:c", crew=StopsAfterThree(), shelf=shelf, samples=64)
    assert stopped.account.was_stopped
    assert not stopped.tables
    resumed = study(series(), "milestone:c", shelf=shelf, samples=64)
    assert (resumed.account.found, resumed.account.done) == (3, 3)
    fresh = study(series(), "milestone:c", crew=Processes(2, print), samples=64)
    for name, table in fresh.tables.items():
        assert table.equals(resumed.tables[name])


def test_an_unknown_outcome_is_refused_with_its_cure():
    with pytest.raises(InputError, match="did you mean 'milestone:c'"):
        study(series(), "milestne:c")
    with pytest.raises(InputError, match="no claim dates an activity"):
        study(series())


def test_the_command_writes_its_tables(tmp_path):
    save(series(), tmp_path / "made")
    words = ["study", "sensitivity", str(tmp_path / "made"), "--of", "milestone:c"]
    words += [
        "--samples",
        "256",
        "--store",
        str(tmp_path / "store"),
        "--out",
        str(tmp_path / "run"),
    ]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    assert "duration of c; to know it is worth" in done.stdout
    answer = json.loads(CliRunner().invoke(app, [*words, "--json"]).stdout)
    assert (answer["runs_now"], answer["runs_found"]) == (0, 6)
    assert len(answer["inputs"]) == 3
    assert len(open_run(tmp_path / "run").tables) == 5
