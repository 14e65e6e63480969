"""One cell of a model's table at a time: numbers with units, spreads, dates, yes or no.

A blank cell gives None. What cannot be read is noted with its place, and gives None too.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from fabstack.errors import did_you_mean
from fabstack.formats.autosched.notes import Notes
from fabstack.formats.autosched.table import Row
from fabstack.model import Distribution, Kind

MINUTES: Mapping[str, float] = {"sec": 1 / 60, "min": 1.0, "hr": 60.0, "day": 1440.0}
HOUR, DAY = 60.0, 1440.0  # minutes
_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})(?: +(\d{1,2}):(\d{2})(?::(\d{2}))?)?")
_CENTURY = 2000


def tidy(value: float) -> float:
    """A number without the last digits that adding decimal fractions leaves behind."""
    return float(f"{value:.15g}")


def number(notes: Notes, row: Row, column: str) -> float | None:
    """A number of at least 0."""
    text = row[column]
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if math.isfinite(value) and value >= 0:
        return value
    notes.error(row, column, "bad-number", f"{column} is '{text}'", "a number of at least 0")
    return None


def count(notes: Notes, row: Row, column: str) -> int | None:
    """A whole number of at least 0; `9.0` is one."""
    value = number(notes, row, column)
    if value is None or value.is_integer():
        return None if value is None else int(value)
    notes.error(row, column, "bad-number", f"{column} is '{row[column]}'", "a whole number")
    return None


def minutes_in(notes: Notes, row: Row, column: str) -> float | None:
    """The minutes in one unit of a column of units."""
    text = row[column]
    found = MINUTES.get(text)
    if found is None:
        message = f"{column} is '{text}'" if text else f"{column} is blank"
        expected = f"one of {', '.join(MINUTES)}"
        notes.error(row, column, "unknown-unit", message, expected, did_you_mean(text, [*MINUTES]))
    return found


def minutes(notes: Notes, row: Row, column: str, unit: str) -> float | None:
    """A time in minutes."""
    value = number(notes, row, column)
    if value is None:
        return None
    factor = minutes_in(notes, row, unit) if value else 1.0
    return None if factor is None else tidy(value * factor)


class Spread(NamedTuple):
    """The columns of a random time: its kind, its two parameters, and their unit."""

    kind: str
    first: str
    second: str
    unit: str


def time(notes: Notes, row: Row, columns: Spread, per: float = 1.0) -> Distribution | None:
    """A random time in minutes, or in units of `per` minutes."""
    first, second = number(notes, row, columns.first), number(notes, row, columns.second)
    if first is None:
        return None
    factor = minutes_in(notes, row, columns.unit) if first or second else 1.0
    kind = row[columns.kind] or Kind.CONSTANT
    law = _LAWS.get(kind)
    if law is None:
        expected, cure = f"one of {', '.join(_LAWS)}", did_you_mean(kind, [*_LAWS])
        message = f"{columns.kind} is '{kind}'"
        notes.error(row, columns.kind, "unknown-distribution", message, expected, cure)
    if law is None or factor is None:
        return None
    name, parameters = law(first, second or 0.0)
    return Distribution(name, tuple(tidy(value * factor / per) for value in parameters))


def _uniform(mean: float, half_width: float) -> tuple[Kind, Sequence[float]]:
    """AutoSched's second parameter is half the width: values lie in mean -+ it."""
    if not half_width:
        return Kind.CONSTANT, (mean,)
    return Kind.UNIFORM, (mean - half_width, mean + half_width)


Law = Callable[[float, float], tuple[Kind, Sequence[float]]]

_LAWS: Mapping[str, Law] = {
    "constant": lambda value, _: (Kind.CONSTANT, (value,)),
    "uniform": _uniform,
    "exponential": lambda mean, _: (Kind.EXPONENTIAL, (mean,)),
    "normal": lambda mean, sd: (Kind.NORMAL, (mean, sd)),
}


def moment(notes: Notes, row: Row, column: str) -> datetime | None:
    """A point in time such as `01/31/18 07:29:20`."""
    text = row[column]
    if not text:
        return None
    found = moment_in(text)
    if found is None:
        message, expected = f"{column} is '{text}'", "a time such as 01/31/18 07:29:20"
        notes.error(row, column, "bad-date", message, expected)
    return found


@functools.lru_cache(maxsize=2**18)
def moment_in(text: str) -> datetime | None:
    """The point in time that a text gives as month, day, year and time of day."""
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    month, day, year, hour, minute, second = (int(part or 0) for part in match.groups())
    try:
        year += 0 if year >= _CENTURY else _CENTURY
        return datetime(year, month, day, hour, minute, second)
    except ValueError:
        return None


def truth(notes: Notes, row: Row, column: str) -> bool:
    """Yes or no; blank is no."""
    word = row[column].lower()
    if word not in ("", "yes", "no"):
        notes.error(row, column, "bad-boolean", f"{column} is '{row[column]}'", "yes or no")
    return word == "yes"


def one_of(notes: Notes, row: Row, column: str, known: Sequence[str]) -> str:
    """A word of a closed list; blank where it is none of them."""
    word = row[column]
    if not word or word in known:
        return word
    message, expected = f"{column} is '{word}'", f"one of {', '.join(known)}"
    notes.error(row, column, "unsupported-value", message, expected, did_you_mean(word, known))
    return ""


def required(notes: Notes, row: Row, column: str, why: str = "") -> str:
    """A cell that may not be blank."""
    if not row[column]:
        notes.error(row, column, "blank-cell", f"{column} is blank{why}", f"a value in {column}")
    return row[column]
