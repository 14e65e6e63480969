"""How much more a way would bring if all yields were mature."""

from __future__ import annotations

import numpy as np

from fabstack.economics.flow import units_per_carrier
from fabstack.plan.build import Model
from fabstack.plan.facts import MATURE_MONTHS
from fabstack.plan.flow import children_per_good_parent
from fabstack.plan.types import Floats


def immaturity(model: Model) -> Floats:
    """Units with mature yields over units now, at least 1 [column]."""
    found = np.ones(model.arrays.cost.size)
    _add_routes(model, found)
    _add_conversions(model, found)
    return np.maximum(found, 1.0)


def _add_routes(model: Model, found: Floats) -> None:
    facts = model.facts
    for place, route in enumerate(facts.programme.routes):
        mature = (
            units_per_carrier(facts.programme, route.name)
            * facts.timings[route.name].line_yield
            * facts.mature_yield(route.item)
        )
        now = model.making.expected[place]
        found[model.columns["starts"][place]] = mature / np.maximum(now, 1e-12)


def _add_conversions(model: Model, found: Floats) -> None:
    facts = model.facts
    for place, conversion in enumerate(facts.network.conversions):
        ages = facts.age_months(*facts.network.nodes[conversion.node])
        component = conversion.inputs[0][1]
        mature = children_per_good_parent(facts, component, MATURE_MONTHS)
        now = [children_per_good_parent(facts, component, age) for age in ages.tolist()]
        found[model.columns["converted"][place]] = np.minimum(np.array(now) / mature, 1e12)
