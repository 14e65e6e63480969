"""What knowing more would be worth: the value of perfect information, whole and of one input.

Payoffs are [decision, sample], the same futures for every decision; more is better. Information on
one input is worth what the best decision in each slice of that input gains on the best decision of
all (Strong and Oakley 2013, Medical Decision Making 33, the estimator by sorted slices).
"""

from __future__ import annotations

import numpy as np

from fabstack.uncertainty.chance import Floats

SLICES = 20


def best_decision(payoffs: Floats) -> int:
    """The row that is best on average."""
    return int(np.argmax(_checked(payoffs).mean(axis=1)))


def perfect_information(payoffs: Floats) -> float:
    """What it is worth to know the future before deciding: mean of the best less best of the means.

    >>> perfect_information(np.array([[10.0, 0.0], [4.0, 4.0]]))
    2.0
    """
    checked = _checked(payoffs)
    return float(checked.max(axis=0).mean() - checked.mean(axis=1).max())


def information_on(payoffs: Floats, values: Floats, slices: int = SLICES) -> float:
    """What it is worth to know one input before deciding; 0 to `perfect_information`.

    Equal values stay in one slice. Few samples in a slice make it look like too much: keep some
    hundreds in each.
    """
    checked = _checked(payoffs)
    if checked.shape[1] != len(values):
        raise ValueError(f"{checked.shape[1]} futures of payoffs, {len(values)} of the input")
    ordered = np.sort(values)
    edges = np.unique(ordered[np.linspace(0, len(ordered) - 1, slices + 1).astype(int)[1:-1]])
    place = np.searchsorted(edges, values, side="left")
    sums = np.array([np.bincount(place, weights=row, minlength=len(edges) + 1) for row in checked])
    return float(sums.max(axis=0).sum() / checked.shape[1] - checked.mean(axis=1).max())


def _checked(payoffs: Floats) -> Floats:
    if payoffs.ndim != 2 or payoffs.size == 0 or not np.isfinite(payoffs).all():
        raise ValueError("payoffs are finite numbers, [decision, sample], at least one of each")
    return payoffs
