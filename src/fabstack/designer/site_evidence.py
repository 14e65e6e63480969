"""Where the numbers of designed plants come from: prices one by one, whole columns at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from fabstack.designer.evidence import LIBRARY, NUMBERS, TIMES, price_source
from fabstack.designer.rows import Tool
from fabstack.designer.site import DesignedPlant
from fabstack.designer.sizing import ToolGroup
from fabstack.model import columns_of, tables
from fabstack.model.evidence import Grade, Source

# From the most to the least trusted: a column is as good as the worst of its numbers.
GRADES = (Grade.PUBLISHED, Grade.PRESS, Grade.ESTIMATE, Grade.CLAIM)
# Of a price or a lead time of which the library knows no range: an estimate.
LOW_SHARE, HIGH_SHARE = 0.65, 1.7
NOTE = "by kind of tool in the designer's tools.csv"


def plant_sources(one: DesignedPlant) -> Iterator[Source]:
    """A source for each price and lead time, and one for each other column of the plant."""
    rows = one.rows
    for group in one.groups:
        name = rows.group_name(group.name)
        yield _with_range(price_source(group, f"tool_groups/{name}/price_usd"), group.price_musd)
        yield _lead(group, f"tool_groups/{name}/lead_time_months")
    yield _floor(one)
    prefix, plant = one.plant.prefix, one.plant.plant
    tool = [group.tool for group in one.groups]
    told = ("price_usd", "lead_time_months")
    yield from _columns("tool_groups", f"{prefix}*", rows.tool_groups(), tool, "rest", told)
    yield from _columns("breakdowns", f"{prefix}*", rows.breakdowns(), tool, "upkeep")
    yield from _columns("maintenances", f"{prefix}*", rows.maintenances(), tool, "upkeep")
    yield from _columns("moves", f"{plant}:*", rows.moves(), (), "")
    most = one.made[0].flow.parameters["move_high_min"]
    for route in rows.routes():
        low, high = route.move.parameters[:2] if route.move else (0.0, 0.0)
        yield _estimate(f"routes/{route.name}/move", low, high, "transport (SMT2020) and dwell")
        yield _estimate(f"routes/{route.name}/move_raw_min", 0.0, most, "transport is no process")
    for made in one.made:
        own = [step for step in rows.steps() if step.route == made.route]
        kinds = {step.tool for step in made.flow.steps}
        used = [group.tool for group in one.groups if group.tool.kind in kinds]
        yield from _columns("steps", f"{made.route}:*", own, used, "rate")


def _columns(
    table: str,
    key: str,
    rows: Iterable[Any],
    kinds: Iterable[Tool],
    figures: str,
    told: Iterable[str] = (),
) -> Iterator[Source]:
    """A source for each column of numbers in which some row says more than the default."""
    listed, tools_used = list(rows), list(kinds)
    for column in columns_of(tables()[table]):
        own = any(getattr(row, column.name) != column.default for row in listed)
        if column.kind in NUMBERS and own and column.name not in told:
            cell = f"{table}/{key}/{column.name}"
            is_of_tools = figures and (table != "steps" or column.name in TIMES)
            yield _of_kinds(cell, tools_used if is_of_tools else [], figures)


def _of_kinds(cell: str, kinds: list[Tool], figures: str) -> Source:
    """Many numbers at once: the worst grade and the latest year of the kinds of tool."""
    grades = [getattr(tool, f"{figures}_grade") for tool in kinds]
    years = [getattr(tool, f"{figures}_year") for tool in kinds]
    return Source(
        cell=cell,
        unit="",
        year=max(years, default=2026),
        source=LIBRARY,
        grade=max(grades, key=GRADES.index, default=Grade.ESTIMATE),
        note=NOTE if kinds else "",
    )


def _lead(group: ToolGroup, cell: str) -> Source:
    tool, linked = group.tool, group.linked
    months = max(tool.lead_months, linked.lead_months if linked else 0.0)
    return Source(
        cell=cell,
        low=round(LOW_SHARE * months, 6),
        high=round(HIGH_SHARE * months, 6),
        unit="",
        year=tool.rest_year,
        source=tool.rest_source or LIBRARY,
        grade=tool.rest_grade,
        note="range: a normal year to a shortage, estimated",
    )


def _with_range(source: Source, price_musd: float) -> Source:
    if source.low is not None and source.high is not None:
        return source
    usd = price_musd * 1e6
    return replace(source, low=round(LOW_SHARE * usd), high=round(HIGH_SHARE * usd))


def _floor(one: DesignedPlant) -> Source:
    library = one.stages[-1].design.library
    factory = one.made[0].flow.technology.factory
    rows = library.parameters
    given = rows.get((factory, "clean_m2_per_footprint")) or rows["", "clean_m2_per_footprint"]
    tools_m2 = one.stages[-1].design.space.tools_m2
    return Source(
        cell=f"plants/{one.plant.plant}/floor_m2",
        low=round(tools_m2 * (given.low or 0.0)),
        high=round(tools_m2 * (given.high or 0.0)),
        unit="",
        year=given.year,
        source=given.source,
        grade=given.grade,
        note="clean room for each m2 of tools",
    )


def _estimate(cell: str, low: float, high: float, note: str) -> Source:
    return Source(
        cell=cell,
        low=low,
        high=high,
        unit="",
        year=2026,
        source=LIBRARY,
        grade=Grade.ESTIMATE,
        note=note,
    )
