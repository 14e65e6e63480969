"""What is told of a plant that was designed to a target: one document with stable keys."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fabstack.designer.bands import Beside, band_of
from fabstack.designer.sizing import ToolGroup
from fabstack.studies.design import ClosedDesign
from fabstack.studies.design_load import Search

LIMITS = 3  # that are told of


def design_document(closed: ClosedDesign) -> dict[str, Any]:
    """Targets, what simulation says of them, and every tool group."""
    time, times, trial = closed.cycle_time, closed.times, closed.trial
    plant = closed.design
    busiest = max(trial.utilisation_percent, key=lambda name: trial.utilisation_percent[name])
    return {
        "throughput_per_month": trial.carriers_per_month,
        "throughput_target_per_month": plant.carriers_per_month * plant.flow.line_yield,
        "throughput_ratio": trial.output_ratio,
        "cycle_time_days": time.days,
        "cycle_time_target_days": closed.target_days,
        "least_cycle_time_days": times.least_days,
        "days_per_mask_layer": time.days / times.levels,
        "raw_process_days": time.process_days,
        "queue_days": time.queue_days,
        "transport_days": time.transport_days,
        "dwell_days": time.dwell_days,
        "dwell_min_per_move": plant.flow.parameters["dwell_min"],
        "moves_per_lot": times.ways,
        "x_factor": time.x_factor,
        "wip_lots": trial.wip_lots,
        "busiest_tool_group": busiest,
        "max_load_percent": trial.utilisation_percent[busiest],
        "holds": not closed.broken,
        "broken": [row._asdict() for row in closed.broken],
        "is_checked": closed.is_checked,
        "was_stopped": closed.was_stopped,
        "simulations": closed.trials,
        "simulated_days": trial.days,
        "groups": [_group(closed, group) for group in plant.groups],
        "limits": [_limit(closed, group) for group in next_limits(closed)[:LIMITS]],
    }


def _group(closed: ClosedDesign, group: ToolGroup) -> dict[str, Any]:
    search, load = closed.searches[group.name], closed.loads[group.name]
    return {
        "tool_group": group.name,
        "kind": group.tool.kind,
        "area": group.tool.area,
        "needed": group.tools * load / search.limit_percent,
        "tools": group.tools,
        "tools_for": reason(search, group.tools),
        "planned_load_percent": group.load_percent,
        "load_percent": load,
        "simulated_load_percent": closed.trial.utilisation_percent[group.name],
        "most_load_percent": search.limit_percent,
        "with_one_less_percent": _with_one_less(search, group.tools),
        "wait_min_per_visit": closed.trial.visits[group.name].wait_min,
        "limit_per_month": closed.limit_per_month(group.name) if load else None,
        "visits_per_carrier": group.visits_per_carrier,
        "price_musd": group.price_musd,
        "all_musd": group.tools * group.price_musd,
        "lead_time_months": group.tool.lead_months,
    }


def reason(search: Search, tools: int) -> str:
    """Why a group has no tool less: its load, the cycle time, or a stated minimum."""
    if tools > (search.enough or tools):
        return "cycle time"
    return "minimum" if tools <= search.least else "load"


def _with_one_less(search: Search, tools: int) -> float | None:
    """Percent of load that one tool less would have, simulated or by what is known."""
    if tools < 2:
        return None
    return search.known_loads.get(tools - 1, search.expected_percent(tools - 1))


def next_limits(closed: ClosedDesign) -> list[ToolGroup]:
    """Groups in the order in which they reach their limit as the volume grows."""
    return sorted(
        closed.design.groups, key=lambda group: (closed.limit_per_month(group.name), group.name)
    )


def _limit(closed: ClosedDesign, group: ToolGroup) -> dict[str, Any]:
    limit = closed.limit_per_month(group.name)
    return {
        "tool_group": group.name,
        "limit_per_month": limit,
        "one_more_costs_musd": group.price_musd,
        "one_more_carries_to_per_month": limit * (group.tools + 1) / group.tools,
        "lead_time_months": group.tool.lead_months,
    }


def times_beside_published(closed: ClosedDesign) -> Iterable[Beside]:
    """Cycle time, raw process time and X-factor beside their ranges."""
    time, levels = closed.cycle_time, closed.times.levels
    values = {
        "days_per_mask_layer": (time.days / levels, "days"),
        "raw_process_days_per_mask_layer": (time.process_days / levels, "days"),
        "x_factor": (time.x_factor, ""),
    }
    for measure, (value, unit) in values.items():
        yield Beside(measure, value, unit, band_of(closed.design, measure))
