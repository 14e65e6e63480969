"""What came into every stock and which lots took it, as two tables: the books of genealogy.

A stock counts its units from 0 in the order in which they come and gives them away in that order
(first in, first out). So rows `sim_arrivals` cut the units of an item into ranges, rows `sim_takes`
cut them into others, and where two ranges overlap lies the answer to "from where" and "into what".
"""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fabstack.arrays.types import NONE, Records
from fabstack.results.coded import OUTSIDE, numbers, words
from fabstack.results.ticks import TICKS_PER_MIN
from fabstack.simulate import SimulationResult

Ints = NDArray[np.int64]


def genealogy_tables(result: SimulationResult) -> dict[str, pl.DataFrame]:
    """Arrivals and takes of the first replication, from minute 0; none unless they were kept."""
    lines = result.replications[0].crossings
    if lines is None:
        return {}
    return {"sim_arrivals": _arrivals(result, lines), "sim_takes": _takes(result, lines)}


def _arrivals(result: SimulationResult, lines: Records) -> pl.DataFrame:
    """Units that were there at minute 0, that lots became, and that were bought; by item."""
    initial = np.asarray(result.fab.stocks.initial)
    there, came = np.flatnonzero(initial > 0), lines[lines.units > 0]
    stock = np.concatenate([there, came.stock])
    units = np.concatenate([initial[there], came.units])
    by_stock = np.argsort(stock, kind="stable")
    first = _first_units(stock[by_stock], units[by_stock])
    is_lot = came.stream != NONE
    before = np.full(there.size, OUTSIDE)
    order = np.concatenate([before, np.where(is_lot, came.stream, OUTSIDE)])
    purchase = np.concatenate([before, np.where(is_lot, OUTSIDE, came.serial)])
    lot = np.concatenate([before, np.where(is_lot, came.serial, OUTSIDE)])
    ticks = np.concatenate([np.zeros(there.size, np.int64), _ticks(came)])
    return pl.DataFrame(
        {
            "item": words(stock[by_stock], result.names.stocks),
            "first_unit": first,
            "last_unit": first + units[by_stock] - 1,
            "units": units[by_stock],
            "time_ticks": ticks[by_stock],
            "order": words(order[by_stock], _orders(result)),
            "lot": numbers(lot[by_stock]),
            "supplier": _suppliers(purchase[by_stock], result),
        }
    )


def _takes(result: SimulationResult, lines: Records) -> pl.DataFrame:
    """What each lot took when it entered; by order and lot.

    Lots that enter together take together: each the same share, one after the other.
    """
    out = lines[lines.units < 0]
    by_stock = np.argsort(out.stock, kind="stable")
    first = np.empty(out.size, np.int64)
    first[by_stock] = _first_units(out.stock[by_stock], -out.units[by_stock])
    together = result.fab.streams.lots[out.stream]
    row = np.repeat(np.arange(out.size), together)
    place = np.arange(row.size) - np.repeat(np.cumsum(together) - together, together)
    begin, end = (
        -out.units[row] * (place + more) // together[row] for more in (0, 1)
    )  # of the units that the entry took
    stream, lot, stock = out.stream[row], out.serial[row] + place, out.stock[row]
    by_lot = np.lexsort((stock, lot, stream))
    return pl.DataFrame(
        {
            "order": words(stream[by_lot], _orders(result)),
            "lot": lot[by_lot],
            "item": words(stock[by_lot], result.names.stocks),
            "first_unit": (first[row] + begin)[by_lot],
            "units": (end - begin)[by_lot],
            "time_ticks": _ticks(out)[row][by_lot],
        }
    )


def _first_units(stock: Any, units: Any) -> Ints:
    """[row]  units of the same stock before each; rows of a stock follow each other."""
    before = np.cumsum(units, dtype=np.int64) - units
    begins = np.flatnonzero(np.diff(stock, prepend=-1))
    return np.asarray(before - np.repeat(before[begins], np.diff(begins, append=stock.size)))


def _ticks(lines: Records) -> Ints:
    return np.asarray(np.rint(lines.time_min * TICKS_PER_MIN), np.int64)


def _orders(result: SimulationResult) -> list[str]:
    """What the streams are called, as in the event log."""
    return [name.removeprefix("order:") for name in result.names.streams]


def _suppliers(purchase: Ints, result: SimulationResult) -> pl.Series:
    of_purchase = [arrival.supplier for arrival in result.names.purchases]
    names = sorted({name for name in of_purchase if name})
    code = np.array([names.index(n) if n else OUTSIDE for n in of_purchase] + [OUTSIDE], np.int64)
    return words(code[purchase], names)  # OUTSIDE is the last of them
