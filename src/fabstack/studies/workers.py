"""Tasks in processes of this machine; one that dies costs its own task and no other.

Each process is asked through a pipe of its own. Where one dies (killed, out of memory), another is
started and does that task again; a task that ends three processes is given up. Processes are
spawned and not forked: threads of libraries do not survive a fork.
"""

from __future__ import annotations

import multiprocessing
import pickle
import signal
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

from fabstack.errors import LimitError
from fabstack.studies.tasks import Job, Say, Task, attempt, content_of

MOST_DEATHS = 3  # of processes on one task
GRACE_S = 2.0


@dataclass(slots=True)
class Processes:
    """A crew of processes on this machine."""

    count: int
    say: Say
    redone: list[str] = field(default_factory=list)

    def results(self, job: Job, tasks: Iterable[Task]) -> Iterator[tuple[Task, bytes]]:
        """Each task with its result, in the order in which they end."""
        shift = _Shift(pickle.dumps((job.work, job.shared)), iter(tasks), self)
        try:
            shift.hire(self.count)
            while busy := shift.busy():
                for pipe in wait([*busy]):
                    yield from shift.answer(busy[pipe])  # type: ignore[index]
        finally:
            shift.end()


@dataclass(slots=True, eq=False)
class _Worker:
    """A process with the pipe to it, and the task that it has."""

    process: BaseProcess
    pipe: Connection
    task: Task | None = None

    def give(self, task: Task) -> None:
        """Hand over a task; that the process has died is found when it does not answer."""
        self.task = task
        try:
            self.pipe.send(task.argument)
        except OSError:
            self.process.kill()

    def dismiss(self) -> None:
        """End the process now; whatever it does is lost."""
        self.pipe.close()
        self.process.terminate()
        self.process.join(GRACE_S)
        self.process.kill()
        self.process.join()


class _Shift:
    """The workers of one job."""

    def __init__(self, order: bytes, waiting: Iterator[Task], crew: Processes) -> None:
        self._order = order  # what every worker is told first: the function, and what is shared
        self._waiting = waiting
        self._crew = crew
        self._workers: list[_Worker] = []
        self._deaths: dict[str, int] = {}

    def hire(self, count: int) -> None:
        """Workers for the first tasks, as many as there are tasks for."""
        while len(self._workers) < count and (task := next(self._waiting, None)):
            self._start(task)

    def busy(self) -> dict[Connection, _Worker]:
        """Those that have a task, by their pipes."""
        return {worker.pipe: worker for worker in self._workers if worker.task}

    def answer(self, worker: _Worker) -> Iterator[tuple[Task, bytes]]:
        """What a worker sent, after it has been given more to do."""
        task = worker.task
        if task is None:
            return
        try:
            answer = worker.pipe.recv()
        except (EOFError, OSError):
            self._replace(worker, task)
            return
        content = content_of(task, answer)
        worker.task = None
        if following := next(self._waiting, None):
            worker.give(following)
        yield task, content

    def end(self) -> None:
        """Dismiss all."""
        for worker in self._workers:
            worker.dismiss()

    def _start(self, task: Task) -> None:
        context = multiprocessing.get_context("spawn")
        here, there = context.Pipe()
        process = context.Process(target=_serve, args=(there, self._order), daemon=True)
        process.start()
        there.close()
        worker = _Worker(process, here)
        self._workers.append(worker)
        worker.give(task)

    def _replace(self, dead: _Worker, task: Task) -> None:
        """Start another process for the task of one that died."""
        dead.dismiss()
        self._workers.remove(dead)
        how = _how_it_ended(dead.process.exitcode)
        self._deaths[task.digest] = self._deaths.get(task.digest, 0) + 1
        if self._deaths[task.digest] == MOST_DEATHS:
            raise LimitError(f"{task.label} ended {MOST_DEATHS} processes; the last one {how}")
        self._crew.redone.append(task.label)
        self._crew.say(f"a worker {how}; {task.label} is done again")
        self._start(task)


def _how_it_ended(code: int | None) -> str:
    if code is not None and code < 0:
        return f"was ended by {signal.Signals(-code).name}"
    return f"ended with code {code}"


# --- In the other process -------------------------------------------------------------------------


def _serve(pipe: Connection, order: bytes) -> None:
    """Do tasks until nobody asks any more; Ctrl-C is for the process that asks."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    work, shared = pickle.loads(order)
    while True:
        try:
            argument = pipe.recv()
        except EOFError:
            return
        pipe.send(attempt(work, shared, argument))
