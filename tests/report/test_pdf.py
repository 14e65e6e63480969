"""The page printed to a PDF by a browser that the machine has."""

import re
import subprocess

import pytest
from test_browser import CHROMIUM

from fabstack.errors import OutputError
from fabstack.report import pdf


def test_without_a_browser_the_cure_is_told_in_one_line(monkeypatch):
    monkeypatch.setattr(pdf.shutil, "which", lambda _: None)
    with pytest.raises(OutputError, match="print it from there") as error:
        pdf.pdf_of("<p>page</p>")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "fault",
    [
        subprocess.TimeoutExpired("chromium", 300),
        OSError("no such file"),
        subprocess.CompletedProcess("chromium", 1, b"", b"first\nlast words\n"),
        subprocess.CompletedProcess("chromium", 0, b"", b""),  # it says that all is well
    ],
)
def test_a_browser_that_fails_is_told_in_one_line(monkeypatch, fault):
    def run(*_args, **_more):
        if isinstance(fault, Exception):
            raise fault
        return fault

    monkeypatch.setattr(pdf.shutil, "which", lambda name: f"/bin/{name}")
    monkeypatch.setattr(pdf.subprocess, "run", run)
    with pytest.raises(OutputError, match="cannot print a PDF") as error:
        pdf.pdf_of("<p>page</p>")
    assert "\n" not in str(error.value)


@pytest.mark.skipif(CHROMIUM is None, reason="needs a Chromium")
def test_the_page_is_printed_on_several_sheets_in_portrait(page):
    printed = pdf.pdf_of(page)
    assert printed.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type /Page\b(?!s)", printed)) > 10
    _, _, width, height = map(float, re.search(rb"/MediaBox \[([^\]]*)\]", printed)[1].split())
    assert height > width
