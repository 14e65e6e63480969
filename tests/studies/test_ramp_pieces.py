"""A ramp that was stopped goes on where it was, to the same bits."""

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from fabstack import formats
from fabstack.cli import app
from fabstack.ramp import Design, ramp
from fabstack.ramp.judged import pieces_judged, with_judged
from fabstack.results.ramp_tables import ramp_tables
from fabstack.results.shelf import Borrowed, open_shelf
from fabstack.results.store import open_run
from fabstack.studies import ramp_ahead
from fabstack.studies.ramp_pieces import KeptPieces, _packed, _unpacked


def quiet(_what: str, _done: int, _of: int) -> None:
    pass


@pytest.fixture(scope="module")
def texas(project):
    return project / "programmes" / "texas"


@pytest.fixture(scope="module")
def programme(texas):
    return formats.read(texas).programme


def tables(programme, keep=None, **settings):
    found = ramp_tables(ramp(programme, samples=80, keep=keep, **settings), programme)
    return {name: table.to_dict(as_series=False) for name, table in found.items()}


class Stopped(Exception):
    pass


def test_a_ramp_that_was_stopped_anywhere_ends_with_the_same_tables(programme):
    whole, shelf = tables(programme), Borrowed()

    def keep(tell):
        return KeptPieces(programme, 80, 1, Design.LATIN_HYPERCUBE, shelf, tell)

    for most in (1, 5, 30):

        def stop(_what: str, done: int, _of: int, most: int = most) -> None:
            if done == most:
                raise Stopped

        with pytest.raises(Stopped):
            tables(programme, keep(stop))
    assert len(shelf.digests()) == 30
    last = keep(quiet)
    assert tables(programme, last) == whole
    assert last.found == 30


def test_another_ramp_finds_nothing(programme):
    shelf = Borrowed()
    tables(programme, KeptPieces(programme, 80, 1, Design.LATIN_HYPERCUBE, shelf, quiet))
    other = KeptPieces(programme, 80, 2, Design.LATIN_HYPERCUBE, shelf, quiet)
    assert tables(programme, other, seed=2) == tables(programme, seed=2)
    assert other.found == 0


def test_progress_ends_at_its_end(programme):
    seen = []
    keep = KeptPieces(
        programme, 80, 1, Design.LATIN_HYPERCUBE, Borrowed(), lambda *said: seen.append(said)
    )
    tables(programme, keep)
    assert [done for _, done, _ in seen] == list(range(1, len(seen) + 1))
    assert {of for _, _, of in seen} == {seen[-1][2]}
    assert 0 <= seen[-1][2] - len(seen) <= len(programme.plants)


def test_arrays_come_back_to_the_bit():
    arrays = [np.array([1.5, np.inf, -0.0, np.nan]), np.zeros((2, 3)), np.array([])]
    for before, after in zip(arrays, _unpacked(_packed(arrays)), strict=True):
        assert before.tobytes() == after.tobytes()
        assert before.shape == after.shape


def files(store):
    """When each kept piece was written."""
    return {file: file.stat().st_mtime_ns for file in store.glob("??/*") if len(file.name) == 64}


def test_a_killed_command_goes_on_where_it_was(programme, texas, tmp_path):
    """Killed when all is sampled and two of eight parts of the futures are judged."""
    store = tmp_path / "store"
    words = ["ramp", str(texas), "--samples", "300", "--store", str(store)]
    line = [sys.executable, "-m", "fabstack", *words]
    seen: list[int] = []

    def tell(_what: str, done: int, _of: int) -> None:
        seen.append(done)

    ramp(
        programme,
        samples=300,
        keep=KeptPieces(programme, 300, 1, Design.LATIN_HYPERCUBE, Borrowed(), tell),
    )
    before = seen[-1] + 2
    with subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        until = time.monotonic() + 300
        while len(files(store)) < before and time.monotonic() < until:
            time.sleep(0.01)
        os.kill(process.pid, signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    kept = files(store)
    whole = seen[-1] + pieces_judged(programme, 300)
    assert before <= len(kept) < whole == seen[-1] + 8
    assert CliRunner().invoke(app, [*words, "--out", str(tmp_path / "on")]).exit_code == 0
    after = files(store)
    assert len(after) == whole
    assert {file: after[file] for file in kept} == kept  # nothing was done again
    fresh = [*words[:-2], "--out", str(tmp_path / "fresh")]
    assert CliRunner().invoke(app, fresh).exit_code == 0
    digests = [open_run(tmp_path / name).manifest["tables_digest"] for name in ("on", "fresh")]
    assert digests[0] == digests[1]


# --- With a second process ------------------------------------------------------------------------


def test_futures_that_another_process_judged_are_the_same(programme, monkeypatch, tmp_path):
    monkeypatch.setattr(ramp_ahead, "FEWEST_FUTURES", 1)
    monkeypatch.setattr(ramp_ahead, "_cores", lambda: 2)
    settings = {"samples": 60, "seed": 1, "design": Design.LATIN_HYPERCUBE}
    with ramp_ahead.judged_ahead(programme, **settings, place=str(tmp_path)) as place:
        until = time.monotonic() + 300
        while len(files(tmp_path)) < 3 and time.monotonic() < until:
            time.sleep(0.05)
        assert len(files(tmp_path)) == 3  # it judged all of them
        keep = KeptPieces(programme, *settings.values(), open_shelf(place), quiet)
        sampled = ramp(programme, samples=60)
        assert with_judged(sampled, keep).odds == with_judged(sampled).odds
        assert keep.found == 3


def test_a_second_process_is_not_started_for_nothing(programme, monkeypatch):
    settings = {"seed": 1, "design": Design.LATIN_HYPERCUBE, "place": None}
    with ramp_ahead.judged_ahead(programme, 10, **settings) as place:
        assert place is None
    monkeypatch.setattr(ramp_ahead, "_cores", lambda: 1)
    with ramp_ahead.judged_ahead(programme, 10_000, **settings) as place:
        assert place is None


def test_a_second_process_ends_with_the_first(programme, monkeypatch):
    monkeypatch.setattr(ramp_ahead, "_cores", lambda: 2)
    seen = []

    def stopped_inside():
        settings = {"seed": 1, "design": Design.LATIN_HYPERCUBE, "place": None}
        with ramp_ahead.judged_ahead(programme, 1000, **settings) as place:
            seen.extend([*multiprocessing.active_children(), Path(place)])
            assert Path(place).is_dir()
            raise Stopped

    with pytest.raises(Stopped):
        stopped_inside()
    helper, place = seen
    assert not helper.is_alive()
    assert not place.exists()
