"""The share of dies and boards that arrives good in a product: yields multiplied along the chain.

The rolled throughput yield (e.g. Montgomery, Introduction to Statistical Quality Control, 8th ed.,
section 1.4.2): a unit must survive every stage, so the shares of the stages multiply.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from operator import mul

from fabstack.economics.capacity import line_yield
from fabstack.economics.flow import yield_share
from fabstack.model import Programme, by_key, grouped
from fabstack.model.items import Item, ItemKind
from fabstack.model.routes import Route

BEGINS = (ItemKind.DIE, ItemKind.BOARD)


@dataclass(frozen=True, slots=True)
class Stage:
    """What one item of a chain leaves: joining what is built in, its line, its own yield."""

    item: str
    kind: ItemKind
    share: float  # of the units that come to this stage
    left: float  # of the units that began


def yield_chains(programme: Programme, months: float) -> Iterator[tuple[Stage, ...]]:
    """From every die and board to each product it ends in, `months` after the plants opened.

    The wafer stands before its die; a product is what nothing else is made of.
    """
    for item in programme.items:
        if item.kind in BEGINS:
            for path in _upward(programme, (item.name,)):
                yield _stages(programme, (*_wafer_of(programme, item), *path), months)


def _upward(programme: Programme, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Every way from an item to what nothing is made of."""
    uses = grouped(programme.components, "child")[path[-1]]
    parents = sorted({use.parent for use in uses} - {*path})
    if not parents:
        yield path
    for parent in parents:
        yield from _upward(programme, (*path, parent))


def _wafer_of(programme: Programme, die: Item) -> tuple[str, ...]:
    parts = grouped(programme.components, "parent")[die.name]
    return tuple(part.child for part in parts if part.quantity is None)


def _stages(programme: Programme, path: tuple[str, ...], months: float) -> tuple[Stage, ...]:
    items = [by_key(programme.items)[name] for name in path]
    shares = [
        _joined(programme, below, item.name) * good_share(programme, item, months)
        for below, item in zip((None, *path), items, strict=False)
    ]
    left = accumulate(shares, mul)
    return tuple(
        Stage(item.name, item.kind, share, remains)
        for item, share, remains in zip(items, shares, left, strict=True)
    )


def _joined(programme: Programme, child: str | None, parent: str) -> float:
    """Share of the children that survives being built into the parent."""
    parts = grouped(programme.components, "parent")[parent]
    share = 1.0
    for part in parts:
        share *= part.yield_percent / 100 if part.child == child else 1.0
    return share


def good_share(programme: Programme, item: Item, months: float) -> float:
    """Share of an item's started units that end as good ones: its line, then its own yield."""
    route = first_route(programme, item.name)
    line = line_yield(programme, route.name) if route else 1.0
    return line * yield_share(programme, item, months)


def first_route(programme: Programme, item: str) -> Route | None:
    """The route by which an item is made first of all, or None."""
    routes = grouped(programme.routes, "item")[item]
    return min(routes, key=lambda route: (route.preference, route.name), default=None)
