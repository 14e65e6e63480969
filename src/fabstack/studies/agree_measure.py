"""What a simulation says of the plan that it executed: times, hours, yields and output."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import numpy as np

from fabstack.arrays.types import ToolState
from fabstack.economics.capacity import (
    line_yield,
    lot_visits,
    step_min_per_carrier,
    steps_of,
    survival,
)
from fabstack.model import Programme, by_key
from fabstack.model.days import DAYS_PER_MONTH, MINUTES_PER_DAY
from fabstack.model.routes import Basis
from fabstack.plan import PlanResult
from fabstack.results.simulate_lots import measured, output_rows
from fabstack.results.statistics import half_width_95
from fabstack.simulate import SimulationResult
from fabstack.studies.agree_starts import planned_between, planned_output
from fabstack.studies.planned import window_start

AGREES, APART, UNMEASURED, IDLE = "agrees", "apart", "unmeasured", "idle"
PILES_UP = "piles-up"  # its cycle time grows with the run, and is no lead time
PILING = 0.8  # a route piles up of which less than this share of what is due comes out again
BUSY = (ToolState.PRODUCTIVE, ToolState.SETUP)

Rows = Iterator[dict[str, Any]]


def route_rows(
    programme: Programme, found: PlanResult, result: SimulationResult, limit_percent: float
) -> Rows:
    """Planned lead time of each route against its mean cycle time, and whether they agree."""
    for name in found.names.routes:
        route = by_key(programme.routes)[name]
        counts = _counts(result, name)
        runs = range(len(result.replications))
        days = [stays for run in runs if (stays := _stays(result, run, name)).size]
        mean = float(np.concatenate(days).mean()) if days else None
        planned = found.lead_months[name] * DAYS_PER_MONTH
        error = None if mean is None else 100 * abs(planned - mean) / mean
        row = {
            "route": name,
            "plant": route.plant,
            "item": route.item,
            "lead_time_days_planned": planned,
            "cycle_time_days_mean": mean,
            "cycle_time_days_ci95": half_width_95([float(each.mean()) for each in days]),
            "error_percent": error,
            "lots_started": counts["entered"],
            "lots_completed": counts["left"],
            "yield_percent_planned": 100 * line_yield(programme, name),
            "yield_percent_simulated": _yield_percent(counts),
        }
        due = counts["entered"] * _due_share(programme, found, result, name, mean or 0.0)
        yield row | _verdict(row, due, limit_percent)


def _due_share(
    programme: Programme, found: PlanResult, result: SimulationResult, route: str, days: float
) -> float:
    """Lots of a route that have had so many days to end, over those started in the measured time.

    Below 1 where starts grow: those of the last days are not due yet. Lots that were started before
    the simulation are none of it.
    """
    first, measured_days = _measured_time(programme, result)
    starts = found.starts[found.names.routes.index(route)]
    warm_up_days = result.warm_up_min / MINUTES_PER_DAY
    sooner = timedelta(days=min(days, warm_up_days))
    started = planned_between(found, starts, first, measured_days)
    due_days = max(measured_days - days + sooner.days, 0.0)
    due = planned_between(found, starts, first - sooner, due_days)
    return due / started if started > 0 else 1.0


def _verdict(row: dict[str, Any], due: float, limit_percent: float) -> dict[str, str]:
    """Whether a route agrees, and where not, why; `due` lots should have ended."""
    error, started, ended = row["error_percent"], row["lots_started"], row["lots_completed"]
    if started == 0 and error is None:
        return {"verdict": IDLE, "why": "nothing of it is started in the measured time"}
    if error is None:
        why = f"{started:g} lots were started and none ended: measure for longer"
        return {"verdict": UNMEASURED, "why": why}
    if ended < PILING * due:
        why = f"lots pile up: {started:g} were started, {due:.0f} were due and {ended:g} ended"
        return {"verdict": PILES_UP, "why": why}
    if error < limit_percent:
        return {"verdict": AGREES, "why": ""}
    half, mean = row["cycle_time_days_ci95"], row["cycle_time_days_mean"]
    if half is not None and half > abs(row["lead_time_days_planned"] - mean):
        why = f"{ended:g} lots tell the cycle time to {100 * half / mean:.0f} % only"
        return {"verdict": APART, "why": why}
    return {"verdict": APART, "why": "the plan was made with another time than it takes"}


def _products(result: SimulationResult, route: str) -> list[int]:
    """Places of the lots of a route that entered during the run."""
    products = enumerate(result.names.products)
    return [i for i, one in products if one.route == route and not one.was_inside]


def _stays(result: SimulationResult, run: int, route: str) -> Any:
    """Days that each lot of a route took which left whole or in part."""
    lots = result.replications[run].finished
    lots = lots[np.isin(lots.product, _products(result, route)) & (lots.carriers > 0)]
    return (lots.left_min - lots.entered_min) / MINUTES_PER_DAY


def _counts(result: SimulationResult, route: str) -> dict[str, float]:
    """Lots and carriers of a route after the warm-up, mean of the replications."""
    places, readings = _products(result, route), measured(result)
    names = ("entered", "left", "carriers_entered", "carriers_left", "carriers_scrapped")
    return {
        name: float(np.mean([getattr(reading, name)[places].sum() for reading in readings]))
        for name in names
    }


def _yield_percent(counts: dict[str, float]) -> float | None:
    ended = counts["carriers_left"] + counts["carriers_scrapped"]
    return 100 * counts["carriers_left"] / ended if ended else None


# --- Tool groups --------------------------------------------------------------------------------


def group_rows(programme: Programme, found: PlanResult, result: SimulationResult) -> Rows:
    """Hours of each tool group that carriers took, against what the plan counts for the same ones.

    Above 1 a group works longer than planned, by setups and by batches that are not full: its
    effective capacity is that much smaller.
    """
    planned_h = _hours_of_ended(programme, result)
    batching = {step.tool_group for step in programme.steps if step.basis is Basis.BATCH}
    first, days = _measured_time(programme, result)
    for number, group in enumerate(result.names.groups):
        places = [i for i, name in enumerate(found.names.groups) if name == group]
        if not places or number in result.scene.delays:
            continue
        used, usable = (
            planned_between(found, hours[places[0]], first, days)
            for hours in (found.used_h, found.usable_h)
        )
        states = np.mean([reading.state_min[number] for reading in measured(result)], axis=0)
        busy_h = float(states[list(BUSY)].sum()) / 60
        ratio = busy_h / planned_h[group] if planned_h[group] > 0 else None
        yield {
            "plant": by_key(programme.tool_groups)[group].plant,
            "tool_group": group,
            "load_percent_planned": 100 * used / usable if usable > 0 else 0.0,
            "busy_h_planned": planned_h[group],
            "busy_h_simulated": busy_h,
            "busy_ratio": ratio,
            "makes_batches": group in batching,
            "efficiency": found.options.efficiencies.get(group, 1.0),
        }


def _hours_of_ended(programme: Programme, result: SimulationResult) -> Mapping[str, float]:
    """Hours that a plan counts for the carriers that each group has done, downtime left out.

    The mean hours of a carrier at a group come from the mix of routes that was started.
    """
    hours: defaultdict[str, float] = defaultdict(float)
    visits: defaultdict[str, float] = defaultdict(float)
    for name in sorted({product.route for product in result.names.products}):
        carriers, route = _counts(result, name)["carriers_entered"], by_key(programme.routes)[name]
        steps = steps_of(programme, name)
        for step, times in zip(steps, lot_visits(steps), strict=True):
            each_h = step_min_per_carrier(programme, route, step) / 60
            hours[step.tool_group] += carriers * times * each_h
            visits[step.tool_group] += carriers * times
            carriers *= survival(step)
    ended = np.mean([reading.carriers_ended for reading in measured(result)], axis=0)
    return {
        group: float(ended[number]) * hours[group] / visits[group] if visits[group] > 0 else 0.0
        for number, group in enumerate(result.names.groups)
    }


# --- Output -------------------------------------------------------------------------------------


def item_rows(
    programme: Programme, started: Programme, found: PlanResult, result: SimulationResult
) -> Rows:
    """Good units of each item that left its plants, as planned and as simulated."""
    first, days = _measured_time(programme, result)
    simulated: defaultdict[str, float] = defaultdict(float)
    for row in output_rows(result, started):
        simulated[row["item"]] += row["units_mean"]
    planned: defaultdict[str, float] = defaultdict(float)
    for name in found.names.routes:
        planned[by_key(programme.routes)[name].item] += planned_output(found, name, first, days)
    for item in sorted(name for name, units in planned.items() if units > 0):
        yield {
            "item": item,
            "units_planned": planned[item],
            "units_simulated": simulated[item],
            "difference_percent": 100 * (simulated[item] / planned[item] - 1),
        }


def _measured_time(programme: Programme, result: SimulationResult) -> tuple[Any, float]:
    """First day and length in days of the time after the warm-up."""
    first = window_start(programme) + timedelta(minutes=result.warm_up_min)
    return first, (result.until_min - result.warm_up_min) / MINUTES_PER_DAY
