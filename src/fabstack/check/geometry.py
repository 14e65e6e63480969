"""Rules for technologies and sizes: what a carrier can hold and which yields make sense."""

from __future__ import annotations

from collections.abc import Iterator

from fabstack.check.faults import Fault, error, warning
from fabstack.economics.flow import defect_yield, gross_dies, technology_of, units_per_carrier
from fabstack.economics.registry import UnknownNameError
from fabstack.economics.reticle import FULL_FIELD_MM
from fabstack.economics.yields import yield_model, yield_model_names
from fabstack.errors import did_you_mean
from fabstack.model import Programme, by_key
from fabstack.model.items import Item, ItemKind
from fabstack.model.routes import Route
from fabstack.model.technology import Carrier, Technology

HOPELESS_SHARE = 0.01  # a yield below it is more likely a slip of a decimal than a process
MATURE_MONTHS = 1200.0


def unknown_yield_models(programme: Programme) -> Iterator[Fault]:
    """Yield models that nobody has written."""
    for technology in programme.technologies:
        if not _has_model(technology):
            known = yield_model_names()
            yield error(
                technology,
                "yield_model",
                "unknown-yield-model",
                f"no yield model '{technology.yield_model}'",
                expected="one of " + ", ".join(known),
                cure=did_you_mean(technology.yield_model, known),
            )


def too_many_euv_layers(programme: Programme) -> Iterator[Fault]:
    """More EUV layers than lithography layers."""
    for technology in programme.technologies:
        if technology.euv_layers > technology.mask_layers:
            yield error(
                technology,
                "euv_layers",
                "euv-above-masks",
                f"'{technology.name}' exposes {technology.euv_layers} layers with EUV but has "
                f"{technology.mask_layers} mask layers in all",
                expected=f"at most {technology.mask_layers}",
                cure="mask_layers counts all lithography layers, EUV among them",
            )


def backward_learning(programme: Programme) -> Iterator[Fault]:
    """Processes that get worse while they mature."""
    for technology in programme.technologies:
        if technology.d0_mature_per_cm2 > technology.d0_start_per_cm2:
            yield _backward(technology, "d0_start_per_cm2", "d0_mature_per_cm2")
        if technology.yield_mature_percent < technology.yield_start_percent:
            yield _backward(technology, "yield_start_percent", "yield_mature_percent")


def _backward(technology: Technology, start: str, mature: str) -> Fault:
    return warning(
        technology,
        mature,
        "backward-learning",
        f"'{technology.name}' gets worse with time: {start} {getattr(technology, start):g}, "
        f"{mature} {getattr(technology, mature):g}",
        expected="mature values that are at least as good as those at the start",
        cure="a blank start is no defect and full yield; write both values, the worse one first",
    )


def lost_edges(programme: Programme) -> Iterator[Fault]:
    """Wafers and panels of which edge exclusion or margin leave nothing."""
    for technology in programme.technologies:
        sides = (technology.diameter_mm, technology.panel_width_mm, technology.panel_height_mm)
        smallest = min((side for side in sides if side is not None), default=None)
        if smallest is not None and 2 * technology.edge_mm >= smallest:
            yield error(
                technology,
                "edge_mm",
                "nothing-usable",
                f"an edge of {technology.edge_mm:g} mm leaves nothing of {smallest:g} mm",
                expected=f"below {smallest / 2:g} mm",
                cure="check the units",
            )


def wrong_carriers(programme: Programme) -> Iterator[Fault]:
    """Wafers and dies whose technology runs on panels or boards."""
    for item in programme.items:
        technology = technology_of(programme, item)
        on_wafers = item.kind in (ItemKind.WAFER, ItemKind.DIE)
        if on_wafers and technology and technology.carrier is not Carrier.WAFER:
            yield error(
                item,
                "technology",
                "wrong-carrier",
                f"{item.kind} '{item.name}' has technology '{technology.name}', "
                f"which runs on {technology.carrier}s",
                expected="a technology whose carrier is wafer",
                cure="name the wafer process here",
            )


def sizeless_dies(programme: Programme) -> Iterator[Fault]:
    """Dies that should be counted on a wafer but lack size, technology or diameter."""
    for die in _counted_dies(programme):
        technology = technology_of(programme, die)
        if die.width_mm is None:
            yield _sizeless(die, "width_mm", f"die '{die.name}' has no size", "its width in mm")
        if technology is None:
            found = f"die '{die.name}' has no technology"
            yield _sizeless(die, "technology", found, "the technology of its wafer")
        elif technology.diameter_mm is None:
            found = f"technology '{technology.name}' of die '{die.name}' has no wafer diameter"
            yield _sizeless(technology, "diameter_mm", found, "a diameter such as 300 mm")


def _sizeless(row: object, column: str, message: str, expected: str) -> Fault:
    cure = "without it nobody knows how many dies a wafer gives; or write the quantity of wafers"
    return error(row, column, "no-geometry", message, expected=expected, cure=cure)


def formatless_panels(programme: Programme) -> Iterator[Fault]:
    """Panel technologies of which units are counted but that have no panel size."""
    for route, item, technology in _on_panels(programme):
        if item.width_mm and not (technology.panel_width_mm and technology.panel_height_mm):
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
            and not _has_lost_edge(technology)
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
        if technology is None or not _is_countable(die, technology) or not _has_model(technology):
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


# --- Who is counted ---------------------------------------------------------------------------


def _counted_dies(programme: Programme) -> list[Item]:
    """Dies whose number on a wafer follows from geometry."""
    items = by_key(programme.items)
    names = dict.fromkeys(row.parent for row in programme.components if row.quantity is None)
    return [items[name] for name in names if items[name].kind is ItemKind.DIE]


def _is_countable(die: Item, technology: Technology | None) -> bool:
    if die.width_mm is None or technology is None or technology.diameter_mm is None:
        return False
    return not _has_lost_edge(technology)


def _has_lost_edge(technology: Technology) -> bool:
    sides = (technology.diameter_mm, technology.panel_width_mm, technology.panel_height_mm)
    return any(side is not None and 2 * technology.edge_mm >= side for side in sides)


def _has_model(technology: Technology) -> bool:
    try:
        yield_model(technology.yield_model)
    except UnknownNameError:
        return False
    return True


def _on_panels(programme: Programme) -> Iterator[tuple[Route, Item, Technology]]:
    """Routes whose units on a panel follow from geometry."""
    items = by_key(programme.items)
    for route in programme.routes:
        technology = technology_of(programme, items[route.item])
        is_panel = technology is not None and technology.carrier is Carrier.PANEL
        if technology is not None and is_panel and route.units_per_carrier is None:
            yield route, items[route.item], technology
