"""What a designed plant costs, and the space and power it takes.

    capital = tool prices x (1 + support + installation) / (1 - share of the building)

with the shares as parameters of the factory: 15 percent support and a quarter for the building
unless said otherwise; the CSM workbook of 2001 takes 20 and 15 percent, and space by the m2.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fabstack.designer.sizing import ToolGroup

MONTHS_PER_YEAR = 12


@dataclass(frozen=True, slots=True)
class Money:
    """Capital and what follows from it, in the parameters' price year."""

    purchase_musd: float  # tools alone
    equipment_musd: float  # with support and installation
    building_musd: float
    capital_musd: float
    depreciation_usd_per_carrier: float  # of the equipment, for each carrier started
    maintenance_usd_per_carrier: float  # for each carrier started
    space_usd_per_carrier: float  # building and upkeep by the m2, for each carrier finished


@dataclass(frozen=True, slots=True)
class Space:
    """Floor of a plant."""

    tools_m2: float
    clean_room_m2: float
    sub_fab_m2: float


def money_of(
    groups: Sequence[ToolGroup],
    space: Space,
    parameters: Mapping[str, float],
    *,
    started_per_month: float,
    finished_per_month: float,
) -> Money:
    """Capital of a plant, and its yearly costs on the carriers of a year."""
    purchase = sum(group.tools * group.price_musd for group in groups)
    on_top = (parameters["support_percent"] + parameters["installation_percent"]) / 100
    equipment = purchase * (1 + on_top)
    capital = equipment / (1 - parameters["building_share_percent"] / 100)
    started = started_per_month * MONTHS_PER_YEAR
    upkeep = purchase * parameters["maintenance_percent_per_year"] / 100
    return Money(
        purchase_musd=purchase,
        equipment_musd=equipment,
        building_musd=capital - equipment,
        capital_musd=capital,
        depreciation_usd_per_carrier=equipment * 1e6 / parameters["equipment_life_years"] / started,
        maintenance_usd_per_carrier=upkeep * 1e6 / started,
        space_usd_per_carrier=_space_usd_per_year(space, parameters)
        / (finished_per_month * MONTHS_PER_YEAR),
    )


def _space_usd_per_year(space: Space, parameters: Mapping[str, float]) -> float:
    total = 0.0
    for name, area_m2 in (("clean_room", space.clean_room_m2), ("sub_fab", space.sub_fab_m2)):
        build = parameters[f"{name}_usd_per_m2"] / parameters["building_life_years"]
        total += area_m2 * (build + parameters[f"{name}_usd_per_m2_year"])
    return total


def space_of(groups: Sequence[ToolGroup], parameters: Mapping[str, float]) -> Space:
    """Floor for the tools of a plant, each m2 with its share of clean room and sub-fab."""
    tools_m2 = sum(group.tools * group.footprint_m2 for group in groups)
    return Space(
        tools_m2,
        tools_m2 * parameters["clean_m2_per_footprint"],
        tools_m2 * parameters["sub_fab_m2_per_footprint"],
    )


def power_mw(groups: Sequence[ToolGroup], parameters: Mapping[str, float]) -> float:
    """Average electricity of a plant: its tools' at their duty, and what the facility adds."""
    connected_kw = sum(group.tools * group.power_kw for group in groups)
    tools_kw = connected_kw * parameters["power_duty_percent"] / 100
    return tools_kw / (parameters["tool_power_share_percent"] / 100) / 1000
