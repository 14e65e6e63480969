"""What a user may do to a command: stop it, give it a full disk, a wrong word, a broken file."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from fabstack.cli import exit_code

TOY = Path(__file__).resolve().parents[2] / "programmes" / "toy-chain"


def fabstack(*words: str, **options) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", "fabstack", *words],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options,
    )  # fmt: skip


@pytest.mark.parametrize("after_s", [0.2, 0.6, 1.0, 1.4, 1.8, 2.2])
def test_ctrl_c_at_any_moment_leaves_a_whole_run_or_none(tmp_path, after_s):
    out = tmp_path / "run"
    process = fabstack("run", str(TOY), "--out", str(out))
    time.sleep(after_s)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    left = {path.name for path in tmp_path.iterdir()}
    assert left <= {"run"}, "something half-written is left behind"
    if out.exists():
        assert (out / "report.html").is_file()
        assert (out / "manifest.json").is_file()


def test_ctrl_c_says_that_it_stopped(tmp_path):
    process = fabstack("run", str(TOY.parent / "single-queue"), "--days", "200000", "--out", "x",
                       cwd=tmp_path)  # fmt: skip
    time.sleep(6)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130, said
    assert "stopped" in said
    assert "Traceback" not in said
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def tiny_disk(tmp_path):
    """A file system with room for 64 kB; needs the right to mount."""
    place = tmp_path / "tiny"
    place.mkdir()
    mount = shutil.which("mount")
    options = ["-t", "tmpfs", "-o", "size=64k", "tmpfs", str(place)]
    if (
        mount is None
        or os.geteuid() != 0
        or subprocess.run([mount, *options], check=False).returncode
    ):
        pytest.skip("no right to mount a small file system here")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk_is_one_clear_line_and_leaves_nothing(tiny_disk):
    process = fabstack("run", str(TOY), "--out", str(tiny_disk / "run"))
    _, said = process.communicate(timeout=120)
    assert process.returncode == 2
    assert said.strip().count("\n") == 0, said
    assert "disk is full" in said
    assert list(tiny_disk.iterdir()) == []


def test_a_place_that_cannot_be_written_is_one_clear_line(tmp_path, capsys):
    (tmp_path / "file").write_text("x")
    assert exit_code(["run", str(TOY), "--out", str(tmp_path / "file" / "run")]) == 2
    said = capsys.readouterr().err.strip()
    assert said.count("\n") == 0
    assert "cannot write" in said


def test_a_folder_that_is_no_run_is_not_overwritten(tmp_path, capsys):
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "thesis.txt").write_text("years of work")
    assert exit_code(["run", str(TOY), "--out", str(tmp_path / "precious")]) == 2
    assert "no run folder" in capsys.readouterr().err
    assert (tmp_path / "precious" / "thesis.txt").read_text() == "years of work"


@pytest.mark.parametrize("command", ["run", "check", "plan", "simulate", "ramp", "sources"])
def test_a_missing_programme_is_a_finding(command, tmp_path, capsys):
    assert exit_code([command, str(tmp_path / "nowhere")]) == 2
    said = "".join(capsys.readouterr())
    assert "nowhere" in said
    assert "Traceback" not in said


@pytest.mark.parametrize("command", ["run", "check", "plan", "simulate", "ramp", "sources"])
def test_json_of_a_broken_programme_is_one_document_with_its_findings(command, tmp_path, capsys):
    shutil.copytree(TOY, tmp_path / "toy")
    table = tmp_path / "toy" / "tool_groups.csv"
    table.write_text(table.read_text().replace("bonder,packaging,1", "bonder,packagin,1"))
    assert exit_code([command, str(tmp_path / "toy"), "--json"]) == 2
    document = json.loads(capsys.readouterr().out)
    finding = document["findings"][0]
    assert (Path(finding["file"]).name, finding["line"]) == ("tool_groups.csv", 3)
    assert "packagin" in finding["message"]
    assert "packaging" in finding["cure"]


@pytest.mark.parametrize("command", ["check", "plan", "simulate", "ramp"])
def test_json_is_the_only_thing_on_stdout(command, capsys):
    assert exit_code([command, str(TOY), "--json"]) == 0
    json.loads(capsys.readouterr().out)


def test_an_unknown_scenario_names_the_known_one(capsys):
    assert exit_code(["run", str(TOY), "--scenario", "no-brigde"]) == 2
    assert "no-bridge" in capsys.readouterr().err


def test_an_unknown_command_is_a_usage_error(capsys):
    assert exit_code(["fly"]) == 2
    assert "fly" in capsys.readouterr().err
