"""Maps: dies as they lie on a wafer, packages and boards on a panel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple
from zlib import crc32

import numpy as np
import polars as pl

from fabstack.economics.panel import Orientation, UnitOnPanel, panel_layouts
from fabstack.economics.placement import Placement, die_centres_mm
from fabstack.economics.wafer import DieOnWafer
from fabstack.report.figures.parts import Trace, axis, drawn_on, panels
from fabstack.report.numbers import percent
from fabstack.report.picture import Picture
from fabstack.report.theme import Figure
from fabstack.results.run import Run

MANY = 12
UNITS = 30_000  # on one carrier; more cannot be told apart, and the page must carry them
TOLD_APART = 1 / 60  # of the carrier: pitch from which on a line between two units can be seen
AIR = 1.04  # around a carrier
_GOOD_OR_BAD = [[0, "$vermillion"], [0.5, "$vermillion"], [0.5, "$blue"], [1, "$blue"]]


class Grid(NamedTuple):
    """Units in straight rows; all lengths in mm from the carrier's centre."""

    x_mm: Any  # [unit] centres
    y_mm: Any  # [unit]
    pitch_x_mm: float
    pitch_y_mm: float


# --- Rows -------------------------------------------------------------------------------------


def on_wafers(run: Run) -> pl.DataFrame:
    """Dies on their wafers, the largest first."""
    return _layouts(run, "wafer")


def on_panels(run: Run) -> pl.DataFrame:
    """Packages and boards on their panels, the largest first."""
    return _layouts(run, "panel")


def _layouts(run: Run, carrier: str) -> pl.DataFrame:
    known = ["units", "width_mm", "height_mm", "gap_mm", "edge_mm"]
    sized = pl.all_horizontal(pl.col(*known, "carrier_width_mm", "carrier_height_mm").is_not_null())
    placed = pl.all_horizontal(pl.col("phase_x_mm", "phase_y_mm").is_not_null())
    is_whole = sized & (placed if carrier == "wafer" else pl.lit(True))
    rows = run.table("cost_layouts").filter((pl.col("carrier") == carrier) & is_whole)
    area = pl.col("width_mm") * pl.col("height_mm")
    return rows.filter((pl.col("units") > 0) & (pl.col("units") <= UNITS)).sort(-area, "item")


# --- Where the units lie ----------------------------------------------------------------------


def grid_on_wafer(row: dict[str, Any]) -> Grid:
    """The dies of the best placement, as the economics count them."""
    die = DieOnWafer(
        width_mm=row["width_mm"],
        height_mm=row["height_mm"],
        diameter_mm=row["carrier_width_mm"],
        scribe_x_mm=row["gap_mm"],
        scribe_y_mm=row["gap_mm"],
        edge_mm=row["edge_mm"],
    )
    placed = Placement(row["units"], row["units"], row["phase_x_mm"], row["phase_y_mm"])
    return Grid(*die_centres_mm(die, placed), die.pitch_x_mm, die.pitch_y_mm)


def grid_on_panel(row: dict[str, Any]) -> Grid:
    """The better of the two plain grids, in the middle of the panel."""
    unit = UnitOnPanel(
        row["carrier_width_mm"],
        row["carrier_height_mm"],
        row["width_mm"],
        row["height_mm"],
        row["edge_mm"],
        row["gap_mm"],
    )
    best = max(panel_layouts(unit), key=lambda layout: layout.units)
    turned = best.orientation is Orientation.ROTATED
    pitch_x, pitch_y = unit.pitch_mm[::-1] if turned else unit.pitch_mm
    x, y = (np.arange(n) - (n - 1) / 2 for n in (best.across, best.down))
    across, down = np.meshgrid(x * pitch_x, y * pitch_y)
    return Grid(across.ravel(), down.ravel(), pitch_x, pitch_y)


# --- Drawing ----------------------------------------------------------------------------------


def draw_wafers(rows: pl.DataFrame) -> Figure:
    """One wafer for each die."""
    shown = rows.head(MANY).to_dicts()
    shapes = [shape for i, row in enumerate(shown) for shape in _wafer(i, row)]
    return _maps(shown, [grid_on_wafer(row) for row in shown], shapes)


def draw_panels(rows: pl.DataFrame) -> Figure:
    """One panel for each package or board."""
    shown = rows.head(MANY).to_dicts()
    shapes = [shape for i, row in enumerate(shown) for shape in _panel(i, row)]
    return _maps(shown, [grid_on_panel(row) for row in shown], shapes)


