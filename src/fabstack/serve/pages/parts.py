"""Parts that several pages are made of: search, pages of a list, figures of the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fabstack.report.html import Child, Html, element
from fabstack.report.picture import Picture, lacking
from fabstack.report.sections import Section
from fabstack.report.tiles import html_tiles
from fabstack.results.run import Run
from fabstack.serve.pages.shell import path, query


def search(address: str, q: str, label: str, *beside: Child, kept: Mapping[str, str] = {}) -> Html:
    """A form whose fields stand in the URL."""
    hidden = [element("input", type="hidden", name=k, value=v) for k, v in kept.items() if v]
    words = element(
        "input",
        type="search",
        name="q",
        value=q,
        placeholder=label,
        aria_label=label,
        maxlength=200,
    )
    go = element("button", "Filter", type="submit", class_="button")
    return element(
        "form", hidden, words, beside, go, class_="search", method="get", action=address,
        role="search",
    )  # fmt: skip


def pager(
    address: str, kept: Mapping[str, Any], number: int, matching: int, shown: int
) -> Html | None:
    """Links to the pages before and after; nothing where all is shown."""
    last = max((matching + shown - 1) // shown, 1)
    if last == 1:
        return None
    first = (number - 1) * shown + 1
    words = f"{first:,} to {min(number * shown, matching):,} of {matching:,}"
    links = [
        element("a", label, href=query(address, {**kept, "page": to}), class_="button", rel=rel)
        for label, to, rel in (("Before", number - 1, "prev"), ("Next", number + 1, "next"))
        if 1 <= to <= last
    ]
    return element("nav", links, element("span", words, class_="note"), class_="pager",
                   aria_label="Pages")  # fmt: skip


# --- Sections of the report -----------------------------------------------------------------------


def report_section(run: Run, section: Section, *, title: str | None = None) -> Html:
    """A section of the report: its tiles and its pictures, which the browser fetches."""
    tiles = [tiles for tiles in section.tiles if not lacking(run, tiles.tables)]
    told = [tile for one in tiles for tile in one.of(run)]
    tables = list(dict.fromkeys(table for one in tiles for table in one.tables))
    pictures = [report_picture(run, picture, half=picture in section.half) for picture in
                section.pictures]  # fmt: skip
    return element(
        "section",
        element("header", element("h2", title or section.title)),
        html_tiles(told),
        rows_of(run, tables) if told else None,
        element("div", pictures, class_="pictures"),
        id=section.name,
    )


def report_picture(run: Run, picture: Picture, *, half: bool = False) -> Html:
    """A picture of the report with the rows behind it."""
    caption = element("figcaption", element("h3", picture.title), element("p", picture.says))
    missing = lacking(run, picture.tables)
    body: Child = [_plot(run, picture), rows_of(run, picture.tables, figure=picture.name)]
    if missing:
        body = element("p", missing, class_="lack")
    width = "picture half" if half else "picture"
    return element("figure", caption, body, class_=width, id=picture.name)


def _plot(run: Run, picture: Picture) -> Html:
    return element(
        "div",
        class_="plot waits",
        role="img",
        aria_label=f"{picture.title}. {picture.says}",
        data_src=path("api", "runs", run.folder.name, "figures", picture.name),
    )


def rows_of(run: Run, tables: Sequence[str], *, figure: str = "") -> Html | None:
    """Links from what is told to the rows that tell it; a figure has its own as CSV."""
    there = [table for table in tables if table in run.tables]
    if not there:
        return None
    links = [
        element("a", table, href=path("runs", run.folder.name, "tables", table)) for table in there
    ]
    csv = path("api", "runs", run.folder.name, "figures", figure, "csv")
    own = element("a", "CSV", href=csv, download=f"{figure}.csv", class_="csv") if figure else None
    return element("div", element("span", "Rows: "), links, own, class_="rows")
