"""A solution's columns become the arrays of a plan."""

from __future__ import annotations

from typing import Any

import numpy as np

from fabstack.model import key_of
from fabstack.model.header import Objective
from fabstack.plan.assumptions import assumptions
from fabstack.plan.build import Model
from fabstack.plan.buy import capacity_left
from fabstack.plan.campaigns import kept_up
from fabstack.plan.capacity import available_hours, load_share, usable_hours
from fabstack.plan.facts import Facts
from fabstack.plan.highs import Solution
from fabstack.plan.inside import hours_of_lots_inside
from fabstack.plan.money import Cash, cash, paid_usd, tax_usd, unmet
from fabstack.plan.periods import Arrivals
from fabstack.plan.phases import allowed, built_hours, built_tools, limits
from fabstack.plan.purchases import hours_added, tools_there
from fabstack.plan.queues import groups_of_corners, work_of_one
from fabstack.plan.result import Built, Duals, Names, PlanResult, Queue, Regraded, Want, Way
from fabstack.plan.types import Floats, Ints


def result_of(model: Model, solution: Solution, *, build_s: float) -> PlanResult:
    """The plan that a solution stands for."""
    facts, values = model.facts, solution.values
    money = cash(model, values)
    npv_usd = float(facts.discount @ money.net)
    tax = tax_usd(model, values)
    return PlanResult(
        status=solution.status,
        objective_usd=objective_usd(facts, money, tax),
        npv_usd=npv_usd,
        npv_after_tax_usd=npv_usd - float(facts.discount @ tax),
        gap=solution.gap,
        columns=model.arrays.cost.size,
        rows=model.arrays.low.size,
        entries=int(model.arrays.matrix.nnz),
        whole_columns=int(model.arrays.whole.sum()),
        build_s=build_s,
        solve_s=solution.solve_s,
        options=facts.options,
        names=_names(model),
        lead_months=_lead_months(model, values),
        assumptions=assumptions(facts),
        months=facts.periods.months,
        **_flows(model, values),
        **_capacities(model, solution),
        built=_built(model, values),
        duals=_duals(model, solution),
        cash=money,
        money=facts.prices * facts.discount,
        discount=facts.discount,
        tax=tax,
    )


def objective_usd(facts: Facts, money: Cash, tax: Floats) -> float:
    """What the plan maximises; penalties count after tax where all else does."""
    if facts.programme.planning.objective is Objective.CASH:
        return float(facts.discount @ money.net) - float(facts.discount @ money.penalty)
    left = 1 - facts.programme.finance.tax_rate_percent / 100
    return float(facts.discount @ (money.net - tax - left * money.penalty))


def _names(model: Model) -> Names:
    facts, network = model.facts, model.facts.network
    nodes = network.nodes
    return Names(
        months=facts.periods.days[:-1],
        end=facts.periods.days[-1],
        routes=tuple(route.name for route in facts.programme.routes),
        queues=_queues(facts),
        nodes=nodes,
        ways=tuple(
            Way(nodes[arc.origin].item, nodes[arc.origin].place, nodes[arc.destination].place)
            for arc in network.arcs
        ),
        offers=tuple(key_of(one.offer) for one in model.buying.terms),
        groups=tuple(group.name for group in facts.programme.tool_groups),
        limits=tuple(limits(facts)),
        wants=tuple(Want(wish.market, wish.item) for wish in model.delivering.wishes),
        ranks=tuple(wish.rank for wish in model.delivering.wishes),
        conversions=tuple(nodes[conversion.node] for conversion in network.conversions),
        regrades=tuple(
            Regraded(
                *nodes[one.origin],
                becomes=tuple(item for item, _ in one.kind.becomes),
                is_substitute=one.kind.is_substitute,
            )
            for one in network.regrades
        ),
        options=tuple(key_of(one.option) for one in model.purchases.terms),
        campaigns=tuple(one.name for one in model.campaigns.terms),
    )


def _lead_months(model: Model, values: Floats) -> dict[str, float]:
    """Fixed time of each route and what a carrier waits on average, by Little's law."""
    months = model.facts.periods.months
    waiting = values[model.columns["waiting"]] @ months
    worked = values[model.columns["worked"]].sum(axis=1)
    waits = np.divide(waiting, worked, out=np.zeros_like(waiting), where=worked > 0)
    leads = {name: timing.lead_months for name, timing in model.facts.timings.items()}
    for stage, wait in zip(model.facts.paths.stages, waits.tolist(), strict=True):
        leads[model.facts.programme.routes[stage.route].name] += wait
    return leads


def _queues(facts: Facts) -> tuple[Queue, ...]:
    routes, groups = facts.programme.routes, facts.programme.tool_groups
    stages = facts.paths.stages
    return tuple(Queue(routes[s.route].name, groups[s.group].name, s.number) for s in stages)


def _flows(model: Model, values: Floats) -> dict[str, Any]:
    shape = (len(model.facts.network.nodes), model.facts.periods.count)
    columns, delivering = model.columns, model.delivering
    served = values[columns["delivered"]]
    wants = (len(delivering.wishes), shape[1])
    return {
        "starts": values[columns["starts"]],
        "set_up": values[columns["set_up"]],
        "kept_up": kept_up(model.campaigns, values[columns["kept_up"]]),
        "worked": values[columns["worked"]],
        "waiting": values[columns["waiting"]],
        **_work(model, values),
        "output": _output(model, values),
        "converted": values[columns["converted"]],
        "regraded": values[columns["regraded"]],
        "became": _became(model, values),
        "ordered": _summed(values[columns["taken"]], model.buying.step_of, len(model.buying.terms)),
        "bought": _bought(model, values),
        "unmet": unmet(model, values),
        "paid": paid_usd(model, values) * model.facts.prices,
        "sent": values[columns["sent"]],
        "used": _used(model, values),
        "stock": _spread(values[columns["stock"]], _stores(model), shape),
        "disposed": _spread(values[columns["disposed"]], model.surplus, shape),
        "missing": _spread(values[columns["missing"]], _stores(model)[model.safeguarded], shape),
        "delivered": _summed(served, delivering.outlets[:, 0], wants[0]),
        "served_from": delivering.outlets,
        "served": served,
        "wanted": model.arrays.low[model.rows["demand"]],
        "backlog": values[columns["backlog"]],
        "short": values[columns["short"]],
    }


