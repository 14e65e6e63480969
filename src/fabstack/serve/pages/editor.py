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
from fabstack.report.numbers import heading as words_of
from fabstack.serve.context import Context
from fabstack.serve.pages.parts import pager, search
from fabstack.serve.pages.shell import beside, findings_list, house, path, query
from fabstack.serve.problems import Problem
from fabstack.serve.programmes.store import CellEdit, Edits
from fabstack.serve.programmes.tables import ColumnInfo, TableText
from fabstack.serve.programmes.trial import PlacedFinding, placed

SHOWN = 500  # rows at a time
FETCHED = 200_000
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
        self.edits: dict[tuple[int, str], str] = {}
        self.added: list[dict[str, str]] = []
        self.removed: set[int] = set()
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
            house(search(self._address(), self.asked.q, "Words in a row", kept=self._kept()))
            self._buttons()
            self.grid = ui.aggrid(self._options(rows[first : first + SHOWN]), theme="quartz",
                                  auto_size_columns=False).classes("house-grid")  # fmt: skip
            self.grid.on("cellValueChanged", self._changed, ["data", "colId", "newValue"])
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
            self.save = _button("Save", self._save, "unelevated")
            self.name = ui.input("Name of a scenario", value=self.asked.scenario)
            self.name.props("outlined dense maxlength=100")
            _button("Save as scenario", self._save_scenario, "outline")
            if not self.text.is_settings:
                _button("Add a row", self._add, "flat")
                _button("Remove rows", self._remove, "flat")
            _button("Discard", self._open, "flat")
            self.said = ui.label("").classes("house-said").props("role=status")

    def _options(self, rows: list[dict[str, Any]]) -> dict[str, Any]:
        marks = self._marks()
        for row in rows:
            row["_marks"] = marks.get(row["_row"], {})
        return {
            "columnDefs": [_number_column(), *map(self._column, self.text.columns)],
            "rowData": rows,
            "defaultColDef": {
                "editable": True,
                "sortable": True,
                "resizable": True,
                "minWidth": 90,
                ":cellClass": "p => (p.data._marks || {})[p.colDef.field] || ''",
            },
            ":getRowId": "p => String(p.data._row)",
            "rowSelection": {"mode": "multiRow", "checkboxes": not self.text.is_settings,
                             "headerCheckbox": False, "enableClickSelection": False},
            "selectionColumnDef": {"pinned": "left", "width": 46, "minWidth": 46},
            "stopEditingWhenCellsLoseFocus": True,
            "undoRedoCellEditing": True,
            "tooltipShowDelay": 300,
            "animateRows": False,
            "suppressFieldDotNotation": True,
        }  # fmt: skip

    def _column(self, column: ColumnInfo) -> dict[str, Any]:
        words, unit = words_of(column.name)
        unit = column.unit or unit
        default = f"; blank: {column.default}" if column.default else ""
        made: dict[str, Any] = {
            "field": column.name,
            "headerName": f"{words} ({unit})" if unit else words,
            "headerTooltip": f"{column.meaning}{default}",
            "hide": not column.required and not any(column.name in row for row in self.text.rows),
            "width": 170 if column.is_key or column.kind == "text" else 130,
        }
        if column.kind == "choice" or column.kind == "boolean":
            choices = column.choices or ["yes", "no"]
            made["cellEditor"] = "agSelectCellEditor"
            made["cellEditorParams"] = {"values": [*choices, *([] if column.required else [""])]}
        if column.is_key:
            made["pinned"] = "left"
        return made

    def _marks(self) -> dict[int, dict[str, str]]:
        """The class of each cell that is to be seen: edited, of the scenario, with a finding."""
        marks: defaultdict[int, dict[str, str]] = defaultdict(dict)
        for row, column in self.text.changed:
            marks[row][column] = "cell-scenario"
        for row, column in self.edits:
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
        words = ", ".join(f"{count} {each}{'' if count == 1 else 's'}" for each, count in counts)
        title = element("h2", "Findings ", element("small", words))
        body = findings_list(found[:200]) if found else element("p", "Nothing is wrong.",
                                                                class_="note")  # fmt: skip
        return element("section", title, body, class_="found", aria_live="polite")

    # --- What is done -------------------------------------------------------------------------

    async def _changed(self, event: GenericEventArguments) -> None:
        """A cell has a new text."""
        row, column = int(event.args["data"]["_row"]), str(event.args["colId"])
        value = event.args.get("newValue")
        text = "" if value is None else str(value)
        count = len(self.text.rows)
        if row >= count:
            self.added[row - count][column] = text
        else:
            self.edits[row, column] = text
        await self._check()

    def _add(self) -> None:
        row = len(self.text.rows) + len(self.added)
        self.added.append({})
        self.grid.run_grid_method("applyTransaction", {"add": [{"_row": row, "_marks": {}}]})
        self.grid.run_grid_method("ensureIndexVisible", min(row, SHOWN - 1))
        self.said.set_text("The new row stands at the end; give it its key.")

    async def _remove(self) -> None:
        rows = await self.grid.get_selected_rows()
        if not rows:
            self.said.set_text("Choose rows by their boxes first.")
            return
        self.removed |= {int(row["_row"]) for row in rows if row["_row"] < len(self.text.rows)}
        ids = [{"_row": row["_row"]} for row in rows]
        self.grid.run_grid_method("applyTransaction", {"remove": ids})
        await self._check()

    def _asked(self, scenario: str | None) -> Edits:
        cells = [
            CellEdit(row=row, column=column, value=text)
            for (row, column), text in self.edits.items()
            if row not in self.removed
        ]
        added = [row for row in self.added if any(row.values())]
        return Edits(cells=cells, add=added, remove=sorted(self.removed), scenario=scenario)

    async def _check(self) -> None:
        """Check what is edited; edits that come meanwhile are checked after it."""
        self._again = True
        if self._checking:
            return
        self._checking = True
        self.said.set_text("Checking …")
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
        if self.added or self.removed:
            scenario = None
        judged, new = self.programmes.trial(asked.programme, asked.table, self._asked(scenario))
        folder = self.programmes.folder(asked.programme)
        return placed(judged.findings, folder, new)

    def _said_edits(self) -> None:
        count = len(self.edits) + len(self.added) + len(self.removed)
        self.said.set_text(f"{count} edit{'' if count == 1 else 's'}, not saved")

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
            self.said.set_text("Give the scenario a name.")
            return
        await self._saved(name)

    async def _saved(self, scenario: str | None) -> None:
        edits = self._asked(scenario)
        if not (edits.cells or edits.add or edits.remove):
            self.said.set_text("Nothing is edited.")
            return
        asked = self.asked
        try:
            await beside(self.programmes.save, asked.programme, asked.table, edits, self.etag)
        except Problem as problem:
            self._refused(problem)
            return
        self._open(scenario)

    def _refused(self, problem: Problem) -> None:
        self.said.set_text(problem.detail)
        ui.notify(problem.detail, type="negative", position="top", timeout=8000)
        if problem.findings:
            self.findings = [_placed(finding) for finding in problem.findings]
            self.shown.set_content(str(self._findings()))

    def _open(self, scenario: Any = "") -> None:
        """Open the page again, as it is on the disk."""
        named = scenario if isinstance(scenario, str) and scenario else self.asked.scenario
        kept = {**self._kept(), "scenario": named, "q": self.asked.q}
        ui.navigate.to(query(self._address(), kept))


def _placed(finding: Finding) -> PlacedFinding:
    return PlacedFinding(**finding.as_dict())


def _number_column() -> dict[str, Any]:
    return {
        "headerName": "#",
        ":valueGetter": "p => p.data._row + 1",
        "editable": False,
        "width": 70,
        "minWidth": 60,
        "pinned": "left",
        "sortable": False,
    }


def _button(words: str, does: Any, style: str) -> ui.button:
    made = ui.button(words, on_click=does)
    made.props(f"{style} no-caps").classes("house-button")
    return made
