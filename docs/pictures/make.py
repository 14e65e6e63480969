"""The pictures that README and documentation show, taken by a browser: `make pictures`.

    python docs/pictures/make.py RUNS RUN PROGRAMMES [--out FOLDER]

RUNS is a folder of runs, RUN the name of the one to show. The report is drawn anew; the dashboard
is served on 127.0.0.1 for as long as it takes. The names and sizes of all pictures stand in SHOTS.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from playwright.sync_api import Browser, Page, sync_playwright

QUIET = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync")
WIDE, HIGH = 1280, 800
PATIENCE_MS = 120_000


class Shot(NamedTuple):
    """One picture; without an address it is of the report."""

    name: str
    address: str = ""
    part: str = ""  # CSS of the element to be shown; empty: the top of the page
    scheme: str = "light"


SHOTS = (
    Shot("report"),
    Shot("report-dark", scheme="dark"),
    Shot("dates", part="#dates"),
    Shot("dates-dark", part="#dates", scheme="dark"),
    Shot("yield-chain", part="#yield-chain"),
    Shot("yield-chain-dark", part="#yield-chain", scheme="dark"),
    Shot("dashboard", "/runs/{run}"),
    Shot("dashboard-dark", "/runs/{run}", scheme="dark"),
    Shot("floor", "/runs/{run}/plants?plant={plant}"),
    Shot("floor-dark", "/runs/{run}/plants?plant={plant}", scheme="dark"),
    Shot("editor", "/programmes/{programme}?table=tool_groups"),
    Shot("editor-dark", "/programmes/{programme}?table=tool_groups", scheme="dark"),
)


def take(runs: Path, run: str, programmes: Path, out: Path) -> list[Path]:
    """Write all pictures; the answer is their files."""
    out.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as scratch,
        served(runs, programmes) as url,
        sync_playwright() as started,
    ):
        report = drawn(runs / run, Path(scratch) / "report.html")
        found = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = started.chromium.launch(executable_path=found, args=[*QUIET])
        places = {
            "run": run,
            "programme": programme_of(runs / run, programmes),
            "plant": largest_plant(runs / run),
        }
        files = []
        for shot in SHOTS:
            target = url + shot.address.format(**places) if shot.address else report.as_uri()
            files.append(shoot(browser, shot, target, out / f"{shot.name}.png"))
        browser.close()
        return files


def shoot(browser: Browser, shot: Shot, target: str, file: Path) -> Path:
    """One picture in a context of its own."""
    size: Any = {"width": WIDE, "height": HIGH}
    scheme: Any = shot.scheme
    context = browser.new_context(viewport=size, color_scheme=scheme)
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(target)
    settle(page, is_report=not shot.address)
    (page.locator(shot.part) if shot.part else page).screenshot(path=file)
    context.close()
    return file


def settle(page: Page, *, is_report: bool) -> None:
    """Until everything in sight is drawn."""
    if is_report:
        page.wait_for_selector("body[data-drawn]")
    else:
        page.wait_for_function("window.did_handshake")
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(1500)  # tiles and grids draw themselves after the last answer


def drawn(run: Path, file: Path) -> Path:
    """The report of a run, drawn anew."""
    command = [sys.executable, "-m", "fabstack", "report", str(run), "--out", str(file)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return file


def programme_of(run: Path, programmes: Path) -> str:
    """The programme folder of a run, else the first one there is."""
    from fabstack import open_run

    name = str(open_run(run).manifest["programme"])
    there = sorted(folder.parent.name for folder in programmes.glob("*/programme.toml"))
    return name if name in there else there[0]


def largest_plant(run: Path) -> str:
    """The plant with most tool groups."""
    from fabstack import open_run

    groups = open_run(run).table("sim_tool_groups").group_by("plant").len()
    return str(groups.sort("len", "plant", descending=[True, False])["plant"][0])


@contextmanager
def served(runs: Path, programmes: Path) -> Iterator[str]:
    """The address of a dashboard that ends with the block."""
    command = [sys.executable, "-m", "fabstack", "serve", str(runs), "--port", "0"]
    with subprocess.Popen(
        [*command, "--programmes", str(programmes)],
        stderr=subprocess.STDOUT,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        try:
            yield address(server)
        finally:
            server.terminate()


def address(server: subprocess.Popen[str]) -> str:
    """Where the server listens, by its own words."""
    assert server.stdout is not None
    said = []
    for line in server.stdout:
        said.append(line)
        if "open http://" in line:
            return line.split("open ")[1].split("/;")[0].split("/ (")[0].strip()
    raise SystemExit(f"the dashboard did not start:\n{''.join(said)}")


def main() -> None:
    """Take all pictures and say how large they are."""
    parser = argparse.ArgumentParser(description="Take the pictures of README and documentation.")
    parser.add_argument("runs", type=Path)
    parser.add_argument("run")
    parser.add_argument("programmes", type=Path)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent)
    asked = parser.parse_args()
    files = take(asked.runs, asked.run, asked.programmes, asked.out)
    total_kb = sum(file.stat().st_size for file in files) / 1000
    sys.stdout.write(f"{len(files)} pictures, {total_kb:,.0f} kB, in {asked.out}\n")


if __name__ == "__main__":
    main()
