"""The API against its own OpenAPI document: whatever is sent, the fault is never ours."""

import shutil

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from serving import write_run

from fabstack.serve.api.application import application
from fabstack.serve.context import Context

CHECKS = [
    not_a_server_error,
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
]
APP = application(None)  # its folders come with the first test
SCHEMA = schemathesis.openapi.from_dict(APP.openapi())
SCHEMA.app = APP
OPERATIONS = [found.ok() for found in SCHEMA.get_all_operations()]
NAMED = {"programme": "toy-chain", "figure": "volumes", "plant": "fab", "job": "x"}
quick = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module", autouse=True)
def folders_behind(tmp_path_factory, project):
    """Real folders, so that guessed names are not all that is tried; no job starts."""
    root = tmp_path_factory.mktemp("schema")
    (root / "runs").mkdir()
    write_run(root / "runs", "a")
    write_run(root / "runs", "b", value=3.0)
    shutil.copytree(project / "programmes" / "toy-chain", root / "programmes" / "toy-chain")
    APP.state.context = Context(root / "runs", root / "programmes", workers=0)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.label)
def test_the_api_holds_to_its_document(operation):
    @quick
    @given(operation.as_strategy())
    def holds(case):
        case.call_and_validate(checks=CHECKS)

    holds()


@pytest.mark.parametrize(
    "operation",
    [each for each in OPERATIONS if "{" in each.path],
    ids=lambda operation: operation.label,
)
def test_what_exists_is_asked_with_anything_else(operation):
    """Names that are there in the path, anything in the query, the headers and the body."""

    @quick
    @given(operation.as_strategy())
    def holds(case):
        is_run = "{run}" in operation.path
        names = {**NAMED, "run": "a", "table": "cost_items" if is_run else "items"}
        case.path_parameters = {name: names[name] for name in case.path_parameters}
        case.call_and_validate(checks=CHECKS)

    holds()


def test_there_is_something_to_try():
    assert len(OPERATIONS) >= 24
