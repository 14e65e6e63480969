"""Where to put the grid of dies on a wafer so that most of them are whole.

A grid has two phases: how far a die's centre lies from the wafer's, along x and along y. For a
given y phase each row of dies is a span of allowed centres, and the best x phase follows exactly
by going once around the circle of x phases. The best y phase is found by branch and bound: a band
of y phases is given up when even its most generous rows together cannot beat the best count so
far. So the result is the true maximum over all real phases, to a nanometre.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fabstack.economics.numeric import Floats
from fabstack.economics.wafer import ROUNDING_MM, DieOnWafer, notch_half_width_mm, reach_mm

Ints = NDArray[np.int64]

NANOMETRE_MM = 1e-6
FIRST_BANDS = 32
ROWS_AT_ONCE = 1_000_000  # keeps the working memory below about 100 MB
ROWS_AT_MOST = 100_000  # on each half of the wafer


class Placement(NamedTuple):
    """A grid of dies on a wafer, and what is proved about it."""

    dies: int  # whole dies
    upper_bound: int  # no grid has more; equal to `dies` unless the search was cut short
    phase_x_mm: float  # centre of a die from the centre of the wafer
    phase_y_mm: float


class Spans(NamedTuple):
    """Allowed die centres of each row; a row that the notch splits has two spans."""

    low_mm: Floats  # [band, span]
    high_mm: Floats  # [band, span] below `low_mm` where there is no room


class Bands(NamedTuple):
    """Ranges of y phases, all of one width."""

    low_mm: Floats  # [band]
    high_mm: Floats  # [band]

    @property
    def middle_mm(self) -> Floats:
        """The phase in the middle of each band."""
        return (self.low_mm + self.high_mm) / 2

    @property
    def width_mm(self) -> float:
        """The width that all bands have."""
        return float(self.high_mm[0] - self.low_mm[0])

    def where(self, chosen: NDArray[np.bool_]) -> Bands:
        """Only the chosen bands."""
        return Bands(self.low_mm[chosen], self.high_mm[chosen])

    def halved(self) -> Bands:
        """Each band as its two halves."""
        middle = self.middle_mm
        return Bands(np.concatenate([self.low_mm, middle]), np.concatenate([middle, self.high_mm]))


def best_placement(die: DieOnWafer, *, row_limit: int = 10_000_000) -> Placement:
    """The grid with most whole dies over all real phases; a centred one where none is better.

    `row_limit` bounds the work (rows of dies looked at), which only dies of some micrometres reach;
    then `upper_bound` says how many dies a longer search could still find.

    Raises:
        ValueError: the die is so small that its rows cannot be counted.
    """
    best, bands = four_phase_placement(die), _all_phases(die, row_limit)
    best = _better(best, die, np.append(bands.low_mm, bands.high_mm[-1]))
    seen = 0
    while (ceiling := most_dies(die, bands)).max() > best.dies:
        seen += 2 * len(ceiling) * len(_row_heights_mm(die))
        if seen > row_limit or bands.width_mm < NANOMETRE_MM:
            return best._replace(upper_bound=int(ceiling.max()))
        bands = bands.where(ceiling > best.dies)
        best = _better(best, die, bands.middle_mm)
        bands = bands.halved()
    return best


def four_phase_placement(die: DieOnWafer) -> Placement:
    """The best of the four grids with a die or a street on the centre, along x and along y."""
    return phase_grid_placement(die, phases=2)


def phase_grid_placement(die: DieOnWafer, *, phases: int = 40) -> Placement:
    """The best of phases x phases evenly spaced grids; its bound is only its own count."""
    shift = np.arange(phases) / phases
    x, y = shift * die.pitch_x_mm, shift * die.pitch_y_mm
    counts = np.array([counts_at(die, x, height) for height in y])
    row, column = np.unravel_index(np.argmax(counts), counts.shape)
    count = int(counts[row, column])
    return Placement(count, count, float(x[column]), float(y[row]))


def counts_at(die: DieOnWafer, phases_x_mm: Floats, phase_y_mm: float) -> Ints:
    """Whole dies of the grids with these x phases and this y phase."""
    spans = _spans(die, Bands(np.array([phase_y_mm]), np.array([phase_y_mm])))
    first, last = _ends(spans, die.pitch_x_mm, phases_x_mm[:, None])
    return np.asarray(np.sum(last - first + 1, axis=1), dtype=np.int64)


def die_centres_mm(die: DieOnWafer, placement: Placement) -> tuple[Floats, Floats]:
    """Both coordinates of the centre of every whole die of a grid."""
    phase_y = np.array([placement.phase_y_mm])
    spans = _spans(die, Bands(phase_y, phase_y))
    first, last = _ends(spans, die.pitch_x_mm, np.array([[placement.phase_x_mm]]))
    heights = np.resize(_row_heights_mm(die) + placement.phase_y_mm, first.shape[1])
    dies = np.asarray(last - first + 1, dtype=np.int64)[0]
    along = np.arange(dies.sum()) - np.repeat(np.cumsum(dies) - dies, dies)
    x = (np.repeat(first[0], dies) + along) * die.pitch_x_mm + placement.phase_x_mm
    return x, np.repeat(heights, dies)


def smallest_pitch_mm(diameter_mm: float) -> float:
    """The smallest height of a die with its street that is counted: 1.5 um on 300 mm."""
    return diameter_mm / 2 / ROWS_AT_MOST


def most_dies(die: DieOnWafer, bands: Bands) -> Ints:
    """No grid with a y phase in a band has more dies; a band without width has a grid with them."""
    parts = 1 + len(_row_heights_mm(die)) * len(bands.low_mm) // ROWS_AT_ONCE
    pieces = zip(*(np.array_split(end, parts) for end in bands), strict=True)
    return np.concatenate(
        [_best_phases(_spans(die, Bands(*piece)), die.pitch_x_mm).dies for piece in pieces]
    )


def _all_phases(die: DieOnWafer, row_limit: int) -> Bands:
    """All y phases as equal bands; few where the rows are many."""
    affordable = row_limit // (8 * len(_row_heights_mm(die)))
    # the round wafer looks the same upside down; with a flat or a notch it does not
    half = 1 if die.flat_mm or die.notch_mm else 2
    edges = np.linspace(0, die.pitch_y_mm / half, 1 + min(FIRST_BANDS, max(affordable, 1)))
    return Bands(edges[:-1], edges[1:])


def _better(best: Placement, die: DieOnWafer, phases_y_mm: Floats) -> Placement:
    """The best grid so far, or a better one among those with the given y phases."""
    counts = most_dies(die, Bands(phases_y_mm, phases_y_mm))
    if counts.max() <= best.dies:
        return best
    y = phases_y_mm[[np.argmax(counts)]]
    count, phase_x = _best_phases(_spans(die, Bands(y, y)), die.pitch_x_mm)
    return Placement(int(count[0]), int(count[0]), float(phase_x[0]), float(y[0]))


# --- Rows of dies ---------------------------------------------------------------------------------


def _row_heights_mm(die: DieOnWafer) -> Floats:
    """Heights of all rows that may touch the wafer, for a phase of 0."""
    if die.pitch_y_mm < smallest_pitch_mm(die.diameter_mm):
        raise ValueError(f"a pitch of {die.pitch_y_mm:g} mm is too small to count rows of dies")
    rows = int(die.usable_diameter_mm / 2 / die.pitch_y_mm) + 1
    return np.arange(-rows - 1.0, rows + 1.0) * die.pitch_y_mm


def _spans(die: DieOnWafer, bands: Bands) -> Spans:
    """The widest spans that each row can have while its y phase is in a band."""
    rows = _row_heights_mm(die)
    lowest, highest = bands.low_mm[:, None] + rows, bands.high_mm[:, None] + rows
    # a row is longest where it is nearest to the middle, yet above the flat
    nearest = np.clip(0.0, lowest, highest)
    reach = reach_mm(die, np.clip(die.lowest_mm + die.height_mm / 2, nearest, highest))
    if not die.notch_mm:
        return Spans(-reach, reach)
    notch = notch_half_width_mm(die, highest)
    gap = notch + die.width_mm / 2
    left = Spans(-reach, np.where(notch > 0, -gap, reach))
    right = Spans(np.where(notch > 0, gap, reach + 1), reach)
    return Spans(*(np.concatenate(ends, axis=1) for ends in zip(left, right, strict=True)))


def _ends(spans: Spans, pitch_mm: float, phase_mm: Floats) -> tuple[Floats, Floats]:
    """Numbers of the first and the last die of each span; the last is one below where none fits."""
    first = np.ceil((spans.low_mm - phase_mm - ROUNDING_MM) / pitch_mm)
    last = np.floor((spans.high_mm - phase_mm + ROUNDING_MM) / pitch_mm)
    return first, np.maximum(last, first - 1)


class BestPhases(NamedTuple):
    """The best x phase of each band and its number of dies."""

    dies: Ints  # [band]
    phase_mm: Floats  # [band]


def _best_phases(spans: Spans, pitch_mm: float) -> BestPhases:
    """The x phase that gives most dies, for each band.

    A span of n pitches and a rest holds n dies, and one more while the x phase lies in an arc as
    long as the rest. Going once around the circle of phases finds where most arcs overlap.
    """
    room = spans.high_mm - spans.low_mm + ROUNDING_MM
    fits = room >= 0
    whole = np.where(fits, np.floor(room / pitch_mm), 0.0)
    start = np.mod(spans.low_mm, pitch_mm)
    end = start + np.where(fits, room - whole * pitch_mm, 0.0)
    wraps = fits & (end >= pitch_mm)
    place = np.concatenate([start, np.where(wraps, end - pitch_mm, end)], axis=1)
    step = np.concatenate([1 * fits, -1 * fits], axis=1)
    overlap, phase = _deepest(place, step, pitch_mm)
    held = whole.sum(axis=1) + wraps.sum(axis=1)  # an arc that wraps is open at phase 0
    return BestPhases(np.asarray(held + overlap, dtype=np.int64), phase)


def _deepest(place: Floats, step: Ints, pitch_mm: float) -> tuple[Ints, Floats]:
    """Where the running sum of the steps is highest, and how high, for each band; at least 0."""
    order = np.argsort(place, axis=1, kind="stable")  # at one place an arc begins before one ends
    height = np.cumsum(np.take_along_axis(step, order, 1), axis=1)
    top = np.argmax(height, axis=1)[:, None]
    edges = np.append(np.take_along_axis(place, order, 1), np.full_like(top, pitch_mm, float), 1)
    middle = (np.take_along_axis(edges, top, 1) + np.take_along_axis(edges, top + 1, 1)) / 2
    highest = np.take_along_axis(height, top, 1)
    return np.maximum(highest, 0)[:, 0], np.where(highest > 0, middle, 0.0)[:, 0]
