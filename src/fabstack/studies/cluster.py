"""Tasks on a Dask cluster: the only file that speaks to Dask.

The scheduler gives the tasks of a lost worker to others, and makes again what was lost with it; it
tells which those were. Only as many tasks are with it as there are threads, and one more for each
worker, so a million of them do not fill its memory.
"""

from __future__ import annotations

import importlib
import itertools
import pickle
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from fabstack.errors import LimitError, MissingExtra
from fabstack.studies.tasks import Answer, Job, Say, Task, attempt, code_digest, content_of

WAIT_S = 60  # for a scheduler, and for the first worker
PREFIX = "fabstack-"


@dataclass(slots=True)
class Cluster:
    """A crew behind a scheduler, such as tcp://10.0.0.1:8786."""

    address: str
    say: Say
    listen: Callable[[dict[str, Any]], None] | None = None  # to what workers tell under way
    redone: list[str] = field(default_factory=list)

    def results(self, job: Job, tasks: Iterable[Task]) -> Iterator[tuple[Task, bytes]]:
        """Each task with its result, in the order in which they end."""
        client = _client(self.address)
        try:
            yield from self._results(client, job, tasks)
        except _gone() as error:
            raise LimitError(
                f"the cluster at {self.address} is gone ({error or type(error).__name__}); what "
                "is finished is kept, start again to go on"
            ) from error
        finally:
            client.close(timeout=5)

    def _results(
        self, client: Any, job: Job, tasks: Iterable[Task]
    ) -> Iterator[tuple[Task, bytes]]:
        dask = _dask()
        waiting, given = iter(tasks), dict[str, Task]()
        client.subscribe_topic("all", lambda event: self._hear(event[1], given))
        order = client.submit(_opened, pickle.dumps((job.work, job.shared)), pure=True)

        def give(task: Task) -> Any:
            given[PREFIX + task.digest] = task
            arguments = order, task.argument, code_digest()
            return client.submit(_done, *arguments, key=PREFIX + task.digest, pure=False)

        ended = dask.as_completed(
            [give(task) for task in itertools.islice(waiting, _width(client))]
        )
        for future in ended:
            task = given[future.key]
            try:
                content = content_of(task, future.result())
            except dask.KilledWorker as error:
                raise LimitError(f"{task.label} ended several workers: {error}") from error
            del given[future.key]
            future.release()
            if following := next(waiting, None):
                ended.add(give(following))
            yield task, content

    def _hear(self, event: Any, given: dict[str, Task]) -> None:
        """Note what a lost worker gives back; called by Dask."""
        if not isinstance(event, dict):
            return
        if self.listen is not None:
            self.listen(event)
        if event.get("action") != "remove-worker":
            return
        lost = {*event.get("processing-tasks", ()), *event.get("lost-computed-tasks", ())}
        # one by one: the other thread adds and removes tasks meanwhile
        labels = sorted(task.label for key in lost if (task := given.get(key)))
        if labels:
            self.redone += labels
            self.say(f"worker {event.get('worker')} is lost; done again: {', '.join(labels)}")


def _dask() -> Any:
    try:
        return importlib.import_module("distributed")
    except ImportError as error:
        raise MissingExtra("--cluster", "cluster") from error


def _client(address: str) -> Any:
    dask = _dask()
    try:
        client = dask.Client(address, timeout=WAIT_S)
        client.wait_for_workers(1, timeout=WAIT_S)
    except (OSError, ValueError) as error:
        raise LimitError(f"no cluster answers at {address}: {error}") from error
    return client


def _gone() -> tuple[type[BaseException], ...]:
    """What is raised when the scheduler goes away."""
    dask = _dask()
    return dask.CancelledError, dask.comm.core.CommClosedError, TimeoutError


def _width(client: Any) -> int:
    threads: dict[str, int] = client.nthreads()
    return sum(threads.values()) + len(threads)


# --- On the workers -------------------------------------------------------------------------------


def _opened(order: bytes) -> Any:
    return pickle.loads(order)


def _done(order: Any, argument: Any, code: str) -> Answer:
    """A task's answer; a worker with other code would give other bits."""
    if code_digest() != code:
        return "a worker of the cluster runs another version of fabstack or of its libraries", 2, ()
    work, shared = order
    return attempt(work, shared, argument)


def is_released() -> bool:
    """Whether nobody wants the result of the task any more in which this is asked."""
    worker = _dask().get_worker()
    task = worker.state.tasks.get(worker.get_current_task())
    return task is None or task.state == "cancelled"


def tell(event: dict[str, Any]) -> None:
    """Tell something to whoever listens, from within a task."""
    _dask().get_worker().log_event("all", event)
