"""Quantities in options: every fault of a command line becomes a finding, all at once."""

from __future__ import annotations

import re
from collections.abc import Iterable

from fabstack.errors import Finding, InputError, did_you_mean
from fabstack.units import UnitError, parse

_SIDES = re.compile(r"^\s*(?P<first>[^xX×*]+?)\s*[xX×*]\s*(?P<second>[^xX×*]+?)\s*$")


class Quantities:
    """Reads quantities from options and remembers what is wrong with each."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def read(
        self,
        option: str,
        text: str,
        unit: str,
        *,
        above: float | None = None,
        at_least: float | None = None,
        at_most: float | None = None,
    ) -> float:
        """The number of `unit` in an option; a stand-in where it is wrong, which is remembered."""
        lowest, highest = _words(above, at_least, at_most, unit)
        expected = " and ".join(filter(None, [lowest, highest])) or f"a quantity in {unit}"
        try:
            value = _number(text, unit)
        except UnitError as error:
            self.reject(option, str(error), expected, "bad-quantity", _example(option, unit))
            return 1.0
        if _outside(value, above, at_least, at_most):
            cure = f"give {option} a value in this range"
            self.reject(option, f"'{text}' is out of range", expected, "out-of-range", cure)
            return 1.0
        return value

    def sides(self, option: str, text: str, unit: str) -> tuple[float, float]:
        """Width and height from text like 510x515mm; one length alone is a square."""
        match = _SIDES.match(text)
        first, second = (match["first"], match["second"]) if match else (text, text)
        if _is_number(first):
            first += re.sub(r"^[-+.\d\seE]*", "", second)  # the unit behind counts for both
        return self.read(option, first, unit, above=0), self.read(option, second, unit, above=0)

    def money(self, option: str, text: str | None) -> float | None:
        """USD in an option that may be left out."""
        if text is None:
            return None
        plain = text.strip().removeprefix("$").replace(",", "")
        return self.read(option, plain, "USD", at_least=0)

    def name(self, option: str, text: str, known: Iterable[str]) -> str:
        """One of some names; upper case and underscores do not matter."""
        names = [str(name) for name in known]
        found = text.strip().lower().replace("_", "-").replace(" ", "-")
        if found not in names:
            expected, cure = "one of " + ", ".join(names), did_you_mean(found, names)
            self.reject(option, f"'{text}' is not known", expected, "unknown-name", cure)
        return found

    def reject(self, option: str, found: str, expected: str, code: str, cure: str) -> None:
        """Remember that an option is wrong."""
        finding = Finding(option, 0, 0, code, found, expected, cure)
        if finding not in self.findings:
            self.findings.append(finding)

    def finish(self) -> None:
        """Stop here if anything was wrong.

        Raises:
            InputError: with everything that was.
        """
        if self.findings:
            raise InputError(self.findings)


def _number(text: str, unit: str) -> float:
    if not any(letter.isdigit() for letter in text):
        raise UnitError(f"'{text}' has no number in it")
    return parse(text, unit)


def _outside(
    value: float, above: float | None, at_least: float | None, at_most: float | None
) -> bool:
    return (
        (above is not None and value <= above)
        or (at_least is not None and value < at_least)
        or (at_most is not None and value > at_most)
    )


def _words(
    above: float | None, at_least: float | None, at_most: float | None, unit: str
) -> tuple[str, str]:
    behind = unit[1:] if unit.startswith("1/") else f" {unit}".rstrip()
    lowest = f"above {above:g}{behind}" if above is not None else ""
    if at_least is not None:
        lowest = f"at least {at_least:g}{behind}"
    return lowest, f"at most {at_most:g}{behind}" if at_most is not None else ""


def _example(option: str, unit: str) -> str:
    number = {"mm": "26mm", "1/cm2": "0.1/cm2", "": "0.98"}.get(unit, f"12 {unit}")
    return f"write it like {option} {number}"


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
