"""The pictures of README and documentation: there, small, used, and made again by a browser."""

import importlib.util
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytest.importorskip("nicegui", reason="the extra `app` is not installed")

PROJECT = Path(__file__).resolve().parents[2]
PICTURES = PROJECT / "docs" / "pictures"
MOST_BYTES = 2_000_000  # all together
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
LINK = re.compile(r"(?:\]\(|\{image\} |src=\")([\w./-]+\.(?:png|webp))")


def maker():
    """The script behind `make pictures`."""
    spec = importlib.util.spec_from_file_location("make_pictures", PICTURES / "make.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def pages():
    return [PROJECT / "README.md", *(PROJECT / "docs").rglob("*.md")]


def test_the_pictures_that_are_kept_are_those_that_the_script_makes():
    assert {file.stem for file in PICTURES.glob("*.png")} == {shot.name for shot in maker().SHOTS}


def test_all_pictures_together_are_small():
    assert sum(file.stat().st_size for file in PICTURES.glob("*.png")) < MOST_BYTES


def test_every_picture_is_shown_and_every_shown_one_is_there():
    shown = {
        (page.parent / link).resolve()
        for page in pages()
        for link in LINK.findall(page.read_text(encoding="utf-8"))
    }
    assert shown == {file.resolve() for file in PICTURES.glob("*.png")}


@pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's chromium")
@pytest.mark.xdist_group("serve_browser")
def test_a_browser_takes_every_picture(tmp_path):
    """Of a small programme; they go into build/screenshots, to be looked at."""
    run = [sys.executable, "-m", "fabstack", "run", str(PROJECT / "programmes" / "toy-chain")]
    small = ["--samples", "200", "--days", "60", "--replications", "2"]
    out = ["--out", str(tmp_path / "runs" / "toy")]
    subprocess.run([*run, *small, *out], check=True, capture_output=True, timeout=300)
    (tmp_path / "programmes").mkdir()
    shutil.copytree(PROJECT / "programmes" / "toy-chain", tmp_path / "programmes" / "toy-chain")
    target = PROJECT / "build" / "screenshots" / "pictures"
    files = maker().take(tmp_path / "runs", "toy", tmp_path / "programmes", target)
    assert {file.stem for file in files} == {shot.name for shot in maker().SHOTS}
    assert all(file.stat().st_size > 5_000 for file in files)  # an empty page is smaller
