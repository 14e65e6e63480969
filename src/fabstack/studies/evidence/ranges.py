"""Designed plants measure by measure beside published ranges, and why some lie outside."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from fabstack.designer import Beside, Design, Library, beside_published, design
from fabstack.studies.evidence.markdown import NOTHING, listed, number, ratio, table

OF_THE_ROUTE = (  # the same at any volume
    "masks",
    "euv_masks",
    "counted_steps",
    "process_visits",
    "listed_visits_per_level",
    "visits_per_level",
)
GIVEN = "building_share_percent"  # a parameter; `floor` holds it against another way to price
ANY_VOLUME = "design"  # over the one column of a measure of the route
IN_WORDS = {
    "masks": "Masks",
    "euv_masks": "EUV masks",
    "counted_steps": "Steps, coat and develop counted apart",
    "process_visits": "Process visits of a lot",
    "listed_visits_per_level": "Steps on the route for each mask",
    "visits_per_level": "Visits for each mask, after sampling",
    "tools_per_1000": "Tools for 1,000 a month",
    "litho_cells_per_1000": "Lithography cells for 1,000 a month",
    "wafers_per_euv_layer": "Wafers a month that one EUV scanner gives one layer",
    "litho_share_percent": "Lithography's share of the price of all tools, percent",
    "tool_price_musd_per_1000": "Price of the tools for 1,000 a month, MUSD",
    "capital_musd_per_1000": "Capital for 1,000 a month, MUSD",
    "clean_room_m2_per_1000": "Clean room for 1,000 a month, m2",
    "people_per_1000": "People for 1,000 a month",
    "capital_musd_per_person": "Capital for each person, MUSD",
    "floor_m2_per_person": "Clean room and sub-fab for each person, m2",
    "power_mw_per_10000": "Electricity for 10,000 a month, MW",
}


@dataclass(frozen=True)
class Row:
    """One measure of one technology at every volume, in their order."""

    technology: str
    besides: tuple[Beside, ...]

    @property
    def first(self) -> Beside:
        """At the smallest volume."""
        return self.besides[0]


@dataclass(frozen=True)
class Ranges:
    """Designs of several technologies at the same volumes, beside what is published."""

    library: Library
    technologies: Sequence[str]
    volumes: Sequence[float]

    @cached_property
    def designs(self) -> dict[str, tuple[Design, ...]]:
        """Technology -> its design at every volume."""
        return {
            name: tuple(design(self.library, name, volume) for volume in self.volumes)
            for name in self.technologies
        }

    @cached_property
    def measures(self) -> dict[str, list[Row]]:
        """Measure -> its rows; measures of which nothing is published are left out."""
        found: defaultdict[str, list[Row]] = defaultdict(list)
        for name, designs in self.designs.items():
            for besides in zip(*map(beside_published, designs), strict=True):
                found[besides[0].measure].append(Row(name, besides))
        return {
            measure: rows
            for measure, rows in found.items()
            if measure != GIVEN and any(row.first.band is not None for row in rows)
        }

    def tables(self) -> str:
        """A table for each measure, and below it why a design lies outside."""
        return "\n".join(self._table(measure, rows) for measure, rows in self.measures.items())

    def _table(self, measure: str, rows: Sequence[Row]) -> str:
        labels = [f"{volume:,.0f}" for volume in self.volumes]
        if measure in OF_THE_ROUTE:
            labels = [ANY_VOLUME]
        values = [cell for label in labels for cell in (label, "ratio")]
        head = ["technology", "range", *values, "grade", "year", "source"]
        text = table(head, ([*_cells(row, len(labels))] for row in rows))
        reasons = "".join(_reasons(rows, labels))
        return f"#### {IN_WORDS[measure]}\n\n{text}" + (f"\n{reasons}" if reasons else "")

    def known(self, volume: int | None) -> list[Beside]:
        """Figures with a published range, at the place of a volume; None: of the routes."""
        return [
            row.besides[volume or 0]
            for measure, rows in self.measures.items()
            for row in rows
            if (measure in OF_THE_ROUTE) == (volume is None) and row.first.band is not None
        ]


def counts(*several: Ranges) -> str:
    """How many figures have a published range, and how many of them lie inside."""
    lines = [("routes", [beside for ranges in several for beside in ranges.known(None)])]
    for ranges in several:
        for place, volume in enumerate(ranges.volumes):
            carrier = ranges.designs[ranges.technologies[0]][0].flow.technology.carrier
            about = f"{volume:,.0f} {carrier}s a month" + (
                f" ({listed(ranges.technologies)})" if len(several) > 1 else NOTHING
            )
            lines.append((about, ranges.known(place)))
    rows = ((about, str(len(known)), str(_inside(known))) for about, known in lines if known)
    return table(("designs", "figures", "inside"), rows)


def _inside(known: Sequence[Beside]) -> int:
    return sum(beside.is_inside is True for beside in known)


def _cells(row: Row, columns: int) -> Iterator[str]:
    band = row.first.band
    yield row.technology
    yield f"{number(band.low)} to {number(band.high)}" if band else "none known"
    for beside in row.besides[:columns]:
        yield number(beside.value) + ("*" if beside.is_inside is False else "")
        yield ratio(beside.ratio)
    yield from (str(band.grade), str(band.year), band.source) if band else (NOTHING,) * 3


def _reasons(rows: Sequence[Row], labels: Sequence[str]) -> Iterator[str]:
    """One line for each reason: which designs lie outside, and the sentence of the range."""
    cases: defaultdict[str, list[str]] = defaultdict(list)
    for row in rows:
        besides = zip(labels, row.besides, strict=False)
        outside = [label for label, beside in besides if beside.is_inside is False]
        if outside and row.first.band is not None:
            where = NOTHING if outside == [ANY_VOLUME] else f" at {listed(outside)}"
            cases[row.first.band.why].append(row.technology + where)
    for why, which in cases.items():
        yield f"- \\* {'; '.join(which)}: {why}.\n"
