"""Rectangles on a rectangle: packages on a panel, boards on a production panel."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple, overload

import numpy as np
from numpy.typing import NDArray

from fabstack.economics.numeric import Floats, plain

Ints = NDArray[np.int64]

ROUNDING = 1e-9  # of a pitch: what arithmetic loses where a whole number of pitches fits exactly
FEW_CUTS = 600  # up to here a second level of cuts is tried


class Orientation(StrEnum):
    """How the units lie on the panel."""

    AS_GIVEN = "as-given"
    ROTATED = "rotated"


@dataclass(frozen=True, slots=True)
class UnitOnPanel:
    """A package or board on a panel; all lengths in mm.

    `margin_mm` at the panel's edge is clamped or not plated; `gap_mm` between units is sawn or
    routed away.

    Raises:
        ValueError: a length that makes no sense.
    """

    panel_width_mm: float
    panel_height_mm: float
    width_mm: float
    height_mm: float
    margin_mm: float = 10.0
    gap_mm: float = 0.2

    def __post_init__(self) -> None:
        _refuse_nonsense(
            sides=(self.panel_width_mm, self.panel_height_mm, self.width_mm, self.height_mm),
            spaces=(self.margin_mm, self.gap_mm),
        )

    @property
    def room_mm(self) -> tuple[float, float]:
        """Width and height that whole pitches must fit into."""
        outside = 2 * self.margin_mm - self.gap_mm
        return self.panel_width_mm - outside, self.panel_height_mm - outside

    @property
    def pitch_mm(self) -> tuple[float, float]:
        """Distance from unit to unit, across and down, as given."""
        return self.width_mm + self.gap_mm, self.height_mm + self.gap_mm

    @property
    def area_ratio(self) -> float:
        """Share of the panel that one unit covers."""
        return self.width_mm * self.height_mm / (self.panel_width_mm * self.panel_height_mm)


class PanelLayout(NamedTuple):
    """A plain grid of units on a panel."""

    across: int
    down: int
    orientation: Orientation

    @property
    def units(self) -> int:
        """Units on the panel."""
        return self.across * self.down


@overload
def units_per_panel(
    *,
    panel_width_mm: float,
    panel_height_mm: float,
    width_mm: float,
    height_mm: float,
    margin_mm: float = ...,
    gap_mm: float = ...,
) -> int: ...
@overload
def units_per_panel(
    *,
    panel_width_mm: Floats | float,
    panel_height_mm: Floats | float,
    width_mm: Floats | float,
    height_mm: Floats | float,
    margin_mm: Floats | float = ...,
    gap_mm: Floats | float = ...,
) -> Ints | int: ...
def units_per_panel(
    *,
    panel_width_mm: Floats | float,
    panel_height_mm: Floats | float,
    width_mm: Floats | float,
    height_mm: Floats | float,
    margin_mm: Floats | float = 10.0,
    gap_mm: Floats | float = 0.2,
) -> Ints | int:
    """Units on a panel in a plain grid, the better of two rotations; numbers or arrays.

    floor((L - 2m + g) / (w + g)) x floor((W - 2m + g) / (h + g)), m the margin and g the gap.

    >>> units_per_panel(panel_width_mm=510, panel_height_mm=515, width_mm=5, height_mm=5)
    8930

    Raises:
        ValueError: a length that makes no sense.
    """
    _refuse_nonsense(
        sides=(panel_width_mm, panel_height_mm, width_mm, height_mm), spaces=(margin_mm, gap_mm)
    )
    x = np.subtract(panel_width_mm, 2 * margin_mm) + gap_mm
    y = np.subtract(panel_height_mm, 2 * margin_mm) + gap_mm
    units = plain(_grid(x, y, np.add(width_mm, gap_mm), np.add(height_mm, gap_mm)))
    return units if np.ndim(units) else int(units)


def panel_layouts(unit: UnitOnPanel) -> tuple[PanelLayout, PanelLayout]:
    """The plain grid of units as given, and the one of units turned by 90 degrees."""
    (x, y), (a, b) = unit.room_mm, unit.pitch_mm
    return (
        PanelLayout(int(_fit(x, a)), int(_fit(y, b)), Orientation.AS_GIVEN),
        PanelLayout(int(_fit(x, b)), int(_fit(y, a)), Orientation.ROTATED),
    )


def mixed_units_per_panel(unit: UnitOnPanel) -> int:
    """Units on a panel where both rotations may be mixed in blocks parted by straight cuts.

    Up to four blocks (two levels of edge-to-edge cuts, as a saw or a shear makes them); two blocks
    where units are so many that a second level gains next to nothing.
    """
    x, y = unit.room_mm
    levels = 2 if max(x, y) / min(unit.pitch_mm) < FEW_CUTS else 1
    return int(_guillotine(np.array(x), np.array(y), unit.pitch_mm, levels))


def area_ratio_to_wafer(
    panel_width_mm: float, panel_height_mm: float, diameter_mm: float = 300.0
) -> float:
    """Area of a panel in wafers.

    >>> round(area_ratio_to_wafer(510, 515), 3)
    3.716
    """
    return panel_width_mm * panel_height_mm / (math.pi * diameter_mm**2 / 4)


def _fit(length: Any, pitch: Any) -> Any:
    """Pitches that fit into a length; 0 where not even one does."""
    return np.maximum(np.floor(np.divide(length, pitch) + ROUNDING), 0).astype(np.int64)


def _grid(x: Any, y: Any, a: Any, b: Any) -> Any:
    return np.maximum(_fit(x, a) * _fit(y, b), _fit(x, b) * _fit(y, a))


def _guillotine(x: Floats, y: Floats, pitch: tuple[float, float], levels: int) -> Any:
    """Most units on areas x by y after this many levels of cuts, element by element."""
    best = _grid(x, y, *pitch)
    if levels:
        best = np.maximum(best, _cut_across(x, y, pitch, levels))
        best = np.maximum(best, _cut_across(y, x, pitch, levels))
    return best


def _cut_across(x: Floats, y: Floats, pitch: tuple[float, float], levels: int) -> Any:
    """Most units where the first cut divides x into two parts."""
    first = np.minimum(_cuts(x, pitch), x[..., None])
    height = np.broadcast_to(y[..., None], first.shape)
    both = (_guillotine(part, height, pitch, levels - 1) for part in (first, x[..., None] - first))
    return np.max(sum(both), axis=-1)


def _cuts(side: Floats, pitch: tuple[float, float]) -> Floats:
    """Where a cut can be worth while: behind a whole number of units, upright or turned."""
    longest = float(np.max(side))
    return np.concatenate(
        [step * np.arange(1, _fit(longest, step) + 1) for step in pitch] + [[0.0]]
    )


def _refuse_nonsense(*, sides: Iterable[Any], spaces: Iterable[Any]) -> None:
    for side in sides:
        if not np.all(np.greater(side, 0) & np.isfinite(side)):
            raise ValueError(f"panels and units must have sides above 0, not {side} mm")
    for space in spaces:
        if not np.all(np.greater_equal(space, 0) & np.isfinite(space)):
            raise ValueError(f"margin and gap must be at least 0, not {space} mm")
