"""Where each item can be, and how it gets there: nodes, lanes, conversions.

A node is an item at a place; a place is a plant or a supplier. Goods move along lanes. A plant or
supplier without any lane of its own ships at once and free of charge: to every plant that has a
use for the item, and (from a supplier) straight to the markets. Markets are served from every
plant.

A regrade turns a unit at a plant into other items, at once and without capacity: a substitute into
what it stands in for, a sorted item into its bins.

A derived item has components but neither a route nor an offer (a die may have offers): it comes
into being wherever all its components are, at once and without capacity.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from fabstack.model import Programme, by_key, grouped
from fabstack.model.days import DAYS_PER_MONTH
from fabstack.model.items import Component, ItemKind


class Node(NamedTuple):
    """An item at a place."""

    item: str
    place: str

    def __str__(self) -> str:
        return f"{self.item} at {self.place}"


class Arc(NamedTuple):
    """A way that an item can take; nodes by their index."""

    origin: int
    destination: int
    months: float
    cost_usd: float


class Conversion(NamedTuple):
    """A derived item that comes into being at a place."""

    node: int
    inputs: tuple[tuple[int, Component], ...]  # node of the child


class Kind(NamedTuple):
    """How an item may become others: items with their share of a unit."""

    item: str
    becomes: tuple[tuple[str, float], ...]
    cost_usd: float
    is_substitute: bool


class Regrade(NamedTuple):
    """A kind of regrade at a place; nodes by their index."""

    kind: Kind
    origin: int
    becomes: tuple[tuple[int, float], ...]


@dataclass(frozen=True, slots=True)
class Network:
    """All nodes that matter, and what connects them."""

    nodes: tuple[Node, ...]
    index: dict[Node, int]
    arcs: tuple[Arc, ...]
    conversions: tuple[Conversion, ...]
    regrades: tuple[Regrade, ...]
    stores: tuple[int, ...]  # nodes at plants: there stock can lie
    outlets: dict[str, tuple[int, ...]]  # item -> nodes from which a market is served

    @classmethod
    def of(cls, programme: Programme) -> Network:
        """The network of a programme, without what can never matter for its demand."""
        reach = _Reach(programme)
        nodes = tuple(sorted(_relevant(reach)))
        index = {node: place for place, node in enumerate(nodes)}
        return cls(
            nodes=nodes,
            index=index,
            arcs=tuple(_arcs(reach, index)),
            conversions=tuple(_conversions(reach, index)),
            regrades=tuple(_regrades(reach, index)),
            stores=tuple(i for i, node in enumerate(nodes) if node.place in reach.plants),
            outlets=_outlets(reach, index),
        )


def is_derived(programme: Programme, item: str) -> bool:
    """True where an item is had from its components at once, without a route."""
    if not grouped(programme.components, "parent")[item] or grouped(programme.routes, "item")[item]:
        return False
    is_die = by_key(programme.items)[item].kind is ItemKind.DIE
    return is_die or not grouped(programme.offers, "item")[item]


def kinds_of_regrades(programme: Programme) -> tuple[Kind, ...]:
    """Substitutes and sorted items of a programme."""
    stand_ins = [
        Kind(row.substitute, ((row.item, 1.0),), row.cost_usd, is_substitute=True)
        for row in programme.substitutes
    ]
    sorted_items = dict.fromkeys(row.item for row in programme.bins)
    bins = grouped(programme.bins, "item")
    sortings = [
        Kind(
            item,
            tuple((row.bin, row.percent / 100) for row in bins[item]),
            0.0,
            is_substitute=False,
        )
        for item in sorted_items
    ]
    return (*stand_ins, *sortings)


def demanded_items(programme: Programme) -> set[str]:
    """Items that a market or a dated demand asks for."""
    return {need.item for need in programme.needs} | {demand.item for demand in programme.demands}


class _Reach:
    """Which nodes can ever hold a unit."""

    def __init__(self, programme: Programme) -> None:
        self.programme = programme
        self.plants = {plant.name for plant in programme.plants}
        self.lanes = grouped(programme.lanes, "origin")
        self.children = grouped(programme.components, "parent")
        self.derived = [i.name for i in programme.items if is_derived(programme, i.name)]
        self.derived_from: defaultdict[str, list[str]] = defaultdict(list)
        for parent in self.derived:
            for component in self.children[parent]:
                self.derived_from[component.child].append(parent)
        self.kinds = kinds_of_regrades(programme)
        self.becomes: defaultdict[str, list[str]] = defaultdict(list)
        for kind in self.kinds:
            self.becomes[kind.item] += [item for item, _ in kind.becomes]
        self.homes = self._homes()
        self.users = self._users()
        self.present: set[Node] = set()
        self.forwards: set[Node] = set()
        self._spread(self._sources())
        self._forward_where_needed()

    def _sources(self) -> Iterator[Node]:
        """Nodes that get units from outside the network."""
        programme = self.programme
        plant_of = {route.name: (route.item, route.plant) for route in programme.routes}
        yield from (Node(*place) for place in plant_of.values())
        yield from (Node(offer.item, offer.supplier) for offer in programme.offers)
        yield from (Node(stock.item, stock.plant) for stock in programme.stocks if stock.initial)

    def _spread(self, sources: Iterable[Node]) -> None:
        waiting = list(sources)
        while waiting:
            node = waiting.pop()
            if node in self.present:
                continue
            self.present.add(node)
            waiting += [Node(node.item, place) for place in self.destinations(node)]
            waiting += [
                Node(parent, node.place)
                for parent in self.derived_from[node.item]
                if all(Node(c.child, node.place) in self.present for c in self.children[parent])
            ]
            if node.place in self.plants:
                waiting += [Node(item, node.place) for item in self.becomes[node.item]]

    def _forward_where_needed(self) -> None:
        """Let a plant without lanes pass on what it did not make, where nothing else reaches."""
        for item, users in sorted(self.users.items()):
            lacking = {place for place in users if Node(item, place) not in self.present}
            if lacking:
                held = {node for node in self.present if node.item == item}
                self.forwards |= {node for node in held if self.is_free(node.place)}
                self._spread(Node(item, place) for place in lacking if held)

    def destinations(self, node: Node) -> list[str]:
        """Places that a node's units can be sent to."""
        if not self.is_free(node.place):
            return [lane.destination for lane in self.lanes[node.place]]
        is_home = node.place not in self.plants or node.place in self.homes[node.item]
        if is_home or node in self.forwards:
            return sorted(self.users[node.item] - {node.place})
        return []

    def is_free(self, place: str) -> bool:
        """True for a place without lanes: it ships at once and free of charge."""
        return not self.lanes[place]

    def _homes(self) -> defaultdict[str, set[str]]:
        """Plants where an item comes into being or lies at the start, derived items too."""
        homes: defaultdict[str, set[str]] = defaultdict(set)
        for node in self._sources():
            if node.place in self.plants:
                homes[node.item].add(node.place)
        waiting = list(homes)
        while waiting:
            item = waiting.pop()
            for parent in (*self.derived_from[item], *self.becomes[item]):
                if not homes[item] <= homes[parent]:
                    homes[parent] |= homes[item]
                    waiting.append(parent)
        return homes

    def _users(self) -> defaultdict[str, set[str]]:
        """Plants that have a use for an item: on a route, in a derived item, or as a warehouse."""
        users: defaultdict[str, set[str]] = defaultdict(set)
        for route in self.programme.routes:
            for component in self.children[route.item]:
                users[component.child].add(route.plant)
        for child, parents in self.derived_from.items():
            for parent in parents:
                users[child] |= self.homes[parent]
        first = [plant.name for plant in self.programme.plants[:1]]
        for item in demanded_items(self.programme):
            users[item] |= self.homes[item] or set(first)
        self._pass_on(users)
        return users

    def _pass_on(self, users: defaultdict[str, set[str]]) -> None:
        """Who has a use for an item has one for what may become it."""
        before: dict[str, set[str]] | None = None
        while before != users:
            before = {item: set(places) for item, places in users.items()}
            for kind in self.kinds:
                for item, _ in kind.becomes:
                    users[kind.item] |= users[item]


