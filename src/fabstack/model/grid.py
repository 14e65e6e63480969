"""A grid of periods of several lengths, spelt such as `13w 24m 20q`.

Days and weeks count from where they begin. Months, quarters and years end on the first of the month
nearest to so many months later, so that they are whole calendar months once weeks have passed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from fabstack.model.days import month_start

DAYS = {"d": 1, "w": 7}
MONTHS = {"m": 1, "q": 3, "y": 12}
FORM = "lengths such as 13w 24m 20q: days, weeks, months, quarters, years"
_PART = re.compile(r"(\d*)([dwmqy])")


def parts_of(spelt: str) -> list[tuple[int | None, str]]:
    """(how many, unit) of each part; None: as many as there is room for.

    Raises:
        ValueError: the text is no such list.

    """
    found: list[tuple[int | None, str]] = []
    words = spelt.lower().split()
    for place, word in enumerate(words):
        part = _PART.fullmatch(word)
        if part is None or part[1] == "0" * max(len(part[1]), 1):
            raise ValueError(f"'{word}' is no number of periods")
        if not part[1] and place < len(words) - 1:
            raise ValueError(f"'{word}' has no number, and others follow it")
        found.append((int(part[1]) if part[1] else None, part[2]))
    return found


def days_of(spelt: str, start: date, end: date) -> tuple[date, ...]:
    """First days of the periods, and the day after the last; none begins after `end`."""
    days = [start]
    for day in _ends(spelt, start):
        days.append(day)
        if day > end:
            break
    return tuple(days)


def _ends(spelt: str, start: date) -> Iterator[date]:
    for count, unit in parts_of(spelt):
        made = 0
        while count is None or made < count:
            start = _later(start, unit)
            yield start
            made += 1


def _later(day: date, unit: str) -> date:
    if unit in DAYS:
        return day + timedelta(days=DAYS[unit])
    before, after = (month_start(day, MONTHS[unit] + more) for more in (0, 1))
    return before if day.day <= 15 else after  # the nearest first of a month, halves to the earlier
