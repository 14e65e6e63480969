"""A run folder is whole or not there, its tables are the same bytes, its faults are one line."""

import errno
import json
import os
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from fabstack.errors import InputError, OutputError
from fabstack.results import folders
from fabstack.results.parquet import parquet_bytes
from fabstack.results.store import RunWriter, open_run, tables_digest

FLOW = pl.DataFrame(
    {
        "month": [date(2026, 1, 1), date(2026, 2, 1)],
        "item": ["ai5", "ai5"],
        "made": [1.5, None],
        "lots": [3, 4],
    }
)


def write(target, table=FLOW, **about):
    with RunWriter(target, **{"programme": "toy", "seed": 1, **about}) as writer:
        writer.table("plan_items", table)
        writer.summary({"headline": {"holds": None}})
        writer.text("report.html", "<p>half</p>")
    return target


def leftovers(folder):
    return sorted(path.name for path in folder.iterdir() if path.name.startswith("."))


# --- What is written is read ------------------------------------------------------------------


def test_a_run_is_read_as_it_was_written(tmp_path):
    run = open_run(write(tmp_path / "a" / "run", scenario="no-bridge", command="fabstack run x"))
    assert run.tables == ("plan_items",)
    assert run.table("plan_items").equals(FLOW)
    assert run.summary == {"headline": {"holds": None}}
    assert (run.folder / "report.html").read_text() == "<p>half</p>"


def test_the_manifest_says_what_was_run(tmp_path):
    manifest = open_run(write(tmp_path / "run", digest="d1", scenario=None)).manifest
    assert manifest["programme"] == "toy"
    assert manifest["digest"] == "d1"
    assert manifest["engines"] == ["plan"]
    assert manifest["tables"] == ["plan_items"]
    assert manifest["python"] == ".".join(map(str, sys.version_info[:3]))
    assert manifest["libraries"]["polars"] == pl.__version__
    assert manifest["wall_s"] >= 0
    assert manifest["started"].endswith("+00:00")
    assert manifest["tables_digest"] == tables_digest(tmp_path / "run")


def test_the_folder_has_the_rights_that_any_new_folder_has(tmp_path):
    (tmp_path / "plain").mkdir()
    rights = write(tmp_path / "run").stat().st_mode
    assert rights == (tmp_path / "plain").stat().st_mode


def test_a_run_in_the_making_can_be_read_for_its_report(tmp_path):
    with RunWriter(tmp_path / "run", programme="toy") as writer:
        writer.table("plan_items", FLOW)
        run = writer.partial_run()
        assert run.manifest["programme"] == "toy"
        assert run.summary == {}
        assert run.table("plan_items").height == 2
        assert not (tmp_path / "run").exists()


def test_dates_and_numbers_of_numpy_become_plain_json(tmp_path):
    with RunWriter(tmp_path / "run") as writer:
        writer.summary({"day": date(2027, 3, 31), "n": np.int64(3), "ok": np.bool_(True)})
    assert open_run(tmp_path / "run").summary == {"day": "2027-03-31", "n": 3, "ok": True}


def test_a_folder_that_is_no_run_is_refused(tmp_path):
    (tmp_path / "manifest.json").write_text('{"name": "a web page"}')
    for folder in (tmp_path, tmp_path / "missing"):
        with pytest.raises(InputError) as caught:
            open_run(folder)
        assert [finding.code for finding in caught.value.findings] == ["not-a-run"]


@pytest.mark.parametrize("words", ["", "{", "[1]", "\ufffe"])
def test_a_broken_manifest_is_a_finding(tmp_path, words):
    run = write(tmp_path / "run")
    (run / "manifest.json").write_text(words)
    with pytest.raises(InputError, match=r"manifest\.json"):
        open_run(run)


def test_a_broken_table_is_a_finding_and_a_missing_one_a_key_error(tmp_path):
    run = open_run(write(tmp_path / "run"))
    (run.folder / "tables" / "plan_items.parquet").write_bytes(b"PAR1 cut off")
    with pytest.raises(InputError, match=r"plan_items\.parquet"):
        run.table("plan_items")
    with pytest.raises(KeyError, match="ramp_curve"):
        run.table("ramp_curve")


# --- The same bytes ---------------------------------------------------------------------------


def random_table():
    draw = np.random.default_rng(7)
    rows = 70_000
    return pl.DataFrame(
        {
            "x": draw.normal(size=rows),
            "name": draw.choice(["fab", "foplp", "pcb"], size=rows),
            "day": pl.Series(draw.integers(0, 4000, size=rows).astype(np.int32)).cast(pl.Date),
            "built": draw.random(rows) < 0.5,
            "n": pl.Series(draw.integers(0, 9, size=rows)).replace(3, None),
        }
    )


