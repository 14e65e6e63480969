"""What a simulation says of tool groups: SEMI E10 times, queues, moves, limits of queue time."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fabstack.arrays.types import ToolState
from fabstack.economics.capacity import steps_of
from fabstack.model import Programme, by_key
from fabstack.model.days import MINUTES_PER_DAY
from fabstack.results.simulate_lots import Rows, as_counted, measured
from fabstack.results.statistics import half_width_95
from fabstack.simulate import SimulationResult
from fabstack.simulate.readings import Reading

Floats = NDArray[np.float64]

BUSY = [ToolState.PRODUCTIVE, ToolState.SETUP]
IDLE = [ToolState.STANDBY, ToolState.ENGINEERING]
STATE_COLUMNS = {
    "productive_percent": ToolState.PRODUCTIVE,
    "setup_percent": ToolState.SETUP,
    "standby_percent": ToolState.STANDBY,
    "scheduled_down_percent": ToolState.SCHEDULED_DOWN,
    "unscheduled_down_percent": ToolState.UNSCHEDULED_DOWN,
    "non_scheduled_percent": ToolState.NON_SCHEDULED,
}


def tool_group_rows(result: SimulationResult, programme: Programme) -> Rows:
    """Rows of sim_tool_groups."""
    readings = measured(result)
    minutes = np.mean([reading.state_min for reading in readings], axis=0)
    utilisation = utilisation_percent(minutes)
    each = np.array([utilisation_percent(reading.state_min) for reading in readings])
    ranks = _ranks(result.names.plants, utilisation)
    groups = by_key(programme.tool_groups)
    names = list(zip(result.names.plants, result.names.groups, strict=True))
    for i in sorted(range(len(names)), key=names.__getitem__):
        yield {
            "plant": result.names.plants[i],
            "area": groups[result.names.groups[i]].area,
            "tool_group": result.names.groups[i],
            "tools": float(result.fab.groups.tools[i]),
            **state_percents(minutes[i]),
            "availability_percent": _percent(minutes[i, [*BUSY, *IDLE]].sum(), minutes[i].sum()),
            "utilisation_of_available_percent": float(utilisation[i]),
            "utilisation_ci95_percent": half_width_95(each[:, i].tolist()),
            **_flow(readings, i),
            "bottleneck_rank": ranks[i],
        }


def state_percents(minutes: Floats) -> dict[str, float]:
    """Shares of total time, from minutes by ToolState."""
    total = minutes.sum()
    return {name: _percent(minutes[state], total) for name, state in STATE_COLUMNS.items()}


def _percent(part: float, whole: float) -> float:
    return 100 * float(part) / float(whole) if whole > 0 else 0.0


def _flow(readings: list[Reading], group: int) -> dict[str, float | None]:
    """Queue time, lots at the group and how fast they move on."""
    waited = sum(float(reading.waited_min[group]) for reading in readings)
    started = sum(int(reading.lots_started[group]) for reading in readings)
    moves = float(np.mean([reading.lots_ended[group] for reading in readings]))
    lot_days = float(np.mean([r.inside_area[group] for r in readings])) / MINUTES_PER_DAY
    days = readings[0].at_min / MINUTES_PER_DAY
    return {
        "queue_time_h_mean": waited / started / 60 if started else None,
        "wip_lots_mean": lot_days / days if days else None,
        "moves": moves,
        "turns_per_day": moves / lot_days if lot_days > 0 else None,
    }


def utilisation_percent(minutes: Floats) -> Floats:
    """[...]  busy, loading and setup over the time that tools are up while the plant works.

    `minutes` is [..., ToolState]; loading and unloading count as productive.
    """
    busy = minutes[..., BUSY].sum(axis=-1)
    up = busy + minutes[..., IDLE].sum(axis=-1)
    share: Floats = np.divide(busy, up, out=np.zeros_like(busy), where=up > 0)
    return 100 * share


def _ranks(plants: tuple[str, ...], utilisation: Floats) -> list[int]:
    """1 for the busiest group of each plant, then 2, ..."""
    ranks = [0] * len(plants)
    seen: dict[str, int] = {}
    for i in sorted(range(len(plants)), key=lambda i: (-utilisation[i], i)):
        seen[plants[i]] = ranks[i] = seen.get(plants[i], 0) + 1
    return ranks


# --- Limits of queue time -----------------------------------------------------------------------


def queue_time_rows(result: SimulationResult, programme: Programme) -> Rows:
    """Rows of sim_queue_times: one for each stretch of a route whose time is limited."""
    readings = measured(result)
    fab, names = result.fab, result.names
    opened = {int(window): place for place, window in enumerate(fab.steps.opens)}
    for window in sorted(range(fab.windows.size), key=lambda w: _place(result, opened[w])):
        first, last = opened[window], int(fab.windows.to_step[window])
        route = names.routes[int(fab.steps.route[first])]
        begin = int(fab.routes.first_step[int(fab.steps.route[first])])
        steps = steps_of(result.scene.programme, route)
        yield {
            "route": route,
            "from_step": steps[first - begin].step,
            "to_step": steps[last - begin].step,
            "from_tool_group": names.groups[int(fab.steps.group[first])],
            "to_tool_group": names.groups[int(fab.steps.group[last])],
            "limit_h": float(fab.windows.limit_min[window]) / 60,
            **_lateness(readings, window),
            "replications": len(readings),
        }


def _place(result: SimulationResult, step: int) -> tuple[Any, ...]:
    return as_counted(result.names.routes[int(result.fab.steps.route[step])]), step


def _lateness(readings: list[Reading], window: int) -> dict[str, float | None]:
    closed = sum(int(reading.closed[window]) for reading in readings)
    late = sum(int(reading.late[window]) for reading in readings)
    late_min = sum(float(reading.late_min[window]) for reading in readings)
    by = {
        f"late_{hours}h_percent": sum(
            int(getattr(r, f"late_by_{hours}h")[window]) for r in readings
        )
        for hours in (1, 2, 4)
    }
    return {
        "closed": closed / len(readings),
        "late": late / len(readings),
        "late_percent": _percent(late, closed) if closed else None,
        **{name: _percent(count, closed) if closed else None for name, count in by.items()},
        "late_h_mean": late_min / late / 60 if late else None,
    }