def _relevant(reach: _Reach) -> set[Node]:
    """Nodes from which a demand can be served, and whatever a route asks for."""
    into: defaultdict[Node, set[Node]] = defaultdict(set)  # node -> nodes that feed it
    for node in reach.present:
        for place in reach.destinations(node):
            into[Node(node.item, place)].add(node)
    for route in reach.programme.routes:
        for component in reach.children[route.item]:
            into[Node(route.item, route.plant)].add(Node(component.child, route.plant))
    for item in reach.derived:
        for place in {node.place for node in reach.present if node.item == item}:
            into[Node(item, place)] |= {Node(c.child, place) for c in reach.children[item]}
    for node in reach.present:
        for item in reach.becomes[node.item] if node.place in reach.plants else ():
            into[Node(item, node.place)].add(node)
    made = {Node(route.item, route.plant) for route in reach.programme.routes}
    wanted = demanded_items(reach.programme)
    return _upstream(made | {node for node in reach.present if node.item in wanted}, into)


def _upstream(nodes: set[Node], into: dict[Node, set[Node]]) -> set[Node]:
    found: set[Node] = set()
    waiting = list(nodes)
    while waiting:
        node = waiting.pop()
        if node not in found:
            found.add(node)
            waiting += into.get(node, ())
    return found


def _arcs(reach: _Reach, index: dict[Node, int]) -> Iterator[Arc]:
    lanes = {(lane.origin, lane.destination): lane for lane in reach.programme.lanes}
    for node, origin in index.items():
        for place in reach.destinations(node):
            destination = index.get(Node(node.item, place))
            if destination is None or node not in reach.present:
                continue
            lane = lanes.get((node.place, place))
            months, cost_usd = (lane.days / DAYS_PER_MONTH, lane.cost_usd) if lane else (0.0, 0.0)
            yield Arc(origin, destination, months, cost_usd)


def _conversions(reach: _Reach, index: dict[Node, int]) -> Iterator[Conversion]:
    for node, place in index.items():
        if node.item not in reach.derived:
            continue
        children = [(Node(c.child, node.place), c) for c in reach.children[node.item]]
        if all(child in reach.present for child, _ in children):
            yield Conversion(place, tuple((index[child], c) for child, c in children))


def _regrades(reach: _Reach, index: dict[Node, int]) -> Iterator[Regrade]:
    """What may become something that matters; other bins are thrown away unseen."""
    for node, place in index.items():
        if node.place not in reach.plants or node not in reach.present:
            continue
        for kind in reach.kinds:
            nodes = [(index.get(Node(item, node.place)), share) for item, share in kind.becomes]
            known = tuple((at, share) for at, share in nodes if at is not None)
            if kind.item == node.item and known:
                yield Regrade(kind, place, known)


def _outlets(reach: _Reach, index: dict[Node, int]) -> dict[str, tuple[int, ...]]:
    return {
        item: tuple(
            place
            for node, place in index.items()
            if node.item == item and (node.place in reach.plants or reach.is_free(node.place))
        )
        for item in sorted(demanded_items(reach.programme))
    }
