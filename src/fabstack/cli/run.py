"""`fabstack run`: the whole way, from a programme folder to a report."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer


def run(
    programme: Annotated[Path, typer.Argument(help="Programme folder or workbook.")],
    out: Annotated[
        Path | None, typer.Option(help="Run folder to write; default: runs/NAME-SCENARIO.")
    ] = None,
    scenario: Annotated[str | None, typer.Option(help="Named scenario of the programme.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same bits.")] = 1,
    days: Annotated[
        float | None, typer.Option(min=0.001, help="Simulated days; default: the programme's.")
    ] = None,
    replications: Annotated[
        int | None, typer.Option(min=1, help="Simulated futures; default: the programme's.")
    ] = None,
    samples: Annotated[
        int | None, typer.Option(min=1, help="Sampled futures of the dates.")
    ] = None,
    workers: Annotated[int, typer.Option(min=1, help="Threads for the replications.")] = 1,
    time_limit: Annotated[
        float, typer.Option(min=0.1, help="Seconds for each plan; a limit that is hit is said.")
    ] = 300.0,
    as_json: Annotated[bool, typer.Option("--json", help="The summary as JSON on stdout.")] = False,
) -> None:
    """Check, cost, plan, simulate and date a programme; write one run folder with a report.

    Example: fabstack run programmes/texas --out texas-run
    """
    from fabstack.cli.progress import stages
    from fabstack.report import report
    from fabstack.studies.run import RunOptions, run_programme

    options = RunOptions(
        scenario=scenario,
        seed=seed,
        samples=samples,
        days=days,
        replications=replications,
        workers=workers,
        plan_time_limit_s=time_limit,
    )
    target = out or Path("runs") / "-".join(filter(None, [programme.stem, scenario]))
    with stages() as tell:
        answer = run_programme(programme, target, options, tell=tell, render=report)
    if as_json:
        sys.stdout.write(json.dumps(answer, indent=2, default=str) + "\n")
    else:
        sys.stdout.write(_readable(answer) + f"\n\nOpen {target / 'report.html'}\n")


_MARKS = {True: "holds  ", False: "FAILS  ", None: "unknown"}


def _readable(answer: dict[str, Any]) -> str:
    headline, parts = answer["headline"], list(answer["mission"].values())
    lines = [headline["sentence"], *([""] if parts else [])]
    lines += [f"{p['part']:>3}  {_MARKS[p['holds']]}  {p['title']}" for p in parts]
    worst = headline["breaks_first"]
    if worst:
        factor = f" (by a factor of {_rounded(worst['factor'])})" if worst["factor"] else ""
        lines += ["", f"Breaks first{factor}: {worst['what']}"]
    return "\n".join(lines)


def _rounded(factor: float) -> str:
    return f"{factor:,.0f}" if factor >= 100 else f"{factor:.3g}"
