"""Generated programmes: small, and with everything that the planner knows."""

from __future__ import annotations

from typing import Any

import plan_samples as s
from hypothesis import strategies as st

from fabstack.model import Programme
from fabstack.model.choices import Budget, Campaign, Capacity, ItemCost, ToolOption
from fabstack.model.demand import Demand, Market, Need, Volume
from fabstack.model.header import Finance, Planning
from fabstack.model.items import Component
from fabstack.model.plants import Calendar, Lane, Staffing, Stock
from fabstack.model.routes import Wip
from fabstack.model.supply import Offer, PriceBreak, Rival, Supplier
from fabstack.model.technology import Technology
from fabstack.model.tools import Delivery, Maintenance
from fabstack.model.workforce import Skill

MONTHS = 6
GRIDS = ("", "", "3w 2m q", "26w", "20d 2q", "2q 30d 1w")
few = st.integers(0, 4)
leads = st.sampled_from([None, 0, 0.3, 1, 2.5])


def amounts(most: int) -> st.SearchStrategy[float]:
    """Whole amounts, small ones more often."""
    return st.integers(0, most).map(float)


@st.composite
def worlds(draw: Any) -> Programme:
    """A chain of bought dust, a part and a board in two plants, with demand of both kinds."""
    return s.programme(
        months=MONTHS,
        finance=Finance(
            discount_rate_percent=draw(amounts(20)),
            inflation_percent=draw(amounts(5)),
            holding_cost_percent=draw(amounts(60)),
        ),
        planning=Planning(
            backlog_months=draw(few),
            backlog_penalty_percent=draw(amounts(20)),
            shortfall_penalty_percent=draw(amounts(100)),
            max_load_percent=draw(st.integers(50, 100)),
            periods=draw(st.sampled_from(GRIDS)),
            x_factor=draw(st.sampled_from([None, None, 0, 4])),
            objective=draw(st.sampled_from(["cash", "cash", "after-tax"])),
        ),
        **_things(draw),
        **_plants(draw),
        **_suppliers(draw),
        **_demand(draw),
    )


def _things(draw: Any) -> dict[str, Any]:
    return {
        "technologies": (
            Technology(
                name="new",
                carrier="board",
                yield_start_percent=draw(st.integers(20, 100)),
                yield_mature_percent=95,
                learning_months=draw(st.integers(1, 12)),
            ),
        ),
        "items": (
            s.item("board", "board", price_usd=draw(amounts(200)), value_usd=20, technology="new"),
            s.item("part", make_cost_usd=draw(amounts(9)), value_usd=5, yield_percent=80),
            s.item("kit", "system", price_usd=draw(amounts(300)), make_cost_usd=1),
            s.item("dust", "material", value_usd=1),
        ),
        "item_costs": (
            ItemCost(
                item="part",
                from_date=s.month(draw(few)),
                make_cost_usd=draw(amounts(9)),
                holding_usd_per_month=draw(amounts(3)),
                price_usd=draw(amounts(90)),
            ),
            ItemCost(
                item="board",
                from_date="2026-02-11",
                backlog_usd_per_month=draw(amounts(9)),
                shortfall_usd=draw(amounts(300)),
            ),
        ),
        "components": (
            Component(parent="board", child="part", quantity=2, yield_percent=90),
            Component(parent="part", child="dust", quantity=3),
            Component(parent="kit", child="board", quantity=1),
            Component(parent="kit", child="dust", quantity=5),
        ),
    }


