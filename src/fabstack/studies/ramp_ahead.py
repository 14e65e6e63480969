"""Another process that judges futures while this one does the rest of a ramp, on two cores.

It draws and dates the same futures and judges them from the first on; whoever asks for the pieces
goes from the last on, and makes what is not there yet. Who made a piece changes no bit of it.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from fabstack.model import Programme
from fabstack.ramp import Design
from fabstack.ramp.judged import Judging, pieces_judged
from fabstack.ramp.run import dated_futures
from fabstack.results.shelf import open_shelf
from fabstack.studies.ramp_pieces import KeptPieces

FEWEST_FUTURES = 1000  # below it a process costs more than it saves
GRACE_S = 2.0


@contextmanager
def judged_ahead(
    programme: Programme, samples: int, seed: int, design: Design, place: str | None
) -> Iterator[str | None]:
    """Where the pieces of a ramp are kept while another process judges some of them.

    `place` is a folder or an address; without one a folder is there for as long as this lasts.
    """
    if samples < FEWEST_FUTURES or _cores() < 2 or not pieces_judged(programme, samples):
        yield place
        return
    with tempfile.TemporaryDirectory(prefix="fabstack-ramp-") as folder:
        work = (programme, samples, seed, design, place or folder, os.getpid())
        context = multiprocessing.get_context("spawn")
        process = context.Process(target=_judge, args=work, daemon=True)
        process.start()
        try:
            yield place or folder
        finally:
            process.terminate()
            process.join(GRACE_S)
            process.kill()
            process.join()


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


# --- In the other process -------------------------------------------------------------------------


def _judge(
    programme: Programme, samples: int, seed: int, design: Design, place: str, parent: int
) -> None:
    """Judge futures until all are judged, or until nobody waits for them any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that asks

    def go_on(_what: str, _done: int, _of: int) -> None:
        if os.getppid() != parent:
            raise SystemExit

    with suppress(Exception):  # what goes wrong here goes wrong and is told in the other one, too
        keep = KeptPieces(programme, samples, seed, design, open_shelf(place), go_on)
        Judging(dated_futures(programme, samples=samples, seed=seed, design=design)).parts(keep)
