"""What the replications of a simulation share: the arrays, and when their books are read."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from fabstack.arrays.entering import Arrival, Window
from fabstack.arrays.fab import Names, fab_arrays
from fabstack.arrays.learning import Learning, learning_of
from fabstack.arrays.left_out import left_out
from fabstack.arrays.types import Fab
from fabstack.model import Programme
from fabstack.model.days import MINUTES_PER_DAY, month_start
from fabstack.simulate.fidelity import NOTHING_MEASURED, Measured, simplified
from fabstack.simulate.rules import link_rules
from fabstack.simulate.simulation import Simulation


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """A fab over a window of time."""

    programme: Programme  # as it is simulated: every plant at its fidelity
    names: Names
    fab: Fab
    learning: Learning  # yields of the months, in place of the one of the arrays
    until_min: float
    warm_up_min: float
    cuts_min: tuple[float, float]  # end of the warm-up, and of the run
    months: tuple[date, ...]  # first day of each month after the warm-up
    months_min: tuple[float, ...]  # end of each of them; each is the end of a day, too
    days_min: tuple[float, ...]  # end of each day, of the run
    left_out: tuple[str, ...]  # what of the programme the run does not follow, in words
    delays: tuple[int, ...]  # tool groups that are delays: nobody should wait there
    setup_s: float  # what it took to make it


def scene_of(
    programme: Programme,
    *,
    until_min: float | None = None,
    warm_up_min: float | None = None,
    arrivals: Sequence[Arrival] = (),
    asked: frozenset[str] = frozenset(),
    measured: Measured = NOTHING_MEASURED,
) -> Scene:
    """The border crossed and the kernel loaded; what is not given is taken from the programme.

    The next lot of the tool groups `asked` is for the caller to choose (`Simulation.ask_until`).
    Plants that are simplified take cycle times and waits from what was `measured` before.

    Raises:
        InputError: a plant shall be a cycle time, and nobody says which.
    """
    started_s = time.perf_counter()
    settings = programme.simulation
    until_min = settings.days * MINUTES_PER_DAY if until_min is None else until_min
    if warm_up_min is None:
        warm_up_min = settings.warm_up_days * MINUTES_PER_DAY
    warm_up_min = min(warm_up_min, until_min)
    start = settings.starts_on or programme.programme.start
    simple = simplified(programme, start, until_min, measured)
    window = Window(start, until_min, arrivals, asked, simple.delays)
    fab, names = fab_arrays(simple.programme, window)
    link_rules(fab, names.own_rules)
    Simulation(fab, seed=1).run_until(0.0)  # nothing happens, but the kernel is loaded
    months = _months(start, warm_up_min, until_min)
    return Scene(
        programme=simple.programme,
        names=names,
        fab=fab,
        learning=learning_of(simple.programme, window),
        until_min=until_min,
        warm_up_min=warm_up_min,
        cuts_min=(warm_up_min, until_min),
        months=tuple(first for _, first in months),
        months_min=tuple(end_min for end_min, _ in months),
        days_min=_days(until_min),
        left_out=(*left_out(programme), *simple.told),
        delays=tuple(i for i, name in enumerate(names.groups) if name in simple.delays),
        setup_s=time.perf_counter() - started_s,
    )


def _months(start: date, warm_up_min: float, until_min: float) -> list[tuple[float, date]]:
    """(end, first day) of each month that lies after the warm-up, if in part."""
    ends: list[tuple[float, date]] = []
    number = 0
    while True:
        first = month_start(start, number)
        end_min = (month_start(start, number + 1) - start).days * MINUTES_PER_DAY
        if min(end_min, until_min) > warm_up_min:
            ends.append((min(end_min, until_min), first))
        if end_min >= until_min:
            return ends
        number += 1


def _days(until_min: float) -> tuple[float, ...]:
    whole = (MINUTES_PER_DAY * day for day in range(1, math.ceil(until_min / MINUTES_PER_DAY)))
    return (*whole, until_min)
