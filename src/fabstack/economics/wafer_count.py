"""Dies per wafer: exact counts by placement, the usual approximations by name, reticle fields.

In the approximations d is the usable diameter (wafer less twice the edge exclusion) and S the
stepped area (die with its street). They take numbers or arrays and never fall below 0.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from enum import StrEnum
from typing import Protocol

import numpy as np

from fabstack.economics.numeric import Number, exp, not_negative, plain, power, sqrt
from fabstack.economics.placement import (
    Placement,
    best_placement,
    four_phase_placement,
    phase_grid_placement,
)
from fabstack.economics.registry import Registry
from fabstack.economics.wafer import DieOnWafer


class DieCountMethod(StrEnum):
    """The ways to count dies that come with fabstack."""

    EXACT = "exact"
    FOUR_PHASE = "four-phase"
    PHASE_GRID = "phase-grid"
    TEXTBOOK = "textbook"
    DE_VRIES = "de-vries"
    DE_VRIES_ASPECT = "de-vries-aspect"
    DE_VRIES_EXPONENTIAL = "de-vries-exponential"
    FLYNN = "flynn"
    GOOGLE = "google"
    CHIPLET_ACTUARY = "chiplet-actuary"


class DieCount(Protocol):
    """Dies of a size on a wafer; a placement gives a whole number, an approximation any."""

    def __call__(self, die: DieOnWafer, /) -> float:
        """Dies per wafer."""
        ...


DIE_COUNTS: Registry[DieCount] = Registry("die count method", "fabstack.die_counts")


def exact_dies_per_wafer(
    *,
    width_mm: float,
    height_mm: float,
    diameter_mm: float = 300.0,
    scribe_mm: float = 0.1,
    edge_mm: float = 3.0,
) -> int:
    """Whole dies on a wafer with the best of all grid phases.

    A die counts when its corners, but not the street around it, lie inside the edge exclusion.

    >>> exact_dies_per_wafer(width_mm=10, height_mm=10)
    616

    Raises:
        ValueError: a length that makes no sense.
    """
    die = DieOnWafer(
        width_mm=width_mm,
        height_mm=height_mm,
        diameter_mm=diameter_mm,
        scribe_x_mm=scribe_mm,
        scribe_y_mm=scribe_mm,
        edge_mm=edge_mm,
    )
    return best_placement(die).dies


def dies_per_wafer(method: str, die: DieOnWafer) -> float:
    """Dies per wafer by a named method.

    Raises:
        UnknownNameError: there is no such method.
    """
    return DIE_COUNTS.named(method)(die)


def dies_by_method(die: DieOnWafer) -> dict[str, float]:
    """Dies per wafer by every known method, under its name."""
    return {name: dies_per_wafer(name, die) for name in DIE_COUNTS.names()}


# --- Approximations -------------------------------------------------------------------------------


def textbook_dies(d_mm: Number, s_mm2: Number) -> Number:
    """Textbook form: pi d^2 / 4S - pi d / sqrt(2S) (Hennessy and Patterson, sec. 1.6).

    >>> round(textbook_dies(300.0, 225.0), 2)
    269.73
    """
    return not_negative(math.pi * d_mm * d_mm / (4 * s_mm2) - math.pi * d_mm / sqrt(2 * s_mm2))


def de_vries_dies(d_mm: Number, s_mm2: Number) -> Number:
    """The 0.58 form: pi d^2 / 4S - 0.58 pi d / sqrt(S) (de Vries, IEEE TSM 18, 2005)."""
    return not_negative(math.pi * d_mm * d_mm / (4 * s_mm2) - 0.58 * math.pi * d_mm / sqrt(s_mm2))


def de_vries_aspect_dies(d_mm: Number, pitch_x_mm: Number, pitch_y_mm: Number) -> Number:
    """The 0.58 form with the mean of width and height in the edge term, for oblong dies."""
    s_mm2 = pitch_x_mm * pitch_y_mm
    edge = 0.58 * math.pi * d_mm * (pitch_x_mm + pitch_y_mm) / 2 / s_mm2
    return not_negative(math.pi * d_mm * d_mm / (4 * s_mm2) - edge)


def de_vries_exponential_dies(d_mm: Number, s_mm2: Number) -> Number:
    """Exponential form: pi d^2 / 4S x exp(-2 sqrt(S) / d) (de Vries 2005)."""
    return math.pi * d_mm * d_mm / (4 * s_mm2) * exp(-2 * sqrt(s_mm2) / d_mm)


def flynn_dies(d_mm: Number, s_mm2: Number) -> Number:
    """Area form: pi / 4S x (d - sqrt(S))^2 (Flynn, Computer Architecture, 1995, ch. 2)."""
    return math.pi / (4 * s_mm2) * power(not_negative(d_mm - sqrt(s_mm2)), 2.0)


def google_dies(diameter_mm: Number, s_mm2: Number, edge_mm: float = 3.0) -> Number:
    """(D - 2e) pi (D / 4S - 1 / sqrt(2S)), rounded; the edge enters once only.

    google/chiplets-cost-model (2022), where 2e is 6 mm.
    """
    lines = diameter_mm / (4 * s_mm2) - 1 / sqrt(2 * s_mm2)
    rounded: Number = plain(np.rint((diameter_mm - 2 * edge_mm) * math.pi * not_negative(lines)))
    return rounded


def chiplet_actuary_dies(d_mm: Number, area_mm2: Number, scribe_mm: float = 0.2) -> Number:
    """The textbook form with S = A + 2 s sqrt(A) + s^2 (Feng and Ma, DAC 2022).

    >>> round(chiplet_actuary_dies(290.0, 800.0), 2)
    58.79
    """
    return textbook_dies(d_mm, area_mm2 + 2 * scribe_mm * sqrt(area_mm2) + scribe_mm**2)


def _dies_of(placement: Callable[[DieOnWafer], Placement]) -> DieCount:
    return lambda die: placement(die).dies


# The methods that place each die and so know the grid that they count.
PLACEMENTS: dict[str, Callable[[DieOnWafer], Placement]] = {
    DieCountMethod.EXACT: best_placement,
    DieCountMethod.FOUR_PHASE: four_phase_placement,
    DieCountMethod.PHASE_GRID: phase_grid_placement,
}
_APPROXIMATIONS: dict[str, DieCount] = {
    DieCountMethod.TEXTBOOK: lambda die: textbook_dies(
        die.usable_diameter_mm, die.stepped_area_mm2
    ),
    DieCountMethod.DE_VRIES: lambda die: de_vries_dies(
        die.usable_diameter_mm, die.stepped_area_mm2
    ),
    DieCountMethod.DE_VRIES_ASPECT: lambda die: de_vries_aspect_dies(
        die.usable_diameter_mm, die.pitch_x_mm, die.pitch_y_mm
    ),
    DieCountMethod.DE_VRIES_EXPONENTIAL: lambda die: de_vries_exponential_dies(
        die.usable_diameter_mm, die.stepped_area_mm2
    ),
    DieCountMethod.FLYNN: lambda die: flynn_dies(die.usable_diameter_mm, die.stepped_area_mm2),
    DieCountMethod.GOOGLE: lambda die: google_dies(
        die.diameter_mm, die.stepped_area_mm2, die.edge_mm
    ),
    DieCountMethod.CHIPLET_ACTUARY: lambda die: chiplet_actuary_dies(
        die.usable_diameter_mm, die.area_mm2, (die.scribe_x_mm + die.scribe_y_mm) / 2
    ),
}
for _name, _placement in PLACEMENTS.items():
    DIE_COUNTS.register(_name, _dies_of(_placement))
for _name, _count in _APPROXIMATIONS.items():
    DIE_COUNTS.register(_name, _count)
