"""Claims of chips a year from a fab.

    chips a year = 12 x carriers a month x good wafers per carrier x good dies per wafer

The wafer area of one chip, were every chip good, is pi / 4 x diameter^2 / (chips per wafer).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from fabstack.check.capacity import Limit, tightest
from fabstack.check.measures import claimed
from fabstack.check.output_claims import ENOUGH_SHARE, limit_in_words, usual_mix
from fabstack.check.requirements import (
    MATURE_MONTHS,
    good_units_per_carrier,
)
from fabstack.check.verdict import Verdict, open_verdict
from fabstack.check.words import count, listing, plain, span, times
from fabstack.economics.flow import gross_dies, technology_of, yield_share
from fabstack.model import Programme, by_key, grouped
from fabstack.model.evidence import Claim
from fabstack.model.items import Component, Item, ItemKind

MONTHS = 12
WAFER_MM = 300.0  # where no technology says otherwise


class DieCount(NamedTuple):
    """What one good wafer gives of a die."""

    die: str
    gross: float
    good: float  # with mature yield
    area_mm2: float | None


class Output(NamedTuple):
    """What a fab gives at its largest."""

    made: Mapping[str, DieCount]  # by route
    wafer_shares: Mapping[str, float]  # of each route
    limit: Limit
    chips_per_year: float

    @property
    def wafers_per_year(self) -> float:
        """Wafers that it starts."""
        return MONTHS * self.limit.carriers_per_month


def chips_claim(programme: Programme, claim: Claim) -> Verdict:
    """Good dies a year of a fab at its largest, in its own mix, against the chips claimed."""
    output = _output(programme, claim.subject)
    ends = claimed(claim)
    if output is None or ends is None:
        return open_verdict(claim, f"'{claim.subject}' makes no dies, or the claim has no number")
    if not 0 < output.wafers_per_year < math.inf:
        return open_verdict(claim, f"nothing says how many wafers '{claim.subject}' can start")
    chips = output.chips_per_year
    need = [end / output.wafers_per_year for end in ends]
    area_mm2 = [_wafer_mm2(programme, claim.subject) / chips_needed for chips_needed in need]
    yearly = _yearly_by_die(programme, output.wafers_per_year)
    holds = chips >= ENOUGH_SHARE * ends[0]
    factor = ends[0] / chips if chips else math.inf
    enough = "enough" if holds else f"short by {times(factor)}"
    full_of_one = _by_die_in_words(programme, _names(output.made), yearly)
    return Verdict(
        claim=claim.name,
        holds=holds,
        finding=f"{claim.statement}: {_output_in_words(output)}, {enough}. The claim needs "
        f"{span(need)} chips from each wafer: {span(area_mm2)} mm2 of wafer for a chip at 100 % "
        f"yield; a year of such wafers full of one chip gives {full_of_one}.",
        factor=plain(factor),
        evidence={
            "claimed_chips_per_year": [plain(end) for end in ends],
            "chips_per_year": plain(chips),
            "wafers_per_month": plain(output.limit.carriers_per_month),
            "limit": output.limit.name,
            "chips_per_wafer_needed": [plain(n) for n in need],
            "mm2_per_chip_at_full_yield": [plain(area) for area in area_mm2],
            "mix": {d.die: _row(d, output.wafer_shares[r]) for r, d in output.made.items()},
            "chips_per_year_if_all_wafers_were": yearly,
        },
    )


def _output(programme: Programme, fab: str) -> Output | None:
    """What a fab gives with all that is to be built; None where it makes no dies."""
    mix = usual_mix(programme, fab, None)
    made = {route: die for route in mix if (die := _die_of(programme, route)) is not None}
    if not made:
        return None
    limit = tightest(programme, fab, mix, None)
    shares = {route: carriers / sum(mix.values()) for route, carriers in mix.items()}
    chips = sum(shares[route] * _good_dies(programme, route, die) for route, die in made.items())
    return Output(made, shares, limit, MONTHS * limit.carriers_per_month * chips)


def _output_in_words(output: Output) -> str:
    a_wafer = output.chips_per_year / output.wafers_per_year
    return (
        f"with all that is to be built {limit_in_words(output.limit)} "
        f"{count(output.limit.carriers_per_month)} wafers a month, which give "
        f"{count(output.chips_per_year)} good chips a year ({count(a_wafer)} a wafer, mature "
        f"yield, mix of {listing(_names(output.made))})"
    )


def _names(made: Mapping[str, DieCount]) -> list[str]:
    return [die.die for die in made.values()]


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
