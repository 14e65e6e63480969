"""Tasks in threads: the kernel lets other threads run, so each may have a core of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import TypeVar

T = TypeVar("T")


class Stopped(Exception):
    """Nobody waits for this task any more."""


def results_of(
    tasks: Sequence[Callable[[], T]], workers: int, stop: threading.Event
) -> Iterator[tuple[int, T]]:
    """(place, result) of each task as it ends.

    Where one fails, or the caller leaves (Ctrl-C), `stop` is set so that the others give up.
    """
    if workers == 1 or len(tasks) == 1:
        yield from ((place, task()) for place, task in enumerate(tasks))
        return
    pool = ThreadPoolExecutor(workers)
    try:
        places = {pool.submit(task): place for place, task in enumerate(tasks)}
        for future in as_completed(places):
            yield places[future], future.result()
    finally:
        stop.set()
        pool.shutdown(wait=True, cancel_futures=True)
