"""A programme becomes a workbook, in which units, meanings and choices are at hand."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from fabstack.errors import MissingExtra, OutputError
from fabstack.formats.values import range_in_words, text_in, texts_of
from fabstack.formats.workbook_reading import CHOICES_SHEET, SETTINGS_HEADER, SETTINGS_SHEET
from fabstack.formats.writing import written_file
from fabstack.model import Column, Distribution, Kind, Programme, columns_of, sections, tables

LAST_ROW = 1_048_575  # of a sheet, counted from 0
LONGEST_TEXT = 32_767
_FIRST_SOUND_YEAR = 1901  # before it, spreadsheets disagree about dates


def export(programme: Programme, file: Path | str) -> None:
    """Write a programme as a workbook.

    Raises:
        OutputError: the file cannot be written, or a table is larger than a sheet.
        MissingExtra: the writer is not installed.
    """
    content = _Writer(programme).content()
    with written_file(Path(file)) as new:
        new.write_bytes(content)


class _Writer:
    """Builds one workbook in memory."""

    def __init__(self, programme: Programme) -> None:
        try:
            import xlsxwriter
            from xlsxwriter.utility import xl_col_to_name
        except ImportError:
            raise MissingExtra("writing a workbook", "excel") from None
        self._programme = programme
        self._buffer = io.BytesIO()
        self._book = xlsxwriter.Workbook(self._buffer, {"in_memory": True})
        self._book.set_properties({"created": datetime(2000, 1, 1)})  # equal input, equal bytes
        self._heading = self._book.add_format({"bold": True, "bg_color": "#DDE6F0"})
        self._date = self._book.add_format({"num_format": "yyyy-mm-dd"})
        self._column_letter = xl_col_to_name
        self._choices: dict[tuple[str, ...], str] = {}

    def content(self) -> bytes:
        """The bytes of the finished file."""
        self._add_settings()
        for table, row_class in tables().items():
            self._add_table(table, row_class)
        self._add_choices()
        self._book.close()
        return self._buffer.getvalue()

    def _add_settings(self) -> None:
        sheet = self._sheet(SETTINGS_SHEET, (*SETTINGS_HEADER, "default", "unit", "meaning"))
        line = 0
        for section, row_class in sections().items():
            row = getattr(self._programme, section)
            for column in columns_of(row_class):
                line += 1
                for at, text in enumerate((section, column.name)):
                    sheet.write_string(line, at, text)
                self._write_column(sheet, column, [getattr(row, column.name)], (line, 2))
                default = "" if column.default is None else text_in(column.default)
                for at, text in enumerate((default, column.unit, column.doc), 3):
                    sheet.write_string(line, at, text)

    def _add_table(self, table: str, row_class: type) -> None:
        rows = self._programme.table(table)
        if len(rows) > LAST_ROW:
            raise OutputError(f"{table} has {len(rows)} rows; a sheet holds {LAST_ROW}")
        columns = columns_of(row_class)
        sheet = self._sheet(table, [column.name for column in columns])
        if rows:
            sheet.set_tab_color("#2F6DB5")
        for at, column in enumerate(columns):
            sheet.write_comment(0, at, note(column), {"x_scale": 2})
            self._write_column(sheet, column, [getattr(row, column.name) for row in rows], (1, at))
            self._offer_choices(sheet, column, at)

    def _sheet(self, name: str, header: Sequence[str]) -> Any:
        sheet = self._book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        for at, text in enumerate(header):
            sheet.write_string(0, at, text, self._heading)
            sheet.set_column(at, at, max(10, min(len(text) + 2, 40)))
        return sheet

    def _write_column(
        self, sheet: Any, column: Column, values: Sequence[Any], start: tuple[int, int]
    ) -> None:
        texts = texts_of(column, values)
        for line, value in enumerate(values, start[0]):
            if texts[value]:
                self._write(sheet, (line, start[1]), value, texts[value])

    def _write(self, sheet: Any, at: tuple[int, int], value: Any, text: str) -> None:
        """Write a value as number or date where a sheet holds it exactly, else as text."""
        if isinstance(value, Distribution):
            value = value.mean if value.kind is Kind.CONSTANT else text
        if isinstance(value, date) and value.year >= _FIRST_SOUND_YEAR:
            sheet.write_datetime(*at, datetime.combine(value, time()), self._date)
        elif isinstance(value, int | float) and not isinstance(value, bool) and _exact(value):
            sheet.write_number(*at, value)
        elif len(text) > LONGEST_TEXT:
            raise OutputError(
                f"a cell of a workbook holds {LONGEST_TEXT} characters, not {len(text)}"
            )
        else:
            sheet.write_string(*at, text)

    def _offer_choices(self, sheet: Any, column: Column, at: int) -> None:
        choices = ("yes", "no") if column.kind == "boolean" else tuple(map(str, column.choices))
        if choices:
            letter = self._column_letter(len(self._choices))
            span = f"={CHOICES_SHEET}!${letter}$1:${letter}${len(choices)}"
            source = self._choices.setdefault(choices, span)
            sheet.data_validation(1, at, LAST_ROW, at, {"validate": "list", "source": source})

    def _add_choices(self) -> None:
        sheet = self._book.add_worksheet(CHOICES_SHEET)
        sheet.hide()
        for at, choices in enumerate(self._choices):
            sheet.write_column(0, at, choices)


def note(column: Column) -> str:
    """What a user should know of a column: meaning, unit, bounds and default."""
    default = "" if column.default in (None, "") else f"default: {text_in(column.default)}"
    unit = f"unit: {column.unit}" if column.unit else ""
    needed = "required" if column.required else default
    lines = (column.doc, unit, range_in_words(column), needed)
    return "\n".join(line for line in lines if line)


def _exact(value: float) -> bool:
    """Whether 16 digits, which is what a sheet keeps, spell the number."""
    try:
        return float(f"{value:.16G}") == value
    except OverflowError:
        return False
