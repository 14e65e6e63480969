"""What every test may use."""

import signal
from pathlib import Path

import pytest
from hypothesis import settings

# a busy machine or a first import must not fail a property
settings.register_profile("fabstack", deadline=None)
settings.load_profile("fabstack")

# a shell that starts the tests in the background has them ignore Ctrl-C, which some send
signal.signal(signal.SIGINT, signal.default_int_handler)

PROJECT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def project() -> Path:
    """The root of the checkout."""
    return PROJECT


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of reference data beside the project; its tests skip where it is missing."""
    folder = PROJECT.parent / "shared"
    if not folder.is_dir():
        pytest.skip("the reference data (../shared) is not beside this checkout")
    return folder
