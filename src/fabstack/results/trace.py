"""What a trace says: names become rows of the genealogy, and its links become a document."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl

from fabstack.errors import Finding, InputError, did_you_mean
from fabstack.results.genealogy import Genealogy, Links, Lot, genealogy_of
from fabstack.results.genealogy_index import Ints
from fabstack.results.run import Run
from fabstack.results.ticks import TICKS_PER_DAY

LOT_FORM = "ORDER/NUMBER, such as make-board:0/17"
DELIVERY_FORM = "SUPPLIER/ITEM/DATE, such as bridge/package/2026-03-01"

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Subject:
    """What is asked about: a lot, or units that a lot or a supplier brought."""

    lot: Lot | None  # None: of no lot
    became: Ints  # rows of the arrivals: what it brought
    asked: Document = field(default_factory=dict)  # the unit that was asked for, if any


def lot_subject(genealogy: Genealogy, text: str) -> Subject:
    """The lot that is written as ORDER/NUMBER; a priority of an only stream may be left out.

    Raises:
        InputError: there is none; the finding names the nearest.
    """
    order, _, number = text.rpartition("/")
    order = _known_order(genealogy, text, order)
    if number.isdecimal() and genealogy.knows(lot := Lot(order, int(number))):
        return Subject(lot, genealogy.arrival_rows(lot))
    message = f"'{order}' has no lot '{number}' that took parts or became units"
    raise _unknown(text, message, _nearest(order, genealogy.numbers(order), number))


def unit_subject(genealogy: Genealogy, item: str, unit: int) -> Subject:
    """What brought the n-th unit of an item into its stock, counted from 1.

    Raises:
        InputError: there is no such item or unit.
    """
    known = genealogy.words.items
    if item not in known:
        raise _unknown(item, f"no stocked item '{item}'", did_you_mean(item, known), "an item")
    found = genealogy.unit_rows(item, unit - 1)
    if not found.size:
        message = f"{item} has {genealogy.units(item):,} units, not {unit:,}"
        raise _unknown("--unit", message, "", "one of them")
    order, number = genealogy.arrivals_at(found).select("order", "lot").row(0)
    lot = None if order is None else Lot(order, number)
    return Subject(lot, found, {"item": item, "unit": unit})


def delivery_subject(genealogy: Genealogy, text: str, start: date) -> Subject:
    """The delivery that is written as SUPPLIER/ITEM/DATE.

    Raises:
        InputError: there is none.
    """
    rows = genealogy.bought_rows()
    known = genealogy.arrivals_at(rows).select("supplier", "item", "time_ticks")
    names = [
        f"{who}/{what}/{start + timedelta(days=ticks / TICKS_PER_DAY)}"
        for who, what, ticks in known.iter_rows()
    ]
    if text not in names:
        supplier, item, day = text.split("/")
        message = f"nothing of '{item}' came from '{supplier}' on {day}"
        raise _unknown(text, message, did_you_mean(text, names), DELIVERY_FORM)
    return Subject(None, rows[[name == text for name in names]])


def trace(run: Run, text: str, *, up: bool = False, unit: int | None = None) -> Document:
    """What a lot, or the n-th unit of an item, is made of; with `up`, what holds part of it.

    Raises:
        InputError: the run has kept no genealogy, or knows no such lot, unit or delivery.
    """
    genealogy, start = genealogy_of(run), _start(run)
    if unit is not None:
        subject = unit_subject(genealogy, text, unit)
    elif text.count("/") == 2:
        subject = delivery_subject(genealogy, text, start)
    else:
        subject = lot_subject(genealogy, text)
    return {
        "run": str(run.folder),
        "starts_on": start.isoformat(),
        "direction": "up" if up else "down",
        "name": text,
        **subject.asked,
        "order": subject.lot.order if subject.lot else None,
        "lot": subject.lot.number if subject.lot else None,
        "became": _arrivals(genealogy.arrivals_at(subject.became)),
        **(_holders if up else _parts)(genealogy, subject),
    }


def _parts(genealogy: Genealogy, subject: Subject) -> Document:
    """What a lot is made of, and where that comes from in the end."""
    if subject.lot is None:
        return {"links": [], "ends": []}
    table = _link_table(genealogy, genealogy.down(genealogy.take_rows(subject.lot)))
    return {"links": table.to_dicts(), "ends": _origins(table)}


def _holders(genealogy: Genealogy, subject: Subject) -> Document:
    """What holds part of it, and what that became, order by order."""
    links = genealogy.up(subject.became)
    return {
        "links": _link_table(genealogy, links).to_dicts(),
        "ends": _lots_above(genealogy, links),
    }


def _start(run: Run) -> date:
    """The first day of the run."""
    day: date = run.table("sim_days")["day"][0]
    return day


# --- Rows of the document -----------------------------------------------------------------------


def _arrivals(rows: pl.DataFrame) -> list[Document]:
    """What came into which stock and when."""
    return _in_days(rows).select("item", "units", "day", "order", "lot", "supplier").to_dicts()


def _link_table(genealogy: Genealogy, links: Links) -> pl.DataFrame:
    """Each link: the lot that took, how many of which item, and where those came from."""
    takes = _in_days(genealogy.takes_at(links.take)).select(
        "order", "lot", "item", pl.col("day").alias("took_day")
    )
    came = _in_days(genealogy.arrivals_at(links.arrival)).select(
        pl.col("order", "lot", "supplier", "day").name.prefix("from_")
    )
    level, units = pl.Series("level", links.level), pl.Series("units", links.units)
    return pl.concat([takes, came], how="horizontal").with_columns(level, units)


def _origins(table: pl.DataFrame) -> list[Document]:
    """Where the tree ends: lots that took nothing, deliveries, stores of before the run."""
    ends = table.join(
        table, left_on=["from_order", "from_lot"], right_on=["order", "lot"], how="anti"
    )
    return (
        ends.group_by("item", "from_order", "from_supplier")
        .agg(
            pl.struct("from_lot", "from_day").n_unique().alias("sources"),
            pl.col("units").sum(),
            pl.col("from_lot").drop_nulls().unique().sort().alias("from_lots"),
        )
        .sort("item", "from_order", "from_supplier")
        .to_dicts()
    )


def _lots_above(genealogy: Genealogy, links: Links) -> list[Document]:
    """The lots that hold part of it, order by order, and what they became."""
    keys = ["order", "lot"]
    lots = genealogy.takes_at(links.take).select(keys).unique()
    made = genealogy.arrivals_at(genealogy.made_by(links.take))
    became = lots.join(
        made.select(*keys, pl.col("item", "units").name.prefix("became_")), on=keys, how="left"
    )
    return (
        became.group_by("order")
        .agg(
            pl.col("became_item").drop_nulls().first().alias("item"),
            pl.col("became_units").sum().alias("units"),
            pl.col("lot").sort().alias("lots"),
        )
        .sort("order")
        .to_dicts()
    )


def _in_days(table: pl.DataFrame) -> pl.DataFrame:
    return table.with_columns((pl.col("time_ticks") / TICKS_PER_DAY).alias("day"))


# --- Names --------------------------------------------------------------------------------------


def _known_order(genealogy: Genealogy, text: str, order: str) -> str:
    known = genealogy.words.orders
    if order in known:
        return order
    with_priority = [name for name in known if name.rpartition(":")[0] == order]
    if len(with_priority) == 1:
        return with_priority[0]
    what = f"no order '{order}'" if order else f"'{text}' has no order"
    raise _unknown(text, what, did_you_mean(order or text, known))


def _nearest(order: str, numbers: Ints, text: str) -> str:
    if not numbers.size:
        return f"no lot of '{order}' did"
    number = min(int(text), int(numbers[-1])) if text.isdecimal() else 0
    near = np.sort(numbers[np.argsort(np.abs(numbers - number), kind="stable")[:3]])
    names = ", ".join(f"'{order}/{each}'" for each in near)
    return f"nearest: {names}; the last is {numbers[-1]}"


def _unknown(text: str, message: str, cure: str, expected: str = LOT_FORM) -> InputError:
    return InputError([Finding(text, 0, 0, "unknown-lot", message, expected, cure)])
