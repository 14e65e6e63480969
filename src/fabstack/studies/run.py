"""The whole way once: check, economics, ramp, plan, simulation, mission, report; one run folder."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

import polars as pl

from fabstack import check, formats
from fabstack.errors import Finding, InputError
from fabstack.model import Programme
from fabstack.model.days import MINUTES_PER_DAY
from fabstack.plan import Integers, PlanOptions, PlanResult, Status, plan
from fabstack.plan.watch import Watch, searched
from fabstack.ramp import RampResult, at_percentile, ramp
from fabstack.ramp.judged import with_judged
from fabstack.results.economics_tables import economics_tables, sources_table
from fabstack.results.plan_tables import plan_tables
from fabstack.results.ramp_tables import ramp_tables
from fabstack.results.simulate_tables import simulate_tables
from fabstack.results.store import REPORT, Run, RunWriter
from fabstack.simulate import simulate
from fabstack.studies.changes import with_moved_window
from fabstack.studies.mission import Findings, judged, mission
from fabstack.studies.planned import planned_arrivals, with_planned_starts
from fabstack.studies.summary import summary

Tables = dict[str, pl.DataFrame]
LIKELY, LATE = 50, 90  # percentiles of the sampled dates that the second and third plan take
PLAN_GAP = 0.01  # relative; a looser end than the planner's own, so that no clock decides
STAGES = ("reading", "check", "economics", "ramp", "plan", "simulation", "mission", "report")
PARTS = 1000  # of a stage that says itself how far it is


class Tell(Protocol):
    """How far a run is, and words on what it does."""

    def __call__(self, stage: str, done: float, of: float, words: str = "") -> None:
        """Say it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """What a user may ask of a run; None leaves it to the programme."""

    scenario: str | None = None
    seed: int = 1
    samples: int | None = None
    days: float | None = None
    replications: int | None = None
    workers: int = 1
    plan_time_limit_s: float = 300.0


@dataclass(slots=True)
class Outcome:
    """What the engines found."""

    findings: tuple[Finding, ...]
    tables: Tables = field(default_factory=dict)
    summary: dict[str, Any] = field(default_factory=dict)


def quietly(stage: str, done: float, of: float, words: str = "") -> None:
    """Tell nobody how far a run is."""


def _told(tell: Tell, stage: str, share: float = 0.0, words: str = "") -> None:
    """Tell how far a run is with a share of a stage done; each stage counts the same."""
    done = STAGES.index(stage) * PARTS + round(PARTS * share)
    tell(stage, done, len(STAGES) * PARTS, words)


def run_programme(
    path: Path,
    out: Path,
    options: RunOptions,
    *,
    tell: Tell = quietly,
    render: Callable[[Run], str] | None = None,
) -> dict[str, Any]:
    """Run every engine on a programme and write one run folder; the answer is its summary.

    `render` makes the page for people from the finished tables (`fabstack.report.report`).

    Raises:
        InputError: the programme has errors; nothing is written.
        OutputError: the folder cannot be written.
    """
    _told(tell, "reading")
    loaded = formats.read(path, options.scenario)
    with RunWriter(
        out,
        programme=loaded.programme.programme.name,
        digest=formats.digest(loaded.programme),
        scenario=options.scenario,
        seed=options.seed,
        command=shlex.join(["fabstack", *sys.argv[1:]]),
    ) as writer:
        outcome = answer(loaded, options, tell)
        for name, table in outcome.tables.items():
            writer.table(name, table)
        writer.summary(outcome.summary)
        _told(tell, "report")
        if render is not None:
            writer.text(REPORT, render(writer.partial_run()))
    tell("done", len(STAGES) * PARTS, len(STAGES) * PARTS)
    return outcome.summary


