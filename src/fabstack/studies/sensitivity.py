"""What the outcomes of a ramp hang on: all that `uncertainty` can say of them.

Two independent samples of all inputs are dated, and once more for each group of inputs that hang
together, with the group's columns from the second sample; each of these is a task. From the first
sample come percentiles, rank correlations, the worst cases and the value of information; from all
of them Sobol's indices of the groups; a tornado is dated on its own. Luck without a name (how long
each repeat takes, what each review says) is the same in all samples, and explains what is left.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from fabstack import formats
from fabstack.model import Programme
from fabstack.ramp.futures import input_pairs, varying_inputs
from fabstack.ramp.outcomes import Asked, RampModel
from fabstack.results.schema import table_of
from fabstack.results.shelf import Shelf
from fabstack.studies.promises import information_months, perfect_months
from fabstack.studies.tasks import Account, Crew, Job, Tell, job, kept, perform
from fabstack.uncertainty.chance import Floats
from fabstack.uncertainty.copula import coupled, hanging_together
from fabstack.uncertainty.indices import Index, index, two_samples
from fabstack.uncertainty.percentiles import percentile, percentile_interval
from fabstack.uncertainty.sensitivity import Sample
from fabstack.uncertainty.tail import sample_tail
from fabstack.uncertainty.uniforms import Design

Row = dict[str, Any]
Columns = dict[str, Floats]
PERCENTILES = (5, 10, 25, 50, 75, 80, 90, 95)
LOW, HIGH = 0.1, 0.9  # shares between which the tornado swings
WORST_PERCENT = 5.0
WORST_CASES, WORST_INPUTS = 100, 6
FIRST, SECOND, TORNADO = "first sample", "second sample", "one at a time"
TAIL = 80.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SensitivityOptions:
    """What is asked, and with how many futures."""

    of: Sequence[str] = ()
    samples: int = 4096
    seed: int = 1


@dataclass(frozen=True, eq=False)
class Ground:
    """What all tasks share; the two samples are drawn once in each process."""

    model: RampModel
    options: SensitivityOptions

    @functools.cached_property
    def samples(self) -> tuple[Columns, Columns]:
        """Two independent samples of all inputs, each with its correlations."""
        programme, options = self.model.programme, self.options
        names = sorted(varying_inputs(programme))
        drawn = two_samples(names, samples=options.samples, seed=options.seed, design=Design.SOBOL)
        first, second = (coupled(columns, input_pairs(programme)) for columns in drawn)
        return first, second

    @functools.cached_property
    def groups(self) -> tuple[tuple[str, ...], ...]:
        """Inputs that hang together."""
        programme = self.model.programme
        return hanging_together(varying_inputs(programme), input_pairs(programme))

    def one_at_a_time(self) -> Columns:
        """For each input a low and a high case, all others at their medians."""
        names = sorted(varying_inputs(self.model.programme))
        columns = {name: np.full(2 * len(names), 0.5) for name in names}
        for i, name in enumerate(names):
            columns[name][2 * i : 2 * i + 2] = LOW, HIGH
        return columns


@dataclass(frozen=True, slots=True, eq=False)
class Sensitivity:
    """What was found; without tables where the study was stopped before its end."""

    asked: tuple[Asked, ...]
    tables: Mapping[str, pl.DataFrame]
    account: Account


def sensitivity(
    programme: Programme,
    options: SensitivityOptions,
    *,
    crew: Crew,
    shelf: Shelf,
    tell: Tell = lambda _what, _done, _of: None,
) -> Sensitivity:
    """Everything about the outcomes that are asked for; what is on the shelf is not dated again.

    Raises:
        InputError: the programme cannot be dated, or has no such outcome.
    """
    ground = Ground(RampModel(programme, options.of), options)
    wanted = _job(ground)
    account = perform(wanted, crew, shelf, tell)
    found = {task.label: content for task, content in kept(wanted, shelf)}
    arrays = {label: _array(content) for label, content in found.items() if content is not None}
    if len(arrays) < len(wanted.tasks):
        return Sensitivity(ground.model.asked, {}, account)
    return Sensitivity(ground.model.asked, _tables(ground, arrays), account)


def _job(ground: Ground) -> Job:
    options, programme = ground.options, ground.model.programme
    names = [one.name for one in ground.model.asked]
    digest = f"{formats.digest(programme)} {names} {options.samples} {options.seed}"
    labels = [FIRST, SECOND, TORNADO, *(group[0] for group in ground.groups)]
    return job("sensitivity", dated, ground, digest, [(label, label) for label in labels])


def dated(ground: Ground, label: str) -> bytes:
    """The outcomes of one sample, [outcome, sample], as bytes."""
    model, seed = ground.model, ground.options.seed
    if label == TORNADO:
        values = model.outcomes(ground.one_at_a_time(), seed, still=True)
    else:
        values = model.outcomes(_columns(ground, label), seed)
    return np.ascontiguousarray(values, dtype="<f8").tobytes() + len(values).to_bytes(4, "little")


def _columns(ground: Ground, label: str) -> Columns:
    first, second = ground.samples
    if label == FIRST:
        return first
    if label == SECOND:
        return second
    group = next(group for group in ground.groups if group[0] == label)
    return {**first, **{name: second[name] for name in group}}


def _array(content: bytes) -> Floats:
    values = np.frombuffer(content[:-4], dtype="<f8")
    return values.reshape(int.from_bytes(content[-4:], "little"), -1)


# --- What is said ---------------------------------------------------------------------------------


def _tables(ground: Ground, arrays: Mapping[str, Floats]) -> Mapping[str, pl.DataFrame]:
    titles = ground.model.titles(ground.samples[0], ground.options.seed)
    rows: dict[str, list[Row]] = {name: [] for name in TABLES}
    for place, one in enumerate(ground.model.asked):
        told = _Told(ground, one, titles, {label: array[place] for label, array in arrays.items()})
        for name, tell in TABLES.items():
            rows[name] += tell(told)
    return {name: table_of(name, found) for name, found in rows.items()}


class _Told:
    """One outcome and its samples."""

    def __init__(
        self, ground: Ground, one: Asked, titles: Mapping[str, str], arrays: Mapping[str, Floats]
    ) -> None:
        self.one = one
        self.first, self.groups = ground.samples[0], ground.groups
        self.arrays = arrays
        self.values = arrays[FIRST]
        self._titles = titles
        self.names = sorted(self.first)

    def title(self, name: str) -> str:
        """An input for people."""
        return self._titles.get(name, name)

    def group_title(self, names: tuple[str, ...]) -> str:
        """A group of inputs for people, by the one that goes most with the outcome."""
        strongest = max(names, key=lambda name: abs(self.correlations.get(name, 0.0)))
        if len(names) == 1:
            return self.title(strongest)
        return f"{len(names)} inputs that move together, first of all {self.title(strongest)}"

    @functools.cached_property
    def correlations(self) -> Mapping[str, float]:
        """Rank correlation of every input that moves the outcome."""
        found = Sample(self.first).influences("", self.values)
        return {one.input: one.rank_correlation for one in found}

    @functools.cached_property
    def indices(self) -> Mapping[tuple[str, ...], Index]:
        """Sobol's indices of the groups that move the outcome at all."""
        moving = (group for group in self.groups if (self.arrays[group[0]] != self.values).any())
        base, other = self.values, self.arrays[SECOND]
        return {group: index(group, base, other, self.arrays[group[0]]) for group in moving}

    @functools.cached_property
    def moving(self) -> list[str]:
        """Inputs that can move the outcome, by name."""
        return sorted(name for group in self.indices for name in group)