def test_equal_tables_have_equal_bytes_however_they_were_put_together():
    whole = random_table()
    pieces = pl.concat([whole[:11], whole[11:500], whole[500:]], rechunk=False)
    window = pl.concat([whole, whole])[whole.height :]
    coded = whole.with_columns(pl.col("name").cast(pl.Categorical))
    expected = parquet_bytes("t", whole)
    assert [parquet_bytes("t", frame) for frame in (whole, pieces, window, coded)] == [expected] * 4


def test_minus_zero_is_zero():
    frames = [pl.DataFrame({"x": [zero, None]}) for zero in (0.0, -0.0)]
    assert parquet_bytes("t", frames[0]) == parquet_bytes("t", frames[1])


def test_one_changed_number_changes_the_digest(tmp_path):
    same = write(tmp_path / "a"), write(tmp_path / "b", seed=2, command="other")
    other = write(tmp_path / "c", FLOW.with_columns(lots=pl.Series([3, 5])))
    assert tables_digest(same[0]) == tables_digest(same[1]) != tables_digest(other)


def test_another_process_with_other_threads_writes_the_same_bytes(tmp_path):
    script = (
        "import sys; sys.path[:0] = [sys.argv[1]]\n"
        "from test_store import random_table, write\n"
        "from fabstack.results.store import tables_digest\n"
        "from pathlib import Path\n"
        "print(tables_digest(write(Path(sys.argv[2]), random_table())))\n"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", script, str(Path(__file__).parent), str(tmp_path / threads)],
            env={**os.environ, "POLARS_MAX_THREADS": threads, "PYTHONHASHSEED": threads},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for threads in ("1", "3")
    }
    assert digests == {tables_digest(write(tmp_path / "here", random_table())) + "\n"}


# --- Numbers that are none --------------------------------------------------------------------


@pytest.mark.parametrize("broken", [float("nan"), float("inf"), float("-inf")])
def test_a_number_that_is_not_finite_is_refused_with_table_and_column(tmp_path, broken):
    frame = pl.DataFrame({"good": [1.0, None], "made": [None, broken]})
    with pytest.raises(ValueError, match=rf"table plan_items, column made: {broken}"):
        write(tmp_path / "run", frame)
    assert list(tmp_path.iterdir()) == []


def test_nan_in_a_single_float_is_refused_too():
    with pytest.raises(ValueError, match="column x"):
        parquet_bytes("t", pl.DataFrame({"x": pl.Series([float("nan")], dtype=pl.Float32)}))


def test_a_list_in_a_cell_is_refused():
    with pytest.raises(ValueError, match="column x: List"):
        parquet_bytes("t", pl.DataFrame({"x": [[float("nan")]]}))


def test_nan_in_the_summary_is_refused_with_its_place(tmp_path):
    summary = {"mission": [{"holds": True}, {"evidence": {"odds": float("nan")}}]}
    with (
        pytest.raises(ValueError, match="summary/mission/1/evidence/odds"),
        RunWriter(tmp_path / "run") as writer,
    ):
        writer.summary(summary)


def test_empty_tables_are_tables():
    assert pl.read_parquet(parquet_bytes("t", FLOW.clear())).schema == FLOW.schema


@pytest.mark.parametrize("name", ["../out", "a/b", "", "A", ".hidden", "x y"])
def test_names_that_leave_the_folder_are_refused(tmp_path, name):
    with RunWriter(tmp_path / "run") as writer:
        with pytest.raises(ValueError, match="no plain name"):
            writer.table(name, FLOW)
        with pytest.raises(ValueError, match="no plain name"):
            writer.text(name, "")


def test_a_table_is_written_once(tmp_path):
    with RunWriter(tmp_path / "run") as writer:
        writer.table("t", FLOW)
        with pytest.raises(ValueError, match="already"):
            writer.table("t", FLOW)


# --- What stands at the target ----------------------------------------------------------------


def test_an_older_run_is_replaced_whole(tmp_path):
    write(tmp_path / "run", random_table())
    (tmp_path / "run" / "old.txt").write_text("of the older run")
    write(tmp_path / "run")
    assert open_run(tmp_path / "run").table("plan_items").equals(FLOW)
    assert not (tmp_path / "run" / "old.txt").exists()
    assert leftovers(tmp_path) == []


def test_an_older_run_is_replaced_whole_where_names_cannot_be_swapped(tmp_path, monkeypatch):
    monkeypatch.setattr(folders, "_exchanged", lambda _first, _second: False)
    test_an_older_run_is_replaced_whole(tmp_path)


def test_a_fault_between_the_renames_puts_the_older_run_back(tmp_path, monkeypatch):
    monkeypatch.setattr(folders, "_exchanged", lambda _first, _second: False)
    write(tmp_path / "run")
    rename, calls = Path.rename, []

    def second_fails(self, target):
        calls.append(target)
        if len(calls) == 2:
            raise OSError(errno.EIO, "the disk broke")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", second_fails)
    with pytest.raises(OutputError, match="the disk broke"):
        write(tmp_path / "run", random_table())
    monkeypatch.undo()
    assert open_run(tmp_path / "run").table("plan_items").equals(FLOW)
    assert leftovers(tmp_path) == []


