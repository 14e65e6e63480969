"""Small programmes that a person can plan by hand."""

from __future__ import annotations

from typing import Any

from fabstack.model import Programme
from fabstack.model.demand import Demand
from fabstack.model.header import Finance, Header, Planning
from fabstack.model.items import Item, ItemKind
from fabstack.model.plants import Phase, Plant
from fabstack.model.randomness import constant
from fabstack.model.routes import Route, Step
from fabstack.model.supply import Offer, Supplier
from fabstack.model.tools import ToolGroup

START = "2026-01"
HOURS_PER_MONTH = 730.5


def programme(*, months: int, **tables: Any) -> Programme:
    """A programme without interest, holding cost or backlog, unless it says so."""
    end = f"{2026 + (months - 1) // 12}-{(months - 1) % 12 + 1:02d}"
    sections = {
        "finance": Finance(discount_rate_percent=0, holding_cost_percent=0),
        "planning": Planning(backlog_months=0, max_load_percent=100),
    }
    head = Header(name="sample", start=START, end=end)
    return Programme(programme=head, **{**sections, **tables})


def item(name: str = "part", kind: str = "package", **more: Any) -> Item:
    """An item without technology."""
    return Item(name=name, kind=ItemKind(kind), **more)


def month(index: int) -> str:
    """A month of the horizon as a cell."""
    return f"{2026 + index // 12}-{index % 12 + 1:02d}"


def demands(*quantities: float, item: str = "part", **more: Any) -> tuple[Demand, ...]:
    """A dated demand for each month in which something is wanted."""
    return tuple(
        Demand(name=f"{item}-{at}", item=item, date=month(at), quantity=quantity, **more)
        for at, quantity in enumerate(quantities)
        if quantity
    )


def plant(name: str = "plant", **more: Any) -> Plant:
    """A plant of no special kind."""
    return Plant(name=name, kind="other", **more)


def phase(capacity: float, *, plant: str = "plant", name: str = "first", **more: Any) -> Phase:
    """A phase that is there from the start unless it says otherwise."""
    return Phase(
        **{"plant": plant, "phase": name, "capacity_per_month": capacity, "ready": START, **more}
    )


def route(item: str = "part", *, plant: str = "plant", **more: Any) -> Route:
    """A way to make an item, one from a carrier unless it says otherwise."""
    return Route(name=f"make-{item}", item=item, plant=plant, carriers_per_lot=1, **more)


def offer(price: float, capacity: float, *, item: str = "part", **more: Any) -> Offer:
    """What the only supplier sells."""
    facts = {"supplier": "seller", "from_date": START, **more}
    return Offer(item=item, price_usd=price, capacity_per_month=capacity, **facts)


SELLER = (Supplier(name="seller"),)


def make_or_buy(**changes: Any) -> Programme:
    """Instance A: demand 8, 14, 12; make at most 10 at 1; buy at 3; hold at 0.5 a month."""
    parts: dict[str, Any] = {
        "finance": Finance(discount_rate_percent=0, holding_cost_percent=600),  # 0.5 a month of 1
        "items": (item(make_cost_usd=1, value_usd=1),),
        "plants": (plant(),),
        "phases": (phase(10),),
        "routes": (route(),),
        "suppliers": SELLER,
        "offers": (offer(3, 1000),),
        "demands": demands(8, 14, 12),
    }
    return programme(months=3, **{**parts, **changes})


def step(number: int, hours: float, *, route: str = "make-part", group: str = "tool") -> Step:
    """A step that takes its tool for some hours for a lot of one carrier."""
    return Step(
        route=route,
        step=number,
        name=f"step {number}",
        tool_group=group,
        process=constant(hours * 60),
    )


def tool_group(tools: int, *, name: str = "tool", plant: str = "plant", **more: Any) -> ToolGroup:
    """Tools that never break."""
    return ToolGroup(name=name, plant=plant, tools=tools, **more)
