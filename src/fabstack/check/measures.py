"""Numbers whose unit stands beside them in words: claims, and the ranges of sources."""

from __future__ import annotations

import functools
import re

from fabstack import units
from fabstack.model.evidence import Claim, Measure

_WORD = re.compile(r"[A-Za-z]+")
_SAME_AS = {"chip": "die", "people": "person", "material": "part", "substrate": "part"}
_COUNTED = frozenset((*units.COUNTED, *_SAME_AS))

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

    Things that are counted stand for 1: `cars/year` is `1/year`. A blank unit is the wanted one.

    >>> unit_factor("million cars/year", "1/year")
    1000000.0
    >>> unit_factor("mm", "1/month") is None
    True
    """
    if unit in ("", wanted):
        return 1.0
    for text in dict.fromkeys((unit, _WORD.sub(_one_for_things, unit))):
        try:
            return units.parse(f"1 {text}", wanted)
        except units.UnitError:
            continue
    return None


def things_in(unit: str) -> frozenset[str]:
    """The things of the trade that a unit counts: `packages/month` counts packages.

    >>> sorted(things_in("million chips/year"))
    ['die']
    """
    words = {word.removesuffix("s") for word in _WORD.findall(unit)}
    return frozenset(thing(word) for word in words & _COUNTED)


def thing(word: str) -> str:
    """The word under which units count a thing."""
    return _SAME_AS.get(word, word)


def _one_for_things(word: re.Match[str]) -> str:
    return "1" if _is_thing(word[0]) else word[0]


@functools.cache
def _is_thing(word: str) -> bool:
    """True for what is counted: a noun of the trade, or any word that is no unit."""
    if word.removesuffix("s") in _COUNTED:
        return True
    try:
        units.parse(f"1 {word}", "")
    except units.UnitError as error:
        return "unknown unit" in str(error)
    return False


def claimed(claim: Claim) -> tuple[float, float] | None:
    """Low and high end of what a claim says, in the unit of its measure.

    One end may be missing; then both are the same. None without a number in a unit that fits.
    """
    factor = unit_factor(claim.unit, CLAIMED_IN.get(claim.measure, ""))
    ends = [end for end in (claim.value, claim.high) if end is not None]
    if factor is None or not ends:
        return None
    return ends[0] * factor, ends[-1] * factor
