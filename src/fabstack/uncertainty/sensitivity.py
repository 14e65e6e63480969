"""Which inputs move an outcome: rank correlation, and share of the variance that goes with it."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from typing import NamedTuple

import numpy as np

from fabstack.uncertainty.chance import Floats


class Influence(NamedTuple):
    """What one input does to one outcome."""

    outcome: str
    input: str
    rank_correlation: float  # Spearman, -1 to 1
    variance_share: float  # of the outcome's variance, all inputs together 1


class Sample:
    """Inputs whose influence on outcomes is asked for, centred and ranked once."""

    def __init__(self, inputs: Mapping[str, Floats]) -> None:
        moving = {name: drawn for name, drawn in inputs.items() if _varies(drawn)}
        self._values = {name: _unit(drawn) for name, drawn in moving.items()}
        self._ranks = {name: _unit(ranks(drawn)) for name, drawn in moving.items()}

    def influences(
        self, outcome: str, values: Floats, among: Collection[str] | None = None
    ) -> tuple[Influence, ...]:
        """Inputs by their share of an outcome's variance, largest first.

        The share is the squared linear correlation, scaled so that the shares add up to 1. For a
        sum of independent inputs it is exactly var(input) / var(sum); correlated inputs share their
        credit. What never varies is left out.
        """
        names = [name for name in self._values if among is None or name in among]
        if not names or not _varies(values):
            return ()
        linear, ranked = _unit(values), _unit(ranks(values))
        squares = {name: _dot(self._values[name], linear) ** 2 for name in names}
        whole = math.fsum(squares.values()) or 1.0
        found = [
            Influence(outcome, name, _dot(self._ranks[name], ranked), squares[name] / whole)
            for name in names
        ]
        return tuple(sorted(found, key=lambda one: (-one.variance_share, one.input)))


def ranks(values: Floats) -> Floats:
    """The place of each value in the sample, from 0; equal values share their middle place."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    middle = np.cumsum(counts) - (counts + 1) / 2
    ordered: Floats = middle[place]
    return ordered


def _varies(values: Floats) -> bool:
    return len(values) > 1 and bool(np.ptp(values) > 0)


def _unit(values: Floats) -> Floats:
    """Centred, with length 1: then a product of two is their correlation."""
    centred = values - values.mean()
    vector: Floats = centred / math.sqrt(_dot(centred, centred))
    return vector


def _dot(first: Floats, second: Floats) -> float:
    # not BLAS: its sums depend on the number of threads
    return float((first * second).sum())
