"""Claims of chips a year, as pieces from a fab or as money from the markets.

    chips a year = 12 x carriers a month x good wafers per carrier x good dies per wafer

The wafer area of one chip, were every chip good, is pi / 4 x diameter^2 / (chips per wafer).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from fabstack.check.capacity import tightest
from fabstack.check.measures import claimed
from fabstack.check.output_claims import ENOUGH_SHARE, limit_in_words, usual_mix
from fabstack.check.requirements import (
    MATURE_MONTHS,
    Units,
    all_units,
    delivered,
    delivered_to,
    good_units_per_carrier,
)
from fabstack.check.verdict import Verdict, open_verdict
from fabstack.check.words import count, listing, plain, share, times, usd
from fabstack.economics.flow import gross_dies, technology_of, yield_share
from fabstack.model import Programme, by_key, grouped
from fabstack.model.evidence import Claim
from fabstack.model.items import Component, Item, ItemKind

SAME_ORDER = 2.0  # amounts of money within this factor are not told apart: prices are too uncertain
MONTHS = 12
WAFER_MM = 300.0  # where no technology says otherwise


class DieCount(NamedTuple):
    """What one good wafer gives of a die."""

    die: str
    gross: float
    good: float  # with mature yield
    area_mm2: float | None


def chips_claim(programme: Programme, claim: Claim) -> Verdict:
    """Good dies a year of a fab at its largest, in its own mix, against the chips claimed."""
    mix = usual_mix(programme, claim.subject, None)
    made = {route: die for route in mix if (die := _die_of(programme, route)) is not None}
    ends = claimed(claim)
    if not made or ends is None:
        return open_verdict(claim, f"'{claim.subject}' makes no dies, or the claim has no number")
    most = tightest(programme, claim.subject, mix, None)
    total = sum(mix.values())
    per_month = {r: most.carriers_per_month * n / total for r, n in mix.items()}
    chips = MONTHS * sum(per_month[r] * _good_dies(programme, r, die) for r, die in made.items())
    wafers = MONTHS * most.carriers_per_month
    need = tuple(end / wafers for end in ends)
    wafer_mm2 = _wafer_mm2(programme, claim.subject)
    area_mm2 = [wafer_mm2 / n for n in need]
    yearly = _yearly_by_die(programme, wafers)
    holds = chips >= ENOUGH_SHARE * ends[0]
    enough = "enough" if holds else f"short by {times(ends[0] / chips)}"
    return Verdict(
        claim=claim.name,
        holds=holds,
        finding=f"{claim.statement}: with all that is to be built {limit_in_words(most)} "
        f"{count(most.carriers_per_month)} wafers a month, which give {count(chips)} good chips a "
        f"year ({count(chips / wafers)} a wafer, mature yield, mix of {listing(_names(made))}), "
        f"{enough}. The claim needs {_span(need)} chips from each wafer: {_span(area_mm2)} mm2 of "
        f"wafer for a chip at 100 % yield; a year of such wafers full of one chip gives "
        f"{_by_die_in_words(programme, _names(made), yearly)}.",
        factor=plain(ends[0] / chips),
        evidence={
            "claimed_chips_per_year": [plain(end) for end in ends],
            "chips_per_year": plain(chips),
            "wafers_per_month": plain(most.carriers_per_month),
            "limit": most.name,
            "chips_per_wafer_needed": [plain(n) for n in need],
            "mm2_per_chip_at_full_yield": [plain(area) for area in area_mm2],
            "mix": {die.die: _row(die, mix[r] / total) for r, die in made.items()},
            "chips_per_year_if_all_wafers_were": yearly,
        },
    )


def _names(made: Mapping[str, DieCount]) -> list[str]:
    return [die.die for die in made.values()]


def _span(ends: Any) -> str:
    low, high = ends[0], ends[-1]
    return count(low) if low == high else f"{count(low)} to {count(high)}"


def _row(die: DieCount, part: float) -> dict[str, Any]:
    return {
        "wafer_share_percent": plain(100 * part),
        "gross_per_wafer": plain(die.gross),
        "good_per_wafer": plain(die.good),
        "area_mm2": die.area_mm2,
    }


def _good_dies(programme: Programme, route: str, die: DieCount) -> float:
    """Good dies from one started carrier."""
    return good_units_per_carrier(programme, by_key(programme.routes)[route]) * die.good


def _die_of(programme: Programme, route: str) -> DieCount | None:
    """The die that most good pieces of come from the wafers of a route."""
    wafer = by_key(programme.routes)[route].item
    rows = grouped(programme.components, "child")[wafer]
    kinds = by_key(programme.items)
    found = [_count(programme, row) for row in rows if kinds[row.parent].kind is ItemKind.DIE]
    return max(found, key=lambda die: die.good, default=None)


def _count(programme: Programme, row: Component) -> DieCount:
    die = by_key(programme.items)[row.parent]
    built = row.yield_percent / 100
    share_good = yield_share(programme, die, MATURE_MONTHS)
    gross = 1 / row.quantity if row.quantity else float(gross_dies(programme, die.name))
    good = gross * built * (1.0 if row.quantity else share_good)
    return DieCount(die.name, gross, good, _area_mm2(die))


def _area_mm2(die: Item) -> float | None:
    return die.width_mm * (die.height_mm or die.width_mm) if die.width_mm else None


def _wafer_mm2(programme: Programme, plant: str) -> float:
    items = by_key(programme.items)
    found = [
        technology_of(programme, items[route.item])
        for route in grouped(programme.routes, "plant")[plant]
    ]
    diameters = [t.diameter_mm for t in found if t is not None and t.diameter_mm]
    return math.pi / 4 * max(diameters, default=WAFER_MM) ** 2


def _yearly_by_die(programme: Programme, wafers: float) -> dict[str, float | None]:
    """Good chips a year if all wafers carried one die, for every die of the programme."""
    items = by_key(programme.items)
    rows = [row for row in programme.components if items[row.parent].kind is ItemKind.DIE]
    return {row.parent: plain(wafers * _count(programme, row).good) for row in rows}


def _by_die_in_words(
    programme: Programme, made: Sequence[str], yearly: Mapping[str, float | None]
) -> str:
    """What wafers of the dies that are made, and of those on the roadmap, would give in a year."""
    items = by_key(programme.items)
    shown = [die for die in yearly if die in made or items[die].generation is not None]
    told: dict[str, None] = {}
    for die in sorted(shown, key=lambda die: yearly[die] or 0.0):
        area = _area_mm2(items[die])
        size = f" ({area:g} mm2)" if area else ""
        told[f"{count(yearly[die] or 0.0)} '{die}'{size}"] = None
    return listing(list(told), 6)


# --- Money ------------------------------------------------------------------------------------


def spend_claim(programme: Programme, claim: Claim) -> Verdict:
    """What the chips that the markets need would cost, against the money claimed."""
    ends = claimed(claim)
    if ends is None:
        return open_verdict(claim, "the claim gives no number in a unit that fits")
    day = claim.date or programme.programme.end
    spend = _spend(programme, _wanted(programme, claim, day), day)
    total = sum(spend.values())
    holds = ends[0] / SAME_ORDER <= total <= ends[1] * SAME_ORDER
    nearest = min(max(total, ends[0]), ends[1])
    factor = max(nearest, total) / min(nearest, total) if total else None
    most = sorted(spend, key=lambda item: -spend[item])
    parts = listing([f"'{item}' {share(spend[item] / total)}" for item in most if spend[item]])
    return Verdict(
        claim=claim.name,
        holds=holds,
        finding=f"{claim.statement}: on {day:%d %B %Y} the markets take packaged chips for "
        f"{usd(total)} a year ({parts}); claimed are USD {_span(ends)}"
        f"{_apart(total, nearest, holds)}.",
        factor=plain(factor) if factor else None,
        evidence={
            "day": day.isoformat(),
            "usd_per_year": plain(total),
            "claimed_usd_per_year": [plain(end) for end in ends],
            "usd_per_year_by_item": {item: plain(spend[item]) for item in most},
        },
    )


def _apart(total: float, nearest: float, holds: bool) -> str:
    if holds:
        return f", within a factor of {SAME_ORDER:g}"
    if not total:
        return ""
    return (
        f", {times(nearest / total)} as much"
        if nearest > total
        else f", {times(total / nearest)} less"
    )


def _wanted(programme: Programme, claim: Claim, day: date) -> Units:
    if claim.subject in by_key(programme.markets):
        return all_units(programme, delivered_to(programme, claim.subject, day))
    return all_units(programme, delivered(programme, day))


def _spend(programme: Programme, units: Units, day: date) -> dict[str, float]:
    """USD a year for each package; for each die where nothing is packaged."""
    for kind in (ItemKind.PACKAGE, ItemKind.DIE):
        items = [i for i in programme.items if i.kind is kind and units.get(i.name, 0.0) > 0]
        if items:
            return {i.name: MONTHS * units[i.name] * price_usd(programme, i, day) for i in items}
    return {}


def price_usd(programme: Programme, item: Item, day: date) -> float:
    """The cheapest offer of an item on a day, else what it is worth in stock, else its price."""
    offers = [
        offer.price_usd
        for offer in grouped(programme.offers, "item")[item.name]
        if offer.from_date <= day and (offer.to_date is None or day <= offer.to_date)
    ]
    return min(offers, default=item.value_usd or item.price_usd)
