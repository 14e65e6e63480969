"""`fabstack import`: a workbook or a model of another simulator becomes a programme folder."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fabstack.errors import did_you_mean

if TYPE_CHECKING:
    from fabstack.formats import Loaded


class Format(StrEnum):
    """What can be imported."""

    WORKBOOK = "workbook"
    AUTOSCHED = "autosched"


def import_(
    format_or_source: Annotated[
        str,
        typer.Argument(
            help="`autosched` before a model folder of AutoSched AP such as SMT2020, `workbook` "
            "before a file as `fabstack export` writes it, or SOURCE at once: it tells by itself."
        ),
    ],
    out: Annotated[
        Path,
        typer.Option(help="Programme folder; an older programme there is replaced, notes stay."),
    ],
    source: Annotated[
        Path | None, typer.Argument(help="What to read, where a format stands before it.")
    ] = None,
    due_spread_percent: Annotated[
        float,
        typer.Option(
            min=0,
            max=100,
            help="autosched: draw each lot's time to its due date from 1 -+ this; the published "
            "runs of SMT2020 with low volume have 20.",
        ),
    ] = 0.0,
) -> None:
    """Write a workbook, or a model of another simulator, as a folder of plain files.

    What a programme cannot say is told on stderr with file, line and column.

    Example: fabstack import texas.xlsx --out programmes/texas

    Example: fabstack import autosched SMT2020_LVHM --out lvhm --due-spread-percent 20
    """
    from fabstack import formats

    loaded = _loaded(*_parsed(format_or_source, source), due_spread_percent)
    formats.save(loaded.programme, out)
    for finding in loaded.findings:
        sys.stderr.write(f"{finding}\n")
    sys.stderr.write(f"fabstack: wrote {out}\n")


def _parsed(word: str, source: Path | None) -> tuple[Format | None, Path]:
    if source is None:
        return None, Path(word)
    if word not in set(Format):
        cure = did_you_mean(word, [*Format])
        raise typer.BadParameter(f"no format '{word}'; {cure}")
    return Format(word), source


def _loaded(kind: Format | None, path: Path, due_spread_percent: float) -> Loaded:
    from fabstack import formats
    from fabstack.formats import autosched

    if kind is Format.AUTOSCHED or (kind is None and autosched.is_autosched(path)):
        return autosched.read(path, due_spread_percent=due_spread_percent)
    if due_spread_percent:
        raise typer.BadParameter("--due-spread-percent goes with an autosched model alone")
    return formats.read(path)
