"""Rows of a run's table: filtered, sorted, in pages or as CSV; no more is read than asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

import polars as pl
from polars import selectors

from fabstack.errors import InputError, did_you_mean
from fabstack.results.run import Run
from fabstack.serve.problems import not_found, unfit

MOST_ROWS = 1_000  # of a page
CSV_ROWS = 100_000  # of a piece of a download
MOST_FILTERS = 20
_COMPARED = {
    "eq": pl.Expr.eq,
    "ne": pl.Expr.ne_missing,
    "lt": pl.Expr.lt,
    "le": pl.Expr.le,
    "gt": pl.Expr.gt,
    "ge": pl.Expr.ge,
}
RULE = "COLUMN:OPERATOR:VALUE with an operator of eq, ne, lt, le, gt, ge, has, blank"


class Asked(NamedTuple):
    """Which rows of a table; `sort` is a column, with a minus before it for the largest first."""

    filters: Sequence[str] = ()
    sort: str = ""


class Page(NamedTuple):
    """Some rows of a table, and how many there are."""

    rows: pl.DataFrame
    total: int
    matching: int


def page_of(run: Run, table: str, asked: Asked, *, offset: int, limit: int) -> Page:
    """One page of the rows that are asked for.

    Raises:
        Problem: no such table or column, or a filter that says nothing.
    """
    whole = scanned(run, table)
    found = chosen(whole, asked)
    count = pl.len()
    total = int(whole.select(count).collect().item())
    matching = int(found.select(count).collect().item()) if asked.filters else total
    rows = found.slice(offset, min(limit, MOST_ROWS)).collect(engine="streaming")
    return Page(rows, total, matching)


def csv_pieces(run: Run, table: str, asked: Asked) -> Iterator[bytes]:
    """All rows that are asked for as CSV, a piece at a time.

    Raises:
        Problem: as `page_of`; before the first piece.
    """
    found = chosen(scanned(run, table), asked)
    return _pieces(found)


def _pieces(found: pl.LazyFrame) -> Iterator[bytes]:
    offset = 0
    while True:
        rows = found.slice(offset, CSV_ROWS).collect(engine="streaming")
        if offset and rows.is_empty():
            return
        yield harmless(rows).write_csv(include_header=offset == 0).encode()
        offset += CSV_ROWS


def harmless(rows: pl.DataFrame) -> pl.DataFrame:
    """Texts that a spreadsheet would take for a formula, with a quote before them (OWASP, CSV injection)."""  # noqa: E501
    text = selectors.string()
    return rows.with_columns(
        pl.when(text.str.contains(r"^[=+@\t\r]"))
        .then(pl.lit("'") + text)
        .otherwise(text)
        .name.keep()
    )


def scanned(run: Run, table: str) -> pl.LazyFrame:
    """A table of which only what is asked for will be read.

    Raises:
        Problem: there is none, or its file is broken.
    """
    try:
        return run.scan(table)
    except KeyError:
        raise not_found("table", table) from None
    except InputError as error:
        raise unfit("this table cannot be read", error.findings) from None


def chosen(frame: pl.LazyFrame, asked: Asked) -> pl.LazyFrame:
    """The rows that pass every filter, in the order that is asked for."""
    schema = frame.collect_schema()
    if len(asked.filters) > MOST_FILTERS:
        raise unfit(f"{len(asked.filters)} filters are too many; at most {MOST_FILTERS}")
    for text in asked.filters:
        frame = frame.filter(_condition(text, schema))
    if not asked.sort:
        return frame
    column = asked.sort.removeprefix("-")
    _known(column, schema)
    return frame.sort(
        column, descending=asked.sort.startswith("-"), nulls_last=True, maintain_order=True
    )


def _condition(text: str, schema: pl.Schema) -> pl.Expr:
    name, _, rest = text.partition(":")
    operator, _, value = rest.partition(":")
    _known(name, schema)
    column = pl.col(name)
    if operator == "blank":
        return column.is_null()
    if operator == "has":
        return column.cast(pl.String).str.to_lowercase().str.contains(value.lower(), literal=True)
    if operator not in _COMPARED:
        raise unfit(f"the filter '{text[:200]}' says nothing; expected {RULE}")
    return _COMPARED[operator](column, pl.lit(_value(value, name, schema[name]), schema[name]))


def _known(name: str, schema: pl.Schema) -> None:
    if name not in schema:
        cure = did_you_mean(name[:120], tuple(schema))
        raise unfit(f"there is no column '{name[:120]}'; {cure}")


def _value(text: str, name: str, dtype: pl.DataType) -> Any:
    try:
        if dtype == pl.Date:
            return date.fromisoformat(text)
        if dtype == pl.Boolean:
            return {"yes": True, "true": True, "no": False, "false": False}[text.lower()]
        if dtype.is_integer():
            return _whole(text)
        return float(text) if dtype.is_float() else text
    except (ValueError, KeyError):
        raise unfit(
            f"'{text[:120]}' does not belong into {name}, which holds {_kind(dtype)}"
        ) from None


def _whole(text: str) -> int:
    number = int(text)
    if not -(2**63) <= number < 2**63:
        raise ValueError
    return number


def _kind(dtype: pl.DataType) -> str:
    names = {pl.Date: "dates such as 2027-03-31", pl.Boolean: "yes or no"}
    return next((words for of, words in names.items() if dtype == of), "numbers")
