"""What a simulation says day by day, warm-up included: means over the replications."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fabstack.model import Programme, by_key
from fabstack.results.schema import schema_of
from fabstack.results.simulate_lots import in_order
from fabstack.results.simulate_tools import STATE_COLUMNS, utilisation_percent
from fabstack.simulate import SimulationResult

Floats = NDArray[np.float64]


def day_table(result: SimulationResult) -> pl.DataFrame:
    """Table sim_days: all plants together."""
    columns = {
        "lots_started": _by_day(result, "entered").sum(axis=1),
        "lots_completed": _by_day(result, "left").sum(axis=1),
        "moves": _by_day(result, "steps_done"),
        "wip_lots_mean": (_by_day(result, "area") / _lengths_min(result)[:, None]).sum(axis=1),
    }
    return pl.DataFrame({"day": _dates(result), **columns}, schema=schema_of("sim_days"))


def product_day_table(result: SimulationResult, programme: Programme) -> pl.DataFrame:
    """Table sim_product_days."""
    order = in_order(result.names.products)
    products = [result.names.products[place] for place in order]
    routes = [by_key(programme.routes)[product.route] for product in products]
    labels: dict[str, list[Any]] = {
        "plant": [route.plant for route in routes],
        "route": [product.route for product in products],
        "item": [route.item for route in routes],
        "name": [product.name for product in products],
        "priority": [product.priority for product in products],
        "was_inside": [product.was_inside for product in products],
    }
    values = {
        "lots_started": _by_day(result, "entered"),
        "lots_completed": _by_day(result, "left"),
        "carriers_completed": _by_day(result, "carriers_left"),
        "wip_lots_mean": _by_day(result, "area") / _lengths_min(result)[:, None],
    }
    numbers = {name: table[:, order] for name, table in values.items()}
    return _long("sim_product_days", _dates(result), labels, numbers)


def tool_group_day_table(result: SimulationResult) -> pl.DataFrame:
    """Table sim_tool_group_days, where the run followed tools by day."""
    minutes = _by_day(result, "state_min")
    total = minutes.sum(axis=-1, keepdims=True)
    share = 100 * np.divide(minutes, total, out=np.zeros_like(minutes), where=total > 0)
    names = result.names
    order = sorted(range(len(names.groups)), key=lambda i: (names.plants[i], names.groups[i]))
    labels: dict[str, list[Any]] = {
        "plant": [names.plants[i] for i in order],
        "tool_group": [names.groups[i] for i in order],
    }
    numbers = {name: share[:, order, state] for name, state in STATE_COLUMNS.items()}
    numbers["utilisation_of_available_percent"] = utilisation_percent(minutes)[:, order]
    length_min = _lengths_min(result)[:, None]
    numbers["tools_mean"] = total[:, order, 0] / length_min
    numbers["queue_lots_mean"] = _by_day(result, "waiting_area")[:, order] / length_min
    return _long("sim_tool_group_days", _dates(result), labels, numbers)


def _by_day(result: SimulationResult, field: str) -> Floats:
    """[day, ...]  what was added on each day, mean over the replications."""
    each = []
    for run in result.replications:
        books = np.asarray(getattr(run.days, field), np.float64)
        each.append(np.diff(books, axis=0, prepend=np.zeros((1, *books.shape[1:]))))
    return np.asarray(np.mean(each, axis=0))


def _lengths_min(result: SimulationResult) -> Floats:
    return np.diff(np.array(result.scene.days_min), prepend=0.0)


def _dates(result: SimulationResult) -> list[datetime.date]:
    first = result.names.start
    return [first + datetime.timedelta(days=day) for day in range(len(result.scene.days_min))]


def _long(
    table: str, days: list[datetime.date], labels: dict[str, list[Any]], numbers: dict[str, Floats]
) -> pl.DataFrame:
    """One row for each day and label, from numbers [day, label]."""
    height = len(next(iter(labels.values())))
    columns: dict[str, Any] = {"day": pl.Series(days, dtype=pl.Date).repeat_by(height).explode()}
    columns |= {name: words * len(days) for name, words in labels.items()}
    columns |= {name: values.ravel() for name, values in numbers.items()}
    return pl.DataFrame(columns, schema=schema_of(table))
