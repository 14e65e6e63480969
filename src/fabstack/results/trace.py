"""What a trace says: names become rows of the genealogy, and its links become a document."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fabstack.errors import Finding, InputError, did_you_mean
from fabstack.model.days import MINUTES_PER_DAY
from fabstack.results.event_log import TICKS_PER_MIN
from fabstack.results.genealogy import Genealogy, Links, Lot, genealogy_of
from fabstack.results.run import Run

TICKS_PER_DAY = TICKS_PER_MIN * MINUTES_PER_DAY
LOT_FORM = "ORDER/NUMBER, such as make-board:0/17"
DELIVERY_FORM = "SUPPLIER/ITEM/DATE, such as bridge/package/2026-03-01"

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Subject:
    """What is asked about: a lot, or units that a lot or a supplier brought."""

    name: str  # as the user wrote it
    lot: Lot | None  # None: of no lot
    arrivals: NDArray[np.int64]  # rows: what it brought
    asked: Document = field(default_factory=dict)  # the unit that was asked for, if any


def lot_subject(genealogy: Genealogy, text: str) -> Subject:
    """The lot that is written as ORDER/NUMBER; a priority of an only stream may be left out.

    Raises:
        InputError: there is none; the finding names the nearest.
    """
    order, _, number = text.rpartition("/")
    order = _known_order(genealogy, text, order)
    numbers = genealogy.numbers(order)
    if not number.isdecimal() or int(number) not in numbers:
        message = f"'{order}' has no lot '{number}' that took parts or became units"
        raise _unknown(text, message, _nearest(order, numbers, number))
    lot = Lot(order, int(number))
    return Subject(text, lot, genealogy.arrival_rows(lot))


def unit_subject(genealogy: Genealogy, item: str, unit: int) -> Subject:
    """What brought the n-th unit of an item into its stock, counted from 1.

    Raises:
        InputError: there is no such item or unit.
    """
    known = genealogy.items
    if item not in known:
        raise _unknown(item, f"no stocked item '{item}'", did_you_mean(item, known), "an item")
    units = genealogy.units(item)
    if not 1 <= unit <= units:
        raise _unknown("--unit", f"{item} has {units:,} units, not {unit:,}", "", "one of them")
    row = genealogy.unit_row(item, unit - 1)
    order, number = genealogy.arrivals.row(row)[4:6]
    lot = None if order is None else Lot(order, number)
    return Subject(item, lot, np.array([row]), {"item": item, "unit": unit})


def delivery_subject(genealogy: Genealogy, text: str, start: date) -> Subject:
    """The delivery that is written as SUPPLIER/ITEM/DATE.

    Raises:
        InputError: there is none.
    """
    supplier, item, day = text.split("/")
    known = genealogy.deliveries()
    names = [
        f"{who}/{what}/{start + timedelta(days=ticks / TICKS_PER_DAY)}"
        for what, who, ticks in known.select("item", "supplier", "time_ticks").iter_rows()
    ]
    rows = [int(row) for row, name in zip(known["row"], names, strict=True) if name == text]
    if not rows:
        message = f"nothing of '{item}' came from '{supplier}' on {day}"
        raise _unknown(text, message, did_you_mean(text, names), DELIVERY_FORM)
    return Subject(text, None, np.array(rows))


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
    links = _links(genealogy, subject, up=up)
    return {
        "run": str(run.folder),
        "starts_on": start.isoformat(),
        "direction": "up" if up else "down",
        "name": subject.name,
        **subject.asked,
        "order": subject.lot.order if subject.lot else None,
        "lot": subject.lot.number if subject.lot else None,
        "became": _arrivals(genealogy, subject.arrivals),
        "links": _link_rows(genealogy, links),
        "ends": _holders(genealogy, links) if up else _origins(genealogy, links),
    }


def _links(genealogy: Genealogy, subject: Subject, *, up: bool) -> Links:
    if up:
        return genealogy.up(subject.arrivals)
    takes = np.zeros(0, np.int64) if subject.lot is None else genealogy.take_rows(subject.lot)
    return genealogy.down(takes)


def _start(run: Run) -> date:
    """The first day of the run."""
    day: date = run.table("sim_days")["day"][0]
    return day


# --- Rows of the document -----------------------------------------------------------------------


def _arrivals(genealogy: Genealogy, rows: NDArray[np.int64]) -> list[Document]:
    """What came into which stock and when."""
    return (
        _in_days(genealogy.arrivals[rows])
        .select("item", "units", "day", "order", "lot", "supplier")
        .to_dicts()
    )


def _link_rows(genealogy: Genealogy, links: Links) -> list[Document]:
    """Each link: the lot that took, how many of which item, and where those came from."""
    return _link_table(genealogy, links).to_dicts()


def _link_table(genealogy: Genealogy, links: Links) -> pl.DataFrame:
    takes = _in_days(genealogy.takes[links.take]).select(
        "order", "lot", "item", pl.col("day").alias("took_day")
    )
    came = _in_days(genealogy.arrivals[links.arrival]).select(
        pl.col("order", "lot", "supplier", "day").name.prefix("from_")
    )
    level, units = pl.Series("level", links.level), pl.Series("units", links.units)
    return pl.concat([takes, came], how="horizontal").with_columns(level, units)


def _origins(genealogy: Genealogy, links: Links) -> list[Document]:
    """Where the tree ends: lots that took nothing, deliveries, stores of before the run."""
    table = _link_table(genealogy, links)
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


def _holders(genealogy: Genealogy, links: Links) -> list[Document]:
    """The lots that hold part of it, order by order, and what they became."""
    lots = genealogy.takes[links.take].select("order", "lot").unique()
    became = lots.join(
        genealogy.arrivals.select("order", "lot", pl.col("item", "units").name.prefix("became_")),
        on=["order", "lot"],
        how="left",
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
    known = genealogy.orders
    if order in known:
        return order
    with_priority = [name for name in known if name.rpartition(":")[0] == order]
    if len(with_priority) == 1:
        return with_priority[0]
    what = f"no order '{order}'" if order else f"'{text}' has no order"
    raise _unknown(text, what, did_you_mean(order or text, known))


def _nearest(order: str, numbers: NDArray[np.int64], text: str) -> str:
    if not numbers.size:
        return f"no lot of '{order}' did"
    number = int(text) if text.isdecimal() else 0
    near = numbers[np.argsort(np.abs(numbers - number), kind="stable")[:3]]
    names = ", ".join(f"'{order}/{each}'" for each in sorted(near))
    return f"nearest: {names}; the last is {numbers[-1]}"


def _unknown(text: str, message: str, cure: str, expected: str = LOT_FORM) -> InputError:
    return InputError([Finding(text, 0, 0, "unknown-lot", message, expected, cure)])
