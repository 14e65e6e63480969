"""The reference of the command line, written from the commands themselves.

`python -m fabstack.cli.reference` prints the page that stands in docs/reference/commands.md.
"""

from __future__ import annotations

import inspect
import sys
from typing import Any

HEAD = """# Commands

Written from the commands' own help by `python -m fabstack.cli.reference`; a test keeps it true.
Exit codes: 0 done, 1 a fault of ours, 2 bad input (every finding is printed), 3 no acceptable plan,
4 a limit was hit (what was done is kept and it is said), 130 stopped with Ctrl-C. With `--json` one
document goes to stdout and nothing else does.
"""


def command_reference() -> str:
    """The page, in the order in which the commands are listed."""
    from typer.main import get_command

    from fabstack.cli import app

    commands: Any = get_command(app)
    return HEAD + "".join(_section(name, command) for name, command in commands.commands.items())


def _section(name: str, command: Any) -> str:
    rows = "".join(_row(parameter) for parameter in command.params if parameter.name != "help")
    table = f"\n| argument or option | meaning | default |\n|---|---|---|\n{rows}" if rows else ""
    parts = getattr(command, "commands", {})  # of a group of commands
    own = f"\n## fabstack {name}\n\n{inspect.cleandoc(command.help or '')}\n{table}"
    return own + "".join(_section(f"{name} {part}", parts[part]) for part in parts)


def _row(parameter: Any) -> str:
    names = parameter.opts if parameter.param_type_name == "option" else [parameter.name.upper()]
    default = "" if parameter.default is None or parameter.required else str(parameter.default)
    meaning = (getattr(parameter, "help", "") or "").replace("|", "\\|")
    return f"| `{'`, `'.join(names)}` | {meaning} | {f'`{default}`' if default else ''} |\n"


if __name__ == "__main__":
    sys.stdout.write(command_reference())
