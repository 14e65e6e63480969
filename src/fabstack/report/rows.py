"""The table beside a picture: its first rows as HTML, all of them as CSV."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from typing import Any

import polars as pl
from polars import selectors

from fabstack.report.html import Html, element
from fabstack.report.language import Language, say, spoken
from fabstack.report.numbers import cell, heading
from fabstack.results.catalogue import ResultColumn, column_of

SHOWN_ROWS = 60
_KINDS = {"verdict", "grade", "kind", "does"}  # columns of words that fabstack itself gives
DIGITS = 8  # significant ones in the CSV; the Parquet file has all
ROOM_BYTES = 3_000_000  # for all CSV of a page, so that it stays below 8 MB


class Room:
    """What is left of a page for CSV files; a file that does not fit is left out."""

    def __init__(self, size_bytes: int = ROOM_BYTES) -> None:
        self.left_bytes = size_bytes

    def take(self, size_bytes: int) -> bool:
        """Whether so much fits; if so it is taken."""
        fits = size_bytes <= self.left_bytes
        self.left_bytes -= size_bytes if fits else 0
        return fits


def rows_beside(name: str, rows: pl.DataFrame, tables: Sequence[str], room: Room) -> Html:
    """The rows of a picture, folded away, and the link to all of them."""
    words = "Table, {count} row" if rows.height == 1 else "Table, {count} rows"
    folded = element(
        "details",
        element("summary", say(words, count=f"{rows.height:,}")),
        element("div", html_table(rows.head(SHOWN_ROWS), tables), class_="scroll", tabindex=0),
        _cut(rows.height),
    )
    return element("div", folded, csv_link(name, rows, tables, room), class_="rows")


def _cut(height: int) -> Html | None:
    if height <= SHOWN_ROWS:
        return None
    words = say("The first {shown} of {all} rows.", shown=SHOWN_ROWS, all=f"{height:,}")
    return element("p", words, class_="note")


def html_table(rows: pl.DataFrame, tables: Sequence[str]) -> Html:
    """Rows as an HTML table with units in the headers."""
    cells = [_cell_of(name, dtype) for name, dtype in rows.schema.items()]
    head = [_header(name, tables) for name in rows.columns]
    body = [
        element("tr", [made(value) for made, value in zip(cells, row, strict=True)])
        for row in rows.iter_rows()
    ]
    return element("table", element("thead", element("tr", head)), element("tbody", body))


def _header(name: str, tables: Sequence[str]) -> Html:
    known = next((column for table in tables if (column := column_of(table, name))), None)
    words, unit = heading(name)
    if known is not None and known.unit not in ("", "percent"):
        unit = say(known.unit)
    small = element("small", unit) if unit else None
    return element("th", words, small, scope="col", title=_meaning(known) if known else None)


def _meaning(column: ResultColumn) -> str | None:
    """What a column means, for those who point at it; nothing where the language has no words."""
    told = say(column.meaning)
    is_foreign = spoken() is not Language.ENGLISH and told == column.meaning
    return None if is_foreign else told


def _cell_of(name: str, dtype: pl.DataType) -> Callable[[Any], Html]:
    """How the cells of a column are written."""
    if name in _KINDS:
        return _kind
    return _year if name == "year" else _number if dtype.is_numeric() else _words


def _kind(value: Any) -> Html:
    return element("td", cell(value) if value is None else say(str(value).replace("_", " ")))


def _number(value: Any) -> Html:
    return element("td", cell(value), class_="n")


def _words(value: Any) -> Html:
    return element("td", cell(value))


def _year(value: Any) -> Html:
    return element("td", str(value), class_="n")


def csv_link(name: str, rows: pl.DataFrame, tables: Sequence[str], room: Room) -> Html:
    """A link that holds the rows as CSV, or the place of the whole table where they do not fit."""
    text = rows.with_columns(selectors.float().round_sig_figs(DIGITS)).write_csv()
    packed = base64.b64encode(text.encode()).decode()
    if not room.take(len(packed)):
        files = ", ".join(f"tables/{table}.parquet" for table in tables)
        return element("span", say("All rows: {files}", files=files), class_="note")
    address = f"data:text/csv;charset=utf-8;base64,{packed}"
    return element("a", "CSV", href=address, download=f"{name}.csv")
