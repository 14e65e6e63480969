"""A table to be edited in place: each edit is checked at once, and saved only when asked to."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from nicegui import ui
from nicegui.events import GenericEventArguments

from fabstack.errors import Finding
from fabstack.report.html import Html, element
from fabstack.report.language import say_alike
from fabstack.serve.context import Context
from fabstack.serve.language import say, say_later
from fabstack.serve.pages.drafts import Pending, draft_in, draft_key, restored
from fabstack.serve.pages.grid import options
from fabstack.serve.pages.parts import pager, search
from fabstack.serve.pages.shell import beside, findings_list, house, path, query
from fabstack.serve.problems import Problem
from fabstack.serve.programmes.tables import TableText
from fabstack.serve.programmes.trial import PlacedFinding, placed

SHOWN = 500  # rows at a time
FETCHED = 200_000
STALE = 412  # status of a save onto a state that is no longer there
SEVERITIES = ("error", "warning", "note")
RANK = {name: rank for rank, name in enumerate(SEVERITIES)}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the URL says."""

    programme: str
    table: str
    scenario: str
    q: str
    page: int


class Editor:
    """One table of a programme in one browser, with the edits that are not saved yet."""

    def __init__(self, context: Context, etag: str, asked: Asked) -> None:
        self.programmes = context.programmes
        self.etag = etag
        self.asked = asked
        self.text: TableText
        self.pending = Pending()
        self.met: list[str] = []  # what somebody else did to what is edited here
        self.findings: list[PlacedFinding] = []
        self._checking = self._again = False

    def read(self) -> None:
        """Read the table and check the programme.

        Raises:
            Problem: there is no such table or scenario.
        """
        asked = self.asked
        self.text = self.programmes.table(
            asked.programme, asked.table, asked.scenario or None, most=FETCHED
        )
        judged = self.programmes.check(asked.programme, asked.scenario or None)
        self.findings = placed(judged.findings, self.programmes.folder(asked.programme))

    # --- What is shown ------------------------------------------------------------------------

    def show(self) -> None:
        """The table, what can be done with it, and the findings."""
        rows = self._fitting()
        first = (self.asked.page - 1) * SHOWN
        with ui.element("div").classes("house-edit"):
            house(search(self._address(), self.asked.q, say("Words in a row"), kept=self._kept()))
            self._buttons()
            shown = options(self.text, rows[first : first + SHOWN], self._marks())
            self.grid = ui.aggrid(shown, theme="quartz", auto_size_columns=False)
            self.grid.classes("house-grid")
            given = ["data", "colId", "newValue"]
            self.grid.on("cellValueChanged", say_later(self._changed), given)
            asked = f"() => emit(house.kept({json.dumps(self._draft_key())}))"
            self.grid.on("gridReady", say_later(self._restore), js_handler=asked)
            links = pager(self._address(), {**self._kept(), "q": self.asked.q}, self.asked.page,
                          len(rows), SHOWN)  # fmt: skip
            if links is not None:
                house(links)
            self.shown = house(self._findings())

    def _address(self) -> str:
        return path("programmes", self.asked.programme)

    def _kept(self) -> dict[str, str]:
        return {"table": self.asked.table, "scenario": self.asked.scenario}

    def _fitting(self) -> list[dict[str, Any]]:
        """The rows with their number that have every word."""
        words = self.asked.q.lower().split()
        return [
            {"_row": number, **row}
            for number, row in enumerate(self.text.rows)
            if all(word in " ".join(row.values()).lower() for word in words)
        ]

    def _buttons(self) -> None:
        with ui.element("div").classes("house-bar"):
            self.save = _button(say("Save"), self._save, "unelevated")
            self.name = ui.input(say("Name of a scenario"), value=self.asked.scenario)
            self.name.props("outlined dense maxlength=100")
            _button(say("Save as scenario"), self._save_scenario, "outline")
            if not self.text.is_settings:
                _button(say("Add a row"), self._add, "flat")
                _button(say("Remove rows"), self._remove, "flat")
            _button(say("Discard"), self._discard, "flat")
            self.reopen = _button(say("Open again"), self._open, "outline")
            self.reopen.set_visibility(False)
        self.said = ui.label(say(_HINT)).classes("house-said").props("role=status")

    def _marks(self) -> dict[int, dict[str, str]]:
        """The class of each cell that is to be seen: edited, of the scenario, with a finding."""
        marks: defaultdict[int, dict[str, str]] = defaultdict(dict)
        for row, column in self.text.changed:
            marks[row][column] = "cell-scenario"
        for row, column in self.pending.cells:
            marks[row][column] = "cell-edited"
        for finding in sorted(self._here(), key=lambda one: -RANK.get(one.severity, 0)):
            if finding.row is not None and finding.severity != "note":
                marks[finding.row][finding.field] = f"cell-{finding.severity}"
        return marks

    def _here(self) -> list[PlacedFinding]:
        return [finding for finding in self.findings if finding.table == self.asked.table]

    def _findings(self) -> Html:
        found = sorted(
            self.findings, key=lambda one: (RANK.get(one.severity, 0), one.file, one.line)
        )
        counts = [(each, sum(one.severity == each for one in found)) for each in SEVERITIES]
        words = ", ".join(_counted(each, count) for each, count in counts)
        title = element("h2", say("Findings"), " ", element("small", words))
        wrong = element("p", say("Nothing is wrong."), class_="note")
        body = findings_list(found[:200]) if found else wrong
        return element("section", self._met(), title, body, class_="found", aria_live="polite")

    def _met(self) -> Html | None:
        """What a reader should know before saving over somebody else."""
        if not self.met:
            return None
        told = element("ul", [element("li", words) for words in self.met[:50]])
        title = say("Somebody else has saved since you made these edits")
        return element("div", element("b", title), told, class_="met", role="alert")

    # --- What is done -------------------------------------------------------------------------

    async def _changed(self, event: GenericEventArguments) -> None:
        """A cell has a new text."""
        row, column = int(event.args["data"]["_row"]), str(event.args["colId"])
        value = event.args.get("newValue")
        text = "" if value is None else str(value)
        count = len(self.text.rows)
        if row >= count:
            self.pending.added[row - count][column] = text
        elif text == self.text.rows[row].get(column, ""):
            self.pending.cells.pop((row, column), None)
        else:
            self.pending.cells[row, column] = text
        await self._check()

    def _add(self) -> None:
        row = len(self.text.rows) + len(self.pending.added)
        self.pending.added.append({})
        self.grid.run_grid_method("applyTransaction", {"add": [{"_row": row, "_marks": {}}]})
        self.grid.run_grid_method("ensureIndexVisible", min(row, SHOWN - 1))
        self.said.set_text(say("The new row stands at the end; give it its key."))

    async def _remove(self) -> None:
        rows = await self.grid.get_selected_rows()
        if not rows:
            self.said.set_text(say("Choose rows by their boxes first."))
            return
        for number in (int(row["_row"]) for row in rows):
            if number < len(self.text.rows):
                self.pending.removed.add(number)
            else:
                self.pending.added[number - len(self.text.rows)].clear()
        ids = [{"_row": row["_row"]} for row in rows]
        self.grid.run_grid_method("applyTransaction", {"remove": ids})
        await self._check()

    # --- The draft in the browser -------------------------------------------------------------

    def _keep(self) -> None:
        """Have the browser keep what is not saved, or forget it where nothing is left."""
        draft = self.pending.draft(self.asked.table, self.text.rows, self.etag)
        text = draft.model_dump_json() if self.pending.count() else None
        ui.run_javascript(f"house.keep({json.dumps(self._draft_key())}, {json.dumps(text)})")

    def _draft_key(self) -> str:
        return draft_key(self.asked.programme, self.asked.table, self.asked.scenario)

    async def _restore(self, ready: GenericEventArguments) -> None:
        """Put back what this browser has kept of an earlier visit."""
        draft = draft_in(ready.args)
        if draft is None or self.pending.count():
            return
        rows = self.text.rows
        self.pending, self.met = restored(draft, self.asked.table, rows, self.etag)
        self._put_back()
        await self._check()

    def _put_back(self) -> None:
        """Show the edits in the grid."""
        count = len(self.text.rows)
        cells = [[row, column, text] for (row, column), text in self.pending.cells.items()]
        added = [{"_row": count + i, **row} for i, row in enumerate(self.pending.added)]
        removed = [{"_row": row} for row in sorted(self.pending.removed)]
        given = ", ".join(map(json.dumps, (cells, added, removed)))
        ui.run_javascript(f"house.putBack(getElement({self.grid.id}).api, {given})")

    # --- Check and save -----------------------------------------------------------------------

    async def _check(self) -> None:
        """Check what is edited; edits that come meanwhile are checked after it."""
        self._again = True
        if self._checking:
            return
        self._checking = True
        self._keep()
        self.said.set_text(say("Checking …"))
        try:
            while self._again:
                self._again = False
                self.findings = await beside(self._tried)
            self._said_edits()
        except Problem as problem:
            self._refused(problem)
        finally:
            self._checking = False
        self._renew()

    def _tried(self) -> list[PlacedFinding]:
        asked = self.asked
        scenario = asked.scenario or None
        if self.pending.new_rows() or self.pending.removed:
            scenario = None
        edits = self.pending.edits(scenario)
        judged, new = self.programmes.trial(asked.programme, asked.table, edits)
        folder = self.programmes.folder(asked.programme)
        return placed(judged.findings, folder, new)

    def _said_edits(self) -> None:
        count = self.pending.count()
        words = "1 edit, not saved; this browser keeps it" if count == 1 else (
            "{n} edits, not saved; this browser keeps them"
        )  # fmt: skip
        self.said.set_text(say(words, n=count) if count else say(_HINT))

    def _renew(self) -> None:
        self.shown.set_content(str(self._findings()))
        told = {str(row): found for row, found in self._marks().items()}
        ui.run_javascript(f"""
            const api = getElement({self.grid.id}).api, told = {json.dumps(told)};
            api.forEachNode(node => {{ node.data._marks = told[node.id] || {{}}; }});
            api.refreshCells({{force: true}});
        """)

    async def _save(self) -> None:
        await self._saved(self.asked.scenario or None)

    async def _save_scenario(self) -> None:
        name = (self.name.value or "").strip()
        if not name:
            self.said.set_text(say("Give the scenario a name."))
            return
        await self._saved(name)

    async def _saved(self, scenario: str | None) -> None:
        if not self.pending.count():
            self.said.set_text(say("Nothing is edited."))
            return
        asked, edits = self.asked, self.pending.edits(scenario)
        try:
            await beside(self.programmes.save, asked.programme, asked.table, edits, self.etag)
        except Problem as problem:
            self._refused(problem)
            return
        self._forget()
        self._open(scenario)

    def _refused(self, problem: Problem) -> None:
        """Say why nothing is saved; the edits stay."""
        words = say(_STALE, name=self.asked.programme) if problem.status == STALE else (
            say_alike(problem.detail)
        )  # fmt: skip
        self.said.set_text(words)
        self.reopen.set_visibility(problem.status == STALE)
        ui.notify(words, type="negative", position="top", timeout=8000)
        if problem.findings:
            self.findings = [_placed(finding) for finding in problem.findings]
            self.shown.set_content(str(self._findings()))

    def _discard(self) -> None:
        self._forget()
        self._open()

    def _forget(self) -> None:
        self.pending = Pending()
        self._keep()

    def _open(self, scenario: Any = "") -> None:
        """Open the page again, as it is on the disk."""
        named = scenario if isinstance(scenario, str) and scenario else self.asked.scenario
        kept = {**self._kept(), "scenario": named, "q": self.asked.q}
        ui.navigate.to(query(self._address(), kept))


_HINT = "Double-click a cell to edit it; nothing is written before you save."
_STALE = (
    "'{name}' was changed by somebody else since you opened it; nothing is saved. Your edits are "
    "kept: open it again, and they stand on the new state."
)


def _counted(severity: str, count: int) -> str:
    return say(f"1 {severity}" if count == 1 else f"{{n}} {severity}s", n=count)


def _placed(finding: Finding) -> PlacedFinding:
    return PlacedFinding(**finding.as_dict())


def _button(words: str, does: Any, style: str) -> ui.button:
    made = ui.button(words, on_click=say_later(does))
    made.props(f"{style} no-caps").classes("house-button")
    return made
