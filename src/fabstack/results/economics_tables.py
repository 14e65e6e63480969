"""The cost chain as labelled tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from fabstack.economics.chain import MATURE_MONTHS, Cost, unit_costs
from fabstack.economics.flow import gross_dies, yield_share
from fabstack.economics.spread import Band, Swing, bands, swings
from fabstack.economics.yield_chain import BEGINS, Stage, yield_chains
from fabstack.model import Programme, by_key
from fabstack.model.evidence import Grade
from fabstack.model.items import ItemKind
from fabstack.model.sourcing import value_of
from fabstack.results.layouts import layouts
from fabstack.results.schema import table_of

GRADES = list(Grade)  # from the most to the least trusted


def economics_tables(programme: Programme) -> dict[str, pl.DataFrame]:
    """Cost of a good unit with its band, what moves it, and the yield of every die."""
    costs = unit_costs(programme)
    found = swings(programme, costs)
    return {
        "cost_items": _items(programme, costs, bands(costs, found), found),
        "cost_swings": _swings(found),
        "cost_dies": _dies(programme, costs),
        "cost_yields": _yields(programme),
        "cost_layouts": layouts(programme),
    }


def _items(
    programme: Programme,
    costs: Mapping[str, Cost],
    ranges: Mapping[str, Band],
    found: tuple[Swing, ...],
) -> pl.DataFrame:
    kinds = by_key(programme.items)
    weakest = _weakest_grades(programme, found)
    rows = [
        {
            "item": item,
            "kind": str(kinds[item].kind),
            "material_usd": cost.material_usd,
            "make_usd": cost.make_usd,
            "capital_usd": cost.capital_usd,
            "yield_loss_usd": cost.yield_loss_usd,
            "total_usd": cost.total_usd,
            "low_usd": ranges[item].low_usd,
            "high_usd": ranges[item].high_usd,
            "grade": weakest.get(item, ""),
        }
        for item, cost in sorted(costs.items())
    ]
    return table_of("cost_items", rows)


def _weakest_grades(programme: Programme, found: tuple[Swing, ...]) -> dict[str, str]:
    """The least trusted grade among the three numbers that move each item's cost most."""
    grades = {source.cell: source.grade for source in programme.sources}
    cells: dict[str, list[str]] = {}
    for swing in found:  # widest first within an item
        cells.setdefault(swing.item, []).append(swing.cell)
    return {
        item: str(max((grades[cell] for cell in names[:3]), key=GRADES.index))
        for item, names in cells.items()
    }


def _swings(found: tuple[Swing, ...]) -> pl.DataFrame:
    rows = [{**swing._asdict(), "width_usd": swing.width_usd} for swing in found]
    return table_of("cost_swings", rows)


def _dies(programme: Programme, costs: Mapping[str, Cost]) -> pl.DataFrame:
    wafers = {
        component.parent: component.child
        for component in programme.components
        if component.quantity is None
    }
    dies = [
        i for i in programme.items if i.kind is ItemKind.DIE and i.name in wafers and i.width_mm
    ]
    rows = []
    for die in sorted(dies, key=lambda item: item.name):
        gross = gross_dies(programme, die.name)
        start, mature = (yield_share(programme, die, months) for months in (0.0, MATURE_MONTHS))
        wafer, cost = costs.get(wafers[die.name]), costs.get(die.name)
        rows.append(
            {
                "item": die.name,
                "technology": die.technology or "",
                "area_mm2": (die.width_mm or 0.0) * (die.height_mm or die.width_mm or 0.0),
                "gross_dies": gross,
                "yield_start": start,
                "yield_mature": mature,
                "good_dies_start": gross * start,
                "good_dies_mature": gross * mature,
                "wafer_cost_usd": wafer.total_usd if wafer else None,
                "cost_per_good_die_usd": cost.total_usd if cost else None,
            }
        )
    return table_of("cost_dies", rows)


def _yields(programme: Programme) -> pl.DataFrame:
    chains = zip(yield_chains(programme, 0.0), yield_chains(programme, MATURE_MONTHS), strict=True)
    return table_of("cost_yields", [row for pair in chains for row in _chain(*pair)])


def _chain(start: Sequence[Stage], mature: Sequence[Stage]) -> Iterator[dict[str, object]]:
    begins = next(stage.item for stage in start if stage.kind in BEGINS)
    for place, (first, last) in enumerate(zip(start, mature, strict=True), 1):
        yield {
            "chain": " > ".join(stage.item for stage in start),
            "place": place,
            "begins": begins,
            "product": start[-1].item,
            "item": first.item,
            "kind": str(first.kind),
            "share_start": first.share,
            "share_mature": last.share,
            "left_start": first.left,
            "left_mature": last.left,
        }


def sources_table(programme: Programme) -> pl.DataFrame:
    """Every sourced number with its value, range, origin and grade."""
    rows = [
        {
            "cell": source.cell,
            "value": str(value_of(programme, source.cell)),
            "low": source.low,
            "high": source.high,
            "unit": source.unit,
            "year": source.year,
            "grade": str(source.grade),
            "source": source.source,
            "note": source.note,
        }
        for source in sorted(programme.sources, key=lambda source: source.cell)
    ]
    return table_of("sources", rows)
