"""Seconds to load, save and digest tables of a million rows: `python -m benchmarks.loading`."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from fabstack import formats

T = TypeVar("T")

SMALL = {
    "programme.toml": '[programme]\nname = "large"\nstart = "2026-01"\nend = "2027-12"\n',
    "items.csv": "name,kind\nwafer,wafer\n",
    "plants.csv": "name,kind\nfab,fab\n",
    "tool_groups.csv": "name,plant\nLITHO,fab\nETCH,fab\nCLEAN,fab\n",
    "markets.csv": "name\ncars\n",
}


def steps(rows: int) -> dict[str, str]:
    """Routes of 500 steps each, with a thousand process times."""
    routes = "".join(f"r{number},wafer,fab\n" for number in range(-(-rows // 500)))
    groups = ("LITHO", "ETCH", "CLEAN")
    lines = (
        f"r{n // 500},{n % 500 + 1},step {n % 500},{groups[n % 3]},{10 + n % 997 / 7:.3f} min,50\n"
        for n in range(rows)
    )
    head = "route,step,name,tool_group,process,sampling_percent\n"
    return {"routes.csv": f"name,item,plant\n{routes}", "steps.csv": head + "".join(lines)}


def wip(rows: int) -> dict[str, str]:
    """Lots with names and dates of their own."""
    lines = (
        f"lot{n},r0,{n % 500 + 1},25,2025-{n % 12 + 1:02d}-{n % 28 + 1:02d}\n" for n in range(rows)
    )
    return steps(500) | {"wip.csv": "name,route,step,carriers,started\n" + "".join(lines)}


def distinct(rows: int) -> dict[str, str]:
    """The worst case: one route in which no number occurs twice."""
    lines = (f"r0,{n + 1},s{n},LITHO,{10 + n / 7!r},{max(1, n - 3)}\n" for n in range(rows))
    head = "route,step,name,tool_group,process,rework_to\n"
    return {"routes.csv": "name,item,plant\nr0,wafer,fab\n", "steps.csv": head + "".join(lines)}


def timed(work: Callable[[], T]) -> tuple[T, float]:
    """What some work gives, and the processor seconds that it takes."""
    start = time.process_time()
    given = work()
    return given, time.process_time() - start


def measure(files: dict[str, str], rows: int) -> dict[str, float]:
    """Seconds to load, to find the place of one cell, to save and to digest a programme."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "a"
        folder.mkdir()
        for file, text in (SMALL | files).items():
            (folder / file).write_text(text)
        loaded, load_s = timed(lambda: formats.read(folder))
        assert rows in map(len, (loaded.programme.steps, loaded.programme.wip))
        _, place_s = timed(lambda: loaded.place("steps", "r0:1", "process"))
        _, save_s = timed(lambda: formats.save(loaded.programme, Path(name) / "b"))
        _, digest_s = timed(lambda: formats.digest(loaded.programme))
    return {"load_s": load_s, "place_s": place_s, "save_s": save_s, "digest_s": digest_s}


def main(rows: int) -> None:
    """Print one line for each kind of table."""
    for make in (steps, wip, distinct):
        seconds = measure(make(rows), rows)
        figures = "  ".join(f"{name} {value:.2f}" for name, value in seconds.items())
        print(f"{make.__name__:<10} {rows:,} rows  {figures}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
