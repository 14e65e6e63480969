"""Jobs: start one, watch it, stop it."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any, cast

from nicegui import run, ui
from pydantic import TypeAdapter, ValidationError

from fabstack.report.html import Html, element
from fabstack.report.numbers import NOTHING
from fabstack.serve.context import Context
from fabstack.serve.jobs.files import OVER, State
from fabstack.serve.jobs.queue import JobInfo
from fabstack.serve.jobs.requests import WRITES, Request
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
COMMANDS = {
    "run": "Everything: check, cost, plan, simulate, date, with a report",
    "plan": "Plan: what to make, buy and build in each month",
    "simulate": "Simulate: every tool and lot",
    "ramp": "Ramp: when everything happens, and how sure that is",
    "check": "Check: what is wrong, which claims hold",
}
# field -> label, least, most; whole numbers but for days
FIELDS: dict[str, tuple[str, float, float]] = {
    "seed": ("Seed", 0, 2**53),
    "days": ("Simulated days", 1, 36_500),
    "replications": ("Simulated futures", 1, 1_000_000),
    "samples": ("Sampled dates", 1, 1_000_000),
    "time_limit_s": ("Seconds for each plan", 1, 86_400),
    "expand": ("Tool groups to try one more of", 0, 1_000),
}
OF = {
    "run": ("seed", "days", "replications", "samples", "time_limit_s"),
    "plan": ("time_limit_s", "expand"),
    "simulate": ("seed", "days", "replications"),
    "ramp": ("seed", "samples"),
    "check": (),
}


def add(context: Context) -> None:
    """Add the pages."""

    @page("/jobs")
    async def jobs() -> None:
        frame("Jobs", "Jobs", heading("Jobs", button("Start a run", "/start", strong=True)))
        await _live(lambda: _list(context.jobs.all()))

    @page("/jobs/{job}")
    async def one(job: str) -> None:
        """One job: what it was asked, how far it is, what it said, and a way to end it."""
        info = await beside(context.jobs.info, job)
        over = element("a", "Jobs", href="/jobs")
        frame(f"{info.command} {info.programme}", "Jobs",
              heading(f"{info.command} {info.programme}", over=over))  # fmt: skip
        cancel = ui.button("Cancel", on_click=lambda: run.io_bound(context.jobs.cancel, job))
        cancel.props("outline no-caps").classes("house-button")

        def told() -> Html:
            now = context.jobs.info(job)
            cancel.set_visibility(now.state not in OVER)
            return _card(now)

        await _live(told)

    @page("/start")
    async def start(programme: str = "", scenario: str = "", command: str = "run") -> None:
        frame("Start a run", "Jobs", heading("Start a run"))
        infos = await beside(context.programmes.all)
        if not infos:
            house(_main(nothing("There is no programme to run.")))
            return
        Form(context, {info.name: info.scenarios for info in infos}, programme, scenario, command)


async def _live(content: Any) -> None:
    """Content that is made again while somebody looks, and sent where it has changed."""
    shown = house(_main(await beside(content)))

    async def renew() -> None:
        try:
            new = str(_main(await beside(content)))
        except Problem:  # forgotten meanwhile
            return
        if new != shown.content:
            shown.set_content(new)

    ui.timer(WATCH_S, renew)


def _main(content: Html) -> Html:
    """As wide as the main part of a page, which is there already."""
    return element("div", content, class_="main")


# --- What is shown --------------------------------------------------------------------------------


def _list(jobs: list[JobInfo]) -> Html:
    if not jobs:
        return nothing("No job yet.")
    titles = ("Job", "Scenario", "State", "Progress", "Run", "Asked (UTC)", "Took")
    head = element("tr", [element("th", words, scope="col") for words in titles])
    rows = [_row(job) for job in jobs]
    table = element("table", element("thead", head), element("tbody", rows), class_="list")
    return element("div", table, class_="scroll wide", tabindex=0)


def _row(job: JobInfo) -> Html:
    words = f"{job.command} {job.programme}"
    return element(
        "tr",
        element("td", element("a", words, href=path("jobs", job.id))),
        element("td", job.scenario or NOTHING),
        element("td", _state(job)),
        element("td", _bar(job) if job.state is State.RUNNING else NOTHING),
        element("td", _run(job)),
        element("td", _clock(job.asked)),
        element("td", lasted(_took(job)), class_="n"),
    )


def _state(job: JobInfo) -> Html:
    words = f"{job.state}, {job.position} in line" if job.position else str(job.state)
    return element("span", words, class_=f"state {job.state}")


def _run(job: JobInfo) -> Html | str:
    if job.has_run and job.run:
        return element("a", job.run, href=path("runs", job.run))
    return job.run or NOTHING


def _bar(job: JobInfo) -> Html:
    progress = job.progress
    value = progress.done if progress.of else None
    bar = element("progress", value=value, max=progress.of or 1, aria_label="Progress")
    words = " ".join(filter(None, [progress.stage, progress.words]))
    return element("div", bar, element("span", words or "at work"), class_="progress")


def _card(job: JobInfo) -> Html:
    facts = [
        ("State", _state(job)),
        ("Scenario", job.scenario or "as claimed"),
        ("Run", _run(job)),
        ("Asked", _clock(job.asked)),
        ("Took", lasted(_took(job))),
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
        return element("p", button("Open the run", path("runs", job.run), strong=True))
    if job.command == "check" and job.state in OVER:
        return element("p", button("What it said", path("api", "jobs", job.id, "output")))
    if job.state in OVER:
        again = {"programme": job.programme, "scenario": job.scenario, "command": job.command}
        return element("p", button("Start again", query("/start", again)))
    return None


def _clock(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S}"


def _took(job: JobInfo) -> float | None:
    """Seconds of work so far, whole while it works."""
    if job.started is None:
        return None
    return job.ended - job.started if job.ended else float(round(time.time() - job.started))


# --- Start ----------------------------------------------------------------------------------------


class Form:
    """What to run, how, and the button."""

    def __init__(
        self,
        context: Context,
        scenarios: dict[str, list[str]],
        programme: str,
        scenario: str,
        command: str,
    ) -> None:
        self.context = context
        self.scenarios = scenarios
        first = programme if programme in scenarios else next(iter(scenarios))
        with ui.element("div").classes("house-form"):
            self.command = _select("What", COMMANDS, command if command in COMMANDS else "run")
            self.programme = _select("Programme", list(scenarios), first)
            self.scenario = _select("Scenario", self._choices(first), scenario)
            with ui.element("div").classes("house-pairs"):
                self.numbers = {name: _number(name) for name in FIELDS}
            self.daily = ui.checkbox("States by day, for the floor", value=True)
            self.relaxed = ui.checkbox("Phases may be built in part (faster)")
            self.name = _input("Name of the run")
            self.said = ui.label("").classes("house-said").props("role=alert")
            ui.button("Start", on_click=self._start).props("unelevated no-caps").classes(
                "house-button"
            )
        self.programme.on_value_change(self._renew_scenarios)
        self.command.on_value_change(self._show)
        self._renew_scenarios()
        if scenario in scenarios[first]:
            self.scenario.set_value(scenario)
        self._show()

    def _choices(self, programme: str) -> dict[str, str]:
        return {"": "as claimed", **{name: name for name in self.scenarios[programme]}}

    def _renew_scenarios(self) -> None:
        self.scenario.set_options(self._choices(cast(str, self.programme.value)), value="")

    def _show(self) -> None:
        """Only the fields that the command knows."""
        command = self.command.value
        for name, field in self.numbers.items():
            field.set_visibility(name in OF[command])
        self.daily.set_visibility(command == "simulate")
        self.relaxed.set_visibility(command == "plan")
        self.name.set_visibility(command in WRITES)

    def _asked(self) -> dict[str, Any]:
        command = self.command.value
        found: dict[str, Any] = {"command": command, "programme": self.programme.value}
        found["scenario"] = self.scenario.value or None
        if command in WRITES:
            found["run"] = (self.name.value or "").strip() or None
        for name in OF[command]:
            value = self.numbers[name].value
            if value is not None:
                found[name] = int(value) if float(value).is_integer() else value
        flags = {"simulate": ("daily", self.daily), "plan": ("relaxed", self.relaxed)}
        if command in flags:
            name, box = flags[command]
            found[name] = bool(box.value)
        return found

    async def _start(self) -> None:
        try:
            request: Any = TypeAdapter(Request).validate_python(self._asked())
            folder = self.context.programmes.folder(request.programme)
            job = await beside(self.context.jobs.add, request, folder)
        except ValidationError as error:
            self.said.set_text(
                "; ".join(f"{one['loc'][-1]}: {one['msg']}" for one in error.errors())
            )
        except Problem as problem:
            self.said.set_text(problem.detail)
        else:
            ui.navigate.to(path("jobs", job.id))


def _select(label: str, options: Any, value: str) -> ui.select:
    known = options if isinstance(options, dict) else dict.fromkeys(options)
    made = ui.select(options, label=label, value=value if value in known else next(iter(known)))
    made.props("outlined dense options-dense")
    return made


def _number(name: str) -> ui.number:
    label, least, most = FIELDS[name]
    made = ui.number(label, min=least, max=most, step=1, precision=None if name == "days" else 0)
    made.props("outlined dense stack-label placeholder='as usual'")
    return made


def _input(label: str) -> ui.input:
    made = ui.input(label)
    made.props("outlined dense stack-label maxlength=100 placeholder='made from the choices above'")
    return made
