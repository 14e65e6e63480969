"""Designed plants of Texas when full, each alone: no tool group is at its end, nothing piles up."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from fabstack.designer import read_library
from fabstack.designer.site import DesignedPlant, Grown, designed_plants
from fabstack.designer.site_rows import Site, read_site
from fabstack.formats import load
from fabstack.model import Programme
from fabstack.model.routes import Start
from fabstack.results.simulate_lots import measured
from fabstack.results.simulate_tools import utilisation_percent
from fabstack.simulate import simulate
from fabstack.simulate.run import SimulationResult

FOLDER = Path(__file__).resolve().parents[2] / "programmes" / "texas"
MOST_PERCENT = 97.0  # of available time
FIRST = date(2029, 1, 1)
KEPT = {"technologies", "items", "calendars"}
# plant, carriers a month of the stage, days of which the last half counts
STAGES = (
    ("texas-fab", 5_000, 365),
    ("texas-fab", 100_000, 120),
    ("bastrop-foplp", 2_000, 365),
    ("bastrop-foplp", 20_600, 120),
    ("bastrop-pcb", 656_600, 60),
    ("assembly", 2_100_000, 40),
)


@pytest.fixture(scope="module")
def texas() -> Programme:
    return load(FOLDER)


@pytest.fixture(scope="module")
def site() -> Site:
    return read_site(FOLDER / "design")


@pytest.fixture(scope="module")
def plants(site: Site) -> Mapping[str, DesignedPlant]:
    return {one.plant.plant: one for one in designed_plants(read_library(), site)}


def mixes(site: Site, plant: str) -> Iterator[dict[str, float]]:
    named = [row for row in site.mixes if row.plant == plant]
    for mix in dict.fromkeys(row.mix for row in named):
        yield {row.route: row.share_percent / 100 for row in named if row.mix == mix}


def alone(
    texas: Programme, one: DesignedPlant, grown: Grown, mix: Mapping[str, float]
) -> Programme:
    """A plant with the tools of a stage from the first day, and parts without end."""
    here = one.plant.plant
    tools = {one.plant.prefix + name: count for name, count in grown.tools.items()}
    routes = {row.name for row in texas.routes if row.plant == here}
    tables = {
        name: ()
        for name in type(texas).model_fields
        if name not in KEPT and isinstance(getattr(texas, name), tuple)
    }
    tables |= {
        "plants": tuple(replace(p, opens=None) for p in texas.plants if p.name == here),
        "tool_groups": tuple(
            replace(row, tools=tools.get(row.name, 0))
            for row in texas.tool_groups
            if row.plant == here
        ),
        "moves": tuple(row for row in texas.moves if row.plant == here),
        "routes": tuple(row for row in texas.routes if row.plant == here),
        "steps": tuple(row for row in texas.steps if row.route in routes),
        "starts": tuple(
            Start(
                route=route,
                date=FIRST,
                carriers_per_month=share * grown.stage.carriers_per_month,
            )
            for route, share in mix.items()
        ),
    }
    for table in ("breakdowns", "maintenances"):
        tables[table] = tuple(row for row in texas.table(table) if row.tool_group in tools)
    return texas.model_copy(update=tables)


def full(programme: Programme, days: float) -> SimulationResult:
    minutes = days * 1440
    return simulate(programme, until_min=minutes, warm_up_min=minutes / 2, replications=1)


@pytest.mark.parametrize(("plant", "volume", "days"), STAGES)
def test_a_full_plant_has_no_tool_group_at_its_end(
    texas: Programme,
    site: Site,
    plants: Mapping[str, DesignedPlant],
    plant: str,
    volume: float,
    days: float,
) -> None:
    one = plants[plant]
    every = (*one.stages, *one.others)
    grown = next(g for g in every if g.stage.carriers_per_month == volume)
    for mix in mixes(site, plant):
        result = full(alone(texas, one, grown, mix), days)
        busy = dict(zip(result.names.groups, busy_percent(result), strict=True))
        assert max(busy.values()) <= MOST_PERCENT, max(busy.items(), key=lambda item: item[1])
        inside = lots_inside(result)
        assert inside[-1] < 1.05 * inside[len(inside) * 3 // 4] + 20


def test_a_plant_without_one_tool_in_seven_is_at_its_end(
    texas: Programme, site: Site, plants: Mapping[str, DesignedPlant]
) -> None:
    one = plants["bastrop-foplp"]
    mix = next(mixes(site, "bastrop-foplp"))
    short = alone(texas, one, one.stages[-1], mix)
    fewer = [replace(row, tools=max(row.tools * 85 // 100, 1)) for row in short.tool_groups]
    result = full(short.model_copy(update={"tool_groups": tuple(fewer)}), 60)
    inside = lots_inside(result)
    assert max(busy_percent(result)) > MOST_PERCENT
    assert inside[-1] > 1.05 * inside[len(inside) * 3 // 4] + 20


def busy_percent(result: SimulationResult) -> np.ndarray:
    """Of the time in which tools are up, by tool group, after the warm-up."""
    return utilisation_percent(measured(result)[0].state_min)


def lots_inside(result: SimulationResult) -> np.ndarray:
    """Lots inside at the end of each day."""
    days = result.replications[0].days
    return (days.entered - days.left).sum(axis=1)
