"""Progress of long work on stderr: stages with time left on a terminal, nothing elsewhere.

With FABSTACK_PROGRESS=json other programs can follow: one line of JSON for each word, such as
`{"progress": {"stage": "plan", "done": 4, "of": 8, "words": ""}}`.
"""

from __future__ import annotations

import json
import math
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from fabstack.plan.watch import Watch

QUIET_S = 0.25  # between two lines of JSON of one stage


class Tell(Protocol):
    """How far a stage is, and words on what it does."""

    def __call__(self, stage: str, done: float, of: float, words: str = "") -> None:
        """Say it."""


@contextmanager
def stages() -> Iterator[Tell]:
    """A function to call with (stage, done, of); it draws a bar where people watch."""
    if _is_followed():
        yield Lines().tell
        return
    if not sys.stderr.isatty():
        yield _to_nobody
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description:<12}"),
        BarColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        TextColumn("{task.fields[words]}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None, words="")

        def tell(stage: str, done: float, of: float, words: str = "") -> None:
            bar.update(task, description=stage, completed=done, total=of, words=words)

        yield tell


def _to_nobody(stage: str, done: float, of: float, words: str = "") -> None:
    """Say nothing: nobody watches."""


def _is_followed() -> bool:
    return os.environ.get("FABSTACK_PROGRESS") == "json"


class Lines:
    """Progress as lines of JSON, at most a few each second of the same stage."""

    def __init__(self) -> None:
        self._stage = ""
        self._told_s = -math.inf

    def tell(self, stage: str, done: float, of: float, words: str = "") -> None:
        """Say how far it is, unless that was said a moment ago."""
        now_s = time.monotonic()
        if stage == self._stage and done != of and now_s - self._told_s < QUIET_S:
            return
        self._stage, self._told_s = stage, now_s
        said = {"stage": stage, "done": done, "of": of, "words": words}
        sys.stderr.write(json.dumps({"progress": said}) + "\n")
        sys.stderr.flush()


@contextmanager
def solving() -> Iterator[Callable[[Watch], None]]:
    """A function to call with a search; it keeps one line up to date where people watch."""
    from fabstack.plan.watch import searched

    if _is_followed():
        lines = Lines()
        yield lambda search: lines.tell("plan", 0, 0, searched(search))
        return
    if not sys.stderr.isatty():
        yield lambda _search: None
        return
    try:
        yield lambda search: _overwrite(
            f"{searched(search)}{_HINT if math.isfinite(search.gap) else ''}"
        )
    finally:
        _overwrite("")


_HINT = "; Ctrl-C takes the best plan so far"


def _overwrite(text: str) -> None:
    sys.stderr.write(f"\r\x1b[2K{text}")
    sys.stderr.flush()
