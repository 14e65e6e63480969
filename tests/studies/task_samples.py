"""Jobs for the tests of tasks; other processes import this file by its name."""

import json
import os
import signal
import time
from pathlib import Path

from fabstack.errors import LimitError
from fabstack.results.shelf import Borrowed
from fabstack.studies.tasks import Job, job


def square(shared: dict, argument: dict) -> bytes:
    """A result that depends on what is shared and on the argument; it notes every run."""
    number, book = argument["number"], shared.get("book")
    if book:
        (Path(book) / f"{number}-{os.getpid()}-{time.monotonic_ns()}").touch()
    time.sleep(shared.get("pause_s", 0.0))
    return json.dumps({"square": shared["factor"] * number**2}).encode()


def deadly(shared: dict, argument: dict) -> bytes:
    """One task kills its process: the first time only, or always."""
    if argument["number"] == shared["deadly"]:
        mark = Path(shared["mark"])
        if not (shared.get("once") and mark.exists()):
            mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
    return square(shared, argument)


def refusing(shared: dict, argument: dict) -> bytes:
    """One task is refused."""
    if argument["number"] == 3:
        raise LimitError("three is too much")
    return square(shared, argument)


def wrong(shared: dict, argument: dict) -> bytes:
    """A task with a fault of ours."""
    raise ZeroDivisionError(f"in {argument['number']}")


def numbers(work, count: int, **shared) -> Job:
    shared = {"factor": 3, **shared}
    visible = json.dumps({"factor": shared["factor"]})
    arguments = [(f"number {n}", {"number": n}) for n in range(count)]
    return job("squares", work, shared, visible, arguments)


def contents(wanted: Job, shelf) -> list[bytes]:
    return [shelf.get(task.digest) for task in wanted.tasks]


def expected(count: int) -> list[bytes]:
    return [json.dumps({"square": 3 * n**2}).encode() for n in range(count)]


def empty() -> Borrowed:
    return Borrowed()
