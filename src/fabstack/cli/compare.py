"""`fabstack compare`: two runs side by side."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from fabstack.results.compare import Comparison, TableDifference

MOST_CELLS = 5  # of each table, without --json
_VERDICTS = {True: "holds", False: "fails", None: "unknown"}


def compare(
    run_a: Annotated[Path, typer.Argument(help="Run folder.")],
    run_b: Annotated[Path, typer.Argument(help="Another run folder.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Say how two runs differ: verdicts, and every cell of every table, largest changes first.

    Example: fabstack compare texas-run texas-panels-run
    """
    from fabstack.results.compare import compare as side_by_side
    from fabstack.results.documents import json_bytes
    from fabstack.results.store import open_run

    found = side_by_side(open_run(run_a), open_run(run_b))
    if as_json:
        sys.stdout.write(json_bytes(_document(found)).decode())
    else:
        sys.stdout.write("\n".join(_lines(found)) + "\n")


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


def _lines(found: Comparison) -> Iterator[str]:
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
    if not (found.mission or found.tables or found.only_a or found.only_b):
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
