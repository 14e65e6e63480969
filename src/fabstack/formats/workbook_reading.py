"""A programme as a workbook: one sheet for each table, and the sheet `programme` for settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from fabstack.errors import Finding, InputError, MissingExtra, did_you_mean
from fabstack.formats.faults import Fault
from fabstack.formats.places import Place
from fabstack.formats.raw import Raw, cell_of
from fabstack.formats.tables import Sheet
from fabstack.model import sections, tables

SUFFIXES = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
SETTINGS_SHEET = "programme"
CHOICES_SHEET = "choices"  # feeds the drop-down lists, says nothing of the programme
SETTINGS_HEADER = ("section", "key", "value")

Cells = list[str | Fault]


class SheetGrid:
    """The rows of a sheet; `lines` are the numbers of those that hold something."""

    def __init__(self, file: str, lines: Sequence[int]) -> None:
        self._file = file
        self._lines = lines

    def place(self, row: int, cell: int) -> Place:
        """The place of a cell by row and column number; row -1 is the header."""
        if row >= len(self._lines):
            return Place(self._file)
        return Place(self._file, self._lines[row] if row >= 0 else 1, max(cell + 1, 1))


class SettingsGrid:
    """The rows of the sheet of settings that belong to one section."""

    def __init__(self, file: str, lines: Sequence[int]) -> None:
        self._file = file
        self._lines = lines

    def place(self, row: int, cell: int) -> Place:
        """The place of the value (or, for the header, of the name) of the key number `cell`."""
        if cell < 0:
            return Place(self._file)
        return Place(self._file, self._lines[cell], 3 if row >= 0 else 2)


def raw_workbook(file: Path) -> Raw:
    """The cells of every sheet of a workbook.

    Raises:
        InputError: the file is no workbook.
        MissingExtra: the reader is not installed.
    """
    raw = Raw(place_of=lambda name: f"{file}[{name}]")
    settings_found = False
    for name, rows in _sheets(file):
        place = raw.place_of(name)
        if name == SETTINGS_SHEET:
            settings_found = True
            _add_settings(raw, place, rows)
        elif name in tables():
            raw.sheets[name] = _table(name, place, rows)
        elif not name.startswith("_") and name != CHOICES_SHEET:
            raw.findings.append(_unknown_sheet(name, place))
    if not settings_found:
        _report_missing_settings(raw, file)
    return raw


def _sheets(file: Path) -> Iterator[tuple[str, list[Cells]]]:
    try:
        from python_calamine import CalamineError, CalamineWorkbook
    except ImportError:
        raise MissingExtra("reading a workbook", "excel") from None
    try:
        with CalamineWorkbook.from_path(file) as book:
            for name in book.sheet_names:
                rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
                yield name, [[cell_of(value) for value in row] for row in rows]
    except (CalamineError, OSError) as error:
        fault = Fault("broken-workbook", f"this is no workbook: {error}", "a file in XLSX")
        raise InputError([fault.at(Place(str(file)))]) from None


def _unknown_sheet(name: str, place: str) -> Finding:
    known = (SETTINGS_SHEET, *tables())
    cure = did_you_mean(name, known) + "; a name that begins with _ is skipped"
    fault = Fault("unknown-sheet", f"'{name}' is no table of a programme", cure=cure)
    return fault.at(Place(place))


def _report_missing_settings(raw: Raw, file: Path) -> None:
    fault = Fault("missing-sheet", f"the workbook has no sheet '{SETTINGS_SHEET}'")
    raw.findings.append(fault.at(Place(str(file))))
    raw.unreadable.update(sections())
    _add_settings(raw, str(file), [list(SETTINGS_HEADER)])


def _table(name: str, place: str, rows: list[Cells]) -> Sheet:
    header = _header(rows)
    lines = [line for line, row in enumerate(rows[1:], 2) if any(row)]
    return Sheet(name, header, [rows[line - 1] for line in lines], SheetGrid(place, lines))


def _header(rows: list[Cells]) -> tuple[str, ...]:
    names = [str(cell).strip() for cell in rows[0]] if rows else []
    while names and not names[-1]:
        names.pop()
    return tuple(names)


def _add_settings(raw: Raw, place: str, rows: list[Cells]) -> None:
    header = _header(rows)[:3]
    if header != SETTINGS_HEADER:
        message, expected = f"the header is '{', '.join(header)}'", ", ".join(SETTINGS_HEADER)
        raw.findings.append(Fault("bad-header", message, expected).at(Place(place, 1, 1)))
        raw.unreadable.update(sections())
        rows = []
    settings = {line: row[:3] for line, row in enumerate(rows[1:], 2) if any(row[:3])}
    raw.findings.extend(_unknown_sections(settings, place))
    for section in sections():
        mine = {line: row for line, row in settings.items() if row[0] == section and row[2]}
        keys = tuple(str(row[1]) for row in mine.values())
        values = [[row[2] for row in mine.values()]]
        raw.sheets[section] = Sheet(section, keys, values, SettingsGrid(place, [*mine]), noun="key")


def _unknown_sections(settings: Mapping[int, Cells], place: str) -> Iterator[Finding]:
    for line, row in settings.items():
        if row[0] not in sections():
            cure = did_you_mean(str(row[0]), tuple(sections()))
            fault = Fault("unknown-section", f"'{row[0]}' is no known section", cure=cure)
            yield fault.at(Place(place, line, 1))
