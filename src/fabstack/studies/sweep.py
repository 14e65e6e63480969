"""Many runs of one programme with other values in some of its cells.

A design names the runs: each row of a table of inputs, or each sampled future of the ramp, and each
of them as often as there are replications. A run is one task: the engine runs on the changed
programme and says the outcomes that are asked for. A run that its own values make impossible is a
row with the reason, and no end of the study.
"""

from __future__ import annotations

import functools
import hashlib
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from fabstack import formats
from fabstack.errors import FabstackError
from fabstack.model import Programme
from fabstack.ramp import RampResult, at_percentile, in_future, ramp
from fabstack.results.schema import table_of
from fabstack.results.shelf import Shelf
from fabstack.results.statistics import half_width_95
from fabstack.studies.outcomes import (
    RUNS,
    Engine,
    Settings,
    Tables,
    outcomes_of,
    refuse,
    tables_asked,
    tables_of_plan,
    usual,
)
from fabstack.studies.tasks import Account, Crew, Job, Tell, job, kept, perform
from fabstack.uncertainty.percentiles import FAN, percentile, percentile_interval
from fabstack.uncertainty.sensitivity import Sample

if TYPE_CHECKING:
    from fabstack.plan.again import Start

# Tables of a plan that need its reasons, which a plan from a basis does not have.
EXPLAINED = {"plan_short", "plan_expansion"}

Row = dict[str, Any]
Values = Mapping[str, Sequence[float]]  # variant -> one number for each replication


@dataclass(frozen=True, slots=True)
class Variant:
    """One row of a design: cells with their new values as text, or a sampled future."""

    name: str
    cells: Mapping[str, str]
    future: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepOptions:
    """How every run is made; the k-th replication has seed `seed + k`."""

    engine: Engine
    outcomes: Sequence[str] = ()  # patterns; none: those that the engine is usually asked for
    settings: Settings = field(default_factory=Settings)
    replications: int = 1
    seed: int = 1
    futures: int = 0  # of which a variant's future is one

    @property
    def plans_again(self) -> bool:
        """Whether every run is a relaxed plan that may begin at the basis of one of them."""
        is_relaxed = self.engine is Engine.PLAN and not self.settings.whole
        return is_relaxed and not EXPLAINED & tables_asked(self.outcomes)


@dataclass(frozen=True, eq=False)
class Ground:
    """What all runs of a sweep share; each process works it out once, and comes to the same."""

    programme: Programme
    options: SweepOptions

    @functools.cached_property
    def sampled(self) -> RampResult:
        """The futures of which runs are made."""
        return ramp(self.programme, samples=self.options.futures, seed=self.options.seed)

    @functools.cached_property
    def start(self) -> Start:
        """Where plans begin: at the medians of the futures, or else at the programme as it is.

        There is no limit of time, so that no result hangs on how busy a machine is.
        """
        from fabstack.plan import PlanOptions
        from fabstack.plan.again import Start

        middle = self.programme
        if self.options.futures:
            middle = at_percentile(self.programme, self.sampled, 50)
        return Start(middle, PlanOptions(time_limit_s=math.inf))

    def tables(self, programme: Programme, seed: int) -> Tables:
        """What the engine says of a variant."""
        options = self.options
        if options.plans_again:
            return tables_of_plan(self.start.plan(programme), programme)
        return RUNS[options.engine](programme, options.settings, seed)


@dataclass(frozen=True, slots=True, eq=False)
class Sweep:
    """The runs that are finished, in the order of the design."""

    own: Mapping[str, str]  # what stands in the cells that some row changes
    changed: Mapping[str, Mapping[str, str]]  # variant -> cells with their values
    runs: Sequence[Row]  # variant, seed, digest, fault, outcomes
    account: Account

    @property
    def digest(self) -> str:
        """SHA-256 over what came out: the same whoever ran it, and however often it was cut off."""
        return hashlib.sha256(json.dumps(self.runs).encode()).hexdigest()

    def tables(self) -> dict[str, pl.DataFrame]:
        """Runs, inputs and outcomes as tables of the catalogue."""
        return {
            "sweep_runs": table_of("sweep_runs", map(_run_row, self.runs)),
            "sweep_inputs": table_of("sweep_inputs", self._inputs()),
            "sweep_outcomes": table_of("sweep_outcomes", self._outcomes()),
            "sweep_summary": table_of("sweep_summary", self._summary()),
        }

    def _inputs(self) -> Iterator[Row]:
        for variant, cells in self.changed.items():
            for cell, value in cells.items():
                yield {"variant": variant, "cell": cell, "value": value}

    def _outcomes(self) -> Iterator[Row]:
        for run in self.runs:
            for outcome, value in run["outcomes"].items():
                yield {**_run_row(run), "outcome": outcome, "value": value}

    def _summary(self) -> Iterator[Row]:
        by_outcome: dict[str, dict[str, list[float]]] = {}
        for row in self._outcomes():
            by_outcome.setdefault(row["outcome"], {}).setdefault(row["variant"], []).append(
                row["value"]
            )
        inputs = {variant: {**self.own, **cells} for variant, cells in self.changed.items()}
        for outcome, values in by_outcome.items():
            yield {"outcome": outcome, **spread(values), **strongest(values, inputs)}


