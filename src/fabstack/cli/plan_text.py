"""A plan for people: what is delivered, from where, what limits it, and why units are short."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fabstack.cli.plan_changes import changes_lines
from fabstack.cli.plan_limits import limit_lines
from fabstack.cli.plan_safety import safety_lines
from fabstack.cli.tables import MOST_ROWS, table_lines

ROUNDING = 1e-3  # units in a year below which a flow is the solver's rounding


def readable(answer: dict[str, Any]) -> Iterator[str]:
    """Lines of the answer of a plan."""
    yield f"{answer['title']}: {_told(answer)}"
    yield from _volumes(answer["demand"])
    yield from _sources(answer["make_or_buy"])
    yield from _bought(answer["tools_bought"])
    yield from limit_lines(answer["bottlenecks"])
    yield from _queues(answer["queues"])
    yield from _expansion(answer["expansion"])
    yield from _reasons(answer["short"])
    yield from safety_lines(answer["safety_lacking"])
    yield from changes_lines(answer["changes"])
    yield ""
    yield from (f"- {sentence}" for sentence in answer["assumptions"])


def _told(answer: dict[str, Any]) -> str:
    gap = "" if answer["gap"] is None else f", gap {100 * answer['gap']:.2f} %"
    checked = answer["checked"]
    checker = "agrees" if checked and checked["holds"] else "DISAGREES"
    return (
        f"{answer['status']}{gap}; net present value USD {answer['npv_usd']:,.0f} "
        f"({answer['npv_after_tax_usd']:,.0f} after tax), less penalties "
        f"USD {answer['objective_usd']:,.0f}; {answer['size']['columns']:,} columns in "
        f"{answer['build_s'] + answer['solve_s']:.1f} s; the independent checker {checker}"
    )


def _volumes(rows: list[dict[str, Any]]) -> Iterator[str]:
    head = ("item", "year", "wanted", "delivered", "short")
    cells = [
        (r["item"], r["year"], *(f"{r[name]:,.0f}" for name in ("wanted", "delivered", "short")))
        for r in rows
    ]
    yield from table_lines(head, cells) if cells else ["\nNothing is wanted."]


def _sources(rows: list[dict[str, Any]]) -> Iterator[str]:
    both = [
        row
        for row in rows
        if row["bought"] >= ROUNDING and row["kind"] not in ("material", "substrate")
    ]
    cells = [
        (r["item"], r["year"], f"{r['made']:,.0f}", f"{r['bought']:,.0f}", _share_bought(r))
        for r in both
    ]
    if cells:
        yield from table_lines(("make or buy", "year", "made", "bought", "bought %"), cells)


def _bought(rows: list[dict[str, Any]]) -> Iterator[str]:
    head = ("tools bought", "ordered", "bought", "sold")
    cells = [(r["tool_group"], r["ordered"], f"{r['tools']:g}", f"{r['sold']:g}") for r in rows]
    if cells:
        yield from table_lines(head, cells)


def _queues(rows: list[dict[str, Any]]) -> Iterator[str]:
    """How long carriers wait where that follows from the load: each tool group's worst month."""
    worst: dict[str, dict[str, Any]] = {}
    for row in rows:
        if row["wait_days"] > worst.get(row["tool_group"], {"wait_days": -1.0})["wait_days"]:
            worst[row["tool_group"]] = row
    ranked = sorted(worst.values(), key=lambda row: (-row["wait_days"], row["tool_group"]))
    head = ("waits by load", "worst in", "load %", "hours waiting", "days a visit")
    cells = [
        (
            row["tool_group"],
            f"{row['month']:%Y-%m}",
            f"{row['load_percent']:.1f}",
            f"{row['waiting_h']:,.1f}",
            f"{row['wait_days']:.2f}",
        )
        for row in ranked[:MOST_ROWS]
    ]
    if cells:
        yield from table_lines(head, cells)


def _share_bought(row: dict[str, Any]) -> str:
    return f"{100 * row['bought'] / (row['bought'] + row['made']):.0f}"


def _expansion(rows: list[dict[str, Any]]) -> Iterator[str]:
    """What one more tool is worth: by duals, and exactly where that was asked for."""
    if rows:
        yield "\nWhat one more tool is worth"
    for row in rows[:MOST_ROWS]:
        exact = row["exact_usd"]
        by = f"USD {row['worth_usd']:,.0f} by duals" if exact is None else f"USD {exact:,.0f}"
        then = f"; then {row['binds_next']} limits most" if row["binds_next"] else ""
        yield (
            f"one more {row['tool_group']} in {row['month']:%Y-%m} is worth {by}, "
            f"at a price of USD {row['price_usd']:,.0f}{then}"
        )


def _reasons(rows: list[dict[str, Any]]) -> Iterator[str]:
    """Units short by item, reason and cause, the largest first, with one month's explanation."""
    totals: dict[tuple[str, str, str], float] = {}
    told: dict[tuple[str, str, str], str] = {}
    for row in rows:
        key = (row["item"], row["reason"], row["cause"])
        totals[key] = totals.get(key, 0.0) + row["quantity"]
        told.setdefault(key, row["explanation"])
    if not totals:
        yield "\nEvery unit wanted is delivered."
        return
    yield "\nWhy units are short"
    for key in sorted(totals, key=lambda k: (-totals[k], k))[:MOST_ROWS]:
        item, reason, _ = key
        yield f"{totals[key]:>16,.0f}  {item}: {reason}; first {told[key]}"
