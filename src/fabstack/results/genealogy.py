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
from typing import NamedTuple

import numpy as np
import polars as pl

from fabstack.errors import Finding, InputError
from fabstack.results.coded import OUTSIDE, numbers, words
from fabstack.results.genealogy_index import (
    LOT_BITS,
    TABLES,
    Index,
    Ints,
    Words,
    key_of,
    stored_index,
    words_of,
)
from fabstack.results.run import Run

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
    """The arrivals and takes of one run, ready to be asked."""

    def __init__(self, index: Index, words: Words) -> None:
        self.index = index
        self.words = words

    def knows(self, lot: Lot) -> bool:
        """Whether a lot took parts or became units."""
        if lot.number >> LOT_BITS:
            return False
        return bool(self.take_rows(lot).size or self.arrival_rows(lot).size)

    def numbers(self, order: str) -> Ints:
        """The numbers of the lots of an order that took parts or became units, rising."""
        ends = np.array([self._key(Lot(order, 0)), self._key(Lot(order, 0)) + (1 << LOT_BITS)])
        first, behind = np.searchsorted(self.index.taker, ends)
        takers = self.index.taker[first:behind]
        first, behind = np.searchsorted(self.index.maker, ends, sorter=self.index.by_maker)
        makers = self.index.maker[self.index.by_maker[first:behind]]
        return np.asarray(np.union1d(takers, makers) - ends[0])

    # --- Rows -----------------------------------------------------------------------------------

    def arrival_rows(self, lot: Lot) -> Ints:
        """Where a lot became units, if it did: rows of the arrivals."""
        return self._rows_of_makers(np.array([self._key(lot)]))

    def take_rows(self, lot: Lot) -> Ints:
        """What a lot took: rows of the takes."""
        return self._rows_of_takers(np.array([self._key(lot)]))

    def made_by(self, takes: Ints) -> Ints:
        """What the lots that took became: rows of the arrivals."""
        return self._rows_of_makers(np.unique(self.index.taker[takes]))

    def unit_rows(self, item: str, unit: int) -> Ints:
        """The arrival that brought a unit of an item, counted from 0, if there is one."""
        if unit >= self.units(item):
            return NO_ROWS
        number = self._item_begin(item) + unit
        return np.searchsorted(self.index.came, [number], side="right") - 1

    def units(self, item: str) -> int:
        """Units of an item that came in all."""
        code = self.words.items.index(item)
        ends = np.append(self.index.item_begin, self.index.came[-1])
        return int(ends[code + 1] - ends[code])

    def bought_rows(self) -> Ints:
        """What suppliers brought: rows of the arrivals."""
        return np.flatnonzero(self.index.supplier != OUTSIDE)

    @cached_property
    def arrivals(self) -> pl.DataFrame:
        """The table of all arrivals."""
        return self.arrivals_at(np.arange(self.index.maker.size))

    @cached_property
    def takes(self) -> pl.DataFrame:
        """The table of all takes."""
        return self.takes_at(np.arange(self.index.taker.size))

    def arrivals_at(self, rows: Ints) -> pl.DataFrame:
        """Some rows of the table of arrivals."""
        index = self.index
        came, units = index.came[rows], index.came[rows + 1] - index.came[rows]
        item, first = self._in_stock(came)
        return pl.DataFrame(
            {
                "item": words(item, self.words.items),
                "first_unit": first,
                "last_unit": first + units - 1,
                "units": units,
                "time_ticks": index.came_ticks[rows],
                **self._lots(index.maker[rows]),
                "supplier": words(index.supplier[rows], self.words.suppliers),
            }
        )

    def takes_at(self, rows: Ints) -> pl.DataFrame:
        """Some rows of the table of takes."""
        index = self.index
        item, first = self._in_stock(index.took[rows])
        return pl.DataFrame(
            {
                **self._lots(index.taker[rows]),
                "item": words(item, self.words.items),
                "first_unit": first,
                "units": index.took_units[rows],
                "time_ticks": index.took_ticks[rows],
            }
        )

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
        came, known = self.index.came, np.unique(self.index.taker[takes])
        while takes.size:
            first = np.searchsorted(came, self.index.took[takes], side="right") - 1
            behind = np.searchsorted(came, self._took_end(takes), side="left")
            arrival, place = _ranges(first, behind)
            yield self._shared(takes[place], arrival)
            found = np.setdiff1d(self.index.maker[arrival], known)
            known = np.union1d(known, found)
            takes = self._rows_of_takers(found)

    def _layers_up(self, arrivals: Ints) -> Iterator[tuple[Ints, Ints, Ints]]:
        took, by_unit, known = self.index.took, self.index.by_unit, NO_ROWS
        while arrivals.size:
            came, end = self.index.came[arrivals], self.index.came[arrivals + 1]
            # The take before the first that begins behind the arrival's begin may reach into it.
            first = np.searchsorted(took, came, side="right", sorter=by_unit) - 1
            behind = np.searchsorted(took, end, side="left", sorter=by_unit)
            found, place = _ranges(np.maximum(first, 0), behind)
            take, arrival, units = self._shared(by_unit[found], arrivals[place])
            yield take, arrival, units
            takers = np.setdiff1d(self.index.taker[take], known)
            known = np.union1d(known, takers)
            arrivals = self._rows_of_makers(takers)

    def _shared(self, take: Ints, arrival: Ints) -> tuple[Ints, Ints, Ints]:
        """Takes and arrivals that share units, and how many."""
        index = self.index
        end = np.minimum(self._took_end(take), index.came[arrival + 1])
        units = end - np.maximum(index.took[take], index.came[arrival])
        is_link = units > 0
        return take[is_link], arrival[is_link], units[is_link]

    def _took_end(self, takes: Ints) -> Ints:
        return np.asarray(self.index.took[takes] + self.index.took_units[takes])

    def _rows_of_takers(self, lots: Ints) -> Ints:
        taker = self.index.taker
        first, behind = (np.searchsorted(taker, lots, side) for side in ("left", "right"))
        return _ranges(first, behind)[0]

    def _rows_of_makers(self, lots: Ints) -> Ints:
        maker, rows = self.index.maker, self.index.by_maker
        first, behind = (np.searchsorted(maker, lots, side, rows) for side in ("left", "right"))
        return np.asarray(rows[_ranges(first, behind)[0]])

    # --- Codes ----------------------------------------------------------------------------------

    def _key(self, lot: Lot) -> int:
        return key_of(self.words.orders.index(lot.order), lot.number)

    def _item_begin(self, item: str) -> int:
        return int(self.index.item_begin[self.words.items.index(item)])

    def _in_stock(self, units: Ints) -> tuple[Ints, Ints]:
        """The items of units by their numbers among all, and their numbers in their stocks."""
        # Of items without units, which begin where the next does, the last is found.
        item = np.searchsorted(self.index.item_begin, units, side="right") - 1
        return item, units - self.index.item_begin[item]

    def _lots(self, keys: Ints) -> dict[str, pl.Series]:
        order = np.where(keys == OUTSIDE, OUTSIDE, keys >> LOT_BITS)
        number = np.where(keys == OUTSIDE, OUTSIDE, keys & ((1 << LOT_BITS) - 1))
        return {"order": words(order, self.words.orders), "lot": numbers(number)}


def genealogy_of(run: Run) -> Genealogy:
    """The genealogy of a stored run.

    Raises:
        InputError: the run has kept none.
    """
    if not set(TABLES) <= set(run.tables):
        message = "the run has not kept what its lots are made of"
        expected = f"the tables {' and '.join(TABLES)}"
        cure = "run it again: fabstack simulate PROGRAMME --genealogy --out DIR"
        raise InputError([Finding(str(run.folder), 0, 0, "no-genealogy", message, expected, cure)])
    return Genealogy(stored_index(run), words_of(run.schema(TABLES[0])))


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
