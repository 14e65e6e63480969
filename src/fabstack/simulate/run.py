"""Runs a programme: replications of one scene, in threads, read month by month and day by day."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from fabstack.arrays.entering import Arrival
from fabstack.arrays.fab import Names
from fabstack.arrays.types import Fab
from fabstack.errors import Finding, InputError
from fabstack.model import Programme
from fabstack.simulate import snapshot
from fabstack.simulate.course import Course, Replication
from fabstack.simulate.fidelity import NOTHING_MEASURED, Measured
from fabstack.simulate.scene import Scene, scene_of
from fabstack.simulate.simulation import SEEN_LINES, Simulation, Take
from fabstack.simulate.snapshot import Arrays, Snapshot
from fabstack.simulate.threads import Stopped, results_of

__all__ = [
    "Keep",
    "Prepared",
    "Replication",
    "SimulationResult",
    "prepare",
    "replicate",
    "simulate",
]

Tell = Callable[[float], None]  # takes the share that is done


@dataclass(frozen=True, slots=True, eq=False)
class Keep:
    """What a run keeps beside its monthly and daily readings."""

    daily_tools: bool = False  # states of every tool group by day
    genealogy: bool = False  # what goes into stocks and out of them, in the first replication
    take_seen: Take | None = None  # is given the event log of the first replication, piece by piece
    snapshot_at_min: float | None = None
    snapshot: Path | None = None  # file that all replications go on from


NOTHING_MORE = Keep()


@dataclass(frozen=True, slots=True, eq=False)
class SimulationResult:
    """What a simulation found: raw readings of every replication, and the names of their rows."""

    scene: Scene
    replications: tuple[Replication, ...]
    run_s: float  # all replications, nothing else

    @property
    def names(self) -> Names:
        """What the rows are called."""
        return self.scene.names

    @property
    def fab(self) -> Fab:
        """The arrays that were read."""
        return self.scene.fab

    @property
    def until_min(self) -> float:
        """The end of the run."""
        return self.scene.until_min

    @property
    def warm_up_min(self) -> float:
        """What is left out of the statistics."""
        return self.scene.warm_up_min

    @property
    def follows_tools_daily(self) -> bool:
        """Whether the daily readings have the states of tool groups."""
        return self.replications[0].days.state_min.size > 0

    @property
    def left_out(self) -> tuple[str, ...]:
        """What of the programme the run does not follow, in words."""
        return (*self.scene.left_out, *self._short_delays())

    def _short_delays(self) -> Iterator[str]:
        """The delays of simplified plants at which lots found no place, against the plan."""
        for group in self.scene.delays:
            waits = [run.readings[-1].waited_min[group] for run in self.replications]
            if max(waits) > 0:
                yield (
                    f"the delay '{self.names.groups[group]}' had too few places: lots waited "
                    f"{sum(waits) / len(waits) / 60:,.1f} h there in all"
                )

    @property
    def events(self) -> int:
        """Handled events of all replications."""
        return sum(run.readings[-1].events for run in self.replications)

    @property
    def lot_steps(self) -> int:
        """Steps that lots ended, in all replications."""
        return sum(run.readings[-1].steps_done for run in self.replications)


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """All that is needed to run."""

    scene: Scene
    seeds: Sequence[int]  # one for each replication
    old: Snapshot | None = None  # that they go on from


def simulate(
    programme: Programme,
    *,
    until_min: float | None = None,
    warm_up_min: float | None = None,
    seed: int = 1,
    replications: int | None = None,
    workers: int = 1,
    arrivals: Sequence[Arrival] = (),
    measured: Measured = NOTHING_MEASURED,
    keep: Keep = NOTHING_MORE,
    resume: Path | None = None,
    tell: Tell | None = None,
) -> SimulationResult:
    """Run every tool and lot of a programme's plants on one clock.

    What is not given is taken from the programme. `arrivals` are bought units that reach a stock;
    `measured` is what an earlier run says of plants that are simplified.
    The k-th replication has seed `seed + k`; results do not depend on `workers` (threads). With
    `resume`, the replications of a snapshot go on; their seeds and, unless given, their times are
    those of the run that wrote it.

    Raises:
        LimitError: more lots pile up than a run can hold.
        InputError: the snapshot is not one of this run, or is to be written outside of it; or the
            cycle time of a simplified plant is unknown.
    """
    prepared = prepare(
        programme,
        until_min=until_min,
        warm_up_min=warm_up_min,
        seed=seed,
        replications=replications,
        arrivals=arrivals,
        measured=measured,
        resume=resume,
    )
    return replicate(prepared, workers=workers, keep=keep, tell=tell)


def prepare(
    programme: Programme,
    *,
    until_min: float | None = None,
    warm_up_min: float | None = None,
    seed: int = 1,
    replications: int | None = None,
    arrivals: Sequence[Arrival] = (),
    measured: Measured = NOTHING_MEASURED,
    resume: Path | None = None,
) -> Prepared:
    """Everything but the run itself (see `simulate`).

    Raises:
        InputError: the snapshot is not one of this run.
    """
    if resume is None:
        scene = scene_of(
            programme,
            until_min=until_min,
            warm_up_min=warm_up_min,
            arrivals=arrivals,
            measured=measured,
        )
        count = replications or programme.simulation.replications
        return Prepared(scene, range(seed, seed + count))
    old = snapshot.load(resume)
    scene = scene_of(
        programme,
        until_min=old.about.until_min if until_min is None else until_min,
        warm_up_min=old.about.warm_up_min if warm_up_min is None else warm_up_min,
        arrivals=arrivals,
        measured=measured,
    )
    snapshot.refuse_another_fab(old, scene, resume)
    return Prepared(scene, old.about.seeds, old)


def replicate(
    prepared: Prepared,
    *,
    workers: int = 1,
    keep: Keep = NOTHING_MORE,
    tell: Tell | None = None,
    stop: threading.Event | None = None,
) -> SimulationResult:
    """Run every replication; `stop` may be set from elsewhere.

    Raises:
        LimitError: more lots pile up than a run can hold.
        InputError: a snapshot is to be written outside of the run, or has not kept what is asked.
        Stopped: `stop` was set.
    """
    _refuse_a_misplaced_snapshot(keep, prepared)
    _refuse_an_unknown_past(keep, prepared)
    started_s = time.perf_counter()
    stop = stop or threading.Event()
    count = len(prepared.seeds)
    crew = _Crew(prepared, keep, _Watch(tell, count * prepared.scene.until_min, stop))
    tasks = [partial(crew.replication, number) for number in range(count)]
    found = dict(results_of(tasks, workers, stop))
    result = SimulationResult(
        scene=prepared.scene,
        replications=tuple(found[number] for number in range(count)),
        run_s=time.perf_counter() - started_s,
    )
    crew.save_snapshot()
    return result


def _refuse_a_misplaced_snapshot(keep: Keep, prepared: Prepared) -> None:
    at_min, scene, old = keep.snapshot_at_min, prepared.scene, prepared.old
    if at_min is None:
        return
    message = ""
    if at_min > scene.until_min:
        message = f"it is after the end of the run, day {scene.until_min / 1440:g}"
    elif old is not None and at_min < old.about.at_min:
        message = f"it is before the run goes on, day {old.about.at_min / 1440:g}"
    if message:
        expected = "a time within the run"
        raise InputError([Finding("--snapshot-at", 0, 0, "out-of-range", message, expected)])


def _refuse_an_unknown_past(keep: Keep, prepared: Prepared) -> None:
    if keep.genealogy and prepared.old is not None and not prepared.old.about.genealogy:
        message = "the run that wrote the snapshot did not keep where its units came from"
        cure = "write the snapshot again with --genealogy, or leave --genealogy out"
        raise InputError([Finding("--genealogy", 0, 0, "no-genealogy", message, "", cure)])


class _Watch:
    """Adds up simulated minutes of all replications; tells tasks that nobody waits for them."""

    def __init__(self, tell: Tell | None, total_min: float, stop: threading.Event) -> None:
        self.tell = tell
        self.total_min = total_min
        self.stop = stop
        self.done_min = 0.0

    def add(self, minutes: float) -> None:
        if self.stop.is_set():
            raise Stopped
        self.done_min += minutes
        if self.tell is not None and self.total_min > 0:
            self.tell(min(self.done_min / self.total_min, 1.0))


class _Crew:
    """The replications of one scene."""

    def __init__(self, prepared: Prepared, keep: Keep, watch: _Watch) -> None:
        self.scene = prepared.scene
        self.seeds = prepared.seeds
        self.old = prepared.old
        self.keep = keep
        self.watch = watch
        self.saved: dict[int, Arrays] = {}

    def replication(self, number: int) -> Replication:
        """Run one of them from its beginning, or from its snapshot, to the end."""
        course = self._course(number)
        at_min, before_min = self.keep.snapshot_at_min, 0.0
        for minute in sorted({*course.stops_min(), *([] if at_min is None else [at_min])}):
            course.go_to(minute)
            if minute == at_min:
                self.saved[number] = snapshot.arrays_of(course)
            self.watch.add(minute - before_min)
            before_min = minute
        return course.finish()

    def _course(self, number: int) -> Course:
        take = self.keep.take_seen if number == 0 else None
        if self.old is not None:
            return self.old.course(self.scene, number, take)
        lines = 0 if take is None else SEEN_LINES
        run = Simulation(
            self.scene.fab,
            self.seeds[number],
            seen_lines=lines,
            take_seen=take,
            crossings=self.keep.genealogy and number == 0,
        )
        return Course(self.scene, self.seeds[number], run, daily_tools=self.keep.daily_tools)

    def save_snapshot(self) -> None:
        """Write the file, if one is asked for."""
        file, at_min = self.keep.snapshot, self.keep.snapshot_at_min
        if file is not None and at_min is not None:
            kept = self.keep if self.old is None else self.old.about
            about = snapshot.about_run(
                self.scene,
                self.seeds,
                at_min,
                daily_tools=kept.daily_tools,
                genealogy=kept.genealogy,
            )
            courses = tuple(self.saved[number] for number in range(len(self.seeds)))
            snapshot.save(Snapshot(about, courses), file)
