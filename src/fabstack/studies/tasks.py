"""Many tasks of one kind: each is done once, kept under the digest of what it is, and found again.

A job is a function of a module, what all its tasks share, and their arguments. A task's digest is
made of the shared digest, the argument and the code that runs it, so a finished task is found again
by whoever asks for the same thing. Who does the work is a `Crew`: this process, several of them
(`workers`), or a Dask cluster (`cluster`); none of them changes a bit of the result.
"""

from __future__ import annotations

import functools
import hashlib
import json
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from fabstack.errors import FabstackError, Finding, InputError
from fabstack.results.shelf import Shelf

# What a result does not hang on; all other sources of the package are part of a digest.
NOT_ENGINES = frozenset({"cli", "report", "serve", "app"})
LIBRARIES = ("numpy", "scipy", "numba", "highspy", "polars")

Work = Callable[[Any, Any], bytes]  # what all tasks share and the argument in, the result out
Tell = Callable[[str, int, int], None]
Say = Callable[[str], None]


class Task(NamedTuple):
    """One piece of work."""

    label: str  # for people
    argument: Any  # of plain values: what JSON can say
    digest: str


@dataclass(frozen=True, slots=True, eq=False)
class Job:
    """Tasks that the same function does."""

    name: str
    work: Work  # a function of a module, so that other processes find it
    shared: Any
    tasks: Sequence[Task]


class TaskFailed(RuntimeError):
    """A task raised an error that is a fault of ours; its trace is the message."""


class Crew(Protocol):
    """Who does the work; `redone` names the tasks that a lost worker had to give up."""

    redone: list[str]

    def results(self, job: Job, tasks: Iterable[Task]) -> Iterator[tuple[Task, bytes]]:
        """Each task with its result, in the order in which they end."""
        ...


@dataclass(slots=True)
class Account:
    """What became of a job."""

    wanted: int
    found: int = 0  # finished before
    done: int = 0  # now
    redone: list[str] = field(default_factory=list)
    was_stopped: bool = False


def job(
    name: str, work: Work, shared: Any, shared_digest: str, arguments: Sequence[tuple[str, Any]]
) -> Job:
    """A job from the labels and arguments of its tasks."""
    base = f"{name}\n{shared_digest}\n{code_digest()}"
    tasks = [
        Task(label, argument, _sha(f"{base}\n{_canonical(argument)}"))
        for label, argument in arguments
    ]
    return Job(name, work, shared, tasks)


def perform(
    wanted: Job, crew: Crew, shelf: Shelf, tell: Tell = lambda _what, _done, _of: None
) -> Account:
    """Do what is not on the shelf yet; Ctrl-C ends it with what is finished."""
    distinct = {task.digest: task for task in wanted.tasks}
    there = shelf.digests() & distinct.keys()
    account = Account(len(distinct), found=len(there))
    missing = [task for digest, task in distinct.items() if digest not in there]
    tell(wanted.name, account.found, account.wanted)
    try:
        for task, content in crew.results(wanted, missing):
            shelf.put(task.digest, content)
            account.done += 1
            tell(wanted.name, account.found + account.done, account.wanted)
    except KeyboardInterrupt:
        account.was_stopped = True
    account.redone = sorted(crew.redone)
    return account


def kept(wanted: Job, shelf: Shelf) -> Iterator[tuple[Task, bytes | None]]:
    """Every task of a job with its result, None where it is not finished, in their order."""
    for task in wanted.tasks:
        yield task, shelf.get(task.digest)


class Alone:
    """One task after the other, in this process."""

    def __init__(self) -> None:
        self.redone: list[str] = []

    def results(self, job: Job, tasks: Iterable[Task]) -> Iterator[tuple[Task, bytes]]:
        """Each task with its result."""
        for task in tasks:
            yield task, job.work(job.shared, task.argument)


# --- Across processes -----------------------------------------------------------------------------

Answer = bytes | tuple[str, int | None, tuple[Finding, ...]]


def attempt(work: Work, shared: Any, argument: Any) -> Answer:
    """The result, or what went wrong in plain values: errors with arguments do not travel well."""
    try:
        return work(shared, argument)
    except FabstackError as error:
        return str(error), error.exit_code, getattr(error, "findings", ())
    except Exception:
        return traceback.format_exc(), None, ()


def content_of(task: Task, answer: Answer) -> bytes:
    """The result of a task.

    Raises:
        FabstackError: the task raised one.
        TaskFailed: it raised any other error.
    """
    if isinstance(answer, bytes):
        return answer
    text, code, findings = answer
    if code is None:
        raise TaskFailed(f"{task.label}:\n{text}")
    if findings:
        raise InputError(findings)
    error = FabstackError(text)
    error.exit_code = code
    raise error


# --- Digests --------------------------------------------------------------------------------------


@functools.cache
def code_digest() -> str:
    """SHA-256 over the sources of the engines and the versions of the libraries below them."""
    home = Path(__file__).parents[1]
    content = hashlib.sha256()
    for file in sorted(home.rglob("*.py")):
        place = file.relative_to(home)
        if place.parts[0] not in NOT_ENGINES:
            content.update(f"{place.as_posix()}\n".encode() + file.read_bytes())
    for library in LIBRARIES:
        content.update(f"{library} {metadata.version(library)}\n".encode())
    return content.hexdigest()


def _canonical(argument: Any) -> str:
    return json.dumps(argument, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
