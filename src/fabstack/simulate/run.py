"""Runs a programme: the border crossed, replications run, readings taken month by month."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import pairwise

from fabstack.arrays.entering import Arrival, Window
from fabstack.arrays.fab import Names, fab_arrays
from fabstack.arrays.left_out import left_out
from fabstack.arrays.types import Fab, Records
from fabstack.model import Programme
from fabstack.model.days import MINUTES_PER_DAY, month_start
from fabstack.simulate.readings import Reading, faults, reading
from fabstack.simulate.simulation import Simulation

Tell = Callable[[float], None]  # takes the share that is done


@dataclass(frozen=True, slots=True, eq=False)
class Replication:
    """One sampled future of the plants."""

    seed: int
    readings: tuple[Reading, ...]  # at the end of the warm-up, of each month, of the run
    finished: Records  # [lot]  that left after the warm-up, in order
    stores: Records  # [stock]  at the end


@dataclass(frozen=True, slots=True, eq=False)
class SimulationResult:
    """What a simulation found: raw readings of every replication, and the names of their rows."""

    names: Names
    fab: Fab
    until_min: float
    warm_up_min: float
    months: tuple[date, ...]  # first day of each month that readings cut off
    replications: tuple[Replication, ...]
    left_out: tuple[str, ...]  # what of the programme the run does not follow, in words

    @property
    def events(self) -> int:
        """Handled events of all replications."""
        return sum(run.readings[-1].events for run in self.replications)

    @property
    def lot_steps(self) -> int:
        """Steps that lots ended, in all replications."""
        return sum(run.readings[-1].steps_done for run in self.replications)


def simulate(
    programme: Programme,
    *,
    until_min: float | None = None,
    warm_up_min: float | None = None,
    seed: int = 1,
    replications: int | None = None,
    workers: int = 1,
    arrivals: Sequence[Arrival] = (),
    tell: Tell | None = None,
) -> SimulationResult:
    """Run every tool and lot of a programme's plants on one clock.

    What is not given is taken from the programme. `arrivals` are bought units that reach a stock.
    The k-th replication has seed `seed + k`; results do not depend on `workers` (threads).

    Raises:
        LimitError: more lots pile up than a run can hold.
    """
    settings = programme.simulation
    until_min = settings.days * MINUTES_PER_DAY if until_min is None else until_min
    if warm_up_min is None:
        warm_up_min = settings.warm_up_days * MINUTES_PER_DAY
    warm_up_min = min(warm_up_min, until_min)
    start = settings.starts_on or programme.programme.start
    fab, names = fab_arrays(programme, Window(start, until_min, arrivals))
    months, cuts_min = _cuts(start, warm_up_min, until_min)
    count = replications or settings.replications
    ask = _Teller(tell, count * until_min)
    one = partial(_replication, fab, cuts_min=cuts_min, ask=ask)
    seeds = range(seed, seed + count)
    if workers > 1 and count > 1:
        with ThreadPoolExecutor(workers) as pool:
            runs = tuple(pool.map(one, seeds))
    else:
        runs = tuple(map(one, seeds))
    return SimulationResult(names, fab, until_min, warm_up_min, months, runs, left_out(programme))


class _Teller:
    """Adds up simulated minutes of all replications."""

    def __init__(self, tell: Tell | None, total_min: float) -> None:
        self.tell = tell
        self.total_min = total_min
        self.done_min = 0.0

    def add(self, minutes: float) -> None:
        self.done_min += minutes
        if self.tell is not None:
            self.tell(min(self.done_min / self.total_min, 1.0))


def _cuts(
    start: date, warm_up_min: float, until_min: float
) -> tuple[tuple[date, ...], list[float]]:
    """Months after the warm-up, and the minutes at which readings are taken.

    The first reading is the end of the warm-up; each further one ends a month; the last, the run.
    """
    ends: list[tuple[float, date]] = []
    number = 0
    while True:
        first = month_start(start, number)
        end_min = (month_start(start, number + 1) - start).days * MINUTES_PER_DAY
        if end_min > warm_up_min:
            ends.append((min(end_min, until_min), first))
        if end_min >= until_min:
            break
        number += 1
    return tuple(first for _, first in ends), [warm_up_min, *(end for end, _ in ends)]


def _replication(fab: Fab, seed: int, *, cuts_min: Sequence[float], ask: _Teller) -> Replication:
    run = Simulation(fab, seed)
    taken: list[Reading] = []
    for before_min, cut_min in pairwise([0.0, *cuts_min]):
        run.run_until(cut_min)
        taken.append(reading(run.world, cut_min))
        ask.add(cut_min - before_min)
    broken = faults(run.world, cuts_min[-1])
    if broken:
        raise RuntimeError(f"the simulation broke a law: {'; '.join(broken)}")
    finished = run.finished
    return Replication(
        seed=seed,
        readings=tuple(taken),
        finished=finished[finished.left_min >= cuts_min[0]],
        stores=run.world.state.stores.copy(),
    )
