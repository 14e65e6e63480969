"""The page: texts with the tables that designs made now fill in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fabstack.designer import Library, expand
from fabstack.model import Programme
from fabstack.studies.evidence.floor import buildings
from fabstack.studies.evidence.plants import compared_plants, plants_beside, spread_of
from fabstack.studies.evidence.ranges import Ranges, counts
from fabstack.studies.evidence.testbed import (
    CSM_MASKS,
    DAYS,
    LOADS,
    WARM_UP_DAYS,
    Pair,
    masks_by_route,
    pair_of,
)
from fabstack.studies.evidence.testbed_tables import (
    areas,
    areas_of_designs,
    behaviour,
    visits_between,
    whole,
    why_fewer_tools,
)
from fabstack.studies.evidence.times import DAYS as TIMED_DAYS
from fabstack.studies.evidence.times import cycle_times, times_table

TEXTS = Path(__file__).parent
FABS = (10_000.0, 45_000.0, 100_000.0)  # wafers a month
USUAL = 1  # place of the volume at which all else is shown
PACKAGING = ("foplp-face-down", "foplp-face-up", "foplp-rdl-first")
PANELS = (2_000.0, 10_000.0, 43_482.0)  # a month; the last is 10,000 a week, as Novara
BOARDS = ("pcb-hdi", "pcb-any-layer")
BOARD_PANELS = (60_000.0, 180_000.0, 600_000.0)


def page(library: Library, testbed: Programme) -> str:
    """The whole page; `testbed` is SMT2020's HVLM.

    Raises:
        InputError: the programme is not the testbed.
    """
    pair = pair_of(library, testbed)
    return published_sections(library) + testbed_section(library, pair)


def published_sections(library: Library) -> str:
    """Fabs, packaging and boards beside what is published."""
    return _filled("published.md", {**_fabs(library), **_panels(library)})


def testbed_section(library: Library, pair: Pair) -> str:
    """The designed fab beside the testbed."""
    between, count = visits_between(pair)
    return "\n" + _filled(
        "testbed.md",
        {
            "week": pair.designed.wafers_per_week,
            "masks": " and ".join(map(str, masks_by_route(pair.testbed.programme).values())),
            "node": pair.designed.title,
            "node_masks": pair.designed.shape.masks,
            "whole": whole(pair),
            "csm_masks": CSM_MASKS,
            "areas": areas(pair),
            "between": between,
            "area_count": count,
            "factors": why_fewer_tools(pair),
            "usual": FABS[USUAL],
            "nodes": areas_of_designs(pair, fab_ranges(library).designs, USUAL),
            "loads": ", ".join(f"{load:g}" for load in LOADS),
            "days": DAYS,
            "warm_up": WARM_UP_DAYS,
            "behaviour": behaviour(pair),
        },
    )


def fab_ranges(library: Library) -> Ranges:
    """Every technology of a fab at the volumes of the page."""
    found = library.technologies.items()
    return Ranges(library, [name for name, one in found if one.plant_kind == "fab"], FABS)


def _fabs(library: Library) -> dict[str, Any]:
    ranges, plants = fab_ranges(library), compared_plants(library, ("fab",))
    usual = {name: designs[USUAL] for name, designs in ranges.designs.items()}
    times = cycle_times(usual)
    shares = [time.explained_share for time in times]
    return {
        "fab_counts": counts(ranges),
        "fab_spread": spread_of(plants),
        "fab_plants": plants_beside(plants),
        "building_share": next(iter(usual.values())).flow.parameters["building_share_percent"],
        "usual": FABS[USUAL],
        "buildings": buildings(usual),
        "days": TIMED_DAYS,
        "least": min(shares),
        "most": max(shares),
        "times": times_table(times),
        "fab_tables": ranges.tables(),
    }


def _panels(library: Library) -> dict[str, Any]:
    packaging = Ranges(library, PACKAGING, PANELS)
    boards = Ranges(library, BOARDS, BOARD_PANELS)
    on_panels = expand(library, PACKAGING[0]).parameters
    on_boards = expand(library, BOARDS[-1]).parameters
    return {
        **on_panels,
        "layers": on_boards["layers"],
        "board_panel_width_mm": on_boards["panel_width_mm"],
        "board_panel_height_mm": on_boards["panel_height_mm"],
        "panel_counts": counts(packaging, boards),
        "panel_plants": plants_beside(compared_plants(library, ("packaging", "pcb"))),
        "packaging_tables": packaging.tables(),
        "board_tables": boards.tables(),
    }


def _filled(name: str, figures: dict[str, Any]) -> str:
    return (TEXTS / name).read_text(encoding="utf-8").format(**figures)
