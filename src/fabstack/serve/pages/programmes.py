"""Programmes: open one, edit its tables in place, see the findings, save."""

from __future__ import annotations

from nicegui import ui

from fabstack.report.html import Html, element
from fabstack.serve.context import Context
from fabstack.serve.pages.editor import Asked, Editor
from fabstack.serve.pages.parts import search
from fabstack.serve.pages.shell import (
    beside,
    button,
    frame,
    heading,
    house,
    nothing,
    page,
    path,
    query,
    tabs,
)
from fabstack.serve.programmes.store import ProgrammeDetail, ProgrammeInfo


def add(context: Context) -> None:
    """Add the pages."""

    @page("/programmes")
    async def programmes(q: str = "") -> None:
        infos = await beside(context.programmes.all)
        frame("Programmes", "Programmes", *_list(infos, q[:200]))

    @page("/programmes/{programme}")
    async def one(
        programme: str, table: str = "", scenario: str = "", q: str = "", page: int = 1
    ) -> None:
        detail = await beside(context.programmes.detail, programme)
        asked = Asked(programme, table or _first(detail), scenario, q[:200], max(page, 1))
        editor = Editor(context, detail.etag, asked)
        await beside(editor.read)
        frame(detail.title, "Programmes", _head(detail, scenario), _readings(detail, asked))
        with ui.element("div").classes("house-split"):
            house(_tables(detail, asked))
            editor.show()


def _first(detail: ProgrammeDetail) -> str:
    return "tool_groups" if "tool_groups" in detail.tables else next(iter(detail.sections))


def _list(infos: list[ProgrammeInfo], q: str) -> list[Html]:
    words = q.lower().split()
    found = [info for info in infos if all(word in _text(info) for word in words)]
    cards = [_card(info) for info in found]
    upload = element(
        "form",
        element("label", "Add a programme from a ZIP or a workbook ",
                element("input", type="file", name="file", accept=".zip,.xlsx", required=True)),
        element("input", name="name", placeholder="name", aria_label="Name", required=True,
                pattern="[A-Za-z0-9][A-Za-z0-9._\\-]{0,99}"),
        element("button", "Add", type="submit", class_="button"),
        element("span", class_="note", role="status"),
        class_="search upload",
    )  # fmt: skip
    return [
        heading("Programmes"),
        search("/programmes", q, "Words in name or title"),
        element("div", cards, class_="cards") if cards else nothing("There is no such programme."),
        upload,
    ]


def _text(info: ProgrammeInfo) -> str:
    return f"{info.name} {info.title} {info.description}".lower()


def _card(info: ProgrammeInfo) -> Html:
    count = len(info.scenarios)
    scenarios = "1 scenario" if count == 1 else f"{count} scenarios" if count else "no scenario"
    return element(
        "article",
        element("h2", element("a", info.title, href=path("programmes", info.name))),
        element("p", info.description),
        element("p", f"{info.name} · {scenarios}", class_="note"),
        element("p", button("Open", path("programmes", info.name)),
                button("Run", query("/start", {"programme": info.name}))),
        class_="card",
    )  # fmt: skip


def _head(detail: ProgrammeDetail, scenario: str) -> Html:
    run = query("/start", {"programme": detail.name, "scenario": scenario})
    runs = query("/", {"programme": detail.name})
    return heading(
        detail.title,
        button("Its runs", runs),
        button("Run it", run, strong=True),
        over=[element("a", "Programmes", href="/programmes"), element("span", detail.name)],
    )


def _readings(detail: ProgrammeDetail, asked: Asked) -> Html | None:
    """The scenarios."""
    here, kept = path("programmes", detail.name), {"table": asked.table}
    readings = [("as claimed", query(here, kept))]
    readings += [(name, query(here, {**kept, "scenario": name})) for name in detail.scenarios]
    if not detail.scenarios:
        return None
    return tabs(readings, asked.scenario or "as claimed", "Scenario")


def _tables(detail: ProgrammeDetail, asked: Asked) -> Html:
    """The settings, then the tables with their rows."""
    here = path("programmes", detail.name)
    counts: dict[str, int | None] = {**dict.fromkeys(detail.sections), **detail.tables}
    links = [
        element(
            "a",
            name.replace("_", " "),
            element("small", f"{count:,}") if count is not None else None,
            href=query(here, {"table": name, "scenario": asked.scenario}),
            aria_current="page" if name == asked.table else None,
        )
        for name, count in counts.items()
    ]
    return element("nav", links, class_="tables", aria_label="Tables")
