"""Chance events in each future: when they come, how long they last, and what stands still.

Events of a row come as a Poisson process over the horizon; each lasts a lognormal time. World-wide
shortages come and last in the same way. How often something comes is an input with a name, so a
future can be seen without it. Where several events overlap their times add up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple

import numpy as np
from scipy import special

from fabstack.model import Programme, grouped
from fabstack.model.days import DAYS_PER_MONTH
from fabstack.model.supply import EventKind, RiskEvent
from fabstack.ramp.futures import SHORTAGES, Futures, event_name
from fabstack.ramp.limits import Ints
from fabstack.uncertainty.chance import Floats, quantile

NAMES_ITS_OWN = frozenset({EventKind.DELAY, EventKind.EXPORT})  # stops only what it names, if any


class Stops(NamedTuple):
    """Some events in each future; one that does not come takes no time."""

    begins: Floats  # [event, sample] months since the programme's start; inf: does not come
    months: Floats  # [event, sample] how long


class Span(NamedTuple):
    """The time in which events come, in months since the programme's start."""

    first: float
    last: float


def stops(row: RiskEvent, futures: Futures, span: Span) -> Stops:
    """The events of a row."""
    cell = f"risk_events/{row.name}"
    per_year = futures.value(f"{cell}/per_year", row.per_year)
    median = futures.value(f"{cell}/days_median", row.days_median) / DAYS_PER_MONTH

    def lasting(shares: Floats) -> Floats:
        return median * np.exp(row.days_sigma * special.ndtri(shares))

    return _drawn(event_name(row), per_year, futures, span, lasting)


def shortages(programme: Programme, futures: Futures, span: Span) -> Stops:
    """World-wide shortages."""
    head = programme.ramp
    per_year = futures.value("ramp/-/shortages_per_year", head.shortages_per_year)
    return _drawn(
        SHORTAGES, per_year, futures, span, lambda shares: quantile(head.shortage_months, shares)
    )


def up_share(programme: Programme, futures: Futures, place: str, grid_months: Floats) -> Floats:
    """Share of each month in which a place is not stopped, [month, sample] or ones [month, 1].

    `grid_months` are the first days of the months and one more.
    """
    rows = grouped(programme.risk_events, "place")[place]
    found = [stops(row, futures, _span(grid_months)) for row in rows if stops_its_place(row)]
    return 1 - taken_share(found, grid_months)


def short_share(programme: Programme, futures: Futures, grid_months: Floats) -> Floats:
    """Share of each month that lies in a shortage, [month, sample] or zeros [month, 1]."""
    return taken_share([shortages(programme, futures, _span(grid_months))], grid_months)


def taken_share(found: Iterable[Stops], grid_months: Floats) -> Floats:
    """Share of each month that events take, [month, sample]; at most all of it."""
    total = np.zeros((len(grid_months) - 1, 1))
    for one in found:
        if len(one.begins):
            total = total + _taken(one, grid_months)
    return np.asarray(np.minimum(total / np.diff(grid_months)[:, None], 1.0))


def stops_its_place(row: RiskEvent) -> bool:
    """Delays and export events that name what they hold up stop nothing else."""
    return not (row.kind in NAMES_ITS_OWN and row.named)


def _span(grid_months: Floats) -> Span:
    return Span(float(grid_months[0]), float(grid_months[-1]))


def _drawn(
    name: str,
    per_year: Floats,
    futures: Futures,
    span: Span,
    lasting: Callable[[Floats], Floats],
) -> Stops:
    counts = _counts(name, per_year * (span.last - span.first) / 12, futures)
    begins = np.full((int(counts.max(initial=0)), futures.samples), np.inf)
    months = np.zeros_like(begins)
    for number in range(len(begins)):
        comes = counts > number
        moments = span.first + (span.last - span.first) * futures.luck(f"{name} {number} begins")
        begins[number] = np.where(comes, moments, np.inf)
        months[number] = np.where(comes, lasting(futures.luck(f"{name} {number} lasts")), 0.0)
    return Stops(begins, months)


def _counts(name: str, mean: Floats, futures: Futures) -> Ints:
    """How many events come, [sample]: the inverse of the Poisson distribution."""
    if not futures.varies(name):
        return np.zeros(futures.samples, dtype=np.int64)
    shares, mean = np.broadcast_arrays(futures.shares[name], mean)
    some = shares > np.exp(-mean)
    counts = np.zeros(futures.samples, dtype=np.int64)
    counts[some] = np.ceil(special.pdtrik(shares[some], mean[some])).astype(np.int64)
    return counts


def _taken(one: Stops, grid_months: Floats) -> Floats:
    """Months that events take of each month, [month, sample]."""
    total = np.zeros((len(grid_months) - 1, one.begins.shape[1]))
    for begins, months in zip(*one, strict=True):
        hit = np.flatnonzero(np.isfinite(begins))
        _add(total, grid_months, hit, begins[hit], begins[hit] + months[hit])
    return total


def _add(total: Floats, grid_months: Floats, hit: Ints, begins: Floats, ends: Floats) -> None:
    """Add one event in each of some futures to the months [month, sample] in which it lies."""
    month = np.searchsorted(grid_months, begins, side="right") - 1
    while len(hit):
        inside = np.minimum(ends, grid_months[month + 1]) - np.maximum(begins, grid_months[month])
        total[month, hit] += inside
        goes_on = (ends > grid_months[month + 1]) & (month + 2 < len(grid_months))
        hit, month = hit[goes_on], month[goes_on] + 1
        begins, ends = begins[goes_on], ends[goes_on]
