"""Chance events that stop a plant or a supplier for a while, in each future.

Events of a row come as a Poisson process over the horizon; each stops its place for a lognormal
time. Where several overlap their times add up, to no more than the month.
"""

from __future__ import annotations

import numpy as np

from fabstack.model import Programme, grouped
from fabstack.model.days import DAYS_PER_MONTH
from fabstack.model.supply import RiskEvent
from fabstack.ramp.futures import Futures
from fabstack.ramp.limits import Ints
from fabstack.uncertainty.chance import Floats
from fabstack.uncertainty.uniforms import generator


def up_share(programme: Programme, futures: Futures, place: str, grid_months: Floats) -> Floats:
    """Share of each month in which a place is not stopped, [month, sample] or ones [month, 1].

    `grid_months` are the first days of the months and one more.
    """
    rows = [row for row in grouped(programme.risk_events, "place")[place] if _rate(row, futures)]
    if not rows:
        return np.ones((len(grid_months) - 1, 1))
    stopped = sum(_stopped(row, futures, grid_months) for row in rows)
    return np.asarray(np.maximum(1 - stopped / np.diff(grid_months)[:, None], 0.0))


def _rate(row: RiskEvent, futures: Futures) -> bool:
    return bool((futures.value(f"risk_events/{row.name}/per_year", row.per_year) > 0).any())


def _stopped(row: RiskEvent, futures: Futures, grid_months: Floats) -> Floats:
    """Months that events of one row take of each month, [month, sample]."""
    cell, samples = f"risk_events/{row.name}", futures.samples
    span = grid_months[-1] - grid_months[0]
    rate = futures.value(f"{cell}/per_year", row.per_year)
    median = futures.value(f"{cell}/days_median", row.days_median)
    luck = generator(futures.seed, cell)
    counts = luck.poisson(np.broadcast_to(rate * span / 12, samples))
    total = np.zeros((len(grid_months) - 1, samples))
    for number in range(int(counts.max())):
        begins = grid_months[0] + span * luck.random(samples)
        days = median * np.exp(row.days_sigma * luck.standard_normal(samples))
        hit = np.flatnonzero(counts > number)
        _add(total, grid_months, hit, begins[hit], begins[hit] + days[hit] / DAYS_PER_MONTH)
    return total


def _add(total: Floats, grid_months: Floats, hit: Ints, begins: Floats, ends: Floats) -> None:
    """Add one stop in each of some futures to the months [month, sample] in which it lies."""
    month = np.searchsorted(grid_months, begins, side="right") - 1
    while len(hit):
        inside = np.minimum(ends, grid_months[month + 1]) - np.maximum(begins, grid_months[month])
        total[month, hit] += inside
        goes_on = (ends > grid_months[month + 1]) & (month + 2 < len(grid_months))
        hit, month = hit[goes_on], month[goes_on] + 1
        begins, ends = begins[goes_on], ends[goes_on]
