"""Rules for technologies: layers, learning, and what is left of a wafer or panel."""

from __future__ import annotations

from collections.abc import Iterator

from fabstack.check.faults import Fault, error, warning
from fabstack.economics.flow import technology_of
from fabstack.economics.registry import UnknownNameError
from fabstack.economics.yields import yield_model, yield_model_names
from fabstack.errors import did_you_mean
from fabstack.model import Programme
from fabstack.model.items import ItemKind
from fabstack.model.technology import Carrier, Technology


def unknown_yield_models(programme: Programme) -> Iterator[Fault]:
    """Yield models that nobody has written."""
    for technology in programme.technologies:
        if not has_model(technology):
            known = yield_model_names()
            yield error(
                technology,
                "yield_model",
                "unknown-yield-model",
                f"no yield model '{technology.yield_model}'",
                expected="one of " + ", ".join(known),
                cure=did_you_mean(technology.yield_model, known),
            )


def has_model(technology: Technology) -> bool:
    """Whether somebody has written the yield model of a technology."""
    try:
        yield_model(technology.yield_model)
    except UnknownNameError:
        return False
    return True


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


def has_lost_edge(technology: Technology) -> bool:
    """Whether edge exclusion or margin leave nothing of a wafer or panel."""
    sides = (technology.diameter_mm, technology.panel_width_mm, technology.panel_height_mm)
    return any(side is not None and 2 * technology.edge_mm >= side for side in sides)


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
