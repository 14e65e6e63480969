"""What is thrown away with a failed package: who was built in first is lost with it."""

from __future__ import annotations

import math
from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple

from fabstack.economics.numeric import Number


class BuildOrder(StrEnum):
    """Whether chips are placed before or after the redistribution layers are made."""

    CHIP_FIRST = "chip-first"
    CHIP_LAST = "chip-last"


class PackageYields(NamedTuple):
    """Yields of a package with redistribution layers or an interposer."""

    carrier_share: float  # y1: layers or interposer
    bonding_share: float  # y2: all chips placed
    final_share: float  # y3: attached to the substrate


def known_good_die_usd(
    die_usd: Number, *, yield_share: float, test_usd: float = 0.0, coverage_share: float = 1.0
) -> Number:
    """Cost of a die that passed its test: (die + test) / Y^T with test coverage T.

    Of those that pass, 1 - Y^(1-T) are bad all the same (`escape_share`).
    """
    return (die_usd + test_usd) / math.pow(yield_share, coverage_share)


def lost_per_good(spent: Number, survival_share: float) -> Number:
    """What must be spent on failures for each good one: spent x (1 / y - 1)."""
    return spent * (1 / survival_share - 1)


def wasted_dies_usd(dies_usd: Number, order: BuildOrder, yields: PackageYields) -> Number:
    """Good dies lost for each good package.

    Chip-first loses them when layers fail, 1 / (y1 y3) - 1; chip-last when bonding fails,
    1 / (y2 y3) - 1 (Feng and Ma, Chiplet Actuary, DAC 2022).
    """
    first = yields.carrier_share if order is BuildOrder.CHIP_FIRST else yields.bonding_share
    return lost_per_good(dies_usd, first * yields.final_share)


def wasted_carrier_usd(carrier_usd: Number, order: BuildOrder, yields: PackageYields) -> Number:
    """Layers or interposers lost for each good package; chip-last bonding costs them too."""
    survival = yields.carrier_share * yields.final_share
    if order is BuildOrder.CHIP_LAST:
        survival *= yields.bonding_share
    return lost_per_good(carrier_usd, survival)


class AssemblyStep(NamedTuple):
    """Parts that are attached together, and the yield of attaching one."""

    materials_usd: tuple[float, ...]
    yield_per_part_share: float


def assembly_scrap_usd(steps: Iterable[AssemblyStep]) -> float:
    """Material lost in assembly: sum over steps of attached material x (1 - y^parts).

    The form of google/chiplets-cost-model (2022); what earlier steps attached is not counted again.

    >>> round(assembly_scrap_usd([AssemblyStep((10204081.63, 157969593.24), 0.95)]), 6)
    16396933.299825
    """
    return sum(
        sum(step.materials_usd) * (1 - step.yield_per_part_share ** len(step.materials_usd))
        for step in steps
    )
