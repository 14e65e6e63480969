"""Dies per wafer: published examples, the exact count against a plain one, and its invariants.

"economics.md" stands for the reference table of worked examples, section 2.1.
"""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fabstack.economics import (
    FLAT_MM,
    DieCountMethod,
    DieOnWafer,
    UnknownNameError,
    best_placement,
    counts_at,
    de_vries_dies,
    die_centres_mm,
    dies_by_method,
    dies_per_wafer,
    exact_dies_per_wafer,
    flynn_dies,
    four_phase_placement,
    full_field_count,
    google_dies,
    phase_grid_placement,
    textbook_dies,
)


def corners_inside(die: DieOnWafer, x: float, y: float) -> bool:
    """The definition, die by die: four corners inside the edge, clear of flat and notch."""
    half_w, half_h = die.width_mm / 2, die.height_mm / 2
    radius = die.diameter_mm / 2 - die.edge_mm
    farthest = math.hypot(abs(x) + half_w, abs(y) + half_h)
    if farthest > radius + 1e-7 or y - half_h < die.lowest_mm - 1e-7:
        return False
    depth = die.notch_mm - die.diameter_mm / 2 - (y - half_h)
    return depth <= 0 or abs(x) - half_w >= depth - 1e-7


def plain_count(die: DieOnWafer, phase_x: float, phase_y: float) -> int:
    """Dies of one grid, counted one by one."""
    columns = int(die.diameter_mm / die.pitch_x_mm) + 2
    rows = int(die.diameter_mm / die.pitch_y_mm) + 2
    return sum(
        corners_inside(die, phase_x + i * die.pitch_x_mm, phase_y + j * die.pitch_y_mm)
        for i in range(-columns, columns + 1)
        for j in range(-rows, rows + 1)
    )


# economics.md 2.1: 300 mm, street 0.1, edge 3: best of a 40 x 40 grid of phases, and of the four
PUBLISHED = [
    (5, 5, 2505, 2500),
    (6, 6, 1739, 1733),
    (6.7, 5, 1867, 1866),
    (8, 8, 968, 968),
    (10, 10, 616, 616),
    (15, 15, 266, 266),
]


@pytest.mark.parametrize(("width", "height", "grid", "four"), PUBLISHED)
def test_four_phases_give_the_published_counts(width, height, grid, four):
    assert four_phase_placement(DieOnWafer(width, height)).dies == four


@pytest.mark.parametrize(("width", "height", "grid", "four"), PUBLISHED)
def test_a_grid_of_40_by_40_phases_gives_the_published_counts(width, height, grid, four):
    assert phase_grid_placement(DieOnWafer(width, height), phases=40).dies == grid


@pytest.mark.parametrize(("width", "height", "grid", "four"), PUBLISHED)
def test_the_best_of_all_phases_is_at_least_the_best_of_a_grid(width, height, grid, four):
    best = best_placement(DieOnWafer(width, height))
    assert grid <= best.dies <= grid + 4  # economics.md 1.1: "finds up to ~4 more"
    assert best.upper_bound == best.dies


# economics.md 2.1, second row of the same dies: the textbook and the 0.58 form, to one decimal
@pytest.mark.parametrize(
    ("width", "height", "textbook", "de_vries"),
    [
        (5, 5, 2482.0, 2505.0),
        (6, 6, 1717.4, 1736.6),
        (6.7, 5, 1846.6, 1866.5),
        (8, 8, 954.1, 968.6),
        (10, 10, 600.8, 612.5),
        (15, 15, 254.5, 262.3),
    ],
)
def test_approximations_give_the_printed_figures(width, height, textbook, de_vries):
    die = DieOnWafer(width, height)
    assert dies_per_wafer("textbook", die) == pytest.approx(textbook, abs=0.05)
    assert dies_per_wafer("de-vries", die) == pytest.approx(de_vries, abs=0.05)


def test_textbook_example_of_hennessy_and_patterson():
    # Computer Architecture, 5th/6th ed.: 300 mm wafer, 225 and 100 mm2
    assert textbook_dies(300.0, 225.0) == pytest.approx(269.73, abs=0.005)
    assert textbook_dies(300.0, 100.0) == pytest.approx(640.2, abs=0.05)


def test_example_of_flynn_page_89():
    # Computer Architecture (1995): 21 cm wafer, 2.3 and 1.0 cm2; any unit of length will do
    assert flynn_dies(21.0, 2.3) == pytest.approx(129.6, abs=0.05)
    assert flynn_dies(21.0, 1.0) == pytest.approx(314.16, abs=0.005)


