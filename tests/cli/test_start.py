"""The command line answers at once, and every command explains itself."""

import subprocess
import sys
from pathlib import Path

import pytest
import typer.main

from fabstack.cli import app

HEAVY = ("numba", "highspy", "polars", "plotly", "scipy", "numpy", "pint", "pandas")
COMMANDS = typer.main.get_command(app).commands


def test_help_loads_no_heavy_package():
    """Design section 2: `fabstack --help` under 0.3 s; what costs time is importing these."""
    code = (
        "import sys\n"
        "from fabstack.cli import exit_code\n"
        "assert exit_code(['--help']) == 0\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_has_help_with_an_example(name):
    command = COMMANDS[name]
    assert command.help, f"{name} says nothing of itself"
    assert f"fabstack {name}" in command.help, f"the help of {name} shows no example"


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_option_of_every_command_says_what_it_does(name):
    silent = [p.name for p in COMMANDS[name].params if not getattr(p, "help", None)]
    assert silent == [] or silent == ["help"]


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_stands_in_the_reference(name):
    reference = Path(__file__).resolve().parents[2] / "docs" / "reference" / "commands.md"
    assert f"## fabstack {name}" in reference.read_text(encoding="utf-8")
