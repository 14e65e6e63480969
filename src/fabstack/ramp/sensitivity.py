"""Which inputs move an outcome: rank correlation, and share of the variance that goes with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from fabstack.ramp.chance import Floats


class Influence(NamedTuple):
    """What one input does to one outcome."""

    outcome: str
    input: str
    rank_correlation: float  # Spearman, -1 to 1
    variance_share: float  # of the outcome's variance, all inputs together 1


def influences(outcome: str, values: Floats, inputs: Mapping[str, Floats]) -> tuple[Influence, ...]:
    """Inputs by their share of an outcome's variance, largest first; what never varies is left out.

    The share is the squared linear correlation, scaled so that the shares add up to 1. For a sum of
    independent inputs it is exactly var(input) / var(sum); correlated inputs share their credit.
    """
    moving = {name: drawn for name, drawn in inputs.items() if _varies(drawn)}
    if not moving or not _varies(values):
        return ()
    linear = {name: _correlation(drawn, values) for name, drawn in moving.items()}
    whole = sum(value**2 for value in linear.values()) or 1.0
    ranked = ranks(values)
    found = [
        Influence(outcome, name, _correlation(ranks(drawn), ranked), linear[name] ** 2 / whole)
        for name, drawn in moving.items()
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


def _correlation(first: Floats, second: Floats) -> float:
    a, b = first - first.mean(), second - second.mean()
    spread = float(np.sqrt((a * a).sum() * (b * b).sum()))
    return float((a * b).sum()) / spread if spread > 0 else 0.0
