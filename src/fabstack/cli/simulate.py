"""`fabstack simulate`: every tool and lot of the plants, on one clock."""

from __future__ import annotations

import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fabstack.cli.simulate_text import readable
from fabstack.cli.simulated import (
    AsJson,
    Out,
    Scenario,
    Seed,
    Subject,
    Until,
    minutes,
    print_answer,
    read_programme,
    rules,
    run_folder,
)

if TYPE_CHECKING:
    from fabstack.cli.quantities import Quantities
    from fabstack.model import Programme
    from fabstack.simulate import SimulationResult
    from fabstack.simulate.fidelity import Measured
    from fabstack.simulate.run import Keep, Prepared


def simulate(
    programme: Subject,
    until: Until = None,
    warm_up: Annotated[
        str | None,
        typer.Option(help="Left out of the statistics, such as 60d; lots that finish later count."),
    ] = None,
    replications: Annotated[
        int | None, typer.Option(min=1, help="Independent futures; default: the programme's.")
    ] = None,
    seed: Seed = 1,
    scenario: Scenario = None,
    rule: Annotated[
        str | None,
        typer.Option(help='Dispatch rule of all tool groups instead, such as "priority > cr".'),
    ] = None,
    due_spread: Annotated[
        float | None,
        typer.Option(
            min=0, max=1, help="Draw each lot's time to its due date from 1 -+ this, such as 0.2."
        ),
    ] = None,
    fidelity: Annotated[
        list[str] | None,
        typer.Option(
            help="How closely to follow a plant: PLANT=full, PLANT=bottlenecks (tool groups with "
            "less planned load are delays; or :70 percent) or PLANT=cycle-time (or :2.5, the "
            "X-factor). May be given for several plants."
        ),
    ] = None,
    measured: Annotated[
        Path | None,
        typer.Option(help="Run folder with cycle times and waits for simplified plants."),
    ] = None,
    workers: Annotated[
        int, typer.Option(min=1, help="Threads for the replications; changes no result.")
    ] = 1,
    out: Out = None,
    daily: Annotated[
        bool, typer.Option("--daily", help="States of every tool group by day, too (with --out).")
    ] = False,
    genealogy: Annotated[
        bool,
        typer.Option("--genealogy", help="What lots are made of, for fabstack trace (with --out)."),
    ] = False,
    event_log: Annotated[
        Path | None,
        typer.Option(help="Parquet file for every event of the first replication."),
    ] = None,
    snapshot_at: Annotated[
        str | None, typer.Option(help="When to write the snapshot, such as 365d.")
    ] = None,
    snapshot: Annotated[
        Path | None, typer.Option(help="File from which --resume goes on with the same bits.")
    ] = None,
    resume: Annotated[
        Path | None,
        typer.Option(help="Go on from this snapshot; its seeds and replications count."),
    ] = None,
    wip_table: Annotated[
        Path | None,
        typer.Option(
            help="CSV file for the lots inside at the end: a table wip to start another run from."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Run every tool and lot; where a programme names no starts, its plan's are taken.

    Example: fabstack simulate programmes/small-line --until 400d --replications 4
    """
    from fabstack.cli.quantities import Quantities

    quantities = Quantities()
    asked = Asked(
        until_min=minutes(quantities, "--until", until, at_least=0),
        warm_up_min=minutes(quantities, "--warm-up", warm_up, at_least=0),
        replications=replications,
        seed=seed,
        rule=next(iter(rules(quantities, [rule])), None),
        due_spread=due_spread,
        fidelity=_fidelities(quantities, fidelity or []),
        measured=measured,
        workers=workers,
        daily=daily,
        genealogy=genealogy,
        event_log=event_log,
        snapshot_at_min=minutes(quantities, "--snapshot-at", snapshot_at, at_least=0),
        snapshot=snapshot,
        resume=resume,
    )
    _refuse_half_a_snapshot(quantities, asked)
    files = {"--event-log": event_log, "--snapshot": snapshot, "--wip-table": wip_table}
    _refuse_missing_folders(quantities, files)
    quantities.finish()
    subject, result, setup_s = _run(programme, scenario, asked)
    answer = _answer(subject, result, setup_s)
    answer |= {"scenario": scenario, "seed": result.replications[0].seed}
    if wip_table is not None:
        _write_wip(wip_table, result, subject)
    if out is not None:
        _write(out, subject, result, answer)
    print_answer(answer, readable(answer), as_json=as_json)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the options say."""

    until_min: float | None
    warm_up_min: float | None
    replications: int | None
    seed: int
    rule: str | None
    due_spread: float | None
    fidelity: dict[str, tuple[str, float | None]]  # plant -> level and its number
    measured: Path | None
    workers: int
    daily: bool
    genealogy: bool
    event_log: Path | None
    snapshot_at_min: float | None
    snapshot: Path | None
    resume: Path | None


# --- Options ------------------------------------------------------------------------------------


def _fidelities(quantities: Quantities, texts: list[str]) -> dict[str, tuple[str, float | None]]:
    from fabstack.model.plants import Fidelity

    found: dict[str, tuple[str, float | None]] = {}
    for text in texts:
        plant, _, level = text.partition("=")
        level, _, number = level.partition(":")
        name = quantities.name("--fidelity", level, Fidelity)
        least = 1.0 if name == Fidelity.CYCLE_TIME else 0.0
        found[plant.strip()] = (
            name,
            quantities.read("--fidelity", number, "", at_least=least) if number else None,
        )
    return found


def _refuse_half_a_snapshot(quantities: Quantities, asked: Asked) -> None:
    if (asked.snapshot is None) != (asked.snapshot_at_min is None):
        missing = "--snapshot" if asked.snapshot is None else "--snapshot-at"
        quantities.reject(
            missing,
            "it is missing",
            "a file and a time",
            "missing-option",
            "give --snapshot FILE and --snapshot-at 365d together",
        )


def _refuse_missing_folders(quantities: Quantities, files: dict[str, Path | None]) -> None:
    for option, file in files.items():
        if file is not None and not file.resolve().parent.is_dir():
            message, cure = f"there is no folder {file.parent}", "make the folder first"
            quantities.reject(option, message, "a file in a folder", "missing-folder", cure)


# --- The run ------------------------------------------------------------------------------------


def _run(
    path: Path, scenario: str | None, asked: Asked
) -> tuple[Programme, SimulationResult, float]:
    """The programme that was run, what came out, and the seconds before the first event."""
    from fabstack.cli.progress import stages
    from fabstack.simulate.run import prepare, replicate

    started_s = time.perf_counter()
    programme = read_programme(path, scenario)
    measured = _measured(asked.measured)
    subject, arrivals = _with_starts(_changed(programme, asked))
    prepared = prepare(
        subject,
        until_min=asked.until_min,
        warm_up_min=asked.warm_up_min,
        seed=asked.seed,
        replications=asked.replications,
        arrivals=arrivals,
        measured=measured,
        resume=asked.resume,
    )
    setup_s = time.perf_counter() - started_s
    with ExitStack() as stack:
        tell = stack.enter_context(stages())
        result = replicate(
            prepared,
            workers=asked.workers,
            keep=_keep(asked, prepared, subject, stack),
            tell=lambda share: tell("simulation", round(1000 * share), 1000),
        )
    return subject, result, setup_s


def _changed(programme: Programme, asked: Asked) -> Programme:
    from fabstack.model.plants import Fidelity
    from fabstack.studies.changes import with_due_spread, with_fidelity, with_rule

    _refuse_unknown_plants(programme, asked)
    for plant, (level, number) in asked.fidelity.items():
        programme = with_fidelity(programme, plant, Fidelity(level), number)
    if asked.rule is not None:
        programme = with_rule(programme, asked.rule)
    if asked.due_spread is not None:
        programme = with_due_spread(programme, 100 * asked.due_spread)
    return programme


def _refuse_unknown_plants(programme: Programme, asked: Asked) -> None:
    from fabstack.cli.quantities import Quantities

    quantities, known = Quantities(), [plant.name for plant in programme.plants]
    for plant in asked.fidelity:
        quantities.name("--fidelity", plant, known)
    quantities.finish()


def _measured(folder: Path | None) -> Measured:
    from fabstack.simulate.fidelity import NOTHING_MEASURED

    if folder is None:
        return NOTHING_MEASURED
    from fabstack.results.measured import measured_in
    from fabstack.results.store import open_run

    return measured_in(open_run(folder))


def _with_starts(programme: Programme) -> tuple[Programme, list[Any]]:
    """The programme itself, or with the starts and purchases of its plan where it names none."""
    if programme.starts or programme.orders or programme.wip:
        return programme, []
    from fabstack.plan import plan
    from fabstack.results.plan_tables import plan_tables
    from fabstack.studies.planned import planned_arrivals, with_planned_starts

    tables = plan_tables(plan(programme), programme)
    started = with_planned_starts(programme, tables)
    return started, planned_arrivals(programme, tables)


def _keep(asked: Asked, prepared: Prepared, programme: Programme, stack: ExitStack) -> Keep:
    from fabstack.simulate.run import Keep

    take = None
    if asked.event_log is not None:
        from fabstack.results.event_log import EventLog

        take = stack.enter_context(EventLog(asked.event_log, prepared.scene, programme)).take
    return Keep(
        daily_tools=asked.daily,
        genealogy=asked.genealogy,
        take_seen=take,
        snapshot_at_min=asked.snapshot_at_min,
        snapshot=asked.snapshot,
    )


# --- What came out ------------------------------------------------------------------------------


def _answer(programme: Programme, result: SimulationResult, setup_s: float) -> dict[str, Any]:
    import resource

    from fabstack.results.simulate_document import simulate_document
    from fabstack.results.simulate_rows import simulate_rows

    answer = simulate_document(result, simulate_rows(result, programme))
    answer["performance"] = {
        "lot_steps": result.lot_steps,
        "events": result.events,
        "wall_s": round(result.run_s, 3),
        "lot_steps_per_s": round(result.lot_steps / result.run_s) if result.run_s > 0 else None,
        "setup_s": round(setup_s, 3),
        "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    }
    return answer


def _write(
    out: Path, programme: Programme, result: SimulationResult, answer: dict[str, Any]
) -> None:
    from fabstack.results.genealogy_index import files_of
    from fabstack.results.simulate_tables import simulate_tables

    tables = simulate_tables(result, programme)
    with run_folder(out, programme, answer) as writer:
        for name, table in tables.items():
            writer.table(name, table)
        for name, values in files_of(tables).items():
            writer.array(name, values)
        writer.summary({"simulation": {**answer, "performance": None}})


def _write_wip(file: Path, result: SimulationResult, programme: Programme) -> None:
    from fabstack.errors import OutputError
    from fabstack.results.wip_table import next_start, wip_text

    try:
        file.write_text(wip_text(result, programme), encoding="utf-8")
    except OSError as error:
        raise OutputError(f"cannot write {file}: {error.strerror}") from error
    day = next_start(result)
    sys.stderr.write(f"fabstack: wrote {file}; as wip.csv it goes with starts_on = {day}\n")
