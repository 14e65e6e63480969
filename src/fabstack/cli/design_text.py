"""Designs in words: the tables that `fabstack design` prints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

MEASURES_IN_WORDS = {
    "masks": "masks",
    "euv_masks": "EUV masks",
    "listed_steps": "steps on the route",
    "counted_steps": "steps, coat and develop apart",
    "process_visits": "process visits",
    "listed_visits_per_level": "steps for each mask",
    "visits_per_level": "visits for each mask",
    "tools_per_1000": "tools for 1,000 a month",
    "litho_cells_per_1000": "litho cells for 1,000 a month",
    "wafers_per_euv_layer": "wafers a month, EUV layer and scanner",
    "litho_share_percent": "litho share of tools' price",
    "building_share_percent": "building share of capital",
    "tool_price_musd_per_1000": "tools' price for 1,000 a month",
    "capital_musd_per_1000": "capital for 1,000 a month",
    "clean_room_m2_per_1000": "clean room for 1,000 a month",
    "people_per_1000": "people for 1,000 a month",
    "capital_musd_per_person": "capital for each person",
    "floor_m2_per_person": "clean room and sub-fab for each person",
    "power_mw_per_10000": "power for 10,000 a month",
    "days_per_mask_layer": "cycle time for each mask",
    "raw_process_days_per_mask_layer": "raw process time for each mask",
    "x_factor": "cycle time over raw process time",
}


def technologies_in_words(rows: Sequence[Mapping[str, Any]]) -> str:
    """The technologies of a library."""
    lines = [f"{'technology':<16} {'masks':>5} {'steps':>6}  {'title'}"]
    for row in rows:
        note = f" ({row['note']})" if row["note"] else ""
        name, masks, steps = row["technology"], row["masks"], row["steps"]
        lines.append(f"{name:<16} {masks:>5} {steps:>6}  {row['title']}{note}")
    return "\n".join(lines) + "\n"


def design_in_words(answer: Mapping[str, Any], out: Path | None) -> str:
    """A design: its groups, totals beside published ranges, and what limits it next."""
    return "\n".join(_lines(answer, out)) + "\n"


def _lines(answer: Mapping[str, Any], out: Path | None) -> Iterator[str]:
    volume, carrier = answer["carriers_per_month"], answer["carrier"]
    yield f"{answer['title']}: {volume:,.0f} {carrier}s a month"
    if answer["note"]:
        yield f"  {answer['note']}"
    yield ""
    yield from _groups(answer["groups"])
    yield ""
    yield from _totals(answer)
    yield ""
    yield from _published(answer["published"])
    yield ""
    yield from _limits(answer["limits"], carrier)
    if out is not None:
        yield ""
        yield f"Written to {out}: fabstack check {out}; fabstack simulate {out}"


def _groups(groups: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    width = max(len(group["tool_group"]) for group in groups)
    head = f"{'needs':>9} {'has':>6} {'load %':>7} {'MUSD each':>10} {'MUSD all':>9}"
    yield f"{'tool group':<{width}} {head}"
    for group in groups:
        yield (
            f"{group['tool_group']:<{width}} {group['needed']:>9.2f} {group['tools']:>6,} "
            f"{group['load_percent']:>7.1f} {group['price_musd']:>10.2f} {group['all_musd']:>9,.1f}"
        )


def _totals(answer: Mapping[str, Any]) -> Iterator[str]:
    money, space = answer["money"], answer["space"]
    kinds = ", ".join(f"{count} {kind}" for kind, count in answer["masks_by_kind"].items())
    yield f"route       {answer['steps']:,} steps, masks: {kinds or 'none'}"
    yield (
        f"comes out   {answer['good_units_per_month']:,.0f} good {answer['item']}s a month: "
        f"{answer['units_per_carrier']:,.0f} on a {answer['carrier']}, "
        f"{answer['line_yield_percent']:.1f} % of {answer['carrier']}s, "
        f"{answer['unit_yield_percent']:.1f} % of {answer['item']}s on them"
    )
    yield f"tools       {answer['tools']:,}"
    yield (
        f"capital     {money['capital_musd']:,.0f} MUSD: tools {money['purchase_musd']:,.0f}, "
        f"with support {money['equipment_musd']:,.0f}, building {money['building_musd']:,.0f}"
    )
    yield (
        f"a start     {money['depreciation_usd_per_carrier']:,.2f} USD of depreciation, "
        f"{money['maintenance_usd_per_carrier']:,.2f} USD of maintenance"
    )
    yield f"clean room  {space['clean_room_m2']:,.0f} m2, sub-fab {space['sub_fab_m2']:,.0f} m2"
    yield f"people      {answer['headcount']:,}: {_people(answer['people'])}"
    yield f"power       {answer['power_mw']:,.1f} MW"
    if answer["euv_scanners"]:
        years = answer["euv_years_of_world_output"]
        yield f"EUV         {answer['euv_scanners']:,} scanners, {years:.2f} years of the world's"


def _people(people: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {role}" for role, count in people.items())


def _published(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield f"{'beside what is published':<38} {'design':>9}  {'range':<15} {'ratio':>5}"
    for row in rows:
        words = MEASURES_IN_WORDS.get(row["measure"], row["measure"])
        unit = f" ({row['unit']})" if row["unit"] else ""
        yield f"{words + unit:<38} {_number(row['value']):>9}  {_range(row)}"
        if row["inside"] is False:
            yield f"    outside: {row['why_outside'] or 'no reason is known'}"


def _range(row: Mapping[str, Any]) -> str:
    if row["low"] is None:
        return "none known"
    ends = f"{_number(row['low'])} to {_number(row['high'])}"
    return f"{ends:<15} {row['ratio']:>5.2f}  {row['source']} ({row['grade']}, {row['year']})"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _limits(limits: Sequence[Mapping[str, Any]], carrier: str) -> Iterator[str]:
    for words, limit in zip(("limits next", "then", "and then"), limits, strict=False):
        if limit["limit_per_month"] is None:
            continue
        yield (
            f"{words:<11} {limit['tool_group']} at {limit['limit_per_month']:,.0f} {carrier}s a "
            f"month; one more ({limit['one_more_costs_musd']:,.1f} MUSD, "
            f"{limit['lead_time_months']:g} months) carries it to "
            f"{limit['one_more_carries_to_per_month']:,.0f}"
        )
