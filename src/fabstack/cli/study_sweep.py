"""`fabstack study sweep`: one engine on many variants of a programme."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fabstack.cli.crews import OnCluster, Store, Workers, crew_of, shelf_at, told
from fabstack.cli.simulated import (
    AsJson,
    Out,
    Scenario,
    Seed,
    Subject,
    Until,
    minutes,
    print_answer,
    run_folder,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fabstack.model import Programme
    from fabstack.studies.outcomes import Engine
    from fabstack.studies.sweep import Sweep, Variant

STOPPED = 130
SHOWN = 40  # outcomes; --json and --out have all


def sweep(
    programme: Subject,
    design: Annotated[
        Path | None,
        typer.Option(help="CSV: columns are cells (table/key/column), rows are runs."),
    ] = None,
    vary: Annotated[
        list[str] | None,
        typer.Option(help="CELL=VALUE,VALUE,...; again for each cell: every combination runs."),
    ] = None,
    futures: Annotated[
        int | None,
        typer.Option(min=1, help="So many sampled futures of the ramp, with dates and risks."),
    ] = None,
    engine: Annotated[
        str, typer.Option(help="Who answers: ramp, plan, simulate or economics.")
    ] = "ramp",
    outcome: Annotated[
        list[str] | None,
        typer.Option(
            help="table/key/column of the engine's tables, * for any key, or sum(...), mean(...), "
            "min(...), max(...) of such; again for more; default: the usual ones of the engine."
        ),
    ] = None,
    replications: Annotated[
        int, typer.Option(min=1, help="Runs of each row, with seeds that follow each other.")
    ] = 1,
    samples: Annotated[
        int | None, typer.Option(min=1, help="Futures of each ramp; default: the programme's.")
    ] = None,
    until: Until = None,
    warm_up: Annotated[
        str | None, typer.Option(help="Left out, such as 180d; default: the programme's.")
    ] = None,
    whole: Annotated[
        bool, typer.Option("--whole", help="Plans with whole phases and tools: slower.")
    ] = False,
    seed: Seed = 1,
    workers: Workers = 1,
    cluster: OnCluster = None,
    store: Store = None,
    scenario: Scenario = None,
    out: Out = None,
    as_json: AsJson = False,
) -> int:
    """Run an engine on many variants of a programme, and see what they do to its outcomes.

    A finished run is kept under the digest of all that it hangs on: programme, inputs, settings,
    seed and code. So a study that was stopped goes on where it was, and a wider one runs only what
    is new. The results are the same bits for any number of workers, and on a cluster; the digest of
    all outcomes shows it. Every plan is worked out a second time by the independent checker.

    Ctrl-C ends a study with the runs that are finished.

    Example: fabstack study sweep programmes/toy-chain --vary ramp/-/correlation=0,0.3,0.6
    --replications 5 --workers 2
    """
    from fabstack import formats
    from fabstack.cli.progress import stages
    from fabstack.cli.quantities import Quantities
    from fabstack.model.days import MINUTES_PER_DAY
    from fabstack.studies.outcomes import Settings
    from fabstack.studies.sweep import SweepOptions
    from fabstack.studies.sweep import sweep as run

    quantities = Quantities()
    until_min = minutes(quantities, "--until", until, above=0)
    warm_up_min = minutes(quantities, "--warm-up", warm_up, above=0)
    quantities.finish()
    subject = formats.read(programme, scenario).programme
    options = SweepOptions(
        engine=_engine(engine),
        outcomes=outcome or (),
        settings=Settings(
            samples=samples,
            days=None if until_min is None else until_min / MINUTES_PER_DAY,
            warm_up_days=None if warm_up_min is None else warm_up_min / MINUTES_PER_DAY,
            whole=whole,
        ),
        replications=replications,
        seed=seed,
        futures=futures or 0,
    )
    variants = _variants(subject, design, vary, futures)
    with stages() as tell:
        found = run(
            subject,
            variants,
            options,
            crew=crew_of(workers, cluster),
            shelf=shelf_at(store),
            tell=tell,
        )
    answer = _answer(found) | {"engine": engine, "scenario": scenario, "seed": seed}
    if out is not None:
        _write(out, subject, found, answer)
    print_answer(answer, _readable(answer, found), as_json=as_json)
    return STOPPED if found.account.was_stopped else 0


def _engine(name: str) -> Engine:
    from fabstack.studies.outcomes import Engine

    if name not in set(Engine):
        raise typer.BadParameter(f"'{name}' is none of {', '.join(Engine)}")
    return Engine(name)


def _variants(
    programme: Programme, design: Path | None, vary: list[str] | None, futures: int | None
) -> Sequence[Variant]:
    from fabstack.studies import design_table
    from fabstack.studies.sweep import Variant

    if sum(kind is not None for kind in (design, vary, futures)) > 1:
        raise typer.BadParameter("give one of --design, --vary and --futures")
    if design is not None:
        return design_table.read_design(design, programme)
    if futures is not None:
        return design_table.futures(futures)
    if vary:
        return design_table.crossed([_varied(text) for text in vary], programme)
    return [Variant("as it is", {})]


def _varied(text: str) -> tuple[str, list[str]]:
    cell, sign, values = text.partition("=")
    if not sign or not all(part.strip() for part in values.split(",")):
        raise typer.BadParameter(f"'{text}' is not of the form CELL=VALUE,VALUE")
    return cell.strip(), [part.strip() for part in values.split(",")]


# --- What came out --------------------------------------------------------------------------------


def _answer(found: Sweep) -> dict[str, Any]:
    tables = found.tables()
    account = found.account
    return {
        "runs": len(found.runs),
        "runs_now": account.done,
        "runs_found": account.found,
        "redone": account.redone,
        "was_stopped": account.was_stopped,
        "digest": found.digest,
        "failed": [row for row in tables["sweep_runs"].to_dicts() if row["fault"]],
        "outcomes": tables["sweep_summary"].to_dicts(),
    }


def _write(out: Path, programme: Programme, found: Sweep, answer: dict[str, Any]) -> None:
    with run_folder(out, programme, answer) as writer:
        for name, table in found.tables().items():
            writer.table(name, table)
        writer.summary({"sweep": answer})


def _readable(answer: dict[str, Any], found: Sweep) -> Iterator[str]:
    yield f"{answer['runs']} runs of {answer['engine']}: {told(found.account)}"
    rows = answer["outcomes"][:SHOWN]
    width = max((len(row["outcome"]) for row in rows), default=0)
    if rows:
        heads = ("runs", "mean", "±", "P10", "P50", "P90")
        yield f"\n{'outcome':<{width}}" + "".join(f"{head:>12}" for head in heads)
    for row in rows:
        half = "" if row["mean_ci95"] is None else _short(row["mean_ci95"])
        cells = [str(row["runs"]), _short(row["mean"]), half]
        cells += [_short(row[name]) for name in ("p10", "p50", "p90")]
        line = f"{row['outcome']:<{width}}" + "".join(f"{cell:>12}" for cell in cells)
        hangs = row["strongest_input"]
        yield line + (f"  {hangs} ({row['rank_correlation']:+.2f})" if hangs else "")
    if len(answer["outcomes"]) > SHOWN:
        yield f"... and {len(answer['outcomes']) - SHOWN} more: --json or --out"
    for row in answer["failed"]:
        yield f"{row['variant']}, seed {row['seed']}: {row['fault']}"
    yield f"\ndigest of all outcomes: {answer['digest'][:16]}"


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 10_000 else f"{value:.4g}"
