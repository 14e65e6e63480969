"""Cuts and setups that are tied to what is wanted leave every optimum where it is.

Random programmes with setups, minimum lots, families, kept setups, parts of parts, substitutes in
circles, bins, shelf lives, late units and first stocks: the optimum with cuts is the one without,
and the one where nothing bounds what a setup allows.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import plan_samples as s
import pytest
from scipy.sparse import csc_matrix, csr_matrix

from fabstack.model import Programme
from fabstack.model.choices import Campaign, ItemCost
from fabstack.model.header import Planning
from fabstack.model.items import Bin, Component, Item, Substitute
from fabstack.model.plants import Stock
from fabstack.plan.build import Model, build
from fabstack.plan.cuts import LotCuts
from fabstack.plan.facts import Facts
from fabstack.plan.highs import Status, minimum
from fabstack.plan.options import PlanOptions
from fabstack.plan.program import Arrays
from fabstack.plan.types import Floats

NAMES = ("a", "b", "c", "raw")
MONTHS = 5
ENOUGH = 1e4  # carriers that nothing here can reach


def drawn(seed: int) -> Programme:
    """A programme with some of everything that has to do with lots."""
    rng = np.random.default_rng(seed)

    def some(share: float = 0.5) -> bool:
        return bool(rng.random() < share)

    bins: tuple[Bin, ...] = ()
    if some():
        bins = (Bin(item="raw", bin="b", percent=40), Bin(item="raw", bin="c", percent=50))
    parts = [Component(parent="a", child="raw", quantity=1.5)]
    if not bins:
        parts.append(Component(parent="b", child="raw", quantity=1.0))
    stand_ins = [("b", "a"), ("a", "b"), ("c", "b")]
    routed = [name for name in NAMES if not (bins and name in "bc" and some())]
    return s.programme(
        months=MONTHS,
        planning=Planning(backlog_months=int(rng.integers(0, 3)), max_load_percent=100, x_factor=0),
        items=tuple(
            Item(name=name, kind="package", shelf_life_months=2.0 if some(0.3) else None)
            for name in NAMES
        ),
        item_costs=tuple(
            ItemCost(
                item=name,
                from_date=s.month(0),
                make_cost_usd=float(rng.integers(0, 4)),
                holding_usd_per_month=float(rng.uniform(0.2, 2)),
                backlog_usd_per_month=float(rng.uniform(1, 5)),
                shortfall_usd=80.0,
            )
            for name in NAMES
        ),
        components=tuple(parts),
        substitutes=tuple(
            Substitute(item=item, substitute=other, cost_usd=0.5)
            for item, other in stand_ins
            if some()
        ),
        bins=bins,
        plants=(s.plant(),),
        stocks=(Stock(plant="plant", item="a", initial=9.0 if some() else 0.0, safety=3.0),),
        tool_groups=(s.tool_group(1),),
        routes=tuple(s.route(name, family="raw" if name == "raw" else "end") for name in routed),
        steps=tuple(s.step(1, float(rng.uniform(4, 8)), route=f"make-{name}") for name in routed),
        campaigns=campaigns(rng, routed, some()),
        demands=tuple(
            demand
            for name in "abc"
            for demand in s.demands(*rng.integers(0, 30, MONTHS).tolist(), item=name)
        ),
    )


def campaigns(rng: Any, routed: list[str], is_kept: bool) -> tuple[Campaign, ...]:
    """One for each route, and one for the family of what is sold."""
    own = [
        Campaign(
            name=name,
            from_date=s.month(0),
            route=f"make-{name}",
            setup_usd=float(rng.integers(10, 90)),
            setup_h=float(rng.integers(0, 40)),
            tool_group="tool",
            carries_over=is_kept,
            minimum_carriers=0.0 if is_kept else float(rng.choice([0, 0, 25])),
        )
        for name in routed
    ]
    family = Campaign(name="all", from_date=s.month(0), family="end", setup_usd=20.0)
    return (*own, family)


def model_of(programme: Programme) -> Model:
    return build(Facts.of(programme, PlanOptions()))


def least(arrays: Arrays, cuts: LotCuts | None = None) -> float:
    found = minimum(arrays, time_limit_s=60, gap=1e-7, cuts=cuts)
    assert found.gap <= 1e-6
    return found.objective


def unbounded(model: Model) -> Arrays:
    """The program in which a setup allows as much as anyone likes."""
    arrays = model.arrays._replace(matrix=model.arrays.matrix.copy())
    matrix = arrays.matrix.tolil()
    kept = dict(zip(model.campaigns.carrying.tolist(), model.columns["kept_up"], strict=True))
    for place, row in enumerate(model.rows["campaign"]):
        if len(model.campaigns.terms[place].routes):
            for columns in (model.columns["set_up"][place], kept.get(place, ())):
                for at, column in zip(row, columns, strict=False):
                    matrix[at, column] = -ENOUGH
    upper = arrays.upper.copy()
    upper[model.columns["set_up"]] = 1.0
    return arrays._replace(matrix=matrix.tocsc(), upper=upper)


@pytest.mark.parametrize("seed", range(5))
def test_neither_cuts_nor_bounds_of_setups_change_the_optimum(seed: int) -> None:
    model = model_of(drawn(seed))
    plain = least(unbounded(model))
    assert least(model.arrays) == pytest.approx(plain, abs=1e-4)
    assert least(model.arrays, LotCuts(model)) == pytest.approx(plain, abs=1e-4)


def test_where_nothing_is_found_rows_of_cuts_leave_no_duals() -> None:
    """Two thirds of a whole number are none, though its relaxation has room for a cut."""
    arrays = Arrays(
        cost=np.array([1.0, -1.0]),
        lower=np.zeros(2),
        upper=np.ones(2),
        whole=np.array([True, False]),
        low=np.array([2.0]),
        high=np.array([2.0]),
        matrix=csc_matrix([[3.0, 0.0]]),
    )

    def cuts(values: Floats) -> csr_matrix:
        rows = [[-1.0, 1.0]] if values[1] > values[0] + 1e-6 else np.zeros((0, 2))
        return csr_matrix(rows)

    found = minimum(arrays, time_limit_s=60, gap=0.0, cuts=cuts)
    assert found.status is Status.INFEASIBLE
    assert found.duals.tolist() == [0.0]
