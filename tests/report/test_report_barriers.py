"""The report keeps nobody out: axe-core finds no serious violation in either scheme or language."""

import shutil

import pytest
from sample_log import write_log

from fabstack.report import report
from fabstack.report.figures.event_pictures import log_section

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
Axe = pytest.importorskip(
    "axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed"
).Axe
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's chromium")
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"]


@pytest.fixture(scope="module")
def chromium():
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


def barriers(browser, html, folder, *, scheme, width=1440):
    """Serious violations with the first places of each, tables folded out."""
    (folder / "report.html").write_text(html, encoding="utf-8")
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 900})
    page = context.new_page()
    page.goto((folder / "report.html").as_uri())
    page.wait_for_selector("body[data-drawn]", timeout=120_000)
    page.evaluate("for (const part of document.querySelectorAll('details')) part.open = true")
    found = Axe().run(page).response["violations"]
    context.close()
    return [
        (one["id"], [node["html"][:160] for node in one["nodes"][:3]])
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


def test_no_serious_barrier_is_in_the_report(chromium, page, tmp_path):
    assert barriers(chromium, page, tmp_path, scheme="light") == []


def test_no_serious_barrier_is_in_the_dark_chinese_report(chromium, sample, tmp_path):
    """On a narrower screen, with the section of an event log."""
    log = write_log(tmp_path / "log.parquet")
    html = report(sample, language="zh", more=[log_section(log, None)])
    assert barriers(chromium, html, tmp_path, scheme="dark", width=1024) == []


def test_a_planted_barrier_is_found(chromium, tmp_path):
    faint = '<p style="color:#ccc;background:#fff">faint</p>'
    html = f'<html lang="en"><title>t</title><body data-drawn="0"><main>{faint}</main></html>'
    found = barriers(chromium, html, tmp_path, scheme="light")
    assert [one for one, _ in found] == ["color-contrast"]
