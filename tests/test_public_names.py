"""What a user imports is what is promised, and costs nothing before it is used."""

import subprocess
import sys
from pathlib import Path

import pytest

import fabstack


@pytest.mark.parametrize("name", fabstack.__all__)
def test_every_promised_name_can_be_imported(name):
    assert getattr(fabstack, name) is not None


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        fabstack.nonsense  # noqa: B018


def test_every_package_can_be_asked_for_but_the_command_line():
    folders = {path.parent.name for path in Path(fabstack.__file__).parent.glob("*/__init__.py")}
    assert folders - set(dir(fabstack)) == {"cli", "arrays"}
    assert fabstack.environment.__name__ == "fabstack.environment"


def test_importing_the_package_imports_nothing_else():
    code = "import sys, fabstack; print([n for n in sys.modules if n.startswith('fabstack.')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
