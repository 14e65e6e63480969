"""The README and the documentation cannot rot: their code blocks run and print what they show."""

import doctest
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
PAGES = [
    PROJECT / "README.md",
    *sorted((PROJECT / "docs" / "tutorial").glob("*.md")),
    *sorted((PROJECT / "docs" / "guides").glob("*.md")),
]
BLOCK = re.compile(r"^```(console|python|toml|text)([^\n]*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
LOOSE = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


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
