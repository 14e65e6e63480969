"""`fabstack study clearing`: how much tool groups do by how much waits for them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fabstack.cli.simulated import (
    AsJson,
    Out,
    Scenario,
    Seed,
    Subject,
    Until,
    load_percents,
    minutes,
    print_answer,
    read_programme,
    refuse_without_starts,
    run_folder,
)
from fabstack.cli.tables import table_lines

if TYPE_CHECKING:
    from fabstack.studies.clearing import ClearingFit

STOPPED = 130
SHOWN_PERCENT = (50.0, 70.0, 80.0, 90.0, 95.0)


def clearing(
    programme: Subject,
    loads: Annotated[
        str, typer.Option(help="Loads of the fullest tool group in percent, such as 60,90.")
    ] = "40,60,75,85,92",
    points: Annotated[
        Path | None,
        typer.Option(help="New file for the functions, as the table clearing_points.csv."),
    ] = None,
    replications: Annotated[
        int | None, typer.Option(min=1, help="Futures of each load; default: the programme's.")
    ] = None,
    until: Until = None,
    warm_up: Annotated[
        str | None, typer.Option(help="Left out, such as 180d; default: the programme's.")
    ] = None,
    seed: Seed = 1,
    workers: Annotated[
        int, typer.Option(min=1, help="Threads; each may have a core of its own.")
    ] = 1,
    scenario: Scenario = None,
    out: Out = None,
    as_json: AsJson = False,
) -> int:
    """Work out clearing functions: the load of tool groups by the work that waits for them.

    The programme's starts are scaled to each load, which is that of the fullest tool group in hours
    that a plan counts, and simulated. Beyond the last load a queue formula goes on from what was
    seen. Save the table into the programme, and fabstack plan --clearing lets waiting grow with the
    load.

    Ctrl-C ends a study with the loads that are finished.

    Example: fabstack study clearing programmes/small-line --points clearing_points.csv
    """
    from fabstack.cli.progress import stages
    from fabstack.cli.quantities import Quantities
    from fabstack.studies.clearing import FitOptions, clearing_study

    quantities = Quantities()
    options = FitOptions(
        loads_percent=load_percents(quantities, loads),
        until_min=minutes(quantities, "--until", until, above=0),
        warm_up_min=minutes(quantities, "--warm-up", warm_up, above=0),
        replications=replications,
        seed=seed,
        workers=workers,
    )
    quantities.finish()
    subject = read_programme(programme, scenario)
    refuse_without_starts(programme, subject)
    if points is not None:
        _refuse_to_overwrite(points)
    with stages() as tell:
        fit = clearing_study(subject, options, tell)
    answer = {**_answer(fit), "scenario": scenario, "seed": seed}
    _write_points(points, fit)
    if out is not None:
        with run_folder(out, subject, answer) as writer:
            writer.table("clearing_points", fit.tables()["clearing_points"])
            writer.summary({"clearing": answer})
    print_answer(answer, _readable(fit), as_json=as_json)
    return STOPPED if fit.was_stopped else 0


def _refuse_to_overwrite(path: Path) -> None:
    from fabstack.errors import OutputError

    if path.exists():
        raise OutputError(f"{path} is there already; remove it, or name another file")


def _write_points(path: Path | None, fit: ClearingFit) -> None:
    from fabstack.errors import OutputError
    from fabstack.studies.clearing import written

    if path is None:
        return
    try:
        path.write_text(written(fit.functions()), encoding="utf-8")
    except OSError as error:
        raise OutputError(f"{path} cannot be written: {error.strerror}") from error


def _answer(fit: ClearingFit) -> dict[str, Any]:
    return {
        "points": fit.tables()["clearing_points"].to_dicts(),
        "overloaded_percent": fit.overloaded,
        "was_stopped": fit.was_stopped,
    }


def _readable(fit: ClearingFit) -> Iterator[str]:
    """Hours of waiting work at some loads, tool group by tool group."""
    from fabstack.studies.clearing import waiting_h

    yield "Hours of work of one tool that wait for each tool, by the load of the tool group"
    head = ("tool group", *(f"{load:g} %" for load in SHOWN_PERCENT))
    cells = [
        (name, *(f"{waiting_h(found, load):.3g}" for load in SHOWN_PERCENT))
        for name, found in fit.functions().items()
    ]
    yield from table_lines(head, cells)
    yield from (f"At {load:g} % lots pile up without end." for load in fit.overloaded)
