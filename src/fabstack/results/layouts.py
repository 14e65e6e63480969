"""How the programme's dies lie on wafers, and its packages and boards on panels, as a table."""

from __future__ import annotations

from typing import Any

import polars as pl

from fabstack.economics.chain import MATURE_MONTHS
from fabstack.economics.flow import panel_units, technology_of, yield_share
from fabstack.economics.placement import best_placement
from fabstack.economics.wafer import DieOnWafer
from fabstack.model import Programme
from fabstack.model.items import Item, ItemKind
from fabstack.model.technology import Carrier, Technology
from fabstack.results.schema import table_of


def layouts(programme: Programme) -> pl.DataFrame:
    """One row for each item that has a size and a carrier to lie on."""
    rows = []
    for item in sorted(programme.items, key=lambda item: item.name):
        technology = technology_of(programme, item)
        placed = _placed(item, technology) if technology and item.width_mm else None
        if placed is not None:
            start, mature = (yield_share(programme, item, m) for m in (0.0, MATURE_MONTHS))
            rows.append({**placed, "yield_start": start, "yield_mature": mature})
    return table_of("cost_layouts", rows)


def _placed(item: Item, technology: Technology) -> dict[str, Any] | None:
    on_wafer = technology.carrier is Carrier.WAFER and item.kind is ItemKind.DIE
    if on_wafer and technology.diameter_mm:
        return _about(item, technology) | _on_wafer(item, technology, technology.diameter_mm)
    if technology.carrier is Carrier.PANEL and technology.panel_width_mm:
        return _about(item, technology) | _on_panel(item, technology)
    return None


def _sides_mm(item: Item) -> tuple[float, float]:
    width = item.width_mm or 0.0
    return width, item.height_mm or width


def _about(item: Item, technology: Technology) -> dict[str, Any]:
    width, height = _sides_mm(item)
    return {
        "item": item.name,
        "kind": str(item.kind),
        "carrier": str(technology.carrier),
        "width_mm": width,
        "height_mm": height,
        "gap_mm": technology.scribe_mm,
        "edge_mm": technology.edge_mm,
    }


def _on_wafer(item: Item, technology: Technology, diameter_mm: float) -> dict[str, Any]:
    width, height = _sides_mm(item)
    placed = best_placement(
        DieOnWafer(
            width_mm=width,
            height_mm=height,
            diameter_mm=diameter_mm,
            scribe_x_mm=technology.scribe_mm,
            scribe_y_mm=technology.scribe_mm,
            edge_mm=technology.edge_mm,
        )
    )
    return {
        "units": placed.dies,
        "carrier_width_mm": diameter_mm,
        "carrier_height_mm": diameter_mm,
        "phase_x_mm": placed.phase_x_mm,
        "phase_y_mm": placed.phase_y_mm,
    }


def _on_panel(item: Item, technology: Technology) -> dict[str, Any]:
    return {
        "units": panel_units(technology, *_sides_mm(item)),
        "carrier_width_mm": technology.panel_width_mm,
        "carrier_height_mm": technology.panel_height_mm,
    }
