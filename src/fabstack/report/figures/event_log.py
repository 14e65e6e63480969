"""The event log of a simulation: which file is one, and on which day it begins."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl

from fabstack.errors import Finding, InputError
from fabstack.results.run import Run

_COLUMNS = {"time_ticks", "what", "order", "lot", "step", "tool_group", "tool", "stop"}


def refuse_other_files(log: Path) -> None:
    """Refuse a file that `fabstack simulate --event-log` did not write.

    Raises:
        InputError: it cannot be read, or lacks columns.
    """
    try:
        found = set(pl.read_parquet_schema(log))
    except (OSError, pl.exceptions.PolarsError) as error:
        raise _no_log(log, str(error).partition("\n")[0]) from error
    if missing := sorted(_COLUMNS - found):
        raise _no_log(log, f"without {', '.join(missing)}")


def _no_log(log: Path, why: str) -> InputError:
    cure = "write one: fabstack simulate PROGRAMME --event-log FILE"
    finding = Finding(str(log), 0, 0, "not-an-event-log", why, "an event log of fabstack", cure)
    return InputError([finding])


def first_day(run: Run) -> date:
    """The day on which the simulation, and so its event log, begins."""
    days = run.table("sim_days")["day"]
    if days.is_empty():
        cure = "name the run that the event log belongs to"
        why = "table sim_days has no rows, so the event log has no calendar"
        raise InputError([Finding(str(run.folder), 0, 0, "no-days", why, "a simulated run", cure)])
    first: date = days[0]
    return first
