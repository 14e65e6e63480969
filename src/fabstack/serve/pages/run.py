"""A run to look at: overview, plan, plants, risk, cost, sources; each view has its URL."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator

from fabstack.report.html import Child, Html, element, joined
from fabstack.report.numbers import NOTHING
from fabstack.report.sections import Section
from fabstack.results.run import MANIFEST, REPORT, Run
from fabstack.serve.context import Context
from fabstack.serve.figures import SECTIONS
from fabstack.serve.language import say, spoken
from fabstack.serve.pages.parts import left_out, report_section
from fabstack.serve.pages.shell import beside, button, frame, heading, page, path, query, tabs, when
from fabstack.serve.pages.views import first_of
from fabstack.serve.problems import not_found

VIEWS = {  # view -> its words and the sections of the report that it shows
    "overview": ("Overview", ("breaks", "volumes-dates-cost")),
    "plan": ("Plan", ("make-or-buy", "limits", "supply")),
    "plants": ("Plants", ("plants", "lots")),
    "agreement": ("Plan and simulation", ("agreement",)),
    "risk": ("Risk", ("sensitivity", "milestones")),
    "cost": ("Cost and people", ("yield-and-cost", "money", "workforce")),
    "sources": ("Sources", ("assumptions", "evidence")),
}
MORE = "more"  # sections that no view names
MOST_BYTES = 32 * 2**20


def add(context: Context) -> None:
    """Add the views."""
    pages = Pages(context)

    @page("/runs/{run}")
    async def overview(run: str) -> None:
        frame(run, "Runs", *await beside(pages.view, run, "overview"))

    @page("/runs/{run}/{view}")
    async def view(
        run: str, view: str, plant: str = "", source: str = "", q: str = "", grade: str = ""
    ) -> None:
        asked = {"plant": plant[:120], "source": source[:60], "q": q[:200], "grade": grade[:20]}
        frame(f"{run}: {view}", "Runs", *await beside(pages.view, run, view, **asked))


class Pages:
    """The views of runs; each is made once for a run and the last ones are kept."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self._kept: OrderedDict[object, Html] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()

    def view(self, name: str, view: str, **asked: str) -> list[Html]:
        """The content of a view.

        Raises:
            Problem: there is no such run or view.
        """
        run = self.context.runs.run(name)
        when_made = (run.folder / MANIFEST).stat().st_mtime_ns
        key = name, when_made, view, spoken(), *sorted(asked.items())
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return [self._kept[key]]
        made = joined(_view(run, view, asked))
        self._keep(key, made)
        return [made]

    def _keep(self, key: object, made: Html) -> None:
        with self._lock:
            self._size += len(made) - len(self._kept.pop(key, ""))
            self._kept[key] = made
            while self._size > MOST_BYTES:
                self._size -= len(self._kept.popitem(last=False)[1])


def _view(run: Run, view: str, asked: dict[str, str]) -> Iterator[Child]:
    if view not in (*VIEWS, MORE):
        raise not_found("view", view)
    yield _head(run, view)
    yield from first_of(run, view, asked)
    sections = _sections(view)
    yield from (report_section(run, section) for section in sections)
    yield left_out(run, sections)


def _sections(view: str) -> list[Section]:
    named = [name for _, names in VIEWS.values() for name in names]
    if view == MORE:
        return [section for section in SECTIONS if section.name not in named]
    wanted = VIEWS[view][1]
    return [section for name in wanted for section in SECTIONS if section.name == name]


def _head(run: Run, view: str) -> Html:
    name = run.folder.name
    compare = button(say("Compare"), query("/compare", {"run": name}))
    tables = button(say("Tables"), path("runs", name, "tables"))
    report = button(say("Report"), path("api", "runs", name, "report"), target="_blank")
    there = report if (run.folder / REPORT).is_file() else None
    links = [(say(words), path("runs", name, key)) for key, (words, _) in VIEWS.items()]
    if _sections(MORE):
        links.append((say("More"), path("runs", name, MORE)))
    active = say("More" if view == MORE else VIEWS[view][0])
    title = heading(name, tables, compare, there, over=_made_of(run))
    return joined([title, tabs(links, active, say("Views"))])


def _made_of(run: Run) -> list[Html]:
    """Of what, how and when."""
    manifest = run.manifest
    programme = str(manifest.get("programme") or NOTHING)
    runs = element("a", programme, href=query("/", {"programme": programme}))
    said = [
        say("scenario: {name}", name=manifest.get("scenario") or say("as claimed")),
        say("seed {number}", number=manifest.get("seed", NOTHING)),
        when(str(manifest.get("started", ""))) + " UTC",
    ]
    return [runs, *(element("span", words) for words in said)]