def test_the_google_form_is_a_whole_number_of_its_formula():
    # google/chiplets-cost-model: round((W - 6) pi (W / 4A - 1 / sqrt(2A)))
    exact = 294 * math.pi * (300 / (4 * 101.0) - 1 / math.sqrt(202.0))
    assert google_dies(300.0, 101.0) == round(exact)


def test_four_interposers_of_100_mm_fit_on_a_wafer():
    # Nikon DSP-100 release, 2025: 4 per 300 mm wafer
    assert exact_dies_per_wafer(width_mm=100, height_mm=100) == 4


def test_interposers_of_60_by_70_mm():
    # ASE FOCoS page: 9 per wafer. A grid on the centre has 9; one beside it has 10.
    die = DieOnWafer(60, 70)
    assert four_phase_placement(die).dies == 9
    best = best_placement(die)
    assert best.dies == 10
    assert plain_count(die, best.phase_x_mm, best.phase_y_mm) == 10


def test_a_die_of_half_a_reticle_fits_132_times():
    # economics.md section 8: AI5-class die 26 x 16.5 mm, 132 gross (range 125 to 133)
    assert exact_dies_per_wafer(width_mm=26, height_mm=16.5) == 132


def test_approximations_take_arrays():
    diameters, areas = np.array([300.0, 200.0]), np.array([225.0, 100.0])
    both = textbook_dies(diameters, areas)
    assert both.shape == (2,)
    assert both[0] == textbook_dies(300.0, 225.0)
    assert de_vries_dies(diameters, areas)[1] == de_vries_dies(200.0, 100.0)


def test_every_method_counts_under_its_name():
    counts = dies_by_method(DieOnWafer(10, 10))
    assert set(DieCountMethod) <= set(counts)
    assert all(500 < count < 700 for count in counts.values())


def test_an_unknown_method_names_the_nearest():
    with pytest.raises(UnknownNameError, match="did you mean 'textbook'"):
        dies_per_wafer("textbok", DieOnWafer(10, 10))


def test_a_die_larger_than_the_wafer_fits_nowhere():
    die = DieOnWafer(300, 1)
    assert best_placement(die).dies == 0
    assert die_centres_mm(die, best_placement(die))[0].size == 0
    counts = dies_by_method(DieOnWafer(400, 400))
    assert counts["exact"] == counts["textbook"] == counts["google"] == 0


def test_the_largest_square_fits_exactly_once():
    # the square inscribed in a circle of 294 mm has sides of 294 / sqrt(2)
    side = 294 / math.sqrt(2)
    assert exact_dies_per_wafer(width_mm=side, height_mm=side) == 1
    assert exact_dies_per_wafer(width_mm=side + 1e-4, height_mm=side) == 0


def test_two_dies_that_touch_the_edge_with_all_outer_corners_both_count():
    # 6 x 8 in a circle of radius 5 is exact; so are two of 3 x 8 with no street
    assert (
        exact_dies_per_wafer(width_mm=3, height_mm=8, diameter_mm=10, scribe_mm=0, edge_mm=0) == 2
    )


def test_tiny_dies_cover_nearly_the_whole_area():
    die = DieOnWafer(0.05, 0.05, scribe_x_mm=0.05, scribe_y_mm=0.05)
    placement = best_placement(die)
    whole = math.pi * 147**2 / die.stepped_area_mm2
    assert 0.995 * whole < placement.dies < whole
    assert placement.upper_bound >= placement.dies


def test_a_short_search_says_what_it_may_have_missed():
    die = DieOnWafer(1, 0.7)
    short, long = best_placement(die, row_limit=1), best_placement(die)
    assert short.dies <= long.dies == long.upper_bound <= short.upper_bound


def test_dies_below_the_countable_are_refused():
    with pytest.raises(ValueError, match="too small to count"):
        best_placement(DieOnWafer(1e-9, 1e-9, scribe_x_mm=0, scribe_y_mm=0))


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"width_mm": 0}, "width_mm must be above 0"),
        ({"height_mm": math.nan}, "height_mm must be above 0"),
        ({"scribe_x_mm": -0.1}, "scribe_x_mm must be at least 0"),
        ({"edge_mm": 150}, "leaves nothing"),
        ({"flat_mm": 300}, "smaller than the wafer"),
    ],
)
def test_lengths_without_sense_are_refused(fault, words):
    with pytest.raises(ValueError, match=words):
        DieOnWafer(**({"width_mm": 5, "height_mm": 5} | fault))


SIZES = st.floats(4.0, 60.0)
WAFERS = st.sampled_from([150.0, 200.0, 300.0])


@given(SIZES, SIZES, WAFERS, st.floats(0, 1), st.floats(0, 1))
def test_a_grid_counts_the_dies_whose_corners_lie_inside(width, height, diameter, u, v):
    die = DieOnWafer(width, height, diameter, scribe_x_mm=0.1, scribe_y_mm=0.3)
    x, y = u * die.pitch_x_mm, v * die.pitch_y_mm
    assert counts_at(die, np.array([x]), y)[0] == plain_count(die, x, y)