def answer(loaded: formats.Loaded, options: RunOptions, tell: Tell = quietly) -> Outcome:
    """What all engines say of a programme, as tables and a summary; nothing is written."""
    programme = loaded.programme
    _told(tell, "check")
    outcome = Outcome(checked(loaded))
    verdicts = check.verdicts(programme)
    _told(tell, "economics")
    outcome.tables |= economics_tables(programme) | {"sources": sources_table(programme)}
    _told(tell, "ramp")
    ramped = with_judged(ramp(programme, samples=options.samples, seed=options.seed))
    outcome.tables |= ramp_tables(ramped, programme)
    likely = with_moved_window(at_percentile(programme, ramped, LIKELY), programme)
    plans = planned(programme, likely, ramped, options, tell)
    outcome.tables |= plans.tables
    outcome.findings += plans.findings
    lots, left_out = simulated(likely, outcome.tables, options, tell)
    outcome.tables |= lots
    _told(tell, "mission")
    found = Findings(programme, outcome.tables, ramped.joint_odds)
    parts = mission(programme, judged(found, verdicts))
    outcome.summary = summary(programme, outcome.tables, parts, outcome.findings)
    outcome.summary["simulation"] = {"left_out": list(left_out)}
    outcome.summary["samples"] = ramped.samples
    return outcome


def checked(loaded: formats.Loaded) -> tuple[Finding, ...]:
    """The findings of the check.

    Raises:
        InputError: some are errors.
    """
    findings = check.check(loaded)
    if any(finding.severity == "error" for finding in findings):
        raise InputError(findings)
    return findings


def planned(
    programme: Programme,
    likely: Programme,
    ramped: RampResult,
    options: RunOptions,
    tell: Tell = quietly,
) -> Outcome:
    """The plan on likely dates in full, and the volumes on claimed, likely and late dates.

    The two plans to compare with may build half a phase: only their volumes are read.
    """
    late = at_percentile(programme, ramped, LATE)
    whole = PlanOptions(time_limit_s=options.plan_time_limit_s, gap=PLAN_GAP)
    relaxed = replace(whole, integers=Integers.RELAXED)
    asked = {
        "claimed": (programme, relaxed),
        "p50": (likely, whole),
        "p90": (late, relaxed),
    }
    plans = {}
    for place, (name, (dated, choices)) in enumerate(asked.items()):
        hear = _solving(tell, place / len(asked), f"{name} dates")
        plans[name] = plan(dated, options=choices, tell=hear)
    tables = {name: plan_tables(found, asked[name][0]) for name, found in plans.items()}
    cut_off = {name: found for name, found in plans.items() if found.status is Status.LIMIT}
    findings = tuple(_unfinished(name, found) for name, found in cut_off.items())
    return Outcome(findings, tables["p50"] | {"plan_volumes": volumes(tables)})


def _solving(tell: Tell, share: float, which: str) -> Callable[[Watch], None]:
    """Say that a plan is begun; the answer says what is known while it is solved."""
    _told(tell, "plan", share, which)
    return lambda search: _told(tell, "plan", share, f"{which}: {searched(search)}")


def _unfinished(name: str, found: PlanResult) -> Finding:
    return Finding(
        file="programme.toml",
        line=0,
        column=0,
        code="plan-unfinished",
        message=f"the plan on {name} dates is up to {100 * found.gap:.3g} % from the best one: "
        "its time ran out",
        cure="allow more with --time-limit",
        severity="warning",
    )


def volumes(plans: dict[str, Tables]) -> pl.DataFrame:
    """Wanted and delivered units by month and item, one column for each plan."""
    keys = ["month", "item"]
    wanted = plans["claimed"]["plan_items"].filter(pl.col("wanted") > 0)
    table = wanted.select(*keys, "wanted")
    for name, tables in plans.items():
        delivered = tables["plan_items"].select(
            *keys, pl.col("delivered").alias(f"delivered_{name}")
        )
        table = table.join(delivered, on=keys, how="left")
    return table.fill_null(0.0).sort(keys)


def simulated(
    programme: Programme, plan: Tables, options: RunOptions, tell: Tell
) -> tuple[Tables, tuple[str, ...]]:
    """Every tool and lot of a plan's starts over the simulated window; and what is simplified."""
    _told(tell, "simulation")
    started = with_planned_starts(programme, plan)
    days = _simulated_days(started, options)
    result = simulate(
        started,
        until_min=None if options.days is None else options.days * MINUTES_PER_DAY,
        seed=options.seed,
        replications=options.replications,
        workers=options.workers,
        arrivals=planned_arrivals(programme, plan),
        tell=lambda share: _told(
            tell, "simulation", share, f"day {share * days:,.0f} of {days:,.0f}"
        ),
    )
    return simulate_tables(result, started), result.left_out


def _simulated_days(programme: Programme, options: RunOptions) -> float:
    """Days of all replications."""
    settings = programme.simulation
    return (options.days or settings.days) * (options.replications or settings.replications)
