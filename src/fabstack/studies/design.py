"""The designer's closing loop: counts and dwell with which a plant holds its target in simulation.

1. From static counts, short simulations find the fewest tools of each group whose load holds.
2. Where their queues alone are too long for the target, tools are added that save most for a USD.
3. Where they are shorter, the rest of the target is dwell.
4. A long simulation confirms starts, cycle time and loads; what it finds too busy gets a tool.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from fabstack.designer import Design, Library, design
from fabstack.designer.design import refuse_bad_numbers
from fabstack.errors import PlanError
from fabstack.studies.design_load import Search, learn_from, loads_of, searches
from fabstack.studies.design_queue import Adding, waitings
from fabstack.studies.design_time import CycleTime, RawTimes, Target, raw_times
from fabstack.studies.design_trial import (
    Trial,
    days_for,
    run_trial,
    up_shares,
    with_dwell,
)

OUTPUT_TOLERANCE = 0.01  # of starts x line yield
TIME_TOLERANCE = 0.10  # of the target
SURE_TIME = 0.05  # of the target: a cycle time further off is set anew
SLACK = 0.01  # of the target, that queues may be above it without another turn

TRIAL_VISITS, TRIAL_DAYS = 6e6, (10.0, 730.0)  # of a short simulation
CHECK_VISITS, CHECK_DAYS = 60e6, (60.0, 730.0)  # of the long one
UNSURE_SHARE = 0.001  # of a load, that one window may show otherwise than the next
MOST_TRIALS, MOST_TURNS, MOST_CHECKS = 8, 10, 3
DARING_TRIALS = 6  # in which fewer tools are tried where it is not known whether they do
EXPECTED_TRIALS = 5  # for the time left

Tell = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignOptions:
    """What a plant has to reach, and how it is looked for."""

    target: Target
    limits: Mapping[str, float] = field(default_factory=dict)  # percent by kind, "" for all others
    settings: Mapping[str, float] = field(default_factory=dict)  # parameters
    floor: Mapping[str, int] = field(default_factory=dict)  # tools that are there already
    check_days: float = CHECK_DAYS[1]  # of the long simulation, at most
    seed: int = 1


class Broken(NamedTuple):
    """A target that does not hold in simulation."""

    what: str  # throughput, cycle_time, load
    words: str


@dataclass(frozen=True)
class ClosedDesign:
    """A plant, and what simulation says of it."""

    design: Design
    target_days: float
    times: RawTimes
    trial: Trial  # the last simulation; of this very design unless stopped before
    searches: Mapping[str, Search]
    trials: int
    is_checked: bool  # by a long simulation
    was_stopped: bool

    @property
    def cycle_time(self) -> CycleTime:
        """As simulated, by its parts."""
        return self.trial.cycle_time(self.times)

    @property
    def loads(self) -> Mapping[str, float]:
        """Percent of available time by group, chance of the window taken out."""
        return loads_of(self.trial, self.searches)

    @property
    def broken(self) -> tuple[Broken, ...]:
        """Every target that does not hold."""
        return broken(self.trial, self.times, self.target_days, self.searches)

    def limit_per_month(self, group: str) -> float:
        """Carriers a month at which a group reaches the highest load that is allowed."""
        load, search = self.loads[group], self.searches[group]
        starts = self.design.carriers_per_month
        return starts * search.limit_percent / load if load else float("inf")


def broken(
    trial: Trial, times: RawTimes, target_days: float, known: Mapping[str, Search]
) -> tuple[Broken, ...]:
    """Targets that a simulation shows not to hold."""
    found = []
    if abs(trial.output_ratio - 1) > OUTPUT_TOLERANCE:
        words = f"{trial.output_ratio:.2%} of the stated output leaves the plant"
        found.append(Broken("throughput", words))
    days = trial.cycle_time(times).days
    if abs(days / target_days - 1) > TIME_TOLERANCE:
        found.append(Broken("cycle_time", f"{days:.1f} days instead of {target_days:.1f}"))
    for name, load in too_busy(trial, known).items():
        limit = known[name].limit_percent
        words = f"{name} is busy for {load:.2f} percent of its available time, above {limit:g}"
        found.append(Broken("load", words))
    return tuple(found)


def too_busy(trial: Trial, known: Mapping[str, Search]) -> dict[str, float]:
    """Groups above their limit, with their load."""
    loads = shown_loads(trial, known)
    return {name: load for name, load in loads.items() if load > known[name].limit_percent}


def shown_loads(trial: Trial, known: Mapping[str, Search]) -> Mapping[str, float]:
    """Percent of available time that groups are busy.

    Weeks cannot show the up time of years: in a short window the mean up time counts.
    """
    return trial.utilisation_percent if trial.is_long else loads_of(trial, known)


def close_design(
    library: Library,
    technology: str,
    carriers_per_month: float,
    options: DesignOptions,
    tell: Tell = lambda _what, _done, _of: None,
) -> ClosedDesign:
    """The cheapest plant that holds its target in simulation; Ctrl-C keeps the best so far.

    Raises:
        InputError: something is unknown, or outside its bounds.
        PlanError: no number of tools reaches the target.
        KeyboardInterrupt: stopped before anything was known.
    """
    refuse_bad_numbers(library, carriers_per_month, options.limits)
    static = design(library, technology, carriers_per_month, settings=options.settings)
    times = raw_times(static)
    loop = _Loop(static, times, options.target.of(times), options, tell)
    try:
        loop.run()
    except KeyboardInterrupt:
        loop.was_stopped = True
    return loop.found()


class _Loop:
    """A design on its way."""

    def __init__(
        self,
        static: Design,
        times: RawTimes,
        target_days: float,
        options: DesignOptions,
        tell: Tell,
    ) -> None:
        self.times = times
        self.target_days = target_days
        self.options = options
        self.progress = _Progress(static, options, tell)
        self.design = with_dwell(static, times.dwell_min(0.8 * self.spare_days))
        up = up_shares(static, options.seed)
        self.searches = searches(static.groups, up, limits=options.limits, floor=options.floor)
        self.trial: Trial | None = None
        self.first: Trial | None = None
        self.adding: Adding | None = None
        self.trials = 0  # simulations
        self.is_checked = False
        self.was_stopped = False

    @property
    def spare_days(self) -> float:
        """What queues and dwell may take together."""
        return self.target_days - self.times.least_days

    def run(self) -> None:
        """Tools for the load, then for the queues, then the long simulation."""
        self._find_fewest_tools()
        if self._queue_days() > self.spare_days:
            self._shorten_queues()
        self._check()

    def found(self) -> ClosedDesign:
        """The design as far as it is known."""
        if self.trial is None:
            raise KeyboardInterrupt
        return ClosedDesign(
            design=self.design,
            target_days=self.target_days,
            times=self.times,
            trial=self.trial,
            searches=self.searches,
            trials=self.trials,
            is_checked=self.is_checked,
            was_stopped=self.was_stopped,
        )

    # --- Load ---------------------------------------------------------------------------------

    def _find_fewest_tools(self) -> None:
        for turn in range(MOST_TRIALS):
            self._try()
            learn_from(self._last, self.searches)
            dare = turn < DARING_TRIALS
            if not self._take({name: s.next_count(dare=dare) for name, s in self.searches.items()}):
                return

    # --- Queues -------------------------------------------------------------------------------

    def _shorten_queues(self) -> None:
        """Add tools to the fewest until a simulation shows that the queues fit into the target.

        All targets take tools in the same order, so that a tighter one is never cheaper.
        """
        adding = Adding(waitings(self.first or self._last, self.searches), _counts(self.design))
        for _ in range(MOST_TURNS):
            adding.learn(self._over_days())
            self._take(adding.next_counts())
            self._try()
            if adding.allowed_days > 0 and abs(self._over_days()) <= SLACK * self.target_days:
                break
        if self._over_days() > SLACK * self.target_days:
            if adding.short_enough is None:
                raise PlanError(self.times.too_little_words(self.target_days, self._queue_days()))
            self._take(adding.counts(adding.short_enough.allowed_days))
        self.adding = adding

    def _over_days(self) -> float:
        return self._queue_days() - self.spare_days

    # --- The long simulation ------------------------------------------------------------------

    def _check(self) -> None:
        """Simulate for long, and mend what does not hold."""
        self._try(long=True)
        for _ in range(MOST_CHECKS - 1):
            if self._holds():
                break
            before = self.design
            self._take(self._mended())
            if self.design == before:
                break
            self._try(long=True)
        self.is_checked = True

    def _holds(self) -> bool:
        off = self._last.cycle_time(self.times).days / self.target_days - 1
        return abs(off) <= SURE_TIME and not self._unsure_loads()

    def _unsure_loads(self) -> dict[str, float]:
        """Groups above their limit, or so little below it that chance may lift them over it."""
        counts = _counts(self.design)
        return too_busy(self._last, self.searches) | {
            name: load
            for name, load in loads_of(self._last, self.searches).items()
            if load > self.searches[name].most_percent(counts[name])
        }

    def _mended(self) -> Mapping[str, int]:
        """More tools where a group is too busy, and for queues that are too long."""
        counts = _counts(self.design)
        for name, load in self._unsure_loads().items():
            search, tools = self.searches[name], counts[name]
            sure = search.most_percent(tools) * (1 - UNSURE_SHARE)
            search.enough = max(math.ceil(tools * load / sure), tools + 1)
        if self.adding is not None:
            return self.adding.counts(self.adding.allowed_days - max(self._over_days(), 0.0))
        return {name: search.enough or 1 for name, search in self.searches.items()}

    # --- Steps --------------------------------------------------------------------------------

    @property
    def _last(self) -> Trial:
        if self.trial is None:
            raise RuntimeError("nothing was simulated yet")
        return self.trial

    def _queue_days(self) -> float:
        return self._last.queue_days(self.times)

    def _take(self, tools: Mapping[str, int]) -> bool:
        """Other counts, with the rest of the target as dwell; says whether a count changed."""
        before = _counts(self.design)
        dwell_min = self.times.dwell_min(self.spare_days - self._queue_days())
        self.design = with_dwell(self.design.with_tools(tools), dwell_min)
        return before != _counts(self.design)

    def _try(self, *, long: bool = False) -> None:
        self.trial = run_trial(
            self.design,
            self.progress.days(long=long),
            seed=self.options.seed,
            visits=self.trial.visits if self.trial else None,
            tell=self.progress.next(long=long),
        )
        self.first = self.first or self.trial
        self.trials += 1


def _counts(plant: Design) -> dict[str, int]:
    return {group.name: group.tools for group in plant.groups}


class _Progress:
    """How long simulations are, and how much of the expected work is done."""

    def __init__(self, plant: Design, options: DesignOptions, tell: Tell) -> None:
        self.short_days = days_for(plant, TRIAL_VISITS, *TRIAL_DAYS)
        least, most = CHECK_DAYS
        self.long_days = min(days_for(plant, CHECK_VISITS, least, most), options.check_days)
        self.expected_days = EXPECTED_TRIALS * self.short_days + self.long_days
        self.done_days = 0.0
        self.tell = tell

    def days(self, *, long: bool) -> float:
        """Of the next simulation."""
        return self.long_days if long else self.short_days

    def next(self, *, long: bool) -> Callable[[float], None]:
        """What the next simulation tells its share to."""
        before, ahead = self.done_days, self.days(long=long)
        self.done_days += ahead
        self.expected_days = max(self.expected_days, self.done_days + (not long) * self.long_days)
        name = "long simulation" if long else "simulations"
        return lambda share: self.tell(
            name, round(before + share * ahead), round(self.expected_days)
        )
