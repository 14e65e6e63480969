"""How far the cost of an item may lie from its value, and which number moves it most.

Each sourced number that the cost depends on is set to its low and then to its high end, alone; the
swings are taken as independent and add up as squares. That is a band for judgement, not a
confidence interval: the ends are what the sources say, whatever they meant by them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from pydantic import ValidationError

from fabstack.economics.chain import Cost, unit_costs
from fabstack.model import Programme
from fabstack.model.cells import Cell, cells_at, value_at, with_value
from fabstack.model.evidence import Source
from fabstack.model.randomness import Distribution

# Columns that enter the cost of a unit; all others are passed over. A test sets every sourced
# number of Texas and finds no other that moves a cost.
COST_COLUMNS: Mapping[str, frozenset[str]] = {
    "technologies": frozenset(
        {"diameter_mm", "panel_width_mm", "panel_height_mm", "edge_mm", "scribe_mm", "alpha"}
        | {"critical_area_ratio", "d0_start_per_cm2", "d0_mature_per_cm2", "learning_months"}
        | {"yield_start_percent", "yield_mature_percent", "mask_layers"}
    ),
    "items": frozenset({"width_mm", "height_mm", "yield_percent", "make_cost_usd"}),
    "components": frozenset({"quantity", "yield_percent"}),
    "plants": frozenset({"fixed_cost_usd_per_month"}),
    "phases": frozenset({"capacity_per_month", "capex_usd"}),
    "tool_groups": frozenset({"running_cost_usd_per_h", "load_min", "unload_min"}),
    "routes": frozenset({"units_per_carrier", "carriers_per_lot"}),
    "steps": frozenset(
        {"interval_min", "batch_maximum", "sampling_percent", "rework_percent"}
        | {"yield_percent", "lot_scrap_percent"}
    ),
    "maintenances": frozenset({"every_carriers"}),
    "offers": frozenset({"price_usd"}),
    "finance": frozenset(
        {"equipment_share_percent", "equipment_life_years", "building_life_years"}
    ),
    "planning": frozenset({"max_load_percent"}),
}


class Swing(NamedTuple):
    """What one number's range does to the cost of one item."""

    item: str
    cell: str
    at_low_usd: float
    at_high_usd: float

    @property
    def width_usd(self) -> float:
        """Distance between the two ends."""
        return abs(self.at_high_usd - self.at_low_usd)


class Band(NamedTuple):
    """The range of one item's cost."""

    low_usd: float
    high_usd: float


def swings(programme: Programme, base: Mapping[str, Cost] | None = None) -> tuple[Swing, ...]:
    """One swing for each item and sourced number that moves it, widest first within an item."""
    costs = base if base is not None else unit_costs(programme)
    found = [
        swing
        for source in programme.sources
        for swing in _swings_of(programme, source, costs)
        if swing.width_usd > 0
    ]
    return tuple(sorted(found, key=lambda s: (s.item, -s.width_usd, s.cell)))


def bands(costs: Mapping[str, Cost], found: tuple[Swing, ...]) -> Mapping[str, Band]:
    """Low and high of every item's cost: swings down and swings up, each added as squares."""
    down = dict.fromkeys(costs, 0.0)
    up = dict.fromkeys(costs, 0.0)
    for swing in found:
        base = costs[swing.item].total_usd
        ends = (swing.at_low_usd - base, swing.at_high_usd - base)
        down[swing.item] += min(0.0, *ends) ** 2
        up[swing.item] += max(0.0, *ends) ** 2
    return {
        item: Band(
            max(cost.total_usd - math.sqrt(down[item]), 0.0), cost.total_usd + math.sqrt(up[item])
        )
        for item, cost in costs.items()
    }


def _swings_of(programme: Programme, source: Source, costs: Mapping[str, Cost]) -> Iterator[Swing]:
    cell = Cell.parse(source.cell)
    if cell.column not in COST_COLUMNS.get(cell.table, ()):
        return
    if source.low is None or source.high is None:
        return
    if cells_at(programme, cell) != (cell,):
        return  # many numbers have no one swing
    if isinstance(value_at(programme, cell), Distribution | str):
        return
    low, high = (_costs_with(programme, cell, end) for end in (source.low, source.high))
    for item, cost in costs.items():
        at_low, at_high = (
            ends[item].total_usd if item in ends else cost.total_usd for ends in (low, high)
        )
        yield Swing(item, source.cell, at_low, at_high)


def _costs_with(programme: Programme, cell: Cell, value: float) -> Mapping[str, Cost]:
    try:
        return unit_costs(with_value(programme, cell, value))
    except ValidationError:
        return {}  # an end that the column cannot hold says nothing
