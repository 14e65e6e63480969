"""Programmes: open one, edit its tables in place, see the findings, save."""

from __future__ import annotations

from nicegui import ui

from fabstack.report.html import Html, element
from fabstack.serve.context import Context
from fabstack.serve.language import say
from fabstack.serve.pages.drafts import draft_key
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
        frame(say("Programmes"), "Programmes", *_list(infos, q[:200]))

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
    return [
        heading(say("Programmes"), over=_over(len(infos))),
        search("/programmes", q, say("Words in name or title")),
        element("div", cards, class_="cards") if cards else _nothing(bool(infos)),
        _upload(),
    ]


def _over(count: int) -> str:
    return say("1 programme" if count == 1 else "{n} programmes", n=count)


def _nothing(some: bool) -> Html:
    if some:
        return nothing(say("No programme fits."), button(say("Show all programmes"), "/programmes"))
    return nothing(say("There is no programme yet. Add one below."))


def _upload() -> Html:
    hint = "letters, digits, '.', '_' and '-'"
    file = element("input", type="file", name="file", accept=".zip,.xlsx", required=True, id="file")
    name = element("input", name="name", id="name", required=True, placeholder="my-fab",
                   pattern="[A-Za-z0-9][A-Za-z0-9._\\-]{0,99}", title=hint)  # fmt: skip
    return element(
        "form",
        element("h2", say("Add a programme")),
        element("p", say("A ZIP of its folder, or a workbook; it is checked before it is kept."),
                class_="note"),
        element("p", element("label", say("File"), for_="file"), file,
                element("label", say("Name"), for_="name"), name,
                element("button", say("Add"), type="submit", class_="button"),
                class_="search"),
        element("p", class_="note", role="status"),
        class_="upload",
        data_sending=say("Sending …"),
    )  # fmt: skip


def _text(info: ProgrammeInfo) -> str:
    return f"{info.name} {info.title} {info.description}".lower()


def _card(info: ProgrammeInfo) -> Html:
    count = len(info.scenarios)
    words = {0: "no scenario", 1: "1 scenario"}.get(count, "{n} scenarios")
    address = path("programmes", info.name)
    run = query("/start", {"programme": info.name})
    return element(
        "article",
        element("h2", element("a", info.title, href=address)),
        element("p", info.description),
        element("p", f"{info.name} · {say(words, n=count)}", class_="note"),
        element("p", button(say("Open"), address), button(say("Run"), run)),
        class_="card",
    )


def _head(detail: ProgrammeDetail, scenario: str) -> Html:
    run = query("/start", {"programme": detail.name, "scenario": scenario})
    runs = query("/", {"programme": detail.name})
    programmes = element("a", say("Programmes"), href="/programmes")
    return heading(
        detail.title,
        button(say("Its runs"), runs),
        button(say("Run it"), run, strong=True),
        over=[programmes, element("span", detail.name)],
    )


def _readings(detail: ProgrammeDetail, asked: Asked) -> Html | None:
    """The scenarios."""
    here, kept = path("programmes", detail.name), {"table": asked.table}
    readings = [(say("as claimed"), query(here, kept))]
    readings += [(name, query(here, {**kept, "scenario": name})) for name in detail.scenarios]
    if not detail.scenarios:
        return None
    return tabs(readings, asked.scenario or say("as claimed"), say("Scenario"))


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
            data_draft=draft_key(detail.name, name, asked.scenario),
        )
        for name, count in counts.items()
    ]
    return element("nav", links, class_="tables", aria_label=say("Tables"))
