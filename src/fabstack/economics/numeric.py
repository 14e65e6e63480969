"""Elementary functions that take a number or an array and give back the same.

They let the formulas of this package be written once, for one die and for a million, and keep the
types of both.
"""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Number = TypeVar("Number", float, Floats)


def plain(values: Any) -> Any:
    """An array as it is, and a plain number in place of an array without axes."""
    array = np.asarray(values)
    return array if array.ndim else array.item()


def exp(x: Number) -> Number:
    """The exponential."""
    result: Number = plain(np.exp(x))
    return result


def sqrt(x: Number) -> Number:
    """The square root."""
    result: Number = plain(np.sqrt(x))
    return result


def power(base: Number, exponent: float | Floats) -> Number:
    """`base` to the power of `exponent`."""
    result: Number = plain(np.power(base, exponent))
    return result


def not_negative(x: Number) -> Number:
    """`x`, or 0 where it is below."""
    result: Number = plain(np.maximum(x, 0.0))
    return result


def decay_ratio(x: Number) -> Number:
    """(1 - exp(-x)) / x, which is 1 at x = 0."""
    nonzero = np.where(np.equal(x, 0.0), 1.0, x)
    ratio: Number = plain(np.where(np.equal(x, 0.0), 1.0, -np.expm1(-nonzero) / nonzero))
    return ratio


def compound_decay(x: Number, order: float | Floats) -> Number:
    """(1 + x / order) ** -order, which is exp(-x) for an infinite order."""
    finite = np.where(np.isinf(order), 1.0, order)
    decay = np.where(np.isinf(order), x, finite * np.log1p(np.divide(x, finite)))
    result: Number = plain(np.exp(-decay))
    return result
