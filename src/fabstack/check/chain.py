"""Rules for items and the bill of materials: what is made of what, and from where it comes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise

from fabstack.check.circles import circles
from fabstack.check.faults import Fault, error, warning
from fabstack.errors import did_you_mean
from fabstack.model import Programme, by_key, grouped
from fabstack.model.items import Component, ItemKind

SCRAP_TAKES = ("child", "parent")

_STAGES = (
    ItemKind.WAFER,
    ItemKind.DIE,
    ItemKind.PACKAGE,
    ItemKind.BOARD,
    ItemKind.SYSTEM,
)


def supply_loops(programme: Programme) -> Iterator[Fault]:
    """Items that are in the end made from themselves."""
    rows = {(row.child, row.parent): row for row in programme.components}
    order = {link: number for number, link in enumerate(rows)}
    for circle in circles(rows):
        closing = max(
            ((child, parent) for parent, child in pairwise(circle)), key=order.__getitem__
        )
        turned = _turned(circle, closing[1])
        told = " needs ".join(f"'{name}'" for name in turned)
        yield error(
            rows[closing],
            "child",
            "supply-loop",
            f"supply loop: {told}",
            expected="a bill of materials without circles",
            cure="remove one of these components",
        )


def _turned(circle: list[str], first: str) -> list[str]:
    """The same circle told from another of its names."""
    at = circle.index(first)
    return [*circle[at:-1], *circle[:at], first]


def unsupplied_items(programme: Programme) -> Iterator[Fault]:
    """Items that something needs and nobody makes, buys or derives."""
    supplied = _supplied(programme)
    stocked = {stock.item for stock in programme.stocks if stock.initial > 0}
    for item, (row, column, use) in _first_uses(programme).items():
        if item in supplied:
            continue
        tell = warning if item in stocked else error
        left = "; only the stock of the first day serves it" if item in stocked else ""
        yield tell(
            row,
            column,
            "no-supply",
            f"'{item}' is needed {use}, but nobody makes, sells or derives it{left}",
            expected="a route, an offer, components of it, or a bin that it is",
            cure=f"add '{item}' to routes, offers, components or bins, or remove what needs it",
        )


def idle_items(programme: Programme) -> Iterator[Fault]:
    """Items that nobody uses; a programme that sells nothing at all is spared."""
    if not programme.needs and not programme.demands:
        return
    used, supplied = _first_uses(programme), _supplied(programme)
    for item in programme.items:
        if item.name not in used:
            had = "comes into being but is" if item.name in supplied else "is made nowhere and"
            yield warning(
                item,
                "name",
                "orphan-item",
                f"'{item.name}' {had} never used or sold",
                cure="add a need, a demand or a component that takes it, or remove it",
            )


def blank_quantities(programme: Programme) -> Iterator[Fault]:
    """Quantities left to geometry where there is no geometry to ask: only dies come from wafers."""
    kinds = {item.name: item.kind for item in programme.items}
    for row in programme.components:
        stages = (kinds[row.parent], kinds[row.child])
        if row.quantity is None and stages != (ItemKind.DIE, ItemKind.WAFER):
            yield error(
                row,
                "quantity",
                "blank-quantity",
                f"how many '{row.child}' go into one '{row.parent}' is blank",
                expected="a number above 0; only a die made from a wafer may leave it to geometry",
                cure="write the quantity",
            )


def scrap_words(programme: Programme) -> Iterator[Fault]:
    """Words for who pays a failed assembly that are neither child nor parent."""
    for row in programme.components:
        if row.scrap_takes not in SCRAP_TAKES:
            yield error(
                row,
                "scrap_takes",
                "unknown-choice",
                f"scrap_takes is '{row.scrap_takes}'",
                expected="one of " + ", ".join(SCRAP_TAKES),
                cure=did_you_mean(row.scrap_takes, SCRAP_TAKES),
            )


def backward_stages(programme: Programme) -> Iterator[Fault]:
    """Parts that belong to a later stage of the chain than what they go into."""
    kinds = {item.name: item.kind for item in programme.items}
    for row in programme.components:
        parent, child = kinds[row.parent], kinds[row.child]
        if parent in _STAGES and child in _STAGES and _STAGES.index(child) > _STAGES.index(parent):
            yield warning(
                row,
                "child",
                "backward-stage",
                f"{child} '{row.child}' goes into {parent} '{row.parent}', an earlier stage",
                expected="the order " + ", ".join(_STAGES),
                cure="swap parent and child, or correct the kind of one of them",
            )


def stranded_parts(programme: Programme) -> Iterator[Fault]:
    """Parts that cannot reach the plant whose route needs them: a broken supply path."""
    places = _presence(programme)
    rows = grouped(programme.components, "parent")
    for route in programme.routes:
        for row in rows[route.item]:
            found = places.get(row.child, set())
            if found and route.plant not in found:
                yield _stranded(row, route.plant, found)


def _stranded(row: Component, plant: str, found: set[str]) -> Fault:
    return warning(
        row,
        "child",
        "no-way",
        f"'{row.child}' is needed at '{plant}' for '{row.parent}' but only gets to "
        + ", ".join(f"'{place}'" for place in sorted(found)),
        expected="a lane to that plant from a place that has it",
        cure="add a lane; a place with any lane ships by its lanes alone",
    )


# --- Who has what -----------------------------------------------------------------------------


def _supplied(programme: Programme) -> set[str]:
    return {
        *(route.item for route in programme.routes),
        *(offer.item for offer in programme.offers),
        *(row.parent for row in programme.components),
        *(row.item for row in programme.substitutes),
        *(row.bin for row in programme.bins),
    }


def _first_uses(programme: Programme) -> dict[str, tuple[object, str, str]]:
    """What each needed item is first asked for by: row, column, words."""
    uses: dict[str, tuple[object, str, str]] = {}
    for row in programme.components:
        uses.setdefault(row.child, (row, "child", f"for '{row.parent}'"))
    for stand_in in programme.substitutes:
        words = f"in place of '{stand_in.item}'"
        uses.setdefault(stand_in.substitute, (stand_in, "substitute", words))
    for sorted_bin in programme.bins:
        uses.setdefault(sorted_bin.item, (sorted_bin, "item", f"for bin '{sorted_bin.bin}'"))
        uses.setdefault(sorted_bin.bin, (sorted_bin, "bin", "as a bin"))
    for need in programme.needs:
        uses.setdefault(need.item, (need, "item", f"by market '{need.market}'"))
    for demand in programme.demands:
        uses.setdefault(demand.item, (demand, "item", f"by demand '{demand.name}'"))
    return uses


def _presence(programme: Programme) -> Mapping[str, set[str]]:
    """The places that each item can be at: where it begins, and where lanes take it from there."""
    places: dict[str, set[str]] = {}
    plants = by_key(programme.plants)
    waiting: list[tuple[str, str]] = [
        *((route.item, route.plant) for route in programme.routes),
        *((offer.item, offer.supplier) for offer in programme.offers),
        *((stock.item, stock.plant) for stock in programme.stocks if stock.initial > 0),
    ]
    parents = grouped(programme.components, "child")
    children = grouped(programme.components, "parent")
    routed = {route.item for route in programme.routes}
    becomes = [(row.substitute, row.item) for row in programme.substitutes]
    becomes += [(row.item, row.bin) for row in programme.bins]
    while waiting:
        item, place = waiting.pop()
        if place in places.setdefault(item, set()):
            continue
        places[item].add(place)
        waiting += [(item, other) for other in _next_places(programme, place)]
        waiting += [
            (row.parent, place)
            for row in parents[item]
            if row.parent not in routed
            and all(place in places.get(part.child, ()) for part in children[row.parent])
        ]
        waiting += [(into, place) for of, into in becomes if of == item and place in plants]
    return places


def _next_places(programme: Programme, place: str) -> list[str]:
    lanes = grouped(programme.lanes, "origin")[place]
    return [lane.destination for lane in lanes] or list(by_key(programme.plants))


def markets_without_wafers(programme: Programme) -> list[str]:
    """Markets none of whose needs leads down to a wafer, in the order of their names."""
    return sorted(m.name for m in programme.markets if not _reaches_wafers(programme, m.name))


def _reaches_wafers(programme: Programme, market: str) -> bool:
    kinds = {item.name: item.kind for item in programme.items}
    todo = [need.item for need in grouped(programme.needs, "market")[market]]
    seen: set[str] = set()
    while todo:
        item = todo.pop()
        if kinds[item] is ItemKind.WAFER:
            return True
        if item not in seen:
            seen.add(item)
            todo += [row.child for row in grouped(programme.components, "parent")[item]]
    return False