def _work(model: Model, values: Floats) -> dict[str, Floats]:
    """Hours of tools that stages work, and that wait there [stage, period]."""
    stages = model.facts.paths.stages
    hours = np.array([stage.hours for stage in stages]).reshape(-1, 1)
    work = np.array([work_of_one(stage) for stage in stages]).reshape(-1, 1)
    return {
        "worked_h": hours * values[model.columns["worked"]],
        "waiting_h": work * values[model.columns["waiting"]],
    }


def _stores(model: Model) -> Ints:
    return np.array(model.facts.network.stores, dtype=np.int64)


def _summed(values: Floats, owner: Ints, owners: int) -> Floats:
    total = np.zeros((owners, values.shape[1]))
    np.add.at(total, owner, values)
    return total


def _spread(values: Floats, places: Ints, shape: tuple[int, int]) -> Floats:
    found = np.zeros(shape)
    found[places] = values
    return found


def _output(model: Model, values: Floats) -> Floats:
    making = model.making
    begun: Floats = values[making.ends]
    out = np.zeros_like(begun)
    _arrive(out, making.leaving, begun)
    return out * making.units


def _arrive(out: Floats, on: Arrivals, left: Floats) -> None:
    """Add what left to the periods in which it arrives, all that is within the horizon."""
    inside = on.arrives < out.shape[1]
    flow, leaves, arrives, share = (part[inside] for part in on)
    np.add.at(out, (flow, arrives), share * left[flow, leaves])


def _bought(model: Model, values: Floats) -> Floats:
    ordered = _summed(values[model.columns["taken"]], model.buying.step_of, len(model.buying.terms))
    received = np.zeros(ordered.shape)
    months = [one.offer.lead_time_months for one in model.buying.terms]
    _arrive(received, model.facts.periods.arrivals(months), ordered)
    return received


def _used(model: Model, values: Floats) -> Floats:
    """What routes, conversions and regrades take out of the nodes."""
    takers = ("starts", "converted", "regraded")
    makers = np.concatenate([model.columns[name].ravel() for name in takers])
    rows = model.rows["balance"]
    taken = model.arrays.matrix[: rows.size, makers].minimum(0)
    used: Floats = -(taken @ values[makers])
    return used.reshape(rows.shape)


def _became(model: Model, values: Floats) -> Floats:
    """What substitutes and sorted items become [node, period]."""
    makers, rows = model.columns["regraded"].ravel(), model.rows["balance"]
    given = model.arrays.matrix[: rows.size, makers].maximum(0)
    became: Floats = given @ values[makers]
    return became.reshape(rows.shape)


def _capacities(model: Model, solution: Solution) -> dict[str, Any]:
    facts, rows = model.facts, model.rows
    activity = model.arrays.matrix @ solution.values
    makers = model.making.legs.ravel()
    bought = solution.values[model.columns["bought_tools"]]
    sold = solution.values[model.columns["sold_tools"]]
    built = solution.values[model.columns["built"]]
    added = hours_added(facts, model.purchases, bought, sold)
    added += built_hours(facts, model.choices, built)
    counted = model.arrays.matrix[:, makers] @ solution.values[makers]
    idle_h = _assigned_but_idle(model, solution.values)
    return {
        "tools": tools_there(facts, model.purchases, bought, sold)
        + built_tools(facts, model.choices, built),
        "available_h": available_hours(facts) + added / _load_shares(facts),
        "usable_h": usable_hours(facts) + added,
        "bought_tools": bought,
        "sold_tools": sold,
        "used_h": activity[rows["tool_hours"]] - idle_h + added + hours_of_lots_inside(facts),
        "allowed": allowed(facts, model.choices, built),
        "counted": counted[rows["phases"]],
        "on_offer": capacity_left(facts, model.buying),
    }


def _assigned_but_idle(model: Model, values: Floats) -> Floats:
    """Hours that stages are assigned and do not work [group, period]."""
    idle = np.zeros(model.rows["tool_hours"].shape)
    facts = model.facts
    np.add.at(idle, groups_of_corners(facts), values[model.columns["assigned"]])
    stages = np.array([stage.group for stage in facts.paths.stages], dtype=np.int64)
    np.subtract.at(idle, stages, _work(model, values)["worked_h"])
    return idle


def _load_shares(facts: Facts) -> Floats:
    shares = [load_share(facts, group) for group in facts.programme.tool_groups]
    return np.array(shares).reshape(-1, 1)


def _built(model: Model, values: Floats) -> tuple[Built, ...]:
    shares = values[model.columns["built"]]
    return tuple(
        Built(one.phase.plant, one.phase.phase, float(share), one.decided, one.first_output)
        for share, one in zip(shares, model.choices, strict=True)
        if share > 1e-6
    )


def _duals(model: Model, solution: Solution) -> Duals:
    """The signs turned so that a positive dual means that one more unit is a gain."""
    found = {name: solution.duals[rows] for name, rows in model.rows.items()}
    return Duals(
        # a unit more at a node lowers the right-hand side of its balance
        units=found["balance"],
        tool_hours=-found["tool_hours"],
        phases=-found["phases"],
        supply=-found["supply"],
        demand=-found["demand"],
    )
