"""`fabstack report`: the page of a run, drawn again."""

from __future__ import annotations

import sys
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from fabstack.report.section import Section


def report(
    run: Annotated[Path, typer.Argument(help="Run folder.")],
    out: Annotated[
        Path | None, typer.Option(help="File to write; default: report.html in the run folder.")
    ] = None,
    lang: Annotated[str, typer.Option(help="Language of the page: en or zh.")] = "en",
    pdf: Annotated[
        Path | None, typer.Option(help="Print the page to this PDF file, by an installed Chromium.")
    ] = None,
    event_log: Annotated[
        Path | None,
        typer.Option(help="Event log of the run's simulation: its tools on one day, too."),
    ] = None,
    day: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="That day; default: in the middle of the log."),
    ] = None,
) -> None:
    """Draw the report of a finished run again, from its tables alone.

    Example: fabstack report texas-run --lang zh --out texas.html
    """
    from fabstack.cli.quantities import Quantities
    from fabstack.report import report as page
    from fabstack.report.language import Language
    from fabstack.results.folders import write_whole
    from fabstack.results.store import REPORT, open_run

    asked = Quantities()
    language = asked.name("--lang", lang, tuple(Language))
    if day is not None and event_log is None:
        cure = "name one: --event-log FILE"
        asked.reject("--day", "there is no event log", "a day of an event log", "no-log", cure)
    asked.finish()
    more = _more(event_log, day.date() if day else None)
    drawn = page(open_run(run), language=language, more=more)
    target = out or run / REPORT
    write_whole(target, drawn.encode())
    sys.stdout.write(f"Open {target}\n")
    if pdf is not None:
        from fabstack.report.pdf import pdf_of

        write_whole(pdf, pdf_of(drawn))
        sys.stdout.write(f"Printed {pdf}\n")


def _more(event_log: Path | None, day: date | None) -> tuple[Section, ...]:
    if event_log is None:
        return ()
    from fabstack.report.figures.event_pictures import log_section

    return (log_section(event_log, day),)
