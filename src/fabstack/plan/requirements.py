"""How many units of an item the demand of each period asks for, all the way down.

    asked(i, t)  =  sum over demanded items e of units of i in one e x wanted(e, t)

With several ways, or yields that change, the largest number counts: it is an upper bound on what
can ever be of use, no more. Campaigns and their cuts are made tight by it.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from fabstack.model import grouped
from fabstack.plan.deliver import Wish
from fabstack.plan.facts import Facts
from fabstack.plan.flow import children_per_good_parent
from fabstack.plan.make import children_per_carrier, units_out
from fabstack.plan.types import Floats


def contents(facts: Facts) -> Mapping[str, Mapping[str, float]]:
    """Item -> item that it goes into -> units of it for one good unit; itself among them."""
    direct = _direct(facts)
    found: dict[str, dict[str, float]] = {}
    for item in facts.programme.items:
        _into(item.name, direct, found)
    return found


def _into(
    item: str, direct: Mapping[str, Mapping[str, float]], found: dict[str, dict[str, float]]
) -> None:
    """All that an item goes into; parents first, without recursion, for chains may be long."""
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
    item: str, direct: Mapping[str, Mapping[str, float]], found: Mapping[str, Mapping[str, float]]
) -> dict[str, float]:
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
