"""Dies per wafer where only whole exposure fields are printed."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from fabstack.economics.placement import best_placement
from fabstack.economics.wafer import ROUNDING_MM, DieOnWafer

FULL_FIELD_MM = (26.0, 33.0)  # 858 mm2; half of it with high-NA EUV


class FieldCount(NamedTuple):
    """How a wafer is covered with whole exposure fields."""

    across: int  # dies in a field along x
    down: int  # dies in a field along y
    fields: int  # whole fields on the wafer, best grid phase

    @property
    def dies_per_field(self) -> int:
        """Dies that one exposure prints."""
        return self.across * self.down

    @property
    def dies(self) -> int:
        """Dies on the wafer."""
        return self.fields * self.dies_per_field


def full_field_count(
    die: DieOnWafer, field_mm: tuple[float, float] = FULL_FIELD_MM
) -> FieldCount | None:
    """Dies in exposure fields that lie wholly on the wafer, field upright or turned.

    The field is filled with as many dies and streets as fit. None where a die is larger than it.
    """
    found = [_count(die, *sides) for sides in (field_mm, field_mm[::-1])]
    return max((count for count in found if count.dies_per_field), key=_dies, default=None)


def _dies(count: FieldCount) -> int:
    return count.dies


def _count(die: DieOnWafer, field_x_mm: float, field_y_mm: float) -> FieldCount:
    across = int((field_x_mm + die.scribe_x_mm + ROUNDING_MM) / die.pitch_x_mm)
    down = int((field_y_mm + die.scribe_y_mm + ROUNDING_MM) / die.pitch_y_mm)
    if not across * down:
        return FieldCount(across, down, 0)
    field = replace(
        die,
        width_mm=across * die.pitch_x_mm - die.scribe_x_mm,
        height_mm=down * die.pitch_y_mm - die.scribe_y_mm,
    )
    return FieldCount(across, down, best_placement(field).dies)