def test_a_failed_run_leaves_the_older_one_as_it_was(tmp_path):
    before = tables_digest(write(tmp_path / "run"))
    with pytest.raises(ValueError, match="not finite"):
        write(tmp_path / "run", FLOW.with_columns(made=pl.lit(float("nan"))))
    assert tables_digest(tmp_path / "run") == before
    assert leftovers(tmp_path) == []


def test_an_empty_folder_may_be_used(tmp_path):
    (tmp_path / "run").mkdir()
    assert open_run(write(tmp_path / "run")).tables == ("plan_items",)


def test_what_is_no_run_is_not_replaced(tmp_path):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "manifest.json").write_text('{"name": "ten years of work"}')
    (tmp_path / "file").write_text("words")
    for target in (tmp_path / "thesis", tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(OutputError) as caught:
            write(target)
        assert "\n" not in str(caught.value)
        assert str(target) in str(caught.value)
    assert (tmp_path / "thesis" / "manifest.json").exists()
    assert leftovers(tmp_path) == []


def test_a_link_to_a_run_stays_a_link(tmp_path):
    write(tmp_path / "run")
    (tmp_path / "latest").symlink_to("run")
    write(tmp_path / "latest", random_table())
    assert (tmp_path / "latest").is_symlink()
    assert open_run(tmp_path / "run").table("plan_items").height == 70_000


# --- Faults of the disk -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.ENOSPC, "the disk is full"), (errno.EROFS, "read-only"), (errno.EIO, "Input/output")],
)
def test_a_fault_of_the_disk_is_one_clear_line(tmp_path, monkeypatch, number, words):
    def fsync(_handle):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(OutputError) as caught:
        write(tmp_path / "run")
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_leaves_nothing(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "none", str(disk)], capture_output=True
    )
    if mounted.returncode:
        pytest.skip("needs the right to mount a small disk")
    try:
        with pytest.raises(OutputError, match="the disk is full"):
            write(disk / "run", random_table())
        assert list(disk.iterdir()) == []
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_folder_without_the_right_to_write_is_one_clear_line(tmp_path):
    (tmp_path / "closed").mkdir(mode=0o500)
    if os.access(tmp_path / "closed", os.W_OK):
        closed = Path("/proc/closed")  # root may write anywhere but there
    else:
        closed = tmp_path / "closed"
    if not closed.parent.is_dir():
        pytest.skip("there is no folder that refuses this user")
    with pytest.raises(OutputError) as caught:
        write(closed / "run")
    assert str(caught.value).startswith(f"cannot write {closed / 'run'}: ")


def test_a_name_that_is_too_long_is_one_clear_line(tmp_path):
    with pytest.raises(OutputError, match="the name is too long"):
        write(tmp_path / ("x" * 300))


# --- Interruption -----------------------------------------------------------------------------

SLOW = """
import sys, time
sys.path[:0] = [sys.argv[1]]
from test_store import FLOW
from fabstack.results.store import RunWriter
with RunWriter(sys.argv[2], programme="toy") as writer:
    for number in range(10_000):
        writer.table(f"t{number}", FLOW)
        if number == 3:
            print("writing", flush=True)
        time.sleep(0.01)
"""


def interrupted(target, number):
    """Start a run, stop it in the middle with a signal, and give what it left beside the target."""
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW, str(Path(__file__).parent), str(target)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdout.readline() == b"writing\n"
    process.send_signal(number)
    process.wait(timeout=30)
    process.stdout.close()
    return leftovers(target.parent)


def test_control_c_leaves_nothing(tmp_path):
    assert interrupted(tmp_path / "run", signal.SIGINT) == []
    assert list(tmp_path.iterdir()) == []


def test_a_killed_run_leaves_only_what_says_that_it_is_partial(tmp_path):
    before = tables_digest(write(tmp_path / "run"))
    left = interrupted(tmp_path / "run", signal.SIGKILL)
    assert len(left) == 1
    assert left[0].endswith(".partial")
    with pytest.raises(InputError):
        open_run(tmp_path / left[0])
    assert tables_digest(tmp_path / "run") == before


def test_readers_never_see_a_half_replaced_run(tmp_path):
    """While one process replaces a run again and again, each read finds a whole one."""
    target = write(tmp_path / "run")
    again = (
        "import sys; sys.path[:0] = [sys.argv[1]]\n"
        "from test_store import write\n"
        "from pathlib import Path\n"
        "for n in range(40): write(Path(sys.argv[2]), seed=n)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", again, str(Path(__file__).parent), str(target)]
    )
    reads = 0
    while process.poll() is None:
        assert json.loads((target / "manifest.json").read_text())["tables"] == ["plan_items"]
        reads += 1
        time.sleep(0.001)
    assert process.returncode == 0
    assert reads > 10
