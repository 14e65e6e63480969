"""`fabstack trace`: what a lot is made of, and what holds part of it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer

MOST_LINES = 60  # of a tree, without --json
MOST_LOTS = 12  # named in a line

Row = dict[str, Any]


def trace(
    run: Annotated[Path, typer.Argument(help="Run folder, written with --genealogy.")],
    lot: Annotated[
        str,
        typer.Argument(
            help="ORDER/NUMBER of a lot, SUPPLIER/ITEM/DATE of a delivery, or with --unit an item."
        ),
    ],
    up: Annotated[
        bool, typer.Option("--up", help="What holds part of it, instead of what it is made of.")
    ] = False,
    unit: Annotated[
        int | None, typer.Option(min=1, help="The n-th unit of the item that came into its stock.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Trace a lot back to wafer lots and deliveries, or (--up) on to all that holds part of it.

    Example: fabstack trace chain-run make-board:0/17
    """
    from fabstack.results.documents import json_bytes
    from fabstack.results.run import open_run
    from fabstack.results.trace import trace as traced

    found = traced(open_run(run), lot, up=up, unit=unit)
    if as_json:
        sys.stdout.write(json_bytes(found).decode())
    else:
        sys.stdout.write("\n".join(_lines(found)) + "\n")


# --- For people ---------------------------------------------------------------------------------


def _lines(found: Row) -> Iterator[str]:
    start = date.fromisoformat(found["starts_on"])
    yield from _head(found, start)
    if found["direction"] == "up":
        yield from _holders(found)
    else:
        yield from _shortened(list(_tree(found, start)))


def _head(found: Row, start: date) -> Iterator[str]:
    for row in found["became"]:
        yield f"{_source(row, start)}: {row['units']:,} {row['item']}, {_day(row['day'], start)}"
    if not found["became"]:
        yield f"{found['order']}/{found['lot']}: has become no good units"


def _tree(found: Row, start: date) -> Iterator[str]:
    parts: dict[tuple[str, int], list[Row]] = {}
    for link in found["links"]:
        parts.setdefault((link["order"], link["lot"]), []).append(link)
    root = (found["order"], found["lot"])
    if root not in parts:
        yield "  takes nothing from a stock: here its story begins"
    yield from _branches(parts, root, 1, start)


def _branches(
    parts: dict[tuple[str, int], list[Row]], lot: tuple[str, int], depth: int, start: date
) -> Iterator[str]:
    """The parts of a lot, each with its own; a lot that comes again is not taken apart again."""
    for link in parts.pop(lot, []):
        source = {key.removeprefix("from_"): value for key, value in link.items() if "from_" in key}
        words = f"{link['units']:,} {link['item']} from {_source(source, start)}"
        yield f"{'  ' * depth}{words}, {_day(source['day'], start)}"
        if source["order"] is not None:
            yield from _branches(parts, (source["order"], source["lot"]), depth + 1, start)


def _holders(found: Row) -> Iterator[str]:
    if not found["ends"]:
        yield "  no lot has taken any of it"
    for row in found["ends"]:
        numbers = ", ".join(map(str, row["lots"][:MOST_LOTS]))
        more = len(row["lots"]) - MOST_LOTS
        became = f"{row['units']:,} {row['item']}" if row["item"] else "nothing yet"
        lots = "1 lot" if len(row["lots"]) == 1 else f"{len(row['lots']):,} lots"
        yield (
            f"  {lots} of {row['order']}, which became {became}: {numbers}"
            + (f" and {more:,} more" if more > 0 else "")
        )


def _source(row: Row, start: date) -> str:
    if row["order"] is not None:
        return f"{row['order']}/{row['lot']}"
    return row["supplier"] or "a store of before the run"


def _day(days: float, start: date) -> str:
    return f"{start + timedelta(days=days)} (day {days:,.2f})"


def _shortened(lines: list[str]) -> Iterator[str]:
    yield from lines[:MOST_LINES]
    if len(lines) > MOST_LINES:
        yield f"  ... and {len(lines) - MOST_LINES:,} more; --json has all"
