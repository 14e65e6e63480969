"""The README and the documentation cannot rot: their code blocks run and print what they show."""

import doctest
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
DOCS = PROJECT / "docs"
PAGES = [
    PROJECT / "README.md",
    DOCS / "index.md",
    *(
        page
        for part in ("tutorial", "guides", "background")
        for page in sorted((DOCS / part).glob("*.md"))
    ),
]
# Why blocks of a page are not run; a page that is not named here runs them all.
NOT_RUN = {
    "dashboard.md": "a server works until it is ended, and one open to the network is no test's",
    "import-a-fab.md": "the public fab testbed is not part of fabstack",
    "plan-for-many-futures.md": "ten futures of Texas take ten minutes",
    "plan-long-horizons.md": "a part of a file, not a file",
    "read-the-report.md": "printing needs a browser, which has a test of its own",
    "studies.md": "a study of Texas takes minutes; SLURM and Kubernetes are not everywhere",
}
BLOCK = re.compile(r"^```(console|python|toml|text)([^\n]*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
FENCE = re.compile(r"^```(\w+)", re.MULTILINE)
SHOWN_ONLY = {"sh"}  # what is typed before fabstack is there, such as pip install
LOOSE = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def test_blocks_that_are_not_run_have_a_reason():
    left_out = {page.name for page in PAGES if "not run\n" in page.read_text(encoding="utf-8")}
    assert left_out == set(NOT_RUN)


def test_no_block_is_in_a_language_that_nobody_runs():
    runs = {"console", "python", "toml", "text"}
    found = {word for page in PAGES for word in FENCE.findall(page.read_text(encoding="utf-8"))}
    assert found - runs <= SHOWN_ONLY


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_block_of_the_page_does_what_it_shows(page, tmp_path):
    """Blocks run in order in one folder; a block `toml FILE` or `text FILE` writes that file."""
    (tmp_path / "programmes").symlink_to(PROJECT / "programmes")
    for language, title, text in BLOCK.findall(page.read_text(encoding="utf-8")):
        if "not run" in title:
            continue
        if language == "console":
            check_session(text, tmp_path)
        elif language == "python":
            check_python(text, tmp_path)
        else:
            target = tmp_path / title.strip()
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")


def check_session(text: str, folder: Path) -> None:
    for command, expected in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", text, re.MULTILINE):
        words = shlex.split(command)
        assert words[0] == "fabstack", f"only fabstack commands are shown: {command}"
        done = subprocess.run(
            [sys.executable, "-m", "fabstack", *words[1:]],
            cwd=folder, capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
        shown = done.stdout + done.stderr
        assert done.returncode in (0, 2), shown
        matches = doctest.OutputChecker().check_output(expected, shown, LOOSE)
        assert not expected.strip() or matches, (
            f"{command}\nshown in the page:\n{expected}\nprinted:\n{shown}"
        )


def check_python(text: str, folder: Path) -> None:
    test = doctest.DocTestParser().get_doctest(text, {}, "block", "block", 0)
    if not test.examples:
        subprocess.run([sys.executable, "-c", text], cwd=folder, check=True, timeout=300)
        return
    runner = (
        "import doctest, sys\n"
        f"test = doctest.DocTestParser().get_doctest({text!r}, {{}}, 'block', 'block', 0)\n"
        f"runner = doctest.DocTestRunner(optionflags={LOOSE})\n"
        "sys.exit(runner.run(test).failed)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", runner], cwd=folder, capture_output=True, text=True, timeout=300,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
