"""The options of AG Grid for a table of a programme: columns, widths, choices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fabstack.report.numbers import heading as words_of
from fabstack.serve.language import say
from fabstack.serve.programmes.tables import ColumnInfo, TableText

LETTER_PX, BESIDE_PX = 7.4, 34  # of a cell's text, and what a cell has around it
NARROW_PX, WIDE_PX = 84, 260
MEASURED = 500  # rows that a column's width is made for
Row = dict[str, Any]


def options(
    text: TableText, rows: Sequence[Row], marks: Mapping[int, Mapping[str, str]]
) -> dict[str, Any]:
    """The grid of some rows of a table; each has its number as `_row` and its marks as `_marks`."""
    return {
        "columnDefs": [_number_column(), *(_column(text, column) for column in text.columns)],
        "rowData": [{**row, "_marks": marks.get(row["_row"], {})} for row in rows],
        "defaultColDef": {
            "editable": True,
            "sortable": True,
            "resizable": True,
            "minWidth": NARROW_PX,
            ":cellClass": "p => (p.data._marks || {})[p.colDef.field] || ''",
        },
        ":getRowId": "p => String(p.data._row)",
        "rowSelection": {
            "mode": "multiRow",
            "checkboxes": not text.is_settings,
            "headerCheckbox": False,
            "enableClickSelection": False,
        },
        "selectionColumnDef": {"pinned": "left", "width": 46, "minWidth": 46},
        "stopEditingWhenCellsLoseFocus": True,
        "undoRedoCellEditing": True,
        "tooltipShowDelay": 300,
        "animateRows": False,
        "suppressFieldDotNotation": True,
    }


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


def _column(text: TableText, column: ColumnInfo) -> dict[str, Any]:
    words, unit = words_of(column.name)
    unit = column.unit or unit
    default = say("; blank: {default}", default=column.default) if column.default else ""
    return {
        "field": column.name,
        "headerName": f"{words} ({unit})" if unit else words,
        "headerTooltip": f"{column.meaning}{default}",
        "hide": not column.required and not any(column.name in row for row in text.rows),
        "width": _width_px(text, column.name, f"{words} {unit}"),
        **_choices(column),
        **({"pinned": "left"} if column.is_key else {}),
    }


def _choices(column: ColumnInfo) -> dict[str, Any]:
    """A list to choose from, where only some words belong into the column."""
    if column.kind not in ("choice", "boolean"):
        return {}
    choices = column.choices or ["yes", "no"]
    values = [*choices, *([] if column.required else [""])]
    return {"cellEditor": "agSelectCellEditor", "cellEditorParams": {"values": values}}


def _width_px(text: TableText, column: str, title: str) -> int:
    """Wide enough for most of the texts."""
    lengths = sorted(len(row.get(column, "")) for row in text.rows[:MEASURED])
    usual = lengths[int(0.95 * (len(lengths) - 1))] if lengths else 0
    wanted = max(usual, len(title)) * LETTER_PX + BESIDE_PX
    return round(min(max(wanted, NARROW_PX), WIDE_PX))
