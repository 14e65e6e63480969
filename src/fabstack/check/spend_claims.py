"""Claims of what chips cost the markets in a year."""

from __future__ import annotations

from datetime import date

from fabstack.check.measures import claimed
from fabstack.check.requirements import Units, all_units, delivered, delivered_to
from fabstack.check.verdict import Verdict, open_verdict
from fabstack.check.words import listing, plain, share, span, times, usd
from fabstack.model import Programme, by_key, grouped
from fabstack.model.evidence import Claim
from fabstack.model.items import Item, ItemKind

SAME_ORDER = 2.0  # amounts of money within this factor are not told apart: prices are too uncertain
MONTHS = 12


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
        f"{usd(total)} a year ({parts}); claimed are USD {span(ends)}"
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