def _plants(draw: Any) -> dict[str, Any]:
    opens = s.month(draw(few))
    return {
        "calendars": (Calendar(name="week", days_per_week=5, hours_per_day=16),),
        "plants": (
            s.plant("near", fixed_cost_usd_per_month=3, calendar="week"),
            s.plant("far", opens=opens, floor_m2=draw(st.sampled_from([0, 0, 15]))),
        ),
        "phases": (
            s.phase(
                draw(amounts(90)), plant="near", ramp_months=draw(few), ready=s.month(draw(few))
            ),
            s.phase(draw(amounts(90)), plant="far", capacity_of="unit"),
            s.phase(
                draw(amounts(50)),
                plant="far",
                name="more",
                ready=None,
                optional=True,
                capacity_of="unit",
                capex_usd=draw(amounts(900)),
                build_months=draw(few),
            ),
        ),
        "lanes": (
            Lane(origin="near", destination="far", days=draw(st.integers(0, 60)), cost_usd=1),
        ),
        "stocks": (
            Stock(plant="near", item="part", initial=draw(amounts(20)), maximum=30, safety=2),
            Stock(plant="far", item="board", maximum=draw(amounts(20))),
        ),
        "skills": (Skill(name="smith", pay_low_usd_per_year=120, pay_high_usd_per_year=240),),
        "staffings": (
            Staffing(plant="near", skill="smith", people=0.1, people_per_1000_per_month=20),
        ),
        "tool_groups": (
            s.tool_group(draw(few), plant="near", running_cost_usd_per_h=0.1, load_min=3),
            s.tool_group(1, name="press", plant="far", floor_m2=5),
        ),
        "campaigns": (
            Campaign(
                name="parts",
                from_date=s.month(0),
                route="make-part",
                tool_group="tool",
                setup_usd=draw(amounts(60)),
                setup_h=draw(amounts(90)),
                minimum_carriers=draw(st.sampled_from([0, 0, 2])),
            ),
            Campaign(
                name="boards",
                from_date=s.month(draw(few)),
                family="boards",
                setup_usd=draw(amounts(60)),
                maximum_carriers=draw(st.sampled_from([None, 30])),
            ),
        )[draw(few) :],
        "tool_options": (
            ToolOption(
                tool_group="press",
                from_date=s.month(draw(few)),
                price_usd=draw(amounts(400)),
                lead_time_months=draw(st.sampled_from([0, 0.4, 1])),
                install_months=draw(st.sampled_from([0, 0.5])),
                resale_percent=draw(st.sampled_from([0, 50])),
                most=draw(few),
            ),
        ),
        "budgets": (
            Budget(
                name="all",
                from_date=s.month(0),
                to_date="2026-04-10",
                capital_usd=draw(amounts(900)),
            ),
        )[draw(st.integers(0, 1)) :],
        "deliveries": (
            Delivery(tool_group="tool", date=s.month(draw(few)), tools=1),
            Delivery(tool_group="press", date=s.month(draw(few)), tools=1, phase="more"),
        ),
        "capacities": (
            Capacity(
                tool_group="press", from_date="2026-03-10", hours_per_month=draw(amounts(600))
            ),
        ),
        "maintenances": (
            Maintenance(tool_group="tool", name="clean", every_h=100, duration=draw(few)),
        ),
        "routes": (
            s.route("part", plant="near", units_per_carrier=4),
            s.route(
                "board",
                plant="far",
                family="boards",
                cost_usd=draw(few),
                lead_time_months=draw(leads),
            ),
        ),
        "steps": (
            s.step(1, 3.0, route="make-part"),
            s.step(2, draw(st.integers(1, 400)), route="make-part"),
            s.step(1, 9.0, route="make-board", group="press"),
        ),
        "wip": (Wip(name="lot", route="make-part", step=2, carriers=draw(few) + 1),),
    }


def _suppliers(draw: Any) -> dict[str, Any]:
    return {
        "suppliers": (*s.SELLER, Supplier(name="other")),
        "offers": (
            s.offer(draw(amounts(5)), draw(amounts(900)), item="dust"),
            s.offer(
                60,
                draw(amounts(40)),
                item="board",
                lead_time_months=draw(st.sampled_from([0, 0.5, 2])),
            ),
            Offer(
                supplier="other",
                item="part",
                from_date=s.month(draw(few)),
                price_usd=draw(amounts(40)),
                capacity_per_month=draw(amounts(80)),
                minimum_per_month=draw(amounts(20)),
                shortfall_share=0.5,
            ),
        ),
        "price_breaks": (
            PriceBreak(
                supplier="other", item="part", from_quantity=10, price_usd=draw(amounts(40))
            ),
        ),
        "rivals": (
            Rival(
                supplier="seller",
                customer="big",
                rank=1,
                share_percent=draw(amounts(100)),
                in_shortage_percent=100,
            ),
        ),
    }


def _demand(draw: Any) -> dict[str, Any]:
    return {
        "markets": (Market(name="cars", priority=draw(few)),),
        "volumes": (
            Volume(market="cars", date=s.month(draw(few)), units_per_year=draw(amounts(400))),
            Volume(market="cars", date="2026-06-15", units_per_year=draw(amounts(400))),
        ),
        "needs": (
            Need(market="cars", item="board", from_date="2025-01", quantity=2),
            Need(market="cars", item="kit", from_date="2026-02-11", quantity=1),
        ),
        "demands": tuple(
            Demand(
                name=f"order {k}",
                item="part",
                date=s.month(k),
                quantity=draw(amounts(60)),
                priority=k % 2,
            )
            for k in range(MONTHS)
        ),
    }
