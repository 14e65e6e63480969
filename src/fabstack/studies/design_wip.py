"""Lots that fill a designed plant before a run, so that it is warm after a few days.

By Little's law a step holds as many lots as enter while one of them stays there, on its way to it
in it. All of them wait at their steps at first; within one dwell they have spread out.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from fabstack.designer import Design
from fabstack.model.days import MINUTES_PER_MONTH
from fabstack.model.routes import Wip

GOLDEN = (5**0.5 - 1) / 2  # its multiples fill the unit interval evenly (Weyl 1910)


def lots_per_min(design: Design) -> float:
    """Lots that are started."""
    return design.carriers_per_month / design.flow.technology.carriers_per_lot / MINUTES_PER_MONTH


def wip_of(design: Design, route: str, stay_min: Mapping[str, float]) -> tuple[Wip, ...]:
    """Lots all along the route; `stay_min` are of one visit by tool group, the way there in it."""
    steps, visits = design.flow.steps, design.flow.visits
    stays = (count * stay_min[step.group] for step, count in zip(steps, visits, strict=True))
    upto = np.cumsum(np.fromiter(stays, float, len(steps))) * lots_per_min(design)
    lots = np.arange(int(upto[-1]))
    places = np.searchsorted(upto, lots + 0.5)
    full = design.flow.technology.carriers_per_lot
    alive = full * np.asarray(design.flow.alive)[places]
    carriers = np.maximum(np.floor(alive + (lots * GOLDEN) % 1.0), 1.0)
    return tuple(
        Wip(name=f"wip-{lot}", route=route, step=steps[place].step, carriers=float(left))
        for lot, place, left in zip(lots, places.tolist(), carriers, strict=True)
    )
