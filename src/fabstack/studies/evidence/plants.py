"""Whole plants that were announced, each beside a design of its technology and volume."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from fabstack.designer import Design, Library, design, expand
from fabstack.errors import InputError
from fabstack.formats.folder import csv_sheet
from fabstack.formats.tables import read_table
from fabstack.model.evidence import Grade
from fabstack.model.fields import chosen, counted, measured, named, row, worded
from fabstack.studies.evidence.markdown import NOTHING, number, ratio, table

FILE = Path(__file__).with_name("plants.csv")
AREA = "m2"  # what a volume may count instead of carriers


@row("plant")
class PublishedPlant:
    """A plant as it was announced or described; blank is what nobody has said."""

    plant: str = named("unique name")
    technology: str = named("that it is designed as")
    volume: float = measured("", "started in a month", gt=0)
    volume_of: str = named("what is counted: carrier, or m2 of them")
    capital_musd: float | None = measured("", "million USD", default=None, gt=0)
    people: float | None = measured("", "persons", default=None, gt=0)
    clean_room_m2: float | None = measured("m2", "clean room", default=None, gt=0)
    floor_m2: float | None = measured("m2", "floor for making in all", default=None, gt=0)
    year: int = counted("it is of", ge=1900)
    grade: Grade = chosen("how sure")
    source: str = worded("who says so", default=...)
    note: str = worded("what has to be known to compare", default=...)


def published_plants(file: Path = FILE) -> tuple[PublishedPlant, ...]:
    """The plants of a table.

    Raises:
        InputError: the table is wrong, with every finding.
    """
    found = read_table(csv_sheet("plants", file), PublishedPlant)
    if findings := list(found.findings()):
        raise InputError(findings)
    return tuple(found.rows)


def designed_like(library: Library, plant: PublishedPlant) -> Design:
    """A plant of the same technology and volume."""
    each = _panel_m2(library, plant.technology) if plant.volume_of == AREA else 1.0
    return design(library, plant.technology, plant.volume / each)


def _panel_m2(library: Library, technology: str) -> float:
    given = expand(library, technology).parameters
    return given["panel_width_mm"] * given["panel_height_mm"] / 1e6


@dataclass(frozen=True)
class Compared:
    """One figure of a published plant beside that of the design."""

    plant: PublishedPlant
    what: str
    published: float
    designed: float

    @property
    def ratio(self) -> float:
        """Of the design to what is published."""
        return self.designed / self.published


def compared_plants(library: Library, kinds: tuple[str, ...]) -> tuple[Compared, ...]:
    """Every known figure of the published plants of some kinds (fab, packaging, pcb)."""
    return tuple(
        compared
        for plant in published_plants()
        if library.technologies[plant.technology].plant_kind in kinds
        for compared in _figures(library, plant)
    )


def _figures(library: Library, plant: PublishedPlant) -> Iterator[Compared]:
    designed = designed_like(library, plant)
    space = designed.space
    figures = {
        "capital, MUSD": (plant.capital_musd, designed.money.capital_musd),
        "people": (plant.people, designed.headcount),
        "clean room, m2": (plant.clean_room_m2, space.clean_room_m2),
        "floor, m2": (plant.floor_m2, space.clean_room_m2 + space.sub_fab_m2),
    }
    for what, (published, value) in figures.items():
        if published is not None:
            yield Compared(plant, what, published, value)


# --- In Markdown ----------------------------------------------------------------------------------

HEAD = ("plant", "designed as", "started a month", "what", "published", "designed", "ratio")
TAIL = ("grade", "year", "source")
SPREAD = ("what", "plants", "least ratio", "median", "most")


def spread_of(figures: Sequence[Compared]) -> str:
    """The ratios of each kind of figure: the least, the middle and the most."""
    ratios: defaultdict[str, list[float]] = defaultdict(list)
    for figure in figures:
        ratios[figure.what].append(figure.ratio)
    return table(SPREAD, ((what, *_spread(found)) for what, found in ratios.items()))


def _spread(found: Sequence[float]) -> tuple[str, ...]:
    return (str(len(found)), *map(ratio, (min(found), median(found), max(found))))


def plants_beside(figures: Sequence[Compared]) -> str:
    """A line for each figure, and what has to be known of each plant to compare."""
    plants = dict.fromkeys(figure.plant for figure in figures)
    notes = "".join(f"- {plant.plant}: {plant.note}.\n" for plant in plants)
    return f"{table((*HEAD, *TAIL), map(_cells, figures))}\n{notes}"


def _cells(figure: Compared) -> tuple[str, ...]:
    plant = figure.plant
    unit = f" {plant.volume_of}" if plant.volume_of == AREA else NOTHING
    about = (plant.plant, plant.technology, f"{plant.volume:,.0f}{unit}", figure.what)
    values = (number(figure.published), number(figure.designed), ratio(figure.ratio))
    return (*about, *values, str(plant.grade), str(plant.year), plant.source)
