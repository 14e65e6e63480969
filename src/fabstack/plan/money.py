"""Money of a plan, month by month.

    objective = sum over t of money(t) x (revenue - make - transport - buy - fixed - people - capex
                                          - holding - penalties)
    money(t)  = (1 + inflation)^y / (1 + discount rate)^y       y = years to the middle of t

Making and people are paid when a carrier starts, goods when they arrive, capital while it is
built. Penalties are prices on lateness, not cash: they are in the objective and not in the net
present value. Tax and depreciation are left out.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from fabstack.model import by_key, grouped
from fabstack.plan.build import Model
from fabstack.plan.buy import minimum_to_take
from fabstack.plan.deliver import penalties_usd
from fabstack.plan.facts import Facts
from fabstack.plan.flow import holding_usd, safety_usd
from fabstack.plan.make import make_usd_per_carrier, people_usd_per_carrier
from fabstack.plan.people import crew_usd_per_month
from fabstack.plan.phases import claimed_spending, spending
from fabstack.plan.types import Floats


@dataclass(frozen=True, slots=True)
class Cash:
    """USD of each period, at the prices of that period [period]; all positive."""

    revenue: Floats
    make: Floats
    transport: Floats
    buy: Floats
    fixed: Floats
    people: Floats
    capex: Floats
    holding: Floats
    penalty: Floats

    @property
    def net(self) -> Floats:
        """Revenue less all that is paid; penalties are not cash."""
        costs = [
            getattr(self, f.name) for f in fields(self) if f.name not in ("revenue", "penalty")
        ]
        net: Floats = self.revenue - np.sum(costs, axis=0)
        return net


def cash(model: Model, values: Floats) -> Cash:
    """What a solution pays and earns."""
    facts = model.facts
    today = {
        "revenue": _revenue(model, values),
        "make": _making(model, values),
        "transport": _transport(model, values),
        "buy": paid_usd(model, values).sum(axis=0),
        "fixed": _per_plant(
            facts, {p.name: p.fixed_cost_usd_per_month for p in facts.programme.plants}
        ),
        "people": _people(model, values),
        "capex": capital(model, values),
        "holding": _holding(model, values),
        "penalty": _penalty(model, values),
    }
    return Cash(**{name: amount * facts.prices for name, amount in today.items()})


def _revenue(model: Model, values: Floats) -> Floats:
    delivered = values[model.columns["delivered"]]
    price = np.array([wish.price_usd for wish in model.delivering.wishes])
    revenue: Floats = price[model.delivering.outlets[:, 0]] @ delivered
    return revenue


def _making(model: Model, values: Floats) -> Floats:
    facts = model.facts
    items = by_key(facts.programme.items)
    per_carrier = make_usd_per_carrier(facts, model.making.expected)
    nodes = [facts.network.nodes[conversion.node] for conversion in facts.network.conversions]
    per_unit = np.array([items[node.item].make_cost_usd for node in nodes])
    started, converted = values[model.columns["starts"]], values[model.columns["converted"]]
    paid: Floats = (per_carrier * started).sum(axis=0) + per_unit @ converted
    return paid


def _transport(model: Model, values: Floats) -> Floats:
    cost_usd = np.array([arc.cost_usd for arc in model.facts.network.arcs])
    paid: Floats = cost_usd @ values[model.columns["sent"]]
    return paid


def paid_usd(model: Model, values: Floats) -> Floats:
    """What suppliers are paid, take-or-pay among it, in today's prices [offer, period]."""
    facts, buying = model.facts, model.buying
    paid = np.zeros((len(buying.terms), facts.periods.count))
    months = np.array([one.offer.lead_time_months for one in buying.terms])[buying.step_of]
    worth = buying.prices_usd[:, None] * values[model.columns["taken"]]
    for offset, share in facts.periods.split(months):
        when = np.minimum(facts.periods.numbers + offset[:, None], facts.periods.count - 1)
        np.add.at(paid, (buying.step_of[:, None], when), share[:, None] * worth)
    return paid + _unmet_usd(model, values)


def _unmet_usd(model: Model, values: Floats) -> Floats:
    """Take or pay [offer, period]."""
    offers = [one.offer for one in model.buying.terms]
    price = np.array([offer.price_usd * offer.shortfall_share for offer in offers])
    paid: Floats = price[:, None] * unmet(model, values)
    return paid


def unmet(model: Model, values: Floats) -> Floats:
    """Units below the minimum of a contract [offer, period]."""
    minimum = minimum_to_take(model.facts, model.buying)
    found = np.zeros_like(minimum)
    found[minimum.any(axis=1)] = values[model.columns["unmet"]]
    return found


def _people(model: Model, values: Floats) -> Floats:
    programme = model.facts.programme
    crews = {plant.name: crew_usd_per_month(programme, plant.name) for plant in programme.plants}
    started = values[model.columns["starts"]]
    return _per_plant(model.facts, crews) + people_usd_per_carrier(model.facts) @ started


def _per_plant(facts: Facts, usd_per_month: dict[str, float]) -> Floats:
    """A monthly cost of each plant from its opening on."""
    total = np.zeros(facts.periods.count)
    for plant in facts.programme.plants:
        opens = facts.periods.position(plant.opens) if plant.opens else 0.0
        is_open = facts.periods.share(opens, np.inf)
        total += usd_per_month[plant.name] * facts.periods.months * is_open
    return total


def capital(model: Model, values: Floats) -> Floats:
    """Claimed phases, chosen phases, and tools of plants whose phases carry no capital."""
    facts = model.facts
    built = values[model.columns["built"]]
    chosen = [share * spending(facts, one) for share, one in zip(built, model.choices, strict=True)]
    total: Floats = claimed_spending(facts) + _tool_purchases(facts) + sum(chosen, np.zeros(1))
    return total


def _tool_purchases(facts: Facts) -> Floats:
    programme = facts.programme
    groups = by_key(programme.tool_groups)
    spent = np.zeros(facts.periods.count)
    for delivery in programme.deliveries:
        group = groups[delivery.tool_group]
        phases = grouped(programme.phases, "plant")[group.plant]
        period = int(np.floor(facts.periods.position(delivery.date)))
        if 0 <= period < spent.size and not any(phase.capex_usd for phase in phases):
            spent[period] += delivery.tools * group.price_usd
    return spent


def _holding(model: Model, values: Floats) -> Floats:
    stores = np.array(model.facts.network.stores, dtype=np.int64)
    return holding_usd(model.facts)[stores] @ values[model.columns["stock"]]


def _penalty(model: Model, values: Floats) -> Floats:
    late_usd, lost_usd = penalties_usd(model.facts, model.delivering.wishes)
    price = safety_usd(model.facts)[model.safeguarded]
    return (
        late_usd @ values[model.columns["backlog"]]
        + lost_usd @ values[model.columns["short"]]
        + price @ values[model.columns["missing"]]
    )
