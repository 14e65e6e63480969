"""`fabstack serve` says in one line what is wrong, and listens to this machine alone by itself."""

import socket
import subprocess
import sys

import pytest

BLOCKED = """
import sys
sys.modules[{name!r}] = None
from fabstack.cli import exit_code
sys.exit(exit_code(["serve", {runs!r}, "--programmes", {programmes!r}]))
"""


def told(runs, programmes, *options):
    words = [sys.executable, "-m", "fabstack", "serve", str(runs), "--programmes", str(programmes)]
    done = subprocess.run([*words, *options], capture_output=True, text=True, timeout=120)
    assert done.stdout == ""
    return done.returncode, done.stderr


@pytest.mark.parametrize("name", ["nicegui", "uvicorn", "argon2"])
def test_a_missing_extra_is_named_in_one_line(tmp_path, name):
    code = BLOCKED.format(name=name, runs=str(tmp_path), programmes=str(tmp_path))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.returncode == 2
    expected = "fabstack: the dashboard needs an optional package: pip install 'fabstack[app]'\n"
    assert done.stderr == expected


def test_folders_that_will_not_do_are_told_at_once(tmp_path):
    pytest.importorskip("nicegui", reason="the extra `app` is not installed")
    (tmp_path / "manifest.json").write_text("{}")
    code, words = told(tmp_path, tmp_path / "none")
    assert code == 2
    assert "this is one run" in words
    assert "there is no such folder" in words


def test_a_port_that_is_taken_is_told(tmp_path):
    pytest.importorskip("nicegui", reason="the extra `app` is not installed")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, words = told(tmp_path / "runs", tmp_path, "--port", str(port))
    assert code == 2
    assert f"cannot listen on 127.0.0.1:{port}: Address already in use" in words


def test_by_itself_it_listens_to_this_machine_alone():
    import typer.main

    from fabstack.cli import app

    options = typer.main.get_command(app).commands["serve"].params
    assert {one.name: one.default for one in options}["host"] == "127.0.0.1"
