"""What a textbook would say of the same network: the classic PERT approximation.

Means along the one path that is longest by its means, variances added up as if they were
independent, and a normal end (Malcolm et al. 1959). It forgets that other paths may be longer, so
it is too early; the sampled dates stand beside it for that reason.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from scipy import special

from fabstack.model import Distribution, Kind, Programme
from fabstack.ramp.network import Network
from fabstack.ramp.schedule import critical, schedule
from fabstack.uncertainty.chance import quantile

MIDDLES = (np.arange(10_000) + 0.5) / 10_000  # of equal shares, to add a distribution up


class ClassicEnd(NamedTuple):
    """A normal end of a path."""

    mean_months: float
    deviation_months: float
    path: tuple[str, ...]

    def chance_by(self, months: float) -> float:
        """Probability that the path has ended by a moment."""
        if self.deviation_months == 0:
            return float(months >= self.mean_months)
        return float(special.ndtr((months - self.mean_months) / self.deviation_months))


def classic_pert(programme: Programme, network: Network, finish: str) -> ClassicEnd:
    """Mean, deviation and path of an activity's end by the classic approximation.

    Shared limits, repeats, slips and reviews are unknown to it.
    """
    rows = programme.activities
    means = np.array([[row.duration.mean] for row in rows])
    dated = schedule(network.without_limits(), means)
    path = critical(dated, network.index(finish))[:, 0]
    variance = sum(_variance(row.duration) for row, on in zip(rows, path, strict=True) if on)
    names = tuple(name for name, on in zip(network.names, path, strict=True) if on)
    return ClassicEnd(float(dated.ends[network.index(finish), 0]), math.sqrt(variance), names)


def _variance(distribution: Distribution) -> float:
    """Of three points the textbook's ((high - low) / 6)^2; of all others their own."""
    if distribution.kind is Kind.PERT:
        low, _, high = distribution.parameters
        return ((high - low) / 6) ** 2
    return float(quantile(distribution, MIDDLES).var())
