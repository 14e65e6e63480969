"""Numbers whose unit stands beside them in words: claims, and the ranges of sources."""

from __future__ import annotations

import functools
import re

from fabstack import units
from fabstack.model.evidence import Claim, Measure

# What may be counted without changing what is measured: `chips/year` is `1/year`.
_COUNTED = (
    *units.COUNTED,
    "chip",
    "unit",
    "item",
    "module",
    "product",
    "carrier",
    "start",
    "people",
)
_COUNTED_WORD = re.compile(rf"\b(?:{'|'.join(_COUNTED)})s?\b")

# The unit in which each measure's number is judged; "" where it counts.
CLAIMED_IN = {
    Measure.CHIPS_PER_YEAR: "1/year",
    Measure.CHIP_SPEND: "USD/year",
    Measure.UNITS_PER_MONTH: "1/month",
    Measure.CARRIERS_PER_MONTH: "1/month",
    Measure.BUILD_MONTHS: "month",
    Measure.CADENCE_MONTHS: "month",
    Measure.STAFF: "USD/year",
}


@functools.cache
def unit_factor(unit: str, wanted: str) -> float | None:
    """How many of the wanted unit one of a unit is; None where they measure different things.

    Counted things stand for 1 unless the wanted unit counts them; a blank unit is the wanted one.

    >>> unit_factor("packages/month", "1/month")
    1.0
    >>> unit_factor("mm", "1/month") is None
    True
    """
    if unit in ("", wanted):
        return 1.0
    for text in dict.fromkeys((unit, _COUNTED_WORD.sub("1", unit))):
        try:
            return units.parse(_one(text), wanted)
        except units.UnitError:
            continue
    return None


def _one(unit: str) -> str:
    return unit if re.match(r"\s*[\d.]", unit) else f"1 {unit}"


def claimed(claim: Claim) -> tuple[float, float] | None:
    """Low and high end of what a claim says, in the unit of its measure.

    One end may be missing; then both are the same. None without a number in a unit that fits.
    """
    factor = unit_factor(claim.unit, CLAIMED_IN.get(claim.measure, ""))
    ends = [end for end in (claim.value, claim.high) if end is not None]
    if factor is None or not ends:
        return None
    return ends[0] * factor, ends[-1] * factor
