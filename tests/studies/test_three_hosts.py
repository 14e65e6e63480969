"""Three hosts, one of them cut off in the middle: the same bytes, and it says what it did again."""

import sys
import time

import pytest
from three_hosts import cluster, why_not
from typer.testing import CliRunner

from fabstack.cli import app
from fabstack.results.store import open_run

pytest.importorskip("distributed", reason="the extra `cluster` is not installed")

PROGRAMME = """[programme]
name = "two-steps"
start = 2026-01-01
end = 2027-12-31
[ramp]
samples = 6000
"""
ACTIVITIES = """name,after,duration
build,,"pert(2, 3, 6)"
open,build,"triangular(1, 2, 3)"
"""
LENGTHS = ",".join(f"{1 + n / 100:.2f}" for n in range(40))


def test_a_host_that_is_cut_off_costs_time_and_no_result(tmp_path):
    if reason := why_not():
        pytest.skip(reason)
    folder, store = tmp_path / "programme", tmp_path / "store"
    folder.mkdir()
    (folder / "programme.toml").write_text(PROGRAMME)
    (folder / "activities.csv").write_text(ACTIVITIES)
    study = ["study", "sweep", str(folder), "--vary", f"activities/build/duration={LENGTHS}"]
    with cluster(tmp_path) as (hosts, address):
        there = ["--cluster", address, "--store", str(store), "--out", str(tmp_path / "there")]
        client = hosts.run(1, sys.executable, "-m", "fabstack", *study, *there)
        until = time.monotonic() + 60
        while len(list(store.glob("*/*"))) < 6 and time.monotonic() < until:
            assert client.poll() is None, (tmp_path / "host-1-3.log").read_text()
            time.sleep(0.05)
        hosts.cut_off(3)
        assert client.wait(timeout=120) == 0
    here = ["--store", str(tmp_path / "other"), "--out", str(tmp_path / "here")]
    assert CliRunner().invoke(app, [*study, *here]).exit_code == 0
    first, second = (open_run(tmp_path / name) for name in ("here", "there"))
    assert first.manifest["tables_digest"] == second.manifest["tables_digest"]
    redone = second.summary["sweep"]["redone"]
    assert redone, "the lost worker had something to do"
    said = (tmp_path / "host-1-3.log").read_text()
    assert "is lost; done again: run " in said
    assert redone[0] in said
