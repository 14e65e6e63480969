"""Runs that the tests of the report read."""

import pytest
from sample_run import write_sample

from fabstack.report import report
from fabstack.results.store import open_run


@pytest.fixture(scope="session")
def sample(tmp_path_factory):
    """A made run with every table."""
    return open_run(write_sample(tmp_path_factory.mktemp("runs") / "sample"))


@pytest.fixture(scope="session")
def page(sample):
    """Its report."""
    return report(sample)
