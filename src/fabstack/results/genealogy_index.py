"""The arrays in which genealogy is searched: made of the two tables once, and kept beside them.

Each is a file that is mapped into memory, so that a question reads only the few pages that its
binary searches touch, however large the run.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fabstack.results.coded import OUTSIDE, codes_of
from fabstack.results.run import Run

Ints = NDArray[np.int64]
TABLES = ("sim_arrivals", "sim_takes")
LOT_BITS = 40  # of a lot's key: its number; the code of its order stands above it
PREFIX = "genealogy_"  # of the files


class Words(NamedTuple):
    """What codes stand for."""

    orders: tuple[str, ...]
    items: tuple[str, ...]
    suppliers: tuple[str, ...]


class Index(NamedTuple):
    """Arrivals by item and unit, takes by lot, and both the other way round.

    Every unit has one number: that in its stock, and the units of all items before it.
    """

    item_begin: Ints  # [item]  number of its first unit
    came: Ints  # [arrival + 1]  number of its first unit; at last, the number of all units
    came_ticks: Ints  # [arrival]
    maker: Ints  # [arrival]  key of the lot that became the units, or OUTSIDE
    supplier: Ints  # [arrival]  code of who sold them, or OUTSIDE
    by_maker: Ints  # [place]  arrivals in the order of their makers
    taker: Ints  # [take]  key of the lot that took; rising
    took: Ints  # [take]  number of its first unit
    took_units: Ints  # [take]
    took_ticks: Ints  # [take]
    by_unit: Ints  # [place]  takes in the order of the units that they took


def index_of(arrivals: pl.DataFrame, takes: pl.DataFrame) -> Index:
    """The arrays of two tables."""
    begin, units = _item_begins(arrivals)
    came = begin[codes_of(arrivals["item"])] + arrivals["first_unit"].to_numpy()
    maker = _keys(arrivals)
    took = begin[codes_of(takes["item"])] + takes["first_unit"].to_numpy()
    return Index(
        item_begin=begin,
        came=np.append(came, units),
        came_ticks=arrivals["time_ticks"].to_numpy(),
        maker=maker,
        supplier=codes_of(arrivals["supplier"]),
        by_maker=np.argsort(maker, kind="stable"),
        taker=_keys(takes),
        took=took,
        took_units=takes["units"].to_numpy(),
        took_ticks=takes["time_ticks"].to_numpy(),
        by_unit=np.argsort(took, kind="stable"),
    )


def words_of(arrivals: Mapping[str, Any]) -> Words:
    """The words of a table of arrivals, by the types of its columns."""
    return Words(*(tuple(arrivals[name].categories) for name in ("order", "item", "supplier")))


def files_of(tables: Mapping[str, pl.DataFrame]) -> dict[str, Ints]:
    """The arrays under the names of their files; none where a run has kept no genealogy."""
    if not set(TABLES) <= set(tables):
        return {}
    index = index_of(*(tables[name] for name in TABLES))
    return {f"{PREFIX}{name}": values for name, values in index._asdict().items()}


def stored_index(run: Run) -> Index:
    """The arrays of a run, from its files; made anew for a run that has none.

    Raises:
        InputError: a file cannot be read.
    """
    names = [f"{PREFIX}{name}" for name in Index._fields]
    if set(names) <= set(run.arrays):
        return Index(*map(run.array, names))
    return index_of(*(run.table(name) for name in TABLES))


def key_of(order: int, number: int) -> int:
    """A lot as one number, by the code of its order."""
    return (order << LOT_BITS) + number


def _keys(table: pl.DataFrame) -> Ints:
    order = codes_of(table["order"])
    number = table["lot"].fill_null(0).to_numpy()
    return np.where(order == OUTSIDE, OUTSIDE, (order << LOT_BITS) + number)


def _item_begins(arrivals: pl.DataFrame) -> tuple[Ints, int]:
    """[item]  units of all items before it, and those of all items.

    Units that are known of: what was taken has always come.
    """
    enum: Any = arrivals["item"].dtype
    units = np.zeros(len(enum.categories), np.int64)
    np.maximum.at(units, codes_of(arrivals["item"]), arrivals["last_unit"].to_numpy() + 1)
    return np.cumsum(units) - units, int(units.sum())
