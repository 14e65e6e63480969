"""Parts that several pages are made of: search, pages of a list, figures of the report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from fabstack.report.html import Child, Html, element
from fabstack.report.picture import Picture, futures, lacking
from fabstack.report.sections import Section
from fabstack.report.tiles import html_tiles
from fabstack.results.run import Run
from fabstack.serve.language import PARAMETER, say, spoken
from fabstack.serve.pages.shell import button, path, query


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
    go = element("button", say("Filter"), type="submit", class_="button")
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
    until = f"{min(number * shown, matching):,}"
    words = say("{first} to {last} of {all}", first=f"{first:,}", last=until, all=f"{matching:,}")
    links = [
        button(say(label), query(address, {**kept, "page": to}), rel=rel)
        for label, to, rel in (("Before", number - 1, "prev"), ("Next", number + 1, "next"))
        if 1 <= to <= last
    ]
    return element("nav", links, element("span", words, class_="note"), class_="pager",
                   aria_label=say("Pages"))  # fmt: skip


# --- Sections of the report -----------------------------------------------------------------------


def report_section(run: Run, section: Section) -> Html | None:
    """A section of the report with what the run can show of it; None where that is nothing."""
    tiles = [tiles for tiles in section.tiles if not lacking(run, tiles.tables)]
    told = [tile for one in tiles for tile in one.of(run)]
    tables = list(dict.fromkeys(table for one in tiles for table in one.tables))
    pictures = [picture for picture in section.pictures if not lacking(run, picture.tables)]
    if not told and not pictures:
        return None
    shown = [report_picture(run, picture, half=picture in section.half) for picture in pictures]
    return element(
        "section",
        element("header", element("h2", say(section.title))),
        html_tiles(told),
        rows_of(run, tables) if told else None,
        element("div", shown, class_="pictures") if shown else None,
        id=section.name,
    )


def left_out(run: Run, sections: Iterable[Section]) -> Html | None:
    """In one line what a run cannot show, and for want of which tables."""
    missing = [
        f"{say(picture.title)} ({', '.join(picture.tables)})"
        for section in sections
        for picture in section.pictures
        if lacking(run, picture.tables) and not picture.is_extra
    ]
    if not missing:
        return None
    words = say(
        "Not in this run, for want of their tables: {pictures}.", pictures=", ".join(missing)
    )
    return element("p", words, class_="note left-out")


def report_picture(run: Run, picture: Picture, *, half: bool = False) -> Html:
    """A picture of the report with the rows behind it."""
    title, says = say(picture.title), say(picture.says)
    told = " ".join(filter(None, (says, futures(run, picture.tables))))
    address = path("api", "runs", run.folder.name, "figures", picture.name)
    return element(
        "figure",
        element("figcaption", element("h3", title), element("p", told)),
        plot(f"{title}. {says}", address),
        rows_of(run, picture.tables, figure=picture.name),
        class_="picture half" if half else "picture",
        id=picture.name,
    )


def plot(label: str, address: str, **asked: Any) -> Html:
    """The place of a figure that the browser fetches."""
    return element(
        "div",
        class_="plot waits",
        role="img",
        aria_label=label,
        data_src=query(address, {**asked, "quiet": 1, PARAMETER: spoken()}),
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
    return element("div", element("span", say("Rows:"), " "), links, own, class_="rows")
