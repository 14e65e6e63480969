"""The command line: thin, one file per command.

Only typer is imported here; every engine is imported inside the command that needs it, so that
`fabstack --help` answers at once.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Callable
from typing import Any

import typer

from fabstack.cli.check import check
from fabstack.cli.compare import compare
from fabstack.cli.design import app as design
from fabstack.cli.design_panels import packaging, pcb
from fabstack.cli.design_plants import plants
from fabstack.cli.die import die
from fabstack.cli.export import export
from fabstack.cli.import_ import import_
from fabstack.cli.panel import panel
from fabstack.cli.plan import plan
from fabstack.cli.promise import promise
from fabstack.cli.ramp import ramp
from fabstack.cli.report import report
from fabstack.cli.run import run
from fabstack.cli.scenarios import scenarios
from fabstack.cli.schema import schema
from fabstack.cli.serve import serve
from fabstack.cli.simulate import simulate
from fabstack.cli.sources import sources
from fabstack.cli.study import app as study
from fabstack.cli.trace import trace
from fabstack.errors import FabstackError, InputError

app = typer.Typer(
    name="fabstack",
    help="Describe a chip maker in a folder of plain files: check its claims, plan what to make, "
    "buy and build, run every tool and lot, and see dates, volumes, cost and risk.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

STOPPED = 130  # by Ctrl-C; some versions of typer return it, others raise

COMMANDS: dict[str, Callable[..., Any]] = {
    "run": run,
    "check": check,
    "plan": plan,
    "promise": promise,
    "simulate": simulate,
    "ramp": ramp,
    "die": die,
    "panel": panel,
    "sources": sources,
    "scenarios": scenarios,
    "schema": schema,
    "report": report,
    "compare": compare,
    "serve": serve,
    "trace": trace,
    "import": import_,
    "export": export,
}
for name, command in COMMANDS.items():
    app.command(name=name)(command)
design.command()(packaging)
design.command()(pcb)
design.command()(plants)
app.add_typer(study, name="study")
app.add_typer(design, name="design")


def main(arguments: list[str] | None = None) -> None:
    """Run one command and leave with its exit code.

    One that was stopped has cleaned up behind itself, and leaves without waiting for a solver or a
    kernel that still works in a thread.
    """
    code = exit_code(sys.argv[1:] if arguments is None else arguments)
    if code == STOPPED:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    sys.exit(code)


def exit_code(arguments: list[str]) -> int:
    """Run one command: 0 done, 1 our fault, 2 bad input, 3 no plan, 4 a limit, 130 stopped."""
    try:
        result = app(arguments, standalone_mode=False)
    except FabstackError as error:
        return _tell(error, as_json="--json" in arguments)
    except (KeyboardInterrupt, typer.Abort):
        result = STOPPED
    except Exception as error:
        return _usage_or_fault(error)
    if result == STOPPED:
        _say("fabstack: stopped; nothing half-written is left behind")
    return result if isinstance(result, int) else 0


def _tell(error: FabstackError, *, as_json: bool) -> int:
    findings = error.findings if isinstance(error, InputError) else ()
    if as_json:
        document: dict[str, Any] = {
            "error": type(error).__name__,
            "message": str(error),
            "findings": [finding.as_dict() for finding in findings],
        }
        sys.stdout.write(json.dumps(document, indent=2) + "\n")
    _say("\n".join(map(str, findings)) or f"fabstack: {error}")
    return error.exit_code


def _usage_or_fault(error: Exception) -> int:
    show = getattr(
        error, "show", None
    )  # a usage error of the command line knows how to show itself
    if callable(show):
        show()
        return int(getattr(error, "exit_code", 2))
    _say("".join(traceback.format_exception(error)))
    _say("fabstack: this is a fault of ours, not of your input; please report the lines above")
    return 1


def _say(words: str) -> None:
    sys.stderr.write(words.rstrip("\n") + "\n")
