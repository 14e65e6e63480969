"""`fabstack import`: a workbook becomes a programme folder."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer


def import_(
    book: Annotated[Path, typer.Argument(help="Workbook, as `fabstack export` writes it.")],
    out: Annotated[
        Path,
        typer.Option(help="Programme folder; an older programme there is replaced, notes stay."),
    ],
) -> None:
    """Write the programme in a workbook as a folder of plain files, without loss.

    Example: fabstack import texas.xlsx --out programmes/texas
    """
    from fabstack import formats

    formats.save(formats.load(book), out)
    sys.stderr.write(f"fabstack: wrote {out}\n")
