"""Claims of output: carriers and units a month, and whether that covers what the markets need."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from fabstack.check.capacity import (
    NOTHING,
    OPENING,
    PHASES,
    Limit,
    Mix,
    even_mix,
    limits,
    mix_for,
    tightest,
    units_of_a_carrier,
)
from fabstack.check.measures import claimed
from fabstack.check.requirements import all_units, delivered, delivered_to
from fabstack.check.verdict import Verdict, open_verdict
from fabstack.check.words import count, listing, plain, share, times
from fabstack.model import Programme, by_key, grouped
from fabstack.model.evidence import Claim

ENOUGH_SHARE = 0.995  # a miss below half a percent is rounding of what was claimed


def usual_mix(programme: Programme, plant: str, day: date | None) -> Mix:
    """Carriers a month as the markets need them at the day (the end of the horizon for None)."""
    wanted = all_units(programme, delivered(programme, day or programme.programme.end))
    return mix_for(programme, plant, wanted) or even_mix(programme, plant)


def carriers_claim(programme: Programme, claim: Claim) -> Verdict:
    """The starts that phases and tools of a plant allow, against those claimed."""
    mix = usual_mix(programme, claim.subject, claim.date)
    ends = claimed(claim)
    if not mix or ends is None:
        return open_verdict(claim, _why_not(programme, claim, mix))
    found = limits(programme, claim.subject, mix, claim.date)
    most = tightest(programme, claim.subject, mix, claim.date)
    carriers = f"{count(most.carriers_per_month)} {_carrier_of(programme, claim.subject)}s a month"
    words = f"{_when(claim)} {limit_in_words(most)} {carriers}"
    return _against(claim, ends[0], most.carriers_per_month, words, _limits_as_numbers(found))


def units_claim(programme: Programme, claim: Claim) -> Verdict:
    """The good items that a plant can give, against those claimed, and how far they go."""
    mix = usual_mix(programme, claim.subject, claim.date)
    ends = claimed(claim)
    if not mix or ends is None:
        return open_verdict(claim, _why_not(programme, claim, mix))
    most = tightest(programme, claim.subject, mix, claim.date)
    units = most.carriers_per_month * units_of_a_carrier(programme, mix)
    covered = coverage_by_market(programme, claim.subject, claim.date or programme.programme.end)
    return _against(
        claim,
        ends[0],
        units,
        f"{_when(claim)} {limit_in_words(most)} {count(units)} good items a month",
        {"need_by_market": covered},
        f" A month of the markets, of what is made there: {_markets_in_words(covered)}."
        if covered
        else "",
    )


def coverage_claim(programme: Programme, claim: Claim) -> Verdict:
    """What the markets need of a plant's items against the most that it can give of them."""
    day = claim.date or programme.programme.end
    plant = claim.subject
    needed = all_units(programme, delivered(programme, day))
    mix = mix_for(programme, plant, needed)
    if not mix:
        return open_verdict(claim, f"no market needs what '{plant}' makes on {day}")
    most = tightest(programme, plant, mix, day)
    units = _units(programme, mix)
    given = most.carriers_per_month * units_of_a_carrier(programme, mix)
    covered = coverage_by_market(programme, plant, day)
    holds = given >= ENOUGH_SHARE * units
    verb = "cover" if holds else "do not cover"
    short = "" if holds or not given else f", {times(units / given)} as many"
    return Verdict(
        claim=claim.name,
        holds=holds,
        finding=f"{claim.statement}: on {day:%d %B %Y} {limit_in_words(most)} {count(given)} good "
        f"items a month, which {verb} the {count(units)} that the markets need{short}: "
        f"{_markets_in_words(covered)}.",
        factor=plain(units / given) if given else None,
        evidence={
            "day": day.isoformat(),
            "needed_per_month": plain(units),
            "given_per_month": plain(given),
            "cover_percent": plain(100 * min(given / units, 1.0)),
            "limit": most.name,
            "need_by_market": covered,
            "need_by_item": {
                route.item: plain(needed[route.item])
                for route in grouped(programme.routes, "plant")[plant]
                if needed.get(route.item)
            },
        },
    )


def coverage_by_market(programme: Programme, plant: str, day: date) -> Mapping[str, dict[str, Any]]:
    """What each market alone needs of a plant's items, and how many times what it could give."""
    found: dict[str, dict[str, Any]] = {}
    for market in programme.markets:
        wanted = all_units(programme, delivered_to(programme, market.name, day))
        mix = mix_for(programme, plant, wanted)
        if mix:
            found[market.name] = _coverage(programme, plant, mix, day)
    return dict(sorted(found.items(), key=lambda pair: -pair[1]["units_per_month"]))


def _coverage(programme: Programme, plant: str, mix: Mix, day: date) -> dict[str, Any]:
    units = _units(programme, mix)
    most = tightest(programme, plant, mix, day).carriers_per_month
    needed = sum(mix.values())
    return {"units_per_month": plain(units), "factor": plain(needed / most) if most else None}


def _units(programme: Programme, mix: Mix) -> float:
    return sum(mix.values()) * units_of_a_carrier(programme, mix)


# --- Words ------------------------------------------------------------------------------------


def limit_in_words(limit: Limit) -> str:
    """The subject of a sentence about what a limit allows."""
    known = {
        PHASES: "its phases allow",
        OPENING: "it is not open and allows",
        NOTHING: "no known limit; it allows",
    }
    return known.get(limit.name, f"its '{limit.name}' allow")


def _markets_in_words(covered: Mapping[str, dict[str, Any]]) -> str:
    """What each market alone needs, the largest first."""
    return listing([_market_in_words(name, row) for name, row in covered.items()])


def _market_in_words(name: str, row: Mapping[str, Any]) -> str:
    factor = row["factor"]
    if factor is None:
        part = ""
    elif factor >= 1:
        part = f" ({times(factor)} what it can give)"
    else:
        part = f" ({share(factor)} of what it can give)"
    return f"{name} alone {count(row['units_per_month'])}{part}"


def _when(claim: Claim) -> str:
    return f"on {claim.date:%d %B %Y}" if claim.date else "with all that is to be built"


def _carrier_of(programme: Programme, plant: str) -> str:
    name = by_key(programme.plants)[plant].technology
    return str(by_key(programme.technologies)[name].carrier) if name else "carrier"


def _why_not(programme: Programme, claim: Claim, mix: Mix) -> str:
    if not mix:
        return f"plant '{claim.subject}' makes nothing"
    return "the claim gives no number in a unit that fits"


def _limits_as_numbers(found: list[Limit]) -> dict[str, Any]:
    return {
        "carriers_per_month_by_limit": {row.name: plain(row.carriers_per_month) for row in found}
    }


def _against(
    claim: Claim,
    wanted: float,
    given: float,
    words: str,
    evidence: Mapping[str, Any],
    aside: str = "",
) -> Verdict:
    """A verdict on a number that should be reached."""
    holds = given >= ENOUGH_SHARE * wanted
    end = "enough for" if holds else f"short by {times(wanted / given)} of" if given else "none of"
    return Verdict(
        claim=claim.name,
        holds=holds,
        finding=f"{claim.statement}: {words}, {end} the {count(wanted)} claimed.{aside}",
        factor=plain(wanted / given) if given else None,
        evidence={"claimed": plain(wanted), "given": plain(given), **evidence},
    )
