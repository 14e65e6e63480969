"""Yields that are made of others: lines, modules, redundancy, and what tests let through."""

from __future__ import annotations

from collections.abc import Iterable
from math import comb, prod

from fabstack.economics.numeric import Number, power


def composite_yield(
    *,
    line_share: float = 1.0,
    systematic_share: float = 1.0,
    random_share: float = 1.0,
    parametric_shares: Iterable[float] = (),
) -> float:
    """Y_line x Y_systematic x Y_random x the product of the parametric yields."""
    return line_share * systematic_share * random_share * prod(parametric_shares)


def rolled_yield(step_share: Number, steps: float) -> Number:
    """Yield of a chain of equal steps: y^n.

    >>> round(rolled_yield(0.98, 5), 5)
    0.90392
    """
    return power(step_share, steps)


def module_yield(
    die_shares: Iterable[float],
    *,
    bonds: float = 0.0,
    bond_share: float = 1.0,
    layers: float = 0.0,
    layer_share: float = 1.0,
    assembly_share: float = 1.0,
) -> float:
    """Yield of a package: dies as delivered x y_bond^n x y_RDL^layers x assembly."""
    bonding, layering = power(bond_share, bonds), power(layer_share, layers)
    return prod(die_shares) * bonding * layering * assembly_share


def recovered_yield(block_share: Number, *, needed: int, spares: int = 0) -> Number:
    """Yield of a die with equal blocks of which `spares` may fail: sum of C(n, k) (1-y)^k y^(n-k).

    >>> round(recovered_yield(0.99, needed=32), 5)
    0.72498
    """
    blocks = needed + spares
    total: Number = 0 * block_share
    for bad in range(spares + 1):
        total += comb(blocks, bad) * power(1 - block_share, bad) * power(block_share, blocks - bad)
    return total


def harvest_shares(block_share: float, *, blocks: int) -> tuple[float, ...]:
    """Share of dies with exactly 0, 1, ... all blocks bad: the bins that can be sold."""
    return tuple(
        comb(blocks, bad) * (1 - block_share) ** bad * block_share ** (blocks - bad)
        for bad in range(blocks + 1)
    )


def first_order_block_yield(area_cm2: Number, d0_per_cm2: float) -> Number:
    """1 - D0 x A: yield of a small block as Google's chiplet cost model takes it (2022)."""
    return 1 - area_cm2 * d0_per_cm2


def escape_share(yield_share: Number, coverage_share: float) -> Number:
    """Bad parts among those that pass a test: 1 - Y^(1 - T) (Williams and Brown 1981)."""
    return 1 - power(yield_share, 1 - coverage_share)
