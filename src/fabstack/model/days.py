"""Dates at the border and inside: a month may be written `2026-09`."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator

MINUTES_PER_DAY = 1440.0
DAYS_PER_MONTH = 365.25 / 12
MINUTES_PER_MONTH = MINUTES_PER_DAY * DAYS_PER_MONTH


def read_day(value: Any) -> Any:
    """A date from `2026-09-15`, or the first of the month from `2026-09`."""
    if isinstance(value, str):
        text = value.strip()
        if re.fullmatch(r"\d{4}-\d{2}", text):
            text += "-01"
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise ValueError(f"'{value}' is no date such as 2026-09 or 2026-09-15") from None
    return value


Day = Annotated[date, BeforeValidator(read_day)]


def month_start(start: date, months: int) -> date:
    """The first day of the month that lies `months` after the month of `start`."""
    total = start.year * 12 + start.month - 1 + months
    return date(total // 12, total % 12 + 1, 1)


def months_between(start: date, end: date) -> float:
    """Months from `start` to `end` (days over 30.4375), negative where `end` is earlier."""
    return (end - start).days / DAYS_PER_MONTH


def month_index(start: date, day: date) -> int:
    """How many calendar months the month of `day` lies after that of `start`."""
    return (day.year - start.year) * 12 + day.month - start.month
