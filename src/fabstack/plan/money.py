"""Money of a plan, month by month.

    objective = sum over t of money(t) x (revenue - make - transport - buy - fixed - people - capex
                                          - holding - penalties)
    money(t)  = (1 + inflation)^y / (1 + discount rate)^y       y = years to the middle of t

Making and people are paid when a carrier starts, goods when they arrive, capital while it is
built. Penalties are prices on lateness, not cash: they are in the objective and not in the net
present value. Tax is in the objective where a programme asks for that (`taxes`).
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from fabstack.model.deliveries import claimed_deliveries
from fabstack.plan.build import Model
from fabstack.plan.buy import lead_months, minimum_to_take
from fabstack.plan.deliver import penalties_usd, prices_usd
from fabstack.plan.facts import Facts
from fabstack.plan.flow import conversion_usd, holding_usd, safety_usd
from fabstack.plan.make import make_usd_per_carrier, people_usd_per_carrier
from fabstack.plan.people import crew_usd_per_month
from fabstack.plan.phase_tools import carries_capital
from fabstack.plan.phases import claimed_spending, spending, tool_spending
from fabstack.plan.purchases import delivery_periods, resale_usd
from fabstack.plan.queues import waiting_usd
from fabstack.plan.regrade import regrade_usd
from fabstack.plan.taxes import written_off
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
    resale: Floats  # of tools: earned
    holding: Floats
    penalty: Floats

    @property
    def net(self) -> Floats:
        """Revenue less all that is paid; penalties are not cash."""
        gains = ("revenue", "resale", "penalty")
        costs = [getattr(self, f.name) for f in fields(self) if f.name not in gains]
        net: Floats = self.revenue + self.resale - np.sum(costs, axis=0)
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
        "resale": _resale(model, values),
        "holding": _holding(model, values),
        "penalty": _penalty(model, values),
    }
    return Cash(**{name: amount * facts.prices for name, amount in today.items()})


def _revenue(model: Model, values: Floats) -> Floats:
    delivered = values[model.columns["delivered"]]
    price = prices_usd(model.facts, model.delivering.wishes)
    revenue: Floats = (price[model.delivering.outlets[:, 0]] * delivered).sum(axis=0)
    return revenue


def _making(model: Model, values: Floats) -> Floats:
    facts = model.facts
    per_carrier = make_usd_per_carrier(facts, model.making.expected)
    started, converted = values[model.columns["starts"]], values[model.columns["converted"]]
    made: Floats = (conversion_usd(facts) * converted).sum(axis=0)
    made = made + regrade_usd(facts) @ values[model.columns["regraded"]]
    paid: Floats = (per_carrier * started).sum(axis=0) + made + _setups(model, values)
    return paid


def _setups(model: Model, values: Floats) -> Floats:
    """Setups of campaigns [period]."""
    usd = np.array([one.setup_usd for one in model.campaigns.terms])
    set_up = values[model.columns["set_up"]]
    paid: Floats = (usd.reshape(set_up.shape) * set_up).sum(axis=0)
    return paid


def _transport(model: Model, values: Floats) -> Floats:
    cost_usd = np.array([arc.cost_usd for arc in model.facts.network.arcs])
    paid: Floats = cost_usd @ values[model.columns["sent"]]
    return paid


def paid_usd(model: Model, values: Floats) -> Floats:
    """What suppliers are paid, take-or-pay among it, in today's prices [offer, period]."""
    facts, buying = model.facts, model.buying
    paid = np.zeros((len(buying.terms), facts.periods.count))
    worth = buying.prices_usd[:, None] * values[model.columns["taken"]]
    on = facts.periods.arrivals(lead_months(buying))
    when = np.minimum(on.arrives, facts.periods.count - 1)
    back = buying.back_usd[:, None] * facts.periods.months * values[model.columns["step_open"]]
    worth[buying.falling] -= back
    np.add.at(paid, (buying.step_of[on.flow], when), on.share * worth[on.flow, on.leaves])
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
    total: Floats = claimed_spending(facts) + sum(chosen, np.zeros(1))
    return total + _tool_purchases(model, values) + _bought_tools(model, values)


def _bought_tools(model: Model, values: Floats) -> Floats:
    """Tools that the plan buys, in the period of their delivery [period]."""
    facts, found = model.facts, model.purchases
    spent = np.zeros(facts.periods.count)
    price = np.array([one.price_usd for one in found.terms]).reshape(-1, 1)
    np.add.at(spent, delivery_periods(facts, found), price * values[model.columns["bought_tools"]])
    return spent


def _resale(model: Model, values: Floats) -> Floats:
    """What tools bring that are sold again [period]."""
    brought: Floats = resale_usd(model.purchases) @ values[model.columns["sold_tools"]]
    return brought


def tax_usd(model: Model, values: Floats) -> Floats:
    """Tax on profit, of the money of each period; a loss saves tax [period]."""
    finance = model.facts.programme.finance
    money = cash(model, values)
    profit = money.net + money.capex - depreciation_usd(model, values)
    tax: Floats = finance.tax_rate_percent / 100 * profit
    return tax


def depreciation_usd(model: Model, values: Floats) -> Floats:
    """Capital written off, at the prices at which it was spent [period]."""
    facts, finance = model.facts, model.facts.programme.finance
    tools = _tool_purchases(model, values) + _bought_tools(model, values)
    phases = capital(model, values) - tools
    share = finance.equipment_share_percent / 100
    equipment, building = tools + share * phases, (1 - share) * phases
    written: Floats = (equipment * facts.prices) @ written_off(
        facts.periods, finance.equipment_life_years
    ) + (building * facts.prices) @ written_off(facts.periods, finance.building_life_years)
    return written


def _tool_purchases(model: Model, values: Floats) -> Floats:
    """Delivered tools of plants whose phases carry no capital; those of chosen phases if built."""
    facts = model.facts
    spent = np.zeros(facts.periods.count)
    for group in facts.programme.tool_groups:
        for delivery in claimed_deliveries(facts.programme, group.name):
            period = facts.periods.at(facts.periods.position(delivery.date))
            if 0 <= period < spent.size and not carries_capital(facts, group.plant):
                spent[period] += delivery.tools * group.price_usd
    for share, one in zip(values[model.columns["built"]], model.choices, strict=True):
        spent += share * tool_spending(facts, one)
    return spent


def _holding(model: Model, values: Floats) -> Floats:
    stores = np.array(model.facts.network.stores, dtype=np.int64)
    held: Floats = (holding_usd(model.facts)[stores] * values[model.columns["stock"]]).sum(axis=0)
    waiting_cost, _ = waiting_usd(model.facts)
    waiting: Floats = (waiting_cost * values[model.columns["waiting"]]).sum(axis=0)
    return held + waiting


def _penalty(model: Model, values: Floats) -> Floats:
    late_usd, lost_usd = penalties_usd(model.facts, model.delivering.wishes)
    price = safety_usd(model.facts)[model.safeguarded]
    _, waiting_price = waiting_usd(model.facts)
    penalty: Floats = (
        (late_usd * values[model.columns["backlog"]]).sum(axis=0)
        + (lost_usd * values[model.columns["short"]]).sum(axis=0)
        + (price * values[model.columns["missing"]]).sum(axis=0)
        + (waiting_price * values[model.columns["waiting"]]).sum(axis=0)
    )
    return penalty
