"""Rules for demand: markets, what they build, and what one of their products needs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from itertools import pairwise

from fabstack.check.faults import Fault, error, note, warning
from fabstack.model import Programme, by_key, grouped
from fabstack.model.demand import Need

GAP_DAYS = 31  # "until 2027-12" and "from 2028-01" meet: a month is read as its first day


def markets_without_needs(programme: Programme) -> Iterator[Fault]:
    """Markets that take nothing."""
    for market in programme.markets:
        if not grouped(programme.needs, "market")[market.name]:
            yield warning(
                market,
                "name",
                "market-without-needs",
                f"market '{market.name}' needs no item",
                expected="a row in needs",
                cure="say in needs what one of its products contains",
            )


def markets_without_volumes(programme: Programme) -> Iterator[Fault]:
    """Markets that build nothing."""
    for market in programme.markets:
        rows = grouped(programme.volumes, "market")[market.name]
        if not any(row.units_per_year > 0 for row in rows):
            yield warning(
                market,
                "name",
                "market-without-volume",
                f"market '{market.name}' builds no products",
                expected="a row in volumes with units_per_year above 0",
                cure="say in volumes how many it builds",
            )


def needs_that_end_early(programme: Programme) -> Iterator[Fault]:
    """Needs that end before they begin."""
    for need in programme.needs:
        if need.to_date and need.to_date < need.from_date:
            yield error(
                need,
                "to_date",
                "ends-before-start",
                f"the need begins on {need.from_date} and ends on {need.to_date}",
                expected=f"{need.from_date} or later",
                cure="swap the dates, or leave to_date blank for a need without end",
            )


def doubled_needs(programme: Programme) -> Iterator[Fault]:
    """Needs of one item by one market that hold at the same time and so add up."""
    for needs in _successive(programme, lambda need: need.item):
        for first, then in pairwise(needs):
            if first.to_date is None or first.to_date >= then.from_date:
                yield warning(
                    then,
                    "from_date",
                    "overlapping-needs",
                    f"market '{then.market}' already needs '{then.item}' on {then.from_date}: the "
                    f"quantities {first.quantity:g} and {then.quantity:g} add up",
                    expected="windows of one item that do not overlap",
                    cure="end the need before, or write one row with the sum",
                )


def interrupted_needs(programme: Programme) -> Iterator[Fault]:
    """Times between two needs of a market in which it takes nothing of that stage of the chain."""
    items = by_key(programme.items)
    for needs in _successive(programme, lambda need: items[need.item].kind):
        covered: date | None = needs[0].from_date
        for need in needs:
            if covered and (need.from_date - covered).days > GAP_DAYS:
                yield _gap(need, covered)
            covered = (
                None if covered is None or need.to_date is None else max(covered, need.to_date)
            )


def _gap(need: Need, since: date) -> Fault:
    return warning(
        need,
        "from_date",
        "needs-gap",
        f"market '{need.market}' needs nothing of this kind from {since} to {need.from_date}",
        expected=f"a need that begins when the one before ends, {since}",
        cure="move from_date, or let the need before last longer",
    )


def _successive(programme: Programme, what: Callable[[Need], str]) -> Iterator[list[Need]]:
    """Needs of one market for the same thing, by their first day."""
    groups: dict[tuple[str, str], list[Need]] = {}
    for need in programme.needs:
        groups.setdefault((need.market, what(need)), []).append(need)
    for needs in groups.values():
        yield sorted(needs, key=lambda need: need.from_date)


def unpriced_deliveries(programme: Programme) -> Iterator[Fault]:
    """Delivered items without a price: the plan serves them at any cost."""
    items = by_key(programme.items)
    for name in dict.fromkeys(need.item for need in programme.needs):
        if items[name].price_usd == 0:
            yield note(
                items[name],
                "price_usd",
                "no-price",
                f"'{name}' is delivered but has no price, so a plan serves it at any cost",
                cure="write what the programme gains by delivering one",
            )
