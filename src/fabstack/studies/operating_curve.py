"""Operating curves: cycle time against loading, for several dispatch rules, on the same luck.

The load of a fab is the utilisation of its busiest tool group. A pilot run says how much load the
programme's own starts give; starts and periodic orders are scaled from there. Every point runs the
same seeds, so that rules are compared pair by pair (common random numbers; Law, Simulation
Modeling, ch. 11).
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import combinations
from typing import Any

import numpy as np
import polars as pl

from fabstack.arrays.types import NEVER
from fabstack.economics.capacity import raw_process_min
from fabstack.errors import LimitError
from fabstack.model import Programme
from fabstack.model.days import MINUTES_PER_DAY
from fabstack.results.schema import table_of
from fabstack.results.simulate_tools import utilisation_percent
from fabstack.results.statistics import half_width_95
from fabstack.simulate.run import Prepared, SimulationResult, prepare, replicate
from fabstack.simulate.threads import results_of
from fabstack.studies.changes import with_load, with_rule

OWN_RULES = "own"  # what a programme's tool groups say themselves
SURE_PERCENT = 95.0  # a pilot below this load is far enough from saturation to scale from
LESS = 0.9  # of the starts, for the next pilot
PILOTS = 40

Tell = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class CurveOptions:
    """What to run; None leaves it to the programme."""

    loads_percent: Sequence[float]
    rules: Sequence[str] = ()  # none: the programme's own
    until_min: float | None = None
    warm_up_min: float | None = None
    replications: int | None = None
    seed: int = 1
    workers: int = 1


@dataclass(frozen=True, slots=True)
class Point:
    """One load under one rule."""

    load_percent: float
    rule: str
    starts_factor: float  # of the programme's own starts


@dataclass(frozen=True, slots=True)
class Sample:
    """What one replication of a point says; None where no lot finished."""

    cycle_time_days: float | None
    cycle_time_days_p95: float | None
    x_factor: float | None
    on_time_percent: float | None
    lots_per_day: float
    wip_lots: float
    utilisation_percent: float  # of the busiest group
    busiest: str


@dataclass(slots=True)
class Curve:
    """The points that were finished, in their order; `seeds` in theirs."""

    points: Sequence[Point]
    samples: dict[Point, dict[int, Sample]] = field(default_factory=lambda: defaultdict(dict))
    overloaded: list[Point] = field(default_factory=list)  # more lots than a run can hold
    was_stopped: bool = False

    def tables(self) -> dict[str, pl.DataFrame]:
        """Points and paired differences as tables of the catalogue."""
        return {
            "curve_points": table_of("curve_points", self._point_rows()),
            "curve_differences": table_of("curve_differences", self._difference_rows()),
        }

    def _point_rows(self) -> list[dict[str, Any]]:
        return [
            _point_row(point, [samples[seed] for seed in sorted(samples)])
            for point in self.points
            if (samples := self.samples.get(point))
        ]

    def _difference_rows(self) -> list[dict[str, Any]]:
        by_load: defaultdict[float, list[Point]] = defaultdict(list)
        for point in self.points:
            by_load[point.load_percent].append(point)
        return [
            row
            for points in by_load.values()
            for first, second in combinations(points, 2)
            if (row := self._difference_row(first, second))
        ]

    def _difference_row(self, first: Point, second: Point) -> dict[str, Any] | None:
        a, b = self.samples.get(first, {}), self.samples.get(second, {})
        pairs = [(a[seed], b[seed]) for seed in sorted(a.keys() & b.keys())]
        days = _differences(pairs, "cycle_time_days")
        if not days:
            return None
        return {
            "load_percent": first.load_percent,
            "rule": second.rule,
            "against": first.rule,
            "cycle_time_days_difference": float(np.mean(days)),
            "cycle_time_days_difference_ci95": half_width_95(days),
            "x_factor_difference": _mean(_differences(pairs, "x_factor")),
            "x_factor_difference_ci95": half_width_95(_differences(pairs, "x_factor")),
            "on_time_points_difference": _mean(_differences(pairs, "on_time_percent")),
            "replications": len(days),
        }


def operating_curve(
    programme: Programme, options: CurveOptions, tell: Tell = lambda _what, _done, _of: None
) -> Curve:
    """Run every point; Ctrl-C ends it early with what was finished.

    Raises:
        LimitError: the programme's fab is saturated even by a few starts.
    """
    options = _with_warm_up(programme, options)
    tell("pilot", 0, 1)
    per_start = _load_of_own_starts(programme, options)
    points = [
        Point(load, rule, load / per_start)
        for load in options.loads_percent
        for rule in options.rules or (OWN_RULES,)
    ]
    curve = Curve(points)
    try:
        _run(programme, options, curve, tell)
    except KeyboardInterrupt:
        curve.was_stopped = True
    return curve


def _with_warm_up(programme: Programme, options: CurveOptions) -> CurveOptions:
    """A third of the run is left out where nobody says how much, or more than there is."""
    own_min = programme.simulation.warm_up_days * MINUTES_PER_DAY
    warm_up_min = own_min if options.warm_up_min is None else options.warm_up_min
    until_min = options.until_min or programme.simulation.days * MINUTES_PER_DAY
    fits = 0 < warm_up_min < until_min or (options.warm_up_min == 0)
    return replace(options, warm_up_min=warm_up_min if fits else until_min / 3)


def _run(programme: Programme, options: CurveOptions, curve: Curve, tell: Tell) -> None:
    count = options.replications or programme.simulation.replications
    seeds = range(options.seed, options.seed + count)
    stop = threading.Event()
    places = [(point, seed) for point in curve.points for seed in seeds]
    scenes = _Scenes(programme, options)
    tasks = [partial(scenes.sample, point, seed, stop) for point, seed in places]
    for done, (place, sample) in enumerate(results_of(tasks, options.workers, stop), 1):
        point, seed = places[place]
        if sample is not None:
            curve.samples[point][seed] = sample
        elif point not in curve.overloaded:
            curve.overloaded.append(point)
        tell("curve", done, len(tasks))


def _load_of_own_starts(programme: Programme, options: CurveOptions) -> float:
    """Percent of load for each whole of the programme's own starts, from a pilot run."""
    scenes, factor = _Scenes(programme, options), 1.0
    rule = options.rules[0] if options.rules else OWN_RULES
    for _ in range(PILOTS):
        sample = scenes.sample(Point(0.0, rule, factor), options.seed, threading.Event())
        if sample is not None and 0 < sample.utilisation_percent < SURE_PERCENT:
            return sample.utilisation_percent / factor
        factor *= LESS
    raise LimitError(f"{factor:.2g} of the programme's starts load no tool, or saturate one still")


