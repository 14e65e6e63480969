"""Rules for sizes: what a wafer or panel can hold, and how much of it can be good."""

from __future__ import annotations

from collections.abc import Iterator

from fabstack.check.faults import Fault, error, warning
from fabstack.check.technologies import has_lost_edge, has_model
from fabstack.economics.flow import defect_yield, gross_dies, technology_of, units_per_carrier
from fabstack.economics.reticle import FULL_FIELD_MM
from fabstack.model import Programme, by_key
from fabstack.model.items import Item, ItemKind
from fabstack.model.routes import Route
from fabstack.model.technology import Carrier, Technology

HOPELESS_SHARE = 0.01  # a yield below it is more likely a slip of a decimal than a process
MATURE_MONTHS = 1200.0


def sizeless_dies(programme: Programme) -> Iterator[Fault]:
    """Dies that should be counted on a wafer but lack size, technology or diameter."""
    for die in _counted_dies(programme):
        technology = technology_of(programme, die)
        if die.width_mm is None:
            yield _sizeless(die, "width_mm", f"die '{die.name}' has no size", "its width in mm")
        if technology is None:
            found = f"die '{die.name}' has no technology"
            yield _sizeless(die, "technology", found, "the technology of its wafer")
        elif technology.diameter_mm is None and technology.carrier is Carrier.WAFER:
            found = f"technology '{technology.name}' of die '{die.name}' has no wafer diameter"
            yield _sizeless(technology, "diameter_mm", found, "a diameter such as 300 mm")


def _sizeless(row: object, column: str, message: str, expected: str) -> Fault:
    cure = "without it nobody knows how many dies a wafer gives; or write the quantity of wafers"
    return error(row, column, "no-geometry", message, expected=expected, cure=cure)


def formatless_panels(programme: Programme) -> Iterator[Fault]:
    """Panel technologies of which units are counted but that have no panel size."""
    formatless = {
        technology.name: (route, technology)
        for route, item, technology in reversed(list(_on_panels(programme)))
        if item.width_mm and not (technology.panel_width_mm and technology.panel_height_mm)
    }
    for route, technology in formatless.values():
        yield error(
            technology,
            "panel_width_mm",
            "no-geometry",
            f"technology '{technology.name}' of route '{route.name}' has no panel size",
            expected="panel_width_mm and panel_height_mm, such as 510 and 515",
            cure="write them, or units_per_carrier of the route",
        )


def sizeless_units(programme: Programme) -> Iterator[Fault]:
    """Items of a panel line without a size: the count falls back to one a panel."""
    for route, item, technology in _on_panels(programme):
        if item.width_mm is None:
            yield warning(
                item,
                "width_mm",
                "one-per-panel",
                f"'{item.name}' has no size, so route '{route.name}' makes one from each "
                f"panel of '{technology.name}'",
                expected="its size in mm, or units_per_carrier of the route",
                cure="write width_mm and height_mm",
            )


def oversized_units(programme: Programme) -> Iterator[Fault]:
    """Dies and packages of which not one fits on its carrier."""
    for die in _counted_dies(programme):
        technology = technology_of(programme, die)
        if _is_countable(die, technology) and gross_dies(programme, die.name) == 0:
            yield _oversized(die, f"a wafer of '{die.technology}'")
    for route, item, technology in _on_panels(programme):
        known = item.width_mm and technology.panel_width_mm and technology.panel_height_mm
        if (
            known
            and not has_lost_edge(technology)
            and units_per_carrier(programme, route.name) == 0
        ):
            yield _oversized(item, f"a panel of '{technology.name}'")


def _oversized(item: Item, carrier: str) -> Fault:
    return error(
        item,
        "width_mm",
        "does-not-fit",
        f"'{item.name}' of {item.width_mm:g} x {item.height_mm or item.width_mm:g} mm does not fit "
        f"on {carrier}",
        expected="a size in mm that leaves room for edge and gap",
        cure="check the units",
    )


def dies_beyond_the_field(programme: Programme) -> Iterator[Fault]:
    """Dies that no single exposure can print (full field 26 x 33 mm)."""
    short, long = sorted(FULL_FIELD_MM)
    for die in _counted_dies(programme):
        sides = sorted((die.width_mm or 0.0, die.height_mm or die.width_mm or 0.0))
        if sides[0] > short or sides[1] > long:
            yield warning(
                die,
                "width_mm",
                "beyond-reticle",
                f"die '{die.name}' of {sides[0]:g} x {sides[1]:g} mm is larger than the exposure "
                f"field of {short:g} x {long:g} mm",
                expected="a die within the field, or one that is stitched",
                cure="check the units; split it into chiplets",
            )


def hopeless_yields(programme: Programme) -> Iterator[Fault]:
    """Dies of which less than one in a hundred is good even when the process is mature."""
    for die in _counted_dies(programme):
        technology = technology_of(programme, die)
        if technology is None or not _is_countable(die, technology) or not has_model(technology):
            continue
        share = defect_yield(technology, die, MATURE_MONTHS)
        if share < HOPELESS_SHARE:
            yield warning(
                technology,
                "d0_mature_per_cm2",
                "hopeless-yield",
                f"{share:.2g} of the dies '{die.name}' are good with mature "
                f"{technology.d0_mature_per_cm2:g} defects per cm2",
                expected="defects per cm2, not per wafer or layer (0.05 to 1 is usual)",
                cure="check unit and yield model",
            )


def _counted_dies(programme: Programme) -> list[Item]:
    """Dies whose number on a wafer follows from geometry."""
    items = by_key(programme.items)
    names = dict.fromkeys(row.parent for row in programme.components if row.quantity is None)
    return [items[name] for name in names if items[name].kind is ItemKind.DIE]


def _is_countable(die: Item, technology: Technology | None) -> bool:
    if die.width_mm is None or technology is None or technology.diameter_mm is None:
        return False
    return not has_lost_edge(technology)


def _on_panels(programme: Programme) -> Iterator[tuple[Route, Item, Technology]]:
    """Routes whose units on a panel follow from geometry."""
    items = by_key(programme.items)
    for route in programme.routes:
        technology = technology_of(programme, items[route.item])
        is_panel = technology is not None and technology.carrier is Carrier.PANEL
        if technology is not None and is_panel and route.units_per_carrier is None:
            yield route, items[route.item], technology
