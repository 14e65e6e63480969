"""One input at a time from low to high, all others at their medians, widest swing first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

from fabstack.model import Distribution
from fabstack.uncertainty.chance import Floats, is_random, quantile


class Swing(NamedTuple):
    """What an outcome is when one input is low, and when it is high."""

    input: str
    at_low: float
    at_high: float

    @property
    def width(self) -> float:
        """How far apart the two are."""
        return abs(self.at_high - self.at_low)


def tornado(
    model: Callable[[Mapping[str, Floats]], Floats],
    inputs: Mapping[str, Distribution],
    *,
    low_percent: float = 10,
    high_percent: float = 90,
) -> tuple[Swing, ...]:
    """Swings of every varying input, widest first; one call of the model with two cases of each.

    It shows no interaction: an input that matters only where another is high looks idle. Sobol's
    total index tells those apart.
    """
    varying = [name for name, distribution in inputs.items() if is_random(distribution)]
    cases = 2 * len(varying)
    values = {
        name: np.full(cases, quantile(distribution, np.array([0.5]))[0])
        for name, distribution in inputs.items()
    }
    ends = np.array([low_percent, high_percent]) / 100
    for i, name in enumerate(varying):
        values[name][2 * i : 2 * i + 2] = quantile(inputs[name], ends)
    outcomes = np.asarray(model(values), dtype=float) if varying else np.empty(0)
    swings = [
        Swing(name, float(outcomes[2 * i]), float(outcomes[2 * i + 1]))
        for i, name in enumerate(varying)
    ]
    return tuple(sorted(swings, key=lambda swing: (-swing.width, swing.input)))
