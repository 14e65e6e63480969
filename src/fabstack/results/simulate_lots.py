"""What a simulation says of lots: cycle times, output by month, lots inside."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fabstack.arrays.entering import Product
from fabstack.arrays.types import NEVER
from fabstack.economics.capacity import raw_process_min
from fabstack.economics.flow import units_per_carrier, yield_share
from fabstack.model import Programme, by_key
from fabstack.model.days import MINUTES_PER_DAY, months_between
from fabstack.results.statistics import half_width_95
from fabstack.simulate import Replication, SimulationResult
from fabstack.simulate.readings import Reading

Floats = NDArray[np.float64]
Rows = Iterator[dict[str, Any]]


def measured(result: SimulationResult) -> list[Reading]:
    """What happened between the end of the warm-up and the end, in each replication."""
    return [run.readings[-1].since(run.readings[0]) for run in result.replications]


def product_rows(result: SimulationResult, programme: Programme) -> Rows:
    """Rows of sim_products: regular lots first, those that were inside last."""
    readings = measured(result)
    left = _carriers_left_by_month(result)
    for number in in_order(result.names.products):
        product = result.names.products[number]
        route = by_key(programme.routes)[product.route]
        yield {
            "plant": route.plant,
            "route": product.route,
            "item": route.item,
            "name": product.name,
            "priority": product.priority,
            "was_inside": product.was_inside,
            "lots_started": float(np.mean([r.entered[number] for r in readings])),
            "lots_completed": float(np.mean([r.left[number] for r in readings])),
            "units_out": sum(
                (
                    carriers * _units(programme, route.name, _age(programme, route.plant, month))
                    for month, carriers in zip(result.scene.months, left[:, number], strict=True)
                ),
                start=0.0,
            ),
            **_of_finished(result, number, raw_process_min(programme, product.route)),
            "wip_lots_mean": float(np.mean([r.area[number] / r.at_min for r in readings]))
            if readings[0].at_min
            else None,
            "replications": len(result.replications),
        }


def in_order(products: Sequence[Product]) -> list[int]:
    """Their places: those that enter first, by rising priority, then by name as people count."""
    return sorted(range(len(products)), key=lambda place: _order(products[place]))


def _order(product: Product) -> tuple[Any, ...]:
    return (
        product.was_inside,
        product.priority,
        as_counted(product.name),
        as_counted(product.route),
    )


def as_counted(name: str) -> tuple[Any, ...]:
    """A key that puts Lot_2 before Lot_10."""
    parts = re.split(r"(\d+)", name)
    return tuple((part.isdigit(), int(part) if part.isdigit() else part) for part in parts)


def _of_finished(result: SimulationResult, number: int, raw_min: float) -> dict[str, Any]:
    """Cycle time and punctuality of the lots of a product that left whole or in part."""
    lots = [run.finished[run.finished.product == number] for run in result.replications]
    good = [each[each.carriers > 0] for each in lots]
    return {**_cycle_times(result, number, good, raw_min), **_punctuality(np.concatenate(good))}


def _cycle_times(
    result: SimulationResult, number: int, good: list[Any], raw_min: float
) -> dict[str, Any]:
    if result.names.products[number].was_inside:  # since an unknown day: no cycle time is known
        return dict.fromkeys(CYCLE_TIMES)
    stays = [(each.left_min - each.entered_min) / MINUTES_PER_DAY for each in good]
    pooled = np.concatenate(stays)
    mean = float(pooled.mean()) if pooled.size else None
    raw_days = raw_min / MINUTES_PER_DAY
    return {
        "cycle_time_days_mean": mean,
        "cycle_time_days_ci95": half_width_95([float(s.mean()) for s in stays if s.size]),
        "cycle_time_days_p50": _quantile(pooled, 0.5),
        "cycle_time_days_p95": _quantile(pooled, 0.95),
        "x_factor": mean / raw_days if mean is not None and raw_days > 0 else None,
    }


def cycle_time_rows(result: SimulationResult, programme: Programme) -> Rows:
    """Rows of sim_cycle_times: the middle of each hundredth of the lots of a route."""
    for route in sorted({product.route for product in result.names.products}):
        numbers = [
            number
            for number, product in enumerate(result.names.products)
            if product.route == route and not product.was_inside
        ]
        lots = np.concatenate([run.finished for run in result.replications])
        good = lots[np.isin(lots["product"], numbers) & (lots["carriers"] > 0)]
        stays = (good["left_min"] - good["entered_min"]) / MINUTES_PER_DAY
        for percent in MIDDLES if stays.size else ():
            yield {
                "plant": by_key(programme.routes)[route].plant,
                "route": route,
                "percent": percent,
                "cycle_time_days": float(np.quantile(stays, percent / 100)),
            }


MIDDLES = tuple(number + 0.5 for number in range(100))  # of the hundredths

CYCLE_TIMES = (
    "cycle_time_days_mean",
    "cycle_time_days_ci95",
    "cycle_time_days_p50",
    "cycle_time_days_p95",
    "x_factor",
)


def _quantile(values: Floats, share: float) -> float | None:
    return float(np.quantile(values, share)) if values.size else None


def _punctuality(lots: Any) -> dict[str, float | None]:
    promised = lots[lots["due_min"] < NEVER]
    if promised.size == 0:
        return {"on_time_percent": None, "tardiness_days_mean": None}
    late_min = np.maximum(promised["left_min"] - promised["due_min"], 0.0)
    return {
        "on_time_percent": 100 * float((late_min == 0.0).mean()),
        "tardiness_days_mean": float(late_min.mean()) / MINUTES_PER_DAY,
    }


def _units(programme: Programme, route_name: str, months: float) -> float:
    """Good units from one finished carrier, `months` after the plant opened."""
    route = by_key(programme.routes)[route_name]
    item = by_key(programme.items)[route.item]
    return units_per_carrier(programme, route_name) * yield_share(programme, item, months)


def _age(programme: Programme, plant: str, month: date) -> float:
    """Months that a plant has been open in the middle of a month."""
    opens = by_key(programme.plants)[plant].opens or programme.programme.start
    return months_between(opens, month) + 0.5


def _carriers_left_by_month(result: SimulationResult) -> Floats:
    """Mean over the replications [month, product]."""
    left = [_by_month(result, run, "carriers_left") for run in result.replications]
    return np.asarray(np.mean(left, axis=0), dtype=float)


# --- Months -------------------------------------------------------------------------------------


def output_rows(result: SimulationResult, programme: Programme) -> Rows:
    """Rows of sim_output."""
    items: dict[tuple[str, str], list[tuple[int, str]]] = {}
    for product, (route_name, *_) in enumerate(result.names.products):
        route = by_key(programme.routes)[route_name]
        items.setdefault((route.plant, route.item), []).append((product, route_name))
    left = [_by_month(result, run, "carriers_left") for run in result.replications]
    for number, month in enumerate(result.scene.months):
        for (plant, item), products in sorted(items.items()):
            age = _age(programme, plant, month)
            units = [
                sum(
                    float(carriers[number, product]) * _units(programme, route_name, age)
                    for product, route_name in products
                )
                for carriers in left
            ]
            yield {
                "month": month,
                "plant": plant,
                "item": item,
                "units_mean": float(np.mean(units)),
                "units_low": min(units),
                "units_high": max(units),
            }


def wip_rows(result: SimulationResult, programme: Programme) -> Rows:
    """Rows of sim_wip."""
    routes = sorted({product.route for product in result.names.products})
    area = np.mean([_by_month(result, run, "area") for run in result.replications], axis=0)
    lengths_min = np.diff(result.scene.months_min, prepend=result.warm_up_min)
    for number, month in enumerate(result.scene.months):
        for route_name in routes:
            rows = [i for i, one in enumerate(result.names.products) if one.route == route_name]
            yield {
                "month": month,
                "plant": by_key(programme.routes)[route_name].plant,
                "route": route_name,
                "wip_lots_mean": float(area[number, rows].sum() / lengths_min[number]),
            }


def _by_month(result: SimulationResult, run: Replication, field: str) -> Floats:
    """[month, product]  what was added in each month after the warm-up."""
    scene = result.scene
    ends = np.searchsorted(scene.days_min, scene.months_min)
    books = np.asarray(getattr(run.days, field), np.float64)[ends]
    before = np.asarray(getattr(run.readings[0], field), np.float64)
    return np.diff(books, axis=0, prepend=before[None, :])
