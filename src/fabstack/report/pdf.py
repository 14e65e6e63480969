"""The page as a PDF, printed by a browser that the machine has."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from fabstack.errors import OutputError

# All of them print by the same switches (Chromium's headless mode).
BROWSERS = (
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"),
    *("microsoft-edge", "msedge"),
)
QUIET = (
    *("--headless", "--disable-gpu", "--no-first-run", "--disable-sync", "--disable-quic"),
    *("--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage"),
)
DRAWING_MS = 240_000  # of the page's own clock: what a busy machine may need, and no time otherwise
LONGEST_S = 300.0


def pdf_of(page: str) -> bytes:
    """The page as its print style has it, figures drawn.

    Raises:
        OutputError: there is no browser that prints, or it failed.
    """
    browser = _browser()
    with TemporaryDirectory(prefix="fabstack-", ignore_cleanup_errors=True) as folder:
        source, target = Path(folder) / "report.html", Path(folder) / "report.pdf"
        source.write_text(page, encoding="utf-8")
        _print(browser, source, target)
        return target.read_bytes()


def _browser() -> str:
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        raise OutputError(
            "cannot print a PDF: no Chromium, Chrome or Edge is on the path; "
            "open report.html in any browser and print it from there"
        )
    return found


def _print(browser: str, source: Path, target: Path) -> None:
    command = [
        browser,
        *QUIET,
        *(["--no-sandbox"] if _is_root() else []),  # Chromium runs no sandbox for root
        f"--user-data-dir={source.parent / 'profile'}",
        f"--virtual-time-budget={DRAWING_MS}",
        "--no-pdf-header-footer",
        f"--print-to-pdf={target}",
        source.as_uri(),
    ]
    try:
        done = subprocess.run(command, capture_output=True, timeout=LONGEST_S, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise OutputError(f"cannot print a PDF: {error}") from error
    if done.returncode or not target.exists():
        said = done.stderr.decode(errors="replace").strip().splitlines()
        why = said[-1] if said else f"code {done.returncode}"
        raise OutputError(f"cannot print a PDF: {Path(browser).name} failed: {why}")


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0
