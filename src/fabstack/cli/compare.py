"""`fabstack compare`: two runs side by side."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fabstack.cli.tables import table_lines

if TYPE_CHECKING:
    from fabstack.results.compare import Comparison, TableDifference

MOST_CELLS = 5  # of each table, without --json
MOST_ROWS = 12  # of each part of a plan, without --json
_AMOUNTS = ("a", "b", "difference")
_VERDICTS = {True: "holds", False: "fails", None: "unknown"}


def compare(
    run_a: Annotated[Path, typer.Argument(help="Run folder.")],
    run_b: Annotated[Path, typer.Argument(help="Another run folder.")],
    plan: Annotated[
        bool, typer.Option("--plan", help="Only what the plans do otherwise, without the tables.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Say how two runs differ: verdicts, plans, and every cell of every table, largest first.

    Of two plans it tells service by class, cost by kind, what is made, bought, delivered and short
    of each item, and which tools and phases are bought and built. With --plan it says no more than
    that; --json has it by month as well.

    Example: fabstack compare texas-run texas-panels-run --plan
    """
    from fabstack.results.compare import compare as side_by_side
    from fabstack.results.compare_plans import compare_plans
    from fabstack.results.documents import json_bytes
    from fabstack.results.store import open_run

    runs = open_run(run_a), open_run(run_b)
    found, plans = side_by_side(*runs), compare_plans(*runs)
    if plan:
        found = replace(found, tables=(), only_a=(), only_b=())
    if as_json:
        sys.stdout.write(json_bytes({"plan": plans, **_document(found)}).decode())
    else:
        sys.stdout.write("\n".join([*_plan_lines(plans), *_lines(found, plans)]) + "\n")


def _document(found: Comparison) -> dict[str, Any]:
    return {
        "about": {key: list(pair) for key, pair in found.about.items()},
        "mission": list(found.mission),
        "tables": {table.table: _table(table) for table in found.tables},
        "tables_only_a": list(found.only_a),
        "tables_only_b": list(found.only_b),
    }


def _table(table: TableDifference) -> dict[str, Any]:
    return {
        "keys": list(table.keys),
        "changed": table.changed.to_dicts(),
        "rows_only_a": table.only_a.to_dicts(),
        "rows_only_b": table.only_b.to_dicts(),
    }


# --- For people -------------------------------------------------------------------------------


Plans = dict[str, list[dict[str, Any]]]


def _plan_lines(plans: Plans | None) -> Iterator[str]:
    """What the plans do otherwise; nothing where that is nothing."""
    if plans is None or not _differ(plans):
        return
    yield from _side_by_side(
        ("class of demand", "first %", "second %", "change"),
        [
            (row["priority"], row["a_percent"], row["b_percent"], row["difference"])
            for row in plans["service"]
        ],
    )
    yield from _side_by_side(
        ("USD over the horizon", "first", "second", "change"),
        [
            (row["kind"].removesuffix("_usd"), row["a"], row["b"], row["difference"])
            for row in plans["cost"]
            if row["difference"]
        ],
    )
    for part in ("items", "tools", "phases"):
        cells = [_named(row) for row in plans[part]]
        cells.sort(key=lambda row: -abs(row[3]) / max(abs(row[1]), abs(row[2])))
        yield from _side_by_side((part, "first", "second", "change"), cells[:MOST_ROWS])
        if len(cells) > MOST_ROWS:
            yield f"and {len(cells) - MOST_ROWS:,} more"
    yield ""


def _differ(plans: Plans) -> bool:
    return any(plans[part] for part in ("by_month", "tools", "phases")) or any(
        row["difference"] for row in plans["cost"]
    )


def _named(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """What is compared in a row as words, then its amounts."""
    words = [str(value) for key, value in row.items() if key not in _AMOUNTS and value is not None]
    return " ".join(words), row["a"], row["b"], row["difference"]


def _side_by_side(head: tuple[str, ...], rows: list[tuple[Any, ...]]) -> Iterator[str]:
    if rows:
        yield from table_lines(head, [(row[0], *map(_amount, row[1:])) for row in rows])


def _amount(value: float | None) -> str:
    return "" if value is None else f"{value:,.4g}" if abs(value) < 1e4 else f"{value:,.0f}"


def _lines(found: Comparison, plans: Plans | None) -> Iterator[str]:
    for key, (a, b) in found.about.items():
        yield f"{key}: {a} -> {b}"
    for part in found.mission:
        yield from _part(part)
    for table in found.tables:
        yield from _table_lines(table)
    for name in found.only_a:
        yield f"{name}: only in the first run"
    for name in found.only_b:
        yield f"{name}: only in the second run"
    is_told = plans is not None and _differ(plans)
    if not (is_told or found.mission or found.tables or found.only_a or found.only_b):
        yield "The results are the same."


def _part(part: Mapping[str, Any]) -> Iterator[str]:
    a, b = (_VERDICTS[holds] for holds in part["holds"])
    yield f"part {part['part']}, {part['title']}: {a if a == b else f'{a} -> {b}'}"
    for sign, finding in zip("-+", part["finding"], strict=True):
        yield f"  {sign} {finding or 'not a part of this run'}"


def _table_lines(table: TableDifference) -> Iterator[str]:
    counts = (
        (table.changed.height, "cells differ"),
        (table.only_a.height, "rows only in the first run"),
        (table.only_b.height, "rows only in the second run"),
    )
    yield f"{table.table}: " + ", ".join(f"{count:,} {words}" for count, words in counts if count)
    for row in table.changed.head(MOST_CELLS).iter_rows(named=True):
        yield f"  {_place(row, table.keys)}, {row['column']}: {row['a']} -> {row['b']}{_size(row)}"


def _place(row: Mapping[str, Any], keys: tuple[str, ...]) -> str:
    return " ".join(str(row[key]) for key in keys)


def _size(row: Mapping[str, Any]) -> str:
    return "" if row["percent"] is None else f" ({row['percent']:+.3g} %)"
