"""The rows behind a number: filtered and sorted by the URL, to be taken away as CSV."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from starlette.requests import Request

from fabstack.report.html import Html, element
from fabstack.report.numbers import cell
from fabstack.report.numbers import heading as words_of
from fabstack.results.catalogue import TABLES, column_of
from fabstack.serve.context import Context
from fabstack.serve.language import Language, say, spoken
from fabstack.serve.pages.parts import pager
from fabstack.serve.pages.shell import (
    beside,
    button,
    frame,
    heading,
    nothing,
    page,
    path,
    query,
)
from fabstack.serve.rows import Asked, Page, page_of

SHOWN = 100
LONG = 60  # letters of a cell that may be broken into lines
OPERATORS = {
    "has": "contains",
    "eq": "is",
    "ne": "is not",
    "ge": "at least",
    "gt": "above",
    "le": "at most",
    "lt": "below",
    "blank": "is blank",
}


def add(context: Context) -> None:
    """Add the pages."""

    @page("/runs/{run}/tables")
    async def tables(run: str) -> None:
        frame(f"{run}: tables", "Runs", *await beside(_tables, context, run))

    @page("/runs/{run}/tables/{table}")
    async def rows(run: str, table: str, request: Request, sort: str = "", page: int = 1) -> None:
        asked = Asked(_filters(request), sort[:120])
        number = max(page, 1)
        frame(f"{run}: {table}", "Runs", *await beside(_rows, context, run, table, asked, number))


def _filters(request: Request) -> tuple[str, ...]:
    """Those of the URL, and the one that the form has just put together."""
    given = request.query_params
    found = [text for text in given.getlist("filter") if text]
    column, operator = given.get("column"), given.get("operator")
    if column and operator and (given.get("value") or operator == "blank"):
        found.append(f"{column}:{operator}:{given.get('value', '')}")
    return tuple(dict.fromkeys(found))


def _tables(context: Context, name: str) -> Iterator[Html]:
    run = context.runs.run(name)
    yield heading(say("Tables"), over=element("a", name, href=path("runs", name)))
    if not run.tables:
        yield nothing(say("This run holds no table."))
        return
    rows = [
        element(
            "tr",
            element("td", element("a", table, href=path("runs", name, "tables", table)),
                    class_="name"),
            element("td", say(TABLES[table].engine) if table in TABLES else "", class_="name"),
            element("td", _meaning(table)),
            element("td", len(run.columns(table)), class_="n"),
        )
        for table in run.tables
    ]  # fmt: skip
    titles = ("Table", "Engine", "What stands in it")
    head = element("tr", [element("th", say(words), scope="col") for words in titles],
                   element("th", say("Columns"), scope="col", class_="n"))  # fmt: skip
    yield element(
        "div",
        element("table", element("thead", head), element("tbody", rows), class_="list"),
        class_="scroll wide",
        tabindex=0,
    )


def _meaning(table: str) -> str:
    """What stands in a table; nothing where the language has no words for it."""
    meaning = TABLES[table].meaning if table in TABLES else ""
    told = say(meaning) if meaning else ""
    return "" if told == meaning and spoken() is not Language.ENGLISH else told


def _rows(context: Context, name: str, table: str, asked: Asked, number: int) -> Iterator[Html]:
    run = context.runs.run(name)
    found = page_of(run, table, asked, offset=(number - 1) * SHOWN, limit=SHOWN)
    here = Here(path("runs", name, "tables", table), asked)
    csv = query(path("api", "runs", name, "tables", table, "csv"), here.kept())
    over = [
        element("a", name, href=path("runs", name)),
        element("a", say("Tables"), href=path("runs", name, "tables")),
    ]
    yield heading(table, button("CSV", csv, download=f"{table}.csv"), over=over)
    if _meaning(table):
        yield element("p", _meaning(table), class_="lead")
    yield _form(here, found.rows.columns)
    words = "{n} of {all} rows" if asked.filters else "{all} rows"
    count = say(words, n=f"{found.matching:,}", all=f"{found.total:,}")
    yield element("p", count, class_="note", role="status")
    yield _table(here, table, found) if found.matching else _no_row(here)
    links = pager(here.address, here.kept(), number, found.matching, SHOWN)
    if links is not None:
        yield links


def _no_row(here: Here) -> Html:
    if not here.asked.filters:
        return nothing(say("This table has no rows."))
    return nothing(say("No row fits the filters."), button(say("Show all rows"), here.address))


class Here:
    """The address of a table and what is asked for in it."""

    def __init__(self, address: str, asked: Asked) -> None:
        self.address = address
        self.asked = asked

    def kept(self) -> dict[str, Any]:
        """What the URL says, without the page."""
        return {"filter": list(self.asked.filters), "sort": self.asked.sort}

    def without(self, text: str) -> str:
        """The same with one filter fewer."""
        left = [each for each in self.asked.filters if each != text]
        return query(self.address, {**self.kept(), "filter": left})

    def with_(self, text: str) -> str:
        """The same with one filter more."""
        return query(self.address, {**self.kept(), "filter": [*self.asked.filters, text]})

    def sorted_by(self, column: str) -> str:
        """The same sorted by a column; a second time the other way round, then not at all."""
        turns = {column: f"-{column}", f"-{column}": ""}
        return query(self.address, {**self.kept(), "sort": turns.get(self.asked.sort, column)})


def _form(here: Here, columns: Sequence[str]) -> Html:
    hidden = [
        element("input", type="hidden", name="filter", value=text) for text in here.asked.filters
    ]
    if here.asked.sort:
        hidden.append(element("input", type="hidden", name="sort", value=here.asked.sort))
    names = [element("option", name, value=name) for name in columns]
    signs = [element("option", say(words), value=sign) for sign, words in OPERATORS.items()]
    value = element("input", name="value", placeholder=say("value"), aria_label=say("Value"),
                    maxlength=200)  # fmt: skip
    return element(
        "form",
        hidden,
        element("select", names, name="column", aria_label=say("Column")),
        element("select", signs, name="operator", aria_label=say("Comparison")),
        value,
        element("button", say("Filter"), type="submit", class_="button"),
        [_chip(here, text) for text in here.asked.filters],
        method="get",
        action=here.address,
        class_="search",
        role="search",
    )


def _chip(here: Here, text: str) -> Html:
    column, _, rest = text.partition(":")
    operator, _, value = rest.partition(":")
    words = f"{column} {say(OPERATORS.get(operator, operator))} {value}".rstrip()
    cross = element("span", "×", aria_hidden="true")
    label = say("Take away the filter {words}", words=words)
    return element("a", words, cross, href=here.without(text), class_="chip", aria_label=label)


def _table(here: Here, table: str, found: Page) -> Html:
    numeric = [dtype.is_numeric() for dtype in found.rows.dtypes]
    columns = list(zip(found.rows.columns, numeric, strict=True))
    head = [_header(here, table, name, is_number) for name, is_number in columns]
    body = [
        element("tr", [
            _cell(here, name, value, is_number)
            for (name, is_number), value in zip(columns, row, strict=True)
        ])
        for row in found.rows.iter_rows()
    ]  # fmt: skip
    made = element("table", element("thead", element("tr", head)), element("tbody", body))
    return element("div", made, class_="scroll wide", tabindex=0)


def _header(here: Here, table: str, name: str, is_number: bool) -> Html:
    known = column_of(table, name)
    words, unit = words_of(name)
    unit = say(known.unit) if known and known.unit not in ("", "percent") else unit
    order = {name: "ascending", f"-{name}": "descending"}.get(here.asked.sort)
    arrow = {"ascending": " ↑", "descending": " ↓"}.get(order or "", "")
    link = element("a", words + arrow, href=here.sorted_by(name))
    return element("th", link, element("small", unit) if unit else None, scope="col",
                   title=known.meaning if known else None, aria_sort=order,
                   class_="n" if is_number else None)  # fmt: skip


def _cell(here: Here, name: str, value: Any, is_number: bool) -> Html:
    if is_number or value is None or isinstance(value, bool):
        return element("td", cell(value), class_="n" if is_number else None)
    text = str(value)
    if len(text) > LONG:
        return element("td", text, class_="long")
    link = element("a", text, href=here.with_(f"{name}:eq:{text}"), class_="quiet")
    return element("td", link if text else "", class_="name")
