"""Two ways to price a building that know nothing of each other."""

from __future__ import annotations

from collections.abc import Mapping

from fabstack.designer import Design
from fabstack.studies.evidence.markdown import number, ratio, table

HEAD = (
    "technology",
    "clean room m2",
    "sub-fab m2",
    "by the m2, MUSD",
    "by its share, MUSD",
    "ratio",
)


def building_musd(plant: Design) -> float:
    """Clean room and sub-fab at their building costs by the m2 (CSM workbook 2001), MUSD."""
    given, space = plant.flow.parameters, plant.space
    clean = space.clean_room_m2 * given["clean_room_usd_per_m2"]
    return (clean + space.sub_fab_m2 * given["sub_fab_usd_per_m2"]) / 1e6


def buildings(plants: Mapping[str, Design]) -> str:
    """The building of each plant by the m2 and by its share."""
    return table(HEAD, (_cells(name, plant) for name, plant in plants.items()))


def _cells(name: str, plant: Design) -> tuple[str, ...]:
    by_area, by_share = building_musd(plant), plant.money.building_musd
    space = plant.space
    figures = (space.clean_room_m2, space.sub_fab_m2, by_area, by_share)
    return (name, *map(number, figures), ratio(by_area / by_share))
