"""What the tests of packaging and board plants have in common."""

import csv
import math
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from fabstack.check import check
from fabstack.designer import Design, Library, design, expand, programme_of
from fabstack.formats import read, save
from fabstack.model import Programme
from fabstack.simulate.run import simulate

HOURS_PER_MONTH = 730.5
DAY_MIN = 1440


def needed(plant: Design) -> dict[str, float]:
    """Tools that each group needs, fractions and all."""
    return {group.name: group.needed for group in plant.groups}


def design_for_output(
    library: Library, technology: str, good_per_month: float, settings: dict[str, float]
) -> Design:
    """The plant out of which so many good items come in a month."""
    flow = expand(library, technology, settings)
    starts = good_per_month / flow.good_units_per_carrier
    return design(library, technology, starts, settings=settings)


def assert_never_fewer(less: Design, more: Design) -> None:
    """Every group of `less` is in `more`, with no fewer tools."""
    tools = {group.name: group.tools for group in more.groups}
    assert all(tools[group.name] >= group.tools for group in less.groups)
    assert more.money.capital_musd >= less.money.capital_musd
    assert more.headcount >= less.headcount


def assert_written_and_checked(plant: Design, folder: Path) -> None:
    """The plant comes back from its files as it was, and nothing is wrong with it."""
    programme = programme_of(plant)
    save(programme, folder)
    loaded = read(folder)
    assert loaded.programme == programme
    assert check(loaded) == ()


def assert_no_lot_is_stuck(programme: Programme, *, days: int, emptied_days: int) -> None:
    """Starts end after `days`; `emptied_days` later all that came in is out or scrapped."""
    (start,) = programme.starts
    last = start.date + timedelta(days=days)
    stop = replace(start, date=last, carriers_per_month=0.0)
    brief = programme.model_copy(update={"starts": (start, stop)})
    result = simulate(brief, until_min=(days + emptied_days) * DAY_MIN, warm_up_min=0.0, seed=3)
    books = result.replications[0].readings[-1]
    assert books.carriers_entered.sum() > 0
    assert books.entered.sum() == books.left.sum() + books.scrapped.sum()
    assert books.carriers_entered.sum() == books.carriers_left.sum() + books.carriers_scrapped.sum()
    made = round(programme.routes[0].units_per_carrier or 1) * books.carriers_left.sum()
    assert books.arrived.sum() + books.lost.sum() == made
    good = programme.items[0].yield_percent / 100
    error = 4 * math.sqrt(good * (1 - good) / made)  # four standard errors
    assert books.arrived.sum() / made == pytest.approx(good, abs=error + 1e-12)


def assert_catalogue_is_complete(shared: Path, library: Library, plant: str) -> None:
    """Each row of the reference catalogue is a tool with its price, CEE, floor and stops."""
    with (shared / "data" / "tool_catalogue.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["plant"] == plant]
    assert rows
    tools = library.tools.values()
    known = {
        (t.price_musd, t.price_low, t.price_high, t.cee, t.footprint_m2, t.mttf_h) for t in tools
    }
    columns = ("price_musd", "price_low", "price_high", "cee", "footprint_m2", "mttf_h")
    assert {tuple(float(row[column]) for column in columns) for row in rows} <= known
