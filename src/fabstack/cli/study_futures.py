"""`fabstack study plan-under-uncertainty`: one plan for many futures."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

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
    from fabstack.cli.quantities import Quantities
    from fabstack.model import Programme
    from fabstack.studies.plan_futures import FuturesOptions, FuturesPlan

MOST_ROWS = 12


def plan_under_uncertainty(
    programme: Subject,
    futures: Annotated[int, typer.Option(min=1, help="Sampled futures.")] = 20,
    seed: Seed = 1,
    among: Annotated[
        str,
        typer.Option(
            help='Scenarios of the programme with weights, such as "base=50,shortage=20", in the '
            "place of sampled futures; base is the programme as it stands."
        ),
    ] = "",
    until: Annotated[
        str,
        typer.Option(
            help="Day on which the future is known, such as 2027-01; default: a year after the "
            "start. What begins before is decided for all futures alike."
        ),
    ] = "",
    decide: Annotated[
        str, typer.Option(help="What is decided before: phases, tools, orders, starts.")
    ] = "phases,tools,orders",
    risk_weight: Annotated[
        float, typer.Option(min=0, help="Of the worst futures' mean, beside the mean of all.")
    ] = 0.0,
    tail: Annotated[
        float, typer.Option(min=0, max=0.999, help="Share of the futures that are not the worst.")
    ] = 0.95,
    curve: Annotated[
        str, typer.Option(help="More weights to solve with, such as 0,0.5,2: a curve of risk.")
    ] = "",
    method: Annotated[
        str, typer.Option(help="auto; extensive: one large program; decomposed: cuts.")
    ] = "auto",
    relaxed: Annotated[
        bool, typer.Option("--relaxed", help="Half a phase or tool may be built: faster.")
    ] = False,
    gap: Annotated[
        float | None, typer.Option(min=0, help="Relative gap at which a plan is good enough.")
    ] = None,
    time_limit: Annotated[float, typer.Option(min=0.1, help="Seconds for each solve.")] = 600.0,
    scenario: Scenario = None,
    out: Out = None,
    as_json: AsJson = False,
) -> int:
    """Decide now what must be decided now, for many futures; the rest is planned in each of them.

    Futures differ in what the ramp samples (dates of plants, phases and tools) and in every cell of
    the table of risks (demand, yields, prices). The plan gains most on average; with --risk-weight
    the mean of the worst futures (CVaR) counts beside the mean of all.

    Told beside it: what each future would gain if it were known (EVPI: the worth of knowing), and
    what the first decisions for the mean future come to (VSS: the worth of planning for all).

    Example: fabstack study plan-under-uncertainty programmes/toy-chain --futures 10
    """
    from fabstack.cli.quantities import Quantities
    from fabstack.plan.options import Integers, PlanOptions
    from fabstack.plan.stochastic import Decision, Method, Risk
    from fabstack.studies.plan_futures import FuturesOptions

    quantities = Quantities()
    scenarios, day = _weighted(quantities, among), _day(quantities, until)
    words = [quantities.name("--decide", word, Decision) for word in decide.split(",")]
    way, weights = quantities.name("--method", method, Method), _weights(quantities, curve)
    quantities.finish()
    options = FuturesOptions(
        futures=futures,
        seed=seed,
        scenarios=scenarios,
        until=day,
        decisions=tuple(map(Decision, words)),
        risk=Risk(risk_weight, tail),
        weights=weights,
        method=Method(way),
        planning=PlanOptions(
            integers=Integers.RELAXED if relaxed else Integers.WHOLE,
            gap=gap,
            time_limit_s=time_limit,
        ),
    )
    subject, found = _run(programme, scenario, options)
    answer = _answer(found) | {"scenario": scenario, "seed": seed}
    if out is not None:
        with run_folder(out, subject, answer) as writer:
            for name, table in found.tables().items():
                writer.table(name, table)
            writer.summary({"plan_under_uncertainty": answer})
    print_answer(answer, _readable(answer), as_json=as_json)
    return 0


# --- Options ------------------------------------------------------------------------------------


def _weighted(quantities: Quantities, text: str) -> dict[str, float]:
    """Scenarios with their weights, all above 0."""
    found: dict[str, float] = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, _, weight = part.partition("=")
        found[name.strip()] = _number(quantities, "--among", weight or "1", above=True)
    return found


def _weights(quantities: Quantities, text: str) -> tuple[float, ...]:
    words = filter(None, (word.strip() for word in text.split(",")))
    return tuple(_number(quantities, "--curve", word) for word in words)


def _number(quantities: Quantities, option: str, text: str, *, above: bool = False) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or value < 0 or (above and value == 0):
        expected = "a number above 0" if above else "a number from 0 on"
        quantities.reject(option, f"'{text}' is no weight", expected, "bad-weight", "such as 0.5")
        return 1.0
    return value


def _day(quantities: Quantities, text: str) -> date | None:
    if not text:
        return None
    from fabstack.model.days import read_day

    try:
        found: date = read_day(text)
    except ValueError as error:
        quantities.reject("--until", str(error), "a day", "bad-day", "write it like 2027-01")
        return None
    return found


# --- The run and what came out --------------------------------------------------------------------


def _run(
    path: Path, scenario: str | None, options: FuturesOptions
) -> tuple[Programme, FuturesPlan]:
    from fabstack.cli.plan import read_checked
    from fabstack.cli.progress import stages
    from fabstack.studies.plan_futures import plan_futures

    programme = read_checked(path, scenario)
    with stages() as tell:
        return programme, plan_futures(programme, options, tell)


def _answer(found: FuturesPlan) -> dict[str, Any]:
    from fabstack.studies.plan_futures import gain

    tables, values, best = found.tables(), found.worth, found.worth.best
    return {
        "futures": len(found.futures),
        "until": found.until.isoformat(),
        "decided_first": [str(one) for one in found.options.decisions],
        "risk": {"weight": best.risk.weight, "tail": best.risk.tail},
        "method": "decomposed" if best.rounds else "extensive",
        "rounds": best.rounds,
        "gap": best.gap,
        "solve_s": round(best.solve_s, 3),
        "known_usd": -values.wait_and_see,
        "planned_usd": -values.recourse,
        "of_mean_usd": gain(values.expected_of_mean),
        "value_of_planning_for_all_usd": gain(-values.stochastic),
        "value_of_knowing_usd": values.perfect_information,
        "expected_usd": -best.mean,
        "worst_usd": -best.cvar,
        "curve": tables["futures_risk"].to_dicts(),
        "decisions": tables["futures_decisions"].to_dicts(),
        "by_future": tables["futures"].to_dicts(),
    }


def _readable(answer: dict[str, Any]) -> Iterator[str]:
    yield from _values(answer)
    yield from _decisions(answer["decisions"])
    yield from _by_future(answer["by_future"])
    if len(answer["curve"]) > 1:
        yield ""
        yield f"{'weight':<10}{'mean of all USD':>22}{'mean of the worst USD':>26}"
        for row in answer["curve"]:
            yield f"{row['weight']:<10g}{row['expected_usd']:>22,.0f}{row['worst_usd']:>26,.0f}"


def _values(answer: dict[str, Any]) -> Iterator[str]:
    known = "USD {:,.0f}".format
    weight, tail = answer["risk"]["weight"], answer["risk"]["tail"]
    what = ", ".join(answer["decided_first"])
    yield f"{answer['futures']} futures; {what} that begin before {answer['until']} are one plan."
    if weight:
        worst = f"{100 * (1 - tail):.3g} %"
        yield f"Mean of all, plus {weight:g} times the mean of the worst {worst}:"
    yield f"{'if the future were known (WS)':<48}{known(answer['known_usd']):>26}"
    yield f"{'one plan for all futures (RP)':<48}{known(answer['planned_usd']):>26}"
    mean = answer["of_mean_usd"]
    told = "cannot be kept" if mean is None else known(mean)
    yield f"{'the plan for the mean future (EEV)':<48}{told:>26}"
    yield f"{'knowing is worth (EVPI)':<48}{known(answer['value_of_knowing_usd']):>26}"
    gained = answer["value_of_planning_for_all_usd"]
    if gained is not None:
        yield f"{'planning for all is worth (VSS)':<48}{known(gained):>26}"


def _decisions(rows: list[dict[str, Any]]) -> Iterator[str]:
    """The largest differences between the two plans."""
    if not rows:
        yield "\nNothing is decided before."
        return
    yield f"\n{'decided first':<16}{'name':<40}{'date':<12}{'for all':>14}{'for the mean':>14}"
    for row in _most_apart(rows)[:MOST_ROWS]:
        yield (
            f"{row['decision']:<16}{row['name']:<40}{row['date']!s:<12}"
            f"{row['planned']:>14,.6g}{row['of_mean']:>14,.6g}"
        )
    if len(rows) > MOST_ROWS:
        yield f"... and {len(rows) - MOST_ROWS} more: --json or --out"


def _most_apart(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The decisions by how far the plans are apart, against the largest of the same name."""
    largest: dict[str, float] = {}
    for row in rows:
        amount = max(abs(row["planned"]), abs(row["of_mean"]))
        largest[row["name"]] = max(largest.get(row["name"], 0.0), amount)

    def apart(row: dict[str, Any]) -> tuple[float, str, str]:
        share = abs(row["planned"] - row["of_mean"]) / largest[row["name"]]
        return -round(share, 6), row["name"], str(row["date"])

    return sorted(rows, key=apart)


def _by_future(rows: list[dict[str, Any]]) -> Iterator[str]:
    yield f"\n{'future':<16}{'chance %':>9}{'known USD':>22}{'planned USD':>22}{'short %':>9}"
    for row in rows[:MOST_ROWS]:
        yield (
            f"{row['future']:<16}{row['chance_percent']:>9.3g}{row['known_usd']:>22,.0f}"
            f"{row['planned_usd']:>22,.0f}{row['short_percent']:>9.2f}"
        )
    if len(rows) > MOST_ROWS:
        yield f"... and {len(rows) - MOST_ROWS} more: --json or --out"
    if not all(row["checked"] for row in rows):
        yield "The independent checker DISAGREES with a plan."
