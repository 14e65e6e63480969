"""Yields in calendar months: they learn from the sampled opening of the plant of an item."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import starmap

import numpy as np

from fabstack.economics.flow import technology_of
from fabstack.economics.yields import die_yield
from fabstack.model import Programme, by_key, grouped
from fabstack.model.items import Item, ItemKind
from fabstack.model.technology import Technology
from fabstack.ramp.futures import Futures
from fabstack.ramp.pieces import Keep, MakeAll
from fabstack.ramp.plants import Opening
from fabstack.uncertainty.chance import Floats
from fabstack.uncertainty.percentiles import fan

DEEPEST_BILL = 50  # levels of a bill of materials; `check` refuses loops, this keeps a call finite


@dataclass(frozen=True, slots=True, eq=False)
class YieldFan:
    """Share of an item's units that are good, on the first of each month; 0 before opening."""

    item: str
    plant: str
    percentiles: Floats  # [percentile 10 50 90, month]


def yield_fans(
    programme: Programme,
    futures: Futures,
    openings: Mapping[str, Opening],
    grid_months: Floats,
    keep: Keep | None = None,
) -> tuple[YieldFan, ...]:
    """Yields of all items that own plants make and whose technology learns."""
    keep = keep or MakeAll()

    def of_item(item: Item, technology: Technology, plant: str) -> YieldFan:
        def make() -> Sequence[Floats]:
            return (_fan(_Curve(item, technology, futures), openings[plant], grid_months),)

        return YieldFan(item.name, plant, *keep.piece(f"yield/{item.name}", make))

    return tuple(starmap(of_item, learning_items(programme)))


def learning_items(programme: Programme) -> Iterator[tuple[Item, Technology, str]]:
    """Items whose yield learns, with their technology and the own plant that makes them."""
    for item in programme.items:
        plant, technology = making_plant(programme, item.name), technology_of(programme, item)
        if plant is not None and technology is not None and _learns(item, technology):
            yield item, technology, plant


def making_plant(programme: Programme, item: str, depth: int = 0) -> str | None:
    """Where an item is made: by its first route, or by that of what it is cut from."""
    routes = grouped(programme.routes, "item")[item]
    if routes:
        return min(routes, key=lambda route: route.preference).plant
    if depth == DEEPEST_BILL or by_key(programme.items)[item].kind is not ItemKind.DIE:
        return None
    children = grouped(programme.components, "parent")[item]
    makers = (making_plant(programme, row.child, depth + 1) for row in children)
    return next((plant for plant in makers if plant is not None), None)


def learned(start: Floats, mature: Floats, tau_months: Floats, age_months: Floats) -> Floats:
    """A value on its exponential way from start to mature, as `economics.flow.learned`."""
    return mature + (start - mature) * np.exp(-np.maximum(age_months, 0.0) / tau_months)


def _learns(item: Item, technology: Technology) -> bool:
    if item.kind is ItemKind.DIE:
        return technology.d0_start_per_cm2 != technology.d0_mature_per_cm2 and bool(item.width_mm)
    return technology.yield_start_percent != technology.yield_mature_percent


class _Curve:
    """Yield of one item by the age of its plant, in each future."""

    def __init__(self, item: Item, technology: Technology, futures: Futures) -> None:
        self.item = item
        self._technology = technology
        self._futures = futures
        self._of_all = futures.value(f"items/{item.name}/yield_percent", item.yield_percent) / 100
        columns = _DEFECTS if item.kind is ItemKind.DIE else _COMPOSITE
        self._start, self._mature, self._tau = map(self._value, columns)

    def at(self, age_months: Floats) -> Floats:
        """Share of good units, [sample] or [1]; the formulas of `economics.flow.yield_share`."""
        now = learned(self._start, self._mature, self._tau, age_months)
        share = self._defect_yield(now) if self.item.kind is ItemKind.DIE else now / 100
        return share * self._of_all

    def _defect_yield(self, d0_per_cm2: Floats) -> Floats:
        technology, item = self._technology, self.item
        share = die_yield(
            technology.yield_model,
            area_cm2=(item.width_mm or 0.0) * (item.height_mm or item.width_mm or 0.0) / 100,
            d0_per_cm2=d0_per_cm2,
            alpha=technology.alpha,
            critical_area_ratio=technology.critical_area_ratio,
            layers=max(technology.mask_layers, 1),
        )
        return np.asarray(share)

    def _value(self, column: str) -> Floats:
        cell = f"technologies/{self._technology.name}/{column}"
        return self._futures.value(cell, getattr(self._technology, column))


_DEFECTS = ("d0_start_per_cm2", "d0_mature_per_cm2", "learning_months")
_COMPOSITE = ("yield_start_percent", "yield_mature_percent", "learning_months")


def item_yield(
    item: Item, technology: Technology, futures: Futures, opening: Opening
) -> Callable[[float], Floats]:
    """Share of good units by a moment, [sample] or [1]; 0 before the plant opens."""
    curve = _Curve(item, technology, futures)
    opens = np.where(np.isneginf(opening.opens), 0.0, opening.opens)
    return lambda now: _grown(curve, opens, now)


def _fan(curve: _Curve, opening: Opening, grid_months: Floats) -> Floats:
    # a plant without a date of opening learns from the programme's start
    opens = np.where(np.isneginf(opening.opens), 0.0, opening.opens)
    return fan(_grown(curve, opens, now) for now in grid_months[:-1])


def _grown(curve: _Curve, opens: Floats, now: float) -> Floats:
    is_open = opens <= now
    return np.where(is_open, curve.at(now - opens), 0.0) if is_open.any() else np.zeros(1)
