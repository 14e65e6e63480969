"""Designs that are simulated until they hold their targets, for `fabstack design`."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from fabstack.cli.design import answer_of, beside, write_json

if TYPE_CHECKING:
    from fabstack.cli.quantities import Quantities
    from fabstack.designer import Library
    from fabstack.studies.design import ClosedDesign
    from fabstack.studies.design_phases import GrownDesign, Step
    from fabstack.studies.design_time import Target

STOPPED = 130
NOT_HELD = 3


# --- From options to wishes -----------------------------------------------------------------------


def volumes_of(
    asked: Quantities, wspm: str | None, phases: str | None, first_day: date
) -> tuple[Step, ...]:
    """The one volume, or those of the phases, with their days."""
    from fabstack.studies.design_phases import Step

    if (wspm is None) == (phases is None):
        found = "neither a volume nor phases" if wspm is None else "a volume and phases as well"
        asked.reject("--wspm", found, "one of the two", "one-volume", "--wspm 100000")
        return (Step(first_day, 1.0),)
    if wspm is not None:
        return (Step(first_day, asked.read("--wspm", wspm, "", above=0)),)
    texts = enumerate((phases or "").split(","))
    steps = tuple(_step(asked, text, first_day, number) for number, text in texts)
    _refuse_shrinking(asked, steps)
    return steps


def _refuse_shrinking(asked: Quantities, steps: Sequence[Step]) -> None:
    for step, later in itertools.pairwise(steps):
        if later.ready <= step.ready or later.carriers_per_month < step.carriers_per_month:
            found = f"{later.carriers_per_month:g} from {later.ready} after "
            found += f"{step.carriers_per_month:g} from {step.ready}"
            expected, cure = "later days with larger volumes", "2027-01:5000,2028-07:100000"
            asked.reject("--phases", found, expected, "bad-phase", cure)


def _step(asked: Quantities, text: str, first_day: date, number: int) -> Step:
    from fabstack.model.days import read_day
    from fabstack.studies.design_phases import Step

    day, colon, volume = text.rpartition(":")
    ready = first_day.replace(year=first_day.year + number)
    if colon:
        try:
            ready = read_day(day)
        except ValueError:
            expected = "a date such as 2027-01"
            asked.reject("--phases", f"'{day}' is no date", expected, "bad-date", "2027-01:5000")
    return Step(ready, asked.read("--phases", volume, "", above=0))


def target_of(
    asked: Quantities, days_per_mask: str | None, x_factor: str | None, *, needed: bool
) -> Target | None:
    """The cycle time that is asked for, if any."""
    from fabstack.studies.design_time import Target

    if days_per_mask is not None and x_factor is not None:
        cure = "leave one of them out"
        asked.reject("--x-factor", "two cycle times", "one of them", "two-targets", cure)
    if days_per_mask is not None:
        return Target(days_per_level=asked.read("--days-per-mask", days_per_mask, "", above=0))
    if x_factor is not None:
        return Target(x_factor=asked.read("--x-factor", x_factor, "", above=0))
    if needed:
        expected, cure = "a cycle time to hold", "--days-per-mask 1.3"
        asked.reject("--phases", "phases without a cycle time", expected, "no-target", cure)
    return None


# --- The design -----------------------------------------------------------------------------------


def closed_plant(
    library: Library,
    technology: str,
    steps: Sequence[Step],
    wish: Mapping[str, Any],
    *,
    as_json: bool,
    out: Path | None,
) -> None:
    """Design, write and show; exit code 3 where a target does not hold, 130 after Ctrl-C."""
    from fabstack import formats
    from fabstack.cli.progress import stages
    from fabstack.simulate.simulation import announce_compilation
    from fabstack.studies.design import DesignOptions
    from fabstack.studies.design_phases import close_phases, grown_programme

    announce_compilation(lambda words: sys.stderr.write(f"fabstack: {words}\n"))
    with stages() as tell:
        grown = close_phases(library, technology, steps, DesignOptions(**wish), tell)
    if out is not None:
        formats.save(grown_programme(grown), out)
    answer = _answer(grown, wish)
    if as_json:
        write_json(answer)
    else:
        sys.stdout.write("\n".join(_lines(answer, out)) + "\n")
    if answer["was_stopped"]:
        raise typer.Exit(STOPPED)
    if not answer["holds"]:
        raise typer.Exit(NOT_HELD)


def _answer(grown: Sequence[GrownDesign], wish: Mapping[str, Any]) -> dict[str, Any]:
    """The last phase as a document; with several, each of them as well."""
    answer = _document(grown[-1].closed) | {"seed": wish["seed"]}
    if len(grown) > 1:
        answer["phases"] = [_phase(phase) for phase in grown]
        answer["holds"] = all(not phase.closed.broken for phase in grown)
    return answer


def _document(closed: ClosedDesign) -> dict[str, Any]:
    from fabstack.studies.design_document import design_document, times_beside_published

    answer = answer_of(closed.design) | design_document(closed)
    answer["published"] += [beside(row) for row in times_beside_published(closed)]
    return answer | {"bands": answer["published"]}


def _phase(phase: GrownDesign) -> dict[str, Any]:
    closed = phase.closed
    return {
        "ready": phase.step.ready.isoformat(),
        "carriers_per_month": phase.step.carriers_per_month,
        "tools": closed.design.tools,
        "capital_musd": closed.design.money.capital_musd,
        "cycle_time_days": closed.cycle_time.days,
        "holds": not closed.broken,
        "bought_tools": sum(row.tools for row in phase.purchases),
        "bought_musd": phase.price_musd,
        "purchases": [
            {
                "tool_group": row.group.name,
                "tools": row.tools,
                "musd": row.price_musd,
                "order": row.ordered.isoformat(),
                "dock": row.docked.isoformat(),
                "release": row.released.isoformat(),
            }
            for row in phase.purchases
        ],
    }


# --- For people -----------------------------------------------------------------------------------


def _lines(answer: Mapping[str, Any], out: Path | None) -> Iterator[str]:
    from fabstack.cli.design_text import design_in_words

    yield design_in_words(answer, out).rstrip("\n")
    yield ""
    yield from _cycle_time(answer)
    yield from (f"does not hold: {row['words']}" for row in answer["broken"])
    if answer["was_stopped"]:
        yield "stopped: the figures are those of the last simulation that ended"
    yield from _phases(answer.get("phases", ()))


def _cycle_time(answer: Mapping[str, Any]) -> Iterator[str]:
    days, target = answer["cycle_time_days"], answer["cycle_time_target_days"]
    yield (
        f"cycle time  {days:.1f} days, target {target:.1f}: {answer['days_per_mask_layer']:.2f} "
        f"for each mask layer, X-factor {answer['x_factor']:.2f}; "
        f"never below {answer['least_cycle_time_days']:.1f}"
    )
    for name, words in PARTS.items():
        part = answer[f"{name}_days"]
        yield f"  {part:>7.2f}  {words} ({100 * part / days:.0f} %)"
    yield (
        f"simulated   {answer['throughput_per_month']:,.0f} {answer['carrier']}s a month come out "
        f"({answer['throughput_ratio']:.2%}); busiest {answer['busiest_tool_group']}, "
        f"{answer['max_load_percent']:.2f} % of available time; {answer['simulations']} simulations"
    )


PARTS = {
    "raw_process": "raw process",
    "queue": "waiting for tools and their stops",
    "transport": "transport",
    "dwell": "dwell, calibrated by difference",
}


def _phases(phases: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    if phases:
        yield ""
        yield f"{'ready':<11} {'a month':>10} {'tools':>7} {'bought':>7} {'MUSD':>9}  first order"
    for phase in phases:
        first = min((row["order"] for row in phase["purchases"]), default="")
        yield (
            f"{phase['ready']:<11} {phase['carriers_per_month']:>10,.0f} {phase['tools']:>7,} "
            f"{phase['bought_tools']:>7,} {phase['bought_musd']:>9,.0f}  {first}"
        )
