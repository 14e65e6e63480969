"""The process beside a job: runs its command, notes how it ended, and stops it when told to.

It is no child of the server's fate: the server may die and come back while it works.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType
from typing import IO, Any

import psutil

from fabstack.serve.jobs.files import (
    CANCEL,
    ENDED,
    LOCK,
    REQUEST,
    STARTED,
    STDERR,
    STDOUT,
    STOPPED,
    close,
    identity,
    read,
    write,
)

SIGNALS = (signal.SIGTERM, signal.SIGINT)
PARENT_DEATH_SIGNAL = 1  # of prctl
GRACE_S = 15.0  # from asking a command to stop until it is killed


def main(folder: Path) -> None:
    """Do the job of a folder, unless it is done or another keeper does it."""
    with (folder / LOCK).open("w") as lock:
        if not _held(lock) or (folder / ENDED).exists():
            return
        write(folder, STARTED, {**identity(os.getpid()), "at": time.time()})
        if (folder / CANCEL).exists():
            close(folder, STOPPED)
            return
        close(folder, _work(folder, read(folder, REQUEST)))


def _held(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _work(folder: Path, request: dict[str, Any]) -> int:
    """Run the command; its exit code."""
    command = [sys.executable, "-m", *_called(request)]
    environment = {**os.environ, "FABSTACK_PROGRESS": "json", "COLUMNS": "100"}
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)  # none is lost while nobody could hear it
    with (folder / STDOUT).open("wb") as said, (folder / STDERR).open("wb") as told:
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=told,
            env=environment,
            preexec_fn=_die_with_me,  # noqa: PLW1509 - there is one thread
        )
        _stop_with(child)
        with contextlib.suppress(psutil.Error):  # it may be over before it can be named
            write(folder, STARTED, {**read(folder, STARTED), "child": identity(child.pid)})
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        return child.wait()


def _called(request: dict[str, Any]) -> list[str]:
    """The module to run, and what it is given."""
    if request.get("as_one_task"):
        return ["fabstack.serve.jobs.away", request["where"], *request["arguments"]]
    return ["fabstack", *request["arguments"]]


def _die_with_me() -> None:
    """In the child: hear signals again, and end when the keeper is killed (Linux).

    By SIGKILL: nobody would ask twice, and an interrupt that arrives while a library loads can be
    lost there. What it leaves half-written is swept away when the job is closed.
    """
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PARENT_DEATH_SIGNAL, signal.SIGKILL)


def _stop_with(child: subprocess.Popen[bytes]) -> None:
    """Hand a request to stop on to the command, and kill it if it does not listen."""

    def kill(_number: int, _frame: FrameType | None) -> None:
        child.kill()

    def stop(_number: int, _frame: FrameType | None) -> None:
        child.send_signal(signal.SIGINT)
        signal.alarm(int(GRACE_S))

    signal.signal(signal.SIGALRM, kill)
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
