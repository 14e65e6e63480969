"""How many units of an item the demand of each period asks for, all the way down.

    asked(i, t)  =  sum over demanded items e of units of i in one e x wanted(e, t)

With several ways, or yields that change, the largest number counts: it is an upper bound on what
can ever be of use, no more. Campaigns and their cuts are made tight by it. Items that may all stand
in for each other go into the same things.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from fabstack.model import grouped
from fabstack.plan.deliver import Wish
from fabstack.plan.facts import Facts, units_out
from fabstack.plan.flow import children_per_good_parent
from fabstack.plan.make import children_per_carrier
from fabstack.plan.types import Floats


def contents(facts: Facts) -> Mapping[str, Mapping[str, float]]:
    """Item -> item that it goes into -> units of it for one good unit; itself among them."""
    direct = _direct(facts)
    names = [item.name for item in facts.programme.items]
    circle_of = _circles(names, direct)
    members = grouped_by(circle_of)
    between = _between(direct, circle_of)
    found: dict[int, dict[int, float]] = {}
    for circle in members:
        _into(circle, between, found)
    return {
        name: {
            other: units
            for circle, units in found[circle_of[name]].items()
            for other in members[circle]
        }
        for name in names
    }


def _circles(names: list[str], direct: Mapping[str, Mapping[str, float]]) -> dict[str, int]:
    """Item -> number of the circle of items that may become each other; most are alone in it."""
    index = {name: place for place, name in enumerate(names)}
    links = [(index[child], index[parent]) for child in direct for parent in direct[child]]
    rows, columns = np.array(links, dtype=np.int64).reshape(-1, 2).T
    shape = (len(names), len(names))
    graph = coo_matrix((np.ones(rows.size), (rows, columns)), shape=shape)
    _, circles = connected_components(graph, connection="strong")
    return dict(zip(names, circles.tolist(), strict=True))


def grouped_by(circle_of: Mapping[str, int]) -> dict[int, list[str]]:
    """Circle -> its items."""
    members: dict[int, list[str]] = {}
    for name, circle in circle_of.items():
        members.setdefault(circle, []).append(name)
    return members


def _between(
    direct: Mapping[str, Mapping[str, float]], circle_of: Mapping[str, int]
) -> dict[int, dict[int, float]]:
    """Circle -> circle that it goes into directly -> most units."""
    found: defaultdict[int, dict[int, float]] = defaultdict(dict)
    for child, parents in direct.items():
        for parent, units in parents.items():
            of, into = circle_of[child], circle_of[parent]
            if of != into:
                found[of][into] = found[of].get(into, 0.0) + units
    return found


def _into(
    item: int, direct: Mapping[int, Mapping[int, float]], found: dict[int, dict[int, float]]
) -> None:
    """All that a circle goes into; parents first, without recursion, for chains may be long."""
    waiting = [item]
    while waiting:
        at = waiting[-1]
        missing = [parent for parent in direct.get(at, {}) if parent not in found]
        if at in found or not missing:
            waiting.pop()
            found.setdefault(at, _added(at, direct, found))
        else:
            waiting += missing


def _added(
    item: int, direct: Mapping[int, Mapping[int, float]], found: Mapping[int, Mapping[int, float]]
) -> dict[int, float]:
    total = {item: 1.0}
    for parent, each in direct.get(item, {}).items():
        for end, units in found[parent].items():
            total[end] = total.get(end, 0.0) + each * units
    return total


def _direct(facts: Facts) -> dict[str, dict[str, float]]:
    """Child -> parent -> most children for one good parent, over all ways and periods."""
    found: dict[str, dict[str, float]] = {}
    units = units_out(facts)
    for place, route in enumerate(facts.programme.routes):
        for component in grouped(facts.programme.components, "parent")[route.item]:
            taken = children_per_carrier(facts, route, component)
            good = units[place] > 0
            most = float((taken[good] / units[place][good]).max(initial=0.0))
            _raise(found, component.child, route.item, most)
    for conversion in facts.network.conversions:
        node = facts.network.nodes[conversion.node]
        ages = facts.age_months(*node)
        for _, component in conversion.inputs:
            each = np.array([children_per_good_parent(facts, component, age) for age in ages])
            most = float(each[np.isfinite(each)].max(initial=0.0))
            _raise(found, component.child, node.item, most)
    for regrade in facts.network.regrades:
        for item, share in regrade.kind.becomes:
            _raise(found, regrade.kind.item, item, 1 / share)
    return found


def _raise(found: dict[str, dict[str, float]], child: str, parent: str, most: float) -> None:
    parents = found.setdefault(child, {})
    parents[parent] = max(parents.get(parent, 0.0), most)


def asked(facts: Facts, wishes: tuple[Wish, ...], item: str, into: Mapping[str, float]) -> Floats:
    """Units of an item in all that is wanted of what it goes into [period]."""
    total = np.zeros(facts.periods.count)
    for wish in wishes:
        if wish.item in into:
            total += into[wish.item] * wish.wanted
    return total