def _maps(shown: Sequence[dict[str, Any]], grids: Sequence[Grid], shapes: list[Trace]) -> Figure:
    parts = {_title(row): [_units(grid, row)] for row, grid in zip(shown, grids, strict=True)}
    half = max((AIR * row["carrier_width_mm"] / 2 for row in shown), default=1.0)
    tall = max((AIR * row["carrier_height_mm"] / 2 for row in shown), default=1.0)
    bare: dict[str, Any] = {"visible": False, "constrain": "domain"}
    return panels(
        parts,
        x=axis(range=[-half, half], **bare),
        y=axis(range=[-tall, tall], scaleanchor="x", **bare),
        columns=4,
        each_px=250,
        left=0.01,
        shapes=shapes,
        showlegend=False,
    )


def _title(row: dict[str, Any]) -> str:
    share = [] if row["yield_mature"] is None else [percent(100 * row["yield_mature"])]
    return " · ".join([row["item"], f"{row['units']:,}", *share])


def _units(grid: Grid, row: dict[str, Any]) -> Trace:
    """A coloured cell for each unit; what the yield loses is marked at places drawn by chance."""
    columns, rows = (
        np.rint((centres - centres.min()) / pitch).astype(int)
        for centres, pitch in ((grid.x_mm, grid.pitch_x_mm), (grid.y_mm, grid.pitch_y_mm))
    )
    cells: list[list[int | None]] = [[None] * (columns.max() + 1) for _ in range(rows.max() + 1)]
    for line, column, is_good in zip(rows, columns, _good(len(rows), row), strict=True):
        cells[line][column] = int(is_good)
    pitch_mm = min(grid.pitch_x_mm, grid.pitch_y_mm)
    line_px = int(pitch_mm >= TOLD_APART * row["carrier_width_mm"])
    return {
        "type": "heatmap",
        "name": "units",
        "z": cells,
        "x0": float(grid.x_mm.min()),
        "dx": grid.pitch_x_mm,
        "y0": float(grid.y_mm.min()),
        "dy": grid.pitch_y_mm,
        "zmin": 0,
        "zmax": 1,
        "colorscale": _GOOD_OR_BAD,
        "showscale": False,
        "xgap": line_px,
        "ygap": line_px,
        "hoverinfo": "skip",
    }


def _good(units: int, row: dict[str, Any]) -> Any:
    """Which units are good: as many as the yield expects, the same each time."""
    bad = 0 if row["yield_mature"] is None else round(units * (1 - row["yield_mature"]))
    good = np.ones(units, dtype=bool)
    luck = np.random.default_rng(crc32(row["item"].encode()))
    good[luck.permutation(units)[:bad]] = False
    return good


def _wafer(index: int, row: dict[str, Any]) -> list[Trace]:
    """The rim of a wafer and its edge exclusion."""
    radius, inner = row["carrier_width_mm"] / 2, row["carrier_width_mm"] / 2 - row["edge_mm"]
    return [_outline(index, "circle", radius, radius), _edge(index, "circle", inner, inner)]


def _panel(index: int, row: dict[str, Any]) -> list[Trace]:
    """The rim of a panel and its margin."""
    half, tall = row["carrier_width_mm"] / 2, row["carrier_height_mm"] / 2
    edge = row["edge_mm"]
    return [_outline(index, "rect", half, tall), _edge(index, "rect", half - edge, tall - edge)]


def _outline(index: int, kind: str, half: float, tall: float) -> Trace:
    corners = {"x0": -half, "x1": half, "y0": -tall, "y1": tall}
    pen = {"color": "$grey", "width": 1.4}
    return {"type": kind, **corners, **drawn_on(index), "line": pen, "layer": "below"}


def _edge(index: int, kind: str, half: float, tall: float) -> Trace:
    pen = {"color": "$grey", "width": 1, "dash": "dot"}
    return _outline(index, kind, half, tall) | {"line": pen, "layer": "above"}


WAFERS = Picture(
    name="wafer-maps",
    title="Dies on their wafers",
    says="Whole dies by exact placement inside the edge exclusion (dotted), with their number and "
    "their yield in the end. Orange: as many bad dies as that yield expects, at places drawn by "
    "chance.",
    tables=("cost_layouts",),
    rows=on_wafers,
    draw=draw_wafers,
    empty="The programme has no dies that are cut from wafers.",
    most=MANY,
    panel_of=("item",),
)
PANELS = Picture(
    name="panel-maps",
    title="Packages and boards on their panels",
    says="The better of the two plain grids inside the panel's margin (dotted), with the number of "
    "units and their yield in the end. Orange: as many bad units as that yield expects, at places "
    "drawn by chance.",
    tables=("cost_layouts",),
    rows=on_panels,
    draw=draw_panels,
    empty="The programme has no packages or boards that are made on panels.",
    most=MANY,
    panel_of=("item",),
)
