"""`fabstack study`: many runs that answer one question."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fabstack.cli.simulated import (
    AsJson,
    Out,
    Scenario,
    Seed,
    Subject,
    Until,
    load_percents,
    minutes,
    print_answer,
    read_programme,
    refuse_without_starts,
    rules,
    run_folder,
)
from fabstack.cli.study_clearing import clearing
from fabstack.cli.study_futures import plan_under_uncertainty
from fabstack.cli.study_sensitivity import sensitivity
from fabstack.cli.study_sweep import sweep

if TYPE_CHECKING:
    from fabstack.model import Programme
    from fabstack.studies.agree import Agreement
    from fabstack.studies.operating_curve import Curve, CurveOptions

STOPPED = 130

app = typer.Typer(
    help="Studies: many runs that answer one question.\n\n"
    "Example: fabstack study operating-curve programmes/small-line --loads 70,80,90,95",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.callback()
def study() -> None:
    """Studies: many runs that answer one question.

    Example: fabstack study operating-curve programmes/small-line --loads 70,80,90,95
    """


@app.command(name="operating-curve")
def operating_curve(
    programme: Subject,
    loads: Annotated[
        str, typer.Option(help="Utilisations of the busiest tool group in percent, such as 70,90.")
    ] = "70,80,90,95",
    rule: Annotated[
        list[str] | None,
        typer.Option(
            help='Dispatch rule of all tool groups, such as "priority > cr"; again for each rule '
            "to compare; default: the programme's own."
        ),
    ] = None,
    replications: Annotated[
        int | None, typer.Option(min=1, help="Futures of each point; default: the programme's.")
    ] = None,
    until: Until = None,
    warm_up: Annotated[
        str | None,
        typer.Option(help="Left out, such as 180d; default: the programme's, or a third."),
    ] = None,
    seed: Seed = 1,
    workers: Annotated[
        int, typer.Option(min=1, help="Threads; each may have a core of its own.")
    ] = 1,
    scenario: Scenario = None,
    out: Out = None,
    as_json: AsJson = False,
) -> int:
    """Cycle time and X-factor against loading, for one or several dispatch rules.

    The load of a fab is the utilisation of its busiest tool group. A pilot run finds the load of
    the programme's own starts, and starts and periodic orders are scaled to each load that is asked
    for; the utilisation that came of it is shown beside it. Lots inside at the start stay as they
    are, so leave them time to go (--warm-up).

    All points run the same seeds: rules see the same breakdowns, process times and due dates, so
    their difference is surer than either curve. Intervals hold 95 % of such means.

    Ctrl-C ends a study with the points that are finished.

    Example: fabstack study operating-curve lvhm --loads 80,90,95 --rule "priority > fifo"
    --rule "priority > cr" --replications 10 --workers 2
    """
    from fabstack.cli.quantities import Quantities
    from fabstack.studies.operating_curve import CurveOptions

    quantities = Quantities()
    options = CurveOptions(
        loads_percent=load_percents(quantities, loads),
        rules=rules(quantities, rule or []),
        until_min=minutes(quantities, "--until", until, above=0),
        warm_up_min=minutes(quantities, "--warm-up", warm_up, above=0),
        replications=replications,
        seed=seed,
        workers=workers,
    )
    quantities.finish()
    subject, curve = _run(programme, scenario, options)
    answer = _answer(curve) | {"scenario": scenario, "seed": seed}
    if out is not None:
        _write(out, subject, curve, answer, "operating_curve")
    print_answer(answer, _readable(answer), as_json=as_json)
    return STOPPED if curve.was_stopped else 0


@app.command()
def agree(
    programme: Subject,
    iterations: Annotated[int, typer.Option(min=1, help="Plans and simulations at most.")] = 6,
    damping: Annotated[
        float, typer.Option(min=0.05, max=1.0, help="Least share of the way to a measured time.")
    ] = 0.5,
    relaxed: Annotated[
        bool, typer.Option("--relaxed", help="Half a phase or tool may be built: faster plans.")
    ] = False,
    replications: Annotated[
        int | None,
        typer.Option(min=1, help="Futures of each simulation; default: the programme's."),
    ] = None,
    until: Until = None,
    warm_up: Annotated[
        str | None, typer.Option(help="Left out, such as 180d; default: the programme's.")
    ] = None,
    seed: Seed = 1,
    workers: Annotated[
        int, typer.Option(min=1, help="Threads; each may have a core of its own.")
    ] = 1,
    scenario: Scenario = None,
    out: Out = None,
    as_json: AsJson = False,
) -> int:
    """Plan and simulate in turns, until lead times and cycle times agree within 5 %.

    Each simulation starts what the plan says and measures how long it takes; the next plan takes
    these times, and fewer hours of full tools that lose more to setups and batches than it counted.
    What came out of the last simulation is compared with the plan, item by item.

    Ctrl-C ends a study with the iterations that are finished.

    Example: fabstack study agree programmes/single-queue --until 600d --out agreed
    """
    from fabstack.cli import agree_text
    from fabstack.cli.quantities import Quantities
    from fabstack.plan.options import Integers, PlanOptions
    from fabstack.studies.agree import AgreeOptions

    quantities = Quantities()
    options = AgreeOptions(
        iterations=iterations,
        damping=damping,
        until_min=minutes(quantities, "--until", until, above=0),
        warm_up_min=minutes(quantities, "--warm-up", warm_up, above=0),
        replications=replications,
        seed=seed,
        workers=workers,
        planning=PlanOptions(integers=Integers.RELAXED if relaxed else Integers.WHOLE),
    )
    quantities.finish()
    subject, agreement = agree_text.run(programme, scenario, options)
    answer = agree_text.answer(agreement) | {"scenario": scenario, "seed": seed}
    if out is not None:
        _write(out, subject, agreement, answer, "agree")
    print_answer(answer, agree_text.readable(answer), as_json=as_json)
    return STOPPED if agreement.was_stopped else 0


app.command()(clearing)
app.command()(sweep)
app.command()(sensitivity)
app.command(name="plan-under-uncertainty")(plan_under_uncertainty)


# --- The runs -----------------------------------------------------------------------------------


def _run(path: Path, scenario: str | None, options: CurveOptions) -> tuple[Programme, Curve]:
    from fabstack.cli.progress import stages
    from fabstack.studies.operating_curve import operating_curve

    programme = read_programme(path, scenario)
    refuse_without_starts(path, programme)
    with stages() as tell:
        return programme, operating_curve(programme, options, tell)


# --- What came out ------------------------------------------------------------------------------


def _answer(curve: Curve) -> dict[str, Any]:
    tables = curve.tables()
    return {
        "points": tables["curve_points"].to_dicts(),
        "differences": tables["curve_differences"].to_dicts(),
        "overloaded": [
            {"load_percent": point.load_percent, "rule": point.rule} for point in curve.overloaded
        ],
        "was_stopped": curve.was_stopped,
    }


def _write(
    out: Path, programme: Programme, found: Curve | Agreement, answer: dict[str, Any], study: str
) -> None:
    with run_folder(out, programme, answer) as writer:
        for name, table in found.tables().items():
            writer.table(name, table)
        writer.summary({study: answer})


def _readable(answer: dict[str, Any]) -> Iterator[str]:
    yield (
        f"{'rule':<26}{'load %':>7}{'busy %':>8}{'cycle time d':>16}{'X':>7}{'on time %':>11}"
        f"{'lots/d':>9}{'runs':>6}"
    )
    for point in sorted(answer["points"], key=lambda row: (row["rule"], row["load_percent"])):
        on_time = point["on_time_percent"]
        yield (
            f"{point['rule']:<26}{point['load_percent']:>7g}{point['utilisation_percent']:>8.1f}"
            f"{_interval(point['cycle_time_days_mean'], point['cycle_time_days_ci95']):>16}"
            f"{point['x_factor'] or 0:>7.2f}{'' if on_time is None else f'{on_time:.1f}':>11}"
            f"{point['lots_per_day']:>9.2f}{point['replications']:>6}"
        )
    yield from (
        f"At {row['load_percent']:g} %: {row['rule']} less {row['against']}: "
        f"{_interval(row['cycle_time_days_difference'], row['cycle_time_days_difference_ci95'])} "
        "days of cycle time"
        for row in answer["differences"]
    )
    yield from (
        f"At {row['load_percent']:g} %, {row['rule']}: lots pile up without end"
        for row in answer["overloaded"]
    )


def _interval(mean: float | None, half: float | None) -> str:
    if mean is None:
        return "none finished"
    return f"{mean:.3g}" + (f" ±{half:.2g}" if half is not None else "")
