"""The section of a page that an event log gives."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from fabstack.report.figures.area_wip import area_picture
from fabstack.report.figures.event_log import refuse_other_files
from fabstack.report.figures.tool_day import day_picture
from fabstack.report.section import Section


def log_section(log: Path, day: date | None) -> Section:
    """What an event log shows; without a day that of the middle of the log.

    Raises:
        InputError: the file is no event log.
    """
    refuse_other_files(log)
    return Section(
        name="event-log",
        menu="Event log",
        title="From the event log",
        pictures=(day_picture(log, day), area_picture(log)),
    )
