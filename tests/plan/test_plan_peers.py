"""The same data, written down independently for other solvers and modellers, cost the same."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import plan_samples as s
import pytest
from scipy.optimize import linprog

from fabstack.model import Programme
from fabstack.model.header import Finance, Planning
from fabstack.model.items import Component
from fabstack.plan import PlanOptions, plan

HOUR = 1 / s.HOURS_PER_MONTH


# --- Two products on two tool groups with lead times, by scipy ----------------------------------

HOURS = {"a": (2.0, 1.0), "b": (1.0, 3.0)}  # of (cut, weld) for one of each
TOOLS = (3, 4)
WANTED = {"a": (900, 1500, 1200, 700), "b": (300, 900, 1500, 900)}
PRICE, MAKE, HOLD, LATE = {"a": 50.0, "b": 80.0}, {"a": 9.0, "b": 11.0}, 2.0, 0.05
LEAD = 0.4  # months: what starts in a month leaves to 60 % in it and to 40 % in the next
MONTHS = 4


def two_products() -> Programme:
    items = tuple(
        s.item(name, price_usd=PRICE[name], make_cost_usd=MAKE[name], value_usd=24)
        for name in HOURS
    )
    return s.programme(
        months=MONTHS,
        finance=Finance(discount_rate_percent=0, holding_cost_percent=100),  # of 24: 2 a month
        planning=Planning(
            backlog_months=1,
            backlog_penalty_percent=100 * LATE,
            shortfall_penalty_percent=0,
            max_load_percent=100,
        ),
        items=items,
        plants=(s.plant(),),
        tool_groups=(s.tool_group(TOOLS[0], name="cut"), s.tool_group(TOOLS[1], name="weld")),
        routes=tuple(s.route(name) for name in HOURS),
        steps=tuple(
            s.step(k + 1, hours, route=f"make-{name}", group=("cut", "weld")[k])
            for name, each in HOURS.items()
            for k, hours in enumerate(each)
        ),
        demands=tuple(d for name, wanted in WANTED.items() for d in s.demands(*wanted, item=name)),
    )


def best_by_linprog() -> float:
    """Columns for each product and month: started, stock, delivered, late, given up."""
    names = list(HOURS)
    kinds = ("start", "stock", "give", "late", "lost")
    at = {key: i for i, key in enumerate(
        (kind, name, t) for kind in kinds for name in names for t in range(MONTHS))}  # fmt: skip
    cost, upper = np.zeros(len(at)), np.full(len(at), np.inf)
    equal, right, limit, most = [], [], [], []
    for name in names:
        for t in range(MONTHS):
            cost[at["start", name, t]] = MAKE[name]
            cost[at["stock", name, t]] = HOLD
            cost[at["give", name, t]] = -PRICE[name]
            cost[at["late", name, t]] = LATE * PRICE[name]
            upper[at["late", name, t]] = WANTED[name][t] if t + 1 < MONTHS else 0.0
            flow, demand = np.zeros(len(at)), np.zeros(len(at))
            flow[at["start", name, t]] = 0.6
            flow[at["stock", name, t]] = flow[at["give", name, t]] = -1
            demand[[at["give", name, t], at["lost", name, t], at["late", name, t]]] = 1
            if t:
                flow[at["start", name, t - 1]] = 0.4
                flow[at["stock", name, t - 1]] = 1
                demand[at["late", name, t - 1]] = -1
            equal += [flow, demand]
            right += [0.0, float(WANTED[name][t])]
    for k, tools in enumerate(TOOLS):
        for t in range(MONTHS):
            hours = np.zeros(len(at))
            for name, each in HOURS.items():
                middle = (sum(each[:k]) + each[k] / 2) / sum(each) * LEAD  # of the step, in months
                hours[at["start", name, t]] += (1 - middle) * each[k]
                if t:
                    hours[at["start", name, t - 1]] += middle * each[k]
            limit.append(hours)
            most.append(tools * s.HOURS_PER_MONTH)
    bounds = [(0.0, top) for top in upper]
    found = linprog(cost, limit, most, equal, right, bounds)
    assert found.success
    return float(-found.fun)


def test_two_products_on_two_tool_groups_gain_what_linprog_finds() -> None:
    options = PlanOptions(lead_times_months={"make-a": LEAD, "make-b": LEAD})
    result = plan(two_products(), options=options)
    assert result.objective_usd == pytest.approx(best_by_linprog(), rel=1e-9)
    assert result.short.sum() > 0
    assert result.backlog.sum() > 0


# --- A two-level chain with make or buy at each level, by linopy ----------------------------------


DEMAND = (20.0, 35.0, 50.0, 45.0, 60.0)
BOARD_CAPACITY, PART_CAPACITY = 40.0, 70.0
BOARD_OFFER, PART_OFFER, DUST_OFFER = (30.0, 12.0), (7.0, 25.0), (0.5, 400.0)  # price, most
GOOD_BOARDS, PARTS_IN_A_BOARD, DUST_IN_A_PART = 0.8, 2.0, 3.0
RATE = 0.10


def chain() -> Programme:
    return s.programme(
        months=len(DEMAND),
        finance=Finance(discount_rate_percent=100 * RATE, holding_cost_percent=120),
        planning=Planning(backlog_months=0, shortfall_penalty_percent=50),
        items=(
            s.item("board", "board", price_usd=60, make_cost_usd=4, value_usd=20, yield_percent=80),
            s.item("part", make_cost_usd=1, value_usd=5),
            s.item("dust", "material", value_usd=1),
        ),
        components=(
            Component(parent="board", child="part", quantity=PARTS_IN_A_BOARD),
            Component(parent="part", child="dust", quantity=DUST_IN_A_PART),
        ),
        plants=(s.plant("boards"), s.plant("parts")),
        phases=(s.phase(BOARD_CAPACITY, plant="boards"), s.phase(PART_CAPACITY, plant="parts")),
        routes=(s.route("board", plant="boards"), s.route("part", plant="parts")),
        suppliers=s.SELLER,
        offers=(
            s.offer(*BOARD_OFFER, item="board"),
            s.offer(*PART_OFFER, item="part"),
            s.offer(*DUST_OFFER, item="dust"),
        ),
        demands=s.demands(*DEMAND, item="board"),
    )


def best_by_linopy() -> float:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # linopy's own, of its dependencies
        return _best_by_linopy()


def _best_by_linopy() -> float:
    import linopy
    import xarray as xr

    months = range(len(DEMAND))
    worth = (1 + RATE) ** (-(np.arange(len(DEMAND)) + 0.5) / 12)
    peer = linopy.Model()

    def column(name: str, most: float = np.inf) -> list[Any]:
        return [peer.add_variables(lower=0, upper=most, name=f"{name}{t}") for t in months]

    boards, parts = column("boards", BOARD_CAPACITY), column("parts", PART_CAPACITY)
    buy = {
        "board": column("buy board", BOARD_OFFER[1]),
        "part": column("buy part", PART_OFFER[1]),
        "dust": column("buy dust", DUST_OFFER[1]),
    }
    stock = {name: column(f"stock {name}") for name in buy}
    give, lost = column("give"), column("lost")
    total = 0
    for t in months:
        made = {"board": GOOD_BOARDS * boards[t], "part": 1 * parts[t], "dust": 0 * parts[t]}
        used = {
            "board": 1 * give[t],
            "part": PARTS_IN_A_BOARD * boards[t],
            "dust": DUST_IN_A_PART * parts[t],
        }
        for name in buy:
            before = stock[name][t - 1] if t else 0 * stock[name][t]
            balance = before + made[name] + buy[name][t] - used[name] - stock[name][t]
            peer.add_constraints(balance == 0, name=f"{name} {t}")
        peer.add_constraints(give[t] + lost[t] == DEMAND[t], name=f"demand {t}")
        gain = 60 * give[t] - 30 * lost[t] - 4 * GOOD_BOARDS * boards[t] - 1 * parts[t]
        prices = {"board": BOARD_OFFER[0], "part": PART_OFFER[0], "dust": DUST_OFFER[0]}
        values = {"board": 20, "part": 5, "dust": 1}
        for name in buy:
            gain = gain - prices[name] * buy[name][t] - 0.1 * values[name] * stock[name][t]
        total = total + float(worth[t]) * gain
    peer.add_objective(total, sense="max")
    peer.solve(solver_name="highs", output_flag=False)
    assert isinstance(peer.solution, xr.Dataset)
    return float(peer.objective.value)


def test_a_chain_with_make_or_buy_at_each_level_gains_what_linopy_finds() -> None:
    result = plan(chain())
    assert result.objective_usd == pytest.approx(best_by_linopy(), rel=1e-8)
    assert result.starts.min(axis=1).max() > 0
    assert (result.bought.max(axis=1) > 0).all()