class _Scenes:
    """The fab of each point, made once for all its replications."""

    def __init__(self, programme: Programme, options: CurveOptions) -> None:
        self.programme = programme
        self.options = options
        self.made: dict[Point, Prepared] = {}
        self.making = threading.Lock()

    def sample(self, point: Point, seed: int, stop: threading.Event) -> Sample | None:
        """One replication of a point; None where lots pile up beyond all bounds."""
        prepared = replace(self._prepared(point), seeds=(seed,))
        try:
            return _sample(self.programme, replicate(prepared, stop=stop))
        except LimitError:
            return None

    def _prepared(self, point: Point) -> Prepared:
        with self.making:
            if point not in self.made:
                programme = with_load(self.programme, point.starts_factor)
                if point.rule != OWN_RULES:
                    programme = with_rule(programme, point.rule)
                self.made[point] = prepare(
                    programme,
                    until_min=self.options.until_min,
                    warm_up_min=self.options.warm_up_min,
                )
            return self.made[point]


# --- Statistics ---------------------------------------------------------------------------------


def _sample(programme: Programme, result: SimulationResult) -> Sample:
    """The lots that finish after the warm-up, those of the initial WIP left out."""
    run = result.replications[0]
    period = run.readings[-1].since(run.readings[0])
    products = result.names.products
    counted = np.array([not product.was_inside for product in products])
    lots = run.finished[(run.finished.carriers > 0) & counted[run.finished.product]]
    raw_days = np.array([raw_process_min(programme, p.route) for p in products]) / MINUTES_PER_DAY
    stays = (lots.left_min - lots.entered_min) / MINUTES_PER_DAY
    promised = lots[lots.due_min < NEVER]
    utilisation = utilisation_percent(period.state_min)
    busiest = int(np.argmax(utilisation))
    days = period.at_min / MINUTES_PER_DAY
    return Sample(
        cycle_time_days=_mean(stays),
        cycle_time_days_p95=float(np.quantile(stays, 0.95)) if stays.size else None,
        x_factor=float(stays.sum() / raw_days[lots.product].sum()) if stays.size else None,
        on_time_percent=_mean(100.0 * (promised.left_min <= promised.due_min)),
        lots_per_day=float(period.left.sum()) / days,
        wip_lots=float(period.area.sum()) / period.at_min,
        utilisation_percent=float(utilisation[busiest]),
        busiest=result.names.groups[busiest],
    )


def _point_row(point: Point, samples: Sequence[Sample]) -> dict[str, Any]:
    times, factors = _known(samples, "cycle_time_days"), _known(samples, "x_factor")
    return {
        "load_percent": point.load_percent,
        "rule": point.rule,
        "starts_factor": point.starts_factor,
        "utilisation_percent": _mean(_known(samples, "utilisation_percent")),
        "busiest_tool_group": samples[0].busiest,
        "cycle_time_days_mean": _mean(times),
        "cycle_time_days_ci95": half_width_95(times),
        "cycle_time_days_p95": _mean(_known(samples, "cycle_time_days_p95")),
        "x_factor": _mean(factors),
        "x_factor_ci95": half_width_95(factors),
        "on_time_percent": _mean(_known(samples, "on_time_percent")),
        "lots_per_day": _mean(_known(samples, "lots_per_day")),
        "wip_lots_mean": _mean(_known(samples, "wip_lots")),
        "replications": len(samples),
    }


def _known(samples: Sequence[Sample], name: str) -> list[float]:
    return [value for sample in samples if (value := getattr(sample, name)) is not None]


def _differences(pairs: Sequence[tuple[Sample, Sample]], name: str) -> list[float]:
    """Second less first, of each pair that has both."""
    both = [(getattr(first, name), getattr(second, name)) for first, second in pairs]
    return [b - a for a, b in both if a is not None and b is not None]


def _mean(values: Any) -> float | None:
    return float(np.mean(values)) if len(values) else None
