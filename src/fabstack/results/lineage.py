"""The rows of one lot's tree, read from the files of a run without reading the rest.

The takes lie in the file by order and lot, the arrivals by item and unit, in small groups of rows
whose smallest and largest values Parquet keeps. So a level of the tree costs a few groups of each.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from fabstack.results.genealogy import Genealogy, Lot
from fabstack.results.run import Run


@dataclass(slots=True)
class _Tree:
    """What has been read so far."""

    arrivals: list[pl.DataFrame] = field(default_factory=list)
    takes: list[pl.DataFrame] = field(default_factory=list)

    def genealogy(self) -> Genealogy:
        """The rows in the order of the files."""
        return Genealogy(
            pl.concat(self.arrivals).unique().sort("item", "first_unit"),
            pl.concat(self.takes).unique().sort("order", "lot", "item"),
        )


def lineage(run: Run, lot: Lot) -> Genealogy:
    """The part of a run's genealogy that holds a lot and all that it is made of."""
    arrivals, takes = (run.scan(name) for name in ("sim_arrivals", "sim_takes"))
    tree = _Tree([arrivals.filter(_is_of([lot])).collect()])
    known, lots = {lot}, {lot}
    while True:
        tree.takes.append(takes.filter(_is_of(lots)).collect())
        tree.arrivals.append(_drawn_on(arrivals, tree.takes[-1]))
        lots = _lots(tree.arrivals[-1]) - known
        known |= lots
        if not lots:
            return tree.genealogy()


def words_of(run: Run, column: str) -> tuple[str, ...]:
    """What the orders or the items of a run's genealogy are called."""
    enum: Any = run.scan("sim_arrivals").collect_schema()[column]
    return tuple(enum.categories)


def overlaps(item: str, first: int, last: int) -> pl.Expr:
    """Arrivals that brought one of some units of an item, counted from 0."""
    return (
        (pl.col("item") == item) & (pl.col("first_unit") <= last) & (pl.col("last_unit") >= first)
    )


def _drawn_on(arrivals: pl.LazyFrame, takes: pl.DataFrame) -> pl.DataFrame:
    """The arrivals that share units with some of the takes."""
    spans = takes.group_by("item").agg(
        pl.col("first_unit").min(), (pl.col("first_unit") + pl.col("units") - 1).max().alias("last")
    )
    near = arrivals.filter(_any(overlaps(*span) for span in spans.iter_rows())).collect()
    links = Genealogy(near, takes).next_down(takes.with_row_index()["index"].to_numpy())
    return near[links[1]].unique()


def _lots(arrivals: pl.DataFrame) -> set[Lot]:
    rows = arrivals.select("order", "lot").drop_nulls().unique().iter_rows()
    return {Lot(order, number) for order, number in rows}


def _is_of(lots: Iterable[Lot]) -> pl.Expr:
    """Rows of some lots; the ends of their numbers let groups of rows be passed over."""
    numbers: dict[str, list[int]] = {}
    for lot in lots:
        numbers.setdefault(lot.order, []).append(lot.number)
    return _any(
        (pl.col("order") == order)
        & pl.col("lot").is_between(min(found), max(found))
        & pl.col("lot").is_in(found)
        for order, found in numbers.items()
    )


def _any(conditions: Iterable[pl.Expr]) -> pl.Expr:
    nothing: Any = pl.lit(value=False)
    found: pl.Expr = functools.reduce(operator.or_, conditions, nothing)
    return found
