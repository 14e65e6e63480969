"""`fabstack simulate`: every tool and lot of the plants, on one clock."""

from __future__ import annotations

import shlex
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    import polars as pl

    from fabstack.cli.quantities import Quantities
    from fabstack.model import Programme
    from fabstack.simulate import SimulationResult

    Tables = dict[str, pl.DataFrame]

MOST_GROUPS = 5  # of each plant


def simulate(
    programme: Annotated[Path, typer.Argument(help="Programme folder or workbook.")],
    until: Annotated[
        str | None, typer.Option(help="Simulated time, such as 730d; default: the programme's.")
    ] = None,
    warm_up: Annotated[
        str | None, typer.Option(help="Left out of the statistics, such as 60d.")
    ] = None,
    replications: Annotated[
        int | None, typer.Option(min=1, help="Independent futures; default: the programme's.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same bits.")] = 1,
    scenario: Annotated[str | None, typer.Option(help="Named scenario of the programme.")] = None,
    workers: Annotated[int, typer.Option(min=1, help="Threads for the replications.")] = 1,
    out: Annotated[Path | None, typer.Option(help="Run folder to write the tables into.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Run every tool and lot; where a programme names no starts, its plan's are taken.

    Example: fabstack simulate programmes/small-line --until 400d --replications 4
    """
    from fabstack import formats
    from fabstack.cli.progress import stages
    from fabstack.cli.quantities import Quantities
    from fabstack.results.simulate_tables import simulate_tables
    from fabstack.simulate import simulate as run

    quantities = Quantities()
    until_min = _minutes(quantities, "--until", until)
    warm_up_min = _minutes(quantities, "--warm-up", warm_up)
    quantities.finish()
    loaded = formats.read(programme, scenario)
    subject, arrivals = _with_starts(loaded.programme)
    started_s = time.perf_counter()
    with stages() as tell:
        result = run(
            subject,
            until_min=until_min,
            warm_up_min=warm_up_min,
            seed=seed,
            replications=replications,
            workers=workers,
            arrivals=arrivals,
            tell=lambda share: tell("simulation", round(1000 * share), 1000),
        )
    wall_s = time.perf_counter() - started_s
    tables = simulate_tables(result, subject)
    answer = _answer(result, tables, wall_s) | {"scenario": scenario, "seed": seed}
    if out is not None:
        _write(out, subject, tables, answer)
    _print(answer, as_json=as_json)


def _minutes(quantities: Quantities, option: str, text: str | None) -> float | None:
    return None if text is None else quantities.read(option, text, "min", at_least=0)


def _with_starts(programme: Programme) -> tuple[Programme, list[Any]]:
    """The programme itself, or with the starts and purchases of its plan where it names none."""
    if programme.starts or programme.orders or programme.wip:
        return programme, []
    from fabstack.plan import plan
    from fabstack.results.plan_tables import plan_tables
    from fabstack.studies.run import planned_arrivals, with_planned_starts

    tables = plan_tables(plan(programme), programme)
    started = with_planned_starts(programme, tables["plan_starts"])
    return started, planned_arrivals(programme, tables)


def _answer(result: SimulationResult, tables: Tables, wall_s: float) -> dict[str, Any]:
    import resource

    groups = tables["sim_tool_groups"]
    return {
        "days": result.until_min / 1440,
        "warm_up_days": result.warm_up_min / 1440,
        "replications": len(result.replications),
        "lots": tables["sim_products"].to_dicts(),
        "toolgroups": groups.to_dicts(),
        "stocks": tables["sim_stocks"].to_dicts(),
        "left_out": list(result.left_out),
        "performance": {
            "lot_steps": result.lot_steps,
            "events": result.events,
            "wall_s": round(wall_s, 3),
            "lot_steps_per_s": round(result.lot_steps / wall_s) if wall_s > 0 else None,
            "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
        },
    }


def _write(out: Path, programme: Programme, tables: Tables, answer: dict[str, Any]) -> None:
    from fabstack import formats
    from fabstack.results.store import RunWriter

    with RunWriter(
        out,
        programme=programme.programme.name,
        digest=formats.digest(programme),
        scenario=answer["scenario"],
        seed=answer["seed"],
        command=shlex.join(["fabstack", *sys.argv[1:]]),
    ) as writer:
        for name, table in tables.items():
            writer.table(name, table)
        writer.summary({"simulation": {**answer, "performance": None}})


def _print(answer: dict[str, Any], *, as_json: bool) -> None:
    from fabstack.results.documents import json_bytes

    if as_json:
        sys.stdout.write(json_bytes(answer).decode())
    else:
        sys.stdout.write("\n".join(_readable(answer)) + "\n")


def _readable(answer: dict[str, Any]) -> Iterator[str]:
    yield (
        f"{answer['days']:g} days, the first {answer['warm_up_days']:g} left out, "
        f"{answer['replications']} replications"
    )
    yield ""
    yield f"{'route':<22}{'lots out':>10}{'cycle time d':>16}{'p95 d':>9}{'X':>7}{'on time %':>11}"
    for lot in answer["lots"]:
        yield _lot_line(lot)
    yield ""
    yield f"{'tool group':<22}{'plant':<16}{'tools':>6}{'busy %':>9}{'down %':>9}{'queue h':>9}"
    ranked = sorted(answer["toolgroups"], key=lambda row: (row["plant"], row["bottleneck_rank"]))
    for group in ranked:
        if group["bottleneck_rank"] <= MOST_GROUPS:
            yield _group_line(group)
    yield ""
    yield from (f"Left out: {words}" for words in answer["left_out"])
    done = answer["performance"]
    yield f"{done['lot_steps']:,} lot-steps in {done['wall_s']:g} s"


def _lot_line(lot: dict[str, Any]) -> str:
    if lot["cycle_time_days_mean"] is None:
        return f"{lot['route']:<22}{lot['lots_completed']:>10,.0f}   none finished"
    spread = lot["cycle_time_days_ci95"]
    mean = f"{lot['cycle_time_days_mean']:.3g}" + (f" ±{spread:.2g}" if spread is not None else "")
    on_time = "" if lot["on_time_percent"] is None else f"{lot['on_time_percent']:.1f}"
    return (
        f"{lot['route']:<22}{lot['lots_completed']:>10,.0f}{mean:>16}"
        f"{lot['cycle_time_days_p95']:>9.3g}{lot['x_factor'] or 0:>7.2f}{on_time:>11}"
    )


def _group_line(group: dict[str, Any]) -> str:
    down = group["scheduled_down_percent"] + group["unscheduled_down_percent"]
    queue = group["queue_time_h_mean"]
    return (
        f"{group['tool_group']:<22}{group['plant']:<16}{group['tools']:>6.0f}"
        f"{group['utilisation_of_available_percent']:>9.1f}{down:>9.1f}"
        f"{'' if queue is None else f'{queue:.2f}':>9}"
    )
