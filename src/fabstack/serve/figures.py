"""Figures of runs as JSON, in roles of the theme; the page puts the colours in."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator

import polars as pl

from fabstack.report.language import say, spoken
from fabstack.report.picture import Picture, lacking
from fabstack.report.scripts import figure_json
from fabstack.report.sections import DETAILS, FIRST_PAGE, Section
from fabstack.results.run import MANIFEST, Run
from fabstack.serve.problems import not_found, unfit

MOST_BYTES = 32 * 2**20  # of all figures that are kept
SECTIONS: tuple[Section, ...] = (*FIRST_PAGE, *DETAILS)


def pictures() -> Iterator[Picture]:
    """Every picture of the report."""
    return (picture for section in SECTIONS for picture in section.pictures)


def picture(name: str) -> Picture:
    """One picture.

    Raises:
        Problem: the report has none of that name.
    """
    found = next((picture for picture in pictures() if picture.name == name), None)
    if found is None:
        raise not_found("figure", name)
    return found


class Figures:
    """Draws a figure once for a run and keeps the last ones."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, int, str, str], str] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()

    def json(self, run: Run, name: str) -> str:
        """A figure as JSON, in the language that is spoken.

        Raises:
            Problem: no such figure, or the run lacks a table that it needs, or it has no rows.
        """
        key = str(run.folder), (run.folder / MANIFEST).stat().st_mtime_ns, name, spoken()
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        drawn = _drawn(run, picture(name))
        self._keep(key, drawn)
        return drawn

    def _keep(self, key: tuple[str, int, str, str], drawn: str) -> None:
        with self._lock:
            self._size += len(drawn) - len(self._kept.pop(key, ""))
            self._kept[key] = drawn
            while self._size > MOST_BYTES and self._kept:
                self._size -= len(self._kept.popitem(last=False)[1])


def rows_behind(run: Run, picture: Picture) -> pl.DataFrame:
    """The rows that a picture is drawn from.

    Raises:
        Problem: the run lacks a table that it needs.
    """
    missing = lacking(run, picture.tables)
    if missing:
        raise unfit(missing)
    return picture.rows(run)


def _drawn(run: Run, picture: Picture) -> str:
    rows = rows_behind(run, picture)
    if rows.is_empty():
        raise unfit(say(picture.empty))
    return str(figure_json(picture.drawn(rows)))
