"""Numbers in sentences."""

from __future__ import annotations

import math
from collections.abc import Sequence

_NAMED = ((1e12, "trillion"), (1e9, "billion"), (1e6, "million"))


def count(number: float) -> str:
    """A number of things, in three digits: `1,230`, `15.6 million`, `0.25`."""
    if math.isinf(number):
        return "any number of"
    for size, name in _NAMED:
        if abs(number) >= 0.9995 * size:
            return f"{number / size:.3g} {name}"
    if abs(number) >= 999.5:
        return f"{round(number, 2 - math.floor(math.log10(abs(number)))):,.0f}"
    return f"{number:.3g}"


def usd(number: float) -> str:
    """An amount of money: `USD 1.5 billion`."""
    return f"USD {count(number)}"


def times(factor: float) -> str:
    """A factor: `6.4 times`."""
    return f"{count(factor)} times"


def share(part: float) -> str:
    """A share in percent; tiny ones keep a digit."""
    return f"{100 * part:.3g} %"


def span(ends: Sequence[float]) -> str:
    """A range: `8,330 to 16,700`, or one number where both ends are the same."""
    low, high = count(ends[0]), count(ends[-1])
    return low if low == high else f"{low} to {high}"


def listing(names: Sequence[str], most: int = 4) -> str:
    """A few names, and how many more there are."""
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"


def plain(number: float) -> float | None:
    """A number for a file: 6 digits; None where it is not finite."""
    return float(f"{number:.6g}") if math.isfinite(number) else None
