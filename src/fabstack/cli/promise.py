"""`fabstack promise`: when a new order can be there, without disturbing what is planned."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fabstack.cli.tables import table_lines

if TYPE_CHECKING:
    from datetime import date

    from fabstack.model import Programme
    from fabstack.plan.earlier import Earlier
    from fabstack.plan.promise import Price, Promise

MOST_HOLDS = 5  # without --json


def promise(
    programme: Annotated[Path, typer.Argument(help="Programme folder or workbook.")],
    item: Annotated[str, typer.Option(help="What is ordered.")],
    quantity: Annotated[float, typer.Option(min=0, help="How many units of it.")],
    due: Annotated[
        str | None, typer.Option(help="Wanted on a day such as 2027-03-15, or in a month.")
    ] = None,
    at: Annotated[
        list[str] | None,
        typer.Option(help="Plant where it may be handed over; repeat for several. Default: any."),
    ] = None,
    run: Annotated[
        Path | None,
        typer.Option(help="Run folder with the plan to promise on; default: plan anew."),
    ] = None,
    scenario: Annotated[str | None, typer.Option(help="Named scenario of the programme.")] = None,
    invest: Annotated[
        bool,
        typer.Option("--invest", help="Phases and tools may be added for the order."),
    ] = False,
    relaxed: Annotated[
        bool, typer.Option("--relaxed", help="Phases may be built in part: faster, and a bound.")
    ] = False,
    time_limit: Annotated[float, typer.Option(min=0.1, help="Seconds for each solve.")] = 120.0,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> int:
    """Quote the earliest date for a new order on the capacity that the plan leaves.

    Whatever the plan delivers keeps its date and amount, and its phases and tools stay as they
    are. The answer has the earliest date for all at once, what can be had by when in parts, what
    limits an earlier date, and what the order costs. An order that does not fit into the horizon
    is answered with what does; that is no error.

    Example: fabstack promise programmes/toy-chain --item board --quantity 50 --due 2026-11
    """
    from fabstack.cli.plan import read_checked
    from fabstack.cli.progress import solving
    from fabstack.plan import Integers, PlanOptions
    from fabstack.plan.promise import Order
    from fabstack.plan.promise import promise as promised

    loaded = read_checked(programme, scenario)
    order = Order(item, quantity, None if due is None else _day(due), tuple(at or ()))
    options = PlanOptions(
        integers=Integers.RELAXED if relaxed else Integers.WHOLE, time_limit_s=time_limit
    )
    earlier = None if run is None else _stored(run, loaded)
    with solving() as tell:
        found = promised(loaded, order, options=options, earlier=earlier, invest=invest, tell=tell)
    answer = _answer(found, loaded.programme.name, scenario)
    if as_json:
        sys.stdout.write(json.dumps(answer, indent=2, default=str) + "\n")
    else:
        sys.stdout.write("\n".join(_readable(answer)) + "\n")
    return 0 if found.is_exact else 4


def _day(text: str) -> date:
    from fabstack.errors import Finding, InputError
    from fabstack.model.days import read_day

    try:
        day: date = read_day(text)
    except ValueError as error:
        finding = Finding("--due", 0, 0, "bad-due", str(error), "a day or a month")
        raise InputError([finding]) from None
    return day


def _stored(folder: Path, loaded: Programme) -> Earlier:
    """The plan of a run, if it was made for this very programme."""
    from fabstack import formats
    from fabstack.errors import Finding, InputError
    from fabstack.results.plan_decisions import earlier_of
    from fabstack.results.store import open_run

    run = open_run(folder)
    earlier = earlier_of(run)
    if run.manifest.get("digest") != formats.digest(loaded):
        finding = Finding(
            str(folder),
            0,
            0,
            "other-programme",
            "this run was planned from another state of the programme",
            "a plan of the programme and scenario as they are now",
            "plan again with --out, or leave --run out",
        )
        raise InputError([finding])
    return earlier


# --- The answer as one document -------------------------------------------------------------------


def _answer(found: Promise, programme: str, scenario: str | None) -> dict[str, Any]:
    order = found.order
    return {
        "programme": programme,
        "scenario": scenario,
        "item": order.item,
        "quantity": order.quantity,
        "due": order.due,
        "at": list(order.places),
        "is_possible": found.by is not None,
        "is_exact": found.is_exact,
        "earliest": _last_day(found, found.whole),
        "earliest_in_parts": _last_day(found, found.by),
        "promised": _last_day(found, found.promised),
        "period": None if found.promised is None else found.periods.name(found.promised),
        "in_time": found.in_time,
        "units_by_due": found.by_due,
        "units_within_horizon": found.most,
        "parts": _parts(found),
        "cost": _cost(found.price, order.quantity),
        "cost_in_parts": _cost(found.price_in_parts, sum(part.quantity for part in found.parts)),
        "limits": [
            {
                "kind": hold.kind,
                "name": hold.name,
                "period": found.periods.name(hold.period),
                "amount": hold.amount,
                "unit": hold.unit,
                "brings": hold.brings,
                "lacks_at_least": hold.lacks,
                "explanation": hold.explanation,
            }
            for hold in found.holds
        ],
    }


def _last_day(found: Promise, period: int | None) -> date | None:
    """The day by which all of a period is there."""
    return None if period is None else found.periods.days[period + 1] - timedelta(days=1)


def _parts(found: Promise) -> list[dict[str, Any]]:
    parts, total = [], 0.0
    for part in found.parts:
        total += part.quantity
        parts.append(
            {
                "by": _last_day(found, part.period),
                "period": found.periods.name(part.period),
                "quantity": part.quantity,
                "total": total,
            }
        )
    return parts


def _cost(price: Price | None, units: float) -> dict[str, Any] | None:
    if price is None:
        return None
    return {"usd": price.usd, "usd_per_unit": price.usd / units, "by_kind_usd": price.by_kind}


# --- The answer for people ------------------------------------------------------------------------


def _readable(answer: dict[str, Any]) -> Iterator[str]:
    yield _headline(answer)
    yield from _schedule(answer)
    yield from _costs(answer)
    yield from _limits(answer)
    if not answer["is_exact"]:
        yield "\nThe search ran out of time; an earlier date may be possible."


def _headline(answer: dict[str, Any]) -> str:
    what = f"{answer['quantity']:,.6g} {answer['item']}"
    if not answer["is_possible"]:
        return f"{what}: never within the horizon; {answer['units_within_horizon']:,.6g} can be had"
    if answer["earliest"] is None:
        return f"{what}: in parts only, the last by {answer['earliest_in_parts']}"
    due = answer["due"]
    if due is None:
        return f"{what}: all at once by {answer['earliest']}"
    if answer["in_time"]:
        return (
            f"{what}: promised for {answer['promised']}, as asked; {answer['earliest']} at the "
            "earliest"
        )
    return (
        f"{what}: not by {due}, when {answer['units_by_due']:,.6g} can be there; all at once by "
        f"{answer['earliest']}"
    )


def _schedule(answer: dict[str, Any]) -> Iterator[str]:
    cells = [(p["by"], f"{p['quantity']:,.6g}", f"{p['total']:,.6g}") for p in answer["parts"]]
    if cells:
        yield from table_lines(("in parts, by", "units", "in all"), cells)


def _costs(answer: dict[str, Any]) -> Iterator[str]:
    for key, words in (("cost", "all at once"), ("cost_in_parts", "in parts")):
        cost = answer[key]
        if cost is not None and (key == "cost" or len(answer["parts"]) > 1):
            kinds = ", ".join(
                f"{kind} {usd:,.0f}" for kind, usd in cost["by_kind_usd"].items() if round(usd)
            )
            yield ""
            yield (
                f"costs USD {cost['usd']:,.2f} {words}, {cost['usd_per_unit']:,.2f} a unit"
                + (f" ({kinds})" if kinds else "")
            )


def _limits(answer: dict[str, Any]) -> Iterator[str]:
    """Each limit once, in the period in which it counts most."""
    of_each: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for limit in answer["limits"]:
        of_each.setdefault((limit["kind"], limit["name"]), []).append(limit)
    if of_each:
        yield "\nWhy not earlier" if answer["is_possible"] else "\nWhy no more"
    for limits in list(of_each.values())[:MOST_HOLDS]:
        others = [limit["period"] for limit in limits[1:]]
        more = (
            f"; as well in {len(others)} more of {min(others)} to {max(others)}" if others else ""
        )
        yield f"- {limits[0]['explanation']}{more}"
