"""Claims about suppliers and processes: who is served first, where, and what is cheaper."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from fabstack.check.claims import subjects
from fabstack.check.requirements import all_units, delivered
from fabstack.check.suppliers import US
from fabstack.check.verdict import Verdict, open_verdict
from fabstack.check.words import count, listing, plain, share, times, usd
from fabstack.economics.chain import unit_costs
from fabstack.model import Programme, by_key, grouped
from fabstack.model.evidence import Claim, Grade
from fabstack.model.items import ItemKind
from fabstack.model.supply import Offer, Rival
from fabstack.model.technology import Technology


def queue_claim(programme: Programme, claim: Claim) -> Verdict:
    """The programme's place among a supplier's customers, and what is left for it there."""
    ahead = rivals_ahead(programme, claim.subject)
    if not grouped(programme.rivals, "supplier")[claim.subject]:
        return open_verdict(claim, f"nothing is known of the other customers of '{claim.subject}'")
    place = len(ahead) + 1
    wanted_place = claim.value or 2.0
    normal, short = (
        left_normally(programme, claim.subject),
        left_in_shortage(programme, claim.subject),
    )
    day = claim.date or programme.programme.end
    needs = _needs_of(programme, claim.subject, day, short)
    worst = max(needs.items(), key=lambda pair: pair[1]["factor"] or 0.0, default=None)
    first = listing([rival.customer for rival in ahead]) or "nobody"
    return Verdict(
        claim=claim.name,
        holds=place >= wanted_place,
        finding=f"{claim.statement}: '{claim.subject}' serves {first} before the programme "
        f"(place {place}) and has {normal:.0%} of its capacity left for it in normal times, "
        f"{short:.0%} in a shortage{_worst_in_words(worst)}.",
        evidence={
            "place": place,
            "ahead": [rival.customer for rival in ahead],
            "left_percent": plain(100 * normal),
            "left_in_shortage_percent": plain(100 * short),
            "need_against_what_a_shortage_leaves": needs,
        },
    )


def rivals_ahead(programme: Programme, supplier: str) -> list[Rival]:
    """Customers that a supplier serves before the programme, the first first."""
    rivals = grouped(programme.rivals, "supplier")[supplier]
    own = min((r.rank for r in rivals if r.customer == US), default=float("inf"))
    ahead = [rival for rival in rivals if rival.customer != US and rival.rank < own]
    return sorted(ahead, key=lambda rival: (rival.rank, rival.customer))


def left_normally(programme: Programme, supplier: str) -> float:
    """Share of a supplier's capacity that those ahead leave in normal times."""
    return _left(programme, supplier, lambda rival: rival.share_percent)


def left_in_shortage(programme: Programme, supplier: str) -> float:
    """Share of a supplier's capacity that those ahead leave in a shortage."""
    return _left(programme, supplier, lambda rival: rival.in_shortage_percent)


def _left(programme: Programme, supplier: str, wants: Callable[[Rival], float]) -> float:
    return max(1 - sum(map(wants, rivals_ahead(programme, supplier))) / 100, 0.0)


def _needs_of(
    programme: Programme, supplier: str, day: date, left: float
) -> dict[str, dict[str, float | None]]:
    """What the markets need of each item that a supplier sells, and what is left of it."""
    units = all_units(programme, delivered(programme, day))
    found: dict[str, dict[str, float | None]] = {}
    for offer in in_force(grouped(programme.offers, "supplier")[supplier], day):
        needed, given = units.get(offer.item, 0.0), offer.capacity_per_month * left
        if needed > 0:
            factor = plain(needed / given) if given else None
            found[offer.item] = {
                "needed_per_month": plain(needed),
                "left_per_month": plain(given),
                "factor": factor,
            }
    return found


def in_force(offers: list[Offer], day: date) -> list[Offer]:
    """Offers that hold on a day; a later one of the same supplier and item ends an earlier one."""
    found: dict[tuple[str, str], Offer] = {}
    for offer in sorted(offers, key=lambda offer: offer.from_date):
        if offer.from_date <= day:
            found[offer.supplier, offer.item] = offer
    return [offer for offer in found.values() if offer.to_date is None or day <= offer.to_date]


def _worst_in_words(worst: tuple[str, Mapping[str, float | None]] | None) -> str:
    if worst is None:
        return ""
    item, row = worst
    factor = row["factor"]
    needed, left = row["needed_per_month"] or 0.0, row["left_per_month"] or 0.0
    if factor is None:
        how = "nothing is left then"
    else:
        part = times(factor) if factor > 1 else f"{share(factor)} of"
        how = f"{part} the {count(left)} left then"
    return f"; the markets need {count(needed)} '{item}' a month, {how}"


def place_claim(programme: Programme, claim: Claim) -> Verdict:
    """Whether a source confirms the place of a supplier."""
    supplier = by_key(programme.suppliers)[claim.subject]
    source = by_key(programme.sources).get(f"suppliers/{claim.subject}/place")
    if supplier.unverified:
        why = f"it is not confirmed: {supplier.unverified.rstrip('.')}"
        return open_verdict(claim, why, place=supplier.place)
    if source is None or source.grade not in (Grade.PUBLISHED, Grade.PRESS):
        return open_verdict(claim, f"no source confirms '{supplier.place}'", place=supplier.place)
    return Verdict(
        claim=claim.name,
        holds=True,
        finding=f"{claim.statement}: {source.source} ({source.grade}, {source.year}) names "
        f"{supplier.place}.",
        evidence={"place": supplier.place, "source": source.source, "grade": str(source.grade)},
    )


def cheaper_claim(programme: Programme, claim: Claim) -> Verdict:
    """Wafer and capital of one process against another."""
    names = subjects(claim)[:2]
    first, second = (by_key(programme.technologies)[name] for name in names)
    made = {name: cost.total_usd for name, cost in unit_costs(programme).items()}
    costs = {
        "a wafer": (_wafer_usd(programme, first, made), _wafer_usd(programme, second, made)),
        "capital for 1,000 wafers a month": (
            first.capex_per_1000_per_month_usd,
            second.capex_per_1000_per_month_usd,
        ),
        "a set of masks": (first.mask_set_usd, second.mask_set_usd),
    }
    known = {what: pair for what, pair in costs.items() if all(pair)}
    evidence = {
        what: {name: plain(cost) for name, cost in zip(names, pair, strict=True)}
        for what, pair in known.items()
    }
    cheaper = [pair[0] < pair[1] for pair in known.values()]
    if not known or (any(cheaper) and not all(cheaper)):
        why = "one is cheaper in this, the other in that" if known else "no cost of both is known"
        return open_verdict(claim, why, **evidence)
    told = listing([f"{what} {usd(a)} against {usd(b)}" for what, (a, b) in known.items()])
    return Verdict(
        claim=claim.name,
        holds=all(cheaper),
        finding=f"{claim.statement}: '{names[0]}' against '{names[1]}': {told}.",
        factor=plain(max(a / b for a, b in known.values())),
        evidence=evidence,
    )


def _wafer_usd(
    programme: Programme, technology: Technology, made_usd: Mapping[str, float]
) -> float:
    """The cheapest wafer of a process: an offer, else what it costs to make, else its worth."""
    found = [
        made_usd.get(item.name, 0.0) or item.value_usd
        for item in programme.items
        if item.kind is ItemKind.WAFER and item.technology == technology.name
    ]
    return min((usd for usd in found if usd), default=0.0)
