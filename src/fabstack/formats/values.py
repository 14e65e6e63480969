"""One cell of a table: text to value and back, by the kind of its column."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from fabstack import units
from fabstack.errors import did_you_mean
from fabstack.formats.faults import Fault
from fabstack.model.days import read_day
from fabstack.model.fields import Column
from fabstack.model.randomness import Distribution, shortest

LARGEST_COUNT = 2**53  # beyond it a float no longer holds every whole number
_TRUTH = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
_STARTS_LIKE_A_NUMBER = re.compile(r"[-+]?\.?\d")


def value_of(column: Column, cell: str | Fault) -> Any:
    """What a cell means in its column, or the Fault that keeps it from being read."""
    if isinstance(cell, Fault):
        return cell
    text = cell.strip()
    if not text:
        return _blank(column)
    return _READERS[column.kind](column, text)


def texts_of(column: Column, values: Iterable[Any]) -> dict[Any, str]:
    """The shortest text that reads back as each value; blank where it is the default."""
    spell = _SPELLERS.get(column.kind, text_in)
    return {
        value: "" if value is None or value == column.default else spell(value)
        for value in set(values)
    }


_SPELLERS: Mapping[str, Callable[[Any], str]] = {
    "number": shortest,
    "integer": str,
    "boolean": lambda truth: "yes" if truth else "no",
}


def text_in(cell: Any) -> str:
    """The text that a typed cell of TOML or a workbook stands for."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return shortest(cell) if math.isfinite(cell) else str(cell)
    if isinstance(cell, datetime) and cell.time() == datetime.min.time():
        cell = cell.date()
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def bounds_in_words(column: Column) -> str:
    """The bounds of a column, such as `above 0 and at most 100`; "" where it has none."""
    words = {"ge": "at least", "gt": "above", "le": "at most", "lt": "below"}
    return " and ".join(f"{words[limit]} {shortest(at)}" for limit, at in column.bounds.items())


def range_in_words(column: Column) -> str:
    """The bounds of a column with its unit; "" where it has none."""
    bounds = bounds_in_words(column)
    return f"{bounds} {_unit_in_words(column)}".rstrip() if bounds else ""


def _unit_in_words(column: Column) -> str:
    return column.unit.replace("1/", "per ") if column.unit.startswith("1/") else column.unit


def expected_in(column: Column) -> str:
    """What belongs into a column, in words."""
    match column.kind:
        case "number" | "integer" | "distribution":
            return _NUMERIC[column.kind] + _range(column)
        case "choice":
            return "one of " + ", ".join(column.choices)
        case "boolean":
            return "yes or no"
        case "date":
            return "a date such as 2026-09 or 2026-09-15"
    return f"text ({column.doc})"


_NUMERIC = {
    "number": "a number",
    "integer": "a whole number",
    "distribution": "a number or a distribution",
}


def _range(column: Column) -> str:
    if column.bounds:
        return f" {range_in_words(column)}"
    return f" in {column.unit}" if column.unit else ""


def _blank(column: Column) -> Any:
    if not column.required:
        return column.default
    return Fault("blank-cell", f"{column.name} is blank", expected_in(column))


def _number(column: Column, text: str) -> Any:
    try:
        return units.parse(text, _unit_in(column, text))
    except units.UnitError as error:
        looks = _STARTS_LIKE_A_NUMBER.match(text) and "finite" not in str(error)
        code = "wrong-unit" if looks else "bad-number"
        return Fault(code, f"{column.name}: {error}", expected_in(column), _unit_cure(column))


def _unit_in(column: Column, text: str) -> str:
    """The unit to read a text in: that of the column, times the thing that is counted."""
    thing = thing_in(column, text)
    return f"{thing} * {column.unit}" if thing and column.unit else thing or column.unit


def thing_in(column: Column, cell: str | Fault) -> str:
    """The thing that a cell counts, where its column counts things and the cell says which."""
    named = column.counts and isinstance(cell, str) and any(map(str.isalpha, cell))
    return units.counted_in(str(cell)) if named else ""


def _unit_cure(column: Column) -> str:
    return f"write a plain number of {column.unit}" if column.unit else "write a plain number"


def _integer(column: Column, text: str) -> Any:
    value = _number(column, text)
    if isinstance(value, Fault):
        return value
    if not value.is_integer() or abs(value) > LARGEST_COUNT:
        return Fault("bad-number", f"{column.name} is '{text}'", expected_in(column))
    return int(value)


def _distribution(column: Column, text: str) -> Any:
    try:
        return Distribution.parse(text, lambda part: units.parse(part, column.unit))
    except ValueError as error:
        message = f"{column.name} is '{text}': {error}"
        example = "such as 12, uniform(8, 22) or pert(8, 15, 22)"
        return Fault("bad-distribution", message, f"{expected_in(column)} {example}")


def _choice(column: Column, text: str) -> Any:
    found = next((choice for choice in column.choices if choice == text), None)
    if found is not None:
        return found
    message = f"{column.name} is '{text}'"
    return Fault("unknown-choice", message, expected_in(column), did_you_mean(text, column.choices))


def _boolean(column: Column, text: str) -> Any:
    found = _TRUTH.get(text.lower())
    if found is None:
        return Fault("bad-boolean", f"{column.name} is '{text}'", expected_in(column))
    return found


def _date(column: Column, text: str) -> Any:
    try:
        return read_day(text)
    except ValueError:
        return Fault("bad-date", f"{column.name} is '{text}'", expected_in(column))


def _text(_column: Column, text: str) -> Any:
    return text


_READERS: Mapping[str, Callable[[Column, str], Any]] = {
    "number": _number,
    "integer": _integer,
    "distribution": _distribution,
    "choice": _choice,
    "boolean": _boolean,
    "date": _date,
    "text": _text,
}
