"""Numbers for people: separators, sensible digits, units."""

from __future__ import annotations

import math
from datetime import date, datetime
from typing import Any

from fabstack.report.language import Language, say, spoken

NOTHING = "–"
THIN = "\N{NARROW NO-BREAK SPACE}"
_LARGE = {
    Language.ENGLISH: ((1e12, " trillion"), (1e9, " billion"), (1e6, " million")),
    Language.CHINESE: ((1e12, "万亿"), (1e8, "亿"), (1e4, "万")),
}

_UNITS = {  # endings of columns' names, the longer ones first
    "_usd_per_month": "USD/month",
    "_usd_per_year": "USD/year",
    "_usd_per_h": "USD/h",
    "_usd": "USD",
    "_percent": "%",
    "_per_month": "1/month",
    "_per_cm2": "1/cm²",
    "_months": "months",
    "_mm2": "mm²",
    "_mm": "mm",
    "_min": "min",
    "_h": "h",
}


def plain(value: float | None, digits: int = 3) -> str:
    """A number with at least `digits` significant digits and separators: 1,234 or 0.0123."""
    if value is None or not math.isfinite(value):
        return NOTHING
    if value == 0:
        return "0"
    decimals = max(digits - 1 - math.floor(math.log10(abs(value))), 0)
    text = f"{value:,.{min(decimals, 12)}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace("-", "\N{MINUS SIGN}")


def rounded(value: float | None, digits: int = 3) -> str:
    """A number with words from a million on: 1.23 billion; in Chinese from 10,000 on."""
    if value is None or not math.isfinite(value):
        return NOTHING
    for size, word in _LARGE[spoken()]:
        if abs(value) >= size * (1 - 0.5 * 10**-digits):
            return f"{plain(value / size, digits)}{word}"
    return plain(float(f"{value:.{digits}g}"), digits)


def usd(value: float | None) -> str:
    """Money: USD 84.3, USD 1.2 billion."""
    if value is None:
        return NOTHING
    sign = "\N{MINUS SIGN}" if value < 0 else ""
    return sign + say("USD{thin}{amount}", thin=THIN, amount=rounded(abs(value)))


def span(low: float | None, high: float | None) -> str:
    """A range: 3 to 5."""
    return say("{low} to {high}", low=plain(low), high=plain(high))


def percent(value: float | None) -> str:
    """A share in percent: 87 %, 3.2 %, <0.1 %."""
    if value is None or not math.isfinite(value):
        return NOTHING
    if 0 < value < 0.1:
        return f"<0.1{THIN}%"
    if 99.9 < value < 100:
        return f">99.9{THIN}%"
    if 99 < value < 100 or 0 < value < 10:
        return f"{value:.1f}{THIN}%"
    return f"{value:,.0f}{THIN}%".replace("-", "\N{MINUS SIGN}")


def times(value: float | None) -> str:
    """A factor: ×23, ×1.4."""
    if value is None or not math.isfinite(value):
        return NOTHING
    return f"×{rounded(float(f'{value:.3g}'), 2 if value < 100 else 3)}"


def month(day: date | None) -> str:
    """A date as month and year."""
    return NOTHING if day is None else day.strftime(say("%b %Y"))


def heading(name: str) -> tuple[str, str]:
    """The words and the unit in a column's name: `peak_load_percent` is peak load, %."""
    words, unit = _parted(name)
    return say(words), say(unit) if unit else ""


def _parted(name: str) -> tuple[str, str]:
    for ending, unit in _UNITS.items():
        if name.endswith(ending):
            return name.removesuffix(ending).replace("_", " "), unit
    return name.replace("_", " "), ""


def address(text: str) -> str:
    """A cell of the programme for people: `items/ai5-die/width_mm` is ai5-die: width.

    The column is a name in the programme's tables, so it is the same in every language.
    """
    table, _, rest = text.partition("/")
    key, _, column = rest.rpartition("/")
    return f"{table if key == '-' else key}: {_parted(column)[0]}" if key else text


def cell(value: Any) -> str:
    """Any value of a table."""
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return say("yes") if value else say("no")
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int):
        return f"{value:,}".replace("-", "\N{MINUS SIGN}")
    return plain(value, 4) if isinstance(value, float) else str(value)
