"""How much of one thing becomes how much of the next: geometry and yields of a programme.

The planner, the simulator, the checks and the cost chain all ask here, so that they cannot
disagree. `months` always counts from the opening of the plant that makes the item.
"""

from __future__ import annotations

import math
from functools import lru_cache

from fabstack.economics.panel import units_per_panel
from fabstack.economics.wafer_count import exact_dies_per_wafer
from fabstack.economics.yields import die_yield
from fabstack.model import Programme, by_key
from fabstack.model.items import Component, Item, ItemKind
from fabstack.model.routes import Route
from fabstack.model.technology import Carrier, Technology


def units_per_carrier(programme: Programme, route_name: str) -> float:
    """Items that one carrier of a route holds, before any yield."""
    route: Route = by_key(programme.routes)[route_name]
    if route.units_per_carrier is not None:
        return route.units_per_carrier
    item: Item = by_key(programme.items)[route.item]
    technology = technology_of(programme, item)
    if technology is None or technology.carrier is not Carrier.PANEL or not item.width_mm:
        return 1.0
    return float(panel_units(technology, item.width_mm, item.height_mm or item.width_mm))


def gross_dies(programme: Programme, die_name: str) -> int:
    """Dies that fit on one wafer of the die's technology, before yield."""
    item: Item = by_key(programme.items)[die_name]
    technology = technology_of(programme, item)
    if technology is None or technology.diameter_mm is None or item.width_mm is None:
        raise ValueError(f"die '{die_name}' needs a size and a technology with a wafer diameter")
    return wafer_dies(technology, item.width_mm, item.height_mm or item.width_mm)


def yield_share(programme: Programme, item: Item, months: float) -> float:
    """Share of an item's units that are good, `months` after its plant opened."""
    technology = technology_of(programme, item)
    if technology is None:
        return item.yield_percent / 100
    if item.kind is ItemKind.DIE:
        share = defect_yield(technology, item, months)
    else:
        share = (
            learned(
                technology.yield_start_percent,
                technology.yield_mature_percent,
                technology.learning_months,
                months,
            )
            / 100
        )
    return share * item.yield_percent / 100


def defect_yield(technology: Technology, die: Item, months: float) -> float:
    """Yield of a die against random defects, with the defect density learned so far."""
    area_cm2 = (die.width_mm or 0.0) * (die.height_mm or die.width_mm or 0.0) / 100
    d0_per_cm2 = learned(
        technology.d0_start_per_cm2,
        technology.d0_mature_per_cm2,
        technology.learning_months,
        months,
    )
    return die_yield(
        technology.yield_model,
        area_cm2=area_cm2,
        d0_per_cm2=d0_per_cm2,
        alpha=technology.alpha,
        critical_area_ratio=technology.critical_area_ratio,
        layers=max(technology.mask_layers, 1),
    )


def children_per_parent(programme: Programme, component: Component, months: float) -> float:
    """Children used up for one good parent, `months` after the parent's plant opened.

    A blank quantity means a die from its wafer: 1 / (gross dies x die yield).
    """
    if component.quantity is not None:
        return component.quantity / (component.yield_percent / 100)
    parent: Item = by_key(programme.items)[component.parent]
    good = gross_dies(programme, component.parent) * yield_share(programme, parent, months)
    if good <= 0:
        return math.inf
    return 1 / (good * component.yield_percent / 100)


def learned(start: float, mature: float, tau_months: float, months: float) -> float:
    """A value on its exponential way from start to mature (form of economics, section 1.4)."""
    return mature + (start - mature) * math.exp(-max(months, 0.0) / tau_months)


def technology_of(programme: Programme, item: Item) -> Technology | None:
    """The technology that an item names, or None."""
    return by_key(programme.technologies)[item.technology] if item.technology else None


@lru_cache(maxsize=4096)
def wafer_dies(technology: Technology, width_mm: float, height_mm: float) -> int:
    """Dies of a size on a wafer of a technology, by exact placement."""
    return exact_dies_per_wafer(
        width_mm=width_mm,
        height_mm=height_mm,
        diameter_mm=technology.diameter_mm or 0.0,
        scribe_mm=technology.scribe_mm,
        edge_mm=technology.edge_mm,
    )


@lru_cache(maxsize=4096)
def panel_units(technology: Technology, width_mm: float, height_mm: float) -> int:
    """Items of a size on a panel of a technology, best of two rotations."""
    return units_per_panel(
        panel_width_mm=technology.panel_width_mm or 0.0,
        panel_height_mm=technology.panel_height_mm or 0.0,
        width_mm=width_mm,
        height_mm=height_mm,
        margin_mm=technology.edge_mm,
        gap_mm=technology.scribe_mm,
    )
