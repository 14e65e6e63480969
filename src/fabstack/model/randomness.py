"""Distributions as one cell of a table: `pert(8, 15, 22)`, `exponential(10)`, or just `15`.

A distribution knows its mean and how to spell itself; drawing from it is the engines' business.
Scale parameters carry the unit of the column; shapes (sigma, coefficient of variation) carry none.
"""

from __future__ import annotations

import math
import re
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import repeat
from typing import Any, NamedTuple

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema


class Kind(StrEnum):
    """The families of distributions, named by how their parameters are given."""

    CONSTANT = "constant"
    UNIFORM = "uniform"
    TRIANGULAR = "triangular"
    PERT = "pert"
    EXPONENTIAL = "exponential"
    NORMAL = "normal"
    LOGNORMAL = "lognormal"
    GAMMA = "gamma"
    EMPIRICAL = "empirical"


class Family(NamedTuple):
    """What the parameters of a kind are, and the mean that follows from them."""

    parameters: tuple[str, ...]  # a trailing "..." takes any number
    scaled: tuple[bool, ...]  # which parameters carry the column's unit
    mean: Callable[..., float]
    fault: Callable[..., str]  # "" where the parameters make sense


def _rising(*values: float) -> str:
    return "" if list(values) == sorted(values) else "low <= mode <= high"


def _positive(*values: float) -> str:
    return "" if all(value > 0 for value in values) else "parameters above 0"


def _no_negative_spread(_centre: float, spread: float) -> str:
    return "" if spread >= 0 else "a spread of at least 0"


def _any(*_values: float) -> str:
    return ""


def _average(*values: float) -> float:
    return math.fsum(values) / len(values)


FAMILIES: dict[Kind, Family] = {
    Kind.CONSTANT: Family(("value",), (True,), lambda value: value, _any),
    Kind.UNIFORM: Family(("low", "high"), (True, True), _average, _rising),
    Kind.TRIANGULAR: Family(("low", "mode", "high"), (True, True, True), _average, _rising),
    Kind.PERT: Family(
        # beta-PERT with lambda = 4 (Malcolm et al. 1959)
        ("low", "mode", "high"),
        (True, True, True),
        lambda low, mode, high: (low + 4 * mode + high) / 6,
        _rising,
    ),
    Kind.EXPONENTIAL: Family(("mean",), (True,), lambda mean: mean, _positive),
    Kind.NORMAL: Family(("mean", "sd"), (True, True), lambda mean, _sd: mean, _no_negative_spread),
    Kind.LOGNORMAL: Family(
        ("median", "sigma"),
        (True, False),
        lambda median, sigma: median * math.exp(sigma * sigma / 2),
        lambda median, sigma: _positive(median) or _no_negative_spread(median, sigma),
    ),
    Kind.GAMMA: Family(("mean", "cv"), (True, False), lambda mean, _cv: mean, _positive),
    Kind.EMPIRICAL: Family(("value", "..."), (True,), _average, _any),
}


@dataclass(frozen=True, slots=True)
class Distribution:
    """A random quantity; `parameters` are in the unit of the column that holds it."""

    kind: Kind
    parameters: tuple[float, ...]

    def __post_init__(self) -> None:
        if (
            self.kind is Kind.CONSTANT
            and len(self.parameters) == 1
            and math.isfinite(*self.parameters)
        ):
            return  # the usual case, met a million times in a large table
        family = FAMILIES[self.kind]
        wanted = family.parameters
        enough = (
            len(self.parameters) >= 1 if "..." in wanted else len(self.parameters) == len(wanted)
        )
        if not enough:
            raise ValueError(
                f"{self.kind}({', '.join(wanted)}) got {len(self.parameters)} parameters"
            )
        if not all(math.isfinite(value) for value in self.parameters):
            raise ValueError(f"{self} has a parameter that is not a finite number")
        fault = family.fault(*self.parameters)
        if fault:
            raise ValueError(f"{self} needs {fault}")

    def __hash__(self) -> int:
        return hash(self.parameters)  # the kind seldom tells two apart, and hashing it is slow

    def __str__(self) -> str:
        if self.kind is Kind.CONSTANT:
            return shortest(self.parameters[0])
        return f"{self.kind}({', '.join(map(shortest, self.parameters))})"

    @property
    def mean(self) -> float:
        """The expected value, in the unit of the column."""
        return FAMILIES[self.kind].mean(*self.parameters)

    @property
    def lowest(self) -> float:
        """The smallest value that can be drawn (a normal is cut at 0 by the engines)."""
        if self.kind in (Kind.EXPONENTIAL, Kind.LOGNORMAL, Kind.GAMMA, Kind.NORMAL):
            return 0.0
        return min(self.parameters)

    @classmethod
    def parse(cls, text: str, number: Callable[[str], float] = float) -> Distribution:
        """The distribution that `text` spells; `number` reads a scale parameter with its unit.

        >>> str(Distribution.parse("pert(8, 15,22)"))
        'pert(8, 15, 22)'
        >>> Distribution.parse("12").mean
        12.0
        """
        match = _CALL.fullmatch(text.strip())
        if match is None:
            return cls(Kind.CONSTANT, (number(text),))
        kind, inside = match["kind"], match["inside"]
        if kind not in set(Kind):
            raise ValueError(f"no distribution '{kind}'; known: {', '.join(Kind)}")
        scaled = FAMILIES[Kind(kind)].scaled
        parts = [part.strip() for part in inside.split(",")]
        readers = (number if scaled[min(i, len(scaled) - 1)] else float for i in range(len(parts)))
        return cls(Kind(kind), tuple(read(part) for read, part in zip(readers, parts, strict=True)))

    @classmethod
    def __get_pydantic_core_schema__(
        cls, _source: Any, _handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            _as_distribution, serialization=core_schema.to_string_ser_schema()
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, _schema: Any, _handler: GetJsonSchemaHandler) -> Any:
        return {"type": ["string", "number"], "format": "distribution"}


_CALL = re.compile(r"(?P<kind>[a-z]+)\((?P<inside>.*)\)")


def _as_distribution(value: Any) -> Distribution:
    if isinstance(value, Distribution):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Distribution(Kind.CONSTANT, (float(value),))
    if isinstance(value, str):
        return Distribution.parse(value)
    raise ValueError(f"{value!r} is neither a number nor a distribution")


def shortest(value: float) -> str:
    """The shortest text that reads back as the same number."""
    whole = abs(value) < 1e15 and value == int(value)
    return str(int(value)) if whole else repr(value)


def constant(value: float) -> Distribution:
    """A quantity without spread."""
    return Distribution(Kind.CONSTANT, (value,))


def constants(values: Sequence[float]) -> list[Distribution]:
    """A quantity without spread for each value; equal values share one object.

    Raises:
        ValueError: a value is not finite.
    """
    if not all(map(math.isfinite, values)):
        raise ValueError("a quantity without spread is a finite number")
    distinct = list(set(values))
    made = list(map(object.__new__, repeat(Distribution, len(distinct))))
    # A table may hold a million of them: fill the slots at once, past the lock of a frozen class.
    slots: Any = Distribution
    deque(map(slots.kind.__set__, made, repeat(Kind.CONSTANT)), maxlen=0)
    deque(map(slots.parameters.__set__, made, zip(distinct, strict=True)), maxlen=0)
    of_value = dict(zip(distinct, made, strict=True))
    return list(map(of_value.__getitem__, values))
