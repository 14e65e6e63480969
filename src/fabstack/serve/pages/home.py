"""The first page: the runs, what works now, and the programmes."""

from __future__ import annotations

from collections.abc import Sequence

from fabstack.report.html import Html, element
from fabstack.report.numbers import NOTHING
from fabstack.report.scorecard import verdict_sign
from fabstack.serve.context import Context
from fabstack.serve.jobs.files import OVER
from fabstack.serve.language import say
from fabstack.serve.pages.parts import pager, search
from fabstack.serve.pages.shell import (
    beside,
    button,
    frame,
    heading,
    lasted,
    nothing,
    page,
    path,
    query,
    when,
)
from fabstack.serve.runs import RunInfo, matching

SHOWN = 50


def add(context: Context) -> None:
    """Add the page."""

    @page("/")
    async def home(q: str = "", programme: str = "", page: int = 1) -> None:
        content = await beside(_content, context, q[:200], programme[:120], max(page, 1))
        frame(say("Runs"), "Runs", *content)


def _content(context: Context, q: str, programme: str, number: int) -> list[Html | None]:
    infos = context.runs.all()
    found = matching(infos, q, programme)
    first = (number - 1) * SHOWN
    start = button(say("Start a run"), "/start", strong=True)
    return [
        heading(say("Runs"), start, over=_over(context, infos)),
        _working(context),
        _filters(infos, q, programme) if infos else None,
        _table(found[first : first + SHOWN]) if found else _nothing(bool(infos)),
        pager("/", {"q": q, "programme": programme}, number, len(found), SHOWN),
    ]


def _over(context: Context, infos: Sequence[RunInfo]) -> str:
    words = "1 run in the folder {folder}" if len(infos) == 1 else "{n} runs in the folder {folder}"
    return say(words, n=f"{len(infos):,}", folder=context.runs.shelf.root.name)


def _nothing(some: bool) -> Html:
    if some:
        return nothing(say("No run fits."), button(say("Show all runs"), "/"))
    return nothing(
        say("There is no run yet. Start one, and it will stand here when it is done."),
        button(say("Start a run"), "/start", strong=True),
        button(say("Look at the programmes"), "/programmes"),
    )


def _working(context: Context) -> Html | None:
    """Jobs that wait or work."""
    jobs = [job for job in context.jobs.all() if job.state not in OVER]
    if not jobs:
        return None
    links = [
        element(
            "a",
            element("b", f"{say(job.command)} {job.programme}"),
            element("span", f"{say(job.state)} {job.progress.stage}"),
            href=path("jobs", job.id),
        )
        for job in jobs
    ]
    return element("div", links, class_="strip", role="status")


def _filters(infos: Sequence[RunInfo], q: str, programme: str) -> Html:
    names = sorted({info.programme for info in infos if info.programme})
    options = [element("option", say("every programme"), value="")]
    options += [element("option", name, value=name, selected=name == programme) for name in names]
    chosen = element("select", options, name="programme", aria_label=say("Programme"))
    return search("/", q, say("Words in name, scenario or verdict"), chosen)


# --- The list -------------------------------------------------------------------------------------


def _table(infos: Sequence[RunInfo]) -> Html:
    titles = ("Run", "Programme", "Scenario", "Verdict", "Engines")
    head = [element("th", say(words), scope="col") for words in titles]
    head.append(element("th", say("Seed"), scope="col", class_="n"))
    head.append(element("th", say("Started"), element("small", "UTC"), scope="col"))
    head.append(element("th", say("Took"), scope="col", class_="n"))
    body = [_row(info) for info in infos]
    made = [element("thead", element("tr", head)), element("tbody", body)]
    table = element("table", made, class_="list")
    compare = element("button", say("Compare the chosen"), type="submit", class_="button")
    hint = element("span", say("Choose two to six by their boxes."), class_="note")
    return element(
        "form",
        element("div", table, class_="scroll wide", tabindex=0),
        element("p", compare, hint, class_="actions"),
        method="get",
        action="/compare",
        class_="choosing",
    )


def _row(info: RunInfo) -> Html:
    name = element("a", info.name, href=path("runs", info.name))
    label = say("Compare {run}", run=info.name)
    box = element("input", type="checkbox", name="run", value=info.name, aria_label=label)
    programme = query("/", {"programme": info.programme})
    return element(
        "tr",
        element("td", element("span", box, name, class_="pick"), class_="name"),
        element("td", element("a", info.programme, href=programme), class_="name"),
        element("td", info.scenario or say("as claimed"), class_="name"),
        element("td", element("span", _verdict(info), class_="signs"), title=info.sentence or None),
        element("td", ", ".join(map(say, info.engines)) or NOTHING),
        element("td", NOTHING if info.seed is None else info.seed, class_="n"),
        element("td", when(info.started), class_="date"),
        element("td", lasted(info.wall_s), class_="n"),
    )


def _verdict(info: RunInfo) -> list[Html] | str:
    counts = ((False, info.fails), (None, info.open), (True, info.holds))
    signs = [verdict_sign(holds, str(count)) for holds, count in counts if count]
    return signs or NOTHING
