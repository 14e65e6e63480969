"""Seconds to build and solve plans of generated chains: `python -m benchmarks.plan [ITEMS ...]`.

A chain has items in five stages, each made of one or two of the stage before, over 100 months; each
route takes three of 30 tool groups. The hours are such that all demand needs 97 % of them. Lead
times are once of whole months and once of parts of a month, which is much harder: what leaves in
a month then depends on the starts of two, and over five stages that is hard to invert.
"""

from __future__ import annotations

import random
import resource
import sys
import time
from collections.abc import Sequence

from fabstack.model import Programme
from fabstack.model.choices import Capacity
from fabstack.model.demand import Market, Need, Volume
from fabstack.model.header import Finance, Header, Planning
from fabstack.model.items import Component, Item, ItemKind
from fabstack.model.plants import Plant, PlantKind
from fabstack.model.randomness import constant
from fabstack.model.routes import Route, Step
from fabstack.model.tools import ToolGroup
from fabstack.plan import PlanOptions, plan
from fabstack.plan.build import build
from fabstack.plan.facts import Facts

STAGES, MARKETS, STEPS = 5, 10, 3
TIGHT = 0.97
LEAD_MONTHS: dict[str, Sequence[float]] = {
    "whole months": (0, 1),
    "parts of a month": (0, 0.3, 0.5),
}


def chain(
    items: int,
    *,
    lead_months: Sequence[float] = LEAD_MONTHS["parts of a month"],
    months: int = 100,
    groups: int = 30,
    seed: int = 1,
) -> Programme:
    """A chain of so many items, with demand for those of the last stages."""
    draw = random.Random(seed)
    names = [f"item-{k:04d}" for k in range(items)]
    sold = names[2 * items // STAGES :]
    components = _components(names, draw)
    markets = [f"market-{k}" for k in range(MARKETS)]
    needs = tuple(
        Need(market=draw.choice(markets), item=name, from_date="2026-01", quantity=1)
        for name in sold
    )
    volumes = _volumes(markets, months, draw)
    steps = _steps(names, groups, draw)
    head = Header(name="chain", start="2026-01", end=_month(months - 1))
    return Programme(
        programme=head,
        finance=Finance(discount_rate_percent=8, holding_cost_percent=20),
        planning=Planning(backlog_months=3, x_factor=0),
        items=tuple(
            Item(
                name=name,
                kind=ItemKind.PACKAGE,
                make_cost_usd=draw.uniform(1, 9),
                value_usd=draw.uniform(5, 50),
                price_usd=draw.uniform(60, 200) if name in set(sold) else 0,
            )
            for name in names
        ),
        components=components,
        plants=(Plant(name="plant", kind=PlantKind.OTHER),),
        tool_groups=tuple(ToolGroup(name=_group(k), plant="plant", tools=1) for k in range(groups)),
        capacities=_capacities(names, components, needs, volumes, steps, months),
        routes=tuple(
            Route(
                name=f"make-{name}",
                item=name,
                plant="plant",
                carriers_per_lot=1,
                lead_time_months=draw.choice(lead_months),
            )
            for name in names
        ),
        steps=steps,
        markets=tuple(Market(name=name) for name in markets),
        volumes=volumes,
        needs=needs,
    )


def _month(index: int) -> str:
    return f"{2026 + index // 12}-{index % 12 + 1:02d}"


def _group(index: int) -> str:
    return f"tools-{index:02d}"


def _components(names: list[str], draw: random.Random) -> tuple[Component, ...]:
    """Each item of one or two of the stage before."""
    width = -(-len(names) // STAGES)
    return tuple(
        Component(parent=parent, child=child, quantity=draw.choice((1, 1, 2)))
        for place, parent in enumerate(names)
        if place >= width
        for child in draw.sample(
            names[(place // width - 1) * width : place // width * width], draw.choice((1, 2))
        )
    )


def _volumes(markets: list[str], months: int, draw: random.Random) -> tuple[Volume, ...]:
    return tuple(
        Volume(market=name, date=_month(at), units_per_year=12 * draw.uniform(50, 150))
        for name in markets
        for at in range(months)
    )


def _steps(names: list[str], groups: int, draw: random.Random) -> tuple[Step, ...]:
    return tuple(
        Step(
            route=f"make-{name}",
            step=number + 1,
            name=f"step {number + 1}",
            tool_group=_group(group),
            process=constant(draw.uniform(5, 60)),
        )
        for name in names
        for number, group in enumerate(draw.sample(range(groups), STEPS))
    )


def _capacities(
    names: list[str],
    components: tuple[Component, ...],
    needs: tuple[Need, ...],
    volumes: tuple[Volume, ...],
    steps: tuple[Step, ...],
    months: int,
) -> tuple[Capacity, ...]:
    """The same hours each month, of which all demand would need 97 %."""
    sold = dict.fromkeys(names, 0.0)
    for need in needs:
        sold[need.item] += sum(v.units_per_year / 12 for v in volumes if v.market == need.market)
    made = dict(sold)
    for component in reversed(components):  # parents come after their children
        made[component.child] += made[component.parent] * (component.quantity or 0.0)
    hours: dict[str, float] = {}
    for step in steps:
        used = made[step.route.removeprefix("make-")] * step.process.mean / 60
        hours[step.tool_group] = hours.get(step.tool_group, 0.0) + used
    return tuple(
        Capacity(tool_group=name, from_date="2026-01", hours_per_month=total / months / TIGHT)
        for name, total in sorted(hours.items())
    )


def measure(items: int, leads: str) -> str:
    """One line of figures for a chain."""
    programme = chain(items, lead_months=LEAD_MONTHS[leads])
    started, cpu = time.perf_counter(), time.process_time()
    build(Facts.of(programme, PlanOptions()))
    build_s, build_cpu = time.perf_counter() - started, time.process_time() - cpu
    started, cpu = time.perf_counter(), time.process_time()
    result = plan(programme, options=PlanOptions(time_limit_s=600))
    plan_s, plan_cpu = time.perf_counter() - started, time.process_time() - cpu
    assert result.audit is not None
    assert result.audit.holds, result.audit
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    share = 100 * result.delivered.sum() / result.wanted.sum()
    return (
        f"{items} items, lead times of {leads}: {result.columns:,} columns, {result.rows:,} rows; "
        f"build {build_s:.2f} s (CPU {build_cpu:.2f}); solve {result.solve_s:.1f} s; "
        f"plan, reasons and checker {plan_s:.1f} s (CPU {plan_cpu:.1f}); "
        f"{share:.1f} % delivered; {peak_mb:,.0f} MB"
    )


if __name__ == "__main__":
    for count in [int(word) for word in sys.argv[1:]] or [250, 500, 1000]:
        for leads in LEAD_MONTHS:
            sys.stdout.write(measure(count, leads) + "\n")
            sys.stdout.flush()
