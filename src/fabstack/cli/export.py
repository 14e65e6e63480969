"""`fabstack export`: a programme folder becomes a workbook."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer


def export(
    programme: Annotated[Path, typer.Argument(help="Programme folder or workbook.")],
    book: Annotated[Path, typer.Argument(help="Workbook to write (.xlsx); replaced if it exists.")],
    scenario: Annotated[str | None, typer.Option(help="Named scenario of the programme.")] = None,
) -> None:
    """Write a programme as one workbook, a sheet for each table, without loss.

    Headers carry unit and meaning as notes, and closed sets are offered as lists.
    Example: fabstack export programmes/texas texas.xlsx
    """
    from fabstack import formats

    formats.export(formats.load(programme, scenario), book)
    sys.stderr.write(f"fabstack: wrote {book}\n")
