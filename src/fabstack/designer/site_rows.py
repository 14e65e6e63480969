"""The tables that say which plants a programme has designed: products, mixes, and stages of growth.

They lie in a folder of their own, such as `programmes/texas/design`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fabstack.errors import Finding, InputError, did_you_mean
from fabstack.formats.faults import Fault, Unreadable
from fabstack.formats.folder import csv_sheet
from fabstack.formats.places import Place
from fabstack.formats.tables import Table, read_table
from fabstack.model.days import Day
from fabstack.model.fields import chosen, counted, measured, named, refers, row, worded

WHOLE_PERCENT = 1e-6  # that the shares of a mix may miss a hundred by


@row("plant")
class SitePlant:
    """A plant of the programme whose tools and routes the designer writes."""

    plant: str = named("of the programme")
    prefix: str = worded("that the names of its tool groups begin with")
    settings: str = worded("of all products: 'dwell_min=60 line_yield_percent=100'")
    loads: str = worded("percent of available time by kind of tool: 'litho_euv=92'")


@row("route")
class SiteProduct:
    """What a plant makes: a route of the programme, by a technology of the library."""

    plant: str = refers("plants", "where")
    route: str = named("of the programme")
    item: str = named("of the programme that comes out")
    technology: str = named("of the library")
    carriers_per_lot: int | None = counted("blank: as the technology says", default=None, ge=1)
    settings: str = worded("parameters of this product: 'rdl_layers=2 die_width_mm=5'")


@row("plant", "mix", "route")
class MixShare:
    """A product's part of a mix; a plant is sized so that it holds each of its mixes."""

    plant: str = refers("plants", "where")
    mix: str = named("such as all-modules; the first one counts for money a carrier")
    route: str = refers("products", "which")
    share_percent: float = measured("percent", "of the carriers started", gt=0, le=100)


@row("plant", "phase", "date", "scenario")
class Stage:
    """Growth of a plant: what it starts in all from a day on."""

    plant: str = refers("plants", "which")
    phase: str = named("of the programme that pays for it")
    date: Day | None = chosen(
        "tools are released for production; blank: there on the first day", default=None
    )
    carriers_per_month: float = measured("", "started in all, earlier stages in it", gt=0)
    scenario: str = named("in which the first day has this instead; blank: base", default="")
    loads: str = worded("of this stage, over those of the plant: 'furn_ox=70'")
    meaning: str = worded("what the volume is")


TABLES: Mapping[str, type] = {
    "plants": SitePlant,
    "products": SiteProduct,
    "mixes": MixShare,
    "stages": Stage,
}


@dataclass(frozen=True)
class Site:
    """All tables of a folder."""

    plants: tuple[SitePlant, ...]
    products: tuple[SiteProduct, ...]
    mixes: tuple[MixShare, ...]
    stages: tuple[Stage, ...]


def read_site(folder: Path) -> Site:
    """The tables in a folder.

    Raises:
        InputError: one is missing or wrong; the error carries every finding.
    """
    tables: dict[str, Table] = {}
    findings: list[Finding] = []
    for name, row_class in TABLES.items():
        try:
            tables[name] = read_table(csv_sheet(name, folder / f"{name}.csv"), row_class)
            findings.extend(tables[name].findings())
        except Unreadable as error:
            findings.append(error.finding)
    if not findings:
        findings.extend(_between(tables))
    if findings:
        raise InputError(findings)
    return Site(**{name: table.rows for name, table in tables.items()})


def _between(tables: Mapping[str, Table]) -> Iterator[Finding]:
    """Faults between the rows: names that point nowhere, mixes that are not whole, no stage."""
    plants = [row.plant for row in tables["plants"].rows]
    routes = {row.route: row.plant for row in tables["products"].rows}
    for name in ("products", "mixes", "stages"):
        yield from _strangers(tables[name], "plant", plants)
    yield from _strangers(tables["mixes"], "route", list(routes))
    yield from _foreign(tables["mixes"], routes)
    yield from _broken_mixes(tables["mixes"])
    for name in ("products", "mixes", "stages"):
        there = {row.plant for row in tables[name].rows if not getattr(row, "scenario", "")}
        for place, plant in enumerate(plants):
            if plant not in there:
                fault = Fault("nothing-given", f"'{plant}' has no row in {name}", "at least one")
                yield fault.at(tables["plants"].place(place, "plant"))


def _strangers(table: Table, column: str, known: list[str]) -> Iterator[Finding]:
    for place, one in enumerate(table.rows):
        if (name := getattr(one, column)) not in known:
            cure = did_you_mean(name, known)
            fault = Fault("unknown-reference", f"no {column} '{name}'", cure=cure)
            yield fault.at(table.place(place, column))


def _foreign(table: Table, plant_of: Mapping[str, str]) -> Iterator[Finding]:
    for place, one in enumerate(table.rows):
        home = plant_of.get(one.route, one.plant)
        if home != one.plant:
            fault = Fault("other-plant", f"'{one.route}' is made in '{home}'", f"'{one.plant}'")
            yield fault.at(table.place(place, "route"))


def _broken_mixes(table: Table) -> Iterator[Finding]:
    sums: Counter[Any] = Counter()
    first: dict[Any, Place] = {}
    for place, one in enumerate(table.rows):
        sums[one.plant, one.mix] += one.share_percent
        first.setdefault((one.plant, one.mix), table.place(place, "share_percent"))
    for key, total in sums.items():
        if abs(total - 100) > WHOLE_PERCENT:
            found = f"the shares of mix '{key[1]}' of '{key[0]}' add up to {total:g} percent"
            yield Fault("bad-mix", found, "100 percent").at(first[key])


def numbers_in(text: str, place: str) -> dict[str, float]:
    """Numbers by name from a cell such as `layers=8 buildups=1`.

    Raises:
        InputError: it is spelt otherwise; `place` says of what.
    """
    found: dict[str, float] = {}
    for part in text.split():
        name, equals, number = part.partition("=")
        try:
            found[name if equals else ""] = float(number)
        except ValueError:
            fault = Fault("bad-setting", f"'{part}' is no NAME=NUMBER", "such as layers=8")
            raise InputError([fault.at(Place(place))]) from None
    return found
