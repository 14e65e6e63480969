"""A picture of the report: the rows behind it, how they are drawn, and what it tells."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import polars as pl

from fabstack.report.language import in_turn, say
from fabstack.report.theme import Figure
from fabstack.results.catalogue import TABLES
from fabstack.results.run import Run


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One figure with its table; both are made from the same rows.

    `tables` are the tables that `rows` reads; where one is missing the picture says so. A figure
    with one line for each row takes no more than `most` of them; where a figure has a panel for
    each value of the columns `panel_of`, `most` is of those. An extra one belongs to some runs
    only: where its tables are missing, the page passes over it.
    """

    name: str
    title: str
    says: str
    tables: tuple[str, ...]
    rows: Callable[[Run], pl.DataFrame]
    draw: Callable[[pl.DataFrame], Figure]
    empty: str = "There is nothing to show."
    most: int | None = None
    panel_of: tuple[str, ...] = ()
    is_extra: bool = False

    def figure(self, run: Run) -> Figure:
        """The figure of one run, in roles of the theme."""
        return self.drawn(self.rows(run))

    def drawn(self, rows: pl.DataFrame) -> Figure:
        """The figure of some rows, in roles of the theme."""
        if self.most is None or self.panel_of:
            return self.draw(rows)
        return self.draw(rows.head(self.most))

    def left_out(self, rows: pl.DataFrame) -> tuple[int, int] | None:
        """How many lines or panels are drawn, and of how many; None where none is left out."""
        there = rows.n_unique(self.panel_of) if self.panel_of else rows.height
        return (self.most, there) if self.most is not None and there > self.most else None


def lacking(run: Run, tables: Sequence[str]) -> str:
    """What a run lacks of some tables, as a sentence; empty where it lacks nothing."""
    absent = [name for name in tables if name not in run.tables]
    if absent:
        return say("This run holds no table {tables}.", tables=", ".join(absent))
    lost = [f"{table}.{column}" for table in tables for column in _lost(run, table)]
    if not lost:
        return ""
    words = "This run is of another version of fabstack, without {columns}."
    return say(words, columns=", ".join(lost))


def futures(run: Run, tables: Sequence[str]) -> str:
    """How many replications and sampled futures stand behind tables; empty where none do."""
    return in_turn(_simulated(run, tables), _sampled(run, tables))


def _sampled(run: Run, tables: Sequence[str]) -> str:
    count = run.summary.get("samples")
    if not isinstance(count, int) or not any(table.startswith("ramp_") for table in tables):
        return ""
    return say("n = {count} sampled futures.", count=f"{count:,}")


def _simulated(run: Run, tables: Sequence[str]) -> str:
    counted = "sim_products"
    if not any(table.startswith("sim_") for table in tables) or lacking(run, [counted]):
        return ""
    count = run.table(counted)["replications"].max()
    words = "Simulated once (n = 1)." if count == 1 else "Simulated, n = {count} replications."
    return "" if count is None else say(words, count=count)


def _lost(run: Run, table: str) -> list[str]:
    """Columns that the catalogue knows and the run's table does not have."""
    there = run.columns(table)
    return [name for name in TABLES[table].column_names if name not in there]
