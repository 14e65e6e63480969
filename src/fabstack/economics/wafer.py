"""A die, the wafer that it is stepped on, and the part of the wafer that may carry it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from fabstack.economics.numeric import Floats

# Length of the primary flat by wafer diameter, both mm: SEMI M1-0302 as quoted by GDWCalc (2015).
# Wafers of 200 mm and more have a notch.
FLAT_MM = {50.0: 15.88, 75.0: 22.22, 76.2: 22.22, 100.0: 32.5, 125.0: 42.5, 150.0: 57.5}
# Depth of the notch of 200 and 300 mm wafers.
NOTCH_MM = 1.0
# Lengths below a tenth of a nanometre are rounding.
ROUNDING_MM = 1e-7


@dataclass(frozen=True, slots=True)
class DieOnWafer:
    """A die size on a wafer; all lengths in mm.

    The whole die, but not the saw street (`scribe`) around it, must lie inside the edge exclusion.
    `flat_mm` is the length of a primary flat at the bottom (0 for none) whose edge is excluded as
    the round one is. `notch_mm` is the depth, from the wafer's edge, of a right-angled keep-out at
    the bottom: the notch, or a deeper one for a laser mark.

    Raises:
        ValueError: a length that makes no sense.
    """

    width_mm: float
    height_mm: float
    diameter_mm: float = 300.0
    scribe_x_mm: float = 0.1
    scribe_y_mm: float = 0.1
    edge_mm: float = 3.0
    flat_mm: float = 0.0
    notch_mm: float = 0.0

    def __post_init__(self) -> None:
        for name in ("width_mm", "height_mm", "diameter_mm"):
            if not 0 < getattr(self, name) < math.inf:
                raise ValueError(f"{name} must be above 0, not {getattr(self, name)}")
        for name in ("scribe_x_mm", "scribe_y_mm", "edge_mm", "flat_mm", "notch_mm"):
            if not 0 <= getattr(self, name) < math.inf:
                raise ValueError(f"{name} must be at least 0, not {getattr(self, name)}")
        if 2 * self.edge_mm >= self.diameter_mm:
            raise ValueError(f"an edge of {self.edge_mm} mm leaves nothing of the wafer")
        if max(self.flat_mm, self.notch_mm) >= self.diameter_mm:
            raise ValueError("a flat or notch must be smaller than the wafer")

    @property
    def area_mm2(self) -> float:
        """Area of the die without the street."""
        return self.width_mm * self.height_mm

    @property
    def pitch_x_mm(self) -> float:
        """Distance from die to die in a row."""
        return self.width_mm + self.scribe_x_mm

    @property
    def pitch_y_mm(self) -> float:
        """Distance from row to row."""
        return self.height_mm + self.scribe_y_mm

    @property
    def stepped_area_mm2(self) -> float:
        """Area of the die with its share of the street."""
        return self.pitch_x_mm * self.pitch_y_mm

    @property
    def usable_diameter_mm(self) -> float:
        """Diameter inside the edge exclusion."""
        return self.diameter_mm - 2 * self.edge_mm

    @property
    def lowest_mm(self) -> float:
        """The y below which the flat allows no die; the wafer's centre is 0."""
        if not self.flat_mm:
            return -math.inf
        return self.edge_mm - math.sqrt(self.diameter_mm**2 - self.flat_mm**2) / 2


def reach_mm(die: DieOnWafer, centre_y_mm: Floats) -> Floats:
    """How far from the middle a die's centre may lie in rows at these heights; -1 for none."""
    radius = die.usable_diameter_mm / 2
    left = radius**2 - (np.abs(centre_y_mm) + die.height_mm / 2) ** 2
    above_flat = centre_y_mm - die.height_mm / 2 >= die.lowest_mm - ROUNDING_MM
    inside = (left >= -2 * radius * ROUNDING_MM) & above_flat
    return np.where(inside, np.sqrt(np.maximum(left, 0)) - die.width_mm / 2, -1.0)


def notch_half_width_mm(die: DieOnWafer, centre_y_mm: Floats) -> Floats:
    """Half the width that the notch takes from the lower side of rows at these heights."""
    apex = die.notch_mm - die.diameter_mm / 2
    return np.maximum(apex - (centre_y_mm - die.height_mm / 2), 0.0)
