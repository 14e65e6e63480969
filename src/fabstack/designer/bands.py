"""A design beside what is published: each measure with its range, and the ratio to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from fabstack.designer.design import Design
from fabstack.designer.rows import Band

METROLOGY = ("metrology", "test")  # areas that change nothing on a carrier


@dataclass(frozen=True, slots=True)
class Beside:
    """One measure of a design, with the published range where there is one."""

    measure: str
    value: float
    unit: str
    band: Band | None

    @property
    def is_inside(self) -> bool | None:
        """Whether the value lies in the range; None without one."""
        return None if self.band is None else self.band.low <= self.value <= self.band.high

    @property
    def ratio(self) -> float | None:
        """Value over the middle of the range; None without one."""
        if self.band is None:
            return None
        return self.value / ((self.band.low + self.band.high) / 2)


def beside_published(design: Design) -> tuple[Beside, ...]:
    """Every measure of a design, each with the range for its technology or for all."""
    return tuple(
        Beside(measure, work_out(design), unit, band_of(design, measure))
        for measure, (unit, work_out) in MEASURES.items()
        if _concerns(design, measure)
    )


def _concerns(design: Design, measure: str) -> bool:
    if measure in _OF_EUV:
        return _euv_masks(design) > 0
    return measure not in _OF_MASKS or bool(design.flow.masks)


def band_of(design: Design, measure: str) -> Band | None:
    """The published range of a measure, for the technology, its factory, or all."""
    technology = design.flow.technology
    for scope in (technology.name, technology.factory, ""):
        if (band := design.library.bands.get((scope, measure))) is not None:
            return band
    return None


def _in_thousands(design: Design, value: float) -> float:
    return value / (design.carriers_per_month / 1000)


def _process_visits(design: Design) -> float:
    visits = design.flow.visits_by_area.items()
    return sum(count for area, count in visits if area not in METROLOGY)


def _litho_share_percent(design: Design) -> float:
    litho = sum(group.tools * group.price_musd for group in design.scanners)
    return 100 * litho / design.money.purchase_musd if design.money.purchase_musd else 0.0


def _counted_steps(design: Design) -> float:
    """Steps as they are usually counted: coat and develop apart from the exposure."""
    return len(design.flow.steps) + 2 * design.flow.masks.total()


def _wafers_per_euv_layer(design: Design) -> float:
    """Wafers a month that one scanner gives one layer: the rule of ASML says 45,000."""
    scanners = design.euv_scanners
    return design.carriers_per_month * _euv_masks(design) / scanners if scanners else 0.0


def _euv_masks(design: Design) -> float:
    kinds = design.library.masks
    return float(sum(count for mask, count in design.flow.masks.items() if kinds[mask].euv))


def _floor_m2_per_person(design: Design) -> float:
    floor_m2 = design.space.clean_room_m2 + design.space.sub_fab_m2
    return floor_m2 / max(design.headcount, 1)


def _per_level(count: Callable[[Design], float]) -> Callable[[Design], float]:
    return lambda design: count(design) / max(design.flow.levels, 1)


_OF_EUV = {"euv_masks", "wafers_per_euv_layer"}
_OF_MASKS = {"masks", "counted_steps", "litho_cells_per_1000", "litho_share_percent"}

MEASURES: Mapping[str, tuple[str, Callable[[Design], float]]] = {
    "masks": ("", lambda d: float(d.flow.masks.total())),
    "euv_masks": ("", _euv_masks),
    "listed_steps": ("", lambda d: float(len(d.flow.steps))),
    "counted_steps": ("", _counted_steps),
    "process_visits": ("", _process_visits),
    "listed_visits_per_level": ("", _per_level(lambda d: float(len(d.flow.steps)))),
    "visits_per_level": ("", _per_level(lambda d: sum(d.flow.visits))),
    "tools_per_1000": ("tools", lambda d: _in_thousands(d, d.tools)),
    "litho_cells_per_1000": (
        "tools",
        lambda d: _in_thousands(d, sum(group.tools for group in d.scanners)),
    ),
    "wafers_per_euv_layer": ("wafers", _wafers_per_euv_layer),
    "litho_share_percent": ("percent", _litho_share_percent),
    "building_share_percent": (
        "percent",
        lambda d: 100 * d.money.building_musd / d.money.capital_musd if d.tools else 0.0,
    ),
    "tool_price_musd_per_1000": ("MUSD", lambda d: _in_thousands(d, d.money.purchase_musd)),
    "capital_musd_per_1000": ("MUSD", lambda d: _in_thousands(d, d.money.capital_musd)),
    "clean_room_m2_per_1000": ("m2", lambda d: _in_thousands(d, d.space.clean_room_m2)),
    "people_per_1000": ("people", lambda d: _in_thousands(d, d.headcount)),
    "capital_musd_per_person": ("MUSD", lambda d: d.money.capital_musd / max(d.headcount, 1)),
    "floor_m2_per_person": ("m2", _floor_m2_per_person),
    "power_mw_per_10000": ("MW", lambda d: 10 * _in_thousands(d, d.power_mw)),
}