def _outcome(told: _Told) -> Iterator[Row]:
    values, one = told.values, told.one
    worse = values if one.more_is_worse else -values
    tail = sample_tail(worse, TAIL).mean_beyond
    yield {
        "outcome": one.name,
        "title": one.title,
        "unit": one.unit,
        "samples": len(values),
        "mean": float(values.mean()),
        "deviation": float(values.std()),
        "worst_fifth_mean": tail if one.more_is_worse else -tail,
        "perfect_information_months": perfect_months(values) if one.unit == "month" else None,
    }


def _percentiles(told: _Told) -> Iterator[Row]:
    for percent in PERCENTILES:
        low, high = percentile_interval(told.values, percent)
        value = percentile(told.values, percent)
        yield {
            "outcome": told.one.name,
            "percentile": percent,
            "value": value,
            "low": low,
            "high": high,
        }


def _inputs(told: _Told) -> Iterator[Row]:
    swings = {name: told.arrays[TORNADO][2 * i : 2 * i + 2] for i, name in enumerate(told.names)}
    rows: list[Row] = [
        {
            "outcome": told.one.name,
            "input": name,
            "title": told.title(name),
            "rank_correlation": told.correlations.get(name, 0.0),
            "at_low": float(swings[name][0]),
            "at_high": float(swings[name][1]),
            "swing": float(np.ptp(swings[name])),
            "information_months": information_months(told.values, told.first[name])
            if told.one.unit == "month"
            else None,
        }
        for name in told.moving
    ]
    yield from sorted(rows, key=lambda row: (-row["swing"], -abs(row["rank_correlation"])))


def _groups(told: _Told) -> Iterator[Row]:
    ranked = sorted(told.indices.values(), key=lambda one: (-one.total, one.inputs))
    for rank, one in enumerate(ranked, start=1):
        shares = (one.first, *one.first_interval, one.total, *one.total_interval)
        names = ("first", "first_low", "first_high", "total", "total_low", "total_high")
        percents = {f"{n}_percent": 100 * v for n, v in zip(names, shares, strict=True)}
        yield {
            "outcome": told.one.name,
            "rank": rank,
            "group": told.group_title(one.inputs),
            "inputs": "; ".join(one.inputs),
            **percents,
        }


def _worst(told: _Told) -> Iterator[Row]:
    """The worst futures, with where each of the strongest inputs lay in them."""
    worse = told.values if told.one.more_is_worse else -told.values
    count = min(WORST_CASES, max(1, int(len(worse) * WORST_PERCENT / 100)))
    strongest = sorted(told.moving, key=lambda n: (-abs(told.correlations.get(n, 0.0)), n))
    for rank, future in enumerate(np.argsort(-worse, kind="stable")[:count].tolist(), start=1):
        for name in strongest[:WORST_INPUTS]:
            yield {
                "outcome": told.one.name,
                "rank": rank,
                "future": future,
                "value": float(told.values[future]),
                "input": name,
                "title": told.title(name),
                "share_percent": 100 * float(told.first[name][future]),
            }


TABLES = {
    "sensitivity_outcomes": _outcome,
    "sensitivity_percentiles": _percentiles,
    "sensitivity_inputs": _inputs,
    "sensitivity_groups": _groups,
    "sensitivity_worst": _worst,
}