def sweep(
    programme: Programme,
    variants: Sequence[Variant],
    options: SweepOptions,
    *,
    crew: Crew,
    shelf: Shelf,
    tell: Tell = lambda _what, _done, _of: None,
) -> Sweep:
    """Run every variant as often as there are replications; what is on the shelf is not run again.

    Raises:
        InputError: an outcome that is asked for is none of the engine's.
    """
    refuse(options.engine, options.outcomes)
    seeds = range(options.seed, options.seed + options.replications)
    places = [(variant, seed) for variant in variants for seed in seeds]
    wanted = _job(programme, places, options)
    account = perform(wanted, crew, shelf, tell)
    runs = [
        {"variant": variant.name, "seed": seed, "digest": task.digest, **json.loads(content)}
        for (variant, seed), (task, content) in zip(places, kept(wanted, shelf), strict=True)
        if content is not None
    ]
    changed = {one.name: _values(wanted.shared, one) for one in variants}
    cells = {cell for values in changed.values() for cell in values}
    own = {cell: str(formats.cell_value(programme, cell)) for cell in sorted(cells)}
    return Sweep(own, changed, runs, account)


def _values(ground: Ground, variant: Variant) -> dict[str, str]:
    """What a variant has in its cells; of a future, the numbers of its risks."""
    if variant.future is None:
        return dict(variant.cells)
    drawn = ground.sampled.futures
    values = {cell: drawn.draw(cell, spread) for cell, spread in drawn.risks.items()}
    found = {cell: str(float(v[variant.future if len(v) > 1 else 0])) for cell, v in values.items()}
    return {**found, **variant.cells}


def _job(programme: Programme, places: Sequence[tuple[Variant, int]], options: SweepOptions) -> Job:
    """A run is named by what it is, not by what its row is called."""
    arguments = [
        (f"{variant.name}, seed {seed}", _argument(variant, seed)) for variant, seed in places
    ]
    settings = json.dumps([options.engine, [*options.outcomes], options.settings.as_dict()])
    futures = f"{options.futures} {options.seed}" if options.futures else ""
    digest = f"{formats.digest(programme)} {settings} {futures}"
    return job("runs", run_variant, Ground(programme, options), digest, arguments)


def _argument(variant: Variant, seed: int) -> Row:
    row: Row = {"cells": dict(variant.cells), "seed": seed}
    return row if variant.future is None else {**row, "future": variant.future}


def _run_row(run: Row) -> Row:
    return {key: run[key] for key in ("variant", "seed", "digest", "fault")}


# --- One run --------------------------------------------------------------------------------------


def run_variant(ground: Ground, argument: Row) -> bytes:
    """The outcomes of one run, or why there are none."""
    options = ground.options
    try:
        changed = _changed(ground, argument)
        tables = ground.tables(changed, argument["seed"])
    except FabstackError as error:
        return json.dumps({"fault": str(error), "outcomes": {}}).encode()
    patterns = options.outcomes or usual(options.engine, ground.programme)
    found = outcomes_of(tables, patterns, changed.programme.start)
    return json.dumps({"fault": None, "outcomes": found}).encode()


def _changed(ground: Ground, argument: Row) -> Programme:
    programme = ground.programme
    if "future" in argument:
        programme = in_future(programme, ground.sampled, argument["future"])
    for cell, text in argument["cells"].items():
        programme = formats.set_cell(programme, cell, text)
    return programme


# --- Over all runs --------------------------------------------------------------------------------


def spread(values: Values) -> Row:
    """Mean and percentiles of all runs, each with how sure it is."""
    every = np.array([value for of_one in values.values() for value in of_one])
    found: Row = {"runs": len(every), "mean": float(every.mean())}
    found["mean_ci95"] = half_width_95(every.tolist())
    for percent in FAN:
        found[f"p{percent}"] = percentile(every, percent)
        found[f"p{percent}_low"], found[f"p{percent}_high"] = percentile_interval(every, percent)
    return found


def strongest(values: Values, inputs: Mapping[str, Mapping[str, str]]) -> Row:
    """The numeric input whose order goes most with that of an outcome."""
    names = [name for name, of_one in values.items() for _ in of_one]
    every = np.array([value for of_one in values.values() for value in of_one])
    columns = {}
    for cell in sorted({cell for cells in inputs.values() for cell in cells}):
        column = [_number(inputs[name].get(cell)) for name in names]
        if None not in column:
            columns[cell] = np.array(column, dtype=float)
    found = Sample(columns).influences("", every)
    best = max(found, key=lambda one: abs(one.rank_correlation), default=None)
    if best is None:
        return {"strongest_input": None, "rank_correlation": None}
    return {"strongest_input": best.input, "rank_correlation": best.rank_correlation}


def _number(text: str | None) -> float | None:
    """A plain number; None where a cell says anything else."""
    try:
        return None if text is None else float(text)
    except ValueError:
        return None
