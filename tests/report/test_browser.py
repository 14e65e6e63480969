"""A real browser draws the page without an error and without asking anybody for anything."""

import re
import shutil
import subprocess

import pytest
from reading import Page
from sample_log import write_log

from fabstack.report import report
from fabstack.report.figures.event_pictures import log_section
from fabstack.report.sections import DETAILS, FIRST_PAGE

CHROMIUM = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)
QUIET = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--virtual-time-budget=120000",
    "--enable-logging=stderr",
    "--v=0",
    "--window-size=1440,900",
]

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs a Chromium")


def opened(html, folder, *flags):
    """The document after its scripts have run, and what the console said."""
    (folder / "report.html").write_text(html, encoding="utf-8")
    done = subprocess.run(
        [CHROMIUM, *QUIET, f"--user-data-dir={folder / 'profile'}", *flags, "--dump-dom",
         (folder / "report.html").as_uri()],
        capture_output=True,
        text=True,
        timeout=180,
        check=True,
    )  # fmt: skip
    return done.stdout, re.findall(r"CONSOLE.*", done.stderr)


@pytest.fixture(scope="module")
def drawn(page, tmp_path_factory):
    return opened(page, tmp_path_factory.mktemp("browser"))


def test_every_figure_is_drawn(drawn):
    plots = sum(len(section.pictures) for section in (*FIRST_PAGE, *DETAILS))
    assert f'data-drawn="{plots}"' in drawn[0]
    assert drawn[0].count('class="main-svg"') >= plots


def test_the_console_is_silent(drawn):
    assert drawn[1] == []


def test_the_browser_has_the_elements_that_were_written(drawn, page):
    """What it had to repair it would have moved; titles, cards and tables are where they were."""
    after, before = Page(drawn[0]), Page(page)
    for tag in ("section", "figure", "h2", "h3", "table", "details", "noscript"):
        assert len(after.all(tag)) == len(before.all(tag)), tag


def test_the_dark_scheme_draws_in_its_own_colours(page, tmp_path):
    dom, console = opened(page, tmp_path, "--blink-settings=preferredColorScheme=0")
    assert console == []
    assert "rgb(232, 236, 241)" in dom  # ink on a dark ground
    assert "fill: rgb(22, 27, 34)" not in dom


def test_the_page_is_drawn_in_chinese_without_a_word_from_the_console(sample, tmp_path):
    log = write_log(tmp_path / "log.parquet")
    dom, console = opened(report(sample, language="zh", more=[log_section(log, None)]), tmp_path)
    plots = sum(len(section.pictures) for section in (*FIRST_PAGE, *DETAILS)) + 2
    assert console == []
    assert f'data-drawn="{plots}"' in dom
    assert "计划停机" in dom  # a name in a legend


def test_a_request_would_be_refused_and_said(page, tmp_path):
    """The page's own policy holds: a planted picture from elsewhere shows in the console."""
    planted = page.replace("<main>", '<main><img src="http://127.0.0.1:9/x.png">', 1)
    _, console = opened(planted, tmp_path)
    assert any("Content Security Policy" in line for line in console)
