"""Quantities at the file border: text with a unit becomes a float in a known unit.

Inside fabstack every number is a plain float whose unit is in its name. Only here does text such as
`510 mm` or `2000/month` meet a unit registry (pint), which is loaded on first use. Wafers, panels,
boards, dies, packages, lots, systems, people and money are dimensions of their own, so that adding
wafers to panels is an error and not a number.
"""

from __future__ import annotations

import functools
import math
import re
from typing import Any

# Things that are counted. `2000/month` is understood as `2000 package/month` where packages belong.
COUNTED = (
    "wafer",
    "panel",
    "board",
    "die",
    "package",
    "lot",
    "system",
    "person",
    "tool",
    "mask",
    "part",
)

_DEFINITIONS = (
    *(f"{name} = [{name}s]" for name in COUNTED),
    "USD = [money] = _ = dollar",
    "@alias die = chip",
    "@alias person = fte = people",
    "thousand = 1e3",
    "million = 1e6",
    "billion = 1e9",
    "wspm = wafer / month",
)


class UnitError(ValueError):
    """A text that is no quantity of the wanted unit; the message says why."""


def parse(text: str, unit: str) -> float:
    """The number of `unit` that `text` stands for; a bare number is already in `unit`.

    >>> parse("0.51 m", "mm")
    510.0
    >>> parse("7", "mm")
    7.0

    Raises:
        UnitError: no number, an unknown unit, another dimension, or not finite.
    """
    number = _bare_number(text)
    value = number if number is not None else _in_unit(text, unit)
    if not math.isfinite(value):
        raise UnitError(f"'{text}' is not a finite number")
    return value


def counted_in(text: str) -> str:
    """The thing that `text` counts: `2000 panels/month` -> `panel`; "" for none or for several."""
    found = {_ALIASES.get(name, name) for name in _COUNTED_WORDS.findall(text)}
    return found.pop() if len(found) == 1 else ""


_ALIASES = {"chip": "die", "wspm": "wafer", "fte": "person", "people": "person"}
_COUNTED_WORDS = re.compile(rf"\b({'|'.join((*COUNTED, *_ALIASES))})s?\b")


def _bare_number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _in_unit(text: str, unit: str) -> float:
    if not any(letter.isdigit() for letter in text):
        raise UnitError(f"'{text}' has no number")
    match = _NUMBER_AND_UNIT.fullmatch(text.strip())
    if match is None:
        return _rounded(_magnitude(text, unit))
    factor = _factor(match["unit"], unit)
    if isinstance(factor, str):
        raise UnitError(f"'{text}' {factor}")
    return _rounded(float(match["number"].replace(",", "")) * factor)


_NUMBER_AND_UNIT = re.compile(
    r"(?P<number>[-+]?(?:\d+(?:,\d{3})*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(?P<unit>[^\s\d.,+-][^+-]*)"
)


def _rounded(value: float) -> float:
    """12 significant digits: the registry's factors leave noise such as 510.00000000000006."""
    return float(f"{value:.12g}")


@functools.lru_cache(maxsize=4096)
def _factor(found: str, wanted: str) -> float | str:
    """How many of the wanted unit one of the found unit is, or why that cannot be said."""
    try:
        return _magnitude(f"1 {found}" if found[0] != "/" else f"1{found}", wanted)
    except UnitError as error:
        return str(error).partition("' ")[2]


def _magnitude(text: str, unit: str) -> float:
    quantity = _quantity(text)
    wanted = _unit(unit)
    if quantity.dimensionality != wanted.dimensionality:
        quantity = _with_the_counted_thing(quantity, wanted)
    if quantity.dimensionality != wanted.dimensionality:
        raise UnitError(f"'{text}' is no quantity in {unit or 'plain numbers'}")
    return float(quantity.to(wanted).magnitude)


def _quantity(text: str) -> Any:
    import pint

    readable = _readable(text)
    if not _is_harmless(readable):
        raise UnitError(f"'{text}' is no number with a unit")
    try:
        return _registry().Quantity(readable)
    except pint.UndefinedUnitError as error:
        raise UnitError(f"'{text}' has an unknown unit ({error})") from None
    except pint.DimensionalityError as error:
        raise UnitError(f"'{text}' mixes what cannot be added ({error})") from None
    except Exception:
        # pint's parser raises tokenizer, assertion and attribute errors on text that is no quantity
        raise UnitError(f"'{text}' is no number with a unit") from None


def _is_harmless(text: str) -> bool:
    """Whether the registry may evaluate `text`: 9**9**9 would keep it busy for ever."""
    powers = _POWER.findall(text)
    return bool(_USUAL.fullmatch(text)) and all(base.isalpha() and up for base, up in powers)


_USUAL = re.compile(r"[\w\s.*/^()+-]{1,200}")
_POWER = re.compile(r"(.?)\s*(?:\*\*|\^)\s*([-+]?\d(?![\d.]))?")


def _with_the_counted_thing(quantity: Any, wanted: Any) -> Any:
    for name in COUNTED:
        dimension = f"[{name}s]"
        power = wanted.dimensionality.get(dimension, 0)
        if power and dimension not in quantity.dimensionality:
            quantity = quantity * _registry()(name) ** power
    return quantity


def _readable(text: str) -> str:
    """The spelling that the registry reads: `cm2` as a square, `%` as a word."""
    text = re.sub(r"(?<=[A-Za-zµ])([23])\b", r"**\1", text.strip())
    text = re.sub(r"(?<=\d),(?=\d{3}\b)", "", text)
    return text.replace("%", " percent").replace("²", "**2").replace("³", "**3")


@functools.cache
def _unit(unit: str) -> Any:
    return _registry().Unit(_readable(unit)) if unit else _registry().Unit("")


@functools.cache
def _registry() -> Any:
    import pint

    registry: Any = pint.UnitRegistry(cache_folder=None)
    registry.define("percent = 0.01")
    for definition in _DEFINITIONS:
        registry.define(definition)
    return registry
