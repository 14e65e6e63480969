"""Units on a panel: published and computed examples, and what must always hold."""

from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabstack.economics import (
    Orientation,
    UnitOnPanel,
    area_ratio_to_wafer,
    exact_dies_per_wafer,
    mixed_units_per_panel,
    panel_layouts,
    units_per_panel,
)


def square(panel: float, unit: float, **spaces: float) -> int:
    return units_per_panel(
        panel_width_mm=panel, panel_height_mm=panel, width_mm=unit, height_mm=unit, **spaces
    )


# economics.md 2.1: margin 10, gap 0.2
@pytest.mark.parametrize(
    ("panel", "unit", "count"),
    [
        (700, 3, 44944),
        (700, 4, 25921),
        (700, 5, 16900),
        (700, 6, 11881),
        (700, 8, 6724),
        (700, 10, 4356),
        (600, 3, 32761),
        (600, 4, 19044),
        (600, 5, 12321),
        (600, 6, 8649),
        (600, 8, 4900),
        (600, 10, 3136),
    ],
)
def test_square_packages_on_square_panels(panel, unit, count):
    assert square(panel, unit) == count


def test_packages_of_5_mm_on_a_panel_of_510_by_515():
    count = units_per_panel(panel_width_mm=510, panel_height_mm=515, width_mm=5, height_mm=5)
    assert count == 94 * 95


def test_36_interposers_of_100_mm_fit_on_600_by_600():
    # Nikon DSP-100 release, 2025
    assert square(600, 100, margin_mm=0, gap_mm=0) == 36


def test_packages_that_ase_counts_on_wafer_and_panel():
    # ASE via SemiEngineering: about 2,500 on a wafer and 12,000 on a panel of 600 mm. Printed for
    # 6 x 6 mm, which is more than the area holds; 5 x 5 mm fits both to 3 %.
    on_wafer = exact_dies_per_wafer(width_mm=5, height_mm=5)
    assert on_wafer == pytest.approx(2500, rel=0.03)
    assert square(600, 5) == pytest.approx(12_000, rel=0.03)


def test_16_interposers_of_60_by_70_mm_fit_on_310_by_310():
    # ASE FOCoS page: 16 per panel
    unit = {"width_mm": 60, "height_mm": 70}
    assert units_per_panel(panel_width_mm=310, panel_height_mm=310, **unit) == 16


@pytest.mark.parametrize(
    ("sides", "ratio"),
    [
        ((310, 310), 1.360),
        ((370, 470), 2.460),
        ((510, 515), 3.716),
        ((600, 600), 5.093),
        ((700, 700), 6.932),
    ],
)
def test_area_of_panels_in_wafers_of_300_mm(sides, ratio):
    # economics.md 2.1; Palesko and Lujan 2016: 1,739 against 706 cm2 for 370 x 470
    assert area_ratio_to_wafer(*sides) == pytest.approx(ratio, abs=5e-4)


def test_boards_on_an_18_by_24_inch_panel():
    # 457.2 x 609.6 mm, border 20, route 2.4: (457.2-37.6)/202.4 = 2.07, (609.6-37.6)/152.4 = 3.75
    grid, turned = panel_layouts(UnitOnPanel(457.2, 609.6, 200, 150, 20, 2.4))
    assert (grid.across, grid.down, grid.orientation) == (2, 3, Orientation.AS_GIVEN)
    # turned: 419.6/152.4 = 2.75, 572/202.4 = 2.82
    assert (turned.across, turned.down) == (2, 2)


def test_a_gap_that_fits_exactly_is_not_lost_to_rounding():
    # 3 x 0.1 is above 0.3 in binary
    assert square(0.7, 0.1, margin_mm=0, gap_mm=0) == 49


def test_a_unit_larger_than_the_panel_fits_nowhere():
    assert square(100, 90, margin_mm=10) == 0
    assert square(10, 1, margin_mm=10) == 0
    assert mixed_units_per_panel(UnitOnPanel(10, 10, 1, 1, 10, 0.2)) == 0


def test_counts_of_many_units_at_once():
    sides = np.array([3.0, 4.0, 5.0])
    counts = units_per_panel(
        panel_width_mm=700, panel_height_mm=700, width_mm=sides, height_mm=sides
    )
    assert counts.tolist() == [44944, 25921, 16900]


def test_mixed_blocks_use_a_strip_that_a_grid_leaves():
    # 2 x 1 on 3.3 x 3.3 by hand: a column of three that lie, and one that stands beside them
    unit = UnitOnPanel(3.3, 3.3, 2, 1, 0, 0)
    assert max(grid.units for grid in panel_layouts(unit)) == 3
    assert mixed_units_per_panel(unit) == 4


@pytest.mark.parametrize("fault", [{"width_mm": 0}, {"gap_mm": -1}, {"margin_mm": float("nan")}])
def test_lengths_without_sense_are_refused(fault):
    sides = {"panel_width_mm": 600, "panel_height_mm": 600, "width_mm": 5, "height_mm": 5}
    with pytest.raises(ValueError, match="must"):
        units_per_panel(**(sides | fault))
    with pytest.raises(ValueError, match="must"):
        UnitOnPanel(**(sides | fault))


PANELS = st.floats(50, 700)
UNITS = st.floats(5, 120)


@given(st.builds(UnitOnPanel, PANELS, PANELS, UNITS, UNITS, st.floats(0, 20), st.floats(0, 3)))
def test_mixed_blocks_never_hold_fewer_and_never_more_than_the_area(unit):
    mixed = mixed_units_per_panel(unit)
    assert (
        mixed >= max(grid.units for grid in panel_layouts(unit)) == units_per_panel(**asdict(unit))
    )
    x, y = unit.room_mm
    assert mixed == 0 or mixed * unit.pitch_mm[0] * unit.pitch_mm[1] <= x * y * (1 + 1e-6)


@given(PANELS, PANELS, UNITS, UNITS)
def test_turning_the_unit_or_the_panel_changes_nothing(length, width, a, b):
    def count(panel: tuple[float, float], unit: tuple[float, float]) -> int:
        return units_per_panel(
            panel_width_mm=panel[0], panel_height_mm=panel[1], width_mm=unit[0], height_mm=unit[1]
        )

    assert count((length, width), (a, b)) == count((length, width), (b, a))
    assert count((length, width), (a, b)) == count((width, length), (a, b))


@given(PANELS, st.floats(0, 50), UNITS, UNITS)
def test_a_larger_panel_never_holds_fewer_units(side, more, a, b):
    def count(panel: float) -> int:
        return units_per_panel(panel_width_mm=panel, panel_height_mm=panel, width_mm=a, height_mm=b)

    assert count(side) <= count(side + more)
