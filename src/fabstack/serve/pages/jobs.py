"""Jobs: watch them, stop them."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

from nicegui import ui

from fabstack.report.html import Html, element
from fabstack.report.numbers import NOTHING
from fabstack.serve.context import Context
from fabstack.serve.jobs.files import OVER, State
from fabstack.serve.jobs.queue import JobInfo
from fabstack.serve.language import say, say_later
from fabstack.serve.pages.shell import (
    beside,
    button,
    frame,
    heading,
    house,
    lasted,
    nothing,
    page,
    path,
    query,
)
from fabstack.serve.problems import Problem

WATCH_S = 1.0


def add(context: Context) -> None:
    """Add the pages."""

    @page("/jobs")
    async def jobs() -> None:
        start = button(say("Start a run"), "/start", strong=True)
        frame(say("Jobs"), "Jobs", heading(say("Jobs"), start, over=_over(context)))
        await _live(lambda: _list(context.jobs.all()))

    @page("/jobs/{job}")
    async def one(job: str) -> None:
        """One job: what it was asked, how far it is, what it said, and a way to end it."""
        info = await beside(context.jobs.info, job)
        title = f"{say(info.command)} {info.programme}"
        over = element("a", say("Jobs"), href="/jobs")
        frame(title, "Jobs", heading(title, over=over))
        shown = await _live(lambda: _card(context.jobs.info(job)))
        if info.state not in OVER:
            _cancel_button(context, job, shown)


def _over(context: Context) -> str:
    here = say("{n} at a time on this machine", n=context.jobs.workers)
    cluster = context.jobs.cluster
    return f"{here}; {say('the cluster at {where}', where=cluster)}" if cluster else here


async def _live(content: Callable[[], Html]) -> ui.html:
    """Content that is made again while somebody looks, and sent where it has changed."""
    shown = house(_main(await beside(content)))

    async def renew() -> None:
        try:
            new = str(_main(await beside(content)))
        except Problem:  # forgotten meanwhile
            return
        if new != shown.content:
            shown.set_content(new)

    ui.timer(WATCH_S, say_later(renew))
    return shown


def _cancel_button(context: Context, job: str, shown: ui.html) -> None:
    """A way to end a job, as long as it is not over."""

    async def cancel() -> None:
        shown.set_content(str(_main(_card(await beside(context.jobs.cancel, job)))))

    made = ui.button(say("Cancel"), on_click=say_later(cancel))
    made.props("outline no-caps").classes("house-button")
    ui.timer(WATCH_S, lambda: made.set_visibility(not _is_over(context, job)))


def _is_over(context: Context, job: str) -> bool:
    try:
        return context.jobs.info(job).state in OVER
    except Problem:  # forgotten meanwhile
        return True


def _main(content: Html) -> Html:
    """As wide as the main part of a page, which is there already."""
    return element("div", content, class_="main")


# --- What is shown --------------------------------------------------------------------------------


def _list(jobs: list[JobInfo]) -> Html:
    if not jobs:
        return nothing(
            say("No job yet. A job runs a command of fabstack on a programme; it works on when "
                "you leave this page, and its run stands under Runs when it is done."),
            button(say("Start a run"), "/start", strong=True),
        )  # fmt: skip
    titles = ("Job", "Scenario", "State", "Progress", "Run")
    head = [element("th", say(words), scope="col") for words in titles]
    head.append(element("th", say("Asked"), element("small", "UTC"), scope="col"))
    head.append(element("th", say("Took"), scope="col", class_="n"))
    rows = [_row(job) for job in jobs]
    made = [element("thead", element("tr", head)), element("tbody", rows)]
    return element("div", element("table", made, class_="list"), class_="scroll wide", tabindex=0)


def _row(job: JobInfo) -> Html:
    words = f"{say(job.command)} {job.programme}"
    where = element("small", say("on the cluster")) if job.where else None
    return element(
        "tr",
        element("td", element("a", words, href=path("jobs", job.id)), where, class_="name"),
        element("td", job.scenario or say("as claimed"), class_="name"),
        element("td", _state(job)),
        element("td", _bar(job) if job.state is State.RUNNING else NOTHING),
        element("td", _run(job), class_="name"),
        element("td", _clock(job.asked), class_="date"),
        element("td", lasted(_took(job)), class_="n"),
    )


def _state(job: JobInfo) -> Html:
    place = say(", {n} in line", n=job.position) if job.position else ""
    return element("span", say(str(job.state)) + place, class_=f"state {job.state}")


def _run(job: JobInfo) -> Html | str:
    if job.has_run and job.run:
        return element("a", job.run, href=path("runs", job.run))
    return job.run or NOTHING


def _bar(job: JobInfo) -> Html:
    progress = job.progress
    value = progress.done if progress.of else None
    label = say("Progress")
    bar = element("progress", value=value, max=progress.of or 1, aria_label=label)
    return element("div", bar, element("span", _told(job)), class_="progress")


def _told(job: JobInfo) -> str:
    """The stage, how far it is, and what is said beside."""
    progress = job.progress
    far = ""
    if progress.of > 1:
        far = say("{done} of {of}", done=_count(progress.done), of=_count(progress.of))
        far += f" ({100 * progress.done / progress.of:.0f} %)"
    words = [say(progress.stage) if progress.stage else "", far, progress.words]
    return " · ".join(filter(None, words)) or say("at work")


def _count(number: float) -> str:
    return f"{number:,.0f}" if number == int(number) or number >= 100 else f"{number:.1f}"


def _card(job: JobInfo) -> Html:
    facts = [
        (say("State"), _state(job)),
        (say("Where"), job.where or say("this machine")),
        (say("Scenario"), job.scenario or say("as claimed")),
        (say("Run"), _run(job)),
        (say("Asked"), f"{_clock(job.asked)} UTC"),
        (say("Took"), lasted(_took(job))),
    ]
    listed = [[element("dt", title), element("dd", value)] for title, value in facts]
    return element(
        "div",
        element("dl", listed, class_="facts-list"),
        _bar(job) if job.state is State.RUNNING else None,
        _after(job),
        element("pre", "\n".join(job.words), tabindex=0) if job.words else None,
        class_="card job",
        role="status",
    )


def _after(job: JobInfo) -> Html | None:
    if job.has_run and job.run:
        return element("p", button(say("Open the run"), path("runs", job.run), strong=True))
    if job.command == "check" and job.state in OVER:
        return element("p", button(say("What it said"), path("api", "jobs", job.id, "output")))
    if job.state in OVER:
        again = {"programme": job.programme, "scenario": job.scenario, "command": job.command}
        return element("p", button(say("Start again"), query("/start", again)))
    return None


def _clock(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S}"


def _took(job: JobInfo) -> float | None:
    """Seconds of work so far, whole while it works."""
    if job.started is None:
        return None
    return job.ended - job.started if job.ended else float(round(time.time() - job.started))
