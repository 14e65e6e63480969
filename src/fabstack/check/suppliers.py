"""Rules for what is bought: offers, price breaks, and who stands ahead."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from fabstack.check.faults import Fault, error, note, warning
from fabstack.model import Programme, by_key, grouped
from fabstack.model.supply import Offer, Rival

US = "us"  # the programme among a supplier's customers


def offers_that_end_early(programme: Programme) -> Iterator[Fault]:
    """Offers that end before they begin."""
    for offer in programme.offers:
        if offer.to_date and offer.to_date < offer.from_date:
            yield error(
                offer,
                "to_date",
                "ends-before-start",
                f"the offer begins on {offer.from_date} and ends on {offer.to_date}",
                expected=f"{offer.from_date} or later",
                cure="swap the dates, or leave to_date blank for an offer without end",
            )


def overlapping_offers(programme: Programme) -> Iterator[Fault]:
    """Offers of one item by one supplier of which the next begins before this one ends."""
    for offers in _successive(programme):
        for first, then in pairwise(offers):
            if first.to_date and first.to_date >= then.from_date:
                yield warning(
                    first,
                    "to_date",
                    "overlapping-offers",
                    f"'{first.supplier}' sells '{first.item}' until {first.to_date}, but the next "
                    f"offer begins on {then.from_date}; from then on only that one counts",
                    expected=f"before {then.from_date}",
                    cure="shorten this offer, or leave its end blank",
                )


def _successive(programme: Programme) -> Iterator[list[Offer]]:
    """Offers of one item by one supplier, by their first day."""
    groups: dict[tuple[str, str], list[Offer]] = {}
    for offer in programme.offers:
        groups.setdefault((offer.supplier, offer.item), []).append(offer)
    for offers in groups.values():
        yield sorted(offers, key=lambda offer: offer.from_date)


def minimums_above_capacity(programme: Programme) -> Iterator[Fault]:
    """Contracts that oblige to take more than the supplier can make."""
    for offer in programme.offers:
        if offer.minimum_per_month > offer.capacity_per_month:
            yield warning(
                offer,
                "minimum_per_month",
                "minimum-above-capacity",
                f"at least {offer.minimum_per_month:,.0f} a month are to be taken of "
                f"{offer.capacity_per_month:,.0f} that '{offer.supplier}' makes",
                expected=f"at most {offer.capacity_per_month:,.0f} a month",
                cure="check both numbers",
            )


def loose_price_breaks(programme: Programme) -> Iterator[Fault]:
    """Price breaks that belong to no offer."""
    offered = {(offer.supplier, offer.item) for offer in programme.offers}
    for row in programme.price_breaks:
        if (row.supplier, row.item) not in offered:
            yield warning(
                row,
                "item",
                "break-without-offer",
                f"'{row.supplier}' has a price break for '{row.item}' but no offer of it",
                expected="an offer of that supplier and item",
                cure="add the offer, or correct the names",
            )


def dearer_orders(programme: Programme) -> Iterator[Fault]:
    """Price breaks for all units that make them dearer, or only dearer than a step before."""
    for offer in programme.offers:
        price = offer.price_usd
        rows = grouped(programme.price_breaks, "supplier")[offer.supplier]
        for row in sorted(rows, key=lambda row: row.from_quantity):
            if row.item == offer.item and row.all_units and row.price_usd > price:
                yield error(
                    row,
                    "price_usd",
                    "dearer-order",
                    f"from {row.from_quantity:g} a month on all units cost USD {row.price_usd:g}, "
                    f"more than the USD {price:g} below",
                    expected=f"at most {price:g}",
                    cure="write a lower price, or leave all_units blank",
                )
            price = row.price_usd if row.item == offer.item else price


def dear_price_breaks(programme: Programme) -> Iterator[Fault]:
    """Price breaks that are no cheaper than the offer."""
    for row in programme.price_breaks:
        offers = grouped(programme.offers, "item")[row.item]
        prices = [offer.price_usd for offer in offers if offer.supplier == row.supplier]
        if prices and row.price_usd >= max(prices):
            yield warning(
                row,
                "price_usd",
                "break-not-cheaper",
                f"above {row.from_quantity:g} a month one costs USD {row.price_usd:g}, no less "
                f"than the offer's USD {max(prices):g}",
                expected=f"below {max(prices):g}",
                cure="write the price of each unit above the quantity",
            )


def overcommitted_suppliers(programme: Programme) -> Iterator[Fault]:
    """Suppliers whose customers in normal times want more than there is."""
    for supplier, rivals in _customers(programme):
        total = sum(rival.share_percent for rival in rivals)
        if total > 100 + 1e-9:
            yield warning(
                max(rivals, key=lambda rival: rival.share_percent),
                "share_percent",
                "shares-above-100",
                f"the customers of '{supplier}' want {total:g} % of its capacity in normal times",
                expected="at most 100 % in all",
                cure="lower the shares; what they want in a shortage is in in_shortage_percent",
            )


def _customers(programme: Programme) -> Iterator[tuple[str, list[Rival]]]:
    """The rivals of each supplier that has any."""
    for supplier in dict.fromkeys(rival.supplier for rival in programme.rivals):
        yield supplier, grouped(programme.rivals, "supplier")[supplier]


def nameless_us(programme: Programme) -> Iterator[Fault]:
    """Suppliers with rivals where the programme has no rank: it is served last."""
    for supplier, rivals in _customers(programme):
        if not any(rival.customer == US for rival in rivals):
            yield warning(
                rivals[-1],
                "customer",
                "no-own-rank",
                f"'{supplier}' has customers but no row '{US}': the programme comes last",
                expected=f"a row with customer '{US}' and its rank",
                cure=f"add the row {supplier},{US},...",
            )


def tied_ranks(programme: Programme) -> Iterator[Fault]:
    """Rivals with the programme's own rank: nobody knows who goes first."""
    for supplier, rivals in _customers(programme):
        for us in (rival for rival in rivals if rival.customer == US):
            yield from (_tied(other, supplier) for other in rivals if _ties(other, us))


def _ties(other: Rival, us: Rival) -> bool:
    return other.customer != US and other.rank == us.rank


def _tied(rival: Rival, supplier: str) -> Fault:
    return warning(
        rival,
        "rank",
        "tied-rank",
        f"'{rival.customer}' has rank {rival.rank} at '{supplier}', as the programme has",
        expected="a rank of its own",
        cure="smaller ranks are served first; rivals of the same rank do not stand ahead",
    )


def idle_suppliers(programme: Programme) -> Iterator[Fault]:
    """Suppliers that sell nothing."""
    for supplier in programme.suppliers:
        if not grouped(programme.offers, "supplier")[supplier.name]:
            yield note(
                supplier,
                "name",
                "unused-supplier",
                f"supplier '{supplier.name}' has no offer",
                cure="add an offer, or remove it",
            )


def unconfirmed_suppliers(programme: Programme) -> Iterator[Fault]:
    """Suppliers about whom a source still has to confirm something."""
    for supplier in by_key(programme.suppliers).values():
        if supplier.unverified:
            yield note(
                supplier,
                "unverified",
                "unverified",
                f"not confirmed about '{supplier.name}': {supplier.unverified}",
                cure="find a source, then blank the cell",
            )
