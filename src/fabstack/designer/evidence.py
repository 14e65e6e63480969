"""Where each number of a designed plant comes from, cell by cell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from fabstack.designer.design import Design
from fabstack.designer.sizing import ToolGroup
from fabstack.model import Programme, columns_of, key_of, tables
from fabstack.model.evidence import Grade, Source

NUMBERS = ("number", "distribution")
TIMES = ("process", "interval_min", "batch_minimum", "batch_maximum", "load_min", "unload_min")
LIBRARY = "fabstack design: flows, modules and parameters of its library"


def sources_of(
    design: Design, programme: Programme, groups: Mapping[str, ToolGroup]
) -> tuple[Source, ...]:
    """A source for each number of a programme; `groups` by the names of its tool groups."""
    sources = _sources(programme, groups)
    dwell = f"of it dwell {design.flow.parameters['dwell_min']:g} min on average, by difference"
    return (
        *_mask_source(design),
        *(replace(s, note=dwell) if s.cell.endswith("/move") else s for s in sources),
    )


def _sources(programme: Programme, groups: Mapping[str, ToolGroup]) -> Iterator[Source]:
    year = programme.programme.start.year
    for table, row_class in tables().items():
        numbers = [column for column in columns_of(row_class) if column.kind in NUMBERS]
        for row in programme.table(table):
            for column in numbers:
                if getattr(row, column.name) != column.default:
                    cell = f"{table}/{key_of(row)}/{column.name}"
                    yield _source(cell, table, row, column.name, groups, year)


def _source(
    cell: str, table: str, row: Any, column: str, groups: Mapping[str, ToolGroup], year: int
) -> Source:
    name = row.name if table == "tool_groups" else getattr(row, "tool_group", None)
    if name is None or (table == "steps" and column not in TIMES):
        return Source(cell=cell, unit="", year=year, source=LIBRARY, grade=Grade.ESTIMATE, note="")
    group = groups[name]
    if column == "price_usd":
        return price_source(group, cell)
    if column in TIMES:
        return _of_tool(group, "rate", cell, _rate_in_words(group))
    return _of_tool(group, "rest" if table == "tool_groups" else "upkeep", cell, "")


def _of_tool(group: ToolGroup, figures: str, cell: str, note: str) -> Source:
    """The source of one group of figures of a tool: rate, upkeep or rest."""
    tool = group.tool
    return Source(
        cell=cell,
        unit="",
        year=getattr(tool, f"{figures}_year"),
        source=getattr(tool, f"{figures}_source") or LIBRARY,
        grade=getattr(tool, f"{figures}_grade"),
        note=note,
    )


def price_source(group: ToolGroup, cell: str) -> Source:
    """The source of the price of a tool with what stands with it."""
    tools = [tool for tool in (group.tool, group.linked) if tool is not None]
    lows = [tool.price_low for tool in tools if tool.price_low is not None]
    highs = [tool.price_high for tool in tools if tool.price_high is not None]
    return Source(
        cell=cell,
        unit="",
        low=round(sum(lows) * 1e6) if len(lows) == len(tools) else None,
        high=round(sum(highs) * 1e6) if len(highs) == len(tools) else None,
        year=group.tool.price_year,
        source=group.tool.price_source or LIBRARY,
        grade=group.tool.price_grade,
        note=f"with its {group.linked.title}" if group.linked else "",
    )


def _rate_in_words(group: ToolGroup) -> str:
    tool = group.tool
    ends = ((word, getattr(tool, f"rate_{word}")) for word in ("low", "high"))
    known = "".join(f", {word} {value:g}" for word, value in ends if value is not None)
    return f"from {tool.rate:g} {tool.rate_of}s in an hour{known}; CEE {tool.cee:g}"


def _mask_source(design: Design) -> Iterator[Source]:
    name = design.flow.technology.name
    band = design.library.bands.get((name, "masks"))
    if band is not None and design.flow.masks:
        yield Source(
            cell=f"technologies/{name}/mask_layers",
            unit="",
            note="",
            low=band.low,
            high=band.high,
            year=band.year,
            source=band.source,
            grade=band.grade,
        )
