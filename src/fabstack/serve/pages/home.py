"""The first page: the runs, what works now, and the programmes."""

from __future__ import annotations

from collections.abc import Sequence

from fabstack.report.html import Html, element
from fabstack.report.numbers import NOTHING
from fabstack.report.scorecard import verdict_sign
from fabstack.serve.context import Context
from fabstack.serve.jobs.files import OVER
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
        frame("Runs", "Runs", *await beside(_content, context, q[:200], programme[:120], page))


def _content(context: Context, q: str, programme: str, number: int) -> list[Html | None]:
    infos = context.runs.all()
    found = matching(infos, q, programme)
    first = max(number - 1, 0) * SHOWN
    return [
        heading("Runs", button("Start a run", "/start", strong=True), over=_over(context, infos)),
        _working(context),
        _filters(infos, q, programme) if infos else None,
        _table(found[first : first + SHOWN]) if found else _nothing(bool(infos)),
        pager("/", {"q": q, "programme": programme}, number, len(found), SHOWN),
    ]


def _over(context: Context, infos: Sequence[RunInfo]) -> str:
    runs = "1 run" if len(infos) == 1 else f"{len(infos):,} runs"
    return f"{runs} in {context.runs.shelf.root.name}"


def _nothing(some: bool) -> Html:
    if some:
        return nothing("No run fits. Take words away.")
    return nothing("There is no run yet. Start one, and it will stand here when it is done.")


def _working(context: Context) -> Html | None:
    """Jobs that wait or work."""
    jobs = [job for job in context.jobs.all() if job.state not in OVER]
    if not jobs:
        return None
    links = [
        element(
            "a",
            element("b", f"{job.command} {job.programme}"),
            element("span", f"{job.state} {job.progress.stage}"),
            href=path("jobs", job.id),
        )
        for job in jobs
    ]
    return element("div", links, class_="strip", role="status")


def _filters(infos: Sequence[RunInfo], q: str, programme: str) -> Html:
    names = sorted({info.programme for info in infos if info.programme})
    options = [element("option", "every programme", value="")]
    options += [element("option", name, value=name, selected=name == programme) for name in names]
    chosen = element("select", options, name="programme", aria_label="Programme")
    return search("/", q, "Words in name, scenario or verdict", chosen)


def _table(infos: Sequence[RunInfo]) -> Html:
    titles = ("Run", "Programme", "Scenario", "Verdict", "Engines", "Seed", "Started (UTC)", "Took")
    head = element("tr", [element("th", words, scope="col") for words in titles])
    body = [_row(info) for info in infos]
    table = element("table", element("thead", head), element("tbody", body), class_="list")
    return element(
        "form",
        element("div", table, class_="scroll wide", tabindex=0),
        element("p", element("button", "Compare the chosen", type="submit", class_="button")),
        method="get",
        action="/compare",
    )


def _row(info: RunInfo) -> Html:
    name = element("a", info.name, href=path("runs", info.name))
    box = element(
        "input", type="checkbox", name="run", value=info.name, aria_label=f"Compare {info.name}"
    )
    return element(
        "tr",
        element("td", element("label", box, name, class_="pick")),
        element("td", element("a", info.programme, href=query("/", {"programme": info.programme}))),
        element("td", info.scenario or "as claimed"),
        element("td", _verdict(info), title=info.sentence or None),
        element("td", ", ".join(info.engines) or NOTHING),
        element("td", NOTHING if info.seed is None else info.seed, class_="n"),
        element("td", when(info.started)),
        element("td", lasted(info.wall_s), class_="n"),
    )


def _verdict(info: RunInfo) -> list[Html] | str:
    counts = ((False, info.fails), (None, info.open), (True, info.holds))
    signs = [verdict_sign(holds, str(count)) for holds, count in counts if count]
    return signs or NOTHING
