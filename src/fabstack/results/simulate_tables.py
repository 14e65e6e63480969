"""A simulation as labelled tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fabstack.arrays.types import NEVER, ToolState
from fabstack.economics.capacity import raw_process_min
from fabstack.economics.flow import units_per_carrier, yield_share
from fabstack.model import Programme, by_key
from fabstack.model.days import MINUTES_PER_DAY, months_between
from fabstack.results.statistics import half_width_95
from fabstack.simulate import SimulationResult
from fabstack.simulate.readings import Reading

Floats = NDArray[np.float64]
Rows = Iterator[dict[str, Any]]


def simulate_tables(result: SimulationResult, programme: Programme) -> dict[str, pl.DataFrame]:
    """Lots, tool groups, output, WIP and stocks of a simulation, after its warm-up."""
    rows = {
        "sim_products": _products(result, programme),
        "sim_tool_groups": _tool_groups(result, programme),
        "sim_output": _output(result, programme),
        "sim_wip": _wip(result, programme),
        "sim_stocks": _stocks(result, programme),
    }
    return {name: pl.DataFrame(list(found), schema=_SCHEMAS[name]) for name, found in rows.items()}


def _measured(result: SimulationResult) -> list[Reading]:
    """What happened between the end of the warm-up and the end, in each replication."""
    return [run.readings[-1].since(run.readings[0]) for run in result.replications]


# --- Lots ---------------------------------------------------------------------------------------


def _products(result: SimulationResult, programme: Programme) -> Rows:
    measured = _measured(result)
    order = sorted(range(len(result.names.products)), key=result.names.products.__getitem__)
    for product in order:
        route_name, priority, *_ = result.names.products[product]
        route = by_key(programme.routes)[route_name]
        lots = [run.finished[run.finished.product == product] for run in result.replications]
        good = [each[each.carriers > 0] for each in lots]
        stays = [(each.left_min - each.entered_min) / MINUTES_PER_DAY for each in good]
        pooled = np.concatenate(stays)
        raw_days = raw_process_min(programme, route_name) / MINUTES_PER_DAY
        mean = float(pooled.mean()) if pooled.size else None
        carriers = np.mean([float(reading.carriers_left[product]) for reading in measured])
        good_units = _units(programme, route_name, _middle_months(result, programme, route.plant))
        yield {
            "plant": route.plant,
            "route": route_name,
            "item": route.item,
            "priority": priority,
            "lots_started": float(np.mean([r.entered[product] for r in measured])),
            "lots_completed": float(np.mean([r.left[product] for r in measured])),
            "units_out": float(carriers) * good_units,
            "cycle_time_days_mean": mean,
            "cycle_time_days_ci95": half_width_95([float(s.mean()) for s in stays if s.size]),
            "cycle_time_days_p50": _quantile(pooled, 0.5),
            "cycle_time_days_p95": _quantile(pooled, 0.95),
            "x_factor": mean / raw_days if mean is not None and raw_days > 0 else None,
            "on_time_percent": _on_time_percent(np.concatenate(good)),
            "wip_lots_mean": float(np.mean([r.area[product] / r.at_min for r in measured]))
            if measured[0].at_min
            else None,
            "replications": len(result.replications),
        }


def _quantile(values: Floats, share: float) -> float | None:
    return float(np.quantile(values, share)) if values.size else None


def _on_time_percent(lots: Any) -> float | None:
    promised = lots[lots["due_min"] < NEVER]
    if promised.size == 0:
        return None
    return 100 * float((promised["left_min"] <= promised["due_min"]).mean())


def _units(programme: Programme, route_name: str, months: float) -> float:
    """Good units from one finished carrier, `months` after the plant opened."""
    route = by_key(programme.routes)[route_name]
    item = by_key(programme.items)[route.item]
    return units_per_carrier(programme, route_name) * yield_share(programme, item, months)


def _middle_months(result: SimulationResult, programme: Programme, plant: str) -> float:
    """Age of a plant in the middle of the simulated window."""
    opens = by_key(programme.plants)[plant].opens or programme.programme.start
    half_window = result.until_min / 2 / MINUTES_PER_DAY / 365.25 * 12
    return months_between(opens, result.names.start) + half_window


# --- Tools --------------------------------------------------------------------------------------


def _tool_groups(result: SimulationResult, programme: Programme) -> Rows:
    measured = _measured(result)
    minutes = np.mean([reading.state_min for reading in measured], axis=0)
    utilisation = _utilisation_percent(minutes)
    ranks = _ranks(result.names.plants, utilisation)
    waited = sum(reading.waited_min for reading in measured)
    started = sum(reading.lots_started for reading in measured)
    moves = np.mean([reading.lots_ended for reading in measured], axis=0)
    groups = by_key(programme.tool_groups)
    names = list(zip(result.names.plants, result.names.groups, strict=True))
    for i in sorted(range(len(names)), key=names.__getitem__):
        total = minutes[i].sum()
        share = 100 * minutes[i] / total if total > 0 else np.zeros_like(minutes[i])
        yield {
            "plant": result.names.plants[i],
            "area": groups[result.names.groups[i]].area,
            "tool_group": result.names.groups[i],
            "tools": float(result.fab.groups.tools[i]),
            "productive_percent": float(share[ToolState.PRODUCTIVE]),
            "setup_percent": float(share[ToolState.SETUP]),
            "standby_percent": float(share[ToolState.STANDBY]),
            "scheduled_down_percent": float(share[ToolState.SCHEDULED_DOWN]),
            "unscheduled_down_percent": float(share[ToolState.UNSCHEDULED_DOWN]),
            "non_scheduled_percent": float(share[ToolState.NON_SCHEDULED]),
            "utilisation_of_available_percent": float(utilisation[i]),
            "queue_time_h_mean": float(waited[i] / started[i] / 60) if started[i] else None,  # type: ignore[index]
            "moves": float(moves[i]),
            "bottleneck_rank": ranks[i],
        }


def _utilisation_percent(minutes: Floats) -> Floats:
    """[group]  busy and set-up time over the time that tools are up while the plant works."""
    busy = minutes[:, [ToolState.PRODUCTIVE, ToolState.SETUP]].sum(axis=1)
    up = busy + minutes[:, [ToolState.STANDBY, ToolState.ENGINEERING]].sum(axis=1)
    share: Floats = np.divide(busy, up, out=np.zeros_like(busy), where=up > 0)
    return 100 * share


def _ranks(plants: tuple[str, ...], utilisation: Floats) -> list[int]:
    """1 for the busiest group of each plant, then 2, ..."""
    ranks = [0] * len(plants)
    seen: dict[str, int] = {}
    for i in sorted(range(len(plants)), key=lambda i: (-utilisation[i], i)):
        seen[plants[i]] = ranks[i] = seen.get(plants[i], 0) + 1
    return ranks


# --- Months -------------------------------------------------------------------------------------


def _output(result: SimulationResult, programme: Programme) -> Rows:
    items: dict[tuple[str, str], list[tuple[int, str]]] = {}
    for product, (route_name, *_) in enumerate(result.names.products):
        route = by_key(programme.routes)[route_name]
        items.setdefault((route.plant, route.item), []).append((product, route_name))
    for number, month in enumerate(result.months):
        for (plant, item), products in sorted(items.items()):
            age = months_between(by_key(programme.plants)[plant].opens or month, month) + 0.5
            units = [
                sum(
                    float(_month(run.readings, number).carriers_left[product])
                    * _units(programme, route_name, age)
                    for product, route_name in products
                )
                for run in result.replications
            ]
            yield {
                "month": month,
                "plant": plant,
                "item": item,
                "units_mean": float(np.mean(units)),
                "units_low": min(units),
                "units_high": max(units),
            }


def _wip(result: SimulationResult, programme: Programme) -> Rows:
    routes = sorted({product.route for product in result.names.products})
    for number, month in enumerate(result.months):
        for route_name in routes:
            rows = [i for i, one in enumerate(result.names.products) if one.route == route_name]
            periods = [_month(run.readings, number) for run in result.replications]
            yield {
                "month": month,
                "plant": by_key(programme.routes)[route_name].plant,
                "route": route_name,
                "wip_lots_mean": float(np.mean([p.area[rows].sum() / p.at_min for p in periods])),
            }


def _month(readings: tuple[Reading, ...], number: int) -> Reading:
    return readings[number + 1].since(readings[number])


# --- Stocks -------------------------------------------------------------------------------------


def _stocks(result: SimulationResult, programme: Programme) -> Rows:
    """Where each stock stands at the end of the run; counted from minute 0, so that it balances."""
    homes = _homes(result, programme)
    for i, item in sorted(enumerate(result.names.stocks), key=lambda pair: pair[1]):
        ends = [run.stores[i] for run in result.replications]
        bought = float(result.fab.purchases.units[result.fab.purchases.stock == i].sum())
        arrived = float(np.mean([end.arrived for end in ends]))
        yield {
            "plant": homes.get(item, ""),
            "item": item,
            "received": min(bought, arrived),
            "produced": max(arrived - bought, 0.0),
            "used": float(np.mean([end.used for end in ends])),
            "shipped": 0.0,
            "left": float(np.mean([end.units for end in ends])),
        }


def _homes(result: SimulationResult, programme: Programme) -> dict[str, str]:
    """The plant of the first route that feeds each stock."""
    homes: dict[str, str] = {}
    for place, name in enumerate(result.names.routes):
        stock = int(result.fab.routes.stock[place])
        if stock < len(result.names.stocks):
            homes.setdefault(result.names.stocks[stock], by_key(programme.routes)[name].plant)
    return homes


_NUMBERS = {
    "sim_products": (
        "lots_started lots_completed units_out cycle_time_days_mean cycle_time_days_ci95 "
        "cycle_time_days_p50 cycle_time_days_p95 x_factor on_time_percent wip_lots_mean"
    ),
    "sim_tool_groups": (
        "tools productive_percent setup_percent standby_percent scheduled_down_percent "
        "unscheduled_down_percent non_scheduled_percent utilisation_of_available_percent "
        "queue_time_h_mean moves"
    ),
    "sim_output": "units_mean units_low units_high",
    "sim_wip": "wip_lots_mean",
    "sim_stocks": "received produced used shipped left",
}
_KEYS: dict[str, dict[str, Any]] = {
    "sim_products": dict.fromkeys(("plant", "route", "item"), pl.String) | {"priority": pl.Int64},
    "sim_tool_groups": dict.fromkeys(("plant", "area", "tool_group"), pl.String),
    "sim_output": {"month": pl.Date, "plant": pl.String, "item": pl.String},
    "sim_wip": {"month": pl.Date, "plant": pl.String, "route": pl.String},
    "sim_stocks": {"plant": pl.String, "item": pl.String},
}
_LAST: dict[str, dict[str, Any]] = {
    "sim_products": {"replications": pl.Int64},
    "sim_tool_groups": {"bottleneck_rank": pl.Int64},
}
_SCHEMAS = {
    name: keys | dict.fromkeys(_NUMBERS[name].split(), pl.Float64) | _LAST.get(name, {})
    for name, keys in _KEYS.items()
}
