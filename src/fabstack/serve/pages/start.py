"""Start a job: what to run, on what, how, and where."""

from __future__ import annotations

from typing import Any, NamedTuple, cast

from nicegui import ui
from pydantic import TypeAdapter, ValidationError

from fabstack.report.html import element
from fabstack.report.language import say_alike
from fabstack.serve.context import Context
from fabstack.serve.jobs.requests import WRITES, Request
from fabstack.serve.language import say, say_later
from fabstack.serve.pages.shell import (
    beside,
    button,
    frame,
    heading,
    house,
    nothing,
    page,
    path,
)
from fabstack.serve.problems import Problem

COMMANDS = {
    "run": "Everything: check, cost, plan, simulate, date, with a report",
    "plan": "Plan: what to make, buy and build in each month",
    "simulate": "Simulate: every tool and lot",
    "ramp": "Ramp: when everything happens, and how sure that is",
    "sweep": "Sweep: one engine on many variants or futures",
    "sensitivity": "Sensitivity: what dates and claims hang on",
    "check": "Check: what is wrong, which claims hold",
}


class Field(NamedTuple):
    """A number that can be given; whole but for days."""

    label: str
    least: float
    most: float
    usual: str  # what is taken where none is given


FIELDS = {
    "seed": Field("Seed", 0, 2**53, "1"),
    "days": Field("Simulated days", 1, 36_500, "as in the programme"),
    "replications": Field("Simulated futures", 1, 1_000_000, "as in the programme"),
    "samples": Field("Sampled dates", 1, 1_000_000, "as in the programme"),
    "time_limit_s": Field("Seconds for each plan", 1, 86_400, "300 (plan alone: 120)"),
    "expand": Field("Tool groups to try one more of", 0, 1_000, "0"),
    "futures": Field("Futures", 1, 1_000_000, "none: variants"),
}
OF = {
    "run": ("seed", "days", "replications", "samples", "time_limit_s"),
    "plan": ("time_limit_s", "expand"),
    "simulate": ("seed", "days", "replications"),
    "ramp": ("seed", "samples"),
    "sweep": ("seed", "futures", "days", "replications", "samples"),
    "sensitivity": ("seed", "samples"),
    "check": (),
}
ENGINES = ("ramp", "plan", "simulate", "economics")
Labels = dict[str, str]


def add(context: Context) -> None:
    """Add the page."""

    @page("/start")
    async def start(programme: str = "", scenario: str = "", command: str = "run") -> None:
        over = element("a", say("Jobs"), href="/jobs")
        frame(say("Start a run"), "Jobs", heading(say("Start a run"), over=over))
        infos = await beside(context.programmes.all)
        if not infos:
            add_one = button(say("Add a programme"), "/programmes", strong=True)
            none = nothing(say("There is no programme to run."), add_one)
            house(element("div", none, class_="main"))
            return
        Form(context, {info.name: info.scenarios for info in infos}, programme, scenario, command)


class Form:
    """What to run, how, where, and the button."""

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
        commands = {name: say(words) for name, words in COMMANDS.items()}
        with ui.element("div").classes("house-form"):
            self.command = _select(say("What"), commands, command)
            self.programme = _select(say("Programme"), dict.fromkeys(scenarios), first)
            self.scenario = _select(say("Scenario"), self._choices(first), scenario)
            self.engine = _select(say("Engine"), {name: say(name) for name in ENGINES}, "ramp")
            with ui.element("div").classes("house-pairs"):
                self.numbers = {name: _number(field) for name, field in FIELDS.items()}
            self.vary = _text(say("Variants, one cell a line"), "ramp/-/correlation=0,0.3,0.6")
            self.of = _text(say("Dates and claims, one a line"), "milestone:fab-volume")
            self.daily = ui.checkbox(say("States and queues by day, for the floor"), value=True)
            self.relaxed = ui.checkbox(say("Phases may be built in part (faster)"))
            self.cluster = ui.checkbox(self._on_cluster(), value=context.jobs.cluster is not None)
            self.name = _input(say("Name of the run"))
            self.said = ui.label("").classes("house-said").props("role=alert")
            made = ui.button(say("Start"), on_click=say_later(self._start))
            made.props("unelevated no-caps").classes("house-button")
        self.programme.on_value_change(say_later(self._renew_scenarios))
        self.command.on_value_change(say_later(self._show))
        self._show()

    def _choices(self, programme: str) -> Labels:
        claimed = {"": say("as claimed")}
        return {**claimed, **{name: name for name in self.scenarios[programme]}}

    def _on_cluster(self) -> str:
        return say("On the cluster at {where}", where=self.context.jobs.cluster or "")

    def _renew_scenarios(self) -> None:
        self.scenario.set_options(self._choices(cast(str, self.programme.value)), value="")

    def _show(self) -> None:
        """Only the fields that the command knows."""
        command = self.command.value
        for name, field in self.numbers.items():
            field.set_visibility(name in OF[command])
        shown = {
            "sweep": (self.engine, self.vary),
            "sensitivity": (self.of,),
            "simulate": (self.daily,),
            "plan": (self.relaxed,),
        }
        for of, parts in shown.items():
            for part in parts:
                part.set_visibility(command == of)
        self.name.set_visibility(command in WRITES)
        self.cluster.set_visibility(self.context.jobs.cluster is not None and command in WRITES)

    def _asked(self) -> dict[str, Any]:
        command = self.command.value
        found: dict[str, Any] = {"command": command, "programme": self.programme.value}
        found["scenario"] = self.scenario.value or None
        if command in WRITES:
            found["run"] = (self.name.value or "").strip() or None
            found["on_cluster"] = self.context.jobs.cluster is not None and self.cluster.value
        for name in OF[command]:
            value = self.numbers[name].value
            if value is not None:
                found[name] = int(value) if float(value).is_integer() else value
        return found | self._of_its_own(command)

    def _of_its_own(self, command: str) -> dict[str, Any]:
        """What only one command knows."""
        if command == "simulate":
            return {"daily": bool(self.daily.value)}
        if command == "plan":
            return {"relaxed": bool(self.relaxed.value)}
        if command == "sweep":
            return {"engine": self.engine.value, "vary": _lines(self.vary)}
        return {"of": _lines(self.of)} if command == "sensitivity" else {}

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
            self.said.set_text(say_alike(problem.detail))
        else:
            ui.navigate.to(path("jobs", job.id))


def _select(label: str, options: Any, value: str) -> ui.select:
    known = {name: words or name for name, words in options.items()}
    made = ui.select(known, label=label, value=value if value in known else next(iter(known)))
    made.props("outlined dense options-dense")
    return made


def _number(field: Field) -> ui.number:
    whole = None if field.label == FIELDS["days"].label else 0
    made = ui.number(say(field.label), min=field.least, max=field.most, step=1, precision=whole)
    made.props("outlined dense stack-label")
    made.props["placeholder"] = say(field.usual)
    return made


def _text(label: str, example: str) -> ui.textarea:
    made = ui.textarea(label)
    made.props("outlined dense stack-label autogrow")
    made.props["placeholder"] = example
    return made


def _lines(field: ui.textarea) -> list[str]:
    return [line.strip() for line in (field.value or "").splitlines() if line.strip()]


def _input(label: str) -> ui.input:
    made = ui.input(label)
    made.props("outlined dense stack-label maxlength=100")
    made.props["placeholder"] = say("made from the choices above")
    return made
