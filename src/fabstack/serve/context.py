"""What the API and the pages work on."""

from __future__ import annotations

import fcntl
from pathlib import Path
from typing import IO

from fabstack.errors import OutputError
from fabstack.serve.jobs.queue import Queue
from fabstack.serve.programmes.store import Programmes
from fabstack.serve.runs import Runs

PRIVATE = ".fabstack"  # in the folder of runs: jobs, the hash of the token, the lock


class Context:
    """The runs, the programmes and the jobs of one server."""

    def __init__(
        self, runs: Path, programmes: Path, workers: int, cluster: str | None = None
    ) -> None:
        self.runs = Runs(runs)
        self.programmes = Programmes(programmes)
        self.jobs = Queue(private(runs) / "jobs", self.runs.shelf, workers, cluster)


def private(runs: Path) -> Path:
    """The folder for what the server itself keeps, closed to other users."""
    folder = runs / PRIVATE
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"cannot write {folder}: {error.strerror}") from None
    return folder


def sole(runs: Path) -> IO[str]:
    """The lock that only one server on these runs can hold; keep it open.

    Raises:
        OutputError: another server has it.
    """
    lock = (private(runs) / "server.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        raise OutputError(
            f"another server works on {runs} already; stop it or open its page"
        ) from None
    return lock
