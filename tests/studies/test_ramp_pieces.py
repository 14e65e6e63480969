"""A ramp that was stopped goes on where it was, to the same bits."""

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from typer.testing import CliRunner

from fabstack import formats
from fabstack.cli import app
from fabstack.ramp import Design, ramp
from fabstack.ramp.judged import pieces_judged
from fabstack.results.ramp_tables import ramp_tables
from fabstack.results.shelf import Borrowed
from fabstack.results.store import open_run
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
