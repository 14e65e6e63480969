"""`fabstack report`: the page of a run, drawn again."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer


def report(
    run: Annotated[Path, typer.Argument(help="Run folder.")],
    out: Annotated[
        Path | None, typer.Option(help="File to write; default: report.html in the run folder.")
    ] = None,
) -> None:
    """Draw the report of a finished run again, from its tables alone.

    Example: fabstack report texas-run --out texas.html
    """
    from fabstack.report import report as page
    from fabstack.results.folders import write_whole
    from fabstack.results.store import REPORT, open_run

    target = out or run / REPORT
    write_whole(target, page(open_run(run)).encode())
    sys.stdout.write(f"Open {target}\n")
