"""Folders, clients and servers for the tests of the dashboard."""

import contextlib
import os
import shutil
import subprocess
import sys

import pytest

pytest.importorskip("nicegui", reason="the extra `app` is not installed")

import psutil
from serving import Server, TestClient

from fabstack.serve.api.application import application
from fabstack.serve.context import Context
from fabstack.serve.guard import Guard
from fabstack.serve.limits import Rate


@pytest.fixture
def folders(tmp_path, project):
    """A folder of runs and one of programmes."""
    runs, programmes = tmp_path / "runs", tmp_path / "programmes"
    runs.mkdir()
    for name in ("toy-chain", "small-line"):
        shutil.copytree(project / "programmes" / name, programmes / name)
    return runs, programmes


@pytest.fixture
def context(folders):
    made = Context(*folders, workers=1)
    yield made
    _stop_keepers(folders[0])
    for keeper in made.jobs._children.values():
        keeper.wait(timeout=60)


@pytest.fixture
def client(context):
    """The API behind its gate, without the clock of the queue."""
    guard = Guard(
        application(context), access=None, hosts=frozenset({"testserver"}), rate=Rate(1e6, 1e6)
    )
    return TestClient(guard, raise_server_exceptions=False)


@pytest.fixture(scope="session")
def toy_run(tmp_path_factory, project):
    """A whole run of a small programme, made once by the command itself."""
    folder = tmp_path_factory.mktemp("made") / "toy"
    command = [sys.executable, "-m", "fabstack", "run", str(project / "programmes" / "toy-chain"),
               "--out", str(folder), "--samples", "200"]  # fmt: skip
    told = {**os.environ, "FABSTACK_PROGRESS": "json"}
    done = subprocess.run(command, check=True, capture_output=True, timeout=300, env=told)
    (folder.parent / "stderr").write_bytes(done.stderr)
    return folder


@pytest.fixture
def serve(folders):
    """Starts servers on the folders of the test and stops them after it."""
    servers = []

    def started(*options):
        servers.append(Server(*folders, *options))
        return servers[-1]

    yield started
    for server in servers:
        server.stop()
        _stop_keepers(folders[0])


def _stop_keepers(runs):
    """Jobs of a test that is over are stopped by their own process numbers."""
    from fabstack.serve.jobs.files import STARTED, alive, read

    for started in (runs / ".fabstack" / "jobs").glob(f"*/{STARTED}"):
        keeper = alive(read(started.parent, STARTED))
        if keeper is not None:
            keeper.terminate()
            with contextlib.suppress(psutil.TimeoutExpired):
                keeper.wait(timeout=60)
