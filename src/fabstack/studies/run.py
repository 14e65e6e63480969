"""The whole way once: check, economics, ramp, plan, simulation, mission, report; one run folder."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import polars as pl

from fabstack import check, formats
from fabstack.errors import Finding, InputError
from fabstack.model import Programme
from fabstack.model.days import MINUTES_PER_DAY
from fabstack.plan import Integers, PlanOptions, PlanResult, Status, plan
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
Tell = Callable[[str, int, int], None]
LIKELY, LATE = 50, 90  # percentiles of the sampled dates that the second and third plan take
PLAN_GAP = 0.01  # relative; a looser end than the planner's own, so that no clock decides
STAGES = 8


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


def quietly(_stage: str, _done: int, _of: int) -> None:
    """Tell nobody how far a run is."""


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
    tell("reading", 0, STAGES)
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
        tell("report", STAGES - 1, STAGES)
        if render is not None:
            writer.text(REPORT, render(writer.partial_run()))
    tell("done", STAGES, STAGES)
    return outcome.summary


def answer(loaded: formats.Loaded, options: RunOptions, tell: Tell = quietly) -> Outcome:
    """What all engines say of a programme, as tables and a summary; nothing is written."""
    programme = loaded.programme
    tell("check", 1, STAGES)
    outcome = Outcome(checked(loaded))
    verdicts = check.verdicts(programme)
    tell("economics", 2, STAGES)
    outcome.tables |= economics_tables(programme) | {"sources": sources_table(programme)}
    tell("ramp", 3, STAGES)
    ramped = with_judged(ramp(programme, samples=options.samples, seed=options.seed))
    outcome.tables |= ramp_tables(ramped, programme)
    tell("plan", 4, STAGES)
    likely = with_moved_window(at_percentile(programme, ramped, LIKELY), programme)
    plans = planned(programme, likely, ramped, options)
    outcome.tables |= plans.tables
    outcome.findings += plans.findings
    tell("simulation", 5, STAGES)
    lots, left_out = simulated(likely, outcome.tables, options, tell)
    outcome.tables |= lots
    tell("mission", 6, STAGES)
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
    programme: Programme, likely: Programme, ramped: RampResult, options: RunOptions
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
    plans = {name: plan(dated, options=choices) for name, (dated, choices) in asked.items()}
    tables = {name: plan_tables(found, asked[name][0]) for name, found in plans.items()}
    cut_off = {name: found for name, found in plans.items() if found.status is Status.LIMIT}
    findings = tuple(_unfinished(name, found) for name, found in cut_off.items())
    return Outcome(findings, tables["p50"] | {"plan_volumes": volumes(tables)})


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
    started = with_planned_starts(programme, plan)
    result = simulate(
        started,
        until_min=None if options.days is None else options.days * MINUTES_PER_DAY,
        seed=options.seed,
        replications=options.replications,
        workers=options.workers,
        arrivals=planned_arrivals(programme, plan),
        tell=lambda share: tell("simulation", 5, STAGES),
    )
    return simulate_tables(result, started), result.left_out
