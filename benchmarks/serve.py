"""The dashboard with much to show: `python -m benchmarks.serve`; needs the extra app, playwright
and Debian's chromium.

First page with 500 runs, a chart of 5,000 marks, an event log of 10 million rows, 20 users at once,
memory over 1,000 loads of pages in a browser. Wall seconds, and the server's processor seconds.
"""

from __future__ import annotations

import argparse
import datetime
import json
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import numpy as np
import polars as pl
import psutil

from fabstack.results.store import RunWriter

USERS, VISITS = 20, 10
ITEMS, MONTHS = 12, 105  # of a chart with four lines for each item: 5,040 marks
SENTENCE = "It does not hold: 1 of 2 parts fails."
PARTS = [
    {"part": 1, "title": "Demand", "holds": False, "finding": "too many"},
    {"part": 2, "title": "Plant", "holds": True, "finding": "enough"},
]


def main() -> None:
    """Print the figures of every bar."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=500)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--loads", type=int, default=1_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fabstack-serve-") as name:
        root = Path(name)
        _fill(root / "runs", asked.runs, asked.rows)
        _copy_programmes(root / "programmes")
        with _server(root) as server, _browser(server.url) as page:
            _first_page(server, page, asked.runs)
            _chart(server, page)
            _event_log(server, asked.rows)
            _many_users(server)
            _memory(server, page, asked.loads)


def say(what: str, seconds: float, beside: str = "") -> None:
    """One line of the answer."""
    sys.stdout.write(f"{what:<58} {seconds:8.2f} s  {beside}\n")
    sys.stdout.flush()


# --- What there is to show ------------------------------------------------------------------------


def _fill(runs: Path, count: int, rows: int) -> None:
    runs.mkdir()
    _write(runs / "chart", {"plan_volumes": _volumes()})
    _write(runs / "log", {"events": _events(rows)})
    few = {"cost_items": pl.DataFrame({"item": ["a", "b"], "total_usd": [1.0, 2.0]})}
    for number in range(count - 2):
        _write(runs / f"run-{number:04}", few)


def _write(folder: Path, tables: dict[str, pl.DataFrame]) -> None:
    with RunWriter(folder, programme="texas", seed=1, command="fabstack run") as run:
        for name, table in tables.items():
            run.table(name, table)
        run.summary({"headline": {"sentence": SENTENCE}, "mission": PARTS})


def _volumes() -> pl.DataFrame:
    first = datetime.date(2026, 1, 1)
    months = pl.date_range(first, first.replace(year=2036), "1mo", eager=True).head(MONTHS)
    grown = np.tile(np.arange(MONTHS, dtype=float), ITEMS)
    return pl.DataFrame(
        {
            "month": pl.concat([months] * ITEMS),
            "item": np.repeat([f"item-{number}" for number in range(ITEMS)], MONTHS),
            "wanted": grown + 3,
            "delivered_claimed": grown + 2,
            "delivered_p50": grown + 1,
            "delivered_p90": grown,
        }
    )


def _events(rows: int) -> pl.DataFrame:
    chance = np.random.default_rng(1)
    groups = pl.Series([f"tool-group-{number}" for number in range(100)])
    return pl.DataFrame(
        {
            "time_ticks": np.arange(rows) * 7,
            "tool_group": groups.gather(chance.integers(0, 100, rows)),
            "lot": chance.integers(0, 100_000, rows),
            "wait_h": chance.exponential(3.0, rows),
        }
    )


def _copy_programmes(target: Path) -> None:
    shutil.copytree(Path(__file__).parents[1] / "programmes", target)


# --- A server and a browser -----------------------------------------------------------------------


class Server:
    """A server of its own process."""

    def __init__(self, url: str, pid: int) -> None:
        self.url = url
        self.process = psutil.Process(pid)

    def get(self, path: str) -> bytes:
        """What it answers."""
        with urllib.request.urlopen(self.url + path, timeout=120) as answer:
            return bytes(answer.read())

    def timed(self, what: str, work: Callable[[], Any]) -> None:
        """Say how long some work takes, and how much of it the server is busy."""
        busy_s, start = sum(self.process.cpu_times()[:2]), time.perf_counter()
        work()
        wall_s = time.perf_counter() - start
        busy_s = sum(self.process.cpu_times()[:2]) - busy_s
        say(what, wall_s, f"server's processor {busy_s:.2f} s, memory {self.megabytes():,.0f} MB")

    def megabytes(self) -> float:
        """What it holds in memory."""
        return float(self.process.memory_info().rss) / 2**20


@contextmanager
def _server(root: Path) -> Iterator[Server]:
    given = [str(root / "runs"), "--programmes", str(root / "programmes"), "--port", "0"]
    command = [sys.executable, "-m", "fabstack", "serve", *given]
    log = root / "server.txt"  # a pipe that nobody empties would stop the server one day
    with log.open("w") as said, subprocess.Popen(command, stderr=said) as process:
        while "open http" not in log.read_text():
            assert process.poll() is None, log.read_text()
            time.sleep(0.1)
        try:
            yield Server(log.read_text().split("open ")[1].split("/;")[0], process.pid)
        finally:
            process.terminate()
    assert log.read_text().count("\n") == 1, log.read_text()  # nothing but where it listens


@contextmanager
def _browser(url: str) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    path = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        page = browser.new_context(base_url=url, viewport={"width": 1440, "height": 900}).new_page()
        page.set_default_timeout(120_000)
        yield page
        browser.close()


# --- The bars -------------------------------------------------------------------------------------


def _first_page(server: Server, page: Any, runs: int) -> None:
    """Before anything is in a cache of the server, then with it."""
    for again in ("first time", "again"):
        server.timed(f"first page, {runs} runs, {again}", lambda: _open(page, "/"))
    assert f"{runs} runs" in page.locator(".over").first.inner_text()


def _open(page: Any, address: str) -> None:
    """Until the page is there and NiceGUI hears it."""
    page.goto(address)
    page.wait_for_function("window.did_handshake")


def _chart(server: Server, page: Any) -> None:
    marks = 4 * ITEMS * MONTHS

    def shown() -> None:
        _open(page, "/runs/chart")
        page.locator("#volumes .plot").scroll_into_view_if_needed()
        page.wait_for_selector("#volumes .plot[data-drawn] svg.main-svg")

    server.timed(f"page with a chart of {marks:,} marks", shown)
    drawn = json.loads(server.get("/api/runs/chart/figures/volumes"))
    assert sum(len(trace["x"]) for trace in drawn["data"]) == marks
    redraw = """async () => {
        const plot = document.querySelector("#volumes .plot"), start = performance.now();
        await Plotly.newPlot(plot, plot.data, plot.layout);
        return performance.now() - start;
    }"""
    say(f"chart of {marks:,} marks alone, drawn again", page.evaluate(redraw) / 1000)


def _event_log(server: Server, rows: int) -> None:
    table = "/runs/log/tables/events"
    addresses = {
        "first rows": table,
        "a filter": f"{table}?filter=tool_group:eq:tool-group-7",
        "a filter, sorted": f"{table}?filter=wait_h:gt:20&sort=-wait_h",
        "sorted": f"{table}?sort=-wait_h",
        "a late page": f"{table}?page=90000",
    }
    for what, address in addresses.items():
        server.timed(f"event log of {rows:,} rows: {what}", partial(server.get, address))
    csv = f"/api{table}/csv?filter=tool_group:eq:tool-group-7"
    server.timed("its rows of one tool group as CSV", lambda: server.get(csv))


def _many_users(server: Server) -> None:
    addresses = ("/", "/runs/chart", "/runs/chart/plan", "/programmes", "/compare", "/jobs",
                 "/programmes/toy-chain", "/api/runs", "/runs/log/tables/events",
                 "/api/runs/chart/figures/volumes")  # fmt: skip
    waits_s: list[float] = []
    errors: list[str] = []

    def visit(user: int) -> None:
        for step in range(VISITS):
            start = time.perf_counter()
            try:
                server.get(addresses[(user + step) % len(addresses)])
            except (urllib.error.URLError, OSError) as error:
                errors.append(str(error))
            waits_s.append(time.perf_counter() - start)

    def together() -> None:
        with ThreadPoolExecutor(USERS) as users:
            list(users.map(visit, range(USERS)))

    server.timed(f"{USERS} users at once, {VISITS} pages each", together)
    say("  a page, median", median(waits_s))
    say("  a page, 95th percentile", quantiles(waits_s, n=20)[-1], f"{len(errors)} errors")


def _memory(server: Server, page: Any, loads: int) -> None:
    addresses = ("/", "/runs/chart", "/runs/log/tables/events", "/programmes/toy-chain", "/jobs")
    start = time.perf_counter()
    for number in range(1, loads + 1):
        _open(page, addresses[number % len(addresses)])
        if number == 1 or number % max(loads // 10, 1) == 0:
            beside = f"memory {server.megabytes():,.0f} MB"
            say(f"{number:,} loads of pages in a browser", time.perf_counter() - start, beside)


if __name__ == "__main__":
    main()
