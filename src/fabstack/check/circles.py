"""Circles in a network of what needs what, and an order without them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

Link = tuple[str, str]  # (before, after): `after` needs `before`

MOST = 20  # circles that anyone reads


def circles(links: Iterable[Link]) -> Iterator[list[str]]:
    """Circles that share no link, each from a name through what it needs back to itself."""
    left = dict.fromkeys(links)
    for _ in range(MOST):
        try:
            _sorter(left).prepare()
        except CycleError as found:
            circle: list[str] = found.args[1]
            for link in pairwise(circle):
                left.pop(link, None)
            yield circle[::-1]
        else:
            return


def in_order(links: Iterable[Link]) -> tuple[str, ...] | None:
    """Every name after all that it needs, or None where there is a circle."""
    try:
        return tuple(_sorter(links).static_order())
    except CycleError:
        return None


def _sorter(links: Iterable[Link]) -> TopologicalSorter[str]:
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for before, after in links:
        sorter.add(after, before)
    return sorter
