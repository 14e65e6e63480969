"""A folder becomes the cells of a programme."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from fabstack.errors import InputError, did_you_mean
from fabstack.formats.autosched import cells, orders, routes, setups, stops, tools
from fabstack.formats.autosched.columns import COLUMNS, NEEDED, UNUSED
from fabstack.formats.autosched.notes import Notes
from fabstack.formats.autosched.options import (
    FILES,
    OPTIONS,
    PERIODS,
    SUFFIXES,
    Options,
    find_files,
    options_of,
)
from fabstack.formats.autosched.sheets import Sheets
from fabstack.formats.autosched.table import AsdTable, read_text, table_in
from fabstack.formats.faults import Fault, Unreadable
from fabstack.formats.folder import SETTINGS
from fabstack.formats.garbage import collection_paused
from fabstack.formats.loaded import Loaded, loaded_from
from fabstack.formats.places import Nowhere, Place
from fabstack.formats.raw import Raw
from fabstack.formats.tables import Sheet
from fabstack.model import sections

DAYS = 730  # simulated time of the published runs
_FALLBACK = datetime(2018, 1, 1)


def is_autosched(folder: Path) -> bool:
    """Whether a folder holds an AutoSched model and no programme."""
    if not folder.is_dir() or (folder / SETTINGS).exists():
        return False
    if (folder / OPTIONS).is_file():
        return True
    keys = ("STATION_FILES", "PRODUCT_FILES")
    return all(find_files(folder, FILES[key]) for key in keys)


def read(folder: Path | str, *, due_spread_percent: float = 0.0) -> Loaded:
    """The programme that an AutoSched model describes, with places in the model's own files.

    `due_spread_percent` spreads the due dates of orders: the published runs of SMT2020 with low
    volume drew each lot's time to its due date from 1 -+ 20 percent of what its order file says.

    Raises:
        InputError: something is wrong with it; the error carries every finding.
    """
    with collection_paused():
        return loaded_from(raw_model(Path(folder), due_spread_percent))


def raw_model(folder: Path, due_spread_percent: float = 0.0) -> Raw:
    """The cells of the programme that a model describes.

    Raises:
        InputError: there is no such folder.
    """
    if not folder.is_dir():
        fault = Fault("no-programme", f"there is no folder '{folder}'", "a model folder")
        raise InputError([fault.at(Place(str(folder)))])
    model = _Model(folder, due_spread_percent)
    sheets = model.sheets()
    raw = Raw(place_of=lambda _table: str(folder), sheets=sheets)
    raw.findings.extend(model.notes.all())
    return raw


@dataclass(slots=True)
class _Model:
    """The files of one model while they are read."""

    folder: Path
    due_spread_percent: float
    notes: Notes = field(default_factory=Notes)
    used: set[Path] = field(default_factory=set)

    def sheets(self) -> dict[str, Sheet]:
        """Every section and table of the programme."""
        options = options_of(self.folder, self.notes)
        lots = self._tables(options, "ORDER_FILES")
        start = options.start or orders.first_start(lots) or _FALLBACK
        filled = self._filled(options, lots, start)
        warm_up = self._warm_up_days(self._table(options, PERIODS), start)
        self._note_unread(options)
        return filled.sheets() | _settings(self.folder, start, orders.last_start(lots), warm_up)

    def _filled(self, options: Options, lots: Sequence[AsdTable], start: datetime) -> Sheets:
        notes, sheets = self.notes, Sheets(str(self.folder))
        station, product = (
            self._table(options, "STATION_FILES"),
            self._table(options, "PRODUCT_FILES"),
        )
        sheets.add("plants", None, name=tools.PLANT, kind="fab")
        families = tools.families_of(station, notes) if station else {}
        parts = routes.parts_of(product, self._routes(product), notes) if product else {}
        tools.add_tool_groups(families, notes, sheets)
        routes.add_routes(parts, families, orders.lot_sizes(lots), notes, sheets)
        self._add_rest(options, families, parts, sheets)
        entering = orders.Orders(lots if product else (), notes, start, self.due_spread_percent)
        orders.add_orders(entering, parts, sheets)
        return sheets

    def _add_rest(
        self,
        options: Options,
        families: Mapping[str, tools.Family],
        parts: Mapping[str, routes.Part],
        sheets: Sheets,
    ) -> None:
        """Setups, stops and moves."""
        notes = self.notes
        runs = setups.runs_of(self._table(options, "SETUPGROUP_FILES"), notes)
        changes = self._table(options, "SETUP_FILES")
        setups.add_setups(changes, runs, parts, families, notes, sheets)
        down, plan = self._table(options, "DOWNCAL_FILES"), self._table(options, "PMCAL_FILES")
        attached = self._table(options, "ATTACH_FILES")
        stops.add_stops(down, plan, attached, families, notes, sheets)
        moves = self._table(options, "FROMTO_FILES")
        if moves:
            tools.add_moves(moves, notes, sheets)

    def _routes(self, product: AsdTable) -> dict[str, AsdTable]:
        """The route files that parts name."""
        found: dict[str, AsdTable] = {}
        for row in product.rows:
            name = row["ROUTEFILE"]
            if name and name not in found and (self.folder / name).is_file():
                table = self._read(self.folder / name, "ROUTE_FILES")
                if table is not None:
                    found[name] = table
            elif name and name not in found:
                there = sorted(file.name for file in self.folder.iterdir())
                message, cure = f"there is no file '{name}'", did_you_mean(name, there)
                self.notes.error(row, "ROUTEFILE", "missing-file", message, "a file", cure)
        return found

    def _tables(self, options: Options, key: str) -> list[AsdTable]:
        read = (self._read(file, key) for file in options.files.get(key, ()))
        return [table for table in read if table is not None]

    def _table(self, options: Options, key: str) -> AsdTable | None:
        """The one table of a kind; the rows of further files follow those of the first."""
        found = self._tables(options, key)
        for more in found[1:]:
            self.notes.at(
                Place(more.file), "second-file", f"{key} names several files", "one active file"
            )
        return found[0] if found else None

    def _read(self, file: Path, key: str) -> AsdTable | None:
        self.used.add(file)
        try:
            table = table_in(read_text(file))
        except Unreadable as error:
            self.notes.findings.append(error.finding)
            return None
        self._note_columns(table, key)
        return table

    def _note_columns(self, table: AsdTable, key: str) -> None:
        header = table.header_line
        for name in NEEDED[key]:
            if name not in table.columns:
                place, message = table.text.place(header), f"there is no column '{name}'"
                cure = did_you_mean(name, [*table.columns])
                self.notes.at(place, "missing-column", message, f"a column '{name}'", cure)
        for name, at in table.columns.items():
            known = name in COLUMNS[key]
            filled = not known and name not in UNUSED and any(row[name] for row in table.rows)
            if filled:
                place, message = table.text.place(header, at), f"column '{name}' is not read"
                cure = did_you_mean(name, COLUMNS[key])
                expected = f"one of {', '.join(COLUMNS[key])}, or {', '.join(UNUSED)}"
                self.notes.at(place, "unknown-column", message, expected, cure, severity="warning")
        width = len(table.text.cells(header)) if header else 0
        for row in table.rows:
            if any(row.cells[width:]):
                message = f"this row has {len(row.cells)} cells"
                self.notes.error(row, "", "too-many-cells", message, f"up to {width} cells")

    def _warm_up_days(self, periods: AsdTable | None, start: datetime) -> float | None:
        """The time before the first period after one that ends with a reset of the statistics."""
        rows = periods.rows if periods else []
        for row, after in itertools.pairwise(rows):
            begins = cells.moment(self.notes, after, "PERIODSTART")
            if begins is not None and row["RESET"].lower() in ("yes", "y", "1"):
                return (begins - start).total_seconds() / 86400
        return None

    def _note_unread(self, options: Options) -> None:
        """Tables that lie in the folder and belong to no kind; options name them all."""
        if (self.folder / OPTIONS).is_file():
            return
        for file in sorted(self.folder.iterdir()):
            if file not in self.used and file.name.lower().endswith(SUFFIXES):
                message = f"'{file.name}' is not read"
                expected = f"a name such as {', '.join(names[0] for names in FILES.values())}"
                self.notes.at(Place(str(file)), "unread-file", message, expected, severity="note")


def _settings(
    folder: Path, start: datetime, last: datetime | None, warm_up: float | None
) -> dict[str, Sheet]:
    """The sections of the programme; the horizon holds the run and every start."""
    end = max(start + timedelta(days=DAYS - 1), last or start)
    name = re.sub(r"[^A-Za-z0-9_.-]+", "-", folder.resolve().name).strip("-.") or "model"
    values: dict[str, dict[str, str]] = {section: {} for section in sections()}
    values["programme"] = {
        "name": name,
        "title": f"AutoSched model {name}",
        "start": start.date().isoformat(),
        "end": end.date().isoformat(),
    }
    values["simulation"] = {"days": str(DAYS)}
    if warm_up:
        values["simulation"]["warm_up_days"] = repr(warm_up)
    grid = Nowhere(str(folder))
    return {
        section: Sheet(section, tuple(given), [[*given.values()]], grid, noun="key")
        for section, given in values.items()
    }