@given(SIZES, SIZES, st.sampled_from([100.0, 150.0]), st.floats(0, 12), st.floats(0, 1))
def test_a_flat_and_a_notch_keep_dies_away(width, height, diameter, notch, v):
    die = DieOnWafer(width, height, diameter, flat_mm=FLAT_MM[diameter], notch_mm=notch, edge_mm=1)
    y = v * die.pitch_y_mm
    assert counts_at(die, np.array([0.3]), y)[0] == plain_count(die, 0.3, y)


@given(SIZES, SIZES, WAFERS, st.sampled_from([0.0, 40.0]), st.sampled_from([0.0, 1.0, 15.0]))
def test_no_phase_of_a_grid_beats_the_best_one(width, height, diameter, flat, notch):
    die = DieOnWafer(width, height, diameter, flat_mm=flat, notch_mm=notch, edge_mm=1.0)
    best = best_placement(die)
    assert best.upper_bound >= best.dies >= phase_grid_placement(die, phases=60).dies
    assert plain_count(die, best.phase_x_mm, best.phase_y_mm) == best.dies


@given(SIZES, SIZES, WAFERS)
def test_a_die_turned_by_90_degrees_fits_as_often(width, height, diameter):
    upright, turned = DieOnWafer(width, height, diameter), DieOnWafer(height, width, diameter)
    assert best_placement(upright).dies == best_placement(turned).dies


@given(SIZES, SIZES, st.floats(60, 300), st.floats(0.1, 20))
def test_a_larger_wafer_never_holds_fewer_dies(width, height, diameter, more):
    small, large = DieOnWafer(width, height, diameter), DieOnWafer(width, height, diameter + more)
    assert best_placement(small).dies <= best_placement(large).dies


@given(SIZES, SIZES, WAFERS)
def test_all_lengths_doubled_hold_as_many_dies(width, height, diameter):
    once = DieOnWafer(width, height, diameter, 0.125, 0.25, 3.0)
    twice = DieOnWafer(2 * width, 2 * height, 2 * diameter, 0.25, 0.5, 6.0)
    assert best_placement(once).dies == best_placement(twice).dies


@given(SIZES, SIZES)
def test_each_die_has_a_place_of_its_own(width, height):
    die = DieOnWafer(width, height)
    placement = best_placement(die)
    x, y = die_centres_mm(die, placement)
    assert len(x) == len(y) == placement.dies
    assert all(corners_inside(die, *centre) for centre in zip(x, y, strict=True))
    assert len(set(zip(x.round(6), y.round(6), strict=True))) == placement.dies


def test_with_a_flat_the_best_phase_may_lie_in_the_upper_half():
    die = DieOnWafer(4, 11, 150, flat_mm=FLAT_MM[150.0])
    assert best_placement(die).dies >= phase_grid_placement(die).dies == 316


def test_chiplet_actuary_takes_the_mean_street():
    narrow_and_wide = DieOnWafer(20, 40, scribe_x_mm=0.1, scribe_y_mm=0.3, edge_mm=5)
    assert dies_per_wafer("chiplet-actuary", narrow_and_wide) == pytest.approx(58.79, abs=0.005)


def test_the_flat_of_a_150_mm_wafer_costs_dies():
    round_wafer, flat_wafer = DieOnWafer(5, 5, 150), DieOnWafer(5, 5, 150, flat_mm=FLAT_MM[150.0])
    assert best_placement(flat_wafer).dies < best_placement(round_wafer).dies


def test_the_notch_of_a_300_mm_wafer_costs_nothing_behind_an_edge_of_3_mm():
    # economics.md 1.1: "effect is 0-1 die unless EE < ~1.5 mm"
    assert (
        best_placement(DieOnWafer(5, 5, notch_mm=1.0)).dies == best_placement(DieOnWafer(5, 5)).dies
    )


def test_full_fields_hold_all_dies_of_a_field():
    count = full_field_count(DieOnWafer(5, 5))
    assert count is not None
    assert sorted((count.across, count.down)) == [5, 6]  # 26 x 33 mm with streets of 0.1
    assert count.dies == 30 * count.fields < best_placement(DieOnWafer(5, 5)).dies


def test_a_die_as_large_as_the_field_is_a_field():
    count = full_field_count(DieOnWafer(26, 33))
    assert count is not None
    assert (count.dies_per_field, count.dies) == (1, best_placement(DieOnWafer(26, 33)).dies)


def test_a_die_larger_than_the_field_has_no_field():
    assert full_field_count(DieOnWafer(30, 33)) is None
