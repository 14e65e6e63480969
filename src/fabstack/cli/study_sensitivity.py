"""`fabstack study sensitivity`: what a date or a claim hangs on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fabstack.cli.crews import OnCluster, Store, Workers, crew_of, shelf_at, told
from fabstack.cli.simulated import (
    AsJson,
    Out,
    Scenario,
    Seed,
    Subject,
    print_answer,
    run_folder,
)

if TYPE_CHECKING:
    from fabstack.studies.sensitivity import Sensitivity

STOPPED = 130
SHOWN = 5  # inputs of each outcome


def sensitivity(
    programme: Subject,
    of: Annotated[
        list[str] | None,
        typer.Option(
            help="milestone:ACTIVITY, claim:NAME or cadence; again for more; default: every "
            "activity that a claim dates."
        ),
    ] = None,
    samples: Annotated[
        int, typer.Option(min=2, help="Futures of each sample; whole powers of two are best.")
    ] = 4096,
    seed: Seed = 1,
    workers: Workers = 1,
    cluster: OnCluster = None,
    store: Store = None,
    scenario: Scenario = None,
    out: Out = None,
    as_json: AsJson = False,
) -> int:
    """See what dates and claims hang on: tornado, ranks, Sobol indices, worth of knowing more.

    The tornado moves one input at a time from its P10 to its P90; Sobol's indices tell which share
    of the variance a group of inputs explains alone and with all others; the worth of information
    is in months of a promised date. The run has the percentiles with their confidence and the worst
    futures, too.

    Ctrl-C ends a study; what is dated is kept, and the same command goes on.

    Example: fabstack study sensitivity programmes/texas --of milestone:foplp-volume --workers 2
    """
    from fabstack import formats
    from fabstack.cli.progress import stages
    from fabstack.studies.sensitivity import SensitivityOptions
    from fabstack.studies.sensitivity import sensitivity as run

    subject = formats.read(programme, scenario).programme
    options = SensitivityOptions(of=of or (), samples=samples, seed=seed)
    with stages() as tell:
        found = run(
            subject,
            options,
            crew=crew_of(workers, cluster),
            shelf=shelf_at(store),
            tell=tell,
        )
    answer = _answer(found) | {"scenario": scenario, "seed": seed, "samples": samples}
    if out is not None and found.tables:
        with run_folder(out, subject, answer) as writer:
            for name, table in found.tables.items():
                writer.table(name, table)
            writer.summary({"sensitivity": answer})
    print_answer(answer, _readable(answer, found), as_json=as_json)
    return STOPPED if found.account.was_stopped else 0


def _answer(found: Sensitivity) -> dict[str, Any]:
    account = found.account
    return {
        "runs_now": account.done,
        "runs_found": account.found,
        "redone": account.redone,
        "was_stopped": account.was_stopped,
        **{
            name.removeprefix("sensitivity_"): table.to_dicts()
            for name, table in found.tables.items()
            if name != "sensitivity_worst"
        },
    }


def _readable(answer: dict[str, Any], found: Sensitivity) -> Iterator[str]:
    yield f"{answer['samples']:,} futures of each sample: {told(found.account)}"
    for one in answer.get("outcomes", ()):
        yield ""
        yield from _outcome(one, answer)


def _outcome(one: dict[str, Any], answer: dict[str, Any]) -> Iterator[str]:
    def of(table: str) -> list[dict[str, Any]]:
        return [row for row in answer[table] if row["outcome"] == one["outcome"]]

    points = {row["percentile"]: row for row in of("percentiles")}
    spread = ", ".join(
        f"P{q} {points[q]['value']:.1f} ({points[q]['low']:.1f} to {points[q]['high']:.1f})"
        for q in (10, 50, 90)
    )
    yield f"{one['title']} ({one['outcome']}), {one['unit']}: {spread}"
    for row in of("inputs")[:SHOWN]:
        worth = row["information_months"]
        yield f"  {row['at_low']:>8.1f} to {row['at_high']:<8.1f} {row['title']}" + (
            f"; to know it is worth {worth:.2f} months" if worth else ""
        )
    for row in of("groups")[:SHOWN]:
        yield (
            f"  {row['first_percent']:>5.0f} % alone, {row['total_percent']:>3.0f} % in all: "
            f"{row['group']}"
        )
