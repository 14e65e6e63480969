"""Sobol's indices: which share of an outcome's variance an input explains, alone and in all.

Two independent samples A and B; for each group of inputs a third one, A with the group's columns
from B. First-order (closed) index by Saltelli et al. (2010, Computer Physics Communications 181,
table 2 b), total by Jansen (1999). Inputs that move together belong into one group, for the indices
mean what they say for independent groups only. Outcomes are centred first, which takes most of the
error away. Intervals are of 95 %, from the scatter of the estimator's summands.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from fabstack.model import Distribution
from fabstack.uncertainty.chance import Floats, is_random, quantile
from fabstack.uncertainty.percentiles import Interval
from fabstack.uncertainty.uniforms import Design, uniforms

Columns = Mapping[str, Floats]
Model = Callable[[Columns], Floats]
Z95 = 1.959963984540054


class Index(NamedTuple):
    """What one input, or group of inputs, explains of the variance of an outcome."""

    inputs: tuple[str, ...]
    first: float  # alone: of the variance that is gone when the group is known
    first_interval: Interval
    total: float  # with all interactions: what is left when everything else is known
    total_interval: Interval


def sobol_indices(
    model: Model,
    inputs: Mapping[str, Distribution],
    *,
    samples: int = 4096,
    seed: int = 1,
    groups: Sequence[Sequence[str]] | None = None,
    design: Design = Design.SOBOL,
) -> tuple[Index, ...]:
    """Indices of every group (every varying input where none is named), in that order.

    `model` takes values [sample] by input and gives outcomes [sample]; it is asked 2 + groups
    times. With Sobol's points, whole powers of two are best.

    Raises:
        ValueError: fewer than two samples, an unknown input in a group, or outcomes without end.
    """
    varying = [name for name, distribution in inputs.items() if is_random(distribution)]
    first, second = two_samples(varying, samples=samples, seed=seed, design=design)

    def of_shares(shares: Columns) -> Floats:
        values = {name: quantile(inputs[name], column) for name, column in shares.items()}
        fixed = {name: np.full(samples, d.mean) for name, d in inputs.items() if name not in values}
        return np.asarray(model({**values, **fixed}), dtype=float)

    wanted = [tuple(group) for group in groups] if groups else [(name,) for name in varying]
    unknown = {name for group in wanted for name in group} - set(varying)
    if unknown:
        raise ValueError(f"not among the varying inputs: {', '.join(sorted(unknown))}")
    base, other = of_shares(first), of_shares(second)
    mixed = (of_shares({**first, **{name: second[name] for name in group}}) for group in wanted)
    return tuple(
        index(group, base, other, swapped) for group, swapped in zip(wanted, mixed, strict=True)
    )


def two_samples(
    names: Sequence[str], *, samples: int, seed: int, design: Design
) -> tuple[Columns, Columns]:
    """Two independent samples of the same columns; Sobol's points make one net of both."""
    if samples < 2:
        raise ValueError(f"{samples} samples have no variance; at least 2")
    twice = uniforms(
        [f"{name} {half}" for name in names for half in "AB"],
        samples=samples, seed=seed, design=design,
    )  # fmt: skip
    first, second = ({name: twice[f"{name} {half}"] for name in names} for half in "AB")
    return first, second


def index(group: tuple[str, ...], base: Floats, other: Floats, swapped: Floats) -> Index:
    """The indices of one group from outcomes of A, of B, and of A with the group from B."""
    outcomes = np.concatenate([base, other])
    if not np.isfinite(outcomes).all() or not np.isfinite(swapped).all():
        raise ValueError("an outcome is not a finite number; indices need all of them")
    mean, variance = float(outcomes.mean()), float(outcomes.var())
    if variance == 0:
        return Index(group, 0.0, Interval(0.0, 0.0), 0.0, Interval(0.0, 0.0))
    alone = (other - mean) * (swapped - base) / variance
    in_all = (base - swapped) ** 2 / (2 * variance)
    # the variance is estimated too; its part in the error follows from the delta method
    spread = ((base - mean) ** 2 + (other - mean) ** 2) / (2 * variance)
    return Index(group, *_estimate(alone, spread), *_estimate(in_all, spread))


def _estimate(summands: Floats, spread: Floats) -> tuple[float, Interval]:
    value = float(summands.mean())
    half = Z95 * float((summands - value * spread).std()) / math.sqrt(len(summands))
    return value, Interval(value - half, value + half)
