"""From a lot back to the lots and deliveries that it is made of, and forward to what holds it.

Units leave a stock in the order in which they came (first in, first out), so a take and an arrival
share units where their ranges of unit numbers overlap: two binary searches in cumulative counts.
That holds to the unit between a lot and the stocks that it took from. Inside a lot nobody follows
single units: any of what a lot has made may hold any of what it has taken.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fabstack.errors import Finding, InputError
from fabstack.results.run import Run

Ints = NDArray[np.int64]
TABLES = ("sim_arrivals", "sim_takes")
LOT_BITS = 40  # of a lot's key: its number; the order stands above it
NO_ROWS = np.zeros(0, np.int64)


class Lot(NamedTuple):
    """A lot: the order (stream of lots) it belongs to, and its number there, from 0."""

    order: str
    number: int

    def __str__(self) -> str:
        return f"{self.order}/{self.number}"


@dataclass(frozen=True, slots=True)
class Links:
    """Overlaps of takes and arrivals, nearest first: row by row, who took how much from where."""

    take: Ints  # [link]  row of sim_takes
    arrival: Ints  # [link]  row of sim_arrivals
    units: Ints  # [link]  that both share
    level: Ints  # [link]  1: next to what was asked for


class Genealogy:
    """The arrivals and takes of one run, or of a part of it, ready to be asked."""

    def __init__(self, arrivals: pl.DataFrame, takes: pl.DataFrame) -> None:
        self.arrivals = arrivals
        self.takes = takes
        base = _bases(arrivals)
        self._came_first = base[_codes(arrivals["item"])] + _ints(arrivals["first_unit"])
        self._came_end = self._came_first + _ints(arrivals["units"])
        self._took_first = base[_codes(takes["item"])] + _ints(takes["first_unit"])
        self._took_end = self._took_first + _ints(takes["units"])
        self._taker = _keys(takes)  # rising: the table is in this order

    @property
    def orders(self) -> tuple[str, ...]:
        """What the lots of the run belong to."""
        return _words(self.takes["order"])

    def numbers(self, order: str) -> Ints:
        """The numbers of the lots of an order that took parts or became units, rising."""
        found = [
            _ints(table.filter(pl.col("order") == order)["lot"])
            for table in (self.takes, self.arrivals)
        ]
        return np.unique(np.concatenate(found))

    # --- Rows -----------------------------------------------------------------------------------

    def arrival_rows(self, lot: Lot) -> Ints:
        """Where a lot became units, if it did: rows of the arrivals."""
        return np.flatnonzero(_keys(self.arrivals) == self._key(lot))

    def take_rows(self, lot: Lot) -> Ints:
        """What a lot took: rows of the takes."""
        return self._rows_of_takers(np.array([self._key(lot)]))

    def rows_of(self, arrivals: pl.DataFrame) -> Ints:
        """Where some of the arrivals stand among all."""
        keys = ["item", "first_unit"]
        found = self.arrivals.with_row_index("row").join(arrivals, on=keys, how="semi")
        return _ints(found["row"].cast(pl.Int64))

    # --- Links ----------------------------------------------------------------------------------

    def down(self, takes: Ints) -> Links:
        """All that takes were made of: the arrivals they drew on, what those lots took, and so on.

        Each lot is taken apart once, however many others hold it.
        """
        return _joined(self._layers_down(takes))

    def up(self, arrivals: Ints) -> Links:
        """All that arrivals went into: the lots that drew on them, who drew on those, and so on."""
        return _joined(self._layers_up(arrivals))

    def _layers_down(self, takes: Ints) -> Iterator[tuple[Ints, Ints, Ints]]:
        known = np.unique(self._taker[takes])
        while takes.size:
            take, arrival, units = self.next_down(takes)
            yield take, arrival, units
            found = np.setdiff1d(_keys(self.arrivals[arrival]), known)
            known = np.union1d(known, found)
            takes = self._rows_of_takers(found)

    def next_down(self, takes: Ints) -> tuple[Ints, Ints, Ints]:
        """The arrivals that takes drew on themselves: rows of both, and the units they share."""
        first = np.searchsorted(self._came_end, self._took_first[takes], side="right")
        behind = np.searchsorted(self._came_first, self._took_end[takes], side="left")
        arrival, place = _ranges(first, behind)
        return takes[place], arrival, self._shared(takes[place], arrival)

    def _layers_up(self, arrivals: Ints) -> Iterator[tuple[Ints, Ints, Ints]]:
        known = NO_ROWS
        firsts, ends = self._took_first[self._by_unit], self._took_end[self._by_unit]
        while arrivals.size:
            first = np.searchsorted(ends, self._came_first[arrivals], side="right")
            behind = np.searchsorted(firsts, self._came_end[arrivals], side="left")
            found, place = _ranges(first, behind)
            take = self._by_unit[found]
            yield take, arrivals[place], self._shared(take, arrivals[place])
            takers = np.setdiff1d(self._taker[take], known)
            known = np.union1d(known, takers)
            arrivals = self._rows_of_makers(takers)

    def _shared(self, take: Ints, arrival: Ints) -> Ints:
        end = np.minimum(self._took_end[take], self._came_end[arrival])
        return np.asarray(end - np.maximum(self._took_first[take], self._came_first[arrival]))

    def _rows_of_takers(self, lots: Ints) -> Ints:
        first, behind = (np.searchsorted(self._taker, lots, side) for side in ("left", "right"))
        return _ranges(first, behind)[0]

    def _rows_of_makers(self, lots: Ints) -> Ints:
        rows, keys = self._by_maker
        first, behind = (np.searchsorted(keys, lots, side) for side in ("left", "right"))
        return rows[_ranges(first, behind)[0]]

    @cached_property
    def _by_unit(self) -> Ints:
        """The takes in the order of the units that they took."""
        return np.argsort(self._took_first, kind="stable")

    @cached_property
    def _by_maker(self) -> tuple[Ints, Ints]:
        """The arrivals in the order of the lots that they were, and the keys of those."""
        keys = _keys(self.arrivals)
        rows = np.argsort(keys, kind="stable")
        return rows, keys[rows]

    def _key(self, lot: Lot) -> int:
        return (self.orders.index(lot.order) << LOT_BITS) + lot.number


def genealogy_of(run: Run) -> Genealogy:
    """The whole genealogy of a stored run.

    Raises:
        InputError: the run has kept none.
    """
    refuse_without_genealogy(run)
    return Genealogy(*(run.table(name) for name in TABLES))


def refuse_without_genealogy(run: Run) -> None:
    """Hold a run to having kept its genealogy.

    Raises:
        InputError: it has not.
    """
    if not set(TABLES) <= set(run.tables):
        message = "the run has not kept what its lots are made of"
        expected = f"the tables {' and '.join(TABLES)}"
        cure = "run it again: fabstack simulate PROGRAMME --genealogy --out DIR"
        raise InputError([Finding(str(run.folder), 0, 0, "no-genealogy", message, expected, cure)])


# --- Arrays -------------------------------------------------------------------------------------


def _ints(column: pl.Series) -> Ints:
    return column.to_numpy()


def _words(column: pl.Series) -> tuple[str, ...]:
    enum: Any = column.dtype
    return tuple(enum.categories)


def _codes(words: pl.Series) -> Any:
    return words.to_physical().to_numpy()


def _bases(arrivals: pl.DataFrame) -> Ints:
    """[item]  units of all items before it, so that a unit has one number among all.

    Those that are known of: what was taken has always come.
    """
    total = np.zeros(len(_words(arrivals["item"])), np.int64)
    np.maximum.at(total, _codes(arrivals["item"]), _ints(arrivals["last_unit"]) + 1)
    return np.asarray(np.cumsum(total) - total)


def _keys(table: pl.DataFrame) -> Ints:
    """[row]  the lot as one number; -1 where there is none."""
    order, lot = table["order"].to_physical().cast(pl.Int64), table["lot"]
    return _ints((order * 2**LOT_BITS + lot).fill_null(-1))


def _ranges(first: Ints, behind: Ints) -> tuple[Ints, Ints]:
    """The numbers of all ranges [first, behind), and which range each is of."""
    lengths = np.maximum(behind - first, 0)
    place = np.repeat(np.arange(first.size), lengths)
    steps = np.arange(place.size) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    return first[place] + steps, place


def _joined(layers: Iterator[tuple[Ints, Ints, Ints]]) -> Links:
    found = list(layers)
    if not found:
        return Links(NO_ROWS, NO_ROWS, NO_ROWS, NO_ROWS)
    take, arrival, units = (np.concatenate(parts) for parts in zip(*found, strict=True))
    sizes = [layer[0].size for layer in found]
    return Links(take, arrival, units, np.repeat(np.arange(1, len(found) + 1), sizes))
